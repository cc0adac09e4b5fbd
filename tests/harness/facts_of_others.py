"""Facts as actors and consortium publish them, for tests of one service alone. Made-up records, no real persons."""

from datetime import UTC, datetime
from typing import Any

from services.contracts import identifiers
from services.contracts.envelope import Fact, Visibility, format_time
from services.contracts.principal import Principal

HOME = "pohjois-karjala"
CAUSATION = "test"
"""What no command of a service has: these facts were numbered by nobody."""


def fact(
    fact_type: str,
    subject: str,
    data: dict[str, Any],
    visibility: Visibility = "public",
    *,
    version: int = 1,
    identity: str | None = None,
) -> Fact:
    """A fact with a whole record; `data` is what the record has beyond its age."""
    now = datetime.now(UTC)
    record = {
        "id": subject,
        "home": HOME,
        "incarnation": 1,
        "version": version,
        "created": format_time(now),
        "changed": format_time(now),
        **data,
    }
    return Fact(
        id=identity or identifiers.new_id(identifiers.FACT),
        type=fact_type,
        visibility=visibility,
        home=HOME,
        subject=subject,
        incarnation=1,
        version=version,
        time=now,
        data=record,
        correlation_id="test",
        causation_id=CAUSATION,
        sequence=1,
    )


def organisation(identity: str, *, regions: list[str], name: str = "Business Joensuu Oy", **rest: Any) -> Fact:
    """An organisation that stands in the registry."""
    data = {"state": "admitted", "name": {"fi": name}, "kind": "development_company", "regions": regions}
    return fact("actors.organisation.registered", identity, data, **rest)


def mandate(who: Principal, role: str, target: str) -> Fact:
    """Somebody may act in a role."""
    data = {"state": "granted", "account": who.account, "role": role, "target": target}
    return fact("actors.mandate.granted", identifiers.new_id(identifiers.MANDATE), data, "node")


def person() -> Principal:
    """Somebody with an account and no mandates yet."""
    return Principal("account", identifiers.new_id(identifiers.ACCOUNT))
