"""Whether the broker takes messages now. On a disk or memory that is nearly full it stops reading from whoever
publishes (Connection.Blocked); what is written all the same piles up in the writer and goes out much later."""

from aio_pika.abc import AbstractConnection


class BrokerBlocked(Exception):
    """The broker takes no messages now: its disk or memory is nearly full."""

    def __init__(self) -> None:
        super().__init__("the broker takes no messages: its disk or memory is nearly full")


def is_blocked(connection: AbstractConnection) -> bool:
    """Whether the broker said so and did not take it back. It says so to a connection once that publishes."""
    transport = connection.transport
    if transport is None or not connection.connected.is_set():
        return False
    # aiormq keeps this to itself, but for a coroutine that ends when it is over: at its first step, if it is not so
    waiting = transport.ready().__await__()
    try:
        next(waiting)
    except StopIteration:
        return False
    waiting.close()
    return True
