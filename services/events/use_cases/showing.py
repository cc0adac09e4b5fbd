"""What is told of an event that changed: its facts, and the block that stands for its time while it is not public."""

from services.contracts.envelope import Visibility
from services.events import model
from services.events.model import Event
from services.events.store import EventStore
from services.runtime.documents import to_values
from services.runtime.work import Work

from .agenda import plan_ahead
from .calendar import enter, leave


def visibility_of(event: Event) -> Visibility:
    return "public" if event.is_public else "members"


def tell(work: Work, name: str, event: Event) -> None:
    work.tell(name, to_values(event), visibility_of(event))


def tell_change(work: Work, before: Event, after: Event, happening: str = "changed") -> None:
    """Nothing for a draft; to those who may no longer see it, that it is gone."""
    if after.state == "draft":
        return
    if before.is_public and not after.is_public:
        work.tell("events.event.withdrawn", model.tombstone(after), "public")
    newly_public = after.is_public and not before.is_public
    tell(work, "events.event.published" if newly_public else f"events.event.{happening}", after)


def follow(work: Work, store: EventStore, event: Event) -> None:
    """The event's block, its place in the calendar that clashes are looked for in, and its agenda follow the event."""
    before = store.blocks.find(event.block)
    block = model.block_of(event, before)
    if block is None:
        release_block(work, store, event)
    elif before is None:
        store.blocks.add(block)
        work.tell("events.block.placed", to_values(block))
    else:
        store.blocks.replace(block)
        work.tell("events.block.placed", to_values(block))
    enter(store, to_values(event))
    plan_ahead(work, store, event)


def forget(work: Work, store: EventStore, event: Event) -> None:
    """A discarded draft's time is free again."""
    release_block(work, store, event)
    leave(store, event.home, event.id)


def release_block(work: Work, store: EventStore, event: Event) -> None:
    block = store.blocks.find(event.block)
    if block is not None and block.state == "placed":
        released = model.release(block, work.now, work.origin.incarnation)
        store.blocks.replace(released)
        work.tell("events.block.released", to_values(released))
