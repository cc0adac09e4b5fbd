"""The wire of an event's programme, of series and of co-hosts."""

from marshmallow import EXCLUDE, fields, validate

from services.contracts import identifiers, vocabularies

from .base import Record, Strict, Tolerant
from .fields import MEDIUM, Localized, Moment, Text, YesOrNo, each, id_of, nuts3, one_of

ATTENDANCE = ("on_site", "online", "hybrid")
ORGANISER_KINDS = ("organisation", "consortium", "region")
CO_HOST_STATES = ("asked", "consented", "declined", "taken_back", "dropped")


class Organiser(Strict):
    """Who holds the event: an organisation's or a consortium's id, or a NUTS 3 code."""

    kind = one_of(ORGANISER_KINDS, required=True)
    id = Text(longest=100, required=True)


def _local_id() -> fields.String:
    return fields.String(
        validate=validate.Regexp(
            r"^[a-z0-9][a-z0-9_-]{0,39}\Z", error="Up to 40 small letters, digits, - and _, such as keynote-1."
        ),
        metadata={"description": "Chosen by you, once within the event; made up if you give none.", "example": "s1"},
    )


class Speaker(Strict):
    """Who speaks: named in public by the organiser. `organisation`: an id of the registry."""

    id = _local_id()
    name = Text(longest=100, required=True)
    title = Text(longest=200, shortest=0, load_default="")
    affiliation = Text(longest=200, shortest=0, load_default="")
    organisation = id_of(identifiers.ORGANISATION, allow_none=True, load_default=None)


class Session(Strict):
    """A part of the programme, within the event's time. `speakers`: ids of the event's speakers."""

    id = _local_id()
    title = Localized(required=True)
    begins = Moment(required=True)
    ends = Moment(required=True)
    room = Text(longest=100, shortest=0, load_default="")
    speakers = each(fields.String(), most=50, load_default=list)


def session_list(**rest: object) -> fields.List[object]:
    """The programme, in any order."""
    return fields.List(fields.Nested(Session), validate=validate.Length(max=200), **rest)  # type: ignore[arg-type]


def speaker_list(**rest: object) -> fields.List[object]:
    return fields.List(fields.Nested(Speaker), validate=validate.Length(max=100), **rest)  # type: ignore[arg-type]


class Postponement(Tolerant):
    """since: when it was postponed. begins, ends: what was announced before."""

    since = Moment(required=True)
    begins = Moment(required=True)
    ends = Moment(required=True)
    reason = fields.Dict(keys=fields.String(), values=fields.String())


class PostponeEvent(Strict):
    """New dates for a published event. Sessions and the end of sign-up move along unless they are given."""

    id = id_of(identifiers.EVENT, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    begins = Moment(required=True)
    ends = Moment(required=True)
    reason = Localized(longest=MEDIUM, lines=True, needed=False, load_default=dict)
    sessions = session_list()
    sign_up_closes = Moment(allow_none=True)


class StartSeries(Strict):
    organiser = fields.Nested(Organiser, required=True)
    title = Localized(required=True)
    summary = Localized(longest=MEDIUM, lines=True, needed=False, load_default=dict)
    themes = each(one_of(vocabularies.THEMES), most=10, load_default=list)
    regions = each(nuts3(), most=20, load_default=list)


class ChangeSeries(Strict):
    """Only the fields given change; the organiser stays."""

    id = id_of(identifiers.SERIES, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    title = Localized()
    summary = Localized(longest=MEDIUM, lines=True, needed=False)
    themes = each(one_of(vocabularies.THEMES), most=10)
    regions = each(nuts3(), most=20)


class SeriesId(Strict):
    id = id_of(identifiers.SERIES, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class SeriesRecord(Record):
    """A name for a row of events. state: active, or closed: no event joins it any more."""

    organiser = fields.Nested(Organiser, unknown=EXCLUDE)
    title = fields.Dict(keys=fields.String(), values=fields.String())
    summary = fields.Dict(keys=fields.String(), values=fields.String())
    themes = fields.List(fields.String())
    regions = fields.List(fields.String())


class AskCoHosts(Strict):
    """Asks organisations to be co-hosts. Their names are shown only once they consent."""

    event = id_of(identifiers.EVENT, required=True)
    organisations = each(id_of(identifiers.ORGANISATION), least=1, most=20, required=True)
    message = Localized(longest=MEDIUM, lines=True, needed=False, load_default=dict)


class AnswerCoHost(Strict):
    """consent: false declines, or takes back what was given; the name is gone from the event at once."""

    id = id_of(identifiers.CO_HOST, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    consent = YesOrNo(required=True)


class CoHostId(Strict):
    id = id_of(identifiers.CO_HOST, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class CoHostsOf(Strict):
    event = id_of(identifiers.EVENT, required=True)


class CoHostRecord(Record):
    """What an organisation said to being co-host of an event. state: asked, consented, declined, taken_back, or dropped
    by the organiser."""

    event = fields.String()
    organisation = fields.String()
    message = fields.Dict(keys=fields.String(), values=fields.String())


class CoHostRequest(CoHostRecord):
    """A request as those see it who are asked: with what they need of the event to answer."""

    title = fields.Dict(keys=fields.String(), values=fields.String())
    begins = Moment()
    ends = Moment()
    time_zone = fields.String()
    organiser = fields.Nested(Organiser, unknown=EXCLUDE)
    event_state = fields.String()
