"""Giving free seats to those who wait, in the transaction that freed them: never by a nightly job."""

from dataclasses import replace

from services.events import model
from services.events.model import Event, Places, SignUp
from services.events.store import EventStore
from services.runtime.documents import to_values
from services.runtime.work import Work


def fill_places(work: Work, store: EventStore, event: Event, places: Places) -> Places:
    """Confirms those who wait, the longest first, while there is room and the event lies ahead; writes the count.

    `places` is the count after the caller's own change, one version above the stored one.
    """
    while model.has_room(places) and event.lets_in_who_waits(work.now):
        first = store.first_waiting(event.id)
        if first is None:
            break
        _confirm(work, store, first)
        places = replace(places, confirmed=places.confirmed + 1, waiting=places.waiting - 1)
    store.places.replace(places)
    if event.state != "draft":
        work.tell("events.places.changed", to_values(places), "public" if event.is_public else "members")
    return places


def _confirm(work: Work, store: EventStore, sign_up: SignUp) -> None:
    confirmed = replace(
        sign_up,
        state="confirmed",
        version=sign_up.version + 1,
        incarnation=work.origin.incarnation,
        changed=work.now,
    )
    store.sign_ups.replace(confirmed)
    work.tell("events.sign_up.promoted", to_values(confirmed), "node")
