"""What a service publishes can be read again as a whole, so that a copy can be thrown away and rebuilt (rule 7)."""

from collections.abc import Callable
from typing import Any, TypeVar

from services.contracts.envelope import Visibility

from .definition import Snapshot
from .documents import to_values
from .records import Records, Versioned

R = TypeVar("R", bound=Versioned)


def snapshot_of(
    fact_type: str, records: Callable[[Any], Records[R]], visibility: Callable[[R], Visibility | None]
) -> Snapshot:
    """A snapshot of one kind. fact_type: one of its facts, whose shape the records get. records: picks them from the
    service's store. visibility: who may see a record; None: nobody, it is left out."""

    def page(store: Any, after: str | None, limit: int) -> Any:
        found, following = records(store).page(after, limit)
        shown = [(fact_type, seen, to_values(record)) for record in found if (seen := visibility(record)) is not None]
        return shown, following

    return page
