"""The wire of actors: organisations, accounts, mandates, API keys, sessions."""

from marshmallow import EXCLUDE, fields, validate

from services.contracts import identifiers, permissions, principal, vocabularies

from .base import Record, Strict, Tolerant
from .fields import (
    LONG,
    MEDIUM,
    Day,
    Email,
    Localized,
    Moment,
    Text,
    WebAddress,
    WholeNumber,
    YesOrNo,
    each,
    id_of,
    nuts3,
    one_of,
)


class Identifier(Strict):
    """An official identifier. `value` is kept in its official form (2077474-0, FI20774740, 03yrm5c26)."""

    scheme = one_of(vocabularies.IDENTIFIER_SCHEMES, required=True)
    value = Text(required=True, longest=40)


class _OrganisationFields(Strict):
    name = Localized(required=True)
    kind = one_of(vocabularies.ORGANISATION_KINDS, required=True)
    regions = each(nuts3(), most=20, load_default=list)
    places = each(Text(longest=100), most=20, load_default=list)
    identifiers = each(fields.Nested(Identifier), most=10, load_default=list)
    competences = each(one_of(vocabularies.COMPETENCES), most=50, load_default=list)
    summary = Localized(longest=MEDIUM, lines=True, needed=False, load_default=dict)
    website = WebAddress(allow_none=True, load_default=None)


class Successor(Tolerant):
    """What an organisation became. relation: merged_into, renamed_to, split_from; duplicate_of for a record that was
    merged with another one of the same actor."""

    id = fields.String(required=True)
    relation = fields.String(required=True)
    since = Day(allow_none=True)


class OrganisationRecord(Record):
    """A public organisation. state: admitted; succeeded or merged (it stays readable, `successors` say what is in its
    place); or removed (a tombstone keeps id, home, age and state)."""

    name = fields.Dict(keys=fields.String(), values=fields.String())
    kind = fields.String()
    regions = fields.List(fields.String())
    places = fields.List(fields.String())
    identifiers = fields.List(fields.Nested(Identifier, unknown=EXCLUDE))
    competences = fields.List(fields.String())
    summary = fields.Dict(keys=fields.String(), values=fields.String())
    website = fields.String(allow_none=True)
    nuts_version = fields.Integer()
    successors = fields.List(fields.Nested(Successor, unknown=EXCLUDE))


class Proposal(OrganisationRecord):
    """An organisation that was proposed, for its region's coordinator. `contact`: where to ask back, if it was left.
    previous_reason: why it was refused before, of one that is proposed anew."""

    contact = fields.String(allow_none=True)
    previous = fields.String(allow_none=True)
    previous_reason = fields.String(allow_none=True)


class RegisterOrganisation(_OrganisationFields):
    """A coordinator adds an organisation; `regions` must hold one of the coordinator's."""


class ProposeOrganisation(_OrganisationFields):
    """Anybody proposes one; a coordinator of one of its regions admits it. `contact` is asked back, told the decision,
    and forgotten two weeks after it. `again`: the token of a refused proposal that this one makes anew."""

    contact = Email(allow_none=True, load_default=None)
    again = Text(longest=200, allow_none=True, load_default=None)


class ChangeOrganisation(Strict):
    """Only the fields given change. `expected_version`: refuse if the record is at another version."""

    id = id_of(identifiers.ORGANISATION, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)
    name = Localized()
    kind = one_of(vocabularies.ORGANISATION_KINDS)
    regions = each(nuts3(), most=20)
    places = each(Text(longest=100), most=20)
    identifiers = each(fields.Nested(Identifier), most=10)
    competences = each(one_of(vocabularies.COMPETENCES), most=50)
    summary = Localized(longest=MEDIUM, lines=True, needed=False)
    website = WebAddress(allow_none=True)


class OrganisationId(Strict):
    id = id_of(identifiers.ORGANISATION, required=True)
    expected_version = fields.Integer(allow_none=True, load_default=None)


class DecideProposal(Strict):
    """A refusal needs a reason; the proposer reads it."""

    id = id_of(identifiers.ORGANISATION, required=True)
    admit = YesOrNo(required=True)
    reason = Text(longest=MEDIUM, shortest=0, lines=True, load_default="")


class ListProposals(Strict):
    region = nuts3(required=True)


class ImportOrganisations(Strict):
    """CSV in UTF-8 with a header line: name_fi, name_sv, name_en, kind, regions, places, y-tunnus, vat, pic, ror,
    competences, website (several values in a cell are separated by |). At most 4 MB and 10,000 rows; a dry run takes
    2,000 rows."""

    csv = fields.String(required=True, validate=validate.Length(min=1, max=4_000_000))
    region = nuts3(required=True, metadata={"description": "The coordinator's region; for rows that name none."})
    dry_run = YesOrNo(load_default=False)


class ImportRow(Tolerant):
    row = fields.Integer(required=True, metadata={"description": "Line of the file; the header is line 1."})
    outcome = one_of(("added", "unchanged", "duplicate", "refused"), required=True)
    id = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    errors = fields.List(fields.Dict())


class ImportReport(Tolerant):
    added = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    duplicate = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    rows = fields.List(fields.Nested(ImportRow), required=True)


class OpenAccount(Strict):
    """Opens an account for a person, or finds the one with this address. No mail is sent."""

    email = Email(required=True)
    name = Text(longest=100, load_default="", shortest=0)
    language = one_of(vocabularies.LANGUAGES, load_default="fi")
    region = nuts3(allow_none=True, load_default=None)


class ChangeAccount(Strict):
    account = id_of(identifiers.ACCOUNT, required=True)
    name = Text(longest=100, shortest=0)
    language = one_of(vocabularies.LANGUAGES)


class AccountId(Strict):
    account = id_of(identifiers.ACCOUNT, required=True)


class Account(Tolerant):
    """An account, for its owner or the operator. A coordinator who opens an account that was there already is told
    its id and nothing that they did not know."""

    id = fields.String(required=True)
    email = fields.String(required=True)
    name = fields.String()
    language = fields.String()
    mandates = fields.List(fields.Nested("MandateRecord"))
    version = fields.Integer()


class GrantMandate(Strict):
    """target: an organisation's id (partner), a consortium's (secretary), a NUTS 3 code or node:<slug>
    (coordinator), `node` (operator). `regions`: those of the consortium, as the caller knows them."""

    account = id_of(identifiers.ACCOUNT, required=True)
    role = one_of(permissions.ROLES, required=True)
    target = Text(longest=100, required=True)


class MandateId(Strict):
    id = id_of(identifiers.MANDATE, required=True)


class MandateRecord(Record):
    """Who may act for whom; never leaves the node. state: granted or revoked. delegated: a partner granted it."""

    account = fields.String(required=True)
    role = fields.String(required=True)
    target = fields.String(required=True)
    delegated = fields.Boolean()


class IssueKey(Strict):
    """`secret` comes back once in the answer and is not kept, only its hash is."""

    account = id_of(identifiers.ACCOUNT, required=True)
    name = Text(longest=100, required=True)
    scopes = each(one_of(principal.ALL_SCOPES), least=1, most=10, required=True)
    days = WholeNumber(load_default=365, least=1, most=1_096)


class KeyId(Strict):
    id = id_of(identifiers.KEY, required=True)


class KeyRecord(Record):
    """An API key's hash (SHA-256, hex), for the gateway alone. state: issued or revoked."""

    account = fields.String(required=True)
    name = fields.String(required=True)
    hash = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    expires = Moment(required=True)


class RequestSignIn(Strict):
    """Sends a link if there is an account with this address; the answer never tells whether there is."""

    email = Email(required=True)


class OpenSession(Strict):
    token = Text(longest=LONG, required=True)


class CloseSession(Strict):
    """session: its id, as the gateway knows it from the cookie."""

    session = id_of(identifiers.SESSION, required=True)


class SessionRecord(Record):
    """A session's hash, for the gateway alone. state: open or closed."""

    account = fields.String(required=True)
    hash = fields.String(required=True)
    expires = Moment(required=True)


class SignInRequested(Tolerant):
    """A sign-in link is to be sent: the courier asks actors for address and link as it sends."""

    request = fields.String(required=True)


class ErasedAccount(Tolerant):
    id = fields.String(required=True)
