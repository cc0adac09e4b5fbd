"""What is known of taken times: own events and drafts, other nodes' events and blocks, as the clash check reads them.

A document per event or block: small, so that a hundred are read in a few milliseconds, and found by a bounded range of
day numbers. `short_from` is the first day of what takes up to SHORT days, `long_from` of what takes longer; one that
no longer takes any time has neither, and stays as a tombstone. Own entries are written with their event, in its
transaction; others' come with their facts.
"""

from .entries import SHORT, entry_of_block, entry_of_event, occupied_of
from .store import COLLECTION, INDEXES, Calendar

__all__ = ["COLLECTION", "INDEXES", "SHORT", "Calendar", "entry_of_block", "entry_of_event", "occupied_of"]
