"""What public records look like in answers: the contracts' records, with what the read model adds to them."""

from marshmallow import fields

from services.contracts.schemas.actors import OrganisationRecord, Successor
from services.contracts.schemas.base import Tolerant
from services.contracts.schemas.consortium import MembershipRecord, NewsRecord
from services.contracts.schemas.events import EventRecord
from services.contracts.schemas.offerings import OfferingRecord, PackageRecord
from services.contracts.schemas.programme import SeriesRecord
from services.contracts.schemas.registry import RelationRecord


def _texts(says: str) -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": says})


class PlacesView(Tolerant):
    """How full an event is, in persons. capacity and left are null where there is no limit. offered: kept for those who
    waited and have not answered yet."""

    capacity = fields.Integer(allow_none=True, required=True)
    confirmed = fields.Integer(required=True)
    offered = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    left = fields.Integer(allow_none=True, required=True)


class _Event(EventRecord):
    organiser_name = _texts("Name of the organiser by language; empty while it is unknown here.")
    co_host_names = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.String()),
        metadata={"description": "By id, the name of each co-host by language; empty while it is unknown here."},
    )
    series_title = _texts("By language; empty for an event of no series.")
    places = fields.Nested(PlacesView, required=True)


_OF_THE_ORGANISER = ("reminders", "forget_days", "feedback")
"""How the organiser goes about it."""


class EventItem(_Event):
    """An event in a list."""

    class Meta(EventRecord.Meta):
        exclude = ("description", "sessions", "speakers", "admission", *_OF_THE_ORGANISER)


class EventView(_Event):
    """An event."""

    class Meta(EventRecord.Meta):
        exclude = _OF_THE_ORGANISER


class SeriesView(SeriesRecord):
    """A series of events."""

    organiser_name = _texts("Name of the organiser by language; empty while it is unknown here.")


class SuccessorView(Successor):
    """What an organisation became, and what that is called now."""

    name = _texts("By language; empty while it is unknown here.")


class OrganisationItem(OrganisationRecord):
    """An organisation in a list."""

    successors = fields.List(fields.Nested(SuccessorView))


class RelatedOrganisation(Tolerant):
    """A relation as this organisation has it: `kind` and `label` are said of it."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    label = _texts("The kind in words.")
    organisation = fields.String(required=True)
    name = _texts("Of the other one; empty while it is unknown here.")
    since = fields.String(allow_none=True)
    until = fields.String(allow_none=True)


class OrganisationView(OrganisationItem):
    """An organisation."""

    relations = fields.List(fields.Nested(RelatedOrganisation))


class RelationView(RelationRecord):
    """A relation, with the names of both and the words for it from either side."""

    organisation_name = _texts("Empty while it is unknown here.")
    other_name = _texts("Empty while it is unknown here.")
    label = _texts("The kind, said of `organisation`.")
    inverse = fields.String(metadata={"description": "The kind, said of `other`."})
    inverse_label = _texts("The same in words.")


class OfferingView(OfferingRecord):
    """An offering. contact: where to ask for it, the organisation's website."""

    organisation_name = _texts("Empty while it is unknown here.")
    contact = fields.String(allow_none=True)


class OfferingItem(OfferingView):
    """An offering in a list."""

    class Meta(OfferingView.Meta):
        exclude = ("description",)


class PackagedOffering(Tolerant):
    """An offering in a package."""

    id = fields.String(required=True)
    title = _texts("Empty while it is unknown here.")
    kind = fields.String(allow_none=True)
    organisation = fields.String(allow_none=True)
    organisation_name = _texts("Empty while it is unknown here.")
    contact = fields.String(allow_none=True)


class PublicPackage(PackageRecord):
    """A package with its offerings. contact: the website of who put it together."""

    organisation_name = _texts("Empty while it is unknown here.")
    contact = fields.String(allow_none=True)
    offerings = fields.List(fields.Nested(PackagedOffering))


class MemberView(MembershipRecord):
    """A member of a consortium."""

    organisation_name = _texts("Name of the organisation by language; empty while it is unknown here.")


class NewsItem(NewsRecord):
    """News in a list."""

    class Meta(NewsRecord.Meta):
        exclude = ("body",)


class Terms(Tolerant):
    """The words that records are tagged with: code, then label by language."""

    languages = fields.List(fields.String(), required=True)
    themes = fields.Dict(required=True)
    value_chain = fields.Dict(required=True)
    competence_kinds = fields.Dict(required=True)
    competences = fields.Dict(required=True)
    organisation_kinds = fields.Dict(required=True)
    consortium_kinds = fields.Dict(required=True)
    member_roles = fields.Dict(required=True)
    regions = fields.Dict(required=True)
    nuts_version = fields.Integer(required=True)
    nuts_2021 = fields.Dict(required=True)
    identifier_schemes = fields.List(fields.String(), required=True)
    audiences = fields.List(fields.String(), required=True)
    materials = fields.Dict(required=True)
    critical_materials = fields.List(fields.String(), required=True)
    strategic_materials = fields.Dict(required=True)
    source_of_materials = fields.String(required=True)
    relations = fields.Dict(required=True)
    inverse_relations = fields.Dict(required=True)
    inverse_of = fields.Dict(required=True)


class RegionView(Tolerant):
    code = fields.String(required=True)
    name = _texts("By language; empty for a region outside the vocabulary.")


class NodeView(Tolerant):
    """The node that answers."""

    slug = fields.String(required=True)
    name = _texts("By language.")
    regions = fields.List(fields.Nested(RegionView), required=True)
    languages = fields.List(fields.String(), required=True, metadata={"description": "In order of fallback."})
    time_zone = fields.String(required=True)
    incarnation = fields.Integer(required=True)
    url = fields.String(required=True)
