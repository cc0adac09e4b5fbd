"""Named steps, so that a test can stop a process inside one and kill it there, and its log shows that it was.

`MALMI_HOLD_AT=relay.confirmed` makes the process say `holding` and stay at that step until it is killed. Unset, as
in every real node, a step costs a comparison.
"""

import asyncio
import os
import time
from typing import Final

from . import logging

log = logging.get(__name__)

HOLD_AT: Final = os.environ.get("MALMI_HOLD_AT", "")
_HELD_FOR: Final = 600.0


def reached(step: str) -> None:
    """Here is a step, `<part>.<what has just happened>`, of code on eventlet or threads."""
    if step == HOLD_AT:
        log.warning("holding", step=step)
        time.sleep(_HELD_FOR)


async def reached_async(step: str) -> None:
    """Here is a step of code on asyncio."""
    if step == HOLD_AT:
        log.warning("holding", step=step)
        await asyncio.sleep(_HELD_FOR)
