"""The imports that actors keeps: how far each is, and the rows of its file, in parts."""

from collections.abc import Iterable

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.actors.model.imported import Chunk, Import, chunk_id
from services.runtime.documents import from_document, to_document
from services.runtime.records import Records
from services.runtime.store import Store, utc_now

IMPORTS, ROWS = "imports", "import_rows"
INDEXES = {
    IMPORTS: (
        IndexModel([("state", ASCENDING)]),
        IndexModel([("region", ASCENDING)]),
        IndexModel([("until", ASCENDING)]),
    ),
    ROWS: (),
}


class Imports(Records[Import]):
    """Imports, with the parts of their files."""

    def __init__(self, store: Store, session: ClientSession | None) -> None:
        super().__init__(store, IMPORTS, Import, session)
        self._rows = store[ROWS]

    def under_way(self) -> list[Import]:
        """Those that are tried or run now."""
        return [import_ for state in ("trying", "running") for import_ in self.where({"state": state})]

    def of_region(self, region: str) -> list[Import]:
        """The newest first."""
        return list(self.where({"region": region}))[::-1]

    def add_chunks(self, chunks: Iterable[Chunk]) -> None:
        """The rows of a new import."""
        documents = [to_document(chunk) for chunk in chunks]
        if documents:
            self._rows.insert_many(documents, session=self._session)

    def chunk(self, import_id: str, number: int) -> Chunk | None:
        """A part of an import's rows, counted from 0."""
        found = self._rows.find_one({"_id": chunk_id(import_id, number)}, session=self._session)
        return None if found is None else from_document(Chunk, found)

    def keep_chunk(self, chunk: Chunk) -> None:
        """With what came of its rows."""
        self._rows.replace_one({"_id": chunk.id}, to_document(chunk), session=self._session)

    def forget(self, import_: Import) -> None:
        """With its rows and its report."""
        ids = [chunk_id(import_.id, number) for number in range(import_.chunks)]
        self._rows.delete_many({"_id": {"$in": ids}}, session=self._session)
        self.remove(import_.id)

    def forget_old(self) -> None:
        """Drops files that were long not asked for; one that is under way is not forgotten."""
        for import_ in list(self.where({"until": {"$lt": utc_now()}}, limit=20)):
            if not import_.is_on:
                self.forget(import_)
