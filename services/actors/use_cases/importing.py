"""Importing organisations from a CSV file, row by row, in steps that are each done once.

A row is *added*; or the registry says all of it already (*unchanged*); or it has an organisation with one of its
identifiers, or with its name in one of its regions, of which the row says something else (*duplicate*: changed by
hand, never silently); or it is *refused*, with its errors by column.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any

from services.actors import model
from services.actors.model import Organisation, Row
from services.actors.store import ActorStore
from services.contracts.errors import Refusal, TooMany
from services.contracts.permissions import Target
from services.runtime.documents import to_values
from services.runtime.work import Work

from .authority import target_of_regions
from .history import note_import
from .organisations import new_organisation
from .reading import NotReadable, read_row

Arguments = dict[str, Any]
Step = Callable[[Work, ActorStore, Arguments], dict[str, Any]]

STEP = 100
"""Rows that one transaction takes."""
MOST_OF_A_DRY_RUN = 2_000
"""Rows: it is one step, for it keeps nothing that a next one could begin from."""
OUTCOMES = ("added", "unchanged", "duplicate", "refused")


def import_steps(arguments: Arguments) -> list[Step]:
    """The steps of an import, the same each time for the same arguments. A dry run is one, which writes nothing."""
    try:
        rows = model.read_sheet(arguments["csv"])
    except Refusal as refusal:
        return [partial(_refuse, refusal=refusal)]
    if arguments["dry_run"]:
        if len(rows) > MOST_OF_A_DRY_RUN:
            too_many = TooMany(f"At most {MOST_OF_A_DRY_RUN} organisations in a dry run. Try a part of the file.")
            return [partial(_refuse, refusal=too_many)]
        return [partial(import_rows, rows=rows)]
    return [partial(import_rows, rows=chunk) for chunk in _chunks(rows)]


def join_reports(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """One report of the steps' reports."""
    counts = {outcome: sum(report[outcome] for report in reports) for outcome in OUTCOMES}
    return {**counts, "rows": [row for report in reports for row in report["rows"]]}


def import_rows(work: Work, store: ActorStore, arguments: Arguments, *, rows: list[Row]) -> dict[str, Any]:
    """Imports these rows, or with dry_run says what would become of them. Raises Forbidden, SignInNeeded, Conflict."""
    _require(work, arguments)
    registry, outcomes, added = _Registry(store), [], []
    may_import = cache(lambda regions: work.may("actors.organisation.import", target_of_regions(work, regions)))
    for chunk in _chunks(rows):
        read = [(row, _read(work, row, arguments["region"], may_import)) for row in chunk]
        registry.look_up(organisation for _, organisation in read if isinstance(organisation, Organisation))
        for row, organisation in read:
            outcome = _outcome(registry, row, organisation)
            if outcome["outcome"] == "added" and isinstance(organisation, Organisation):
                registry.remember(organisation)
                added.append(organisation)
            outcomes.append(outcome)
    if not arguments["dry_run"]:
        store.add_organisations(added)
        note_import(work, store, added)
        for organisation in added:
            work.tell("actors.organisation.registered", to_values(organisation))
    return _report(outcomes, dry_run=arguments["dry_run"])


def _require(work: Work, arguments: Arguments) -> None:
    work.require("actors.organisation.import", Target(regions=frozenset({arguments["region"]})))


def _refuse(work: Work, _store: ActorStore, arguments: Arguments, *, refusal: Refusal) -> dict[str, Any]:
    """A file that can't be read: who may not import learns only that."""
    _require(work, arguments)
    raise refusal


def _read(
    work: Work, row: Row, region: str, may_import: Callable[[tuple[str, ...]], bool]
) -> Organisation | NotReadable:
    values = read_row(row, region)
    if isinstance(values, NotReadable):
        return values
    if not may_import(tuple(values["regions"])):
        return NotReadable(({"field": "regions", "message": "You coordinate none of these regions."},))
    return new_organisation(work, values, "admitted")


def _outcome(registry: "_Registry", row: Row, organisation: Organisation | NotReadable) -> dict[str, Any]:
    said: dict[str, Any] = {"row": row.line, "name": _name_of(row), "id": None, "errors": []}
    if isinstance(organisation, NotReadable):
        return {**said, "outcome": "refused", "errors": list(organisation.errors)}
    there = registry.find(organisation)
    if there is None:
        return {**said, "outcome": "added", "id": organisation.id}
    if says_all_of(there, organisation):
        return {**said, "outcome": "unchanged", "id": there.id}
    return {**said, "outcome": "duplicate", "id": there.id, "errors": [_difference(there, organisation)]}


def says_all_of(there: Organisation, row: Organisation) -> bool:
    """Whether the registry's record says everything that the row says; it may say more."""
    return not _differing(there, row)


def _differing(there: Organisation, row: Organisation) -> list[str]:
    differing = [] if there.name.items() >= row.name.items() else ["name"]
    differing += [] if there.kind == row.kind else ["kind"]
    differing += [
        field
        for field in ("regions", "places", "identifiers", "competences")
        if not set(getattr(there, field)) >= set(getattr(row, field))
    ]
    return differing + ([] if row.website in (None, there.website) else ["website"])


def _difference(there: Organisation, row: Organisation) -> dict[str, str]:
    shared = set(model.claims_of(there.identifiers)).intersection(model.claims_of(row.identifiers))
    name = model.shown_name(there.name)
    by = "with this identifier" if shared else "with this name in this region"
    fields = ", ".join(_differing(there, row))
    return {
        "field": "identifiers" if shared else "name",
        "message": f"The registry has {name} ({there.id}) {by}, and says something else of: {fields}. Change it there.",
    }


def _name_of(row: Row) -> str | None:
    return next((row.cells[column][:200] for column in model.NAMES if column in row.cells), None)


def _report(outcomes: list[dict[str, Any]], *, dry_run: bool) -> dict[str, Any]:
    counts = Counter(outcome["outcome"] for outcome in outcomes)
    if dry_run:  # nothing was made, so there is no id that anybody could ask for
        outcomes = [{**each, "id": None} if each["outcome"] == "added" else each for each in outcomes]
    return {**{outcome: counts[outcome] for outcome in OUTCOMES}, "rows": outcomes}


def _chunks(rows: list[Row]) -> Iterator[list[Row]]:
    for begin in range(0, max(len(rows), 1), STEP):
        yield rows[begin : begin + STEP]


class _Registry:
    """What the registry has of the rows' organisations, with what this import adds to it."""

    def __init__(self, store: ActorStore) -> None:
        self._store = store
        self._by_claim: dict[str, Organisation] = {}
        self._by_name: dict[tuple[str, str], Organisation] = {}

    def look_up(self, organisations: Iterable[Organisation]) -> None:
        """Reads what the store has with these identifiers or names, all at once."""
        wanted = list(organisations)
        claims = {claim for each in wanted for claim in model.claims_of(each.identifiers)}
        names = {key for each in wanted for key in each.name_keys}
        holders = set(self._store.holders(claims).values()) if claims else set()
        if holders:
            self._keep(self._store.organisations_with(holders))
        if names:
            self._keep(self._store.admitted_named(names))

    def remember(self, organisation: Organisation) -> None:
        """It was added just now."""
        self._keep([organisation])

    def find(self, organisation: Organisation) -> Organisation | None:
        """The one that this is: by an identifier, else by its name in one of its regions."""
        for claim in model.claims_of(organisation.identifiers):
            if claim in self._by_claim:
                return self._by_claim[claim]
        places = ((name, region) for name in organisation.name_keys for region in organisation.regions)
        return next((self._by_name[place] for place in places if place in self._by_name), None)

    def _keep(self, organisations: Iterable[Organisation]) -> None:
        for organisation in organisations:
            for claim in model.claims_of(organisation.identifiers):
                self._by_claim.setdefault(claim, organisation)
            for name in organisation.name_keys:
                for region in organisation.regions:
                    self._by_name.setdefault((name, region), organisation)
