"""Importing organisations from a spreadsheet: opened once, tried (a dry run) as often as wanted, run, reported."""

from .opening import drop_import, import_, imports, open_import, run_import, try_import
from .reporting import import_rows_of
from .running import Runs

__all__ = [
    "Runs",
    "drop_import",
    "import_",
    "import_rows_of",
    "imports",
    "open_import",
    "run_import",
    "try_import",
]
