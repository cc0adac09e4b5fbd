"""A command by HTTP becomes the call that the contracts describe, and its answer or refusal comes back."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.contracts import errors, identifiers
from services.contracts.rpc import Call
from tests.gateway.http import records
from tests.gateway.http.responder import Responder, Silent
from tests.gateway.http.serving import GatewayProcess, ReadModel


def test_a_draft_reaches_its_service_with_principal_id_deadline_and_correlation_id(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    services.answer("events.draft_event", records.draft())
    key = read_model.key(scopes=("events",))
    answer = gateway.client(key=key).post(
        "/api/v1/events", json=records.draft_arguments(), headers={"X-Request-ID": "walk-through-1"}
    )
    call = services.last("draft_event")
    assert answer.status_code == 201, answer.text
    assert call.arguments == records.draft_arguments()
    assert call.principal.kind == "account"
    assert call.principal.scopes == {"events"}
    assert call.correlation_id == answer.headers["X-Request-ID"] == "walk-through-1"
    assert timedelta(0) < call.deadline - datetime.now(UTC) < timedelta(seconds=5)
    assert call.id
    assert call.id.startswith("cmd_")


def test_a_new_record_is_answered_with_its_address_and_etag(gateway: GatewayProcess, services: Responder) -> None:
    draft = records.draft(version=3)
    services.answer("events.draft_event", draft)
    answer = gateway.client().post("/api/v1/events", json=records.draft_arguments())
    assert answer.headers["Location"] == f"/api/v1/events/{draft['id']}"
    assert answer.headers["ETag"] == '"1-3"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == draft


def test_the_same_idempotency_key_names_the_same_command_for_the_same_caller_and_address_only(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    services.answer("events.draft_event", records.draft())
    services.answer("consortium.post_news", records.news(audience="members"))
    one, other = gateway.client(key=read_model.key()), gateway.client(key=read_model.key())

    def sent(client: Any) -> str | None:
        client.post("/api/v1/events", json=records.draft_arguments(), headers={"Idempotency-Key": "k-1"})
        return services.last("draft_event").id

    first = sent(one)
    assert sent(one) == first
    assert sent(other) != first
    one.post("/api/v1/events", json=records.draft_arguments())
    assert services.last("draft_event").id != first


@pytest.mark.parametrize("key", ["with space", "", "x" * 256, "ä"])
def test_an_idempotency_key_that_is_not_visible_ascii_is_refused(gateway: GatewayProcess, key: str) -> None:
    answer = gateway.client().post(
        "/api/v1/events", json=records.draft_arguments(), headers={"Idempotency-Key": key.encode()}
    )
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]


def test_if_match_becomes_the_expected_version(gateway: GatewayProcess, services: Responder) -> None:
    draft = records.draft()
    services.answer("events.change_event", draft)
    client, address = gateway.client(), f"/api/v1/events/{draft['id']}"
    for etag, version in [('"1-7"', 7), ('W/"1-8"', 8), ('"1-9.0a1b2c3d4e"', 9)]:
        assert client.patch(address, json={}, headers={"If-Match": etag}).status_code == 200
        assert services.last("change_event").arguments == {"id": draft["id"], "expected_version": version}
    client.patch(address, json={}, headers={"If-Match": "*"})
    assert "expected_version" not in services.last("change_event").arguments


@pytest.mark.parametrize(
    ("etag", "status"), [('"2-7"', 412), ("garbage", 400), ('"1-7", "1-8"', 400)], ids=["restored", "no etag", "two"]
)
def test_an_if_match_that_can_not_hold_is_refused_before_anything_is_sent(
    gateway: GatewayProcess, services: Responder, etag: str, status: int
) -> None:
    services.answer("events.change_event", records.draft())
    address = f"/api/v1/events/{identifiers.new_id('evt')}"
    assert gateway.client().patch(address, json={}, headers={"If-Match": etag}).status_code == status
    assert services.calls == []


def test_a_condition_that_a_command_does_not_know_is_not_passed_over(gateway: GatewayProcess) -> None:
    address = f"/api/v1/mandates/{identifiers.new_id('mdt')}"
    assert gateway.client().delete(address, headers={"If-Match": '"1-1"'}).status_code == 400


def test_every_wrong_field_has_an_entry_with_its_pointer(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("events.draft_event", records.draft())
    sent = records.draft_arguments() | {"title": {}, "place": {"name": "", "region": "nowhere"}, "capacity": 0}
    answer = gateway.client().post("/api/v1/events", json=sent)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = {entry["pointer"] for entry in answer.json()["errors"]}
    assert found == {"/title", "/place/name", "/place/region", "/capacity"}
    assert all(entry["message"] for entry in answer.json()["errors"])
    assert services.calls == []


@pytest.mark.parametrize("name", ["titel", "expected_version", "id"])
def test_a_field_that_the_request_does_not_take_is_refused(gateway: GatewayProcess, name: str) -> None:
    answer = gateway.client().post("/api/v1/events", json=records.draft_arguments() | {name: 1})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": f"/{name}", "message": "Unknown field."}]


def test_all_that_is_wrong_is_told_in_one_go(gateway: GatewayProcess) -> None:
    sent = {"name": "x", "kind": "companyx", "regions": "FI", "foo": 1, "a.b/c": 2}
    answer = gateway.client().post("/api/v1/organisations", json=sent)
    assert answer.status_code == 422
    found = [entry["pointer"] for entry in answer.json()["errors"]]
    assert sorted(found) == ["/a.b~1c", "/foo", "/kind", "/name", "/regions"]


def test_an_address_with_a_malformed_id_is_not_found(gateway: GatewayProcess) -> None:
    assert gateway.client().patch("/api/v1/events/evt_1", json={}).status_code == 404


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (errors.Invalid("No.", {"errors": [{"field": "place.region", "message": "Far away."}]}), 422),
        (errors.UnknownReference("Who?"), 422),
        (errors.NotFound("Nothing."), 404),
        (errors.Forbidden("Not yours."), 403),
        (errors.SignInNeeded("Who are you?"), 401),
        (errors.Conflict("It is cancelled."), 409),
        (errors.VersionMismatch("Newer.", {"version": 9}), 412),
        (errors.KeyReused("Another content."), 422),
        (errors.Late("Too late."), 503),
        (errors.TooMany("Enough."), 429),
        (errors.StoreAway("Unknown."), 503),
        (errors.Refusal("No."), 409),
    ],
    ids=lambda value: value.code if isinstance(value, errors.Refusal) else str(value),
)
def test_each_refusal_has_its_status_and_tells_why(
    gateway: GatewayProcess, services: Responder, refusal: errors.Refusal, status: int
) -> None:
    services.answer("events.publish_event", refusal)
    event = identifiers.new_id(identifiers.EVENT)
    answer = gateway.client().post(f"/api/v1/events/{event}/publish")
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert problem["type"] == f"{gateway.url}/problems/{refusal.code}"
    assert problem["detail"] == refusal.message
    assert problem["instance"] == f"/api/v1/events/{event}/publish"
    assert problem["correlation_id"] == answer.headers["X-Request-ID"]
    assert problem["title"]
    assert ("Retry-After" in answer.headers) == (status in (429, 503))
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    if refusal.code == "invalid":
        assert problem["errors"] == [{"pointer": "/place/region", "message": "Far away."}]
    if refusal.code == "version_mismatch":
        assert problem["version"] == 9


def test_every_refusal_of_the_contracts_is_in_the_table() -> None:
    from gateway.problems import TYPES

    assert {refusal.code for refusal in errors.BY_PATH.values()} <= set(TYPES)


def test_a_mistake_of_a_service_is_told_without_its_insides(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("events.publish_event", ZeroDivisionError("secret of the service"))
    answer = gateway.client().post(f"/api/v1/events/{identifiers.new_id('evt')}/publish")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text


def test_no_answer_in_time_is_503_within_five_seconds_and_says_to_repeat_with_the_key(
    gateway: GatewayProcess, services: Responder
) -> None:
    def never(_: Call) -> Any:
        raise Silent

    services.answer("events.publish_event", never)
    began = time.monotonic()
    answer = gateway.client().post(f"/api/v1/events/{identifiers.new_id('evt')}/publish")
    assert time.monotonic() - began < 5
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/problems/outcome_unknown")
    assert "same Idempotency-Key" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) >= 1


@contextmanager
def beating(services: Responder, *, ready: bool) -> Iterator[None]:
    """Heartbeats of events, as often as a service gives them and oftener."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(0.5):
            services.beat("events", ready=ready)

    thread = threading.Thread(target=run)
    thread.start()
    yield
    ended.set()
    thread.join()


def test_a_service_that_works_and_has_much_to_do_is_waited_for_and_asked_again_with_the_same_id(
    gateway: GatewayProcess, services: Responder
) -> None:
    event = records.event()

    def busy_at_first(_: Call) -> Any:
        if len(services.calls) == 1:
            raise Silent
        return event

    services.answer("events.publish_event", busy_at_first)
    with beating(services, ready=True):
        answer = gateway.client().post(f"/api/v1/events/{event['id']}/publish")
    assert answer.status_code == 200
    first, second = services.calls
    assert (first.id, first.arguments) == (second.id, second.arguments)
    assert first.deadline < second.deadline


def test_a_service_that_lives_and_is_not_well_is_not_waited_for(gateway: GatewayProcess, services: Responder) -> None:
    def never(_: Call) -> Any:
        raise Silent

    services.answer("events.publish_event", never)
    began = time.monotonic()
    with beating(services, ready=False):
        answer = gateway.client().post(f"/api/v1/events/{identifiers.new_id('evt')}/publish")
    assert answer.status_code == 503
    assert time.monotonic() - began < 6
    assert len(services.calls) == 1


def test_the_answer_waits_until_the_read_model_shows_it(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    event = records.event()
    services.answer("events.publish_event", event)
    later = threading.Timer(0.3, lambda: read_model.show(records.fact("events.event.published", event)))
    client = gateway.client()
    began = time.monotonic()
    later.start()
    answer = client.post(f"/api/v1/events/{event['id']}/publish")
    took = time.monotonic() - began
    assert answer.status_code == 200
    assert 0.25 < took < 1.0
    assert client.get(f"/api/v1/events/{event['id']}").json()["title"] == event["title"]
    later.join()


def test_the_answer_comes_from_the_reply_when_the_read_model_lags(gateway: GatewayProcess, services: Responder) -> None:
    event = records.event()
    services.answer("events.publish_event", event)
    began = time.monotonic()
    answer = gateway.client().post(f"/api/v1/events/{event['id']}/publish")
    assert 0.9 < time.monotonic() - began < 2
    assert answer.json() == event


@pytest.mark.parametrize(
    "values", [{"state": "draft"}, {"audience": {"kind": "consortia", "ids": ["con_1"]}}], ids=["draft", "restricted"]
)
def test_what_never_becomes_public_is_not_waited_for(
    gateway: GatewayProcess, services: Responder, values: dict[str, Any]
) -> None:
    event = records.event(**values)
    services.answer("events.change_event", event)
    began = time.monotonic()
    assert gateway.client().patch(f"/api/v1/events/{event['id']}", json={}).status_code == 200
    assert time.monotonic() - began < 0.8


def test_discarding_a_draft_answers_without_a_body(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("events.discard_draft", None)
    answer = gateway.client().delete(f"/api/v1/events/{identifiers.new_id('evt')}")
    assert answer.status_code == 204
    assert answer.content == b""


def test_a_path_names_the_consortium_and_the_body_the_rest(gateway: GatewayProcess, services: Responder) -> None:
    consortium, organisation = identifiers.new_id("con"), identifiers.new_id("act")
    services.answer("consortium.ask_membership", records.record("mem", state="asked"))
    answer = gateway.client().post(f"/api/v1/consortia/{consortium}/requests", json={"organisation": organisation})
    assert answer.status_code == 201
    assert services.last("ask_membership").arguments == {"consortium": consortium, "organisation": organisation}


def test_organisations_are_imported_from_csv(gateway: GatewayProcess, services: Responder) -> None:
    report = {"added": 1, "unchanged": 0, "duplicate": 0, "refused": 0, "rows": []}
    services.answer("actors.import_organisations", report)
    text = "\ufeffname_fi,kind\nEsimerkki Oy,company\n"
    address, headers = "/api/v1/organisations/import?region=FI1DC&dry_run=true", {"Content-Type": "text/csv"}
    answer = gateway.client().post(address, content=text.encode(), headers=headers)
    assert answer.json() == report
    assert services.last("import_organisations").arguments == {
        "csv": text.removeprefix("\ufeff"),
        "region": "FI1DC",
        "dry_run": True,
    }
    latin = gateway.client().post(address, content="name_fi\nMäki\n".encode("latin-1"), headers=headers)
    assert latin.status_code == 400
    assert "UTF-8" in latin.json()["detail"]


def test_a_list_of_a_service_is_paged_like_any_other(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("events.own_events", {"items": [records.draft()], "next": "abc def"})
    client = gateway.client()
    page = client.get("/api/v1/my/events?limit=1").json()
    assert services.last("own_events").arguments == {"limit": 1}
    assert len(page["items"]) == 1
    client.get(page["next"])
    assert services.last("own_events").arguments == {"limit": 1, "after": "abc def"}
    wrong = client.get("/api/v1/my/events?limit=9999&sort=up")
    assert wrong.status_code == 400
    assert {entry["parameter"] for entry in wrong.json()["errors"]} == {"limit", "sort"}


def test_dead_letters_of_all_services_come_in_one_list(gateway: GatewayProcess, services: Responder) -> None:
    for service in ("actors", "events", "consortium", "notifications"):
        services.answer(f"{service}.dead_letters", [{"id": f"fct_{service}", "state": "dead"}])
    items = gateway.client().get("/api/v1/dead-letters").json()["items"]
    assert [item["service"] for item in items] == ["actors", "events", "consortium", "notifications"]
    services.answer("events.replay", {"replayed": 1})
    answer = gateway.client().post("/api/v1/dead-letters/replay", json={"service": "events", "ids": ["fct_events"]})
    assert answer.json() == {"replayed": 1}
    assert services.last("replay").arguments == {"ids": ["fct_events"]}
    assert gateway.client().post("/api/v1/dead-letters/replay", json={}).status_code == 422


def test_subscribing_by_address_waits_for_confirmation_and_without_one_needs_an_account(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    wanted = {"filter": {"regions": ["FI1DC"]}}
    services.answer("notifications.subscribe", None)
    services.answer("notifications.subscribe_account", records.subscription("active"))
    visitor, member = gateway.client(), gateway.client(key=read_model.key(scopes=("notifications",)))
    assert visitor.post("/api/v1/subscriptions", json={"email": "lukija@example.org", **wanted}).status_code == 202
    assert services.last("subscribe").arguments["email"] == "lukija@example.org"
    assert member.post("/api/v1/subscriptions", json=wanted).status_code == 201
    assert services.last("subscribe_account").arguments == wanted
    assert visitor.post("/api/v1/subscriptions", json=wanted).status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"title": {"fi": "a", "fi": "b"}}', 400),
        (b'{"capacity": NaN}', 400),
        (b'{"capacity": 1e999}', 400),
        (b'{"capacity": 99999999999999999999999}', 400),
        (b'{"title": ' + b'{"fi": ' * 60 + b"1" + b"}" * 61, 400),
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b'{"title": {"fi": "\xe4"}}', 400),
        (b'{"title": {"fi": "\\ud800"}}', 400),
        (b'{"title": ', 400),
        (b"[]", 400),
        (b'{"title": {"fi": "' + b"a" * 1_000_001 + b'"}}', 413),
    ],
    ids=["twice", "NaN", "1e999", "huge", "deep", "deepest", "latin", "surrogate", "cut", "list", "too large"],
)
def test_a_body_that_can_not_be_read_as_one_thing_is_refused(
    gateway: GatewayProcess, services: Responder, body: bytes, status: int
) -> None:
    services.answer("events.draft_event", records.draft())
    answer = gateway.client().post(
        "/api/v1/events", content=body, headers={"Content-Type": "application/json; charset=utf-8"}
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert services.calls == []


def test_a_body_without_a_length_is_bounded_too(gateway: GatewayProcess) -> None:
    chunks = (b" " * 100_000 for _ in range(12))
    answer = gateway.client().post("/api/v1/events", content=chunks, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_where_anybody_may_write_a_body_has_64_kilobytes_at_most(gateway: GatewayProcess) -> None:
    sent = json.dumps({"email": "a@example.org", "filter": {}, "pad": "x" * 64_000})
    answer = gateway.client().post("/api/v1/subscriptions", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_body_that_does_not_say_that_it_is_json_is_refused(gateway: GatewayProcess, media_type: str) -> None:
    answer = gateway.client().post("/api/v1/events", content=b"{}", headers={"Content-Type": media_type})
    assert answer.status_code == 415


def test_an_encoded_body_is_refused(gateway: GatewayProcess) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert gateway.client().post("/api/v1/events", content=b"{}", headers=headers).status_code == 415


def test_news_for_members_have_a_location_that_gives_them_to_who_may_read_them(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    news = {"id": identifiers.new_id(identifiers.NEWS), "incarnation": 2, "version": 1, "audience": "members"}
    services.answer("consortium.post_news", news)
    services.answer("consortium.news_item", news)
    client = gateway.client(key=read_model.key())
    posted = client.post(
        "/api/v1/news",
        json={
            "target": {"kind": "consortium", "id": identifiers.new_id(identifiers.CONSORTIUM)},
            "title": {"fi": "Kokous (esimerkki)"},
            "body": {"fi": "Esimerkki."},
            "audience": "members",
        },
    )
    assert posted.status_code == 201, posted.text
    found = client.get(posted.headers["Location"])
    assert found.json() == news
    assert found.headers["ETag"] == posted.headers["ETag"] == '"2-1"'
    assert found.headers["Cache-Control"] == "private, no-store"
    asked = services.last("news_item")
    assert asked.arguments == {"id": news["id"]}
    assert asked.principal.account is not None
    assert httpx.get(f"{gateway.url}/api/v1/news/{news['id']}").status_code == 404  # a visitor
