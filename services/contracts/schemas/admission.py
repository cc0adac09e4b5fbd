"""The wire of how one gets a seat: groups, approval, offers, questions, and what people do with their own sign-up."""

from typing import Any

from marshmallow import fields, validate

from services.contracts import identifiers

from .base import Record, Strict, Tolerant
from .fields import (
    MEDIUM,
    Localized,
    Moment,
    Text,
    WholeNumber,
    YesOrNo,
    described,
    each,
    id_of,
    one_of,
)

SIGN_UP_STATES = ("pending", "waiting", "offered", "confirmed", "cancelled")
QUESTION_KINDS = ("text", "long_text", "choice", "yes_no")
_ID = r"^[a-z0-9][a-z0-9_-]{0,39}\Z"
LARGEST_GROUP, LONGEST_OFFER, MOST_QUESTIONS = 50, 720, 20


def _chosen_id() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Regexp(_ID, error="Up to 40 small letters, digits, - and _, such as lunch."),
        metadata={"description": "Chosen by you, once within the list.", "example": "lunch"},
    )


class Choice(Strict):
    """One of the answers of a question of kind choice."""

    id = _chosen_id()
    text = Localized(required=True)


class Question(Strict):
    """What each sign-up is asked. kind: text (a line), long_text, choice, yes_no. choices: of kind choice only."""

    id = _chosen_id()
    text = Localized(required=True)
    kind = one_of(QUESTION_KINDS, required=True)
    choices = fields.List(fields.Nested(Choice), load_default=list, validate=validate.Length(max=20))
    required = YesOrNo(load_default=False)


class Admission(Strict):
    """How one gets a seat. group_most: persons that one sign-up may bring. approval: the organiser decides on each
    sign-up. by_code: only with an invitation code; an event for those invited always asks for one. offer_hours: who
    waits is offered a freed seat for so long; null: has it at once."""

    group_most = WholeNumber(load_default=1, least=1, most=LARGEST_GROUP)
    approval = YesOrNo(load_default=False)
    by_code = YesOrNo(load_default=False)
    offer_hours = WholeNumber(load_default=None, allow_none=True, least=1, most=LONGEST_OFFER)
    questions = fields.List(fields.Nested(Question), load_default=list, validate=validate.Length(max=MOST_QUESTIONS))


def no_conditions() -> dict[str, Any]:
    """The admission of an event whose organiser said nothing of it."""
    plain: dict[str, Any] = Admission().load({})
    return plain


class ChoiceRecord(Tolerant):
    id = fields.String()
    text = fields.Dict(keys=fields.String(), values=fields.String())


class QuestionRecord(Tolerant):
    id = fields.String()
    text = fields.Dict(keys=fields.String(), values=fields.String())
    kind = fields.String()
    choices = fields.List(fields.Nested(ChoiceRecord))
    required = fields.Boolean()


class AdmissionRecord(Tolerant):
    """As Admission, of an event that is published."""

    group_most = fields.Integer()
    approval = fields.Boolean()
    by_code = fields.Boolean()
    offer_hours = fields.Integer(allow_none=True)
    questions = fields.List(fields.Nested(QuestionRecord))


class Answers(fields.Dict):
    """Answers by question: a text, the id of a choice, or yes or no."""

    def __init__(self, **rest: Any) -> None:
        answer = Text(longest=2_000, shortest=0, lines=True)
        says = "By the question's id: a text, the id of a choice, or `yes` or `no`."
        super().__init__(
            keys=fields.String(validate=validate.Regexp(_ID, error="This is no id of a question.")),
            values=answer,
            validate=validate.Length(max=MOST_QUESTIONS),
            **described(rest, description=says, maxProperties=MOST_QUESTIONS),
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        loaded: dict[str, str] = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        return loaded


def group_size(**rest: Any) -> WholeNumber:
    """How many come, who signs up included."""
    return WholeNumber(least=1, most=LARGEST_GROUP, **described(rest, description="Persons, oneself included."))


class ChangeSignUp(Strict):
    """By the token of the link in the mail. Only what is given changes; answers are replaced as a whole."""

    token = Text(longest=300, required=True)
    size = group_size()
    answers = Answers()


class DecideSignUps(Strict):
    """Approves or refuses sign-ups that are pending, all of these or none. reason: told to those who are refused."""

    event = id_of(identifiers.EVENT, required=True)
    sign_ups = each(id_of(identifiers.SIGN_UP), least=1, most=100, required=True)
    approve = YesOrNo(required=True)
    reason = Localized(longest=MEDIUM, lines=True, needed=False, load_default=dict)


def invitation_code(**rest: Any) -> Text:
    """A code as people type it: capitals and hyphens do not matter."""
    return Text(longest=40, **described(rest, example="7x2m-0k4t-c9ra-e5vh"))


class MakeInvitation(Strict):
    """A code for an event. label: your own word for it. most: sign-ups that it is good for; null: any number."""

    event = id_of(identifiers.EVENT, required=True)
    label = Text(longest=100, shortest=0, load_default="")
    most = WholeNumber(least=1, most=100_000, allow_none=True, load_default=None)
    expires = Moment(allow_none=True, load_default=None)


class InvitationsOf(Strict):
    event = id_of(identifiers.EVENT, required=True)


class InvitationId(Strict):
    id = id_of(identifiers.INVITATION, required=True)


class InvitationCode(Strict):
    """What an invited person was given."""

    code = invitation_code(required=True)


class InvitationView(Record):
    """An invitation code, without the code. state: open or revoked. used: sign-ups made with it."""

    event = fields.String(required=True)
    label = fields.String(required=True)
    most = fields.Integer(allow_none=True, required=True)
    used = fields.Integer(required=True)
    expires = Moment(allow_none=True, required=True)


class IssuedInvitation(InvitationView):
    """`code` is shown this once; only a digest of it is kept."""

    code = fields.String()
