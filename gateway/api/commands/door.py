"""The part of the table about the door of an event: keys for volunteers, check-in, the list, walk-ins, numbers."""
# fmt: off

from typing import Final

from services.contracts.schemas import door

from .endpoint import Endpoint

_EVENT: Final = {"id": "event"}

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        "POST", "/events/{id}/doors", "events.make_door", "make_door", "door",
        "Make a key for the volunteers of one door",
        names=_EVENT, status=201,
    ),
    Endpoint(
        "GET", "/events/{id}/doors", "events.doors", "list_doors", "door", "The keys of an event's doors",
        names=_EVENT, answer=door.Door, many=True,
    ),
    Endpoint("POST", "/doors/{id}/close", "events.close_door", "close_door", "door", "Take a door's key back"),
    Endpoint(
        "GET", "/events/{id}/door", "events.door_list", "read_door_list", "door",
        "Everybody who may come in, for the organiser's people",
        names=_EVENT,
    ),
    Endpoint(
        "POST", "/events/{id}/door/view", "events.door_list", "view_door_list", "door",
        "Everybody who may come in, for whoever has the key of a door",
        names=_EVENT, policy="door",
    ),
    Endpoint(
        "POST", "/events/{id}/door/check-ins", "events.check_in", "check_in", "door",
        "Check in by ticket or sign-up; a second scan says when and where the first was",
        names=_EVENT, policy="door",
    ),
    Endpoint(
        "POST", "/events/{id}/door/undo", "events.undo_check_in", "undo_check_in", "door", "Undo a check-in",
        names=_EVENT, policy="door",
    ),
    Endpoint(
        "POST", "/events/{id}/door/scans", "events.take_scans", "take_scans", "door",
        "Take what a door noted while it had no network",
        names=_EVENT, policy="door", answer=door.ScanTaken, many=True,
    ),
    Endpoint(
        "POST", "/events/{id}/door/walk-ins", "events.add_walk_in", "add_walk_in", "door",
        "Let somebody in who did not sign up",
        names=_EVENT, status=201, policy="door",
    ),
    Endpoint(
        "POST", "/tickets/view", "events.ticket", "view_ticket", "door", "A ticket, by the token of its address",
        policy="token",
    ),
    Endpoint(
        "GET", "/events/{id}/numbers", "events.event_numbers", "read_event_numbers", "door",
        "How many signed up and came, without persons",
        names=_EVENT,
    ),
    # afterwards
    Endpoint(
        "POST", "/feedback/view", "events.feedback_form", "view_feedback_form", "door",
        "What is asked after an event, by the token of the link in the mail",
        policy="token",
    ),
    Endpoint(
        "POST", "/feedback", "events.give_feedback", "give_feedback", "door",
        "Say how an event was; the answers are kept without who gave them",
        policy="token",
    ),
    Endpoint(
        "GET", "/events/{id}/feedback", "events.feedback", "read_feedback", "door",
        "What was said of an event after it: numbers and texts, no names",
        names=_EVENT,
    ),
)
