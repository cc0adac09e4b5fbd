"""The recruiting pipeline of a region: for its coordinators alone. No fact tells of it, and no read model shows it."""

from collections.abc import Iterable
from typing import Any

from services.actors import model
from services.actors.model import Candidate, Entered, NextStep, Talk
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.contracts.errors import Conflict, field_error
from services.contracts.permissions import Target
from services.runtime.documents import to_values
from services.runtime.records import expect_version
from services.runtime.work import Work

from .authority import first_facts
from .history import note, page_of_history

Arguments = dict[str, Any]

KEEP, READ = "actors.pipeline.keep", "actors.pipeline.read"


def add_candidate(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Raises Forbidden, SignInNeeded, Invalid, Conflict (the organisation is a candidate here already)."""
    region, stage = arguments["region"], arguments["stage"]
    work.require(KEEP, _of(region))
    organisation, name = arguments["organisation"], arguments["name"]
    if organisation is not None:
        _check_new(store, region, organisation)
        name = name or _name_of(store, organisation)
    if not name:
        raise field_error("name", "Give the organisation's id, or its name while it is not in the registry.")
    candidate = Candidate(
        **first_facts(work, identifiers.new_id(identifiers.CANDIDATE)),
        state=stage,
        region=region,
        name=name,
        organisation=organisation,
        note=arguments["note"],
        stages=(Entered(stage, work.now, work.principal.account),),
    )
    store.candidates.add(candidate)
    note(work, store, "candidate.added", None, candidate, candidate.id)
    return to_values(candidate)


def change_candidate(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Its name, its organisation once it stands in the registry, the note.

    Raises NotFound, Forbidden, SignInNeeded, VersionMismatch, Invalid, Conflict.
    """
    before = _own(work, store, arguments)
    changes = {name: arguments[name] for name in ("name", "organisation", "note") if name in arguments}
    differing = {name: value for name, value in changes.items() if getattr(before, name) != value}
    if differing.get("organisation") is not None:
        _check_new(store, before.region, differing["organisation"])
        _name_of(store, differing["organisation"])
    if not differing:
        return to_values(before)
    after = model.next_version(before, work.now, work.origin.incarnation, **differing)
    return _write(work, store, "candidate.changed", before, after)


def move_candidate(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, SignInNeeded, VersionMismatch, Conflict (it is in that stage already)."""
    before = _own(work, store, arguments)
    after = model.move(before, arguments["stage"], work.principal.account, work.now, work.origin.incarnation)
    return _write(work, store, "candidate.moved", before, after)


def note_talk(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, SignInNeeded, Invalid (a day to come, an unknown account), Conflict."""
    before = _own(work, store, arguments)
    by = arguments["by"] or work.principal.account
    if arguments["by"] is not None and store.accounts.find(arguments["by"]) is None:
        raise field_error("by", "There is no such account. Leave it out if you held the talk yourself.")
    talk = Talk(arguments["on"], arguments["summary"], by)
    after = model.add_talk(before, talk, work.today, work.now, work.origin.incarnation)
    return _write(work, store, "candidate.talked", before, after)


def plan_step(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, SignInNeeded, Invalid, Conflict (its way has ended)."""
    before = _own(work, store, arguments)
    what, due = arguments["what"], arguments["due"]
    if (what is None) != (due is None):
        raise field_error("due" if due is None else "what", "Say what is to be done and by which day, or neither.")
    step = None if what is None else NextStep(what, due)
    after = model.plan(before, step, work.now, work.origin.incarnation)
    return to_values(before) if after is before else _write(work, store, "candidate.planned", before, after)


def drop_candidate(work: Work, store: ActorStore, arguments: Arguments) -> None:
    """It is gone with its talks and history. Raises NotFound, Forbidden, SignInNeeded, VersionMismatch."""
    candidate = _own(work, store, arguments)
    store.candidates.remove(candidate.id)
    store.forget_history(candidate.id)


def candidates(work: Work, store: ActorStore, arguments: Arguments) -> list[dict[str, Any]]:
    """Those of a region, the next due first. Raises Forbidden, SignInNeeded."""
    work.require(READ, _of(arguments["region"]))
    stage, before = arguments["stage"], arguments["due_before"]
    found = [
        candidate
        for candidate in store.candidates_of(arguments["region"])
        if (stage is None or candidate.state == stage)
        and (before is None or (candidate.next_step is not None and candidate.next_step.due < before))
    ]
    work.saw("candidate", arguments["region"], _colleagues(*found))
    return [to_values(candidate) for candidate in sorted(found, key=_by_due)]


def candidate(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Raises NotFound, Forbidden, SignInNeeded."""
    found = store.candidates.get(arguments["id"])
    work.require(READ, _of(found.region))
    work.saw("candidate", found.id, _colleagues(found))
    return to_values(found)


def candidate_history(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """The newest first. Raises NotFound, Forbidden, SignInNeeded."""
    found = store.candidates.get(arguments["id"])
    work.require(READ, _of(found.region))
    return page_of_history(work, store, found.id, arguments)


def pipeline_numbers(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Per stage, time in stage, conversion. Raises Forbidden, SignInNeeded."""
    work.require(READ, _of(arguments["region"]))
    return model.numbers(store.candidates_of(arguments["region"]), work.today, work.now)


def _of(region: str) -> Target:
    return Target(regions=frozenset({region}))


def _own(work: Work, store: ActorStore, arguments: Arguments) -> Candidate:
    found = store.candidates.get(arguments["id"])
    work.require(KEEP, _of(found.region))
    expect_version(found, arguments.get("expected_version"))
    return found


def _check_new(store: ActorStore, region: str, organisation: str) -> None:
    there = [each for each in store.candidates_of(region) if each.organisation == organisation]
    if there:
        raise Conflict(f"This organisation is a candidate here already: {there[0].id}.", {"candidate": there[0].id})


def _name_of(store: ActorStore, organisation: str) -> str:
    found = store.organisations.find(organisation)
    if found is None or found.state != "admitted":
        raise field_error("organisation", "There is no such organisation in the registry: give its name alone.")
    return model.shown_name(found.name)


def _write(work: Work, store: ActorStore, what: str, before: Candidate, after: Candidate) -> dict[str, Any]:
    store.candidates.replace(after)
    note(work, store, what, before, after, after.id)
    return to_values(after)


def _colleagues(*candidates: Candidate) -> Iterable[str]:
    """The accounts that their stages and talks name."""
    moved = [entered.by for candidate in candidates for entered in candidate.stages]
    named = [*moved, *(talk.by for candidate in candidates for talk in candidate.talks)]
    return dict.fromkeys(account for account in named if account is not None)


def _by_due(found: Candidate) -> tuple[bool, str, str]:
    due = found.next_step.due.isoformat() if found.next_step is not None else ""
    return (found.next_step is None, due, found.id)
