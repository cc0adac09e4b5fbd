"""What an event does by itself at its time: reminders before it, questions after it, forgetting in the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from services.contracts.errors import Invalid, field_error

if TYPE_CHECKING:
    from .event import Event

FORGET_DAYS: Final = 90
ASKED_AFTER: Final = timedelta(hours=1)
"""The end of an event: people are on their way home, and remember."""
FEEDBACK_KINDS: Final = ("rating", "choice", "text")
RATINGS: Final = ("1", "2", "3", "4", "5")
LONGEST_TEXT: Final = 2_000


@dataclass(frozen=True, slots=True)
class FeedbackChoice:
    """One of the answers of a question of kind choice."""

    id: str
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FeedbackQuestion:
    """What is asked after the event. rating: 1 (poor) to 5 (good)."""

    id: str
    kind: Literal["rating", "choice", "text"]
    title: Mapping[str, str]
    choices: tuple[FeedbackChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class Agenda:
    """When something of an event is due next; `id` is the event's. remind_at, feedback_at, forget_at: None when nothing
    is due. reminded, asked, forgotten: how far the one that is due has come, by numbers of sign-ups.

    asked_all: the questions were sent. walk_ins_asked: by id, how far that has come.
    """

    id: str
    home: str
    incarnation: int
    version: int
    state: Literal["planned"]
    created: datetime
    changed: datetime
    remind_at: datetime | None = None
    feedback_at: datetime | None = None
    forget_at: datetime | None = None
    reminded: int = 0
    asked: int = 0
    asked_all: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """That somebody was asked for feedback, and whether they answered; `id` is their sign-up's. What they said stands
    elsewhere, without a reference to it; so that nothing tells which answer is whose, no times are kept here."""

    id: str
    event: str
    version: int
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody said after an event: nobody knows who, nor when. regions: of the event, for reports by region."""

    id: str
    event: str
    version: int
    regions: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


def check_aftercare(feedback: tuple[FeedbackQuestion, ...]) -> None:
    """Raises Invalid for questions that nobody could answer."""
    _check_unique([question.id for question in feedback], "feedback")
    for number, question in enumerate(feedback):
        where = f"feedback.{number}.choices"
        if question.kind == "choice" and len(question.choices) < 2:
            raise field_error(where, "Give at least two choices.")
        if question.kind != "choice" and question.choices:
            raise field_error(where, f"A question of kind {question.kind} has no choices.")
        _check_unique([choice.id for choice in question.choices], where)


def reminder_moments(event: "Event") -> tuple[datetime, ...]:
    """When reminders are due, the earliest first: real hours before the beginning, whatever the clocks do meanwhile."""
    return tuple(sorted(event.begins - timedelta(hours=hours) for hours in event.reminders))


def plan(before: Agenda | None, event: "Event", now: datetime, incarnation: int) -> Agenda:
    """The agenda of an event as it is now. A reminder whose moment was over when it was set is not sent; one that is
    being sent goes on, unless the event was moved. Nothing but forgetting is left of a cancelled event."""
    base = before or Agenda(event.id, event.home, incarnation, 0, "planned", now, now)
    takes_place = event.state == "published"
    moments = reminder_moments(event) if takes_place else ()
    goes_on = base.remind_at is not None and base.remind_at in moments and base.remind_at <= now < event.begins
    remind_at = base.remind_at if goes_on else next((moment for moment in moments if moment > now), None)
    asks = takes_place and bool(event.feedback) and not base.asked_all
    return replace(
        base,
        remind_at=remind_at,
        reminded=base.reminded if goes_on else 0,
        feedback_at=event.ends + ASKED_AFTER if asks else None,
        forget_at=event.ends + timedelta(days=event.forget_days) if event.state != "draft" else None,
        version=base.version + 1,
        incarnation=incarnation,
        changed=now,
    )


def next_agenda(agenda: Agenda, now: datetime, incarnation: int, **changes: Any) -> Agenda:
    """The next version."""
    return replace(agenda, **changes, version=agenda.version + 1, incarnation=incarnation, changed=now)


def after_reminder(agenda: Agenda, event: "Event", now: datetime, incarnation: int) -> Agenda:
    """The agenda once a reminder is sent to all: of several that were due while the node was away only one is sent."""
    following = next((moment for moment in reminder_moments(event) if moment > now), None)
    return next_agenda(agenda, now, incarnation, remind_at=following, reminded=0)


def checked_feedback(questions: tuple[FeedbackQuestion, ...], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers by question, empty ones left out; nothing has to be answered. Raises Invalid, which names
    `answers.<question>` of each that was not asked or is none of its kind, and `answers` when all are empty."""
    asked = {question.id: question for question in questions}
    given = {one: answer.strip() for one, answer in answers.items() if answer.strip()}
    if not given:
        raise field_error("answers", "Answer at least one question.")
    wrong = {one: says for one, answer in given.items() if (says := _wrong(asked.get(one), answer)) is not None}
    if wrong:
        errors = [{"field": f"answers.{one}", "message": says} for one, says in wrong.items()]
        raise Invalid("Some questions are not answered as they are asked.", {"errors": errors})
    return given


def _wrong(question: FeedbackQuestion | None, answer: str) -> str | None:
    if question is None:
        return "This is not asked."
    if question.kind == "rating":
        return None if answer in RATINGS else "Answer with a number from 1 to 5."
    if question.kind == "choice":
        ids = [choice.id for choice in question.choices]
        return None if answer in ids else f"Answer with the id of a choice: {', '.join(ids)}."
    return None if len(answer) <= LONGEST_TEXT else f"At most {LONGEST_TEXT} characters."


def _check_unique(ids: list[str], where: str) -> None:
    for number, one in enumerate(ids):
        if one in ids[:number]:
            raise field_error(f"{where}.{number}.id", f"The id {one} stands here twice.")
