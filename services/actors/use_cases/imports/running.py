"""An import under way: a duty takes it on, part by part, each in a transaction with how far it is. A part that was
killed is done again; what was done stays done."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from services.actors import model
from services.actors.model import Organisation, imported
from services.actors.model.imported import Chunk, Import
from services.actors.model.spellings import Spelled, Spellings
from services.actors.store import ActorStore
from services.actors.use_cases.history import note, note_import
from services.actors.use_cases.taken import claim_instead
from services.contracts.permissions import Target
from services.contracts.principal import ALL_SCOPES, Principal
from services.runtime.documents import to_values
from services.runtime.work import Work

from . import judging, rows
from .judging import Judge, Known, Verdict

_AT_A_LOOK: Final = 20
"""Parts that one look of the sweeper does of an import: it has more to do."""
_MOST_TRIES: Final = 3
_STUCK_AFTER: Final = 120.0
"""Seconds."""


@dataclass(slots=True)
class _Memory:
    """What was seen of an import's rows so far, and the registry's names. It follows from the store alone."""

    import_id: str
    done: int = 0
    known: Known = field(default_factory=Known)
    spellings: Spellings = field(default_factory=Spellings)


class Runs:
    """Imports of one process: one at a time is taken on. Another process may do the same: each part is done once."""

    def __init__(self) -> None:
        self._memory: _Memory | None = None
        self._stuck = _Stuck()

    def due(self, store: ActorStore, work: Work, limit: int) -> list[str]:
        """The import that waits longest, once for each part that is left of it. What its rows are compared with is
        read here, for a transaction has less time."""
        first = min(store.imports.under_way(), key=lambda import_: import_.id, default=None)
        if first is None:
            self._memory = None
            return []
        memory = self._memory
        if memory is None or memory.import_id != first.id or memory.done > first.done or first.done == 0:
            memory = self._memory = _Memory(first.id)
            for organisation in _admitted(store):
                name = model.shown_name(organisation.name)
                spelled = Spelled(name, organisation.id, identifiers=organisation.identifiers)
                memory.spellings.add(spelled, organisation.name)
        _catch_up(work, store, first, memory)
        left = first.chunks - first.done // imported.STEP
        return [first.id] * min(limit, _AT_A_LOOK, max(1, left))

    def do(self, work: Work, store: ActorStore, arguments: dict[str, Any]) -> None:
        """The next part."""
        import_, memory = store.imports.find(arguments["id"]), self._memory
        if import_ is None or not import_.is_on or memory is None:
            return
        if memory.import_id != import_.id or memory.done > import_.done:
            return  # another one by now: the next look prepares for it
        person = replace(work, principal=Principal("account", import_.account, frozenset(ALL_SCOPES)))
        if not person.may("actors.organisation.import", Target(regions=frozenset({import_.region}))):
            reason = "Whoever began it does not coordinate the region any more."
            store.imports.replace(imported.fail(import_, reason, work.now))
            return
        if self._stuck.is_at(import_):
            reason = "A part of it failed again and again; the node's log says why. What was done stays done."
            store.imports.replace(imported.fail(import_, reason, work.now))
            return
        chunk = store.imports.chunk(import_.id, import_.done // imported.STEP)
        if chunk is None:
            store.imports.replace(imported.finish(replace(import_, version=import_.version + 1), work.now))
            return
        _catch_up(person, store, import_, memory)
        verdicts = _judge(person, store, import_, chunk, memory)
        if not import_.is_dry:
            _write(person, store, verdicts)
        report = [verdict.report for verdict in verdicts]
        store.imports.keep_chunk(replace(chunk, report=tuple(report)))
        store.imports.replace(imported.advance(import_, report, work.now))


def _admitted(store: ActorStore) -> Iterator[Organisation]:
    """All of the registry, in parts, in no order."""
    after: str | None = None
    while True:
        found, after = store.organisations.page(after, 1_000)
        yield from (organisation for organisation in found if organisation.state == "admitted")
        if after is None:
            return


@dataclass(slots=True)
class _Stuck:
    """Tells an import that does not come on: a part that is tried again and again for minutes."""

    at: tuple[str, int] = ("", 0)
    since: float = 0.0
    tries: int = 0

    def is_at(self, import_: Import) -> bool:
        if self.at != (import_.id, import_.version):
            self.at, self.since, self.tries = (import_.id, import_.version), time.monotonic(), 0
        self.tries += 1
        return self.tries > _MOST_TRIES and time.monotonic() - self.since > _STUCK_AFTER


def _catch_up(work: Work, store: ActorStore, import_: Import, memory: _Memory) -> None:
    """Rows that were judged before: a dry run's are known from nowhere else, a run's names stand in the registry."""
    while memory.done < import_.done:
        chunk = store.imports.chunk(import_.id, memory.done // imported.STEP)
        lines = () if chunk is None else chunk.lines
        if chunk is not None:
            added = {row["row"]: row for row in chunk.report if row["outcome"] == "added"}
            judge = Judge(work, import_, memory.known, memory.spellings)
            for row in _read(import_, [line for line in lines if line[0] in added]):
                organisation = judge.candidate(row)
                if organisation is None:
                    continue
                identity = added[row.line]["id"]
                if import_.is_dry:
                    memory.known.keep(organisation, row.line)
                else:
                    memory.known.rows[identity] = row.line
                spelled = Spelled(row.name or "", identity, row.line, row.told, organisation.identifiers)
                memory.spellings.add(spelled, organisation.name)
        memory.done += max(1, len(lines))


def _judge(work: Work, store: ActorStore, import_: Import, chunk: Chunk, memory: _Memory) -> list[Verdict]:
    """memory is not changed but through what it looks at: this transaction may yet be undone."""
    known = memory.known.copy()
    judge = Judge(work, import_, known, memory.spellings.beside())
    read = _read(import_, chunk.lines)
    candidates = [judge.candidate(row) for row in read]
    found = [candidate for candidate in candidates if candidate is not None]
    judging.look_up(store, known, [row.told for row in read if row.told is not None], found)
    return [judge.judge(row, candidate) for row, candidate in zip(read, candidates, strict=True)]


def _read(import_: Import, lines: Any) -> list[rows.RowRead]:
    return [rows.read(line, cells, import_.columns, import_.for_all, import_.region) for line, cells in lines]


def _write(work: Work, store: ActorStore, verdicts: list[Verdict]) -> None:
    added = [verdict.added for verdict in verdicts if verdict.added is not None]
    store.add_organisations(added)
    note_import(work, store, added)
    for organisation in added:
        work.tell("actors.organisation.registered", to_values(organisation))
    for verdict in verdicts:
        if verdict.changed is None:
            continue
        before, after = verdict.changed
        if before.identifiers != after.identifiers:
            claim_instead(store, before, after)
        store.organisations.replace(after)
        work.tell("actors.organisation.changed", to_values(after))
        note(work, store, "organisation.changed", before, after, after.id)
