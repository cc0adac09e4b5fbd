"""What is known of taken times: own events and drafts, other nodes' events and blocks, as the clash check reads them.

A document per event or block: small, so that a hundred are read in a few milliseconds, and found by a bounded range of
day numbers. `short_from` is the first day of what takes up to SHORT days, `long_from` of what takes longer; one that
no longer takes any time has neither, and stays as a tombstone. Own entries are written with their event, in its
transaction; others' come with their facts.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from services.events.model import LONGEST, name_key, venue_key
from services.events.model.clash import FARTHEST, Occupied, day_span
from services.runtime.changes import Changes
from services.runtime.copies import copy_key
from services.runtime.documents import as_stored
from services.runtime.store import Document, Store

COLLECTION: Final = "calendar"
INDEXES: Final = (IndexModel([("short_from", ASCENDING)]), IndexModel([("long_from", ASCENDING)]))
SHORT: Final = 3
_FILLED: Final = "filled"


class Calendar:
    """The entries, within a session's transaction when there is one. They are written at once, not held back."""

    def __init__(self, store: Store, session: ClientSession | None, changes: Changes | None = None) -> None:
        self._collection, self._session, self._changes = store[COLLECTION], session, changes

    def put(self, entry: Mapping[str, Any]) -> None:
        """Writes an own entry, whatever was there."""
        self._note_written()
        self._collection.replace_one({"_id": entry["_id"]}, as_stored(entry), upsert=True, session=self._session)

    def take(self, entry: Mapping[str, Any]) -> None:
        """Writes an entry if it is newer than what is there (rule 7)."""
        held = self._collection.find_one({"_id": entry["_id"]}, {"incarnation": 1, "version": 1}, session=self._session)
        if held is None or (held["incarnation"], held["version"]) < (entry["incarnation"], entry["version"]):
            self.put(entry)

    def add_missing(self, entry: Mapping[str, Any]) -> None:
        """Writes an entry unless there is one. Outside a transaction."""
        if self._collection.find_one({"_id": entry["_id"]}, {"_id": 1}) is None:
            try:
                self._collection.insert_one(as_stored(entry))
            except DuplicateKeyError:
                return  # its event was just changed by a command

    def remove(self, home: str, record_id: str) -> None:
        self._note_written()
        self._collection.delete_one({"_id": copy_key(home, record_id)}, session=self._session)

    def between(self, first: int, last: int) -> Iterator[Document]:
        """What takes a day from three before the first to three after the last of these."""
        latest = last + FARTHEST
        for name, days in (("short_from", SHORT), ("long_from", LONGEST.days + 1)):
            span = {"$gte": first - FARTHEST - days + 1, "$lte": latest}
            for document in self._collection.find({name: span}, session=self._session):
                if document["last"] >= first - FARTHEST:
                    yield document

    @property
    def is_filled(self) -> bool:
        """Whether events that are older than the calendar have been entered."""
        return self._collection.find_one({"_id": _FILLED}) is not None

    def note_filled(self) -> None:
        self._collection.replace_one({"_id": _FILLED}, {"_id": _FILLED}, upsert=True)

    def _note_written(self) -> None:
        if self._changes is not None:
            self._changes.spoilt = True


def entry_of_event(
    values: Mapping[str, Any], *, within: str | None = None, host_regions: tuple[str, ...] = ()
) -> dict[str, Any]:
    """values: an event as a dict of Python values. within: the consortium of its audience's working group.
    host_regions: whose coordinators may act for its organiser."""
    entry = _head(values, "event")
    if values.get("state") not in ("draft", "published") or "begins" not in values:
        return entry
    organiser, place = values["organiser"], values.get("place")
    audience = values.get("audience") or {"kind": "public", "ids": ()}
    ids = list(audience["ids"])
    speakers = [
        [name_key(speaker["name"]), speaker.get("organisation"), speaker["name"]]
        for speaker in values.get("speakers") or ()
    ]
    return entry | {
        **_days(values),
        "title": dict(values["title"]),
        "organiser": {"kind": organiser["kind"], "id": organiser["id"]},
        "host_regions": list(host_regions),
        "hosts": [
            f"{organiser['kind']}:{organiser['id']}",
            *(f"organisation:{identity}" for identity in values.get("co_hosts") or ()),
        ],
        "venue": "" if place is None else venue_key(place["name"], place.get("address") or ""),
        "speakers": speakers,
        "themes": list(values.get("themes") or ()),
        "regions": list(values.get("regions") or ()),
        "audience": audience["kind"],
        "groups": ids if audience["kind"] == "working_group" else [],
        "consortia": ids if audience["kind"] == "consortia" else [],
        "within": within,
        "block": values.get("block"),
    }


def entry_of_block(values: Mapping[str, Any]) -> dict[str, Any]:
    """values: another node's block as a dict of Python values."""
    entry = _head(values, "block")
    if values.get("state") != "placed" or "begins" not in values:
        return entry
    return entry | {
        **_days(values),
        "block_kind": values.get("kind"),
        "themes": list(values.get("themes") or ()),
        "regions": list(values.get("regions") or ()),
    }


def occupied_of(entry: Mapping[str, Any]) -> Occupied:
    """What the rule needs of an entry that takes time."""
    return Occupied(
        home=entry["home"],
        id=entry["id"],
        begins=entry["begins"],
        ends=entry["ends"],
        first=entry["first"],
        last=entry["last"],
        hosts=tuple(entry.get("hosts", ())),
        venue=entry.get("venue", ""),
        speakers=tuple((speaker[0], speaker[1]) for speaker in entry.get("speakers", ())),
        themes=tuple(entry["themes"]),
        regions=tuple(entry["regions"]),
        audience=entry.get("audience", "unknown"),
        groups=tuple(entry.get("groups", ())),
        consortia=tuple(entry.get("consortia", ())),
        within=entry.get("within"),
    )


def _head(values: Mapping[str, Any], kind: str) -> dict[str, Any]:
    names = ("id", "home", "incarnation", "version", "state")
    return {"_id": copy_key(values["home"], values["id"]), "kind": kind, **{name: values[name] for name in names}}


def _days(values: Mapping[str, Any]) -> dict[str, Any]:
    first, last = day_span(values["begins"], values["ends"], values["time_zone"])
    key = "short_from" if last - first < SHORT else "long_from"
    times = {name: values[name] for name in ("begins", "ends", "time_zone")}
    return {**times, "first": first, "last": last, key: first}
