"""Whose a delivery is: asked of the owner of its reference, at the moment of sending. Nothing of it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from services.contracts.errors import Refusal
from services.contracts.principal import OPERATOR
from services.notifications.model import Delivery, Subscription
from services.notifications.use_cases.subscriptions import token_of
from services.runtime.documents import from_document
from services.runtime.rpc_client import CallFailed, RpcClient
from services.runtime.store import Document

from .together import Together


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a mail goes. link: path on this node that it needs. token: of the subscription, or of the sign-up's ticket.
    account: whose subscription. says: what else the owner told (place on the waiting list)."""

    email: str
    name: str
    language: str
    link: str | None = None
    token: str | None = None
    account: str | None = None
    says: Mapping[str, Any] = field(default_factory=dict)


AT_ONCE: Final = 50
"""Asked for in one call."""

Answer = Addressee | CallFailed | Refusal | None
"""Who it is; None: gone, or wants no more."""


@dataclass(frozen=True, slots=True)
class _Ask:
    """A reference whose owner is a service. correlation_id: of the mail's request."""

    reference: str
    purpose: str
    correlation_id: str


class Recipients:
    """Asks the database for subscriptions, events for sign-ups, actors for accounts and sign-in requests.

    Mails that go out at one moment are asked for together.
    """

    def __init__(self, database: AsyncDatabase[Document], rpc: RpcClient, secret: bytes) -> None:
        self._database, self._rpc, self._secret = database, rpc, secret
        self._subscriptions = Together(self._read_subscriptions, AT_ONCE)
        self._owners = {
            service: Together(partial(self._ask_owner, service), AT_ONCE) for service in ("actors", "events")
        }

    async def of(self, delivery: Delivery) -> Addressee | None:
        """None when the person is gone or wants no more. Raises CallFailed, a Refusal, PyMongoError."""
        if delivery.reference.startswith("sub_"):
            return await self._subscriber(delivery)
        service = "events" if delivery.reference.startswith("sgn_") else "actors"
        return await self._ask(service, delivery.reference, delivery)

    async def _subscriber(self, delivery: Delivery) -> Addressee | None:
        found = await self._subscriptions(delivery.reference)
        if found is None or found.state != ("pending" if delivery.purpose == "subscription.confirm" else "active"):
            return None
        token = token_of(self._secret, found.id)
        says = {"filter": found.filter, "names": await self._names(found)} if _is_about_itself(delivery) else {}
        if found.email is not None:
            return Addressee(found.email, "", found.language or "", token=token, says=says)
        if found.account is None:
            return None
        person = await self._ask("actors", found.account, delivery)
        if person is None:
            return None
        language = found.language or person.language
        return Addressee(person.email, person.name, language, token=token, account=found.account)

    async def _read_subscriptions(self, ids: Sequence[str]) -> Sequence[Subscription | None]:
        documents = await self._database["subscriptions"].find({"_id": {"$in": list(set(ids))}}).to_list()
        found = {document["_id"]: from_document(Subscription, document) for document in documents}
        return [found.get(one) for one in ids]

    async def _names(self, subscription: Subscription) -> dict[str, Mapping[str, str]]:
        """Of the consortia and working groups that it names."""
        ids = [*subscription.filter.consortia, *subscription.filter.working_groups]
        found: dict[str, Mapping[str, str]] = {}
        for collection in ("consortia", "working_groups") if ids else ():
            async for document in self._database[collection].find({"id": {"$in": ids}}, {"id": 1, "name": 1}):
                found[document["id"]] = document["name"]
        return found

    async def _ask(self, service: str, reference: str, delivery: Delivery) -> Addressee | None:
        answer = await self._owners[service](_Ask(reference, delivery.purpose, delivery.correlation_id))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _ask_owner(self, service: str, asked: Sequence[_Ask]) -> Sequence[Answer]:
        try:
            answers = await self._rpc.call(
                f"{service}.recipients",
                {"asked": [{"reference": ask.reference, "purpose": ask.purpose} for ask in asked]},
                principal=OPERATOR,
                correlation_id=asked[0].correlation_id,
            )
        except Refusal as error:
            # What is wrong with one of them is not wrong with the others.
            return [error] if len(asked) == 1 else [(await self._ask_owner(service, [ask]))[0] for ask in asked]
        except CallFailed as error:
            return [error] * len(asked)
        return [_addressee(answer) for answer in answers]


def _addressee(answer: Mapping[str, Any] | None) -> Addressee | None:
    if answer is None:
        return None
    return Addressee(
        email=answer["email"],
        name=answer["name"],
        language=answer["language"],
        link=answer.get("link"),
        token=answer.get("ticket"),
        says=answer.get("says") or {},
    )


def _is_about_itself(delivery: Delivery) -> bool:
    return delivery.purpose.startswith("subscription.")
