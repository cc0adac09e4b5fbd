"""Collections of events, and their indexes."""

from collections.abc import Iterable
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.runtime import copies, mandates, records
from services.runtime.changes import Changes
from services.runtime.copies import Copies
from services.runtime.records import Records
from services.runtime.store import Store

from . import calendar
from .calendar import Calendar
from .model import (
    Agenda,
    Arrival,
    Asked,
    Block,
    CoHost,
    Door,
    Event,
    Feedback,
    Invitation,
    Places,
    Series,
    SignUp,
    WalkIn,
)

INDEXES = {
    "events": (records.INDEX, IndexModel([("organiser.id", ASCENDING)]), IndexModel([("regions", ASCENDING)])),
    "places": (records.INDEX, IndexModel([("offers_until", ASCENDING)]), IndexModel([("asks", ASCENDING)])),
    "invitations": (IndexModel([("event", ASCENDING)]), IndexModel([("digest", ASCENDING)], unique=True)),
    "blocks": (records.INDEX,),
    "sign_ups": (
        IndexModel([("event", ASCENDING), ("email_key", ASCENDING)], unique=True),
        IndexModel([("event", ASCENDING), ("state", ASCENDING), ("number", ASCENDING)]),
        IndexModel([("email_key", ASCENDING)]),
    ),
    "series": (records.INDEX, IndexModel([("organiser.id", ASCENDING)])),
    "co_hosts": (
        records.INDEX,
        IndexModel([("event", ASCENDING), ("organisation", ASCENDING)], unique=True),
        IndexModel([("organisation", ASCENDING)]),
    ),
    "arrivals": (IndexModel([("event", ASCENDING)]),),
    "agendas": tuple(IndexModel([(at, ASCENDING)]) for at in ("remind_at", "feedback_at", "forget_at")),
    "asked": (IndexModel([("event", ASCENDING)]),),
    "feedback": (IndexModel([("event", ASCENDING)]),),
    "doors": (IndexModel([("event", ASCENDING)]),),
    "walk_ins": (IndexModel([("event", ASCENDING)]), IndexModel([("email_key", ASCENDING)])),
    calendar.COLLECTION: calendar.INDEXES,
    "organisations": (*copies.INDEXES, IndexModel([("regions", ASCENDING)])),
    "consortia": copies.INDEXES,
    "working_groups": copies.INDEXES,
    "memberships": (*copies.INDEXES, IndexModel([("organisation", ASCENDING), ("state", ASCENDING)])),
}


class EventStore:
    """Everything that events keeps, within one session. changes: of its transaction, when several commands share it."""

    def __init__(self, store: Store, session: ClientSession | None, changes: Changes | None = None) -> None:
        self.events = Records(store, "events", Event, session, changes)
        self.places = Records(store, "places", Places, session, changes)
        self.blocks = Records(store, "blocks", Block, session, changes)
        self.sign_ups = Records(store, "sign_ups", SignUp, session, changes)
        self.invitations = Records(store, "invitations", Invitation, session, changes)
        self.series = Records(store, "series", Series, session, changes)
        self.co_hosts = Records(store, "co_hosts", CoHost, session, changes)
        self.arrivals = Records(store, "arrivals", Arrival, session, changes)
        self.agendas = Records(store, "agendas", Agenda, session, changes)
        self.asked = Records(store, "asked", Asked, session, changes)
        self.feedback = Records(store, "feedback", Feedback, session, changes)
        self.doors = Records(store, "doors", Door, session, changes)
        self.walk_ins = Records(store, "walk_ins", WalkIn, session, changes)
        self.calendar = Calendar(store, session, changes)
        self.organisations = Copies(store, "organisations", session)
        self.consortia = Copies(store, "consortia", session)
        self.working_groups = Copies(store, "working_groups", session)
        self.memberships = Copies(store, "memberships", session)
        self.mandates = Copies(store, mandates.COLLECTION, session)

    def sign_up_of(self, event_id: str, email_key: str) -> SignUp | None:
        """The sign-up of this address for this event; there is at most one."""
        return next(self.sign_ups.where({"event": event_id, "email_key": email_key}, limit=1), None)

    def waiting_for(self, event_id: str, limit: int) -> list[SignUp]:
        """Those who wait longest, in order."""
        return list(self.sign_ups.where({"event": event_id, "state": "waiting"}, limit=limit, sort="number"))

    def offered(self, event_id: str) -> list[SignUp]:
        """Those whom a seat is offered, in order."""
        return list(self.sign_ups.where({"event": event_id, "state": "offered"}, sort="number"))

    def confirmed(self, event_id: str) -> list[SignUp]:
        """Those who have a seat, in order."""
        return list(self.sign_ups.where({"event": event_id, "state": "confirmed"}, sort="number"))

    def invitation_by(self, digest: str) -> Invitation | None:
        """The invitation whose code has this digest."""
        return next(self.invitations.where({"digest": digest}, limit=1), None)

    def still_to_ask(self, now: datetime, limit: int) -> list[str]:
        """Events whose attendees are still to be asked again."""
        return [places.id for places in self.places.where({"asks": {"$lte": now}}, limit=limit, sort="asks")]

    def offers_run_out(self, now: datetime, limit: int) -> list[str]:
        """Events with an offer that may be over."""
        found = self.places.where({"offers_until": {"$lte": now}}, limit=limit, sort="offers_until")
        return [places.id for places in found]

    def sign_ups_after(self, event_id: str, state: str, number: int, limit: int) -> list[SignUp]:
        """Those in this state that came after this number, in order of arrival."""
        later = {"event": event_id, "state": state, "number": {"$gt": number}}
        return list(self.sign_ups.where(later, limit=limit, sort="number"))

    def ahead_of(self, sign_up: SignUp) -> int:
        """How many wait before this one."""
        before = {"event": sign_up.event, "state": "waiting", "number": {"$lt": sign_up.number}}
        return self.sign_ups.count(before)

    def consortia_of(self, organisations: Iterable[str]) -> set[str]:
        """The consortia in which one of these organisations is a member now."""
        found = self.memberships.where({"organisation": {"$in": list(organisations)}, "state": "active"})
        return {document["consortium"] for document in found}

    def events_for(
        self, organisers: Iterable[str], regions: Iterable[str], after: str | None, limit: int
    ) -> list[Event]:
        """Events of these organisers or regions in order of id."""
        mine = [{"organiser.id": {"$in": list(organisers)}}, {"regions": {"$in": list(regions)}}]
        return list(self.events.where({"$or": mine, "_id": {"$gt": after or ""}}, limit=limit))

    def co_host_of(self, event: str, organisation: str) -> CoHost | None:
        """What this organisation was asked and said; there is at most one."""
        return next(self.co_hosts.where({"event": event, "organisation": organisation}, limit=1), None)

    def organisations_of(self, regions: Iterable[str]) -> set[str]:
        """The ids of the organisations of these regions."""
        found = self.organisations.where({"regions": {"$in": list(regions)}})
        return {document["id"] for document in found}
