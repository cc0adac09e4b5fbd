"""Invitation codes: made, listed and revoked by the organiser's people; shown by those who were invited."""

from typing import Any

from services.contracts import identifiers
from services.contracts.errors import Conflict, NotFound, field_error
from services.events import model
from services.events.model import Event, Invitation
from services.events.store import EventStore
from services.runtime.documents import to_values
from services.runtime.work import Work

from .audience import may_know, target_of

Arguments = dict[str, Any]
_NOT_GOOD = "This code is not valid (any more). Ask the organiser for a new one."


def make_invitation(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """A new code; it is told once, in the answer (reveal_invitation). Raises NotFound, Forbidden, SignInNeeded,
    Conflict for an event that is cancelled or over, Invalid."""
    event = _own(work, store, arguments["event"], "events.invitation.make")
    if event.state == "cancelled" or event.ends <= work.now:
        raise Conflict("This event is cancelled or over: nobody can be invited any more.")
    if arguments["expires"] is not None and arguments["expires"] <= work.now:
        raise field_error("expires", "The code would have expired already.")
    identity = identifiers.new_id(identifiers.INVITATION)
    made = Invitation(
        id=identity,
        home=work.origin.node,
        incarnation=work.origin.incarnation,
        version=1,
        state="open",
        created=work.now,
        changed=work.now,
        event=event.id,
        digest=model.digest_of(model.code_of(work.secret, identity)),
        label=arguments["label"],
        most=arguments["most"],
        expires=arguments["expires"],
    )
    store.invitations.add(made)
    return to_values(made)


def reveal_invitation(node_secret: bytes, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with the code, which is stored nowhere."""
    return {**answer, "code": model.code_of(node_secret, answer["id"])}


def invitations(work: Work, store: EventStore, arguments: Arguments) -> list[dict[str, Any]]:
    """An event's codes, without the codes themselves, the oldest first. Raises NotFound, Forbidden, SignInNeeded."""
    event = _own(work, store, arguments["event"], "events.invitation.read")
    return [to_values(found) for found in store.invitations.where({"event": event.id})]


def revoke_invitation(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """Revoking twice is the same as once. Raises NotFound, Forbidden, SignInNeeded."""
    before = store.invitations.get(arguments["id"])
    _own(work, store, before.event, "events.invitation.make")
    if before.state == "revoked":
        return to_values(before)
    after = model.revoke(before, work.now, work.origin.incarnation)
    store.invitations.replace(after)
    return to_values(after)


def invited_event(work: Work, store: EventStore, arguments: Arguments) -> dict[str, Any]:
    """The event that a code is for. Raises NotFound, the same for every code that is not good."""
    found = store.invitation_by(model.digest_of(arguments["code"]))
    event = None if found is None or not found.is_good(work.now) else store.events.find(found.event)
    if event is None or event.state == "draft":
        raise NotFound(_NOT_GOOD)
    return to_values(event)


def invitation_for(work: Work, store: EventStore, event: Event, code: str | None) -> Invitation | None:
    """The invitation of a code, if it is a good one for this event."""
    found = None if code is None else store.invitation_by(model.digest_of(code))
    return found if found is not None and found.event == event.id and found.is_good(work.now) else None


def use_invitation(
    work: Work, store: EventStore, event: Event, invitation: Invitation | None, code: str | None
) -> str | None:
    """Counts one sign-up to the invitation; its id. Only the organiser's people need none where one is asked for.

    Raises Invalid about `code` when it is missing, not good, or used up.
    """
    if invitation is not None:
        if invitation.is_used_up:
            raise field_error("code", "This code has been used as often as it may be. Ask the organiser for a new one.")
        store.invitations.replace(model.used(invitation, work.now, work.origin.incarnation))
        return invitation.id
    if code is not None:
        raise field_error("code", _NOT_GOOD)
    needed = event.admission.by_code or event.audience.kind == "invited"
    if needed and not work.may("events.event.read", target_of(work, store, event.organiser)):
        raise field_error("code", "One needs an invitation code to sign up for this event.")
    return None


def _own(work: Work, store: EventStore, event_id: str, action: str) -> Event:
    event = store.events.get(event_id)
    if not may_know(work, store, event):
        raise NotFound(f"There is no {event_id}.")
    work.require(action, target_of(work, store, event.organiser))
    return event
