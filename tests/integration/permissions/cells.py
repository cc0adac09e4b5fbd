"""The cells of the table: every attempt by every persona, and which of them must get through."""

import pytest

from .attempts import ATTEMPTS, Attempt
from .personas import Persona

CELLS = [(attempt, persona) for attempt in ATTEMPTS for persona in attempt.personas()]
ALLOWED = [cell for cell in CELLS if cell[0].allows(cell[1])]
REFUSED = [cell for cell in CELLS if not cell[0].allows(cell[1])]


def cells(which: list[tuple[Attempt, Persona]]) -> pytest.MarkDecorator:
    names = [f"{attempt.name} - {persona.name}" for attempt, persona in which]
    return pytest.mark.parametrize(("attempt", "persona"), which, ids=names)
