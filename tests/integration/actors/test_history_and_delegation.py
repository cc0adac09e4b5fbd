"""What was changed, by whom; and people whom a partner lets act for its organisation."""

import pytest

from services.contracts import errors
from services.contracts.principal import OPERATOR

from .conftest import World


def history(world: World, organisation: str, **rest: object) -> list[dict[str, object]]:
    arguments = {"organisation": organisation, **rest}
    page = world.rpc.call("actors.history", arguments, principal=world.coordinator)
    return list(page["items"])


def test_a_history_says_what_was_changed_by_whom_and_never_a_name(world: World) -> None:
    record = world.registered(website="https://example.org")
    partner = world.person("partner", record["id"])
    change = {"id": record["id"], "website": None, "places": ["Outokumpu"]}
    world.rpc.call("actors.change_organisation", change, principal=partner)
    found = history(world, record["id"])
    assert [each["what"] for each in found] == ["organisation.changed", "mandate.granted", "organisation.registered"]
    assert [each["account"] for each in found] == [partner.account, None, world.coordinator.account]
    assert found[0]["fields"] == [
        {"field": "places", "before": [], "after": ["Outokumpu"]},
        {"field": "website", "before": "https://example.org", "after": None},
    ]
    assert found[0]["version"] == 2
    own = world.rpc.call("actors.history", {"organisation": record["id"]}, principal=partner)
    assert own["items"] == found
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.history", {"organisation": record["id"]}, principal=world.stranger)


def test_a_history_is_read_page_by_page(world: World) -> None:
    record = world.registered()
    for number in range(3):
        change = {"id": record["id"], "website": f"https://example.org/{number}"}
        world.rpc.call("actors.change_organisation", change, principal=world.coordinator)
    first = world.rpc.call("actors.history", {"organisation": record["id"], "limit": 3}, principal=world.coordinator)
    rest = history(world, record["id"], limit=3, after=first["next"])
    assert [each["version"] for each in (*first["items"], *rest)] == [4, 3, 2, 1]


def test_what_was_imported_says_by_whom(world: World) -> None:
    names = [world.name() for _ in range(3)]
    report = world.imported("\n".join(["name_fi,kind", *(f"{name},company" for name in names)]))
    for row in report["rows"]:
        [entry] = history(world, row["id"])
        assert (entry["what"], entry["record"]) == ("organisation.imported", row["id"])
        assert (entry["account"], entry["version"]) == (world.coordinator.account, 1)


def test_what_a_refused_command_would_have_changed_is_in_no_history(world: World) -> None:
    record = world.registered()
    stale = {"id": record["id"], "kind": "research", "expected_version": 9}
    with pytest.raises(errors.VersionMismatch):
        world.rpc.call("actors.change_organisation", stale, principal=world.coordinator)
    assert len(history(world, record["id"])) == 1


def test_the_address_of_a_proposer_is_in_no_history(world: World) -> None:
    proposal = world.proposed(contact="ehdottaja@example.org")
    decision = {"id": proposal["id"], "admit": True}
    world.rpc.call("actors.decide_proposal", decision, principal=world.coordinator)
    found = history(world, proposal["id"])
    assert found[0]["what"] == "organisation.admitted"
    assert "example.org" not in str(found)


def test_a_partner_lets_a_colleague_edit_its_organisation_and_takes_it_back(world: World) -> None:
    record, colleague = world.registered(), world.person()
    partner = world.person("partner", record["id"])
    change = {"id": record["id"], "website": "https://example.org/colleague"}
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.change_organisation", change, principal=colleague)
    wanted = {"account": colleague.account, "role": "partner", "target": record["id"]}
    granted = world.rpc.call("actors.grant_mandate", wanted, principal=partner)
    assert granted["delegated"] is True
    assert world.rpc.call("actors.change_organisation", change, principal=colleague)["version"] == 2
    acting = world.rpc.call("actors.mandates", {"organisation": record["id"]}, principal=partner)
    assert {each["account"]: each["delegated"] for each in acting} == {partner.account: False, colleague.account: True}
    world.rpc.call("actors.revoke_mandate", {"id": granted["id"]}, principal=partner)
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.change_organisation", {**change, "website": None}, principal=colleague)


def test_who_was_let_in_by_a_partner_lets_nobody_else_in_and_puts_nobody_out(world: World) -> None:
    record, colleague, third = world.registered(), world.person(), world.person()
    partner = world.person("partner", record["id"])
    own = world.rpc.call("actors.mandates", {"organisation": record["id"]}, principal=partner)[0]
    wanted = {"account": colleague.account, "role": "partner", "target": record["id"]}
    granted = world.rpc.call("actors.grant_mandate", wanted, principal=partner)
    with pytest.raises(errors.Forbidden, match="Ask the partner"):
        world.rpc.call("actors.grant_mandate", {**wanted, "account": third.account}, principal=colleague)
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.revoke_mandate", {"id": own["id"]}, principal=colleague)
    assert world.rpc.call("actors.revoke_mandate", {"id": granted["id"]}, principal=colleague)["state"] == "revoked"


def test_a_partner_delegates_for_its_own_organisation_only_and_puts_no_equal_out(world: World) -> None:
    record, foreign, colleague = world.registered(), world.registered(), world.person()
    partner, equal = world.person("partner", record["id"]), world.person("partner", record["id"])
    wanted = {"account": colleague.account, "role": "partner", "target": foreign["id"]}
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.grant_mandate", wanted, principal=partner)
    acting = world.rpc.call("actors.mandates", {"organisation": record["id"]}, principal=OPERATOR)
    of_equal = next(each["id"] for each in acting if each["account"] == equal.account)
    with pytest.raises(errors.Forbidden, match="coordinator"):
        world.rpc.call("actors.revoke_mandate", {"id": of_equal}, principal=partner)
