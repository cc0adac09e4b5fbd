"""What actors does about facts of others: it keeps copies of consortia, whose coordinator may name a secretary.

A fact that fails waits in the inbox; a repeated or late one changes nothing (runtime/copies.py).
"""

from services.runtime.copies import copying
from services.runtime.inbox import Reactions

REACTIONS = Reactions({"consortium.consortium": [copying(lambda store: store.consortia)]})
