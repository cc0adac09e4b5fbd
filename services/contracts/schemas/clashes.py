"""The wire of the clash check, and of the search for a free date."""

from marshmallow import fields, validate

from services.contracts import identifiers, vocabularies

from .base import Strict, Tolerant
from .events import Audience, Place
from .fields import Day, Moment, Text, TimeZone, WholeNumber, each, id_of, nuts3, one_of
from .programme import Organiser

MOST_SPEAKERS = 100


class ProposedSpeaker(Strict):
    """Who would speak. With organisations that differ, two of one name are two persons."""

    name = Text(longest=100, required=True)
    organisation = id_of(identifiers.ORGANISATION, allow_none=True, load_default=None)


class _Proposal(Strict):
    themes = each(one_of(vocabularies.THEMES), most=10)
    audience = fields.Nested(Audience)
    place = fields.Nested(Place, allow_none=True)
    speakers = fields.List(fields.Nested(ProposedSpeaker), validate=validate.Length(max=MOST_SPEAKERS))
    co_hosts = each(id_of(identifiers.ORGANISATION), most=20)
    regions = each(nuts3(), most=20, metadata={"description": "Regions concerned besides the host's and co-hosts'."})


class CheckClashes(_Proposal):
    """An event that exists (by its id), or one that is only thought of: then give organiser, begins, ends. Of an event
    that exists, whatever is given besides takes the place of what it has: what if it were a day later?"""

    event = id_of(identifiers.EVENT, metadata={"description": "A draft or an event of the caller's."})
    organiser = fields.Nested(Organiser)
    begins = Moment()
    ends = Moment()
    time_zone = TimeZone()


class FindFreeDates(_Proposal):
    """Days for an event that is only thought of: those without clashes first. first_day, last_day: of its zone, at most
    half a year apart; starts, minutes: by the clock on the wall; weekdays: Monday is 1."""

    organiser = fields.Nested(Organiser, required=True)
    first_day = Day(required=True)
    last_day = Day(required=True)
    starts = fields.String(
        load_default="09:00",
        validate=validate.Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="Give a time such as 09:00."),
    )
    minutes = WholeNumber(load_default=420, least=15, most=14 * 24 * 60)
    weekdays = each(WholeNumber(least=1, most=7), least=1, most=7, load_default=lambda: [1, 2, 3, 4, 5])
    time_zone = TimeZone(load_default="Europe/Helsinki")
    limit = WholeNumber(load_default=10, least=1, most=50)


class SharedThing(Tolerant):
    """code: an id, a code of a vocabulary, or a name folded. name: in words, by language."""

    code = fields.String(required=True)
    name = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ClashReason(Tolerant):
    """what: venue, speaker, host, working_group, theme, audience, holiday or holiday_period."""

    what = fields.String(required=True)
    shared = fields.List(fields.Nested(SharedThing), required=True)
    says = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ClashView(Tolerant):
    """What stands in the way. kind: event; block (a draft or a restricted event that the caller may not read: no title,
    no organiser); holiday; holiday_period. days: between the two. regions: those concerned by a holiday."""

    severity = one_of(("hard", "strong", "weak"), required=True)
    kind = one_of(("event", "block", "holiday", "holiday_period"), required=True)
    id = fields.String(required=True, allow_none=True)
    home = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    begins = Moment(required=True, allow_none=True)
    ends = Moment(required=True, allow_none=True)
    time_zone = fields.String(required=True, allow_none=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    days = fields.Integer(required=True)
    overlaps = fields.Boolean(required=True)
    themes = fields.List(fields.String(), required=True)
    regions = fields.List(fields.String(), required=True)
    reasons = fields.List(fields.Nested(ClashReason), required=True)


class ClashCounts(Tolerant):
    hard = fields.Integer(required=True)
    strong = fields.Integer(required=True)
    weak = fields.Integer(required=True)


class FreeDate(Tolerant):
    """A time that is proposed. free: nothing speaks against it. against: the worst of what does, five at most."""

    begins = Moment(required=True)
    ends = Moment(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    free = fields.Boolean(required=True)
    counts = fields.Nested(ClashCounts, required=True)
    against = fields.List(fields.Nested(ClashView), required=True)
