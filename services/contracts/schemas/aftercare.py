"""The wire of what comes before and after an event by itself: reminders, feedback, forgetting."""

from marshmallow import fields, validate

from services.contracts import identifiers

from .admission import Answers
from .base import Strict, Tolerant
from .fields import Localized, Moment, Text, WholeNumber, each, id_of, one_of

KINDS = ("rating", "choice", "text")
LONGEST_AHEAD = 24 * 60
"""Hours: a reminder comes two months ahead at most."""


def _chosen_id() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Regexp(
            r"^[a-z0-9][a-z0-9_-]{0,39}\Z", error="Up to 40 small letters, digits, - and _, such as content."
        ),
        metadata={"description": "Chosen by you, once within the list.", "example": "content"},
    )


class FeedbackChoice(Strict):
    """One of the answers of a question of kind choice."""

    id = _chosen_id()
    title = Localized(required=True)


class FeedbackQuestion(Strict):
    """What is asked after the event. kind: rating (1 to 5), choice (one of `choices`), text."""

    id = _chosen_id()
    kind = one_of(KINDS, required=True)
    title = Localized(required=True)
    choices = fields.List(fields.Nested(FeedbackChoice), load_default=list, validate=validate.Length(max=20))


def reminder_hours(**rest: object) -> fields.List[object]:
    says = {"description": "Hours before the beginning at which those who have a place get a mail; 24 is usual."}
    return each(WholeNumber(least=1, most=LONGEST_AHEAD), most=3, metadata=says, **rest)  # type: ignore[arg-type]


def days_until_forgotten(**rest: object) -> fields.Integer:
    says = {"description": "Days after the end until names, addresses and answers of attendees are removed."}
    return WholeNumber(least=1, most=730, metadata=says, **rest)


def feedback_questions(**rest: object) -> fields.List[object]:
    says = {"description": "Asked by mail after the end, without names; empty: nothing is asked."}
    inner = fields.Nested(FeedbackQuestion)
    return fields.List(inner, validate=validate.Length(max=20), metadata=says, **rest)  # type: ignore[arg-type]


class FeedbackChoiceRecord(Tolerant):
    id = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())


class FeedbackQuestionRecord(Tolerant):
    """A question of the organiser's, asked after the event."""

    id = fields.String()
    kind = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    choices = fields.List(fields.Nested(FeedbackChoiceRecord))


class FeedbackToken(Strict):
    """The token of the link in the mail."""

    token = Text(longest=300, required=True)


class GiveFeedback(FeedbackToken):
    """Once; no answer is kept together with who gave it."""

    answers = Answers(required=True)


class FeedbackForm(Tolerant):
    """What is asked of whoever holds the link."""

    event = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    begins = Moment(required=True)
    ends = Moment(required=True)
    time_zone = fields.String(required=True)
    answered = fields.Boolean(required=True)
    questions = fields.List(fields.Nested(FeedbackQuestionRecord), required=True)


class FeedbackGiven(Tolerant):
    event = fields.String(required=True)
    answered = fields.Boolean(required=True)


class FeedbackOf(Strict):
    event = id_of(identifiers.EVENT, required=True)


class QuestionResult(FeedbackQuestionRecord):
    """answered: by how many. counts: of each rating or choice. average: of ratings. texts: in no order."""

    answered = fields.Integer(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    average = fields.Float(required=True, allow_none=True)
    texts = fields.List(fields.String(), required=True)


class FeedbackReport(Tolerant):
    """What was said, without who said it. asked: how many got the mail."""

    event = fields.String(required=True)
    regions = fields.List(fields.String(), required=True)
    asked = fields.Integer(required=True)
    answered = fields.Integer(required=True)
    questions = fields.List(fields.Nested(QuestionResult), required=True)
