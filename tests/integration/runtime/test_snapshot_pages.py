"""A whole collection is read in pages, on the real store: every record once, whatever the page's size."""

from dataclasses import dataclass

import pytest

from services.contracts import errors, identifiers
from services.runtime.records import INDEX, Records
from services.runtime.store import Store, connect, ensure_indexes
from tests.harness import NodeUnderTest

COUNT = 600


@dataclass(frozen=True, slots=True)
class Thing:
    id: str
    version: int


@pytest.fixture(scope="module")
def store(node: NodeUnderTest) -> Store:
    store = connect(node.mongodb_uri, node.database_prefix + "pages", "test")
    ensure_indexes(store, {"things": (INDEX,)})
    records = Records(store, "things", Thing, None)
    for _ in range(COUNT):
        records.add(Thing(identifiers.new_id(identifiers.EVENT), 1))
    return store


@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
def test_pages_hold_every_record_once(store: Store, limit: int) -> None:
    records, seen, after = Records(store, "things", Thing, None), [], None
    while True:
        page, after = records.page(after, limit)
        seen += [thing.id for thing in page]
        assert len(page) <= limit + COUNT // 4
        if after is None:
            break
    assert len(seen) == len(set(seen)) == COUNT


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.0", "1.1000", "-1.2"])
def test_what_is_no_cursor_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(errors.Invalid):
        Records(store, "things", Thing, None).page(cursor, 10)
