"""What follows when a membership is over: its organisation leaves the working groups, in the same transaction."""

from services.consortium import model
from services.consortium.model import Membership, WorkingGroup
from services.consortium.store import ConsortiumStore
from services.runtime.documents import to_values
from services.runtime.work import Work

from .standing import Arguments, moment


def write(work: Work, store: ConsortiumStore, happening: str, membership: Membership) -> None:
    """Keeps the next version of a membership and tells of it: publicly once it was agreed, else within the node."""
    store.memberships.replace(membership)
    tell(work, happening, membership)


def tell(work: Work, happening: str, membership: Membership) -> None:
    """Tells what happened to a membership, to those who may know of it."""
    work.tell(f"consortium.membership.{happening}", to_values(membership), "public" if membership.is_public else "node")


def conclude(work: Work, store: ConsortiumStore, membership: Membership) -> None:
    """Ends or declines a membership that lives, because its consortium or its organisation is no more."""
    if membership.state == "active":
        write(work, store, "ended", model.end(membership, None, moment(work)))
    else:
        write(work, store, "declined", model.decline(membership, moment(work)))


def run_out(work: Work, store: ConsortiumStore, arguments: Arguments) -> None:
    """A duty: a membership for a term is over after its last day, and the organisation leaves the working groups."""
    before = store.memberships.find(arguments["id"])
    if before is None or not model.is_over(before, work.today):
        return
    store.take_turn(before.consortium)
    write(work, store, "ended", model.run_out(before, moment(work)))
    leave_groups(work, store, before)


def leave_groups(work: Work, store: ConsortiumStore, membership: Membership) -> None:
    """Takes the organisation out of the consortium's groups; closed ones stay as they were."""
    for group in store.groups_with(membership.consortium, {membership.organisation}):
        if group.state == "active":
            left = model.leave(group, membership.organisation, moment(work))
            store.working_groups.replace(left)
            work.tell("consortium.working_group.changed", to_values(left))


def close_group(work: Work, store: ConsortiumStore, group: WorkingGroup) -> WorkingGroup:
    """Raises Conflict when it is closed already."""
    closed = model.close(group, moment(work))
    store.working_groups.replace(closed)
    work.tell("consortium.working_group.closed", to_values(closed))
    return closed


def organisation_removed(work: Work, store: ConsortiumStore, organisation: str) -> None:
    """The registry has it no more: its memberships are over."""
    for membership in store.memberships_of(None, organisation):
        if membership.lives:
            store.take_turn(membership.consortium)
            conclude(work, store, membership)
            leave_groups(work, store, membership)
