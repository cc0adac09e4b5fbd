"""When an event reminds, asks and forgets; and that hours before it are real hours when clocks change."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.errors import Invalid
from services.events import model
from services.events.model import Agenda, Event, FeedbackChoice, FeedbackQuestion
from tests.unit.events.drafts import NOW, draft_at

HELSINKI = ZoneInfo("Europe/Helsinki")
HOUR = timedelta(hours=1)
RATING = FeedbackQuestion("arvio", "rating", {"fi": "Esimerkki: millaista oli?"})
CHOICE = FeedbackQuestion(
    "jatko",
    "choice",
    {"fi": "Esimerkki: tuletko uudelleen?"},
    (FeedbackChoice("kylla", {"fi": "Kyllä"}), FeedbackChoice("ei", {"fi": "En"})),
)
TEXT = FeedbackQuestion("terveiset", "text", {"fi": "Esimerkki: terveiset"})


def published(begins: datetime = NOW + timedelta(days=30), **changes: Any) -> Event:
    return draft_at(begins, state="published", **changes)


def planned(event: Event, now: datetime = NOW, before: Agenda | None = None) -> Agenda:
    return model.plan(before, event, now, 1)


changes_of_2027 = st.sampled_from((datetime(2027, 3, 28, 3), datetime(2027, 10, 31, 3)))  # noqa: DTZ001 - wall time


@given(
    around=changes_of_2027,
    minutes=st.integers(-72 * 60, 72 * 60),
    hours=st.lists(st.integers(1, 24 * 14), min_size=1, max_size=3, unique=True),
)
def test_reminders_come_real_hours_before_across_both_clock_changes(
    around: datetime, minutes: int, hours: list[int]
) -> None:
    begins = (around.replace(tzinfo=HELSINKI).astimezone(UTC)) + timedelta(minutes=minutes)
    moments = model.reminder_moments(published(begins, reminders=tuple(hours)))
    assert [(begins - moment) / HOUR for moment in moments] == sorted(map(float, hours), reverse=True)
    agenda, sent = planned(published(begins, reminders=tuple(hours)), moments[0] - HOUR), []
    while agenda.remind_at is not None:
        sent.append(agenda.remind_at)
        agenda = model.after_reminder(agenda, published(begins, reminders=tuple(hours)), agenda.remind_at, 1)
    assert tuple(sent) == moments


def test_a_day_before_the_night_when_clocks_go_forward_is_an_hour_off_on_the_wall() -> None:
    nine = datetime(2027, 3, 28, 9, tzinfo=HELSINKI).astimezone(UTC)
    (moment,) = model.reminder_moments(published(nine, reminders=(24,)))
    assert moment.astimezone(HELSINKI) == datetime(2027, 3, 27, 8, tzinfo=HELSINKI)


def test_a_reminder_whose_moment_is_over_when_it_is_set_is_not_sent() -> None:
    event = published(NOW + 10 * HOUR, reminders=(24, 2))
    assert planned(event).remind_at == NOW + 8 * HOUR
    assert planned(published(NOW + HOUR, reminders=(24, 2))).remind_at is None


def test_of_several_that_were_due_while_the_node_was_away_one_is_sent() -> None:
    event = published(NOW + 30 * HOUR, reminders=(24, 20, 2))
    agenda = planned(event)
    assert agenda.remind_at == NOW + 6 * HOUR
    assert model.after_reminder(agenda, event, NOW + 12 * HOUR, 1).remind_at == NOW + 28 * HOUR


def test_what_is_being_sent_goes_on_when_the_event_changes_and_starts_anew_when_it_is_moved() -> None:
    event = published(NOW + 30 * HOUR, reminders=(24,))
    halfway = model.next_agenda(planned(event), NOW, 1, reminded=100)
    later = NOW + 7 * HOUR
    changed = planned(published(NOW + 30 * HOUR, reminders=(24,), capacity=9), later, halfway)
    assert (changed.remind_at, changed.reminded) == (NOW + 6 * HOUR, 100)
    moved = planned(published(NOW + 60 * HOUR, reminders=(24,)), later, halfway)
    assert (moved.remind_at, moved.reminded) == (NOW + 36 * HOUR, 0)


def test_a_cancelled_event_only_forgets_and_a_draft_does_nothing() -> None:
    event = published(reminders=(24,), feedback=(RATING,), forget_days=7)
    agenda = planned(event)
    assert (agenda.feedback_at, agenda.forget_at) == (event.ends + HOUR, event.ends + timedelta(days=7))
    cancelled = planned(draft_at(event.begins, state="cancelled", reminders=(24,), feedback=(RATING,)), NOW, agenda)
    assert (cancelled.remind_at, cancelled.feedback_at) == (None, None)
    assert cancelled.forget_at == event.ends + timedelta(days=90)
    assert planned(draft_at(event.begins, reminders=(24,))).forget_at is None


def test_who_was_asked_is_not_asked_again_when_the_event_changes() -> None:
    event = published(feedback=(RATING,))
    asked = model.next_agenda(planned(event), event.ends, 1, feedback_at=None, asked_all=True)
    assert planned(published(feedback=(RATING, TEXT)), event.ends + HOUR, asked).feedback_at is None


@pytest.mark.parametrize(
    ("field", "questions"),
    [
        ("feedback.1.id", (RATING, RATING)),
        ("feedback.0.choices", (FeedbackQuestion("a", "choice", {"fi": "x"}, (FeedbackChoice("b", {"fi": "y"}),)),)),
        ("feedback.0.choices", (FeedbackQuestion("a", "text", {"fi": "x"}, CHOICE.choices),)),
        ("feedback.0.choices.1.id", (FeedbackQuestion("a", "choice", {"fi": "x"}, CHOICE.choices[:1] * 2),)),
    ],
)
def test_questions_that_nobody_could_answer_are_refused_by_name(
    field: str, questions: tuple[FeedbackQuestion, ...]
) -> None:
    with pytest.raises(Invalid) as caught:
        model.draft(draft_at(NOW + timedelta(days=3), feedback=questions))
    assert caught.value.details["errors"][0]["field"] == field


def test_answers_are_of_the_kind_that_is_asked_and_nothing_has_to_be_answered() -> None:
    questions = (RATING, CHOICE, TEXT)
    assert model.checked_feedback(questions, {"arvio": "5", "terveiset": " "}) == {"arvio": "5"}
    for field, answers in (
        ("answers.arvio", {"arvio": "6"}),
        ("answers.jatko", {"jatko": "ehkä"}),
        ("answers.terveiset", {"terveiset": "x" * 2_001}),
        ("answers.muu", {"muu": "x"}),
        ("answers", {"arvio": ""}),
    ):
        with pytest.raises(Invalid) as caught:
            model.checked_feedback(questions, answers)
        assert caught.value.details["errors"][0]["field"] == field
