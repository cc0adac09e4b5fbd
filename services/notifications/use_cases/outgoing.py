"""Deliveries as they are put on their way."""

from services.contracts import identifiers
from services.notifications.model import Delivery
from services.runtime.work import Work


def single_mail(
    work: Work, reference: str, purpose: str, *, record: str | None = None, edition: str | None = None
) -> Delivery:
    """A mail that one person waits for."""
    return Delivery(
        id=identifiers.new_id(identifiers.DELIVERY),
        channel="mail",
        lane="urgent",
        reference=reference,
        purpose=purpose,
        state="waiting",
        created=work.now,
        next_at=work.now,
        correlation_id=work.origin.correlation_id,
        record=record,
        edition=edition,
    )
