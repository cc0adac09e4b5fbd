"""An organisation that holds events, and who acts for it, known to the events service by facts alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts import errors, identifiers
from services.contracts.envelope import format_time
from tests.harness import Facts, Rpc, until
from tests.harness.facts_of_others import mandate, organisation, person


class World:
    """An organisation in North Karelia with a partner who acts for it, as facts of actors made them known."""

    def __init__(self, rpc: Rpc, facts: Facts) -> None:
        self.rpc, self.facts = rpc, facts
        self.organisation = identifiers.new_id(identifiers.ORGANISATION)
        self.partner, self.stranger = person(), person()
        facts.publish(
            organisation(self.organisation, regions=["FI1DC"]), mandate(self.partner, "partner", self.organisation)
        )

    def draft(self, **changes: Any) -> dict[str, Any]:
        """A draft of the partner's, once the service has heard of both."""
        begins = datetime.now(UTC) + timedelta(days=30)
        arguments = {
            "organiser": {"kind": "organisation", "id": self.organisation},
            "title": {"fi": "Esimerkkiseminaari sivuvirroista", "en": "Example seminar on side streams"},
            "begins": format_time(begins),
            "ends": format_time(begins + timedelta(hours=3)),
            "place": {"name": "Outokumpu", "region": "FI1DC"},
            "themes": ["side_streams"],
            **changes,
        }
        return until(lambda: self._try_draft(arguments), says="the partner may draft")

    def _try_draft(self, arguments: dict[str, Any]) -> Any:
        try:
            return self.rpc.call("events.draft_event", arguments, principal=self.partner)
        except (errors.Forbidden, errors.UnknownReference):
            return None

    def published(self, **changes: Any) -> dict[str, Any]:
        draft = self.draft(**changes)
        event: dict[str, Any] = self.rpc.call("events.publish_event", {"id": draft["id"]}, principal=self.partner)
        return event

    def sign_up(self, event: str, address: str, **rest: Any) -> dict[str, Any]:
        arguments = {"event": event, "name": "Esimerkki Osallistuja", "email": address}
        answer: dict[str, Any] = self.rpc.call("events.sign_up", arguments, **rest)
        return answer
