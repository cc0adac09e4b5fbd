"""The wire of the recruiting pipeline: private, for the coordinators of a region."""

from marshmallow import fields, validate

from services.contracts import identifiers

from .base import Record, Strict, Tolerant
from .fields import LONG, MEDIUM, Day, Moment, Text, id_of, nuts3, one_of

STAGES = ("mapped", "contacted", "negotiating", "agreed", "declined")


class EnteredStage(Tolerant):
    """by: the account that moved it."""

    stage = fields.String(required=True)
    at = Moment(required=True)
    by = fields.String(allow_none=True)


class TalkView(Tolerant):
    """by: who of ours held it, an account."""

    on = Day(required=True)
    summary = fields.String(required=True)
    by = fields.String(allow_none=True)


class NextStepView(Tolerant):
    what = fields.String(required=True)
    due = Day(required=True)


class CandidateRecord(Record):
    """An organisation to be won. state: its stage. organisation: its id, once it stands in the registry."""

    region = fields.String()
    name = fields.String()
    organisation = fields.String(allow_none=True)
    note = fields.String()
    stages = fields.List(fields.Nested(EnteredStage))
    talks = fields.List(fields.Nested(TalkView))
    next_step = fields.Nested(NextStepView, allow_none=True)


class AddCandidate(Strict):
    """`organisation` of the registry, or the `name` of one that is not in it yet; no person's name."""

    region = nuts3(required=True)
    organisation = id_of(identifiers.ORGANISATION, allow_none=True, load_default=None)
    name = Text(allow_none=True, load_default=None)
    note = Text(longest=LONG, shortest=0, lines=True, load_default="")
    stage = one_of(STAGES, load_default="mapped")


class ChangeCandidate(Strict):
    """Only the fields given change."""

    id = id_of(identifiers.CANDIDATE, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    organisation = id_of(identifiers.ORGANISATION, allow_none=True)
    name = Text()
    note = Text(longest=LONG, shortest=0, lines=True)


class CandidateId(Strict):
    id = id_of(identifiers.CANDIDATE, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class MoveCandidate(Strict):
    id = id_of(identifiers.CANDIDATE, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    stage = one_of(STAGES, required=True)


class NoteTalk(Strict):
    """A talk that was held: its day, and what was said; who of ours is the caller, or `by`."""

    id = id_of(identifiers.CANDIDATE, required=True)
    on = Day(required=True)
    summary = Text(longest=LONG, lines=True, required=True)
    by = id_of(identifiers.ACCOUNT, allow_none=True, load_default=None)


class PlanStep(Strict):
    """`what` and `due` together; both null: nothing is planned."""

    id = id_of(identifiers.CANDIDATE, required=True)
    what = Text(longest=MEDIUM, allow_none=True, load_default=None)
    due = Day(allow_none=True, load_default=None)


class ListCandidates(Strict):
    """due_before: those whose next step is due before this day."""

    region = nuts3(required=True)
    stage = one_of(STAGES, allow_none=True, load_default=None)
    due_before = Day(allow_none=True, load_default=None)


class PipelineOfRegion(Strict):
    region = nuts3(required=True)


class StageNumbers(Tolerant):
    """now: candidates in it. entered: that ever came so far. days: median stay in whole days. conversion: percent of
    `entered` that came to the next stage."""

    stage = fields.String(required=True)
    now = fields.Integer(required=True)
    entered = fields.Integer(required=True)
    days = fields.Integer(allow_none=True, required=True)
    conversion = fields.Integer(allow_none=True, required=True)


class PipelineNumbers(Tolerant):
    """overdue: candidates whose next step was due. agreed_percent: of all candidates."""

    candidates = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    agreed_percent = fields.Integer(allow_none=True, required=True)
    stages = fields.List(fields.Nested(StageNumbers), required=True)


class ReadCandidateHistory(Strict):
    id = id_of(identifiers.CANDIDATE, required=True)
    after = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=100))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
