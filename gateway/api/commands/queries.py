"""The parameters of private reads."""

from typing import Final

from marshmallow import Schema, fields, validate

from services.contracts import identifiers, rpc
from services.contracts.schemas.fields import Day, Moment, id_of, nuts3, one_of
from services.contracts.schemas.pipeline import STAGES


class Pages(Schema):
    """Where a long list goes on: follow `next` of the page before."""

    cursor = fields.String(validate=validate.Length(max=100))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


class Deliveries(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


class OfRegion(Schema):
    region = nuts3(required=True)


class OfEvent(Schema):
    event = id_of(identifiers.EVENT, required=True, metadata={"description": "A draft or an event of the caller's."})


class Memberships(Schema):
    consortium = id_of(identifiers.CONSORTIUM)
    organisation = id_of(identifiers.ORGANISATION)


class Candidates(OfRegion):
    stage = one_of(STAGES)
    due_before = Day(metadata={"description": "Those whose next step is due before this day."})


class MergeOffers(Schema):
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=200))


class OfService(Schema):
    service = fields.String(
        validate=validate.OneOf(rpc.SERVICES), metadata={"description": "One service; without it all four."}
    )


_REFERENCE: Final = validate.Regexp(r"^[A-Za-z0-9_]{1,100}\Z", error="This is no reference.")


class Audit(Pages):
    service = fields.String(required=True, validate=validate.OneOf(rpc.SERVICES))
    account = id_of(identifiers.ACCOUNT, metadata={"description": "Who did it."})
    person = fields.String(validate=_REFERENCE, metadata={"description": "Whom it concerned: acc_, sgn_."})
    record = fields.String(validate=_REFERENCE, metadata={"description": "For example an event's id."})
    since = Moment()
    until = Moment()


class Import(Schema):
    region = nuts3(required=True, metadata={"description": "The coordinator's region; for rows that name none."})
    dry_run = fields.Boolean(load_default=False, metadata={"description": "Only tells what would be done."})


class Replay(Schema):
    """ids empty: all dead ones of the service."""

    service = fields.String(required=True, validate=validate.OneOf(rpc.SERVICES))
    ids = fields.List(
        fields.String(validate=validate.Length(min=1, max=100)), load_default=list, validate=validate.Length(max=1_000)
    )
