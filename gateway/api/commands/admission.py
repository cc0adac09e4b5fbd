"""The part of the table about how one gets a seat: approval, offers, invitations, changing one's own sign-up."""
# fmt: off

from typing import Final

from services.contracts.schemas import admission, events

from .endpoint import Endpoint

_EVENT: Final = {"id": "event"}

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        "POST", "/events/{id}/sign-ups/decision", "events.decide_sign_ups", "decide_sign_ups", "sign-ups",
        "Approve or refuse sign-ups that wait for the organiser, up to 100 at once",
        names=_EVENT, answer=events.SignUpAnswer, many=True,
    ),
    Endpoint(
        "POST", "/sign-ups/change", "events.change_sign_up", "change_sign_up", "sign-ups",
        "Change one's own sign-up: how many come, and the answers",
        policy="token",
    ),
    Endpoint(
        "POST", "/sign-ups/accept", "events.accept_seat", "accept_seat", "sign-ups",
        "Take the place that one is offered; after a postponement, say that one still comes",
        policy="token",
    ),
    Endpoint(
        "POST", "/sign-ups/decline", "events.decline_seat", "decline_seat", "sign-ups",
        "Decline the place that one is offered; it goes on at once",
        policy="token",
    ),
    Endpoint(
        "POST", "/events/{id}/invitations", "events.make_invitation", "make_invitation", "sign-ups",
        "Make an invitation code for an event",
        names=_EVENT, status=201,
    ),
    Endpoint(
        "GET", "/events/{id}/invitations", "events.invitations", "list_invitations", "sign-ups",
        "Invitation codes of an event, without the codes",
        names=_EVENT, answer=admission.InvitationView, many=True,
    ),
    Endpoint(
        "DELETE", "/invitations/{id}", "events.revoke_invitation", "revoke_invitation", "sign-ups",
        "Revoke an invitation code; who signed up with it stays",
    ),
    Endpoint(
        "POST", "/invitations/view", "events.invited_event", "view_invited_event", "sign-ups",
        "The event that an invitation code is for",
        policy="token",
    ),
)
