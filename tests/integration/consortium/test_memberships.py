"""Asking, inviting, roles over time, ending: by remote calls, with the facts seen on the broker."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pymongo.client_session import ClientSession

from services.consortium import use_cases
from services.consortium.store import ConsortiumStore
from services.contracts import errors, identifiers
from services.contracts.principal import Principal
from services.runtime import store as stores
from services.runtime.work import Origin, Work
from tests.harness import NodeUnderTest, until

from .conftest import World


def joining(consortium: str, organisation: str, **rest: Any) -> dict[str, Any]:
    return {"consortium": consortium, "organisation": organisation, **rest}


def days(membership: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(span["role"], span["since"], span["until"]) for span in membership["roles"]]


def test_a_request_stays_within_the_node_until_it_is_admitted(world: World) -> None:
    consortium = world.found()["id"]
    organisation, partner = world.organisation()
    secretary = world.secretary_of(consortium)
    request = world.call("ask_membership", joining(consortium, organisation, role="observer"), partner)
    assert request["state"] == "asked"
    assert world.told("membership.asked", request["id"], 1).visibility == "node"
    decision = {"id": request["id"], "accept": True, "since": "2026-01-01", "expected_version": 1}
    admitted = world.call("decide_membership", decision, secretary)
    assert days(admitted) == [("observer", "2026-01-01", None)]
    told = world.told("membership.started", request["id"], 2)
    assert (told.visibility, told.data) == ("public", admitted)


def test_a_partner_does_not_admit_itself(world: World) -> None:
    consortium = world.found()["id"]
    organisation, partner = world.organisation()
    request = world.call("ask_membership", joining(consortium, organisation), partner)
    with pytest.raises(errors.Forbidden):
        world.call("decide_membership", {"id": request["id"], "accept": True}, partner)
    with pytest.raises(errors.Forbidden):
        world.call("invite_member", joining(consortium, organisation, agreed=True), partner)


def test_a_secretary_does_not_accept_for_the_organisation(world: World) -> None:
    consortium = world.found()["id"]
    organisation, partner = world.organisation()
    invitation = world.call("invite_member", joining(consortium, organisation), world.coordinator)
    assert world.told("membership.invited", invitation["id"], 1).visibility == "node"
    with pytest.raises(errors.Forbidden):
        world.call("decide_membership", {"id": invitation["id"], "accept": True}, world.coordinator)
    accepted = world.call("decide_membership", {"id": invitation["id"], "accept": True}, partner)
    assert (accepted["state"], accepted["version"]) == ("active", 2)


def test_both_sides_may_decline_and_strangers_neither(world: World) -> None:
    consortium = world.found()["id"]
    organisation, partner = world.organisation()
    _, foreign = world.organisation()
    for begin, begins in (("ask_membership", partner), ("invite_member", world.coordinator)):
        for decliner in (partner, world.coordinator):
            undecided = world.call(begin, joining(consortium, organisation), begins)
            for who in (foreign, world.elsewhere, world.stranger):
                with pytest.raises(errors.Forbidden):
                    world.call("decide_membership", {"id": undecided["id"], "accept": False}, who)
            declined = world.call("decide_membership", {"id": undecided["id"], "accept": False}, decliner)
            assert declined["state"] == "declined"
            assert world.told("membership.declined", undecided["id"], 2).visibility == "node"
            with pytest.raises(errors.Conflict):
                world.call("decide_membership", {"id": undecided["id"], "accept": False}, decliner)


def test_one_organisation_has_one_living_membership(world: World) -> None:
    consortium = world.found()["id"]
    organisation, partner = world.organisation()
    request = world.call("ask_membership", joining(consortium, organisation), partner)
    with pytest.raises(errors.Conflict, match=request["id"]):
        world.call("ask_membership", joining(consortium, organisation), partner)
    with pytest.raises(errors.Conflict, match="asked already"):
        world.call("invite_member", joining(consortium, organisation, agreed=True), world.coordinator)


def test_of_many_who_ask_at_once_one_is_taken(world: World) -> None:
    consortium = world.found()["id"]
    organisation, partner = world.organisation()

    def ask(number: int) -> str:
        who = partner if number % 2 else world.coordinator
        try:
            world.call("ask_membership" if number % 2 else "invite_member", joining(consortium, organisation), who)
        except errors.Conflict:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(ask, range(12)))
    assert sorted(outcomes) == ["refused"] * 11 + ["taken"]
    assert len(world.call("memberships", joining(consortium, organisation), partner)) == 1


def test_who_left_may_join_anew_and_the_history_stays(world: World) -> None:
    consortium = world.found()["id"]
    first, partner = world.member(consortium, since="2023-06-01")
    world.call("end_membership", {"id": first["id"], "until": "2025-05-31"}, partner)
    again = world.call("ask_membership", joining(consortium, first["organisation"]), partner)
    found = world.call("memberships", joining(consortium, first["organisation"]), partner)
    assert [(one["id"], one["state"]) for one in found] == [(first["id"], "ended"), (again["id"], "asked")]
    assert days(found[0]) == [("partner", "2023-06-01", "2025-05-31")]


def test_roles_change_from_a_day_on_in_the_past_and_ahead(world: World) -> None:
    consortium = world.found()["id"]
    membership, partner = world.member(consortium, since="2024-01-01")
    ahead = (datetime.now(UTC).date() + timedelta(400)).isoformat()
    before_ahead = (date.fromisoformat(ahead) - timedelta(1)).isoformat()
    change = {"id": membership["id"], "role": "lead", "since": ahead, "expected_version": 1}
    world.call("change_role", change, world.coordinator)
    changed = world.call("change_role", {**change, "since": "2023-06-01", "expected_version": 2}, world.coordinator)
    assert days(changed) == [
        ("lead", "2023-06-01", "2023-12-31"),
        ("partner", "2024-01-01", before_ahead),
        ("lead", ahead, None),
    ]
    assert world.told("membership.changed", membership["id"], 3).data["roles"] == changed["roles"]
    with pytest.raises(errors.VersionMismatch):
        world.call("change_role", {**change, "role": "funder"}, world.coordinator)
    with pytest.raises(errors.Conflict, match="already"):
        world.call("change_role", {**change, "expected_version": None}, world.coordinator)
    with pytest.raises(errors.Forbidden):
        world.call("change_role", change, partner)


def test_a_day_beyond_every_calendar_names_its_field(world: World) -> None:
    membership, _ = world.member(world.found()["id"])
    for day in ("0001-01-01", "9999-12-31"):
        with pytest.raises(errors.Invalid) as caught:
            world.call("change_role", {"id": membership["id"], "role": "lead", "since": day}, world.coordinator)
        assert caught.value.details["errors"][0]["field"] == "since"


def test_the_last_day_of_a_membership_lies_not_ahead(world: World) -> None:
    membership, partner = world.member(world.found()["id"])
    tomorrow = (datetime.now(UTC).date() + timedelta(2)).isoformat()
    with pytest.raises(errors.Invalid, match="up to today"):
        world.call("end_membership", {"id": membership["id"], "until": tomorrow}, partner)
    ended = world.call("end_membership", {"id": membership["id"]}, partner)
    assert world.told("membership.ended", membership["id"], 2).data == ended
    with pytest.raises(errors.Conflict):
        world.call("end_membership", {"id": membership["id"]}, partner)


def test_a_foreign_partner_neither_asks_nor_ends_for_another(world: World) -> None:
    consortium = world.found()["id"]
    membership, _ = world.member(consortium)
    organisation, foreign = world.organisation()
    with pytest.raises(errors.Forbidden):
        world.call("end_membership", {"id": membership["id"]}, foreign)
    other, _ = world.organisation()
    with pytest.raises(errors.Forbidden):
        world.call("ask_membership", joining(consortium, other), foreign)
    with pytest.raises(errors.SignInNeeded):
        world.call("ask_membership", joining(consortium, organisation))


def test_a_partner_whose_key_reads_only_asks_for_nothing(world: World) -> None:
    consortium = world.found()["id"]
    organisation, partner = world.organisation()
    reader = Principal("account", partner.account, frozenset({"read"}))
    with pytest.raises(errors.Forbidden):
        world.call("ask_membership", joining(consortium, organisation), reader)
    assert world.call("memberships", {"organisation": organisation}, reader) == []


def test_an_organisation_that_nobody_registered_is_refused(world: World) -> None:
    consortium = world.found()["id"]
    unknown = identifiers.new_id(identifiers.ORGANISATION)
    with pytest.raises(errors.UnknownReference) as caught:
        world.call("invite_member", joining(consortium, unknown), world.coordinator)
    assert caught.value.details["errors"][0]["field"] == "organisation"


def test_requests_are_read_by_those_whom_they_concern(world: World) -> None:
    consortium = world.found()["id"]
    secretary = world.secretary_of(consortium)
    member, member_partner = world.member(consortium)
    organisation, partner = world.organisation()
    request = world.call("ask_membership", joining(consortium, organisation), partner)
    both, public = {member["id"], request["id"]}, {member["id"]}
    for who, seen in (
        (secretary, both),
        (world.coordinator, both),
        (partner, both),
        (member_partner, public),
    ):
        found = world.call("memberships", {"consortium": consortium}, who)
        assert {one["id"] for one in found} == seen
    assert world.call("memberships", {"organisation": organisation}, secretary)[0]["id"] == request["id"]
    for who in (world.stranger, world.elsewhere, Principal("operator")):
        with pytest.raises(errors.Forbidden):
            world.call("memberships", {"consortium": consortium}, who)
    with pytest.raises(errors.SignInNeeded):
        world.call("memberships", {"consortium": consortium})
    with pytest.raises(errors.Invalid):
        world.call("memberships", {}, secretary)


def test_an_organisation_removed_from_the_registry_leaves_its_consortia(world: World) -> None:
    consortium, other = world.found()["id"], world.found()["id"]
    member, partner = world.member(consortium)
    organisation = member["organisation"]
    request = world.call("ask_membership", joining(other, organisation), partner)
    group = world.call(
        "form_working_group",
        {"consortium": consortium, "name": {"en": "Example"}, "members": [organisation]},
        world.coordinator,
    )
    world.remove(organisation)
    world.told("membership.ended", member["id"], 2)
    world.told("membership.declined", request["id"], 2)
    assert world.told("working_group.changed", group["id"], 2).data["members"] == []
    with pytest.raises(errors.UnknownReference):
        world.call("invite_member", joining(consortium, organisation), world.coordinator)


def test_an_organisation_that_asks_at_the_moment_of_its_removal_is_no_member_after_it(world: World) -> None:
    consortium = world.found()["id"]
    for _ in range(3):
        organisation, partner = world.organisation()
        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(world.call, "ask_membership", joining(consortium, organisation), partner)
            world.remove(organisation)
        assert asking.exception() is None or isinstance(asking.exception(), errors.UnknownReference)
        until(lambda: refused(world, consortium, organisation, partner), says="the removal has come")  # noqa: B023
        states = [one["state"] for one in world.call("memberships", {"organisation": organisation}, partner)]
        assert states in ([], ["declined"])


def refused(world: World, consortium: str, organisation: str, partner: Principal) -> bool:
    try:
        world.call("ask_membership", joining(consortium, organisation), partner)
    except errors.UnknownReference:
        return True
    except errors.Conflict:
        return False
    raise AssertionError("it could ask twice")


def test_a_snapshot_has_what_everybody_may_see_and_no_request(world: World) -> None:
    consortium = world.found()["id"]
    active, _ = world.member(consortium, since="2024-02-01")
    ended, partner = world.member(consortium)
    ended = world.call("end_membership", {"id": ended["id"]}, partner)
    organisation, asking = world.organisation()
    request = world.call("ask_membership", joining(consortium, organisation), asking)
    page = world.snapshot("membership")
    assert page[active["id"]] == {**active, "visibility": "public"}
    assert page[ended["id"]] == {**ended, "visibility": "public"}
    assert request["id"] not in page
    assert world.snapshot("consortium")[consortium]["state"] == "active"
    with pytest.raises(errors.Forbidden):
        world.call("snapshot", {"kind": "membership"}, world.coordinator)


def test_a_mandate_that_comes_late_is_waited_for_by_nobody_but_counts_when_there(world: World) -> None:
    consortium = world.found()["id"]
    organisation, _ = world.organisation()
    late = world.account("partner", organisation)

    def asks() -> Any:
        try:
            return world.call("ask_membership", joining(consortium, organisation), late)
        except errors.Forbidden:
            return None

    assert until(asks)["state"] == "asked"


def test_a_membership_for_a_term_ends_by_itself_after_its_last_day(world: World) -> None:
    consortium = world.found()["id"]
    past, tomorrow = (datetime.now(UTC).date() + timedelta(days=by) for by in (-2, 2))
    over, _ = world.member(consortium, since="2025-01-01", until=past.isoformat())
    lasting, _ = world.member(consortium, since="2025-01-01", until=tomorrow.isoformat())
    ended = world.told("membership.ended", over["id"], 2)
    assert ended.visibility == "public"
    assert days(ended.data) == [("partner", "2025-01-01", past.isoformat())]
    again = world.call("invite_member", joining(consortium, over["organisation"], role="lead"), world.coordinator)
    assert again["state"] == "invited", "it may join anew"
    assert world.snapshot("membership")[lasting["id"]]["state"] == "active"


def test_who_leaves_at_the_end_of_a_term_leaves_the_working_groups_too(world: World, node: NodeUnderTest) -> None:
    consortium = world.found()["id"]
    today = datetime.now(UTC).date()
    member, _ = world.member(consortium, since="2025-01-01", until=(today + timedelta(days=2)).isoformat())
    arguments = {"consortium": consortium, "name": {"en": "Example group"}, "members": [member["organisation"]]}
    group = world.call("form_working_group", arguments, world.coordinator)

    database = stores.connect(node.mongodb_uri, f"{node.database_prefix}consortium", "test")
    origin, later = Origin("pohjois-karjala", 1, "later", "later"), datetime.now(UTC) + timedelta(days=4)
    work = Work(origin, later, Principal("operator"), lambda _account: ())

    def term_over(session: ClientSession) -> None:
        use_cases.run_out(work, ConsortiumStore(database, session), {"id": member["id"]})

    stores.in_transaction(database, term_over, seconds=10)
    assert [fact.type.partition(".")[2] for fact in work.told] == ["membership.ended", "working_group.changed"]
    stores.in_transaction(database, term_over, seconds=10)
    assert len(work.told) == 2, "once"
    assert world.snapshot("membership")[member["id"]]["state"] == "ended"
    assert world.snapshot("working_group")[group["id"]]["members"] == []
