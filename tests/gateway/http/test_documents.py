"""What the gateway says of itself is valid, whole, and true."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.api.commands.table import ALL
from gateway.problems import MEDIA_TYPE
from services.contracts import facts, rpc
from tests.gateway.http.serving import GatewayProcess

# AsyncAPI's own: schemas/3.0.0-without-$id.json of @asyncapi/specs 6.11.1 from npm (Apache-2.0), white space removed.
ASYNCAPI_SCHEMA = Path(__file__).parent / "asyncapi-3.0.0.schema.json"


@pytest.fixture(scope="module")
def openapi(gateway: GatewayProcess) -> dict[str, Any]:
    answer = gateway.client().get("/openapi.json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


@pytest.fixture(scope="module")
def asyncapi(gateway: GatewayProcess) -> dict[str, Any]:
    document: dict[str, Any] = gateway.client().get("/asyncapi.json").json()
    return document


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    verbs = ("get", "post", "patch", "delete", "put")
    return [
        (path, verb, operation)
        for path, methods in document["paths"].items()
        for verb, operation in methods.items()
        if verb in verbs
    ]


def test_the_openapi_document_is_valid(openapi: dict[str, Any]) -> None:
    assert openapi["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(openapi).validate()


def test_every_command_and_private_read_stands_in_it(openapi: dict[str, Any]) -> None:
    for endpoint in ALL:
        assert endpoint.verb.lower() in openapi["paths"][f"/api/v1{endpoint.path}"], endpoint


def test_every_public_read_and_feed_stands_in_it(openapi: dict[str, Any]) -> None:
    for path in (
        "organisations", "organisations/{id}", "events", "events/{id}", "blocks", "consortia", "consortia/{id}",
        "consortia/{id}/members", "consortia/{id}/working-groups", "working-groups/{id}", "news", "news/{id}",
        "vocabularies", "node", "events.ics", "events.atom", "news.atom", "events/stream",
    ):  # fmt: skip
        assert "get" in openapi["paths"][f"/api/v1/{path}"], path


def test_every_remote_call_of_the_contracts_can_be_reached_or_is_for_parts_alone() -> None:
    elsewhere = {
        "actors.request_sign_in", "actors.open_session", "actors.close_session", "actors.import_organisations",
        "actors.open_import",
        "notifications.subscribe", "notifications.subscribe_account", "events.event",
        "consortium.news_item", "events.attendees",
        "actors.ask_for_my_data", "actors.open_personal_data", "actors.open_erasure",
    }  # fmt: skip
    parts_alone, of_each = ("snapshot", "recipient", "recipients", "find_erased"), ("dead_letters", "replay", "audit")
    of_one_person = ("personal_data", "erase", "collections", "trace")
    everywhere = {f"{service}.{name}" for service in rpc.SERVICES for name in (*parts_alone, *of_each, *of_one_person)}
    reached = {endpoint.call for endpoint in ALL} | elsewhere | everywhere
    assert set(rpc.BY_NAME) == reached


def test_every_operation_has_a_name_of_its_own_and_documents_its_problems(openapi: dict[str, Any]) -> None:
    found = operations(openapi)
    names = [operation["operationId"] for _, _, operation in found]
    assert len(names) == len(set(names))
    for path, verb, operation in found:
        failures = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
        assert "500" in failures, (path, verb)
        for answer in failures.values():
            assert answer["content"][MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}, (path, verb)
        assert any(int(status) < 400 for status in operation["responses"]), (path, verb)


def test_only_what_needs_credentials_names_them_so_that_viewers_lock_nothing_else(openapi: dict[str, Any]) -> None:
    assert "security" not in openapi
    named = {operation["operationId"]: operation.get("security") for _, _, operation in operations(openapi)}
    for public in ("list_events", "get_event", "get_news", "sign_up", "stream_facts", "confirm_subscription"):
        assert named[public] is None, public
    for private in ("draft_event", "post_news", "list_own_events", "list_member_news"):
        assert named[private] == [{"apiKey": []}, {"session": []}], private


def test_commands_take_an_idempotency_key_and_changes_an_etag(openapi: dict[str, Any]) -> None:
    references = [str(parameter) for parameter in openapi["paths"]["/api/v1/events/{id}"]["patch"]["parameters"]]
    assert any("IdempotencyKey" in reference for reference in references)
    assert any("IfMatch" in reference for reference in references)


def test_fields_of_ours_are_described_by_what_they_take(openapi: dict[str, Any]) -> None:
    schemas = openapi["components"]["schemas"]
    draft = schemas["DraftEvent"]["properties"]
    assert draft["begins"]["type"] == "string"
    assert draft["begins"]["format"] == "date-time"
    assert draft["title"]["propertyNames"] == {"enum": ["fi", "sv", "en", "se"]}
    assert draft["title"]["additionalProperties"]["maxLength"] == 200
    assert draft["capacity"]["type"] == ["integer", "null"]
    assert draft["capacity"]["minimum"] == 1
    change = schemas["ChangeEventBody"]["properties"]
    assert "id" not in change
    assert "expected_version" not in change
    assert r"\Z" not in json.dumps(openapi)


def test_the_hash_of_a_credential_is_in_no_answer(openapi: dict[str, Any]) -> None:
    assert "hash" not in openapi["components"]["schemas"]["ApiKey"]["properties"]
    assert "hash" not in openapi["components"]["schemas"]["Session"]["properties"]


def test_the_asyncapi_document_is_valid_by_the_official_schema(asyncapi: dict[str, Any]) -> None:
    schema = json.loads(ASYNCAPI_SCHEMA.read_text())
    jsonschema.Draft7Validator(schema).validate(asyncapi)


def test_every_fact_has_a_channel_an_operation_and_a_message_whose_references_hold(asyncapi: dict[str, Any]) -> None:
    addresses = {channel["address"] for channel in asyncapi["channels"].values()}
    assert addresses == {f"{{visibility}}.{fact.name}" for fact in facts.ALL}
    assert len(asyncapi["operations"]) == len(facts.ALL)
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(asyncapi))):
        found: Any = asyncapi
        for step in reference.split("/"):
            found = found[step]
        assert found


def test_a_fact_as_it_is_published_fits_its_message(asyncapi: dict[str, Any]) -> None:
    from tests.gateway.http import records

    fact = records.fact("events.event.published", records.event())
    message = asyncapi["components"]["messages"]["events_event_published"]
    schema = {**message["payload"], "components": asyncapi["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(json.loads(fact.to_json()))
    broken = json.loads(fact.to_json()) | {"recordversion": "one"}
    assert not validator.is_valid(broken)


def test_documents_are_not_sent_again_to_who_has_them(gateway: GatewayProcess) -> None:
    client = gateway.client()
    for path in ("/openapi.json", "/asyncapi.json", "/static/malmi.css"):
        etag = client.get(path).headers["ETag"]
        again = client.get(path, headers={"If-None-Match": etag})
        assert again.status_code == 304
        assert again.content == b""


def test_the_page_to_try_the_api_loads_from_here_alone(gateway: GatewayProcess) -> None:
    client = gateway.client()
    page = client.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert "<script>" not in page.text
    for address in loaded:
        assert client.get(address).status_code == 200, address


def test_static_files_are_those_of_the_folder_alone(gateway: GatewayProcess) -> None:
    for path in ("/static/../pages.py", "/static/%2e%2e/%2e%2e/app.py", "/static/vendor", "/static//etc/passwd"):
        assert gateway.client().get(path).status_code == 404, path
