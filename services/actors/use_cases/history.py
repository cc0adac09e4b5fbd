"""The history of records: written with each change, read by the organisation's partners and its coordinators."""

from collections.abc import Collection
from typing import Any

from services.actors import model
from services.actors.model import Change, Organisation
from services.actors.store import ActorStore
from services.contracts import identifiers
from services.runtime.work import Work

from .authority import target_of_organisation

Arguments = dict[str, Any]


def note(work: Work, store: ActorStore, what: str, before: Any, after: Any, *about: str) -> None:
    """Keeps what a command changed, in its transaction. before, after: a record's states, before None for a new one.
    about: the organisations, or the candidate, whose histories show it."""
    store.note(
        Change(
            id=identifiers.new_id(identifiers.CHANGE),
            record=after.id,
            version=after.version,
            about=about,
            at=work.now,
            account=work.principal.account,
            command=work.origin.causation_id,
            what=what,
            fields=model.differences(before, after),
        )
    )


def note_import(work: Work, store: ActorStore, organisations: Collection[Organisation]) -> None:
    """One entry for all that came in together: an import is not slowed by its history."""
    if organisations:
        store.note(
            Change(
                id=identifiers.new_id(identifiers.CHANGE),
                record="",
                version=1,
                about=tuple(organisation.id for organisation in organisations),
                at=work.now,
                account=work.principal.account,
                command=work.origin.causation_id,
                what="organisation.imported",
            )
        )


def history(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """The newest first. Raises NotFound, Forbidden, SignInNeeded."""
    organisation = store.organisations.get(arguments["organisation"])
    work.require("actors.history.read", target_of_organisation(work, organisation))
    return page_of_history(work, store, organisation.id, arguments)


def page_of_history(work: Work, store: ActorStore, about: str, arguments: Arguments) -> dict[str, Any]:
    """A page of what concerns one record."""
    limit = arguments["limit"]
    found = store.history_of(about, arguments["after"], limit + 1)
    shown = found[:limit]
    work.saw("history", about, dict.fromkeys(change.account for change in shown if change.account is not None))
    return {"items": [_shown(change, about) for change in shown], "next": shown[-1].id if len(found) > limit else None}


def _shown(change: Change, about: str) -> dict[str, Any]:
    return {
        "id": change.id,
        "record": change.record or about,
        "version": change.version,
        "at": change.at,
        "account": change.account,
        "what": change.what,
        "fields_changed": [{"field": each.field, "before": each.before, "after": each.after} for each in change.fields],
    }
