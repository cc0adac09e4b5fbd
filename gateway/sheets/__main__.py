"""The process that reads or writes one spreadsheet: `python -m gateway.sheets read|write …`, files on its own pipes.

read FORMAT [SHEET]: bytes of a file in, JSON out: {"read", "sheets"}, or {"refused": [code, message]}.
write: JSON lines in, each a row of texts, the first the name of the sheet; a workbook out.
"""

import contextlib
import io
import json
import resource
import signal
import sys
from typing import Any, Final

import orjson

from .limits import MEMORY, SECONDS, Refused
from .quoting import quoted_in_workbook

TOO_MUCH: Final = ["too_large", "Reading this file takes too much memory or time. Split it, or save it as CSV."]


def main(arguments: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGXCPU, _out_of_time)
    if arguments[0] == "write":
        sys.stdout.buffer.write(_written())
        return 0
    try:
        answer = _read(arguments[1], arguments[2] if len(arguments) > 2 else None)
    except Refused as refused:
        answer = {"refused": [refused.code, refused.message]}
    except (MemoryError, RecursionError, _OutOfTime):
        answer = {"refused": TOO_MUCH}
    sys.stdout.buffer.write(orjson.dumps(answer))
    return 0


class _OutOfTime(BaseException):
    pass


def _out_of_time(*_: Any) -> None:
    raise _OutOfTime


def _read(format: str, sheet: str | None) -> dict[str, Any]:
    data = sys.stdin.buffer.read()
    if format == "csv":
        from .text import read_csv

        return read_csv(data)
    if format == "json":
        from .records import table_of_records

        try:
            return table_of_records(json.loads(data))
        except (ValueError, UnicodeDecodeError) as error:
            raise Refused("bad_request", f"This is no JSON that can be read: {error}") from error
    from .workbook import read_xlsx

    return read_xlsx(data, sheet)


def _written() -> bytes:
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    lines = iter(sys.stdin.buffer)
    workbook = openpyxl.Workbook(write_only=True)
    sheet: Any = workbook.create_sheet(orjson.loads(next(lines)))
    sheet.freeze_panes = "A2"
    for number, line in enumerate(lines):
        row = []
        for text in orjson.loads(line):
            cell = WriteOnlyCell(sheet, quoted_in_workbook(text)[:32_767] or None)
            if text:
                cell.data_type = "s"  # text, though it begin like a formula
            if number == 0:
                cell.font = Font(bold=True)
            row.append(cell)
        sheet.append(row)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
