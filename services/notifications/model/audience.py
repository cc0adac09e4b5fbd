"""Who may be told what is for members only (rule 9 holds for mail too)."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.contracts.permissions import Mandate


@dataclass(frozen=True, slots=True)
class Audience:
    """open: everybody. Else the people of these organisations (members now) and the secretaries of these consortia."""

    open: bool = False
    organisations: frozenset[str] = frozenset()
    consortia: frozenset[str] = frozenset()

    def admits(self, mandates: Iterable[Mandate] | None) -> bool:
        """mandates: those of the recipient's account; None for a recipient without one."""
        if self.open:
            return True
        return mandates is not None and any(
            (mandate.role == "partner" and mandate.target in self.organisations)
            or (mandate.role == "secretary" and mandate.target in self.consortia)
            for mandate in mandates
        )


EVERYBODY = Audience(open=True)
NOBODY = Audience()
