"""Names on the broker, and who may use them. Declared by whoever comes first; declaring is idempotent.

`malmi.facts` carries every fact of this node under `<visibility>.<type>`; only the relay publishes there. Each
consumer has one quorum queue, so that it loses nothing while it is away. What can't be decoded goes to
`facts.undecodable`. Nudges and heartbeats are transient: losing one costs only time.
"""

from dataclasses import dataclass
from typing import Any, Final

VHOST: Final = "malmi"
FACTS: Final = "malmi.facts"
NUDGES: Final = "malmi.nudges"
HEARTBEATS: Final = "malmi.heartbeats"
RPC: Final = "nameko-rpc"
UNDECODABLE: Final = "malmi.undecodable"
UNDECODABLE_QUEUE: Final = "facts.undecodable"


@dataclass(frozen=True, slots=True)
class Consumer:
    """A consumer of facts and the routing keys that it binds to."""

    name: str
    bindings: tuple[str, ...]

    @property
    def queue(self) -> str:
        return f"facts.{self.name}"


_MANDATES: Final = "node.actors.mandate.#"

ACTORS: Final = Consumer("actors", ("*.consortium.consortium.#",))
EVENTS: Final = Consumer(
    "events",
    (
        _MANDATES,
        "*.actors.organisation.#",
        "*.consortium.consortium.#",
        "*.consortium.membership.#",
        "*.consortium.working_group.#",
        "public.events.event.#",  # other nodes' events and blocks, for the clash check
        "public.events.block.#",
    ),
)
CONSORTIUM: Final = Consumer("consortium", (_MANDATES, "*.actors.organisation.#"))
NOTIFICATIONS: Final = Consumer(
    "notifications",
    (
        _MANDATES,
        "*.events.event.#",
        "node.events.sign_up.#",
        "*.consortium.#",
        "*.actors.organisation.#",
        "node.actors.sign_in.#",
        "node.actors.data_request.#",
    ),
)
PROJECTOR: Final = Consumer("projector", ("public.#", "node.actors.session.#", "node.actors.key.#"))
CONSUMERS: Final = (ACTORS, EVENTS, CONSORTIUM, NOTIFICATIONS, PROJECTOR)

QUEUE_ARGUMENTS: Final[dict[str, Any]] = {
    "x-queue-type": "quorum",
    "x-dead-letter-exchange": UNDECODABLE,
    # A consumer that dies takes what it held back to the queue; that is no failure of the fact (rule 6).
    "x-delivery-limit": 1_000_000,
}
UNDECODABLE_ARGUMENTS: Final[dict[str, Any]] = {"x-queue-type": "quorum"}


@dataclass(frozen=True, slots=True)
class Rights:
    """Regular expressions of the broker's resource permissions."""

    configure: str
    write: str
    read: str


def _rights_of_service(name: str) -> Rights:
    own = rf"facts\.({name}|undecodable)|rpc-{name}|rpc\.reply-.*"
    declares = rf"malmi\.(facts|nudges|heartbeats|undecodable)|nameko-rpc|{own}"
    return Rights(
        configure=f"^({declares})$",
        write=rf"^(malmi\.(nudges|heartbeats|undecodable)|nameko-rpc|{own})$",
        read=rf"^(malmi\.(facts|undecodable)|nameko-rpc|{own})$",
    )


_PRIVATE_QUEUE: Final = r"amq\.gen.*|amq_.*|rpc\.reply-.*"

RIGHTS: Final[dict[str, Rights]] = {
    **{name: _rights_of_service(name) for name in ("actors", "events", "consortium", "notifications")},
    "relay": Rights(
        configure=rf"^(malmi\..*|facts\..*|{_PRIVATE_QUEUE})$",
        write=rf"^(malmi\..*|facts\..*|{_PRIVATE_QUEUE})$",
        # declaring a queue with a dead-letter exchange asks for the right to read it
        read=rf"^(malmi\..*|facts\..*|{_PRIVATE_QUEUE})$",
    ),
    "courier": Rights(
        configure=rf"^(malmi\.heartbeats|nameko-rpc|{_PRIVATE_QUEUE})$",
        write=rf"^(malmi\.heartbeats|nameko-rpc|{_PRIVATE_QUEUE})$",
        read=rf"^(nameko-rpc|malmi\.nudges|{_PRIVATE_QUEUE})$",
    ),
    "projector": Rights(
        configure=rf"^(malmi\.(facts|heartbeats|undecodable)|nameko-rpc|facts\.(projector|undecodable)|{_PRIVATE_QUEUE})$",
        write=rf"^(malmi\.(heartbeats|undecodable)|nameko-rpc|facts\.(projector|undecodable)|{_PRIVATE_QUEUE})$",
        read=rf"^(malmi\.(facts|undecodable)|nameko-rpc|facts\.projector|{_PRIVATE_QUEUE})$",
    ),
    "gateway": Rights(
        configure=rf"^(malmi\.heartbeats|nameko-rpc|{_PRIVATE_QUEUE})$",
        write=rf"^(nameko-rpc|{_PRIVATE_QUEUE})$",
        read=rf"^(malmi\.heartbeats|nameko-rpc|{_PRIVATE_QUEUE})$",
    ),
}
"""What each part's own broker user may do. A part that is taken over can't publish facts in another's name."""
