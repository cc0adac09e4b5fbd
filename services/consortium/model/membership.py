"""An organisation in a consortium: asked or invited -> active or declined; active -> ended.

What is over stays as it was: who joins anew gets a new membership, so each is counted once and its history stays
readable.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from services.contracts.errors import Conflict, field_error

from .roles import RoleSpan, ended_on, first_role, with_role
from .versions import Moment, Record, following

State = Literal["asked", "invited", "active", "declined", "ended"]
LIVING: tuple[State, ...] = ("asked", "invited", "active")


@dataclass(frozen=True, slots=True)
class Membership(Record):
    """roles: over time; of an asked or invited one, the role that is meant. starts: the day that an invitation named.

    closed_as: empty while it lives, then its own id. It is unique together with consortium and organisation, so that
    an organisation has at most one living membership in a consortium. last_day: the last day of the last role, where
    one is agreed; the membership ends by itself after it.
    """

    state: State
    consortium: str
    organisation: str
    roles: tuple[RoleSpan, ...]
    starts: date | None = None
    closed_as: str = ""
    last_day: date | None = None

    @property
    def lives(self) -> bool:
        """Undecided or active: not over."""
        return self.state in LIVING

    @property
    def is_public(self) -> bool:
        """Requests and invitations are between the two; only a membership that was agreed is for everybody."""
        return self.state in ("active", "ended")


def asked(fields: dict[str, Any], role: str, today: date) -> Membership:
    """A request. fields: those of Record, consortium and organisation."""
    return Membership(**fields, state="asked", roles=first_role(role, today, None))


def invited(
    fields: dict[str, Any], role: str, since: date | None, until: date | None, agreed: bool, today: date
) -> Membership:
    """An invitation; with `agreed` a membership at once. since None: from the day on which it is accepted.

    Raises Invalid for a last day before the first.
    """
    roles = first_role(role, since or today, until)
    return Membership(**fields, state="active" if agreed else "invited", roles=roles, starts=since, last_day=until)


def accept(membership: Membership, since: date | None, at: Moment) -> Membership:
    """The membership begins: on `since`, else on the day that the invitation named, else today.

    Raises Conflict unless it is asked or invited, Invalid when the day is another than the invitation's.
    """
    _check_undecided(membership)
    if since is not None and membership.starts is not None and since != membership.starts:
        raise field_error("since", f"The invitation says {membership.starts}. Accept it without a day.")
    meant = membership.roles[0]
    first = since or membership.starts or at.today
    if meant.until is not None and meant.until < first:
        raise field_error("since", f"The membership is meant to last until {meant.until}. Begin it before that.")
    roles = first_role(meant.role, first, meant.until)
    return following(membership, at, state="active", roles=roles, last_day=meant.until)


def decline(membership: Membership, at: Moment) -> Membership:
    """Raises Conflict unless it is asked or invited."""
    _check_undecided(membership)
    return following(membership, at, state="declined", closed_as=membership.id)


def change_role(membership: Membership, role: str, since: date, at: Moment) -> Membership:
    """Another role from a day on, in the past or the future too (roles.with_role). The last lead may become something
    else: a consortium between two leads is real, and who leads is for its people to settle.

    Raises Conflict unless it is active, or when the role is held on that day already.
    """
    _check_active(membership)
    roles = with_role(membership.roles, role, since)
    return following(membership, at, roles=roles, last_day=roles[-1].until)


def end(membership: Membership, until: date | None, at: Moment) -> Membership:
    """Over, with `until` (else today) as its last day. One that has not begun yet leaves no role behind.

    Raises Conflict unless it is active, Invalid for a last day that lies ahead or before the first.
    """
    _check_active(membership)
    last = until or at.today
    if last > at.today:
        raise field_error("until", f"Give a day up to today, {at.today}: a membership is ended when it is over.")
    first = membership.roles[0].since
    if last < first <= at.today:
        raise field_error("until", f"The membership began on {first}. Give that day or a later one.")
    return following(membership, at, state="ended", roles=ended_on(membership.roles, last), closed_as=membership.id)


def is_over(membership: Membership, today: date) -> bool:
    """Whether its agreed term has run out."""
    return membership.state == "active" and membership.last_day is not None and membership.last_day < today


def run_out(membership: Membership, at: Moment) -> Membership:
    """Ended on the last day that was agreed; nobody had to do anything."""
    return following(membership, at, state="ended", closed_as=membership.id)


def _check_undecided(membership: Membership) -> None:
    if membership.state not in ("asked", "invited"):
        raise Conflict(f"There is nothing to decide: this membership is {membership.state}.")


def _check_active(membership: Membership) -> None:
    if membership.state in ("asked", "invited"):
        raise Conflict(f"This membership is only {membership.state}. Accept or decline it first.")
    if membership.state != "active":
        raise Conflict(f"This membership is {membership.state}; it stays as it was.")
