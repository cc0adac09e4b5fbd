"""Questions to those who sign up, once somebody has answered them."""

from services.contracts.errors import field_error
from services.events import model
from services.events.model import Event
from services.events.store import EventStore


def check_questions_stay(store: EventStore, before: Event, after: Event) -> None:
    """A question that somebody has answered keeps its kind and its choices: else the answers would say something
    else than was said. Its words may be corrected, choices added; it may be dropped. Raises Invalid."""
    changed = model.changed_kinds(before.admission, after.admission)
    if not changed:
        return
    answered = {one for sign_up in store.sign_ups.where({"event": before.id}) for one in sign_up.answers}
    for question in sorted(answered & changed.keys()):
        raise field_error(
            f"admission.questions.{changed[question]}.kind",
            f"The question {question} has answers: it keeps its kind and choices. Ask a new one under another id.",
        )
