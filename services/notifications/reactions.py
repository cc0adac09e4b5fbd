"""What notifications does about facts of others.

Facts about events and news become mailings; about sign-ups and sign-ins, mails. Of the rest it keeps copies, to know
who is a member of what. A fact that fails waits in the inbox; a repeated or late one changes nothing.
"""

from services.runtime.copies import copying
from services.runtime.inbox import Reactions

from .use_cases.editions import take_event, take_news
from .use_cases.my_data import take_data_request
from .use_cases.people import take_sign_in, take_sign_up

REACTIONS = Reactions(
    {
        "actors.organisation": [copying(lambda store: store.organisations)],
        "actors.mandate": [copying(lambda store: store.mandates)],
        "actors.sign_in": [take_sign_in],
        "actors.data_request": [take_data_request],
        "consortium.consortium": [copying(lambda store: store.consortia)],
        "consortium.membership": [copying(lambda store: store.memberships)],
        "consortium.working_group": [copying(lambda store: store.working_groups)],
        "consortium.news": [take_news],
        "events.event": [take_event],
        "events.sign_up": [take_sign_up],
    }
)
