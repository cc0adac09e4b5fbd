"""Applies batches of facts to the three files: all that the projector does with a fact, without the broker."""

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from services.contracts.envelope import Fact, UndecodableFact
from services.runtime import logging, steps

from . import files, schema
from .identity import IdentityWriter
from .records import IDENTITY_KINDS, Record, record_of_fact
from .stream import StreamWriter, Told
from .writer import Applied, PublicWriter, records_of_file

log = logging.get(__name__)


class RebuildGivenUp(Exception):
    """The files that a rebuild fills are gone; the live ones are as they were."""


@dataclass(slots=True)
class Counts:
    """facts: applied or found old. unknown: of types unknown here, by type."""

    facts: int = 0
    undecodable: int = 0
    unknown: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Copies:
    """The files of one generation."""

    public: PublicWriter
    identity: IdentityWriter

    def close(self) -> None:
        self.public.close()
        self.identity.close()


def decode(body: bytes, counts: Counts) -> tuple[Fact, Record] | None:
    """A fact and its record; None for a fact that is not kept here (an unknown type is counted, and logged once).

    Raises UndecodableFact.
    """
    fact = Fact.from_json(body)
    try:
        record = record_of_fact(fact)
    except KeyError:
        if fact.type not in counts.unknown:
            log.warning("fact of an unknown type", type=fact.type)
        counts.unknown[fact.type] += 1
        return None
    return None if record is None else (fact, record)


class Projection:
    """The read model's files and their writers. Not for several threads at once."""

    def __init__(self, folder: Path, *, languages: Sequence[str], public_url: str) -> None:
        """Opens the files, or makes them. Raises sqlite3.Error, OSError."""
        self.folder = folder
        self.next: Copies | None = None
        self._languages, self._public_url = languages, public_url
        public = files.current(folder, files.PUBLIC)
        identity = files.current(folder, files.IDENTITY)
        self.is_new = not (public.exists() and identity.exists())
        self.remove_old()
        if public.exists() and schema.version_of_file(public) not in (0, schema.VERSION):
            public = self._render_anew(public)
        self.live = self._open(public, identity)
        self._stream = StreamWriter(files.link(folder, files.STREAM))

    def close(self) -> None:
        self.live.close()
        self._stream.close()
        if self.next is not None:
            self.abandon()

    def apply(self, batch: Sequence[tuple[Fact, Record]]) -> None:
        """Applies a batch to the live files, and to those that a rebuild fills.

        The stream's log is committed before the records: a crash in between repeats the batch, which finds the facts
        in the log and the records old or not yet there; the other way round facts would be missing in the log.
        Raises sqlite3.Error; then the batch is to be applied again.
        """
        private = [record for _, record in batch if record.kind in IDENTITY_KINDS]
        public = [(fact, record) for fact, record in batch if record.kind not in IDENTITY_KINDS]
        if private:
            self.live.identity.apply(private)
        if public:
            with self.live.public.transaction():
                applied = self.live.public.apply(record for _, record in public)
                if applied:
                    self._stream.append(_told(public, applied), time.time())
                    steps.reached("projector.half_written")
        if self.next is not None:
            try:
                self.fill_next([record for _, record in batch])
            except sqlite3.Error as error:
                # What is served goes before what is being rebuilt.
                log.error("rebuild given up: its files can't be written", error=str(error))
                self.abandon()

    def tidy(self) -> None:
        """Drops facts older than a day from the log, and credentials that expired long ago. Raises sqlite3.Error."""
        self._stream.prune(time.time())
        self.live.identity.forget_expired(datetime.now(UTC) - timedelta(days=1))

    # A rebuild fills a second pair of files

    def begin_next(self) -> Copies:
        """A fresh pair of files, which from now on gets every fact too."""
        self.abandon()
        self.next = self._open(files.following(self.folder, files.PUBLIC), files.following(self.folder, files.IDENTITY))
        return self.next

    def fill_next(self, records: Sequence[Record]) -> None:
        """Applies a page of a snapshot to the second pair. Raises sqlite3.Error, RebuildGivenUp."""
        if self.next is None:
            raise RebuildGivenUp("the new files could not be written")
        private = [record for record in records if record.kind in IDENTITY_KINDS]
        public = [record for record in records if record.kind not in IDENTITY_KINDS]
        if private:
            self.next.identity.apply(private)
        if public:
            with self.next.public.transaction():
                self.next.public.apply(public)

    def swap(self) -> None:
        """Puts the second pair in the place of the first. Readers notice by themselves."""
        if self.next is None:
            raise RebuildGivenUp("the new files could not be written")
        old, self.live, self.next = self.live, self.next, None
        with self.live.public.changes.change():
            for name, path in ((files.PUBLIC, self.live.public.path), (files.IDENTITY, self.live.identity.path)):
                files.put_in_place(self.folder, name, path)
        old.close()

    def remove_old(self) -> None:
        """Removes the files of earlier generations."""
        if self.next is None:
            files.remove_others(self.folder, files.PUBLIC)
            files.remove_others(self.folder, files.IDENTITY)

    def abandon(self) -> None:
        """Gives up the second pair."""
        if self.next is None:
            return
        copies, self.next = self.next, None
        copies.close()
        files.remove(copies.public.path)
        files.remove(copies.identity.path)

    def _render_anew(self, old: Path) -> Path:
        """A file of other tables becomes one of ours: its records are rendered anew. A rebuild follows all the same."""
        path = files.following(self.folder, files.PUBLIC)
        writer = PublicWriter(path, languages=self._languages, public_url=self._public_url)
        try:
            with writer.transaction():
                writer.apply(records_of_file(old))
        except (sqlite3.Error, ValueError) as error:
            log.warning("the records of the earlier version can't be read", error=str(error))
        finally:
            writer.close()
        files.put_in_place(self.folder, files.PUBLIC, path)
        self.is_new = True  # and whoever opens `path` next tells readers that something changed
        return path

    def _open(self, public: Path, identity: Path) -> Copies:
        writer = PublicWriter(public, languages=self._languages, public_url=self._public_url)
        return Copies(writer, IdentityWriter(identity))


def _told(batch: Sequence[tuple[Fact, Record]], applied: Sequence[Applied]) -> list[Told]:
    facts_of = {id(record): fact for fact, record in batch}
    return [
        Told(
            fact_id=facts_of[id(entry.record)].id,
            type=facts_of[id(entry.record)].type,
            kind=entry.record.kind,
            facets=entry.facets,
            traits=entry.traits,
            data=entry.item if entry.item is not None else orjson.dumps(_left_of(entry.record)),
        )
        for entry in applied
        if entry.item is not None or entry.record.kind != "places"
    ]


def _left_of(record: Record) -> dict[str, object]:
    return {
        "id": record.id,
        "home": record.home,
        "incarnation": record.incarnation,
        "version": record.version,
        "state": record.state,
    }


__all__ = ["Copies", "Counts", "Projection", "UndecodableFact", "decode"]
