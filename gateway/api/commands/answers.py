"""Answers that the remote calls describe in words only."""

from marshmallow import Schema, fields

from services.contracts.schemas.actors import KeyRecord, SessionRecord
from services.contracts.schemas.base import Tolerant
from services.contracts.schemas.notifications import WebhookView


class ApiKey(KeyRecord):
    """An API key without its hash."""

    class Meta(Tolerant.Meta):
        exclude = ("hash",)


class IssuedKey(Schema):
    """`secret` is shown this once: send it as `Authorization: Bearer <secret>`."""

    key = fields.Nested(ApiKey, required=True)
    secret = fields.String(required=True)


class Session(SessionRecord):
    """A session; its secret travels in the cookie alone."""

    class Meta(Tolerant.Meta):
        exclude = ("hash",)


class RegisteredWebhook(Schema):
    """`secret` (whsec_..., Standard Webhooks) is shown this once: it verifies the signatures of deliveries."""

    webhook = fields.Nested(WebhookView, required=True)
    secret = fields.String(required=True)


class Accepted(Schema):
    """What happens next."""

    message = fields.String(required=True)


class Replayed(Schema):
    replayed = fields.Integer(required=True, metadata={"description": "How many are tried again now."})
