"""The wire of privacy: what a node knows of one address, its erasure, and the proof."""

from marshmallow import fields, validate

from services.contracts import vocabularies

from .base import Record, Strict, Tolerant
from .fields import LONG, Email, Moment, Text, one_of


class AskForMyData(Strict):
    """A link is mailed to the address, whether the node knows it or not; it opens all that the node knows of it."""

    email = Email(required=True)
    language = one_of(vocabularies.LANGUAGES, load_default="fi")


class DataRequested(Record):
    """A link to one's own data is to be sent: the courier asks actors for the address as it sends. state: requested."""


class OpenPersonalData(Strict):
    """By the `token` of the mailed link; by `address`, for the operator; by neither, for one's own account. before:
    what was kept later stays (an erasure that is applied again)."""

    token = Text(longest=300, allow_none=True, load_default=None)
    address = Email(allow_none=True, load_default=None)
    before = Moment(allow_none=True, load_default=None)


class Opened(Tolerant):
    """`grant` opens this person's data in every service for a quarter of an hour. account: theirs, if they have one."""

    grant = fields.String(required=True)
    address = fields.String(required=True)
    account = fields.String(allow_none=True)
    before = Moment(required=True)


class ByGrant(Strict):
    """sealed: references to the same person, as other services gave them out."""

    grant = Text(longest=2_000, required=True)
    sealed = fields.List(Text(longest=LONG, required=True), load_default=list, validate=validate.Length(max=10))


class OnlyGrant(Strict):
    grant = Text(longest=2_000, required=True)


class SearchTraces(Strict):
    grant = Text(longest=2_000, required=True)
    collection = Text(longest=100, required=True)


class Trace(Tolerant):
    """What a search of a whole collection found. documents: all that were read. holding: those that hold the address.
    ids: of these, 20 at most. fingerprint: of what was read (SHA-256)."""

    collection = fields.String(required=True)
    documents = fields.Integer(required=True)
    holding = fields.Integer(required=True)
    ids = fields.List(fields.String(), required=True)
    fingerprint = fields.String(required=True)


class ErasedAddress(Strict):
    """hash: of an address that was erased at that time (services/contracts/addresses.py)."""

    hash = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))
    at = Moment(required=True)


class FindErased(Strict):
    entries = fields.List(fields.Nested(ErasedAddress), required=True, validate=validate.Length(min=1, max=1_000))


class FoundAgain(Tolerant):
    """An address that the service holds though it was erased (after a restore)."""

    address = fields.String(required=True)
    at = Moment(required=True)


class ByToken(Strict):
    token = Text(longest=300, required=True)


class EraseMyData(Strict):
    """`token` of the mailed link; or, signed in, one's own `address` to confirm that this is meant."""

    token = Text(longest=300)
    address = Email()


class Export(Tolerant):
    """All that the node knows of one address. services: by service `records`, `references` under which it is known, and
    `seen_by`: who saw or changed these data."""

    address = fields.String(required=True)
    node = fields.String(required=True)
    made = Moment(required=True)
    services = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)


class Searched(Tolerant):
    """A collection before and after. left: ids of documents that still hold the address."""

    service = fields.String(required=True)
    collection = fields.String(required=True)
    documents = fields.Integer(required=True)
    before = fields.Integer(required=True)
    after = fields.Integer(required=True)
    left = fields.List(fields.String(), required=True)
    fingerprint = fields.String(required=True)


class Proof(Tolerant):
    """What was erased, and what a search of every collection found before and after it. left: how many documents still
    hold the address; 0 when nothing is left."""

    at = Moment(required=True)
    erased = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)
    searched = fields.List(fields.Nested(Searched), required=True)
    left = fields.Integer(required=True)
