"""The registry, its people and their keys."""

from typing import Any

from services.contracts.principal import OPERATOR, Principal
from tests.harness import until
from tests.integration.permissions.personas import ANY_REGION, CONSORTIUM, NO_REGION, ORGANISATION, REGION, Reach
from tests.integration.permissions.personas import OPERATOR as OPERATOR_ALONE
from tests.integration.permissions.world import OWN_REGION, World, forged

from .attempt import Arguments, Attempt


def _an_organisation(world: World, _: Principal) -> Arguments:
    return world.an_organisation(OWN_REGION)


def _of_no_region(world: World, _: Principal) -> Arguments:
    return world.an_organisation()


def _proposal(world: World, _: Principal) -> Arguments:
    made = world.rpc.call("actors.propose_organisation", world.an_organisation(OWN_REGION))
    return {"id": made["id"], "admit": True}


def _proposal_token(world: World, _: Principal) -> Arguments:
    made = world.rpc.call("actors.propose_organisation", world.an_organisation(OWN_REGION))
    return {"token": made["token"]}


def _forged_proposal(world: World, who: Principal) -> Arguments:
    return {"token": next(forged(_proposal_token(world, who)["token"]))}


def _new_website(world: World, _: Principal) -> Arguments:
    return {"id": world.organisation, "website": f"https://example.org/{world.address()}"}


def _new_regions(world: World, _: Principal) -> Arguments:
    """Of an organisation that the partner acts for, so that only the regions are beyond it."""
    made = world.registered()
    world.grant(str(world.partner.account), "partner", made["id"])
    return {"id": made["id"], "regions": [OWN_REGION, "FI1D8"]}


def _removable(world: World, _: Principal) -> Arguments:
    made = world.registered()
    world.grant(str(world.partner.account), "partner", made["id"])
    return {"id": made["id"]}


def _file(world: World, _: Principal) -> Arguments:
    name = world.an_organisation()["name"]["fi"]
    return {"csv": f"name_fi,kind\n{name},company\n", "region": OWN_REGION}


def _table(world: World, _: Principal) -> Arguments:
    name = world.an_organisation()["name"]["fi"]
    rows = [[1, ["name_fi", "kind"]], [2, [name, "company"]]]
    return {"region": OWN_REGION, "table": [{"name": "CSV", "rows": rows}]}


def _opened_import(world: World, who: Principal) -> Arguments:
    """One that waits. Those of earlier attempts go on by themselves, and are dropped then: a region keeps so many."""

    def kept() -> list[Arguments]:
        found: list[Arguments] = world.rpc.call("actors.imports", {"region": OWN_REGION}, principal=world.coordinator)
        return found

    until(lambda: all(each["state"] not in ("trying", "running") for each in kept()), says="no import is under way")
    for view in kept():
        world.rpc.call("actors.drop_import", {"id": view["id"]}, principal=world.coordinator)
    return {"id": world.rpc.call("actors.open_import", _table(world, who), principal=world.coordinator)["id"]}


def _person(world: World, _: Principal) -> Arguments:
    return {"email": world.address(), "name": "Esimerkki Henkilö"}


def _person_of_the_region(world: World, who: Principal) -> Arguments:
    return {**_person(world, who), "region": OWN_REGION}


def _owner(world: World, _: Principal) -> Arguments:
    return {"account": world.owner.account}


def _name(world: World, _: Principal) -> Arguments:
    return {"account": world.owner.account, "name": f"Esimerkki {world.address()}"}


def _grant(role: str) -> Any:
    def prepare(world: World, _: Principal) -> Arguments:
        target = {"partner": world.organisation, "secretary": world.consortium, "coordinator": OWN_REGION}
        return {"account": world.open_account(), "role": role, "target": target.get(role, "node")}

    return prepare


def _granted(role: str) -> Any:
    def prepare(world: World, who: Principal) -> Arguments:
        wanted = _grant(role)(world, who)
        return {"id": world.grant(wanted["account"], role, wanted["target"])["id"]}

    return prepare


def _key(world: World, who: Principal) -> Arguments:
    """With a scope that the caller has itself: nobody gives more."""
    issued = world.collection("actors", "keys").find({"account": world.owner.account, "state": "issued"})
    for key in list(issued):
        world.rpc.call("actors.revoke_key", {"id": key["_id"]}, principal=OPERATOR)
    return {"account": world.owner.account, "name": "esimerkki", "scopes": [min(who.scopes or {"read"})]}


def _issued(world: World, who: Principal) -> Arguments:
    issued = world.rpc.call("actors.issue_key", {**_key(world, who), "scopes": ["read"]}, principal=world.owner)
    return {"id": issued["key"]["id"]}


def _link(world: World, _: Principal) -> Arguments:
    return {"token": world.signed_in()[0]}


def _forged_link(world: World, who: Principal) -> Arguments:
    return {"token": next(forged(_link(world, who)["token"]))}


def _session(world: World, who: Principal) -> Arguments:
    opened = world.rpc.call("actors.open_session", _link(world, who))
    return {"session": opened["session"]["id"]}


def _of(row: str, call: str, prepare: Any, reach: Reach = ORGANISATION, name: str = "", **rest: Any) -> Attempt:
    return Attempt(name or call, f"actors.{call}", (f"actors.{row}",), prepare, reach, **rest)


def _relation(world: World, _: Principal) -> Arguments:
    return {"organisation": world.organisation, "kind": "member_of", "other": world.registered()["id"]}


def _stated(world: World, who: Principal) -> Arguments:
    stated = world.rpc.call("actors.state_relation", _relation(world, who), principal=world.coordinator)
    return {"id": stated["id"]}


def _changed_days(world: World, who: Principal) -> Arguments:
    return {**_stated(world, who), "since": "2020-01-01"}


def _succession(world: World, _: Principal) -> Arguments:
    """Of an organisation that the partner acts for."""
    old = world.registered()
    world.grant(str(world.partner.account), "partner", old["id"])
    other = world.registered()["id"]
    return {"organisation": old["id"], "kind": "merged_into", "other": other, "since": "2026-01-01"}


def _succeeded(world: World, who: Principal) -> Arguments:
    stated = world.rpc.call("actors.state_relation", _succession(world, who), principal=world.coordinator)
    return {"id": stated["id"]}


def _twins(world: World, _: Principal) -> Arguments:
    return {"id": world.registered()["id"], "other": world.registered()["id"]}


def _merged(world: World, who: Principal) -> Arguments:
    merge = world.rpc.call("actors.merge_organisations", _twins(world, who), principal=world.coordinator)
    return {"id": merge["id"]}


def _two(world: World, who: Principal) -> Arguments:
    return {"organisations": list(_twins(world, who).values())}


def _own_organisation(world: World, _: Principal) -> Arguments:
    return {"organisation": world.organisation}


def _delegated(world: World, _: Principal) -> Arguments:
    """Granted by the partner, who may take back no other."""
    wanted = {"account": world.open_account(), "role": "partner", "target": world.organisation}
    return {"id": world.rpc.call("actors.grant_mandate", wanted, principal=world.partner)["id"]}


def _an_offering(world: World, _: Principal) -> Arguments:
    return {"organisation": world.organisation, "title": {"fi": "Koeajo (esimerkki)"}, "kind": "service"}


def _offered(world: World, who: Principal) -> Arguments:
    offered = world.rpc.call("actors.offer", _an_offering(world, who), principal=world.partner)
    return {"id": offered["id"]}


def _changed_offering(world: World, who: Principal) -> Arguments:
    return {**_offered(world, who), "trl_from": 4}


def _a_package(world: World, who: Principal) -> Arguments:
    offerings = [_offered(world, who)["id"]]
    return {"organisation": world.organisation, "title": {"fi": "Paketti (esimerkki)"}, "offerings": offerings}


def _made_package(world: World, who: Principal) -> Arguments:
    made = world.rpc.call("actors.make_package", _a_package(world, who), principal=world.partner)
    return {"id": made["id"]}


def _changed_package(world: World, who: Principal) -> Arguments:
    return {**_made_package(world, who), "link": "https://example.org/paketti"}


def _consent(world: World, who: Principal) -> Arguments:
    """A package of somebody else's with an own offering."""
    made = world.registered()
    offering = _offered(world, who)["id"]
    arguments = {"organisation": made["id"], "title": {"fi": "Paketti (esimerkki)"}, "offerings": [offering]}
    package = world.rpc.call("actors.make_package", arguments, principal=world.coordinator)
    return {"id": package["id"], "offering": offering, "consent": True}


def _a_candidate(world: World, _: Principal) -> Arguments:
    return {"region": OWN_REGION, "name": f"Esimerkki {world.address()}"}


def _candidate(**more: Any) -> Any:
    def prepare(world: World, who: Principal) -> Arguments:
        added = world.rpc.call("actors.add_candidate", _a_candidate(world, who), principal=world.coordinator)
        return {"id": added["id"], **more}

    return prepare


def _owners_address(world: World, _: Principal) -> Arguments:
    account = world.collection("actors", "accounts").find_one({"_id": world.owner.account})
    return {"address": account["email"]}


def _data_link(world: World, _: Principal) -> Arguments:
    address = world.address()
    world.rpc.call("actors.ask_for_my_data", {"email": address})
    request = world.collection("actors", "data_requests").find_one({"email": address})
    return {"token": world.token("actors", request["_id"], "my_data")}


def _forged_data_link(world: World, who: Principal) -> Arguments:
    return {"token": next(forged(_data_link(world, who)["token"]))}


_OPENING = {"personal_data.read": "open_personal_data", "personal_data.erase": "open_erasure"}
_KEPT: dict[str, Arguments] = {
    "change_candidate": {"note": "Esimerkki"},
    "move_candidate": {"stage": "contacted"},
    "note_talk": {"on": "2026-01-01", "summary": "Esimerkki"},
    "plan_step": {"what": "Esimerkki", "due": "2027-01-01"},
    "drop_candidate": {},
}


ATTEMPTS = (
    _of("proposal.make", "propose_organisation", _an_organisation),
    _of("proposal.read", "own_proposal", _proposal_token, who="everybody"),
    _of("proposal.read", "own_proposal", _forged_proposal, name="own_proposal by a forged token", who="nobody"),
    _of("proposal.read", "own_proposals", lambda *_: {}, who="accounts"),
    _of("organisation.register", "register_organisation", _an_organisation, REGION),
    _of("organisation.register", "register_organisation", _of_no_region, NO_REGION, "register one of no region"),
    _of("organisation.admit", "decide_proposal", _proposal, REGION),
    _of("proposals.read", "proposals", lambda *_: {"region": OWN_REGION}, REGION),
    _of("organisation.change", "change_organisation", _new_website),
    _of("organisation.change", "change_organisation", _new_regions, REGION, "change_organisation, its regions"),
    _of("organisation.remove", "remove_organisation", _removable),
    _of("relation.state", "state_relation", _relation),
    _of("relation.state", "change_relation", _changed_days),
    _of("relation.state", "withdraw_relation", _stated),
    _of("succession.state", "state_relation", _succession, REGION, "state_relation, what became of it"),
    _of("succession.state", "withdraw_relation", _succeeded, REGION, "withdraw_relation, what became of it"),
    _of("organisation.merge", "merge_organisations", _twins, REGION),
    _of("organisation.merge", "undo_merge", _merged, REGION),
    _of("organisation.merge", "tell_apart", _two, REGION),
    _of("merge_offers.read", "merge_offers", lambda *_: {}, ANY_REGION),
    _of("offering.offer", "offer", _an_offering),
    _of("offering.offer", "change_offering", _changed_offering),
    _of("offering.offer", "withdraw_offering", _offered),
    _of("package.make", "make_package", _a_package),
    _of("package.make", "change_package", _changed_package),
    _of("package.make", "withdraw_package", _made_package),
    _of("package.consent", "consent_to_package", _consent),
    _of("packages.read", "packages", _own_organisation),
    _of("pipeline.keep", "add_candidate", _a_candidate, REGION),
    *(_of("pipeline.keep", call, _candidate(**more), REGION) for call, more in _KEPT.items()),
    *(_of("pipeline.read", call, _candidate(), REGION) for call in ("candidate", "candidate_history")),
    *(
        _of("pipeline.read", call, lambda *_: {"region": OWN_REGION}, REGION)
        for call in ("candidates", "pipeline_numbers")
    ),
    _of("history.read", "history", _own_organisation),
    _of("mandates.read", "mandates", _own_organisation),
    _of("mandate.grant_partner", "revoke_mandate", _delegated, name="revoke_mandate, delegated"),
    _of("organisation.import", "import_organisations", _file, REGION),
    _of("organisation.import", "open_import", _table, REGION),
    *(_of("organisation.import", call, _opened_import, REGION) for call in ("try_import", "run_import", "drop_import")),
    *(_of("imports.read", call, _opened_import, REGION) for call in ("import_", "import_rows_of")),
    _of("imports.read", "imports", lambda *_: {"region": OWN_REGION}, REGION),
    _of("account.open", "open_account", _person_of_the_region, REGION),
    _of("account.open", "open_account", _person, ANY_REGION, "open_account for no region"),
    _of("account.read", "account", _owner),
    _of("account.read", "keys", _owner),
    _of("account.change", "change_account", _name),
    *(
        _of(f"mandate.grant_{role}", call, prepare(role), reach, f"{call}, {role}")
        for role, reach in {
            "partner": ORGANISATION,
            "secretary": CONSORTIUM,
            "coordinator": REGION,
            "operator": OPERATOR_ALONE,
        }.items()
        for call, prepare in {"grant_mandate": _grant, "revoke_mandate": _granted}.items()
        if (role, call) != ("partner", "revoke_mandate")  # what an operator granted, no partner takes back: above
    ),
    _of("key.issue", "issue_key", _key),
    _of("key.issue", "revoke_key", _issued),
    _of("sign_in", "request_sign_in", lambda world, _: {"email": world.address()}),
    _of("sign_in", "open_session", _link),
    _of("sign_in", "open_session", _forged_link, name="open_session by a forged link", who="nobody"),
    _of("session.close", "close_session", _session),
    _of("personal_data.ask", "ask_for_my_data", lambda world, _: {"email": world.address()}),
    *(_of(row, call, _owners_address, OPERATOR_ALONE) for row, call in _OPENING.items()),
    *(_of(row, call, lambda *_: {}, name=f"{call} of oneself", who="accounts") for row, call in _OPENING.items()),
    *(_of(row, call, _data_link, name=f"{call} by its link", who="everybody") for row, call in _OPENING.items()),
    *(
        _of(row, call, _forged_data_link, name=f"{call} by a forged link", who="nobody")
        for row, call in _OPENING.items()
    ),
)
