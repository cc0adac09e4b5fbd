"""What becomes of each row of an import: it is added, changes what there is, says nothing new, is of an organisation
that there is, is like another one, or is wrong. Nothing is written here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from services.actors import model
from services.actors.model import Organisation
from services.actors.model.imported import Import
from services.actors.model.spellings import Spelled, Spellings
from services.actors.store import ActorStore
from services.actors.use_cases.authority import target_of_organisation, target_of_regions
from services.actors.use_cases.organisations import new_organisation
from services.contracts.errors import Invalid
from services.contracts.permissions import Target
from services.runtime.work import Work

from .rows import Remark, RowRead, remark

Report = dict[str, Any]

_LISTS: Final = ("regions", "places", "identifiers", "competences")
_TEXTS: Final = ("name", "summary")
_FIELDS: Final = (*_TEXTS, "kind", *_LISTS, "website")


@dataclass(frozen=True, slots=True)
class Verdict:
    """report: the row's. added, changed (before, after): what is to be written for it."""

    report: Report
    added: Organisation | None = None
    changed: tuple[Organisation, Organisation] | None = None


@dataclass(slots=True)
class Known:
    """Organisations by id, identifier and name: those of the registry, and those that this import brings. rows: of the
    latter, by id."""

    by_id: dict[str, Organisation] = field(default_factory=dict)
    by_claim: dict[str, str] = field(default_factory=dict)
    by_name: dict[tuple[str, str], str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def copy(self) -> "Known":
        return Known(dict(self.by_id), dict(self.by_claim), dict(self.by_name), dict(self.rows))

    def keep(self, organisation: Organisation, row: int | None = None) -> None:
        """In place of what was known of it."""
        self.by_id[organisation.id] = organisation
        if row is not None:
            self.rows[organisation.id] = row
        if organisation.state != "admitted":
            return
        for claim in model.claims_of(organisation.identifiers):
            self.by_claim.setdefault(claim, organisation.id)
        for name in organisation.name_keys:
            for region in organisation.regions:
                self.by_name.setdefault((name, region), organisation.id)

    def holders(self, organisation: Organisation) -> list[str]:
        """Ids of those with one of its identifiers, each once."""
        claims = model.claims_of(organisation.identifiers)
        return list(dict.fromkeys(self.by_claim[claim] for claim in claims if claim in self.by_claim))

    def named(self, organisation: Organisation) -> str | None:
        """The id of one with its name in one of its regions."""
        places = ((name, region) for name in organisation.name_keys for region in organisation.regions)
        return next((self.by_name[place] for place in places if place in self.by_name), None)


def look_up(store: ActorStore, known: Known, told: Iterable[str], rows: Sequence[Organisation]) -> None:
    """Reads what the store has of these rows, all at once."""
    claims = {claim for each in rows for claim in model.claims_of(each.identifiers)}
    names = {key for each in rows for key in each.name_keys}
    wanted = {*told, *(store.holders(claims).values() if claims else ())}
    if wanted:
        for organisation in store.organisations_with(wanted):
            known.keep(organisation)
    if names:
        for organisation in store.admitted_named(names):
            known.keep(organisation)


class Judge:
    """Judges the rows of one step in order; each sees what the ones before it bring."""

    def __init__(self, work: Work, import_: Import, known: Known, spellings: Spellings) -> None:
        self._work, self._import, self._known, self._spellings = work, import_, known, spellings
        self._may_import = cache(
            lambda regions: work.may("actors.organisation.import", target_of_regions(work, regions))
        )

    def candidate(self, row: RowRead) -> Organisation | None:
        """The organisation that the row describes; None when it is not right."""
        if row.errors:
            return None
        try:
            return new_organisation(self._work, row.values, "admitted")
        except Invalid as refusal:
            row.errors += [
                remark("not_right", each["field"].partition(".")[0], message=each["message"])
                for each in refusal.details["errors"]
            ]
            return None

    def judge(self, row: RowRead, candidate: Organisation | None) -> Verdict:
        if candidate is None:
            return Verdict(_report(row, "refused", advice="mend"))
        there, by = self._find(row, candidate)
        if row.errors:
            return Verdict(_report(row, "refused", advice="mend"))
        if there is None:
            return self._new(row, candidate)
        return self._known_one(row, candidate, there, by)

    def _find(self, row: RowRead, candidate: Organisation) -> tuple[Organisation | None, str]:
        """The one that this is, and by what it was found."""
        holders = self._known.holders(candidate)
        told = None if row.told is None else self._known.by_id.get(row.told)
        if row.told is not None and told is None:
            row.notes.append(remark("id_unknown", "id", row.told))
        several = list(dict.fromkeys([*([told.id] if told is not None else []), *holders]))
        if len(several) > 1:
            one, other = several[:2]
            row.errors.append(remark("two_actors", "identifiers", one=self._said(one), other=self._said(other)))
        if told is not None:
            return told, "id"
        if holders:
            return self._known.by_id[holders[0]], "identifier"
        named = self._known.named(candidate)
        return (None, "") if named is None else (self._known.by_id[named], "name")

    def _said(self, identity: str) -> str:
        row = self._known.rows.get(identity)
        name = model.shown_name(self._known.by_id[identity].name)
        return f"{name} ({identity})" if row is None or not self._import.is_dry else f"{name} (row {row})"

    def _new(self, row: RowRead, candidate: Organisation) -> Verdict:
        if not self._may_import(candidate.regions):
            row.errors.append(remark("not_yours", "regions"))
            return Verdict(_report(row, "refused", advice="mend"))
        spelled = _spelled(row, candidate)
        likes = [
            {
                "id": like.spelled.id,
                "row": like.spelled.row,
                "name": like.spelled.name,
                "likeness": like.likeness,
            }
            for like in self._spellings.like(spelled, candidate.name)
        ]
        who = ", ".join(f"{like['name']} ({like['id'] or 'row ' + str(like['row'])})" for like in likes)
        if likes and self._import.alike == "hold":
            return Verdict(_report(row, "like", like=likes, advice="like_other", says={"who": who}))
        if likes:
            row.notes.append(remark("may_be_other", "name", who=who))
        self._known.keep(candidate, row.line)
        identity = None if self._import.is_dry else candidate.id
        self._spellings.add(replace(spelled, id=identity), candidate.name)
        return Verdict(_report(row, "added", id=identity, like=likes, advice="will_add"), added=candidate)

    def _known_one(self, row: RowRead, candidate: Organisation, there: Organisation, by: str) -> Verdict:
        after = _with_row(there, row, candidate, whole=by == "id")
        differing = [name for name in _FIELDS if getattr(after, name) != getattr(there, name)]
        earlier = self._known.rows.get(there.id)
        identity = None if earlier is not None and self._import.is_dry else there.id
        says = {
            "fields": ", ".join(differing),
            "id": there.id,
            "name": model.shown_name(there.name),
            "row": str(earlier),
        }
        if not differing:
            advice = "do_nothing" if earlier is None else "same_row"
            return Verdict(_report(row, "unchanged", id=identity, advice=advice, says=says))
        if there.state != "admitted":
            row.errors.append(remark("ended", "id", id=there.id, state=there.state))
            return Verdict(_report(row, "refused", id=identity, advice="mend"))
        if self._import.existing == "leave" or by == "name" or earlier is not None:
            advice = "duplicate_row" if earlier is not None else f"duplicate_{'name' if by == 'name' else 'identifier'}"
            like = (
                [{"id": identity, "row": earlier, "name": says["name"], "likeness": 100}] if earlier is not None else []
            )
            report = _report(row, "duplicate", id=identity, differing=differing, like=like, advice=advice, says=says)
            return Verdict(report)
        return self._change(row, there, after, differing, says)

    def _change(
        self, row: RowRead, there: Organisation, after: Organisation, differing: list[str], says: Mapping[str, str]
    ) -> Verdict:
        coordinated = Target(regions=target_of_organisation(self._work, there).regions)
        if not self._work.may("actors.organisation.change", coordinated) or not self._may_import(after.regions):
            row.errors.append(remark("not_yours", "regions"))
            return Verdict(_report(row, "refused", id=there.id, advice="mend"))
        changes = {name: getattr(after, name) for name in differing}
        changed = model.change(there, changes, self._work.now, self._work.origin.incarnation)
        self._known.keep(changed)
        report = _report(row, "changed", id=there.id, differing=differing, advice="will_change", says=says)
        return Verdict(report, changed=(there, changed))


def _spelled(row: RowRead, candidate: Organisation) -> Spelled:
    name = row.name or model.shown_name(candidate.name)
    return Spelled(name, None, row.line, row.told, candidate.identifiers)


def _with_row(there: Organisation, row: RowRead, candidate: Organisation, *, whole: bool) -> Organisation:
    """The registry's record with what the row says. whole: the row is this record's own (found by its id), so its lists
    stand for the record's; else they only add to them. What a row leaves empty stays."""
    changes: dict[str, Any] = {}
    for name in _TEXTS:
        if name in row.given:
            changes[name] = {**getattr(there, name), **getattr(candidate, name)}
    for name in _LISTS:
        if name not in row.given:
            continue
        mine, theirs = getattr(candidate, name), getattr(there, name)
        if set(mine) == set(theirs):
            continue  # in another order
        changes[name] = mine if whole else (*theirs, *(value for value in mine if value not in theirs))
    if "kind" in row.given:
        changes["kind"] = candidate.kind
    if "website" in row.given:
        changes["website"] = candidate.website
    return replace(there, **changes) if changes else there


def _report(
    row: RowRead,
    outcome: str,
    *,
    id: str | None = None,
    differing: Sequence[str] = (),
    like: Sequence[Mapping[str, Any]] = (),
    advice: str,
    says: Mapping[str, str] = MappingProxyType({}),
) -> Report:
    words: Remark = remark(advice, "", **says)
    return {
        "row": row.line,
        "outcome": outcome,
        "id": id,
        "name": None if row.name is None else row.name[:200],
        "differing": list(differing),
        "errors": row.errors,
        "notes": row.notes,
        "like": list(like),
        "advice": {"code": words["code"], "params": words["params"]},
    }
