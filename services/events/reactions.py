"""What events does about facts of others: it keeps copies of what its rules need.

A fact that fails waits in the inbox; a repeated or late one changes nothing (runtime/copies.py).
"""

from services.runtime.copies import copying
from services.runtime.inbox import Reactions

from .use_cases.calendar import take_block, take_event

REACTIONS = Reactions(
    {
        "actors.organisation": [copying(lambda store: store.organisations)],
        "actors.mandate": [copying(lambda store: store.mandates)],
        "consortium.consortium": [copying(lambda store: store.consortia)],
        "consortium.membership": [copying(lambda store: store.memberships)],
        "consortium.working_group": [copying(lambda store: store.working_groups)],
        "events.event": [take_event],
        "events.block": [take_block],
    }
)
