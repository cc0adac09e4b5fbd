"""The wire of what stands beside an organisation: relations, succession, merging, history, who acts for it."""

from marshmallow import fields, validate

from services.contracts import identifiers, relations

from .actors import MandateRecord, OrganisationRecord
from .base import Record, Strict, Tolerant
from .fields import MEDIUM, Day, Moment, Text, YesOrNo, each, id_of, one_of

TAKEN = ("name", "kind", "summary", "website")


class RelationRecord(Record):
    """`organisation` is `kind` of `other`, from `since` until `until`, each the first or last day, null where it is
    not known or open. `ceased`: by it `other` ceased to be (split_from). state: stated, withdrawn (a tombstone)."""

    kind = fields.String()
    organisation = fields.String()
    other = fields.String()
    since = Day(allow_none=True)
    until = Day(allow_none=True)
    ceased = fields.Boolean()


class StateRelation(Strict):
    """merged_into and renamed_to end `organisation`: its record stays readable with state `succeeded`. split_from ends
    `other` if `ceased` says so. These three need `since`, not in the future, and take no `until`."""

    organisation = id_of(identifiers.ORGANISATION, required=True)
    kind = one_of(relations.RELATIONS, required=True)
    other = id_of(identifiers.ORGANISATION, required=True)
    since = Day(allow_none=True, load_default=None)
    until = Day(allow_none=True, load_default=None)
    ceased = YesOrNo(load_default=False)


class ChangeRelation(Strict):
    """Only the days change; to say something else, withdraw the relation and state another."""

    id = id_of(identifiers.RELATION, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    since = Day(allow_none=True)
    until = Day(allow_none=True)


class RelationId(Strict):
    id = id_of(identifiers.RELATION, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class Likeness(Tolerant):
    """An organisation that may be the same actor. likeness: 0 to 100. because: identifier, name."""

    id = fields.String(required=True)
    name = fields.Dict(keys=fields.String(), values=fields.String())
    state = fields.String()
    likeness = fields.Integer(required=True)
    because = fields.List(fields.String(), required=True)


class RegisteredOrganisation(OrganisationRecord):
    """`similar`: organisations of the registry that may be the same actor, if there are any: merge them, or say that
    they are not the same."""

    similar = fields.List(fields.Nested(Likeness))


class MergeOrganisations(Strict):
    """`other` becomes a record that points to this one. `take`: what is taken from `other` rather than kept; languages,
    regions, places, identifiers and competences are united. Its relations, offerings and the people who may act for it
    come along; memberships and events keep its id, which still resolves."""

    id = id_of(identifiers.ORGANISATION, required=True)
    other = id_of(identifiers.ORGANISATION, required=True)
    take = each(one_of(TAKEN), most=len(TAKEN), load_default=list)


class MergeId(Strict):
    id = id_of(identifiers.MERGE, required=True)


class MergeView(Record):
    """state: done or undone. kept: after an undo, what had been changed since the merge and so stayed as it was."""

    into = fields.String(required=True)
    other = fields.String(required=True)
    account = fields.String(allow_none=True)
    organisation = fields.Nested(OrganisationRecord, metadata={"description": "The organisation as it is now."})
    kept = fields.List(fields.String())


class ListMergeOffers(Strict):
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=200))


class MergeOffer(Tolerant):
    """Two records that may be one actor; the pair never merges by itself."""

    organisations = fields.List(fields.Nested(OrganisationRecord), required=True)
    likeness = fields.Integer(required=True)
    because = fields.List(fields.String(), required=True)


class TellApart(Strict):
    """These two are not the same actor: they are not offered for merging any more."""

    organisations = each(id_of(identifiers.ORGANISATION), least=2, most=2, required=True)


class ToldApart(Tolerant):
    organisations = fields.List(fields.String(), required=True)


class ReadHistory(Strict):
    organisation = id_of(identifiers.ORGANISATION, required=True)
    after = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=100))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


class FieldChange(Tolerant):
    field = fields.String(required=True)
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class ChangeView(Tolerant):
    """One change of one record. account: whose command it was, null for the operator's command line and for visitors.
    what: e.g. organisation.changed."""

    id = fields.String(required=True)
    record = fields.String(required=True)
    version = fields.Integer(required=True)
    at = Moment(required=True)
    account = fields.String(allow_none=True)
    what = fields.String(required=True)
    fields_changed = fields.List(fields.Nested(FieldChange), data_key="fields", required=True)


class ListMandates(Strict):
    organisation = id_of(identifiers.ORGANISATION, required=True)


class ProposalToken(Strict):
    token = Text(longest=200, required=True)


class Proposed(OrganisationRecord):
    """token: by it the proposer reads what became of the proposal. It is shown this once."""

    token = fields.String()


class ProposalView(OrganisationRecord):
    """One's own proposal. state: proposed, admitted or refused. reason: of the decision. token: with it
    a refused one may be proposed anew (`again` of POST /proposals)."""

    reason = fields.String()
    token = fields.String()


class ProposalDecided(Tolerant):
    """A proposal was decided: who proposed it is to be told. The courier asks actors for the address as it sends."""

    id = fields.String(required=True)
    admitted = fields.Boolean(required=True)


__all__ = [
    "MEDIUM",
    "ChangeRelation",
    "ChangeView",
    "Likeness",
    "ListMandates",
    "ListMergeOffers",
    "MandateRecord",
    "MergeId",
    "MergeOffer",
    "MergeOrganisations",
    "MergeView",
    "ProposalDecided",
    "ProposalToken",
    "ProposalView",
    "Proposed",
    "ReadHistory",
    "RegisteredOrganisation",
    "RelationId",
    "RelationRecord",
    "StateRelation",
    "TellApart",
    "ToldApart",
]
