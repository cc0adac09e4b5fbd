"""The way of one delivery: claimed, whose it is asked, written, sent, marked. Each step is logged before and after."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from pymongo.asynchronous.database import AsyncDatabase

from services.contracts.envelope import parse_time
from services.contracts.errors import Refusal
from services.notifications.model import Delivery, Edition, QuietHours, Webhook, waits_until
from services.notifications.model.delivery import GIVE_UP_AFTER, pause_after
from services.notifications.model.webhook import after_failure, secret_of, suspend
from services.runtime import logging, steps
from services.runtime.documents import from_document, to_document
from services.runtime.rpc_client import CallFailed
from services.runtime.settings import Settings
from services.runtime.store import Document, utc_now

from .claims import AT_ONCE, RETRY_AT_ONCE, Claims
from .hooks import HookFailed, Hooks
from .letters import Writer
from .mailings import Mailings
from .post import Never, NotNow, Post
from .recipients import Addressee, Recipients
from .together import Together

log = logging.get(__name__)

_EDITIONS_HELD = 200
_AFTER_THE_EVENT = frozenset({"sign_up.feedback_asked"})
_LIVE = ("pending", "waiting", "offered", "confirmed")
_SIGN_UP_STATES = {
    "sign_up.confirmed": ("confirmed",),
    "sign_up.promoted": ("confirmed",),
    "sign_up.waitlisted": ("waiting",),
    "sign_up.cancelled": ("cancelled",),
    "sign_up.left": ("cancelled",),
    "sign_up.withdrawn": ("cancelled",),
    "sign_up.declined": ("cancelled",),
    "sign_up.expired": ("cancelled",),
    "sign_up.refused": ("cancelled",),
    "sign_up.pending": ("pending",),
    "sign_up.approved": ("confirmed",),
    "sign_up.accepted": ("confirmed",),
    "sign_up.offered": ("offered",),
    "sign_up.reminded": ("confirmed",),
    "sign_up.feedback_asked": ("confirmed", "walked_in"),
    "sign_up.asked": ("confirmed",),
    "event.changed": _LIVE,
    "event.cancelled": _LIVE,
}


class Errands:
    """Carries out deliveries, each to its end or back into waiting."""

    def __init__(
        self,
        settings: Settings,
        database: AsyncDatabase[Document],
        claims: Claims,
        recipients: Recipients,
        writer: Writer,
        post: Post,
        hooks: Hooks,
        mailings: Mailings,
    ) -> None:
        self._settings, self._database = settings, database
        self._claims, self._recipients, self._writer = claims, recipients, writer
        self._post, self._hooks, self._mailings = post, hooks, mailings
        self._quiet = QuietHours.parse(settings.quiet_hours, settings.time_zone)
        self._editions: dict[str, Edition] = {}
        self._webhooks = Together(self._read_webhooks, AT_ONCE)

    async def run(self, delivery: Delivery) -> None:
        """Raises MailServerAway (the delivery is still held), PyMongoError."""
        logging.bind_correlation(delivery.correlation_id)
        log.info("claimed", delivery=delivery.id, purpose=delivery.purpose, attempts=delivery.attempts)
        await steps.reached_async("courier.claimed")
        carry = self._webhook if delivery.channel == "webhook" else self._mail
        await carry(delivery)

    async def _mail(self, delivery: Delivery) -> None:
        edition, before = await self._edition(delivery.edition), await self._edition(delivery.before)
        now = utc_now()
        afterwards = delivery.purpose in _AFTER_THE_EVENT
        if not afterwards and edition is not None and edition.over is not None and edition.over <= now:
            await self._drop(delivery, "the event is over")
            return
        if (
            delivery.quiet
            and (later := waits_until(self._quiet, now, None if afterwards else _begins(edition))) is not None
        ):
            await self._claims.put_off(delivery, later)
            log.info("waits for the morning", delivery=delivery.id, until=later.isoformat())
            return
        addressee = await self._ask(delivery)
        if addressee is not None and await self._still_true(delivery, edition, addressee):
            await self._send(delivery, edition, before, addressee)

    async def _ask(self, delivery: Delivery) -> Addressee | None:
        """None when the delivery has been dropped or put off."""
        log.info("asking recipient", delivery=delivery.id)
        try:
            addressee = await self._recipients.of(delivery)
        except CallFailed as error:
            log.warning("recipient not known yet", delivery=delivery.id, error=str(error))
            await self._claims.put_off(delivery, utc_now() + RETRY_AT_ONCE)
            return None
        except Refusal as error:
            await self._again(delivery, f"{error.code}: {error.message}")
            return None
        if addressee is None:
            await self._drop(delivery, "the recipient is gone")
        return addressee

    async def _still_true(self, delivery: Delivery, edition: Edition | None, addressee: Addressee) -> bool:
        """Between deciding and sending a seat may be cancelled and a membership end."""
        states = _SIGN_UP_STATES.get(delivery.purpose)
        if delivery.reference.startswith("sgn_"):
            says = addressee.says.get("sign_up") or {}
            state, until = says.get("state"), says.get("offered_until")
            if delivery.purpose == "sign_up.offered" and until is not None and parse_time(until) <= utc_now():
                await self._drop(delivery, "the offer is over by now")
                return False
            begins = addressee.says.get("begins")
            if begins is not None and edition is not None and parse_time(begins) != _begins(edition):
                await self._drop(delivery, "the event was moved meanwhile")
                return False
            if states is not None and state is not None and state not in states:
                await self._drop(delivery, f"the sign-up is {state} by now")
                return False
            return True
        if edition is not None and not await self._mailings.admits(edition, addressee.account):
            await self._drop(delivery, "it is no longer for this recipient")
            return False
        return True

    async def _send(
        self, delivery: Delivery, edition: Edition | None, before: Edition | None, addressee: Addressee
    ) -> None:
        write = partial(self._writer.write, delivery, addressee, edition, before)
        try:
            mail = write()
        except (ValueError, KeyError, TypeError, LookupError) as error:
            # A ValueError may repeat the address that it is about.
            why = type(error).__name__ if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            await self._kill(delivery, f"can't be written: {why}")
            return
        log.info("sending", delivery=delivery.id)
        await steps.reached_async("courier.sending")
        try:
            await self._post.send(mail, urgent=delivery.lane == "urgent")
        except NotNow as error:
            await self._again(delivery, _without(str(error), addressee.email))
            return
        except Never as error:
            await self._kill(delivery, _without(str(error), addressee.email))
            return
        log.info("sent", delivery=delivery.id, attempts=delivery.attempts + 1)
        await self._mark(delivery)

    async def _webhook(self, delivery: Delivery) -> None:
        webhook = await self._webhooks(delivery.reference)
        edition = await self._edition(delivery.edition)
        if webhook is None or webhook.state != "active" or edition is None:
            await self._drop(delivery, "the webhook is not active")
            return
        if not await self._mailings.admits(edition, webhook.account):
            await self._drop(delivery, "it is no longer for this recipient")
            return
        log.info("sending", delivery=delivery.id)
        await steps.reached_async("courier.sending")
        try:
            secret = secret_of(self._settings.secret, webhook.id)
            await self._hooks.send(webhook, secret, delivery.id, edition.fact)
        except HookFailed as error:
            await self._hook_failed(delivery, webhook, error)
            return
        log.info("sent", delivery=delivery.id, attempts=delivery.attempts + 1)
        await self._mark(delivery)

    async def _read_webhooks(self, ids: Sequence[str]) -> Sequence[Webhook | None]:
        documents = await self._database["webhooks"].find({"_id": {"$in": list(set(ids))}}).to_list()
        found = {document["_id"]: from_document(Webhook, document) for document in documents}
        return [found.get(one) for one in ids]

    async def _hook_failed(self, delivery: Delivery, webhook: Webhook, error: HookFailed) -> None:
        pause = None if error.gone else after_failure(delivery.attempts + 1)
        if pause is not None:
            log.warning("webhook not taken", delivery=delivery.id, error=str(error))
            await self._claims.again(delivery, utc_now() + pause, str(error))
            return
        suspended = suspend(webhook, str(error), utc_now())
        condition = {"_id": webhook.id, "version": webhook.version}
        await self._database["webhooks"].replace_one(condition, to_document(suspended))
        log.warning("webhook suspended", webhook=webhook.id, error=str(error))
        await self._kill(delivery, str(error))

    async def _mark(self, delivery: Delivery) -> None:
        await steps.reached_async("courier.sent")
        await self._claims.sent(delivery)
        log.info("marked", delivery=delivery.id)

    async def _drop(self, delivery: Delivery, why: str) -> None:
        await self._claims.dropped(delivery, why)
        log.info("dropped", delivery=delivery.id, why=why)

    async def _again(self, delivery: Delivery, error: str) -> None:
        if utc_now() - delivery.created > GIVE_UP_AFTER:
            await self._kill(delivery, error)
            return
        at = utc_now() + pause_after(delivery.attempts + 1)
        log.warning("tried again later", delivery=delivery.id, error=error, at=at.isoformat())
        await self._claims.again(delivery, at, error)

    async def _kill(self, delivery: Delivery, error: str) -> None:
        log.error("dead", delivery=delivery.id, error=error)
        await self._claims.dead(delivery, error)

    async def _edition(self, edition_id: str | None) -> Edition | None:
        """Ten thousand mails show one edition: it is read once."""
        if edition_id is None:
            return None
        held = self._editions.get(edition_id)
        if held is None:
            document = await self._database["editions"].find_one({"_id": edition_id})
            if document is None:
                return None
            held = from_document(Edition, document)
            if len(self._editions) >= _EDITIONS_HELD:
                self._editions.clear()
            self._editions[edition_id] = held
        return held


def _begins(edition: Edition | None) -> datetime | None:
    begins: datetime | None = None if edition is None else edition.data.get("begins")
    return begins


def _without(text: str, address: str) -> str:
    """What a mail server says, without the address that it likes to repeat."""
    return re.sub(re.escape(address), "<the recipient>", text, flags=re.IGNORECASE)[:300]
