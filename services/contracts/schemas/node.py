"""Calls that every service answers: snapshots for rebuilding copies, who a reference is, dead letters."""

from marshmallow import fields, validate

from .base import Page, Strict, Tolerant
from .fields import Moment, Text


class Snapshot(Page):
    """A page of all records of a kind, about `limit` of them, in no order. `kind` is one of the service's SNAPSHOTS."""

    kind = Text(longest=40, required=True)


class SnapshotPage(Tolerant):
    """`records` as the facts carry them; `next` is None on the last page."""

    records = fields.List(fields.Dict(), required=True)
    next = fields.String(allow_none=True, required=True)


class AskRecipient(Strict):
    """The courier asks the owner of a reference, at the moment of sending. purpose: what the mail is about."""

    reference = Text(longest=100, required=True)
    purpose = Text(longest=60, required=True)


class AskRecipients(Strict):
    """As AskRecipient, for mails that go out at one moment."""

    asked = fields.List(fields.Nested(AskRecipient), required=True, validate=validate.Length(min=1, max=100))


class Recipient(Tolerant):
    """None (the person is gone: nothing is sent) or where to send. `link`: path on this node that the mail needs
    (with its token). `ticket`: the token of its ticket, where it has one. `says`: what else the mail needs that only
    the owner knows, e.g. {"sign_up": {"state": "waiting", "position": 3}}."""

    email = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    link = fields.String(allow_none=True)
    ticket = fields.String(allow_none=True, load_default=None)
    says = fields.Dict(load_default=dict)


class DeadLetterView(Tolerant):
    """A fact that a consumer could not apply. state: waiting (it is tried again at next_at) or dead."""

    id = fields.String(required=True)
    type = fields.String(required=True)
    subject = fields.String(required=True)
    state = fields.String(required=True)
    error = fields.String(required=True)
    attempts = fields.Integer(required=True)
    next_at = Moment(allow_none=True)
    first_at = Moment(required=True)
    correlation_id = fields.String(required=True)


class ListDeadLetters(Strict):
    """also_waiting: those too that are still being tried."""

    also_waiting = fields.Boolean(load_default=True)
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1_000))


class ReadAudit(Strict):
    """account: who did it. person: the reference of somebody concerned (acc_, sgn_, ...). record: under what the data
    were asked for (an event). after: the cursor that the page before gave."""

    account = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=100))
    person = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=100))
    record = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=100))
    since = Moment(allow_none=True, load_default=None)
    until = Moment(allow_none=True, load_default=None)
    after = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=100))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=200))


class AuditEntry(Tolerant):
    """Somebody saw or changed personal data. did: saw or changed. by: account, operator (the command line) or visitor
    (who holds a link). persons: references of those concerned, 1,000 at most in an entry. why: the call. through: which
    door, of what is done at one."""

    id = fields.String(required=True)
    at = Moment(required=True)
    did = fields.String(required=True)
    kind = fields.String(required=True)
    record = fields.String(required=True)
    persons = fields.List(fields.String(), required=True)
    count = fields.Integer(required=True)
    why = fields.String(required=True)
    by = fields.String(required=True)
    account = fields.String(allow_none=True)
    through = fields.String()
    correlation_id = fields.String(required=True)


class ReplayDeadLetters(Strict):
    """ids empty: all dead ones."""

    ids = fields.List(
        fields.String(validate=validate.Length(min=1, max=100)), load_default=list, validate=validate.Length(max=1_000)
    )
