"""The wire of events: events, their places, date holds and busy blocks, sign-ups."""

from marshmallow import EXCLUDE, fields, validate

from services.contracts import identifiers, vocabularies

from .admission import SIGN_UP_STATES, Admission, AdmissionRecord, Answers, group_size, invitation_code, no_conditions
from .aftercare import FeedbackQuestionRecord, days_until_forgotten, feedback_questions, reminder_hours
from .base import Record, Strict, Tolerant
from .fields import (
    LONG,
    MEDIUM,
    Email,
    Localized,
    Moment,
    Text,
    TimeZone,
    WebAddress,
    WholeNumber,
    each,
    id_of,
    nuts3,
    one_of,
)
from .programme import ATTENDANCE, Organiser, Postponement, Session, Speaker, session_list, speaker_list

STATES = ("draft", "published", "cancelled")


class Place(Strict):
    name = Text(required=True)
    address = Text(longest=300, shortest=0, load_default="")
    region = nuts3(allow_none=True, load_default=None)


_ATTENDANCE = {"description": "Without it: on_site with a place, online with a link, hybrid with both."}


class Audience(Strict):
    """Who may know of it. `ids`: consortia (kind consortia) or one working group (kind working_group)."""

    kind = one_of(vocabularies.AUDIENCES, required=True)
    ids = each(Text(longest=100), most=20, load_default=list)


class _EventFields(Strict):
    title = Localized(required=True)
    summary = Localized(longest=MEDIUM, lines=True, needed=False, load_default=dict)
    description = Localized(longest=LONG, lines=True, needed=False, load_default=dict)
    begins = Moment(required=True)
    ends = Moment(required=True)
    time_zone = TimeZone(load_default="Europe/Helsinki")
    place = fields.Nested(Place, allow_none=True, load_default=None)
    link = WebAddress(allow_none=True, load_default=None)
    themes = each(one_of(vocabularies.THEMES), most=10, load_default=list)
    regions = each(nuts3(), most=20, load_default=list)
    languages = each(one_of(vocabularies.LANGUAGES), most=4, load_default=list)
    audience = fields.Nested(Audience, load_default=lambda: {"kind": "public", "ids": []})
    capacity = WholeNumber(allow_none=True, load_default=None, least=1, most=100_000)
    sign_up_closes = Moment(allow_none=True, load_default=None)
    attendance = one_of(ATTENDANCE, allow_none=True, load_default=None, metadata=_ATTENDANCE)
    sessions = session_list(load_default=list)
    speakers = speaker_list(load_default=list)
    series = id_of(identifiers.SERIES, allow_none=True, load_default=None)
    admission = fields.Nested(Admission, load_default=no_conditions)
    reminders = reminder_hours(load_default=list)
    forget_days = days_until_forgotten(load_default=90)
    feedback = feedback_questions(load_default=list)


class DraftEvent(_EventFields):
    organiser = fields.Nested(Organiser, required=True)


class ChangeEvent(Strict):
    """Only the fields given change; the organiser stays."""

    id = id_of(identifiers.EVENT, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    title = Localized()
    summary = Localized(longest=MEDIUM, lines=True, needed=False)
    description = Localized(longest=LONG, lines=True, needed=False)
    begins = Moment()
    ends = Moment()
    time_zone = TimeZone()
    place = fields.Nested(Place, allow_none=True)
    link = WebAddress(allow_none=True)
    themes = each(one_of(vocabularies.THEMES), most=10)
    regions = each(nuts3(), most=20)
    languages = each(one_of(vocabularies.LANGUAGES), most=4)
    audience = fields.Nested(Audience)
    capacity = WholeNumber(allow_none=True, least=1, most=100_000)
    sign_up_closes = Moment(allow_none=True)
    attendance = one_of(ATTENDANCE, allow_none=True, metadata=_ATTENDANCE)
    sessions = session_list()
    speakers = speaker_list()
    series = id_of(identifiers.SERIES, allow_none=True)
    admission = fields.Nested(Admission)
    reminders = reminder_hours()
    forget_days = days_until_forgotten()
    feedback = feedback_questions()


class EventId(Strict):
    id = id_of(identifiers.EVENT, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class CancelEvent(EventId):
    reason = Localized(longest=MEDIUM, lines=True, needed=False, load_default=dict)


class ListDrafts(Strict):
    """Drafts and restricted events that the caller may read."""

    after = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=100))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


class EventRecord(Record):
    """An event. state: draft, published, cancelled, or withdrawn (a tombstone: it is no longer for this audience).
    `regions` are those concerned: the host's, and those named."""

    organiser = fields.Nested(Organiser, unknown=EXCLUDE)
    title = fields.Dict(keys=fields.String(), values=fields.String())
    summary = fields.Dict(keys=fields.String(), values=fields.String())
    description = fields.Dict(keys=fields.String(), values=fields.String())
    begins = Moment()
    ends = Moment()
    time_zone = fields.String()
    place = fields.Nested(Place, unknown=EXCLUDE, allow_none=True)
    link = fields.String(allow_none=True)
    themes = fields.List(fields.String())
    regions = fields.List(fields.String())
    languages = fields.List(fields.String())
    audience = fields.Nested(Audience, unknown=EXCLUDE)
    capacity = fields.Integer(allow_none=True)
    sign_up_closes = Moment(allow_none=True)
    cancellation = fields.Dict(keys=fields.String(), values=fields.String())
    attendance = fields.String(metadata={"description": "on_site, online or hybrid."})
    sessions = fields.List(fields.Nested(Session, unknown=EXCLUDE))
    speakers = fields.List(fields.Nested(Speaker, unknown=EXCLUDE))
    co_hosts = fields.List(fields.String(), metadata={"description": "Organisations that consented."})
    series = fields.String(allow_none=True)
    postponed = fields.Nested(Postponement, unknown=EXCLUDE, allow_none=True)
    admission = fields.Nested(AdmissionRecord)
    reminders = fields.List(fields.Integer())
    forget_days = fields.Integer()
    feedback = fields.List(fields.Nested(FeedbackQuestionRecord))


class PlacesRecord(Record):
    """How full an event is, in persons. The id is the event's; it has a version of its own. state: counted. offered:
    seats that are kept for those whom they are offered."""

    capacity = fields.Integer(allow_none=True, required=True)
    confirmed = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    offered = fields.Integer()


class BlockRecord(Record):
    """A time that a draft holds (kind hold) or a restricted event takes (kind busy): no title, no organiser.
    state: placed or released."""

    kind = one_of(("hold", "busy"))
    begins = Moment()
    ends = Moment()
    time_zone = fields.String()
    themes = fields.List(fields.String())
    regions = fields.List(fields.String())


class SignUp(Strict):
    """One person signs up. With the same address again: the same sign-up, and its mail once more."""

    event = id_of(identifiers.EVENT, required=True)
    name = Text(longest=100, required=True)
    email = Email(required=True)
    language = one_of(vocabularies.LANGUAGES, load_default="fi")
    size = group_size(load_default=1)
    answers = Answers(load_default=dict)
    code = invitation_code(allow_none=True, load_default=None)


class SignUpAnswer(Tolerant):
    """pending: the organiser decides. offered: until `offered_until`, to be accepted or declined."""

    id = fields.String(required=True)
    event = fields.String(required=True)
    state = one_of(SIGN_UP_STATES, required=True)
    size = fields.Integer(metadata={"description": "Persons."})
    offered_until = Moment(allow_none=True)


class SignUpToken(Strict):
    """The token of the link in the mail."""

    token = Text(longest=300, required=True)


class SignUpView(SignUpAnswer):
    """A sign-up as its owner sees it."""

    name = fields.String(required=True)
    email = fields.String(required=True)
    language = fields.String(required=True)
    position = fields.Integer(allow_none=True, metadata={"description": "Place on the waiting list, from 1."})
    event_record = fields.Nested(EventRecord)
    answers = fields.Dict(keys=fields.String(), values=fields.String())
    why = fields.String(metadata={"description": "Why it is cancelled: by_person, declined, refused, expired."})
    reason = fields.Dict(keys=fields.String(), values=fields.String())
    asked_again = Moment(allow_none=True, metadata={"description": "The postponement after which they were asked."})
    comes_again = fields.Boolean(metadata={"description": "Whether they said that they still come."})
    ticket = fields.String(allow_none=True, metadata={"description": "The token of the ticket, once confirmed."})


class Attendee(SignUpAnswer):
    name = fields.String(required=True)
    email = fields.String(required=True)
    language = fields.String(required=True)
    created = Moment(required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String())
    why = fields.String(metadata={"description": "Why it is cancelled: by_person, declined, refused, expired."})
    reason = fields.Dict(keys=fields.String(), values=fields.String())
    asked_again = Moment(allow_none=True, metadata={"description": "The postponement after which they were asked."})
    comes_again = fields.Boolean(metadata={"description": "Whether they said that they still come."})
    code = fields.String(allow_none=True, metadata={"description": "Id of the invitation that was used."})


class SignUpRecord(Record):
    """A sign-up, without the person: `id` is the reference that the courier asks the address for. state: pending,
    waiting, offered, confirmed or cancelled. Never leaves the node."""

    event = fields.String(required=True)
