"""The wire of the door: tickets, check-in, who walks in; and what the organiser takes home."""

from marshmallow import fields, validate

from services.contracts import identifiers, vocabularies

from .base import Strict, Tolerant
from .events import EventRecord
from .fields import Email, Moment, Text, WholeNumber, YesOrNo, each, id_of, one_of

MOST_PERSONS = 50
"""Of one sign-up."""
MOST_SCANS = 500
_KEY = {"description": "A door key, instead of an account: made for this event by its organiser."}
_TICKET = {"description": "What the QR code says: the ticket's address, or its token alone."}
SCAN_RESULTS = (
    *("checked_in", "already", "undone", "cancelled", "waiting", "pending", "offered"),
    *("other_event", "unknown", "ahead_of_time"),
)


class _AtTheDoor(Strict):
    event = id_of(identifiers.EVENT, required=True)
    key = Text(longest=300, allow_none=True, load_default=None, metadata=_KEY)
    door = Text(longest=60, shortest=0, load_default="", metadata={"description": "Which door; a key has its own."})


class _Holder(_AtTheDoor):
    ticket = Text(longest=1_000, allow_none=True, load_default=None, metadata=_TICKET)
    sign_up = id_of(identifiers.SIGN_UP, allow_none=True, load_default=None)


class CheckIn(_Holder):
    """By ticket or by sign-up. `arrived`: how many of a group are here by now; without it all."""

    arrived = WholeNumber(least=1, most=MOST_PERSONS, allow_none=True, load_default=None)


class UndoCheckIn(_Holder):
    """As if nobody had come; a scan after it counts again."""


class CheckedIn(Tolerant):
    """Who came. already: it was scanned before; `checked_in` and `door` say when and where."""

    sign_up = fields.String(required=True)
    event = fields.String(required=True)
    name = fields.String(metadata={"description": "To greet the person by; empty once it is forgotten."})
    state = fields.String(required=True)
    size = fields.Integer(required=True)
    arrived = fields.Integer(required=True)
    checked_in = Moment(required=True, allow_none=True)
    door = fields.String(required=True)
    already = fields.Boolean(required=True)
    walked_in = fields.Boolean(required=True)


class Scan(Strict):
    """A scan made at a door without a network. id: made there, the same when it is sent again. at: the door's time."""

    id = Text(longest=100, required=True)
    at = Moment(required=True)
    ticket = Text(longest=1_000, allow_none=True, load_default=None, metadata=_TICKET)
    sign_up = id_of(identifiers.SIGN_UP, allow_none=True, load_default=None)
    undo = YesOrNo(load_default=False)
    arrived = WholeNumber(least=1, most=MOST_PERSONS, allow_none=True, load_default=None)


class TakeScans(_AtTheDoor):
    """What a door noted while it had no network, in any order: the earliest scan counts, a later undo wins."""

    scans = fields.List(fields.Nested(Scan), required=True, validate=validate.Length(min=1, max=MOST_SCANS))


class ScanTaken(Tolerant):
    """How the sign-up of this scan stands after all of them."""

    id = fields.String(required=True)
    result = one_of(SCAN_RESULTS, required=True)
    sign_up = fields.String(required=True, allow_none=True)
    arrived = fields.Integer(required=True)
    checked_in = Moment(required=True, allow_none=True)
    door = fields.String(required=True)


class ReadDoor(_AtTheDoor):
    """The list of one event's door."""


class DoorEntry(Tolerant):
    """ticket: SHA-256 of the token in the QR code, in hexadecimal, so that a door without a network knows it again."""

    sign_up = fields.String(required=True)
    ticket = fields.String(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)
    state = fields.String(required=True)
    arrived = fields.Integer(required=True)
    checked_in = Moment(required=True, allow_none=True)
    door = fields.String(required=True)
    walked_in = fields.Boolean(required=True)


class DoorList(Tolerant):
    """as_of: the moment of the list."""

    event = fields.String(required=True)
    state = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    begins = Moment(required=True)
    ends = Moment(required=True)
    time_zone = fields.String(required=True)
    as_of = Moment(required=True)
    entries = fields.List(fields.Nested(DoorEntry), required=True)


class MakeDoor(Strict):
    """A key for volunteers, which is good for this event's door alone, until half a day after its end."""

    event = id_of(identifiers.EVENT, required=True)
    label = Text(longest=60, required=True)


class DoorId(Strict):
    id = id_of(identifiers.DOOR, required=True)


class OfEvent(Strict):
    """Names the event."""

    event = id_of(identifiers.EVENT, required=True)


class Door(Tolerant):
    """state: open or closed. key: send it as `key`; whoever has it can check people in."""

    id = fields.String(required=True)
    event = fields.String(required=True)
    label = fields.String(required=True)
    state = one_of(("open", "closed"), required=True)
    created = Moment(required=True)
    key = fields.String(metadata={"description": "Left out of what was closed."})


class AddWalkIn(_AtTheDoor):
    """Somebody who came without a sign-up. email: only for who wants to be asked afterwards how it was."""

    name = Text(longest=100, required=True)
    email = Email(allow_none=True, load_default=None)
    language = one_of(vocabularies.LANGUAGES, load_default="fi")
    size = WholeNumber(least=1, most=MOST_PERSONS, load_default=1)
    over_capacity = YesOrNo(
        load_default=False, metadata={"description": "Let them in although the event is full: the door answers for it."}
    )


class WalkedIn(Tolerant):
    """over_capacity: there was no room left. sign_up: the reference by which it can be undone."""

    sign_up = fields.String(required=True)
    event = fields.String(required=True)
    size = fields.Integer(required=True)
    checked_in = Moment(required=True)
    over_capacity = fields.Boolean(required=True)


class TicketToken(Strict):
    """The token of a ticket's address."""

    token = Text(longest=300, required=True)


class TicketView(Tolerant):
    """A ticket as its holder sees it."""

    sign_up = fields.String(required=True)
    event = fields.String(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True)
    size = fields.Integer(required=True)
    arrived = fields.Integer(required=True)
    checked_in = Moment(required=True, allow_none=True)
    event_record = fields.Nested(EventRecord)


class AttendeesOf(Strict):
    """Everybody who signed up or walked in."""

    event = id_of(identifiers.EVENT, required=True)
    states = each(one_of(("confirmed", "waiting", "cancelled", "walked_in")), most=4, load_default=list)


class AttendeeTable(Tolerant):
    """columns: names; then, for each of the organiser's own questions, `answer: <question>`. rows: a value for each."""

    columns = fields.List(fields.String(), required=True)
    rows = fields.List(fields.List(fields.Raw(allow_none=True)), required=True)


class EventNumbers(Tolerant):
    """Counts of an event, without persons; they stay when the persons are forgotten. signed_up: all that there ever
    were. checked_in: sign-ups; persons: how many people came, with groups and those who walked in."""

    event = fields.String(required=True)
    signed_up = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)
    checked_in = fields.Integer(required=True)
    walked_in = fields.Integer(required=True)
    over_capacity = fields.Integer(required=True)
    persons = fields.Integer(required=True)
