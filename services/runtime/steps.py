"""Named steps, so that a test can stop a process inside one and kill it there, and its log shows that it was.

`MALMI_HOLD_AT=relay.confirmed` makes the process say `holding` and stay at that step until it is killed.
`MALMI_HOLD_FILE=PATH` does so as soon as a line of that file says `<part> <step>`: a process that runs already can be
caught, and its successor is let through once the file is empty. With neither, as in every real node, a step costs a
comparison.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Final

from . import logging

log = logging.get(__name__)

HOLD_AT: Final = os.environ.get("MALMI_HOLD_AT", "")
HOLD_FILE: Final = os.environ.get("MALMI_HOLD_FILE", "")
_CAN_HOLD: Final = bool(HOLD_AT or HOLD_FILE)
_HELD_FOR: Final = 600.0


def reached(step: str) -> None:
    """Here is a step, `<part>.<what has just happened>`, of code on eventlet or threads."""
    if _CAN_HOLD and _is_held(step):
        log.warning("holding", step=step)
        time.sleep(_HELD_FOR)


async def reached_async(step: str) -> None:
    """Here is a step of code on asyncio."""
    if _CAN_HOLD and _is_held(step):
        log.warning("holding", step=step)
        await asyncio.sleep(_HELD_FOR)


def _is_held(step: str) -> bool:
    if step == HOLD_AT:
        return True
    if not HOLD_FILE:
        return False
    try:
        wanted = Path(HOLD_FILE).read_text()
    except FileNotFoundError:
        return False
    return f"{os.environ.get('MALMI_PART', '')} {step}" in wanted.splitlines()
