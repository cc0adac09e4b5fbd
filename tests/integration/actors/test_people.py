"""Accounts, mandates, API keys, signing in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from services.contracts import errors, identifiers
from services.contracts.envelope import parse_time
from services.contracts.principal import OPERATOR, VISITOR, Principal
from tests.harness import Facts, NodeUnderTest, facts_of_others, until

from .conftest import World

Documents = Callable[[], list[dict[str, Any]]]


def test_opening_an_account_twice_finds_it_and_keeps_it_as_it_is(world: World) -> None:
    address = world.address()
    first = world.rpc.call("actors.open_account", {"email": address, "name": "Esimerkki"}, principal=OPERATOR)
    again = world.rpc.call(
        "actors.open_account", {"email": address.upper(), "name": "Toinen", "language": "sv"}, principal=OPERATOR
    )
    assert again == first
    assert (first["name"], first["language"], first["mandates"]) == ("Esimerkki", "fi", [])


def test_a_coordinator_who_opens_an_account_learns_nothing_new_about_its_owner(world: World) -> None:
    address = world.address()
    account = world.rpc.call("actors.open_account", {"email": address, "name": "Esimerkki"}, principal=OPERATOR)
    found = world.rpc.call("actors.open_account", {"email": address.upper()}, principal=world.coordinator)
    assert found["id"] == account["id"]
    assert set(found) == {"id", "email"}
    assert found["email"].casefold() == address


def test_one_changes_ones_own_name_and_language_alone(world: World) -> None:
    me = world.person()
    changed = world.rpc.call(
        "actors.change_account", {"account": me.account, "name": "Uusi Nimi", "language": "se"}, principal=me
    )
    assert (changed["name"], changed["language"], changed["version"]) == ("Uusi Nimi", "se", 2)
    for other in (OPERATOR, world.stranger, world.coordinator):
        with pytest.raises(errors.Forbidden):
            world.rpc.call("actors.change_account", {"account": me.account, "name": "x"}, principal=other)
    assert world.rpc.call("actors.account", {"account": me.account}, principal=me)["name"] == "Uusi Nimi"


def test_an_account_shows_the_mandates_that_it_holds_now(world: World) -> None:
    record = world.registered()
    partner = world.person("partner", record["id"])
    (held,) = world.rpc.call("actors.account", {"account": partner.account}, principal=partner)["mandates"]
    assert (held["role"], held["target"], held["state"]) == ("partner", record["id"], "granted")
    world.rpc.call("actors.revoke_mandate", {"id": held["id"]}, principal=world.coordinator)
    assert world.rpc.call("actors.account", {"account": partner.account}, principal=partner)["mandates"] == []


def test_a_mandate_is_granted_once_revoked_and_granted_again(world: World, facts: Facts) -> None:
    record, person = world.registered(), world.person()
    grant = {"account": person.account, "role": "partner", "target": record["id"]}

    def granted() -> dict[str, Any]:
        mandate: dict[str, Any] = world.rpc.call("actors.grant_mandate", grant, principal=world.coordinator)
        return mandate

    first = granted()
    assert granted() == first
    for _ in range(2):
        revoked = world.rpc.call("actors.revoke_mandate", {"id": first["id"]}, principal=world.coordinator)
        assert (revoked["state"], revoked["version"]) == ("revoked", 2)
    again = granted()
    assert (again["id"], again["state"], again["version"]) == (first["id"], "granted", 3)
    last = facts.wait_for("actors.mandate.granted", lambda fact: fact.subject == first["id"] and fact.version == 3)
    assert last.visibility == "node"
    told = [fact for fact in facts.seen if fact.subject == first["id"]]
    assert [(fact.type.rpartition(".")[2], fact.version) for fact in told] == [
        ("granted", 1),
        ("revoked", 2),
        ("granted", 3),
    ]


def test_a_secretary_is_named_by_a_coordinator_of_the_consortiums_region(world: World, facts: Facts) -> None:
    person = world.person()
    consortium = identifiers.new_id(identifiers.CONSORTIUM)
    grant = {"account": person.account, "role": "secretary", "target": consortium}
    with pytest.raises(errors.UnknownReference):
        world.rpc.call("actors.grant_mandate", grant, principal=world.coordinator)
    record = {"state": "active", "name": {"en": "Example cluster"}, "kind": "cluster", "regions": ["FI1DC"]}
    facts.publish(facts_of_others.fact("consortium.consortium.founded", consortium, record))

    def granted() -> Any:
        try:
            return world.rpc.call("actors.grant_mandate", grant, principal=world.coordinator)
        except errors.UnknownReference:
            return None

    mandate = until(granted, says="the consortium is known")
    assert mandate["target"] == consortium
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.grant_mandate", grant, principal=world.node_coordinator)
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.revoke_mandate", {"id": mandate["id"]}, principal=person)


@pytest.mark.parametrize(
    ("role", "target"),
    [
        ("partner", "act_01kahp5v3mf0gt8zqk4c2w7x9e"),
        ("partner", "FI1DC"),
        ("secretary", "con_01kahp5v3mf0gt8zqk4c2w7x9e"),
        ("coordinator", "FI1D7"),
        ("coordinator", "node:lappi"),
        ("operator", "FI1DC"),
    ],
)
def test_a_mandate_needs_a_target_that_there_is(world: World, role: str, target: str) -> None:
    grant = {"account": world.stranger.account, "role": role, "target": target}
    with pytest.raises(errors.Invalid) as refused:
        world.rpc.call("actors.grant_mandate", grant, principal=OPERATOR)
    assert refused.value.details["errors"][0]["field"] == "target"


def test_a_mandate_needs_an_account_that_there_is(world: World) -> None:
    grant = {"account": identifiers.new_id(identifiers.ACCOUNT), "role": "coordinator", "target": "FI1DC"}
    with pytest.raises(errors.Invalid) as refused:
        world.rpc.call("actors.grant_mandate", grant, principal=OPERATOR)
    assert refused.value.details["errors"][0]["field"] == "account"


def test_a_partner_of_a_proposal_is_not_granted(world: World) -> None:
    grant = {"account": world.stranger.account, "role": "partner", "target": world.proposed()["id"]}
    with pytest.raises(errors.Invalid):
        world.rpc.call("actors.grant_mandate", grant, principal=world.coordinator)


def issued(world: World, who: Principal, **changes: Any) -> dict[str, Any]:
    command_id = changes.pop("command_id", None)
    arguments = {"account": who.account, "name": "Esimerkki", "scopes": ["read"], **changes}
    answer: dict[str, Any] = world.rpc.call("actors.issue_key", arguments, principal=who, command_id=command_id)
    return answer


def test_a_keys_secret_is_answered_and_only_its_hash_is_kept(world: World, facts: Facts, node: NodeUnderTest) -> None:
    me = world.person()
    answer = issued(world, me, scopes=["read", "events"], days=30, command_id="issue-once")
    secret = answer["secret"]
    assert secret.startswith("malmi_")
    told = facts.wait_for("actors.key.issued", lambda fact: fact.subject == answer["key"]["id"])
    assert told.visibility == "node"
    assert told.data["hash"] == sha256(secret.encode()).hexdigest()
    assert told.data["scopes"] == ["read", "events"]
    expires = parse_time(told.data["expires"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < expires < timedelta(days=30)
    assert issued(world, me, scopes=["read", "events"], days=30, command_id="issue-once") == answer
    kept = everything_in(node)
    assert answer["key"]["hash"] in kept
    assert secret not in kept


def everything_in(node: NodeUnderTest) -> str:
    """All documents of the service's database as text."""
    import pymongo

    with pymongo.MongoClient[dict[str, Any]](node.mongodb_uri) as client:
        database = client[f"{node.database_prefix}actors"]
        return "".join(str(document) for name in database.list_collection_names() for document in database[name].find())


def test_a_key_has_no_scope_that_its_maker_lacks(world: World) -> None:
    narrow = world.person(scopes=frozenset({"read", "actors"}))
    with pytest.raises(errors.Forbidden, match="events"):
        issued(world, narrow, scopes=["read", "events"])
    assert issued(world, narrow, scopes=["read", "actors"])["key"]["scopes"] == ["read", "actors"]
    reader = world.person(scopes=frozenset({"read"}))
    with pytest.raises(errors.Forbidden):
        issued(world, reader)


def test_an_account_has_twenty_keys_at_most_and_a_revoked_one_makes_room(world: World, facts: Facts) -> None:
    me = world.person()
    keys = [issued(world, me)["key"]["id"] for _ in range(20)]
    with pytest.raises(errors.TooMany):
        issued(world, me)
    for _ in range(2):
        revoked = world.rpc.call("actors.revoke_key", {"id": keys[0]}, principal=me)
        assert (revoked["state"], revoked["version"]) == ("revoked", 2)
    facts.wait_for("actors.key.revoked", lambda fact: fact.subject == keys[0])
    newest = issued(world, me)["key"]["id"]
    listed = world.rpc.call("actors.keys", {"account": me.account}, principal=me)
    assert [key["id"] for key in listed] == [*keys, newest]
    assert "secret" not in listed[0]


def test_keys_are_ones_own_and_the_operators(world: World) -> None:
    me = world.person()
    key = issued(world, me)["key"]
    for other in (world.stranger, world.coordinator):
        with pytest.raises(errors.Forbidden):
            world.rpc.call("actors.revoke_key", {"id": key["id"]}, principal=other)
        with pytest.raises(errors.Forbidden):
            world.rpc.call("actors.keys", {"account": me.account}, principal=other)
    assert world.rpc.call("actors.revoke_key", {"id": key["id"]}, principal=OPERATOR)["state"] == "revoked"


class Person:
    """Somebody with an address and an account."""

    def __init__(self, world: World, facts: Facts) -> None:
        self.world, self.facts, self.address = world, facts, world.address()
        arguments = {"email": self.address, "name": "Esimerkki", "language": "sv"}
        self.id = world.rpc.call("actors.open_account", arguments, principal=OPERATOR)["id"]
        self.principal = Principal("account", self.id)

    def ask(self) -> None:
        assert self.world.rpc.call("actors.request_sign_in", {"email": self.address.upper()}) is None

    def links(self) -> list[str]:
        """Those in the mails that the courier would send now."""
        asked = [self._recipient(fact.subject) for fact in self.facts.of("actors.sign_in.requested")]
        return [found["link"] for found in asked if found is not None and found["email"] == self.address]

    def token(self) -> str:
        (link,) = until(self.links, says="a link is asked for")
        assert link.startswith("/sv/sign-in/")
        return link.removeprefix("/sv/sign-in/")

    def _recipient(self, request: str) -> Any:
        question = {"reference": request, "purpose": "sign_in"}
        return self.world.rpc.call("actors.recipient", question, principal=OPERATOR)


@pytest.fixture
def person(world: World, facts: Facts) -> Person:
    return Person(world, facts)


def test_a_link_lets_in_once(world: World, facts: Facts, person: Person, node: NodeUnderTest) -> None:
    person.ask()
    token = person.token()
    opened = world.rpc.call("actors.open_session", {"token": token}, command_id=f"open-{person.id}")
    told = facts.wait_for("actors.session.opened", lambda fact: fact.subject == opened["session"]["id"])
    assert (told.visibility, told.data["account"]) == ("node", person.id)
    assert told.data["hash"] == sha256(opened["secret"].encode()).hexdigest()
    assert world.rpc.call("actors.open_session", {"token": token}, command_id=f"open-{person.id}") == opened
    with pytest.raises(errors.Conflict, match="used already"):
        world.rpc.call("actors.open_session", {"token": token})
    assert person.links() == []
    assert opened["secret"] not in everything_in(node)
    assert token not in everything_in(node)


def test_a_token_that_is_not_ours_lets_nobody_in(world: World, person: Person) -> None:
    person.ask()
    token = person.token()
    reference = token.partition(".")[0]
    for wrong in ("x", reference, f"{reference}.", token[:-1] + ("A" if token[-1] != "A" else "B"), f"{person.id}.x"):
        with pytest.raises(errors.NotFound):
            world.rpc.call("actors.open_session", {"token": wrong})
    assert person.links()


def test_a_session_is_closed_by_its_owner_or_the_operator(world: World, facts: Facts, person: Person) -> None:
    person.ask()
    session = world.rpc.call("actors.open_session", {"token": person.token()})["session"]
    for other in (world.stranger, world.coordinator):
        with pytest.raises(errors.Forbidden):
            world.rpc.call("actors.close_session", {"session": session["id"]}, principal=other)
    with pytest.raises(errors.SignInNeeded):
        world.rpc.call("actors.close_session", {"session": session["id"]}, principal=VISITOR)
    for who in (person.principal, OPERATOR):
        closed = world.rpc.call("actors.close_session", {"session": session["id"]}, principal=who)
        assert (closed["state"], closed["version"]) == ("closed", 2)
    facts.wait_for("actors.session.closed", lambda fact: fact.subject == session["id"])


def test_an_address_without_an_account_gets_the_same_answer_and_no_mail(
    world: World, facts: Facts, person: Person
) -> None:
    asked = len(facts.of("actors.sign_in.requested"))
    assert world.rpc.call("actors.request_sign_in", {"email": world.address()}) is None
    person.ask()
    assert until(person.links)
    assert len(facts.of("actors.sign_in.requested")) == asked + 1


def test_a_mailbox_is_not_flooded_with_links(world: World, facts: Facts, person: Person) -> None:
    for _ in range(7):
        person.ask()
    world.registered()
    until(lambda: len(person.links()) == 5, says="five links")
    marker = Person(world, facts)
    marker.ask()
    until(marker.links)
    assert len(person.links()) == 5


def test_the_courier_is_told_where_an_account_is_written_to(world: World, person: Person) -> None:
    question = {"reference": person.id, "purpose": "subscription"}
    answer = world.rpc.call("actors.recipient", question, principal=OPERATOR)
    assert (answer["email"], answer["name"], answer["language"]) == (person.address, "Esimerkki", "sv")
    assert answer["link"] is None
    unknown = {"reference": identifiers.new_id(identifiers.ACCOUNT), "purpose": "subscription"}
    assert world.rpc.call("actors.recipient", unknown, principal=OPERATOR) is None
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.recipient", question, principal=world.coordinator)


def test_nothing_of_a_person_leaves_with_a_fact(world: World, facts: Facts, person: Person) -> None:
    person.ask()
    world.rpc.call("actors.open_session", {"token": person.token()})
    issued(world, person.principal)
    facts.wait_for("actors.key.issued", lambda fact: fact.data["account"] == person.id)
    assert person.address not in "".join(fact.to_json().decode() for fact in facts.seen)


def test_snapshots_hold_what_the_facts_told(world: World, facts: Facts, person: Person) -> None:
    person.ask()
    session = world.rpc.call("actors.open_session", {"token": person.token()})["session"]
    key = issued(world, person.principal)["key"]
    partner = world.person("partner", world.registered()["id"])
    told = {
        "session": facts.wait_for("actors.session.opened", lambda fact: fact.subject == session["id"]),
        "key": facts.wait_for("actors.key.issued", lambda fact: fact.subject == key["id"]),
        "mandate": facts.wait_for("actors.mandate.granted", lambda fact: fact.data["account"] == partner.account),
    }
    for kind, fact in told.items():
        (record,) = (record for record in world.snapshot(kind) if record["id"] == fact.subject)
        assert record == {**fact.data, "visibility": "node"}
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.snapshot", {"kind": "key"}, principal=person.principal)
