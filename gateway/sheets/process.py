"""Starts the process that reads or writes a spreadsheet, one at a time in a worker, and ends it when it takes long."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from services.runtime import logging

from .limits import SECONDS

log = logging.get(__name__)

_WALL_SECONDS: Final = SECONDS * 2
_PATIENCE: Final = 30.0
_ROOT: Final = Path(__file__).resolve().parents[2]


class Unreadable(Exception):
    """code: a problem's. message: what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Sheets:
    """The spreadsheets of one worker."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def read(self, data: bytes, format: str, sheet: str | None = None) -> dict[str, Any]:
        """{"read": {format, encoding, separator}, "sheets": [{"name", "rows"}]}. Raises Unreadable."""
        wanted = [] if sheet is None else [sheet]
        async with self._process("read", format, *wanted) as process:
            out = await self._through(process, data)
        answer: dict[str, Any] = orjson.loads(out)
        if "refused" in answer:
            raise Unreadable(*answer["refused"])
        return answer

    async def write(self, name: str, rows: AsyncIterator[Sequence[str]]) -> bytes:
        """A workbook of one sheet; the first row is its header. Raises Unreadable."""
        async with self._process("write") as process:
            lines = [orjson.dumps(name)]
            async for row in rows:
                lines.append(orjson.dumps(list(row)))
            return await self._through(process, b"\n".join(lines))

    @contextlib.asynccontextmanager
    async def _process(self, *arguments: str) -> AsyncIterator[Process]:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._turn.acquire()
        except TimeoutError as error:
            raise Unreadable(
                "too_many", "Other spreadsheets are being read just now. Try again in a moment."
            ) from error
        try:
            environment = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "gateway.sheets", *arguments,
                stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=_ROOT, env=environment, start_new_session=True,
            )  # fmt: skip
            try:
                yield process
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
        finally:
            self._turn.release()

    async def _through(self, process: Process, data: bytes) -> bytes:
        try:
            async with asyncio.timeout(_WALL_SECONDS):
                out, _ = await process.communicate(data)
        except TimeoutError as error:
            raise Unreadable("too_large", "This file takes too long. Split it, or save it as CSV.") from error
        if process.returncode != 0 or not out:
            log.warning("spreadsheet not read", code=process.returncode)
            raise Unreadable(
                "too_large", "Reading this file takes too much memory or time. Split it, or save it as CSV."
            )
        return out
