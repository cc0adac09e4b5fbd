"""actors over nameko: each call is handed to its use case."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from services.contracts.envelope import Visibility
from services.runtime import topology
from services.runtime.definition import ServiceDefinition
from services.runtime.documents import to_values
from services.runtime.duties import Duty
from services.runtime.service import CommonCalls, Runtime, call
from services.runtime.snapshots import snapshot_of

from . import model, use_cases
from .model import Record
from .reactions import REACTIONS
from .store import INDEXES, ActorStore
from .use_cases import imports


def _organisations(
    store: ActorStore, after: str | None, limit: int
) -> tuple[list[tuple[str, Visibility, Mapping[str, Any]]], str | None]:
    """Those of the registry as their facts carry them, removed ones as tombstones; proposals are nobody's to see."""
    found, following = store.organisations.page(after, limit)
    shown: list[tuple[str, Visibility, Mapping[str, Any]]] = [
        ("actors.organisation.changed", "public", to_values(organisation))
        if organisation.state != "removed"
        else ("actors.organisation.removed", "public", model.tombstone(organisation))
        for organisation in found
        if organisation.is_public
    ]
    return shown, following


def _packages(
    store: ActorStore, after: str | None, limit: int
) -> tuple[list[tuple[str, Visibility, Mapping[str, Any]]], str | None]:
    """Those that are shown, as everybody sees them."""
    found, following = store.packages.page(after, limit)
    shown: list[tuple[str, Visibility, Mapping[str, Any]]] = [
        ("actors.package.offered", "public", use_cases.as_published(package))
        for package in found
        if package.state == "offered"
    ]
    return shown, following


def _unless_withdrawn(record: Record) -> Visibility | None:
    """What was withdrawn left a tombstone, which says no more than that: a rebuild keeps those that there are."""
    return None if record.state == "withdrawn" else "public"


def _within_the_node(_record: Record) -> Visibility:
    return "node"


_RUNS = imports.Runs()

DEFINITION = ServiceDefinition(
    name="actors",
    store=ActorStore,
    indexes=INDEXES,
    consumer=topology.ACTORS,
    reactions=REACTIONS,
    snapshots={
        "organisation": _organisations,
        "offering": snapshot_of("actors.offering.offered", lambda store: store.offerings, _unless_withdrawn),
        "package": _packages,
        "relation": snapshot_of("actors.relation.stated", lambda store: store.relations, _unless_withdrawn),
        "mandate": snapshot_of("actors.mandate.granted", lambda store: store.mandates, _within_the_node),
        "key": snapshot_of("actors.key.issued", lambda store: store.keys, _within_the_node),
        "session": snapshot_of("actors.session.opened", lambda store: store.sessions, _within_the_node),
    },
    recipient=use_cases.recipient,
    personal_data=use_cases.personal_data,
    erase=use_cases.erase,
    uploads=("import_rows",),
    sweeps=(
        ActorStore.forget_old_sign_ins,
        ActorStore.forget_contacts,
        ActorStore.forget_old_data_requests,
        ActorStore.forget_imports,
    ),
    duties=(Duty("import", _RUNS.due, _RUNS.do, every=0.5),),
)


class Service(CommonCalls):
    """Organisations and the people who may act for them."""

    name = "actors"
    runtime = Runtime(DEFINITION)

    @call
    def propose_organisation(self, wire: Any) -> Any:
        proposing = self._knowing_regions(use_cases.propose_organisation)
        reveal = partial(use_cases.reveal_proposal, self.runtime.settings.secret)
        return self.runtime.desk.command(wire, proposing, reveal=reveal)

    @call
    def own_proposal(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.own_proposal)

    @call
    def own_proposals(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.own_proposals)

    @call
    def register_organisation(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.register_organisation)

    @call
    def decide_proposal(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.decide_proposal, one_at_a_time="id")

    @call
    def proposals(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.proposals)

    @call
    def change_organisation(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_organisation, one_at_a_time="id")

    @call
    def remove_organisation(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.remove_organisation, one_at_a_time="id")

    @call
    def state_relation(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.state_relation, one_at_a_time="kind")

    @call
    def change_relation(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_relation, one_at_a_time="id")

    @call
    def withdraw_relation(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.withdraw_relation, one_at_a_time="id")

    @call
    def merge_organisations(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.merge_organisations, one_at_a_time="id")

    @call
    def undo_merge(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.undo_merge, one_at_a_time="id")

    @call
    def merge_offers(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.merge_offers)

    @call
    def tell_apart(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.tell_apart)

    @call
    def offer(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.offer)

    @call
    def change_offering(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_offering, one_at_a_time="id")

    @call
    def withdraw_offering(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.withdraw_offering, one_at_a_time="id")

    @call
    def make_package(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.make_package)

    @call
    def change_package(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_package, one_at_a_time="id")

    @call
    def consent_to_package(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.consent_to_package, one_at_a_time="id")

    @call
    def withdraw_package(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.withdraw_package, one_at_a_time="id")

    @call
    def packages(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.packages)

    @call
    def add_candidate(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.add_candidate, one_at_a_time="region")

    @call
    def change_candidate(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_candidate, one_at_a_time="id")

    @call
    def move_candidate(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.move_candidate, one_at_a_time="id")

    @call
    def note_talk(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.note_talk, one_at_a_time="id")

    @call
    def plan_step(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.plan_step, one_at_a_time="id")

    @call
    def drop_candidate(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.drop_candidate, one_at_a_time="id")

    @call
    def candidates(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.candidates)

    @call
    def candidate(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.candidate)

    @call
    def candidate_history(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.candidate_history)

    @call
    def pipeline_numbers(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.pipeline_numbers)

    @call
    def history(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.history)

    @call
    def mandates(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.mandates)

    @call
    def import_organisations(self, wire: Any) -> Any:
        return self.runtime.desk.steps(wire, use_cases.import_steps, use_cases.join_reports)

    @call
    def open_import(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, imports.open_import, one_at_a_time="region")

    @call
    def try_import(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, imports.try_import, one_at_a_time="id")

    @call
    def run_import(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, imports.run_import, one_at_a_time="id")

    @call
    def drop_import(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, imports.drop_import, one_at_a_time="id")

    @call
    def import_(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, imports.import_)

    @call
    def imports(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, imports.imports)

    @call
    def import_rows_of(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, imports.import_rows_of)

    @call
    def open_account(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.open_account, one_at_a_time="email")

    @call
    def change_account(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.change_account, one_at_a_time="account")

    @call
    def account(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.account)

    @call
    def grant_mandate(self, wire: Any) -> Any:
        granting = self._knowing_regions(use_cases.grant_mandate)
        return self.runtime.desk.command(wire, granting, one_at_a_time="account")

    @call
    def revoke_mandate(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.revoke_mandate, one_at_a_time="id")

    @call
    def issue_key(self, wire: Any) -> Any:
        reveal = partial(use_cases.reveal_key, self.runtime.settings.secret)
        return self.runtime.desk.command(wire, use_cases.issue_key, one_at_a_time="account", reveal=reveal)

    @call
    def revoke_key(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.revoke_key, one_at_a_time="id")

    @call
    def keys(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.keys)

    @call
    def request_sign_in(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.request_sign_in, one_at_a_time="email")

    @call
    def open_session(self, wire: Any) -> Any:
        reveal = partial(use_cases.reveal_session, self.runtime.settings.secret)
        return self.runtime.desk.command(wire, use_cases.open_session, one_at_a_time="token", reveal=reveal)

    @call
    def close_session(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.close_session, one_at_a_time="session")

    @call
    def ask_for_my_data(self, wire: Any) -> Any:
        return self.runtime.desk.command(wire, use_cases.ask_for_my_data, one_at_a_time="email")

    @call
    def open_personal_data(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.open_personal_data)

    @call
    def open_erasure(self, wire: Any) -> Any:
        return self.runtime.desk.query(wire, use_cases.open_erasure)

    def _knowing_regions(self, use_case: Callable[..., Any]) -> Callable[..., Any]:
        return partial(use_case, node_regions=self.runtime.settings.regions)
