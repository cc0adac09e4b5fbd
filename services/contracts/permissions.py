"""Who may do what: the table, as data, and the one function that reads it.

The source is the table of the design ("Who may do what"). docs/permissions.md is written from it, and a test
tries every cell at the service itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from .principal import Principal

Role = Literal["partner", "secretary", "coordinator", "operator"]
ROLES: tuple[Role, ...] = ("partner", "secretary", "coordinator", "operator")
SCOPE_OF_ROLE = {
    "partner": "organisation",
    "secretary": "consortium",
    "coordinator": "region",
    "operator": "node",
}


@dataclass(frozen=True, slots=True)
class Mandate:
    """An account may act in a role for one organisation, consortium, region (NUTS 3 code) or this node.

    A coordinator of `node:<slug>` acts for what belongs to no region (a secretariat's consortia).
    """

    role: Role
    target: str


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is about: the organisations, consortia and regions whose people may do it, and the
    account whose own data it is."""

    organisations: frozenset[str] = field(default_factory=frozenset)
    consortia: frozenset[str] = field(default_factory=frozenset)
    regions: frozenset[str] = field(default_factory=frozenset)
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """A row of the table. `roles` may do it for a target of theirs; `everybody` needs no account; `own` is for
    the account (or the holder of the link in a mail) whose data it is."""

    action: str
    says: str
    roles: frozenset[Role] = frozenset()
    everybody: bool = False
    own: bool = False

    @property
    def service(self) -> str:
        return self.action.partition(".")[0]

    @property
    def scope(self) -> str:
        """What an API key needs for it: the service's scope, or `node` for what only operators do."""
        return "node" if self.roles == {"operator"} and not self.reads else self.service

    @property
    def reads(self) -> bool:
        return self.action.rpartition(".")[2] == "read"


def _row(action: str, says: str, *roles: Role, everybody: bool = False, own: bool = False) -> Permission:
    return Permission(action, says, frozenset(roles), everybody, own)


TABLE: tuple[Permission, ...] = (
    _row("actors.proposal.make", "propose an organisation for the registry", everybody=True),
    _row("actors.proposal.read", "read what became of one's proposal", own=True),
    _row("actors.organisation.register", "add an organisation", "coordinator"),
    _row("actors.organisation.admit", "admit or refuse a proposed organisation", "coordinator"),
    _row("actors.proposals.read", "read the proposals that wait", "coordinator"),
    _row("actors.organisation.change", "change an organisation", "partner", "coordinator"),
    _row("actors.organisation.remove", "remove an organisation", "coordinator"),
    _row("actors.organisation.import", "import organisations from a file", "coordinator"),
    _row("actors.imports.read", "read imports of a region and their reports", "coordinator"),
    _row("actors.relation.state", "state, change or withdraw a relation of an organisation", "partner", "coordinator"),
    _row("actors.succession.state", "say that an organisation merged, was renamed or was split", "coordinator"),
    _row("actors.organisation.merge", "merge two records of one organisation, or undo it", "coordinator"),
    _row("actors.merge_offers.read", "read which organisations may be the same", "coordinator"),
    _row("actors.offering.offer", "offer, change or withdraw a service or equipment", "partner", "coordinator"),
    _row("actors.package.make", "make, change or withdraw a package of offerings", "partner", "coordinator"),
    _row("actors.package.consent", "let an offering stand in a package, or take that back", "partner"),
    _row("actors.packages.read", "read an organisation's packages, drafts and requests too", "partner", "coordinator"),
    _row("actors.pipeline.keep", "keep the recruiting pipeline of a region", "coordinator"),
    _row("actors.pipeline.read", "read the recruiting pipeline of a region", "coordinator"),
    _row("actors.history.read", "read the history of an organisation", "partner", "coordinator"),
    _row("actors.mandate.grant_partner", "let a person act for an organisation", "partner", "coordinator", "operator"),
    _row("actors.mandates.read", "read who may act for an organisation", "partner", "coordinator", "operator"),
    _row("actors.mandate.grant_secretary", "let a person act for a consortium", "coordinator", "operator"),
    _row("actors.mandate.grant_coordinator", "let a person coordinate a region", "operator"),
    _row("actors.mandate.grant_operator", "let a person operate the node", "operator"),
    _row("actors.account.read", "read an account", "operator", own=True),
    _row("actors.account.change", "change one's name and language", own=True),
    _row("actors.account.open", "open an account for a person", "coordinator", "operator"),
    _row("actors.key.issue", "issue or revoke an API key", "operator", own=True),
    _row("actors.sign_in", "ask for a sign-in link", everybody=True),
    _row("actors.session.close", "end a session", "operator", own=True),
    _row("actors.personal_data.ask", "ask for a link to one's own data", everybody=True),
    _row("actors.personal_data.read", "see all that the node knows of an address", "operator", own=True),
    _row("actors.personal_data.erase", "erase all that the node knows of an address", "operator", own=True),
    _row(
        "events.event.draft",
        "draft, change, publish or cancel an event",
        "partner",
        "secretary",
        "coordinator",
    ),
    _row("events.event.read", "read drafts", "partner", "secretary", "coordinator"),
    _row("events.series.change", "start, change or close a series of events", "partner", "secretary", "coordinator"),
    _row("events.co_host.answer", "consent to be co-host of an event, or take it back", "partner", "coordinator"),
    _row("events.co_host.read", "read requests to be co-host", "partner", "coordinator"),
    _row("events.clashes.read", "check a date for clashes, find free dates", "partner", "secretary", "coordinator"),
    _row("events.sign_ups.read", "read who signed up", "partner", "secretary", "coordinator"),
    _row("events.sign_ups.decide", "approve or refuse sign-ups", "partner", "secretary", "coordinator"),
    _row("events.door.keep", "check people in, make keys for the door", "partner", "secretary", "coordinator"),
    _row("events.door.read", "read the door's list", "partner", "secretary", "coordinator"),
    _row("events.feedback.read", "read what was said of an event after it", "partner", "secretary", "coordinator"),
    _row("events.feedback.give", "say how an event was, by the link in the mail", own=True),
    _row("events.ticket.read", "see a ticket by its link", own=True),
    _row("events.invitation.make", "make or revoke invitation codes", "partner", "secretary", "coordinator"),
    _row("events.invitation.read", "read which invitation codes there are", "partner", "secretary", "coordinator"),
    _row("events.invited.read", "see an event by an invitation code", own=True),
    _row("events.sign_up.make", "sign up for an event", everybody=True),
    _row("events.sign_up.cancel", "cancel a sign-up by its link", own=True),
    _row("events.sign_up.change", "change a sign-up, take or decline a seat by its link", own=True),
    _row("consortium.consortium.found", "found a consortium, cluster or ecosystem", "coordinator"),
    _row("consortium.consortium.change", "change a consortium", "secretary", "coordinator"),
    _row("consortium.membership.ask", "ask for, accept or end the own organisation's membership", "partner"),
    _row("consortium.membership.admit", "invite, admit, change or end a membership", "secretary", "coordinator"),
    _row("consortium.memberships.read", "read requests and invitations", "secretary", "coordinator", "partner"),
    _row("consortium.working_group.form", "form, change or close a working group", "secretary", "coordinator"),
    _row("consortium.news.post", "post, change or withdraw news", "secretary", "coordinator"),
    _row("consortium.news.read", "read news for members", "partner", "secretary", "coordinator"),
    _row("notifications.subscription.make", "subscribe by e-mail", everybody=True),
    _row("notifications.subscription.manage", "confirm, change or end one's subscription", own=True),
    _row("notifications.subscription.read", "read one's subscriptions", own=True),
    _row("notifications.webhook.register", "register, activate or remove one's webhook", own=True),
    _row("notifications.webhook.read", "read one's webhooks and what became of their messages", own=True),
    _row("actors.dead_letters.read", "see dead letters of actors", "operator"),
    _row("actors.dead_letters.replay", "replay dead letters of actors", "operator"),
    _row("actors.audit.read", "see who saw or changed personal data in actors", "operator"),
    _row("events.dead_letters.read", "see dead letters of events", "operator"),
    _row("events.dead_letters.replay", "replay dead letters of events", "operator"),
    _row("events.audit.read", "see who saw or changed personal data in events", "operator"),
    _row("consortium.dead_letters.read", "see dead letters of consortium", "operator"),
    _row("consortium.dead_letters.replay", "replay dead letters of consortium", "operator"),
    _row("consortium.audit.read", "see who saw or changed personal data in consortium", "operator"),
    _row("notifications.dead_letters.read", "see dead letters of notifications", "operator"),
    _row("notifications.dead_letters.replay", "replay dead letters of notifications", "operator"),
    _row("notifications.audit.read", "see who saw or changed personal data in notifications", "operator"),
)
BY_ACTION = {permission.action: permission for permission in TABLE}


def may(principal: Principal, mandates: Iterable[Mandate], action: str, target: Target) -> bool:
    """Whether the principal, who holds these mandates, may do the action for the target.

    Raises KeyError for an action that the table does not have: that is a mistake of ours, never of a caller.
    """
    permission = BY_ACTION[action]
    if permission.everybody:
        return True
    if principal.kind == "operator":
        return "operator" in permission.roles
    if principal.kind != "account":
        return False
    own = permission.own and target.account is not None and target.account == principal.account
    if own and _in_scope_of_service(principal, permission):
        return True
    return _in_scope(principal, permission) and any(
        mandate.role in permission.roles and _covers(mandate, target) for mandate in mandates
    )


def _in_scope(principal: Principal, permission: Permission) -> bool:
    return permission.scope in principal.scopes or (permission.reads and "read" in principal.scopes)


def _in_scope_of_service(principal: Principal, permission: Permission) -> bool:
    if permission.reads and "read" in principal.scopes:
        return True
    return permission.service in principal.scopes


def _covers(mandate: Mandate, target: Target) -> bool:
    match mandate.role:
        case "partner":
            return mandate.target in target.organisations
        case "secretary":
            return mandate.target in target.consortia
        case "coordinator":
            return mandate.target in target.regions
        case "operator":
            return True
