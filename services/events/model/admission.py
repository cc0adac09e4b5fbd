"""How one gets a seat: groups, approval, invitation codes, offers; and the questions that are asked at sign-up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from services.contracts.errors import Invalid, field_error

QuestionKind = Literal["text", "long_text", "choice", "yes_no"]
LONGEST_ANSWER: Final[Mapping[str, int]] = {"text": 200, "long_text": 2_000}
YES_NO: Final = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers of a question of kind choice."""

    id: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """What the organiser asks each sign-up (not each person of a group). choices: of kind choice only."""

    id: str
    text: Mapping[str, str]
    kind: QuestionKind
    choices: tuple[Choice, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """group_most: persons that one sign-up may bring. approval: the organiser decides on each sign-up. by_code: only
    with an invitation code. offer_hours: who waits is offered a freed seat for so long; None: has it at once."""

    group_most: int = 1
    approval: bool = False
    by_code: bool = False
    offer_hours: int | None = None
    questions: tuple[Question, ...] = field(default=())


def check_admission(admission: Admission) -> None:
    """Raises Invalid for questions that nobody could answer."""
    _check_unique([question.id for question in admission.questions], "admission.questions")
    for number, question in enumerate(admission.questions):
        where = f"admission.questions.{number}.choices"
        if question.kind != "choice":
            if question.choices:
                raise field_error(where, f"A question of kind {question.kind} has no choices.")
            continue
        if len(question.choices) < 2:
            raise field_error(where, "Give at least two choices.")
        _check_unique([choice.id for choice in question.choices], where)


def _check_unique(ids: list[str], where: str) -> None:
    for number, one in enumerate(ids):
        if one in ids[:number]:
            raise field_error(f"{where}.{number}.id", f"The id {one} stands here twice.")


def changed_kinds(before: Admission, after: Admission) -> dict[str, int]:
    """The ids of questions that are of another kind now, or lost a choice, each with its place in the list."""
    known = {question.id: question for question in before.questions}
    return {
        question.id: number
        for number, question in enumerate(after.questions)
        if question.id in known and not _keeps(known[question.id], question)
    }


def _keeps(before: Question, after: Question) -> bool:
    kept = {choice.id for choice in after.choices}
    return before.kind == after.kind and all(choice.id in kept for choice in before.choices)


def checked_answers(questions: tuple[Question, ...], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers by question, empty ones left out. Raises Invalid, which names `answers.<question>` of each that is
    missing or not of its kind, and of each that was not asked."""
    asked = {question.id: question for question in questions}
    given = {one: answer.strip() for one, answer in answers.items() if answer.strip()}
    wrong = {one: "This is not asked." for one in given if one not in asked}
    for one, question in asked.items():
        says = _wrong(question, given.get(one))
        if says is not None:
            wrong[one] = says
    if wrong:
        errors = [{"field": f"answers.{one}", "message": says} for one, says in wrong.items()]
        raise Invalid("Some questions are not answered as they are asked.", {"errors": errors})
    return given


def _wrong(question: Question, answer: str | None) -> str | None:
    if answer is None:
        return "This has to be answered." if question.required else None
    if question.kind == "yes_no":
        return None if answer in YES_NO else "Answer yes or no."
    if question.kind == "choice":
        ids = [choice.id for choice in question.choices]
        return None if answer in ids else f"Answer with the id of a choice: {', '.join(ids)}."
    if question.kind == "text" and "\n" in answer:
        return "Line breaks are not allowed here."
    longest = LONGEST_ANSWER[question.kind]
    return None if len(answer) <= longest else f"At most {longest} characters."
