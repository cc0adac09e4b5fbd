"""The inventory of personal data is whole: every stored field that looks like a person's is in it, every collection was
thought about, and docs/privacy.md says the same."""

import dataclasses
import importlib
import re
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest

from services.contracts.personal_data import EVERYWHERE, INVENTORY, NOBODYS, WITHOUT_PERSONS, kept_in
from services.contracts.rpc import SERVICES
from services.runtime import audit, commands, inbox, mandates, outbox
from services.runtime.privacy import rechecking
from services.runtime.records import Records

from .privacy_document import DOCUMENT, REGENERATE, rendered

pytestmark = pytest.mark.quick

each_service = pytest.mark.parametrize("service", SERVICES)
STORES = {
    "actors": "ActorStore",
    "events": "EventStore",
    "consortium": "ConsortiumStore",
    "notifications": "NotificationStore",
}
OF_THE_RUNTIME = {
    *(audit.COLLECTION, commands.COLLECTION, inbox.COLLECTION, mandates.COLLECTION, outbox.COLLECTION),
    *(rechecking.COLLECTION, "relay"),
}
WORDS = (
    r"e?mail|phone|address|contact|persons?|accounts?|proposer|attendees?|guests?|speakers?|author|user|answers?|notes?"
    r"|reason|name|by|talks?|url|languages?|message|signatory|signer|who|live_key|first_name|last_name|born|photo"
)
LOOKS_PERSONAL = re.compile(rf"(^|_)({WORDS})(_|$)")


class AnyDatabase:
    """Stands where a store's constructor picks its collections: nothing is read."""

    def __getitem__(self, _: str) -> "AnyDatabase":
        return self


def stored(service: str) -> dict[str, Any]:
    """Collection -> the class of its records, None for other documents."""
    module = importlib.import_module(f"services.{service}.store")
    made = getattr(module, STORES[service])(AnyDatabase(), None)
    records = {each._name: each._kind for each in vars(made).values() if isinstance(each, Records)}
    return {**dict.fromkeys({*module.INDEXES, *records}), **records}


def fields_of(kind: Any, path: str = "", above: tuple[Any, ...] = ()) -> Iterator[str]:
    """Dotted names of all fields, of records within records too."""
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        name = f"{path}{field.name}"
        yield name
        for inner in classes_in(hints[field.name]):
            if inner not in above:
                yield from fields_of(inner, f"{name}.", (*above, kind))


def classes_in(hint: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(hint):
        yield hint
    for part in get_args(hint):
        yield from classes_in(part)


@each_service
def test_every_stored_field_that_looks_like_a_persons_is_in_the_inventory(service: str) -> None:
    listed = {f"{kept.collection}.{field}" for kept in kept_in(service) for field in kept.fields}
    missing = [
        f"{service}.{collection}.{name}"
        for collection, kind in stored(service).items()
        for name in (fields_of(kind) if kind is not None else ())
        if LOOKS_PERSONAL.search(name.rpartition(".")[2])
        and f"{collection}.{name}" not in listed
        and f"{service}.{collection}.{name}" not in NOBODYS
    ]
    assert not missing, (
        "say in services/contracts/personal_data.py what they are for and how they are erased, or why not"
    )


@each_service
def test_every_collection_was_thought_about(service: str) -> None:
    known = {kept.collection for kept in kept_in(service)}
    nobodys = {*WITHOUT_PERSONS[service], *WITHOUT_PERSONS[EVERYWHERE]}
    there = {*stored(service), *OF_THE_RUNTIME}
    assert there - known - nobodys == set(), "list it in services/contracts/personal_data.py"
    assert not known & nobodys, "a collection holds persons or it does not"


@each_service
def test_the_inventory_names_no_field_that_there_is_not(service: str) -> None:
    kinds = stored(service)
    for kept in INVENTORY:
        kind = kinds.get(kept.collection) if kept.service == service else None
        if kind is not None:
            assert set(kept.fields) <= set(fields_of(kind)), kept.collection


def test_what_is_nobodys_is_there() -> None:
    for service in SERVICES:
        for collection, kind in stored(service).items():
            place = f"{service}.{collection}."
            listed = {name.removeprefix(place) for name in NOBODYS if name.startswith(place)}
            assert listed <= set(fields_of(kind) if kind is not None else ()), place


def test_the_page_says_what_the_inventory_says() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")
    assert written == rendered(written), f"write the table of docs/privacy.md anew with `{REGENERATE}`"
