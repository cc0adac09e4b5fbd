"""How large a file may be, and how it is said that one is larger."""

from typing import Final

MOST_ROWS: Final = 20_000
MOST_SHEETS: Final = 50
MOST_COLUMNS: Final = 200
MOST_TEXT: Final = 10_000_000
"""Characters of all cells together."""
LONGEST_CELL: Final = 32_767
MOST_UNPACKED: Final = 150_000_000
"""Bytes of a workbook's parts together; a zip bomb ends here."""
MEMORY: Final = 1_500_000_000
SECONDS: Final = 25
"""Of processor time."""


class Refused(Exception):
    """The file can't be read. code: a problem's. message: a sentence that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


class Measure:
    """Counts what is read of a file. Raises Refused."""

    def __init__(self) -> None:
        self._rows = self._text = 0

    def row(self, width: int) -> None:
        self._rows += 1
        if self._rows > MOST_ROWS + 100:
            raise Refused("too_many", f"At most {MOST_ROWS:,} rows at once. Split the file, or name one sheet.")
        if width > MOST_COLUMNS:
            raise Refused("too_many", f"At most {MOST_COLUMNS} columns. Remove what does not belong to the table.")

    def cell(self, text: str, line: int) -> None:
        self._text += len(text)
        if len(text) > LONGEST_CELL:
            raise Refused("too_many", f"A cell in row {line} has more than {LONGEST_CELL:,} characters.")
        if self._text > MOST_TEXT:
            raise Refused("too_many", f"The cells have more than {MOST_TEXT:,} characters together. Split the file.")
