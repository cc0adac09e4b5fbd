"""What notifications does when somebody asks for a link to their own data."""

from typing import Any

from services.contracts.envelope import Fact
from services.notifications.store import NotificationStore
from services.runtime.work import Work

from .outgoing import single_mail


def take_data_request(work: Work, store: NotificationStore, fact: Fact, _data: dict[str, Any]) -> None:
    """Actors says where the link goes, as the courier sends it."""
    store.add_deliveries([single_mail(work, fact.subject, "my_data")])
