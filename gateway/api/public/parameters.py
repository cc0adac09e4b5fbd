"""The parameters of public lists and feeds, as schemas; and how they become a filter of the read model."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validate

from gateway.api.parameters import READABLE
from gateway.read_model import cursors
from gateway.read_model.counts import COUNTED
from gateway.read_model.filters import Filter, Position, StreamFilter
from services.contracts import identifiers, materials, relations, vocabularies
from services.contracts.envelope import format_time, parse_time
from services.contracts.schemas import offerings
from services.contracts.schemas.fields import id_of, nuts3, one_of

LIMIT: Final = 50
LONGEST_LIMIT: Final = 200
_HOW_WORDS_ARE_FOUND: Final = (
    "All words are looked for, in any of their Finnish, Swedish or English forms and in compounds; the last one also "
    "as a beginning of a word. ä, å and ö may be typed as a and o."
)


class MomentOrDay(fields.Field[datetime | date]):
    """2027-03-28T09:00:00+03:00, or 2027-03-28: that day in the node's time zone."""

    def __init__(self, **rest: Any) -> None:
        forms = [{"type": "string", "format": name} for name in ("date", "date-time")]
        super().__init__(metadata={"anyOf": forms, "example": "2027-03-28", **rest.pop("metadata", {})}, **rest)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime | date:
        try:
            if len(value) == 10:
                moment: datetime | date = date.fromisoformat(value)
            else:
                # A + in an address stands for a space, and is easily forgotten to be written as %2B.
                moment = parse_time(value.replace(" ", "+"))
        except (ValueError, OverflowError) as error:
            raise ValidationError("Give a day such as 2027-03-28, or a time with an offset.") from error
        if not 1970 <= moment.year <= 2200:
            raise ValidationError("The year must lie between 1970 and 2200.")
        return moment


class Cursor(fields.Field[Position]):
    """Where the page before ended: taken from the address in its `next`."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(metadata={"type": "string"}, **rest)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Position:
        try:
            return cursors.read(str(value)[:1_000])
        except ValueError as error:
            raise ValidationError("This is no cursor of this list; take the address in `next`.") from error


def words(says: str, how: str = _HOW_WORDS_ARE_FOUND) -> fields.String:
    return fields.String(
        validate=validate.Length(min=1, max=200),
        metadata={"description": f"{says} {how}", "pattern": READABLE},
    )


def _any_of(inner: fields.Field[Any], says: str) -> fields.List[Any]:
    return fields.List(inner, validate=validate.Length(max=50), metadata={"description": says})


def _facets_of(kind: str) -> fields.List[Any]:
    return fields.List(
        one_of(COUNTED[kind]),
        validate=validate.Length(max=len(COUNTED[kind])),
        metadata={
            "description": "Facets whose values are to be counted, of all records that the other parameters leave: a "
            "facet's own parameter does not narrow its counts. At most 200 values each, the most frequent first."
        },
    )


def _regions() -> fields.List[Any]:
    return _any_of(nuts3(), "NUTS 3 codes (2024); any of them.")


def _themes() -> fields.List[Any]:
    return _any_of(one_of(vocabularies.THEMES), "Any of these themes.")


def _organisers() -> fields.List[Any]:
    one = fields.String(validate=validate.Length(min=1, max=100), metadata={"pattern": r"^[^,\x00-\x1f\x7f\ufffd]+$"})
    return _any_of(one, "Ids of organisations or consortia, or NUTS 3 codes.")


class Paged(Schema):
    limit = fields.Integer(load_default=LIMIT, validate=validate.Range(min=1, max=LONGEST_LIMIT))
    cursor = Cursor()


class Searched(Paged):
    sort = one_of(
        ("relevance", "list"),
        load_default="relevance",
        metadata={
            "description": "Where words are looked for: what fits them best first (in names and titles before other "
            "texts, as typed before other forms, whole words before parts), else in the order of the list; or all in "
            "the order of the list."
        },
    )


class Spoken(Schema):
    lang = one_of(
        vocabularies.LANGUAGES,
        metadata={"description": "Language of the texts; without it, what Accept-Language asks for."},
    )


class OrganisationFilter(Schema):
    q = words("Words of names, places, summaries; identifiers.")
    region = _regions()
    kind = _any_of(one_of(vocabularies.ORGANISATION_KINDS), "Any of these kinds.")
    competence = _any_of(
        one_of((*vocabularies.COMPETENCES, *vocabularies.VALUE_CHAIN)),
        "Any of these competences; a part of the value chain by itself means all in it.",
    )
    state = _any_of(
        one_of(("admitted", "succeeded", "merged")),
        "Without it: admitted, and where words are looked for also those that are known under another name now.",
    )


class RelationFilter(Schema):
    kind = _any_of(one_of(relations.RELATIONS), "Any of these, as they are stated.")


class EventFilter(Schema):
    q = words("Words of titles, summaries, places, organisers.")
    region = _regions()
    theme = _themes()
    consortium = _any_of(id_of(identifiers.CONSORTIUM), "Held by, or for, any of these consortia.")
    working_group = _any_of(id_of(identifiers.WORKING_GROUP), "For any of these working groups.")
    organiser = _organisers()
    series = _any_of(id_of(identifiers.SERIES), "Of any of these series.")
    from_ = MomentOrDay(
        data_key="from",
        metadata={"description": "Those that end at this time or later. Without it: now; for feeds 30 days ago."},
    )
    to = MomentOrDay(metadata={"description": "Those that begin before this time; a day is meant with all of it."})
    state = _any_of(one_of(("published", "cancelled")), "Without it both: what is cancelled says so.")


class BlockFilter(Schema):
    region = _regions()
    theme = _themes()
    kind = _any_of(one_of(("hold", "busy")), "Held by a draft, or taken by an event that is not public.")
    from_ = MomentOrDay(data_key="from", metadata={"description": "Those that end then or later. Without it: now."})
    to = MomentOrDay(metadata={"description": "Those that begin before this time; a day is meant with all of it."})


class SeriesFilter(Schema):
    q = words("Words of titles, summaries, organisers.")
    region = _regions()
    theme = _themes()
    organiser = _organisers()
    state = _any_of(one_of(("active", "closed")), "Without it: active.")


class ConsortiumFilter(Schema):
    q = words("Words of names and summaries.")
    region = _regions()
    theme = _themes()
    kind = _any_of(one_of(vocabularies.CONSORTIUM_KINDS), "Any of these kinds.")
    state = _any_of(one_of(("active", "dissolved")), "Without it: active.")


class MemberFilter(Schema):
    state = _any_of(one_of(("active", "ended")), "Without it: active.")


class WorkingGroupFilter(Schema):
    state = _any_of(one_of(("active", "closed")), "Without it: active.")


class NewsFilter(Schema):
    q = words("Words of titles and texts.")
    region = _regions()
    theme = _themes()
    consortium = _any_of(id_of(identifiers.CONSORTIUM), "Of any of these consortia.")
    working_group = _any_of(id_of(identifiers.WORKING_GROUP), "Of any of these working groups.")


class OfferingFilter(Schema):
    q = words("Words of titles, texts, names of organisations, materials.")
    organisation = _any_of(id_of(identifiers.ORGANISATION), "Of any of these organisations.")
    kind = _any_of(one_of(offerings.KINDS), "Any of these kinds.")
    material = _any_of(one_of(materials.MATERIALS), "For any of these materials (Regulation (EU) 2024/1252).")
    trl = _any_of(
        one_of([str(level) for level in range(1, 10)]), "Any of these technology readiness levels lies in its range."
    )
    nace = _any_of(offerings.nace(), "Any of these NACE or TOL codes, or what begins with one of them (09 has 09.90).")
    value_chain = _any_of(one_of(vocabularies.VALUE_CHAIN), "Any of these parts of the value chain.")
    region = _regions()


class PackageFilter(OfferingFilter):
    """A package is found by what its offerings are."""


class OfferingList(OfferingFilter, Searched):
    facets = _facets_of("offering")


class PackageList(PackageFilter, Searched):
    facets = _facets_of("package")


class OrganisationList(OrganisationFilter, Searched):
    facets = _facets_of("organisation")


class RelationList(RelationFilter, Paged): ...


class EventList(EventFilter, Searched):
    facets = _facets_of("event")


class BlockList(BlockFilter, Paged): ...


class SeriesList(SeriesFilter, Searched): ...


class ConsortiumList(ConsortiumFilter, Searched): ...


class MemberList(MemberFilter, Paged): ...


class WorkingGroupList(WorkingGroupFilter, Paged): ...


class NewsList(NewsFilter, Searched): ...


_FACETS: Final[Mapping[str, tuple[str, ...]]] = {
    "organisation": ("region", "kind", "competence"),
    "relation": ("kind",),
    "offering": ("organisation", "kind", "material", "trl", "nace", "value_chain", "region"),
    "package": ("organisation", "kind", "material", "trl", "nace", "value_chain", "region"),
    "event": ("region", "theme", "consortium", "working_group", "organiser", "series"),
    "block": ("region", "theme", "kind"),
    "series": ("region", "theme", "organiser"),
    "consortium": ("region", "theme", "kind"),
    "membership": ("consortium",),
    "working_group": ("consortium",),
    "news": ("region", "theme", "consortium", "working_group"),
}
_STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "series": ("active",),
    "consortium": ("active",),
    "membership": ("active",),
    "working_group": ("active",),
}
TIMED: Final = frozenset({"event", "block"})


def filter_of(
    kind: str,
    given: Mapping[str, Any],
    zone: ZoneInfo,
    *,
    now: datetime,
    back: timedelta = timedelta(0),
    of: Mapping[str, str] | None = None,
) -> Filter:
    """The filter that the parameters of a list or feed ask for.

    given: as its schema loaded them. now, back: what "without it" of `from` means. of: facets that the path names.
    """
    facets = [(name, tuple(given[name])) for name in _FACETS[kind] if given.get(name)]
    facets += [(name, (value,)) for name, value in (of or {}).items()]
    ends_after, begins_before = _span(given, zone)
    if kind in TIMED and not ends_after:
        ends_after = format_time(now - back)
    return Filter(
        kind=kind,
        words=given.get("q", ""),
        facets=tuple(facets),
        states=tuple(given.get("state") or _states(kind, given)),
        ends_after=ends_after,
        begins_before=begins_before,
        newest_first=kind == "news",
        best_first=bool(given.get("q")) and given.get("sort") == "relevance",
    )


def _states(kind: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    """What is listed when no state is asked for: who looks for words may look for an organisation's old name."""
    if kind == "organisation":
        return () if given.get("q") else ("admitted",)
    return _STATES.get(kind, ())


def stream_filter_of(given: Mapping[str, Any], zone: ZoneInfo) -> StreamFilter:
    """The filter that the parameters of a stream ask for: those of the list of events, for facts of any kind."""
    ends_after, begins_before = _span(given, zone)
    filter_ = Filter(
        kind="event",
        words=given.get("q", ""),
        facets=tuple((name, tuple(given[name])) for name in _FACETS["event"] if given.get(name)),
        states=tuple(given.get("state") or ()),
        ends_after=ends_after,
        begins_before=begins_before,
    )
    return StreamFilter.of(frozenset(given.get("kind") or ()), filter_)


def _span(given: Mapping[str, Any], zone: ZoneInfo) -> tuple[str, str]:
    """(ends_after, begins_before), each "" where it is not given."""
    begin, end = given.get("from_"), given.get("to")
    return (
        "" if begin is None else format_time(_moment(begin, zone)),
        "" if end is None else format_time(_moment(end, zone, whole_day=True)),
    )


def _moment(given: datetime | date, zone: ZoneInfo, *, whole_day: bool = False) -> datetime:
    if isinstance(given, datetime):
        return given
    day = given + timedelta(days=1) if whole_day else given
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
