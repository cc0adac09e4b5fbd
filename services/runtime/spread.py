"""What meets a condition, however much it is, read a bounded part at a time.

A store may read all that a condition meets, whatever the limit, and again for each page (SecantusDB does). So the parts
are ranges of the bucket that every document has (runtime/documents.py): each is read once.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

from pymongo.client_session import ClientSession

from services.runtime.documents import BUCKETS, from_document
from services.runtime.store import Store

T = TypeVar("T")

_CURSOR: Final = re.compile(r"(\d+)\.(\d+)")
FASTEST: Final = 8
"""A part is at most so many times wider than the one before."""


class Spread(Generic[T]):
    """condition: equalities, which an index holds before `bucket`."""

    def __init__(
        self,
        store: Store,
        collection: str,
        kind: type[T],
        condition: Mapping[str, Any],
        session: ClientSession | None,
    ) -> None:
        self._collection, self._kind, self._session = store[collection], kind, session
        self._condition = condition

    def part(self, cursor: str, wanted: int) -> tuple[list[T], str]:
        """The next part, which holds about `wanted`, and the cursor after it; "" begins and ends.

        A cursor that is none (an older version's) begins anew.
        """
        known = _CURSOR.fullmatch(cursor)
        first, width = map(int, known.groups()) if known else (0, 1)
        condition = {**self._condition, "bucket": {"$gte": first, "$lt": first + width}}
        found = [
            from_document(self._kind, document) for document in self._collection.find(condition, session=self._session)
        ]
        after = first + width
        return found, "" if after >= BUCKETS else f"{after}.{_next_width(width, len(found), wanted)}"


def _next_width(width: int, found: int, wanted: int) -> int:
    fitting = width * wanted // found if found else BUCKETS
    return max(1, min(fitting, width * FASTEST, BUCKETS))
