"""The words that are in use, and which of them somebody who mistyped one may have meant.

A word that nothing has is looked for among those that share beginnings, endings and threes of letters with it, and the
nearest are taken: one mistake in four to seven letters, two in more. A letter that is wrong, missing, too many or in
its neighbour's place is one mistake.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Final

from . import parts, stems

TABLES: Final = """
CREATE TABLE spelling (          -- words of records that readers see
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    word TEXT NOT NULL,
    uses INTEGER NOT NULL,       -- records that have it; at 0 the word is forgotten
    UNIQUE (kind, word)
);
CREATE TABLE gram (              -- kind:three letters of a word
    gram TEXT NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (gram, id)
) WITHOUT ROWID;
"""
_SHORTEST: Final = 4
_LONGEST: Final = 40
_LONG: Final = 8
_LOOKED_AT: Final = 100
"""Words that share most with the mistyped one: only those are compared letter by letter."""


class Noted:
    """Which words came into use or fell out of it since they were last written down. One for each writer of a file."""

    def __init__(self) -> None:
        self._changes: Counter[tuple[str, str]] = Counter()

    def came(self, kind: str, words: str) -> None:
        """A record of this kind has these words now, as search.Indexed has them."""
        self._changes.update((kind, word) for word in _known(words))

    def went(self, kind: str, words: str) -> None:
        """It no longer has them."""
        self._changes.subtract((kind, word) for word in _known(words))

    def forget(self) -> None:
        """What was noted did not happen: the transaction was given up."""
        self._changes.clear()

    def write(self, database: sqlite3.Connection) -> None:
        """Writes down what was noted. Raises sqlite3.Error."""
        for (kind, word), change in self._changes.items():
            if change > 0:
                self._add(database, kind, word, change)
            elif change < 0:
                self._take(database, kind, word, -change)
        self._changes.clear()

    def _add(self, database: sqlite3.Connection, kind: str, word: str, count: int) -> None:
        changed = database.execute(
            "UPDATE spelling SET uses = uses + ? WHERE kind = ? AND word = ?", (count, kind, word)
        )
        if changed.rowcount:
            return
        added = database.execute("INSERT INTO spelling (kind, word, uses) VALUES (?, ?, ?)", (kind, word, count))
        database.executemany(
            "INSERT INTO gram (gram, id) VALUES (?, ?)", [(gram, added.lastrowid) for gram in _grams(kind, word)]
        )

    def _take(self, database: sqlite3.Connection, kind: str, word: str, count: int) -> None:
        run = database.execute
        run("UPDATE spelling SET uses = uses - ? WHERE kind = ? AND word = ?", (count, kind, word))
        gone = run("SELECT id FROM spelling WHERE kind = ? AND word = ? AND uses <= 0", (kind, word)).fetchone()
        if gone is None:
            return
        database.executemany(
            "DELETE FROM gram WHERE gram = ? AND id = ?", [(gram, gone[0]) for gram in _grams(kind, word)]
        )
        run("DELETE FROM spelling WHERE id = ?", gone)


def meant(database: sqlite3.Connection, kind: str, word: str, most: int = 5) -> list[str]:
    """The words that a folded word may have been meant for, the likeliest first; [] when none is near. They are in use,
    or known parts of compounds."""
    if not _is_known(word):
        return []
    grams = list(_grams(kind, word))
    marks = ", ".join("?" * len(grams))
    found = database.execute(
        f"SELECT s.word, s.uses FROM (SELECT id, count(*) AS shared FROM gram WHERE gram IN ({marks}) GROUP BY id "  # noqa: S608
        "ORDER BY shared DESC, id LIMIT ?) AS g JOIN spelling AS s ON s.id = g.id",
        (*grams, _LOOKED_AT),
    )
    near = {
        (mistakes, abs(len(other) - len(word)), -uses, other)
        for other, uses in found
        if (mistakes := _mistakes(word, other)) is not None
    }
    # In use perhaps only in compounds.
    near |= {(mistakes, 0, 0, other) for other in parts.WORDS if (mistakes := _distance(word, other)) is not None}
    return list(dict.fromkeys(other for _, _, _, other in sorted(near)))[:most]


def _mistakes(word: str, other: str) -> int | None:
    """How many lie between two words, or between what their forms share; None for too many."""
    found = _distance(word, other)
    if found is None:
        for language in stems.LANGUAGES:
            # one more: the other word itself would have been meant by somebody who typed that form of it
            for key in stems.keys_of(word, language):
                for other_key in stems.keys_of(other, language):
                    apart = _distance(key[1:], other_key[1:])
                    if apart is not None and (found is None or apart + 1 < found):
                        found = apart + 1
    return found


def _distance(word: str, other: str) -> int | None:
    """Mistakes between two words (optimal string alignment); None for more than a word of this length may have."""
    most = _allowed(min(len(word), len(other)))
    if not most or abs(len(word) - len(other)) > most:
        return None
    found = _alignment()(word, other, score_cutoff=most)
    return found if found <= most else None


@cache
def _alignment() -> Callable[..., int]:
    from rapidfuzz.distance import OSA  # not at the top: only who mistypes needs it

    return OSA.distance


def _allowed(letters: int) -> int:
    if letters < _SHORTEST:
        return 0
    return 1 if letters < _LONG else 2


def _known(words: str) -> Iterator[str]:
    return (word for word in set(words.split()) if _is_known(word))


def _is_known(word: str) -> bool:
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()


def _grams(kind: str, word: str) -> Iterable[str]:
    padded = f"^{word}$"
    return {f"{kind}:{padded[at : at + 3]}" for at in range(len(padded) - 2)}
