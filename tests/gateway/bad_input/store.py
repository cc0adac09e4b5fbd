"""What the services keep, as a fingerprint: two that are the same say that nothing was changed in between."""

import hashlib
from typing import Any

import bson
import pymongo

from tests.harness import until
from tests.harness.whole import WholeNode

RESTLESS = {"relay", "commands", "audit"}
"""relay: written by a part that does nothing but live. commands: what was answered; an import's report of rows that
were all refused is one, too. audit: reads that went through."""


class Kept:
    """The databases of a node's services."""

    def __init__(self, whole: WholeNode) -> None:
        self._client: Any = pymongo.MongoClient(whole.node.mongodb_uri)
        self._prefix = whole.node.database_prefix

    def fingerprint(self) -> dict[str, str]:
        """Of each collection, once nothing waits to be published or done."""
        until(
            lambda: not self._count("outbox") and not self._count("inbox", {"state": "waiting"}), says="nothing waits"
        )
        return {
            f"{database}.{name}": self._of(database, name)
            for database in self._databases()
            for name in sorted(self._client[database].list_collection_names())
            if name not in RESTLESS
        }

    def close(self) -> None:
        self._client.close()

    def _databases(self) -> list[str]:
        return sorted(name for name in self._client.list_database_names() if name.startswith(self._prefix))

    def _count(self, collection: str, condition: dict[str, Any] | None = None) -> int:
        return sum(
            self._client[database][collection].count_documents(condition or {}) for database in self._databases()
        )

    def _of(self, database: str, collection: str) -> str:
        documents = sorted(bson.encode(document) for document in self._client[database][collection].find())
        return f"{len(documents)} {hashlib.sha256(b''.join(documents)).hexdigest()[:16]}"
