"""What people say of an event after it. Their answers are kept apart from them: only that they answered is known."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.contracts import identifiers
from services.contracts.errors import Conflict, NotFound
from services.events import model
from services.events.model import Asked, Event, Feedback, FeedbackQuestion
from services.events.store import EventStore
from services.runtime import links
from services.runtime.documents import to_values
from services.runtime.work import Work

from .audience import may_know, target_of

Arguments = dict[str, Any]

LINK = "feedback"
"""Purpose of the token in the mail (runtime/links.py)."""


def feedback_form(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """What is asked of whoever holds the link. Raises NotFound."""
    asked, event = _by_token(work, store, arguments)
    return {
        "event": event.id,
        "title": event.title,
        "begins": event.begins,
        "ends": event.ends,
        "time_zone": event.time_zone,
        "answered": asked.answered,
        "questions": [to_values(question) for question in event.feedback],
    }


def give_feedback(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Keeps the answers, without a reference to who gave them. Raises NotFound, Conflict the second time and when the
    attendees are forgotten, Invalid."""
    asked, event = _by_token(work, store, arguments)
    if asked.answered:
        raise Conflict("You have answered already. Thank you.")
    if work.now >= event.ends + timedelta(days=event.forget_days):
        raise Conflict("Feedback on this event is no longer taken.")
    answers = model.checked_feedback(event.feedback, arguments["answers"])
    store.asked.replace(replace(asked, answered=True, version=asked.version + 1))
    store.feedback.add(Feedback(identifiers.timeless_id(identifiers.FEEDBACK), event.id, 1, event.regions, answers))
    return {"event": event.id, "answered": True}


def feedback(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """The numbers and the texts, for the organiser's people. Raises NotFound, Forbidden, SignInNeeded."""
    event = store.events.get(arguments["event"])
    if not may_know(work, store, event):
        raise NotFound(f"There is no {event.id}.")
    work.require("events.feedback.read", target_of(work, store, event.organiser))
    given = list(store.feedback.where({"event": event.id}))
    return {
        "event": event.id,
        "regions": event.regions,
        "asked": sum(1 for _ in store.asked.where({"event": event.id})),
        "answered": len(given),
        "questions": [_result(question, given) for question in event.feedback],
    }


def _by_token(work: Work, store: EventStore, arguments: Arguments) -> tuple[Asked, Event]:
    asked = store.asked.find(links.read_token(work.secret, LINK, arguments["token"]))
    event = None if asked is None else store.events.find(asked.event)
    if asked is None or event is None:
        raise NotFound("This link is of no event any more.")
    return asked, event


def _result(question: FeedbackQuestion, given: Sequence[Feedback]) -> dict[str, Any]:
    said = [found.answers[question.id] for found in given if question.id in found.answers]
    codes = model.RATINGS if question.kind == "rating" else [choice.id for choice in question.choices]
    counted = Counter(said)
    is_text = question.kind == "text"
    ratings = [int(answer) for answer in said if answer in model.RATINGS] if question.kind == "rating" else []
    return {
        **to_values(question),
        "answered": len(said),
        "counts": {} if is_text else {code: counted[code] for code in codes},
        "average": round(sum(ratings) / len(ratings), 2) if ratings else None,
        "texts": sorted(said) if is_text else [],  # sorted: their order tells nothing of who came first
    }
