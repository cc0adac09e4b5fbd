"""The wire of offerings, what one actor sells or lends, and of packages made of several actors' offerings."""

import re

from marshmallow import ValidationError, fields, validate, validates_schema

from services.contracts import identifiers, materials, vocabularies

from .base import Record, Strict, Tolerant
from .fields import LONG, Localized, Moment, WebAddress, WholeNumber, YesOrNo, each, id_of, nuts3, one_of

KINDS = ("service", "equipment")
NACE = re.compile(r"^(?:[A-V]|[0-9]{2}(?:\.[0-9]{1,3})?)$")


def nace() -> fields.String:
    """A NACE Rev. 2 section (B), division (09), group (09.9), class (09.90), or Finnish TOL code (09.900)."""
    return fields.String(
        validate=validate.Regexp(NACE, error="Give a NACE or TOL code, as B, 09, 09.9 or 09.90."),
        metadata={"example": "09.90"},
    )


class _OfferingFields(Strict):
    title = Localized(required=True)
    description = Localized(longest=LONG, lines=True, needed=False, load_default=dict)
    kind = one_of(KINDS, required=True)
    value_chain = each(one_of(vocabularies.VALUE_CHAIN), most=10, load_default=list)
    materials = each(one_of(materials.MATERIALS), most=40, load_default=list)
    trl_from = WholeNumber(least=1, most=9, allow_none=True, load_default=None)
    trl_to = WholeNumber(least=1, most=9, allow_none=True, load_default=None)
    nace = each(nace(), most=20, load_default=list)
    regions = each(nuts3(), most=20, load_default=list)
    link = WebAddress(allow_none=True, load_default=None)


class OfferingRecord(Record):
    """What an organisation offers. kind: service or equipment. trl_from, trl_to: technology readiness levels 1 to 9.
    To ask for it: the organisation's website. state: offered, or withdrawn (a tombstone)."""

    organisation = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    description = fields.Dict(keys=fields.String(), values=fields.String())
    kind = fields.String()
    value_chain = fields.List(fields.String())
    materials = fields.List(fields.String())
    trl_from = fields.Integer(allow_none=True)
    trl_to = fields.Integer(allow_none=True)
    nace = fields.List(fields.String())
    regions = fields.List(fields.String())
    link = fields.String(allow_none=True)


def _ordered(data: dict[str, object]) -> None:
    first, last = data.get("trl_from"), data.get("trl_to")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        raise ValidationError(f"The range ends before it begins, at {first}.", "trl_to")


class Offer(_OfferingFields):
    organisation = id_of(identifiers.ORGANISATION, required=True)

    @validates_schema
    def _levels(self, data: dict[str, object], **_: object) -> None:
        _ordered(data)


class ChangeOffering(Strict):
    """Only the fields given change."""

    id = id_of(identifiers.OFFERING, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    title = Localized()
    description = Localized(longest=LONG, lines=True, needed=False)
    kind = one_of(KINDS)
    value_chain = each(one_of(vocabularies.VALUE_CHAIN), most=10)
    materials = each(one_of(materials.MATERIALS), most=40)
    trl_from = WholeNumber(least=1, most=9, allow_none=True)
    trl_to = WholeNumber(least=1, most=9, allow_none=True)
    nace = each(nace(), most=20)
    regions = each(nuts3(), most=20)
    link = WebAddress(allow_none=True)

    @validates_schema
    def _levels(self, data: dict[str, object], **_: object) -> None:
        _ordered(data)


class OfferingId(Strict):
    id = id_of(identifiers.OFFERING, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class PackageRecord(Record):
    """A package as everybody sees it. offerings: those whose owners consented. It is shown with two or more. state:
    offered, or withdrawn (a tombstone)."""

    organisation = fields.String(metadata={"description": "Who put it together."})
    title = fields.Dict(keys=fields.String(), values=fields.String())
    description = fields.Dict(keys=fields.String(), values=fields.String())
    link = fields.String(allow_none=True)
    offerings = fields.List(fields.String())


class PackagePart(Tolerant):
    """consent: asked, given or refused, since `since`."""

    offering = fields.String(required=True)
    organisation = fields.String(required=True)
    consent = fields.String(required=True)
    since = Moment(required=True)


class PackageView(PackageRecord):
    """A package for those who make it and whose offerings it asks for. state: draft until two owners' consents are
    there, offered, or withdrawn."""

    parts = fields.List(fields.Nested(PackagePart))


class MakePackage(Strict):
    """`organisation` puts it together: its own offerings are consented to by that, the others' owners are asked."""

    organisation = id_of(identifiers.ORGANISATION, required=True)
    title = Localized(required=True)
    description = Localized(longest=LONG, lines=True, needed=False, load_default=dict)
    link = WebAddress(allow_none=True, load_default=None)
    offerings = each(id_of(identifiers.OFFERING), least=1, most=30, required=True)


class ChangePackage(Strict):
    """Only the fields given change. The owners of offerings that are added are asked."""

    id = id_of(identifiers.PACKAGE, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    title = Localized()
    description = Localized(longest=LONG, lines=True, needed=False)
    link = WebAddress(allow_none=True)
    offerings = each(id_of(identifiers.OFFERING), least=1, most=30)


class PackageId(Strict):
    id = id_of(identifiers.PACKAGE, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class ConsentToPackage(Strict):
    """A partner of the offering's organisation lets it stand in the package, or takes that back."""

    id = id_of(identifiers.PACKAGE, required=True)
    offering = id_of(identifiers.OFFERING, required=True)
    consent = YesOrNo(required=True)


class ListPackages(Strict):
    """Of an organisation: those that it makes, and those that ask for its offerings."""

    organisation = id_of(identifiers.ORGANISATION, required=True)


__all__ = [
    "KINDS",
    "NACE",
    "ChangeOffering",
    "ChangePackage",
    "ConsentToPackage",
    "ListPackages",
    "MakePackage",
    "Offer",
    "OfferingId",
    "OfferingRecord",
    "PackageId",
    "PackagePart",
    "PackageRecord",
    "PackageView",
]
