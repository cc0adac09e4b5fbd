"""An attempt for each remote call, and for each way in which it may concern somebody else.

A new call, or a new row of the table, needs one here: test_the_table_is_covered.py says which is missing.
"""

from . import actors, consortium, door, events, everywhere, notifications
from .attempt import Attempt

ATTEMPTS: tuple[Attempt, ...] = (
    *actors.ATTEMPTS,
    *events.ATTEMPTS,
    *door.ATTEMPTS,
    *consortium.ATTEMPTS,
    *notifications.ATTEMPTS,
    *everywhere.ATTEMPTS,
)

__all__ = ["ATTEMPTS", "Attempt"]
