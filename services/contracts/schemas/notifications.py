"""The wire of notifications: subscriptions and webhooks."""

from marshmallow import ValidationError, fields, validate, validates_schema

from services.contracts import identifiers, vocabularies

from .base import Record, Strict, Tolerant
from .fields import Email, Moment, Text, WebAddress, YesOrNo, each, id_of, nuts3, one_of


class Filter(Strict):
    """What is wanted. Within a list any, between lists all; `everything` must be said. consortia and working
    groups stand for themselves: news and events of one of them match whatever their region and theme."""

    everything = YesOrNo(load_default=False)
    regions = each(nuts3(), most=50, load_default=list)
    themes = each(one_of(vocabularies.THEMES), most=20, load_default=list)
    consortia = each(id_of(identifiers.CONSORTIUM), most=50, load_default=list)
    working_groups = each(id_of(identifiers.WORKING_GROUP), most=50, load_default=list)

    @validates_schema
    def _something(self, data: dict[str, object], **_: object) -> None:
        if not any(data.values()):
            raise ValidationError("Choose a region, a theme, a consortium or a working group, or everything.")


class Subscribe(Strict):
    """By e-mail: pending until the link in the mail is followed (double opt-in).
    Without a language: the node's first."""

    email = Email(required=True)
    language = one_of(vocabularies.LANGUAGES, load_default=None)
    filter = fields.Nested(Filter, required=True)


class SubscribeAccount(Strict):
    """A signed-in member: active at once, and told what is for members only as well. Without a language: the account's,
    as it is when a mail is sent."""

    language = one_of(vocabularies.LANGUAGES, load_default=None)
    filter = fields.Nested(Filter, required=True)


class SubscriptionToken(Strict):
    token = Text(longest=300, required=True)


class ManageSubscription(SubscriptionToken):
    language = one_of(vocabularies.LANGUAGES)
    filter = fields.Nested(Filter)


class SubscriptionId(Strict):
    id = id_of(identifiers.SUBSCRIPTION, required=True)


class SubscriptionView(Tolerant):
    """A subscription as its owner sees it. state: pending, active or ended. language: null is the account's."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    email = fields.String(allow_none=True)
    account = fields.String(allow_none=True)
    language = fields.String(required=True, allow_none=True)
    filter = fields.Nested(Filter, required=True)
    version = fields.Integer(required=True)
    consented = Moment(allow_none=True)


class SubscriptionRecord(Record):
    """A subscription, without the person. Never leaves the node. state: pending, active or ended."""

    language = fields.String(required=True, allow_none=True)


class RegisterWebhook(Strict):
    """`secret` (whsec_..., Standard Webhooks) comes back once in the answer. The address must be https. Without a
    language: the node's first."""

    url = WebAddress(required=True)
    filter = fields.Nested(Filter, required=True)
    language = one_of(vocabularies.LANGUAGES, load_default=None)


class WebhookId(Strict):
    id = id_of(identifiers.WEBHOOK, required=True)


class WebhookView(Tolerant):
    """state: active, suspended (it failed for days; the owner activates it again) or removed."""

    id = fields.String(required=True)
    url = fields.String(required=True)
    state = one_of(("active", "suspended", "removed"), required=True)
    filter = fields.Nested(Filter, required=True)
    language = fields.String(required=True)
    last_error = fields.String(allow_none=True)
    version = fields.Integer(required=True)


class DeliveryView(Tolerant):
    """What became of one message. state: waiting, sent, dropped (the recipient is gone) or dead."""

    id = fields.String(required=True)
    channel = one_of(("mail", "webhook"), required=True)
    state = one_of(("waiting", "sent", "dropped", "dead"), required=True)
    attempts = fields.Integer(required=True)
    error = fields.String(allow_none=True)
    next_at = Moment(allow_none=True)


class ListDeliveries(Strict):
    webhook = id_of(identifiers.WEBHOOK, required=True)
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
