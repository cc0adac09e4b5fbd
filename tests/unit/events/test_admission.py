"""How seats are given: groups, offers, the count; and answers to the organiser's questions."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.errors import Invalid
from services.events import model
from services.events.model import Admission, Choice, Places, Question, SignUp

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SIZES = st.lists(st.integers(1, 12), max_size=30)
STATES = ("pending", "waiting", "offered", "confirmed", "cancelled")


def sign_up(number: int = 1, size: int = 1, state: Any = "waiting", **rest: Any) -> SignUp:
    mail = f"n{number}@example.org"
    return SignUp(
        f"sgn_{number}", "pk", 1, 1, state, NOW, NOW, "evt_1", number, "N. N.", mail, mail, "fi", size=size, **rest
    )


def places(capacity: int | None = None, **numbers: int) -> Places:
    return Places("evt_1", "pk", 1, 1, "counted", NOW, NOW, capacity, **numbers)


@given(SIZES, st.integers(0, 40))
def test_who_gets_in_fits_and_nobody_is_left_out_who_would_fit(sizes: list[int], free: int) -> None:
    queue = [sign_up(number, size) for number, size in enumerate(sizes)]
    lucky = model.who_gets_in(free, queue)
    taken = sum(one.size for one in lucky)
    assert taken <= free
    assert all(one.size > free - taken for one in queue if one not in lucky)


@given(SIZES, st.integers(0, 40))
def test_only_a_group_that_did_not_fit_is_passed_over(sizes: list[int], free: int) -> None:
    queue = [sign_up(number, size) for number, size in enumerate(sizes)]
    lucky = model.who_gets_in(free, queue)
    assert lucky == sorted(lucky, key=lambda one: one.number)
    for left in (one for one in queue if one not in lucky):
        before = sum(one.size for one in lucky if one.number < left.number)
        assert left.size > free - before


@given(SIZES)
def test_without_a_limit_all_who_wait_get_in(sizes: list[int]) -> None:
    queue = [sign_up(number, size) for number, size in enumerate(sizes)]
    assert model.who_gets_in(None, queue) == queue


@given(st.lists(st.tuples(st.sampled_from(STATES), st.integers(1, 50)), max_size=20))
def test_the_count_is_that_of_the_persons_in_each_state(changes: list[tuple[str, int]]) -> None:
    counted, before, expected = places(), None, Counter[str]()
    for number, (state, size) in enumerate(changes):
        if number % 2 and before is not None:  # every other one is what becomes of the one before
            expected[before.state] -= before.size
        else:
            before = None
        after = sign_up(number, size, state)
        expected[state] += size
        counted, before = model.counted(counted, before, after), after
    for state in ("pending", "waiting", "offered", "confirmed"):
        assert getattr(counted, state) == expected[state]


@given(st.integers(0, 100), st.integers(0, 60), st.integers(0, 60), st.integers(1, 50))
def test_an_offered_seat_is_as_good_as_taken(capacity: int, confirmed: int, offered: int, size: int) -> None:
    full = places(capacity, confirmed=confirmed, offered=offered)
    assert model.free_seats(full) == max(0, capacity - confirmed - offered)
    assert model.has_room(full, size) == (confirmed + offered + size <= capacity)


@given(st.integers(1, 720), st.integers(1, 100_000))
def test_an_offer_ends_in_its_hours_but_never_after_the_event_began(hours: int, minutes: int) -> None:
    begins = NOW + timedelta(minutes=minutes)
    ends = model.offer_ends(NOW, hours, begins)
    assert NOW < ends <= begins
    assert ends == begins or ends - NOW == timedelta(hours=hours)


def test_an_offer_does_not_outlast_its_state() -> None:
    offered = sign_up(state="offered", offered_until=NOW)
    assert model.next_sign_up(offered, NOW, 1, size=2).offered_until == NOW
    assert model.next_sign_up(offered, NOW, 1, state="confirmed").offered_until is None


@pytest.mark.parametrize(
    ("size", "most", "capacity", "says"),
    [(2, 1, None, "alone"), (5, 4, None, "4 persons"), (3, 10, 2, "2 persons in all")],
)
def test_a_group_that_is_too_large_is_told_the_limit(size: int, most: int, capacity: int | None, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        model.check_size(size, most, capacity)
    assert caught.value.details["errors"][0]["field"] == "size"


def test_a_group_up_to_the_limit_may_come() -> None:
    model.check_size(4, 4, 4)
    model.check_size(1, 1, None)


DIET = Question("diet", {"fi": "Ruokavalio"}, "text")
LONG = Question("why", {"fi": "Miksi tulet?"}, "long_text", required=True)
BUS = Question("bus", {"fi": "Tuletko bussilla?"}, "yes_no", required=True)
LUNCH = Question("lunch", {"fi": "Lounas"}, "choice", (Choice("fish", {"fi": "Kala"}), Choice("veg", {"fi": "Kasvis"})))
QUESTIONS = (DIET, LONG, BUS, LUNCH)
WHOLE = {"diet": "gluteeniton", "why": "Esimerkki.\nToinen rivi.", "bus": "no", "lunch": "veg"}


def test_answers_of_each_kind_are_kept_and_empty_ones_left_out() -> None:
    assert model.checked_answers(QUESTIONS, WHOLE) == WHOLE
    assert model.checked_answers(QUESTIONS, {"why": " x ", "bus": "yes", "lunch": "  "}) == {"why": "x", "bus": "yes"}


@pytest.mark.parametrize(
    ("field", "answers"),
    [
        ("answers.diet", {"diet": "a\nb"}),
        ("answers.diet", {"diet": "x" * 201}),
        ("answers.why", {"why": "x" * 2_001}),
        ("answers.why", {"why": " "}),
        ("answers.bus", {"bus": "maybe"}),
        ("answers.lunch", {"lunch": "Kala"}),
        ("answers.other", {"other": "x"}),
    ],
)
def test_an_answer_that_is_not_as_asked_is_named(field: str, answers: dict[str, str]) -> None:
    with pytest.raises(Invalid) as caught:
        model.checked_answers(QUESTIONS, {**WHOLE, **answers})
    assert [entry["field"] for entry in caught.value.details["errors"]] == [field]


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "diet": st.text(max_size=5),
            "why": st.text(max_size=5),
            "bus": st.sampled_from(["yes", "no", " yes", "maybe", ""]),
            "lunch": st.sampled_from(["fish", "veg", "Kala", ""]),
        },
    )
)
def test_what_is_kept_was_asked_and_whole_or_else_it_is_refused(answers: dict[str, str]) -> None:
    given = {one: answer.strip() for one, answer in answers.items() if answer.strip()}
    is_right = (
        {"why", "bus"} <= given.keys()
        and given["bus"] in ("yes", "no")
        and given.get("lunch", "fish") in ("fish", "veg")
        and "\n" not in given.get("diet", "")
    )
    if is_right:
        assert model.checked_answers(QUESTIONS, answers) == given
        return
    with pytest.raises(Invalid):
        model.checked_answers(QUESTIONS, answers)


@pytest.mark.parametrize(
    ("field", "questions"),
    [
        ("admission.questions.1.id", (DIET, replace(LONG, id="diet"))),
        ("admission.questions.0.choices", (replace(LUNCH, choices=LUNCH.choices[:1]),)),
        ("admission.questions.0.choices", (replace(DIET, choices=LUNCH.choices),)),
        ("admission.questions.0.choices.1.id", (replace(LUNCH, choices=(LUNCH.choices[0],) * 2),)),
    ],
)
def test_questions_that_nobody_could_answer_are_refused(field: str, questions: tuple[Question, ...]) -> None:
    with pytest.raises(Invalid) as caught:
        model.check_admission(Admission(questions=questions))
    assert caught.value.details["errors"][0]["field"] == field


def test_a_question_is_another_one_when_its_kind_changes_or_a_choice_is_gone() -> None:
    before = Admission(questions=QUESTIONS)
    reworded = replace(LUNCH, text={"fi": "Toinen sana"}, choices=(*LUNCH.choices, Choice("none", {"fi": "Ei"})))
    assert model.changed_kinds(before, Admission(questions=(reworded, DIET))) == {}
    fewer = replace(LUNCH, choices=(LUNCH.choices[0], Choice("meat", {"fi": "Liha"})))
    changed = Admission(questions=(DIET, replace(BUS, kind="text"), fewer))
    assert model.changed_kinds(before, changed) == {"bus": 1, "lunch": 2}
