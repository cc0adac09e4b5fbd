"""Who asks is told by an API key or a session; what another site makes a browser send is refused."""

import hashlib
import threading

import pytest

from services.contracts import errors, identifiers
from tests.gateway.http import records
from tests.gateway.http.responder import Responder
from tests.gateway.http.serving import GatewayProcess, ReadModel, credential
from tests.harness import until

ACCOUNT = {"id": "acc_1", "email": "a@example.org", "name": "", "language": "fi", "mandates": [], "version": 1}


def test_an_api_key_says_which_account_asks_and_with_which_scopes(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    services.answer("actors.account", ACCOUNT)
    answer = gateway.client(key=read_model.key(scopes=("read",))).get("/api/v1/me")
    call = services.last("account")
    assert answer.json() == ACCOUNT
    assert call.principal.account == call.arguments["account"]
    assert call.principal.scopes == {"read"}
    assert call.id is None


@pytest.mark.parametrize(
    "header",
    ["Bearer malmi_unknown", "Bearer", "Basic YTpi", "Bearer " + "x" * 5_000, "malmi_unknown"],
    ids=["unknown", "empty", "basic", "long", "no scheme"],
)
def test_an_authorization_that_names_no_key_is_refused_even_where_nothing_is_needed(
    gateway: GatewayProcess, header: str
) -> None:
    answer = gateway.client().get("/api/v1/events", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_or_expired_key_is_refused(gateway: GatewayProcess, read_model: ReadModel) -> None:
    for key in (read_model.key(state="revoked"), read_model.key(days=-1)):
        assert gateway.client(key=key).get("/api/v1/me").status_code == 401


def test_an_ended_session_makes_a_visitor(gateway: GatewayProcess, services: Responder, read_model: ReadModel) -> None:
    services.answer("actors.account", ACCOUNT)
    for session in (read_model.session(state="closed"), read_model.session(days=-1), "unknown"):
        client = gateway.client(session=session)
        assert client.get("/api/v1/events").status_code == 200
        assert client.get("/api/v1/me").status_code == 401
    assert gateway.client(session=read_model.session()).get("/api/v1/me").status_code == 200


def test_a_change_that_a_cookie_signs_must_come_from_our_own_pages(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    services.answer("actors.change_account", ACCOUNT)
    client = gateway.client(session=read_model.session())
    for foreign in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": gateway.url},
        {},
    ):
        answer = client.patch("/api/v1/me", json={"language": "sv"}, headers=foreign)
        assert answer.status_code == 403, foreign
        assert answer.json()["type"].endswith("/problems/other_origin")
    assert services.calls == []
    for own in ({"Origin": gateway.url}, {"Sec-Fetch-Site": "same-origin"}):
        assert client.patch("/api/v1/me", json={"language": "sv"}, headers=own).status_code == 200, own


def test_asking_for_a_sign_in_link_is_answered_alike_for_everybody(
    gateway: GatewayProcess, services: Responder
) -> None:
    services.answer("actors.request_sign_in", None)
    answer = gateway.client().post("/api/v1/sign-in", json={"email": "nobody@example.org"})
    assert answer.status_code == 202
    assert gateway.client().post("/api/v1/sign-in", json={"email": "nobody"}).status_code == 422


def test_a_session_opens_with_a_cookie_no_script_can_read_and_is_known_when_the_answer_comes(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    secret = f"session-secret-{identifiers.new_id('ses')}"
    opened = credential("session", secret, "open")
    services.answer("actors.open_session", {"session": opened.data, "secret": secret})
    services.answer("actors.account", ACCOUNT)
    later = threading.Timer(0.3, lambda: read_model.show(opened))
    later.start()
    client = gateway.client()
    answer = client.post("/api/v1/sessions", json={"token": "token-of-the-mail"})
    later.join()
    cookie = answer.headers["Set-Cookie"]
    assert answer.status_code == 201
    assert secret not in answer.text
    assert "hash" not in answer.json()
    assert cookie.startswith(f"malmi_session={secret};")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert client.get("/api/v1/me").status_code == 200
    assert services.last("account").principal.account == opened.data["account"]


def test_signing_out_ends_the_session_and_takes_the_cookie_away(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    secret = f"secret-{identifiers.new_id('ses')}"
    opened = credential("session", secret, "open")
    read_model.show(opened)
    closed = records.fact("actors.session.closed", opened.data | {"state": "closed", "version": 2}, "node")

    def close(call: object) -> object:
        read_model.show(closed)
        return closed.data

    services.answer("actors.close_session", close)
    client = gateway.client(session=secret, Origin=gateway.url)
    answer = client.delete("/api/v1/sessions/current")
    assert answer.status_code == 204
    assert 'malmi_session=""' in answer.headers["Set-Cookie"] or "malmi_session=;" in answer.headers["Set-Cookie"]
    assert "01 Jan 1970" in answer.headers["Set-Cookie"]
    assert "malmi_session" not in client.cookies
    assert services.last("close_session").arguments == {"session": opened.subject}
    assert client.delete("/api/v1/sessions/current").status_code == 401


def test_a_used_sign_in_link_opens_nothing(gateway: GatewayProcess, services: Responder) -> None:
    services.answer("actors.open_session", errors.NotFound("The link was used or is too old."))
    answer = gateway.client().post("/api/v1/sessions", json={"token": "old"})
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_a_key_is_shown_once_without_its_hash_and_known_at_once(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    secret = f"malmi_{identifiers.new_id('key')}"
    issued = credential("key", secret, "issued", name="example", scopes=["read"])
    services.answer("actors.issue_key", {"key": issued.data, "secret": secret})
    services.answer("actors.keys", [issued.data])
    services.answer("actors.account", ACCOUNT)
    later = threading.Timer(0.3, lambda: read_model.show(issued))
    later.start()
    owner = gateway.client(key=read_model.key(scopes=("actors", "read")))
    answer = owner.post("/api/v1/me/keys", json={"name": "example", "scopes": ["read"]})
    later.join()
    assert answer.status_code == 201, answer.text
    assert answer.json()["secret"] == secret
    assert hashlib.sha256(secret.encode()).hexdigest() not in answer.text
    assert "hash" not in owner.get("/api/v1/me/keys").json()["items"][0]
    assert gateway.client(key=secret).get("/api/v1/me").status_code == 200


def test_a_visitor_is_told_to_sign_in_for_what_is_their_own(gateway: GatewayProcess) -> None:
    for path in ("/api/v1/me", "/api/v1/me/keys"):
        assert gateway.client().get(path).status_code == 401


def test_nothing_personal_and_no_secret_stands_in_the_log(
    gateway: GatewayProcess, services: Responder, read_model: ReadModel
) -> None:
    services.answer("notifications.subscribe", None)
    services.answer("notifications.own_subscription", records.subscription())
    key, session = read_model.key(), read_model.session()
    client = gateway.client()
    email = {"email": "tarkka.lukija@example.org", "filter": {"everything": True}}
    client.post("/api/v1/subscriptions", json=email)
    client.get("/fi/unsubscribe/token-that-nobody-may-see")
    client.get("/fi/unsubscribe/token-that-nobody-may-see/more")
    gateway.client(key=key).get("/api/v1/events?q=secret-words")
    gateway.client(session=session).get("/fi/", headers={"X-Request-ID": "the-last-of-these"})
    until(lambda: "the-last-of-these" in gateway.log.read_text(), says="the lines of all of them are written")
    log = gateway.log.read_text()
    for secret in (
        "tarkka.lukija",
        "token-that-nobody",
        key,
        session,
        "secret-words",
        client.headers["X-Forwarded-For"],
    ):
        assert secret not in log
    lines = gateway.lines()
    assert any(line.get("route") == "/{language}/unsubscribe/{token}" for line in lines)


def test_the_log_has_a_line_for_each_request_with_its_correlation_id(gateway: GatewayProcess) -> None:
    gateway.client().get("/healthz", headers={"X-Request-ID": "followed-1234"})
    line = until(
        lambda: next((line for line in gateway.lines() if line.get("correlation_id") == "followed-1234"), None),
        says="the line is written: lines are written a few at a time",
    )
    assert line is not None
    assert line["event"] == "request"
    assert line["status"] == 200
    assert line["route"] == "/healthz"


@pytest.mark.parametrize("given", ["short", "with space in it", "x" * 200, 'quote"inside'])
def test_a_malformed_request_id_is_replaced(gateway: GatewayProcess, given: str) -> None:
    answer = gateway.client().get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given
    assert answer.headers["X-Request-ID"].startswith("req_")
