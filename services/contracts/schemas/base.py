"""What every record and every list of records has."""

from marshmallow import EXCLUDE, RAISE, Schema, fields, validate

from .fields import Moment


class Strict(Schema):
    """Arguments of a call: unknown fields are refused."""

    class Meta:
        unknown = RAISE
        ordered = True


class Tolerant(Schema):
    """What others wrote: unknown fields are passed over, so that a newer node may say more."""

    class Meta:
        unknown = EXCLUDE
        ordered = True


class Record(Tolerant):
    """A record as it is published. (home, id) is its key, (incarnation, version) its age."""

    id = fields.String(required=True)
    home = fields.String(required=True, metadata={"description": "Slug of the node that alone changes it."})
    incarnation = fields.Integer(required=True, validate=validate.Range(min=1))
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    state = fields.String(required=True)
    created = Moment(required=True)
    changed = Moment(required=True)


class Reference(Tolerant):
    """Names one record."""

    id = fields.String(required=True)
    home = fields.String(required=True)


class Empty(Strict):
    """No arguments."""


class Page(Strict):
    """Which part of a long list: `after` is the cursor that the page before gave."""

    after = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1_000))
