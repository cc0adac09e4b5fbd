"""The wire of consortium: consortia, clusters and ecosystems; members, working groups, news."""

from marshmallow import EXCLUDE, fields, validate

from services.contracts import identifiers, vocabularies

from .base import Record, Strict
from .fields import LONG, MEDIUM, Day, Localized, Text, WebAddress, YesOrNo, each, id_of, nuts3, one_of

MEMBERSHIP_STATES = ("asked", "invited", "active", "declined", "ended")


class FoundConsortium(Strict):
    """regions empty: a secretariat's, across regions; then a coordinator of node:<slug> founds it."""

    name = Localized(required=True)
    kind = one_of(vocabularies.CONSORTIUM_KINDS, required=True)
    summary = Localized(longest=MEDIUM, lines=True, needed=False, load_default=dict)
    regions = each(nuts3(), most=50, load_default=list)
    themes = each(one_of(vocabularies.THEMES), most=20, load_default=list)
    website = WebAddress(allow_none=True, load_default=None)


class ChangeConsortium(Strict):
    id = id_of(identifiers.CONSORTIUM, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    name = Localized()
    summary = Localized(longest=MEDIUM, lines=True, needed=False)
    regions = each(nuts3(), most=50)
    themes = each(one_of(vocabularies.THEMES), most=20)
    website = WebAddress(allow_none=True)


class ConsortiumId(Strict):
    id = id_of(identifiers.CONSORTIUM, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class ConsortiumRecord(Record):
    """state: active or dissolved."""

    name = fields.Dict(keys=fields.String(), values=fields.String())
    kind = fields.String()
    summary = fields.Dict(keys=fields.String(), values=fields.String())
    regions = fields.List(fields.String())
    themes = fields.List(fields.String())
    website = fields.String(allow_none=True)


class RoleSpan(Strict):
    """A role from a day to a day (ISO dates, `until` is the last day; None: without end)."""

    role = one_of(vocabularies.MEMBER_ROLES, required=True)
    since = fields.Date(required=True)
    until = fields.Date(allow_none=True, load_default=None)


class AskMembership(Strict):
    """A partner asks for its organisation."""

    consortium = id_of(identifiers.CONSORTIUM, required=True)
    organisation = id_of(identifiers.ORGANISATION, required=True)
    role = one_of(vocabularies.MEMBER_ROLES, load_default="partner")


class InviteMember(Strict):
    """The secretary invites; with `agreed` (an agreement on paper is there) the membership begins at once."""

    consortium = id_of(identifiers.CONSORTIUM, required=True)
    organisation = id_of(identifiers.ORGANISATION, required=True)
    role = one_of(vocabularies.MEMBER_ROLES, load_default="partner")
    since = Day(allow_none=True, load_default=None)
    until = Day(allow_none=True, load_default=None)
    agreed = YesOrNo(load_default=False)


class DecideMembership(Strict):
    """The secretary admits or declines what was asked; the partner accepts or declines an invitation."""

    id = id_of(identifiers.MEMBERSHIP, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    accept = YesOrNo(required=True)
    since = Day(allow_none=True, load_default=None)


class ChangeRole(Strict):
    """From `since` on the member has this role; the earlier one ends the day before, later ones stay and bound it."""

    id = id_of(identifiers.MEMBERSHIP, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    role = one_of(vocabularies.MEMBER_ROLES, required=True)
    since = Day(required=True)


class EndMembership(Strict):
    """`until`: the last day, today or before; None: today."""

    id = id_of(identifiers.MEMBERSHIP, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    until = Day(allow_none=True, load_default=None)


class MembershipRecord(Record):
    """An organisation in a consortium. state: asked, invited, active, declined, ended; only active and ended ones
    are public. `roles` over time, oldest first."""

    consortium = fields.String()
    organisation = fields.String()
    roles = fields.List(fields.Nested(RoleSpan, unknown=EXCLUDE))


class ListMemberships(Strict):
    """All memberships of a consortium, or of an organisation, that the caller may see."""

    consortium = id_of(identifiers.CONSORTIUM, allow_none=True, load_default=None)
    organisation = id_of(identifiers.ORGANISATION, allow_none=True, load_default=None)


class FormWorkingGroup(Strict):
    consortium = id_of(identifiers.CONSORTIUM, required=True)
    name = Localized(required=True)
    summary = Localized(longest=MEDIUM, lines=True, needed=False, load_default=dict)
    themes = each(one_of(vocabularies.THEMES), most=20, load_default=list)
    members = each(
        id_of(identifiers.ORGANISATION),
        most=500,
        load_default=list,
        metadata={"description": "Organisations; each must be a member of the consortium."},
    )


class ChangeWorkingGroup(Strict):
    id = id_of(identifiers.WORKING_GROUP, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    name = Localized()
    summary = Localized(longest=MEDIUM, lines=True, needed=False)
    themes = each(one_of(vocabularies.THEMES), most=20)
    members = each(id_of(identifiers.ORGANISATION), most=500)


class WorkingGroupId(Strict):
    id = id_of(identifiers.WORKING_GROUP, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class WorkingGroupRecord(Record):
    """state: active or closed."""

    consortium = fields.String()
    name = fields.Dict(keys=fields.String(), values=fields.String())
    summary = fields.Dict(keys=fields.String(), values=fields.String())
    themes = fields.List(fields.String())
    members = fields.List(fields.String())


class NewsTarget(Strict):
    """Where it is posted: a consortium's id, a working group's, or a NUTS 3 code."""

    kind = one_of(("consortium", "working_group", "region"), required=True)
    id = Text(longest=100, required=True)


class PostNews(Strict):
    """audience `members`: only the members of the consortium or working group see it."""

    target = fields.Nested(NewsTarget, required=True)
    title = Localized(required=True)
    body = Localized(longest=LONG, lines=True, required=True)
    themes = each(one_of(vocabularies.THEMES), most=10, load_default=list)
    audience = one_of(("public", "members"), load_default="public")
    link = WebAddress(allow_none=True, load_default=None)


class ChangeNews(Strict):
    id = id_of(identifiers.NEWS, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    title = Localized()
    body = Localized(longest=LONG, lines=True)
    themes = each(one_of(vocabularies.THEMES), most=10)
    link = WebAddress(allow_none=True)


class NewsId(Strict):
    id = id_of(identifiers.NEWS, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class NewsRecord(Record):
    """state: posted or withdrawn (a tombstone without text). `regions`: of the target."""

    target = fields.Nested(NewsTarget, unknown=EXCLUDE)
    consortium = fields.String(allow_none=True)
    title = fields.Dict(keys=fields.String(), values=fields.String())
    body = fields.Dict(keys=fields.String(), values=fields.String())
    themes = fields.List(fields.String())
    regions = fields.List(fields.String())
    audience = fields.String()
    link = fields.String(allow_none=True)


class ListNews(Strict):
    """News for members that the caller may read."""

    consortium = id_of(identifiers.CONSORTIUM, required=True)
    after = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=100))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
