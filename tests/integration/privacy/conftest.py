"""A whole node, the hold file of its parts, and a search of its own through everything that it keeps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from tests.harness import until
from tests.harness.whole import WholeNode, whole_node

HOLD = "hold"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeNode]:
    folder = tmp_path_factory.mktemp("privacy")
    yield from whole_node(folder, 18_700, MALMI_HOLD_FILE=str(folder / HOLD))


@pytest.fixture(scope="module")
def visitor(whole: WholeNode) -> Iterator[httpx.Client]:
    with whole.client() as client:
        yield client


@pytest.fixture(scope="module")
def coordinator(whole: WholeNode) -> Iterator[httpx.Client]:
    account = whole.person("koordinaattori@example.org", "coordinator", "FI1DC")
    with whole.client_of(account["id"]) as client:
        until(lambda: client.get("/me").status_code == 200, says="the key is known")
        until(lambda: client.get("/my/events").status_code == 200, says="events knows the coordinator")
        yield client


class Everything:
    """All documents of all databases of the node, and the files that it writes. Knows nothing of how the node searches:
    every document as Python writes it, every file as bytes."""

    def __init__(self, whole: WholeNode) -> None:
        self._whole = whole
        self._client: MongoClient[dict[str, Any]] = MongoClient(whole.node.mongodb_uri)

    def collection(self, service: str, name: str) -> Any:
        return self._client[self._whole.node.database_prefix + service][name]

    def documents_with(self, text: str) -> list[str]:
        prefix, wanted = self._whole.node.database_prefix, text.casefold()
        return [
            f"{database.removeprefix(prefix)}.{name}: {document}"
            for database in self._client.list_database_names()
            if database.startswith(prefix)
            for name in self._client[database].list_collection_names()
            for document in self._client[database][name].find()
            if wanted in repr(document).casefold()
        ]

    def files_with(self, text: str) -> list[str]:
        """Logs, the files of the read model with their write-ahead logs, the ledger."""
        folder, wanted = self._whole.node.folder, text.casefold()
        files: list[Path] = [
            path for place in ("log", "read_model") for path in (folder / place).rglob("*") if path.is_file()
        ]
        ledger = folder / "erasures.log"
        return [
            path.name
            for path in [*files, *([ledger] if ledger.exists() else [])]
            if wanted in path.read_bytes().decode("utf-8", "replace").casefold()
        ]

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="module")
def everything(whole: WholeNode) -> Iterator[Everything]:
    found = Everything(whole)
    yield found
    found.close()
