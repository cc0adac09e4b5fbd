"""What happens in the region, told as facts of the services that own it."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts import identifiers
from services.contracts.envelope import Fact, Visibility, format_time
from tests.harness import Facts, Rpc
from tests.harness.facts_of_others import HOME, fact
from tests.harness.mailserver import MailServer, token_in


@dataclass
class EventSeen:
    """An event and the facts about it, version by version."""

    facts: Facts
    data: dict[str, Any]
    id: str = field(default_factory=lambda: identifiers.new_id(identifiers.EVENT))
    version: int = 0

    @property
    def record(self) -> str:
        return f"{HOME}/{self.id}"

    def tell(self, happening: str = "published", visibility: Visibility = "public", **changes: Any) -> Fact:
        """Publishes the next version, as the relay of events would."""
        self.version += 1
        state = "cancelled" if happening == "cancelled" else "published"
        self.data = {**self.data, "state": state, **changes}
        made = fact(f"events.event.{happening}", self.id, self.data, visibility, version=self.version)
        self.facts.publish(made)
        return made


class World:
    """A region of its own, so that nobody else's mail comes here."""

    def __init__(self, rpc: Rpc, facts: Facts, letters: MailServer) -> None:
        self.rpc, self.facts, self.letters = rpc, facts, letters
        self.region = "XX" + "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(3))

    def address(self, prefix: str = "reader") -> str:
        return f"{prefix}-{secrets.token_hex(5)}@example.org"

    def event(self, **changes: Any) -> EventSeen:
        """An example event of this region in a month, not told yet."""
        begins = (datetime.now(UTC) + timedelta(days=30)).replace(microsecond=0)
        data = {
            "organiser": {"kind": "region", "id": self.region},
            "title": {"fi": "Esimerkkiseminaari rikastushiekoista", "en": "Example seminar on tailings"},
            "summary": {"fi": "Esimerkki.\n\nToinen kappale."},
            "description": {},
            "begins": format_time(begins),
            "ends": format_time(begins + timedelta(hours=3)),
            "time_zone": "Europe/Helsinki",
            "place": {"name": "Outokumpu, koetehdas", "address": "Esimerkkitie 1", "region": "FI1DC"},
            "link": None,
            "themes": ["side_streams"],
            "regions": [self.region],
            "languages": ["fi"],
            "audience": {"kind": "public", "ids": []},
            "capacity": 20,
            "sign_up_closes": None,
            "cancellation": {},
            **changes,
        }
        return EventSeen(self.facts, data)

    def subscribe(self, address: str, language: str = "fi", **wanted: Any) -> None:
        """Asks for a subscription; without wishes, to the region."""
        wishes = wanted or {"regions": [self.region]}
        self.rpc.call("notifications.subscribe", {"email": address, "language": language, "filter": wishes})

    def subscriber(self, language: str = "fi", prefix: str = "reader", **wanted: Any) -> str:
        """The address of somebody who subscribed and followed the link in the mail."""
        address = self.address(prefix)
        self.subscribe(address, language, **wanted)
        mail = self.letters.wait_for(address)
        view = self.rpc.call("notifications.confirm", {"token": token_in(mail, "confirm")})
        assert view["state"] == "active"
        return address
