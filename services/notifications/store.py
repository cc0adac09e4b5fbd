"""Collections of notifications, and their indexes."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.contracts.permissions import Mandate
from services.runtime import copies, mandates, records
from services.runtime.copies import Copies
from services.runtime.documents import from_document, to_document
from services.runtime.records import Records
from services.runtime.spread import Spread
from services.runtime.store import Document, Store, utc_now

from .model import Delivery, Edition, Mailing, Subscription, Told, Webhook

INDEXES = {
    "subscriptions": (
        records.INDEX,
        IndexModel([("live_key", ASCENDING)], unique=True),
        IndexModel([("email_key", ASCENDING)]),
        IndexModel([("account", ASCENDING)]),
        IndexModel([("keys", ASCENDING), ("bucket", ASCENDING)]),
        IndexModel([("state", ASCENDING), ("changed", ASCENDING)]),
    ),
    "webhooks": (
        IndexModel([("account", ASCENDING)]),
        IndexModel([("keys", ASCENDING), ("bucket", ASCENDING)]),
    ),
    "editions": (IndexModel([("record", ASCENDING)]),),
    "heads": (IndexModel([("over", ASCENDING), ("published", ASCENDING)]),),
    "told": (IndexModel([("record", ASCENDING), ("bucket", ASCENDING)]),),
    "mailings": (IndexModel([("state", ASCENDING), ("_id", ASCENDING)]), IndexModel([("record", ASCENDING)])),
    "deliveries": (
        IndexModel([("lane", ASCENDING), ("state", ASCENDING), ("next_at", ASCENDING)]),
        IndexModel([("lane", ASCENDING), ("state", ASCENDING), ("bucket", ASCENDING), ("next_at", ASCENDING)]),
        IndexModel([("reference", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("state", ASCENDING), ("created", ASCENDING)]),
    ),
    "attendances": (IndexModel([("event", ASCENDING), ("_id", ASCENDING)]),),
    "organisations": copies.INDEXES,
    "consortia": copies.INDEXES,
    "working_groups": copies.INDEXES,
    "memberships": (*copies.INDEXES, IndexModel([("consortium", ASCENDING), ("state", ASCENDING)])),
}


class NotificationStore:
    """Everything that notifications keeps, within one session."""

    def __init__(self, store: Store, session: ClientSession | None) -> None:
        self.database, self._session = store, session
        self.subscriptions = Records(store, "subscriptions", Subscription, session)
        self.webhooks = Records(store, "webhooks", Webhook, session)
        self.organisations = Copies(store, "organisations", session)
        self.consortia = Copies(store, "consortia", session)
        self.working_groups = Copies(store, "working_groups", session)
        self.memberships = Copies(store, "memberships", session)
        self.mandates = Copies(store, mandates.COLLECTION, session)

    # subscriptions and webhooks

    def live_subscription(self, live_key: str) -> Subscription | None:
        """The one that lives with these wishes; there is at most one."""
        return next(self.subscriptions.where({"live_key": live_key}, limit=1), None)

    def subscriptions_of(self, account: str) -> list[Subscription]:
        """Those of an account that live."""
        found = self.subscriptions.where({"account": account})
        return [subscription for subscription in found if subscription.state != "ended"]

    def live_count(self, owner: Mapping[str, str]) -> int:
        """How many live of this owner ({"account": ...} or {"email_key": ...})."""
        return sum(subscription.state != "ended" for subscription in self.subscriptions.where(owner))

    def webhooks_of(self, account: str) -> list[Webhook]:
        """Those of an account that are not removed."""
        return [webhook for webhook in self.webhooks.where({"account": account}) if webhook.state != "removed"]

    # what people are told of

    def add_edition(self, edition: Edition) -> None:
        """Keeps an edition; it is there once, whoever adds it again."""
        self._replace("editions", [to_document(edition)])

    def edition(self, edition_id: str) -> Edition | None:
        document = self._one("editions", edition_id)
        return None if document is None else from_document(Edition, document)

    def editions(self, ids: Iterable[str]) -> dict[str, Edition]:
        """Those of these that are kept, by id."""
        found = self._by_ids("editions", ids)
        return {document["_id"]: from_document(Edition, document) for document in found}

    def head(self, record: str) -> Document | None:
        """The newest edition of a record: {edition, before, incarnation, version, published}."""
        return self._one("heads", record)

    def put_head(self, head: Document) -> None:
        self._replace("heads", [head])

    def told(self, ids: Iterable[str]) -> dict[str, Told]:
        """What was told, by id (model.told_id)."""
        return {document["_id"]: from_document(Told, document) for document in self._by_ids("told", ids)}

    def put_told(self, told: Sequence[Told]) -> None:
        self._replace("told", [to_document(entry) for entry in told])

    # mailings and deliveries

    def add_mailing(self, mailing: Mailing) -> None:
        self.database["mailings"].insert_one(to_document(mailing), session=self._session)

    def mailing(self, mailing_id: str) -> Mailing | None:
        document = self._one("mailings", mailing_id)
        return None if document is None else from_document(Mailing, document)

    def next_mailing(self, beside: Container[str] = ()) -> Mailing | None:
        """Of those on their way, `beside` these, the one that has made the fewest deliveries so far, of these the
        oldest: what goes to few does not wait until what goes to ten thousand is through."""
        found = self.database["mailings"].find({"state": "waiting"}, session=self._session)
        waiting = [from_document(Mailing, document) for document in found if document["_id"] not in beside]
        return min(waiting, key=lambda mailing: (mailing.deliveries, mailing.id), default=None)

    def put_mailing(self, before: Mailing, after: Mailing) -> bool:
        """Writes how far it has come; False when another courier was faster."""
        condition = {"_id": before.id, "state": "waiting", "phase": before.phase, "cursor": before.cursor}
        document = to_document(after)
        written = self.database["mailings"].replace_one(condition, document, session=self._session)
        return written.matched_count == 1

    def add_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            documents = [to_document(delivery) for delivery in deliveries]
            self.database["deliveries"].insert_many(documents, session=self._session)

    def deliveries(self, ids: Iterable[str]) -> dict[str, Delivery]:
        found = self._by_ids("deliveries", ids)
        return {document["_id"]: from_document(Delivery, document) for document in found}

    def change_waiting(self, delivery_id: str, changes: Mapping[str, Any]) -> bool:
        """Changes a delivery that no courier holds; False when one does, or it is done."""
        condition = {"_id": delivery_id, "state": "waiting", "worker": None}
        result = self.database["deliveries"].update_one(condition, {"$set": dict(changes)}, session=self._session)
        return result.matched_count == 1

    def deliveries_to(self, reference: str, limit: int) -> list[Delivery]:
        """Newest first."""
        found = self.database["deliveries"].find({"reference": reference}, session=self._session)
        return [from_document(Delivery, document) for document in found.sort("_id", -1).limit(limit)]

    def forget_deliveries_to(self, references: Iterable[str]) -> int:
        """Those that wait, or are dead and might be sent again, go nowhere any more; what a receiver said is forgotten.
        How many waited."""
        dropped = 0
        for reference in references:
            mine: Document = {"reference": reference}
            goes_out = {**mine, "state": {"$in": ["waiting", "dead"]}}
            nowhere = {"$set": {"state": "dropped", "next_at": None, "worker": None, "error": "the recipient is gone"}}
            deliveries = self.database["deliveries"]
            dropped += deliveries.update_many(goes_out, nowhere, session=self._session).modified_count
            said = {**mine, "state": "sent", "error": {"$ne": None}}
            deliveries.update_many(said, {"$set": {"error": None}}, session=self._session)
        return dropped

    def failed_deliveries(self, *, also_waiting: bool, limit: int) -> list[Delivery]:
        """Dead ones, oldest first; with also_waiting those too that failed and are tried again."""
        failed: list[Document] = [{"state": "dead"}]
        if also_waiting:
            failed.append({"state": "waiting", "attempts": {"$gt": 0}})
        found = [
            from_document(Delivery, document)
            for condition in failed
            for document in self.database["deliveries"].find(condition).sort("created", 1).limit(limit)
        ]
        return found[:limit]

    def revive_deliveries(self, ids: Sequence[str]) -> int:
        """Makes dead ones due now (all if no ids are given); how many. The courier's wait is a second at most."""
        which: Document = {"_id": {"$in": list(ids)}} if ids else {}
        change = {"$set": {"state": "waiting", "attempts": 0, "worker": None, "next_at": utc_now(), "error": None}}
        deliveries = self.database["deliveries"]
        return deliveries.update_many({**which, "state": "dead"}, change, session=self._session).modified_count

    # who is told

    def attendance(self, sign_up: str) -> Document | None:
        return self._one("attendances", sign_up)

    def put_attendance(self, document: Document) -> None:
        self._replace("attendances", [document])

    def attending(self, event: str, after: str, limit: int) -> list[Document]:
        """Sign-ups of an event in order of id, also cancelled ones."""
        return self._page("attendances", {"event": event}, after, limit)

    def told_of(self, record: str) -> Spread[Told]:
        """Who was told of a record."""
        return Spread(self.database, "told", Told, {"record": record}, self._session)

    def subscriptions_under(self, key: str) -> Spread[Subscription]:
        """Live ones under a key of their filters."""
        return Spread(self.database, "subscriptions", Subscription, {"keys": key}, self._session)

    def webhooks_under(self, key: str) -> Spread[Webhook]:
        """As subscriptions_under."""
        return Spread(self.database, "webhooks", Webhook, {"keys": key}, self._session)

    def subscriptions_by_id(self, ids: Iterable[str]) -> dict[str, Subscription]:
        found = self._by_ids("subscriptions", ids)
        return {document["_id"]: from_document(Subscription, document) for document in found}

    def webhooks_by_id(self, ids: Iterable[str]) -> dict[str, Webhook]:
        return {document["_id"]: from_document(Webhook, document) for document in self._by_ids("webhooks", ids)}

    def mandates_of(self, accounts: Iterable[str]) -> dict[str, list[Mandate]]:
        """The mandates that these accounts hold now."""
        held: dict[str, list[Mandate]] = {}
        wanted = list(set(accounts))
        if not wanted:
            return held
        for document in self.mandates.where({"account": {"$in": wanted}, "state": "granted"}):
            mandate = Mandate(role=document["role"], target=document["target"])
            held.setdefault(document["account"], []).append(mandate)
        return held

    def members_of(self, consortia: Iterable[str]) -> frozenset[str]:
        """The organisations that are members of one of these consortia now."""
        found = self.memberships.where({"consortium": {"$in": list(consortia)}, "state": "active"})
        return frozenset(document["organisation"] for document in found)

    def _one(self, collection: str, key: str) -> Document | None:
        return self.database[collection].find_one({"_id": key}, session=self._session)

    def _by_ids(self, collection: str, ids: Iterable[str]) -> list[Document]:
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return []
        return list(self.database[collection].find({"_id": {"$in": wanted}}, session=self._session))

    def _page(self, collection: str, condition: Document, after: str, limit: int) -> list[Document]:
        found = self.database[collection].find({**condition, "_id": {"$gt": after}}, session=self._session)
        return list(found.sort("_id", 1).limit(limit))

    def _replace(self, collection: str, documents: Sequence[Document]) -> None:
        if not documents:
            return
        # Delete and insert: SecantusDB does it in two calls, an upsert of many is a call for each.
        ids = [document["_id"] for document in documents]
        self.database[collection].delete_many({"_id": {"$in": ids}}, session=self._session)
        self.database[collection].insert_many(list(documents), session=self._session)
