"""Subscribers and webhooks, written straight into the store as the service's own code would write them.

Ten thousand sign-ups to a newsletter by double opt-in would only measure something else, for an hour.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from services.contracts import identifiers
from services.notifications.model import Consent, Filter, Subscription, Webhook
from services.notifications.model.subscription import CONSENT_TEXT, live_key_of
from services.runtime.documents import to_document
from services.runtime.store import utc_now
from tests.benchmarks.calendar_of_events import REGION
from tests.benchmarks.site import Site

HOME = "pohjois-karjala"
LANGUAGES = ("fi", "fi", "sv", "en")
_AT_ONCE = 500


def subscribers(site: Site, count: int) -> list[str]:
    """Addresses of new subscribers to all that happens in the region."""
    addresses = [f"tilaaja-{number}@example.org" for number in range(count)]
    made = [_subscription(address, LANGUAGES[n % len(LANGUAGES)]) for n, address in enumerate(addresses)]
    _insert(site, "subscriptions", made)
    return addresses


def webhooks(site: Site, count: int, port: int) -> None:
    """New webhooks to paths of one receiver, told of all that happens."""
    _insert(site, "webhooks", [_webhook(f"http://127.0.0.1:{port}/hook/{number}") for number in range(count)])


def end_webhooks(site: Site) -> None:
    """Nothing is sent to them any more."""
    with _database(site) as database:
        database["webhooks"].update_many({}, {"$set": {"state": "removed", "keys": []}})


def waiting(site: Site) -> int:
    """How many deliveries are not marked as done."""
    with _database(site) as database:
        return database["deliveries"].count_documents({"state": "waiting"})


def _insert(site: Site, collection: str, records: Sequence[Subscription | Webhook]) -> None:
    documents = [to_document(record) for record in records]
    with _database(site) as database:
        for first in range(0, len(documents), _AT_ONCE):
            database[collection].insert_many(documents[first : first + _AT_ONCE])


@contextmanager
def _database(site: Site) -> Iterator[Database[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](site.node.mongodb_uri, tz_aware=True, tzinfo=UTC) as client:
        yield client[f"{site.node.database_prefix}notifications"]


def _subscription(address: str, language: str) -> Subscription:
    wanted, now = Filter(regions=(REGION,)), utc_now()
    return Subscription(
        id=identifiers.new_id(identifiers.SUBSCRIPTION),
        home=HOME,
        incarnation=1,
        version=2,
        state="active",
        created=now,
        changed=now,
        language=language,
        filter=wanted,
        keys=wanted.keys,
        live_key=live_key_of(address, wanted),
        since=now,
        email=address,
        email_key=address,
        consent=Consent(now, CONSENT_TEXT, language),
    )


def _webhook(url: str) -> Webhook:
    wanted, now = Filter(everything=True), utc_now()
    return Webhook(
        id=identifiers.new_id(identifiers.WEBHOOK),
        home=HOME,
        incarnation=1,
        version=1,
        state="active",
        created=now,
        changed=now,
        account=identifiers.new_id(identifiers.ACCOUNT),
        url=url,
        filter=wanted,
        keys=wanted.keys,
        language="fi",
        since=now,
    )
