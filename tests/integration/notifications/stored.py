"""Looks into the service's database, where a promise is about what is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from tests.harness import NodeUnderTest


@contextmanager
def database_of(node: NodeUnderTest) -> Iterator[Database[dict[str, Any]]]:
    client: MongoClient[dict[str, Any]] = MongoClient(node.mongodb_uri, tz_aware=True, tzinfo=UTC)
    try:
        yield client[f"{node.database_prefix}notifications"]
    finally:
        client.close()
