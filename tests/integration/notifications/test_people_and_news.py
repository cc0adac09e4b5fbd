"""Mails to those who signed up (events says who they are), to accounts (actors says), and news."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest

from services.contracts import errors, identifiers
from services.contracts.envelope import format_time
from services.contracts.principal import OPERATOR, Principal
from tests.harness import until
from tests.harness.facts_of_others import fact, mandate, organisation, person
from tests.harness.mailserver import calendar_of, html_of, text_of, token_in
from tests.integration.notifications.world import World


class Host:
    """A partner of an organisation, who publishes events through the events service itself."""

    def __init__(self, world: World) -> None:
        self.world, self.partner = world, person()
        self.organisation = identifiers.new_id(identifiers.ORGANISATION)
        world.facts.publish(
            organisation(self.organisation, regions=["FI1DC"]), mandate(self.partner, "partner", self.organisation)
        )

    def published(self, **changes: Any) -> str:
        begins = datetime.now(UTC) + timedelta(days=20)
        draft = {
            "organiser": {"kind": "organisation", "id": self.organisation},
            "title": {"fi": "Esimerkkityöpaja"},
            "begins": format_time(begins),
            "ends": format_time(begins + timedelta(hours=2)),
            "place": {"name": "Joensuu", "region": "FI1DC"},
            "regions": [self.world.region],
            "capacity": 1,
            **changes,
        }
        made = until(lambda: self._try(draft), says="the partner may draft")
        self.call("publish_event", id=made["id"])
        identity: str = made["id"]
        return identity

    def call(self, name: str, **arguments: Any) -> Any:
        return self.world.rpc.call(f"events.{name}", arguments, principal=self.partner)

    def _try(self, draft: dict[str, Any]) -> Any:
        try:
            return self.call("draft_event", **draft)
        except errors.Forbidden:
            return None

    def sign_up(self, event: str) -> str:
        address = self.world.address("attendee")
        arguments = {"event": event, "name": "Esimerkki Osallistuja", "email": address, "language": "fi"}
        self.world.rpc.call("events.sign_up", arguments)
        return address


@pytest.fixture
def host(world: World) -> Host:
    return Host(world)


def test_sign_ups_get_their_mails_and_the_freed_seat_goes_on(world: World, host: Host) -> None:
    event = host.published()
    first = host.sign_up(event)
    mail = world.letters.wait_for(first, lambda mail: "Paikkasi on varattu" in mail["subject"])
    assert "Hei Esimerkki Osallistuja" in text_of(mail)
    assert calendar_of(mail)[0] == "PUBLISH"
    assert mail["list-unsubscribe"] is None
    second = host.sign_up(event)
    waits = world.letters.wait_for(second, lambda mail: "Olet jonossa" in mail["subject"])
    assert "Sijasi jonossa on 1." in text_of(waits)
    world.rpc.call("events.cancel_sign_up", {"token": token_in(mail, "sign-up")})
    gone = world.letters.wait_for(first, lambda mail: "Ilmoittautumisesi on peruttu" in mail["subject"])
    world.letters.wait_for(second, lambda mail: "Sait paikan" in mail["subject"])
    assert "/sign-up/" in text_of(mail)
    assert "/sign-up/" not in text_of(gone) + html_of(gone), "nothing is left to cancel"
    # The same entry of the calendar, taken back by a later word.
    method, content = calendar_of(gone)
    assert method == "CANCEL"
    before, after = (_entry(one) for one in (calendar_of(mail)[1], content))
    assert after["STATUS"] == "CANCELLED"
    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], before["SEQUENCE"])
    assert after.decoded("dtstamp") >= before.decoded("dtstamp")


def test_who_leaves_the_waiting_list_is_told_so_and_has_nothing_in_the_calendar(world: World, host: Host) -> None:
    event = host.published()
    host.sign_up(event)
    second = host.sign_up(event)
    waits = world.letters.wait_for(second, lambda mail: "Olet jonossa" in mail["subject"])
    world.rpc.call("events.cancel_sign_up", {"token": token_in(waits, "sign-up")})
    mail = world.letters.wait_for(second, lambda mail: "Et ole enää jonossa" in mail["subject"])
    assert not list(mail.iter_attachments())
    assert "/sign-up/" not in text_of(mail) + html_of(mail)


def _entry(calendar: bytes) -> icalendar.Component:
    (entry,) = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    return entry


def test_attendees_are_told_of_changes_and_cancellation(world: World, host: Host) -> None:
    event = host.published()
    going, waiting = host.sign_up(event), host.sign_up(event)
    for address in (going, waiting):
        world.letters.wait_for(address)
    host.call("change_event", id=event, place={"name": "Lieksa", "region": "FI1DC"})
    for address in (going, waiting):
        mail = world.letters.wait_for(address, lambda mail: "muuttui" in mail["subject"])
        assert "aiemmin: Joensuu" in text_of(mail)
        assert "Saat tämän viestin, koska ilmoittauduit" in text_of(mail)
    host.call("cancel_event", id=event, reason={"fi": "Sali on poissa käytöstä."})
    for address in (going, waiting):
        mail = world.letters.wait_for(address, lambda mail: "Peruttu" in mail["subject"])
        assert "Sali on poissa käytöstä." in text_of(mail)
        assert "/sign-up/" not in text_of(mail) + html_of(mail), "nothing is left to cancel"
        assert calendar_of(mail)[0] == "CANCEL"


def test_signing_up_again_sends_the_mail_again(world: World, host: Host) -> None:
    event = host.published()
    address = host.sign_up(event)
    world.letters.wait_for(address)
    world.rpc.call("events.sign_up", {"event": event, "name": "Esimerkki", "email": address})
    until(lambda: len(world.letters.to(address)) == 2, says="the mail comes again")
    first, second = world.letters.to(address)
    assert first["subject"] == second["subject"]
    assert first["message-id"] != second["message-id"]


def test_news_is_told_corrected_and_not_withdrawn_by_mail(world: World) -> None:
    reader = world.subscriber()
    identity = identifiers.new_id(identifiers.NEWS)
    data = {
        "state": "posted",
        "target": {"kind": "region", "id": world.region},
        "consortium": None,
        "title": {"fi": "Esimerkkiuutinen"},
        "body": {"fi": "Ensimmäinen kappale.\n\nToinen kappale."},
        "themes": [],
        "regions": [world.region],
        "audience": "public",
        "link": None,
    }
    world.facts.publish(fact("consortium.news.posted", identity, data))
    mail = world.letters.wait_for(reader, lambda mail: mail["subject"] == "Esimerkkiuutinen")
    assert f"/fi/news/{identity}" in text_of(mail)
    assert "Toinen kappale." in text_of(mail)
    world.facts.publish(fact("consortium.news.changed", identity, {**data, "body": {"fi": "Korjattu."}}, version=2))
    assert "Korjattu." in text_of(world.letters.wait_for(reader, lambda mail: "Korjattu:" in mail["subject"]))
    world.facts.publish(fact("consortium.news.withdrawn", identity, {"state": "withdrawn"}, version=3))
    world.event().tell()
    world.letters.wait_for(reader, lambda mail: "Uusi tapahtuma" in mail["subject"])
    assert len(world.letters.to(reader)) == 4


def test_a_member_is_told_at_the_address_of_the_account(world: World) -> None:
    address = world.address("member")
    account = world.rpc.call(
        "actors.open_account", {"email": address, "name": "Esimerkki Jäsen", "language": "sv"}, principal=OPERATOR
    )
    member = Principal("account", account["id"])
    mine, consortium = identifiers.new_id(identifiers.ORGANISATION), identifiers.new_id(identifiers.CONSORTIUM)
    membership = {"state": "active", "consortium": consortium, "organisation": mine, "roles": []}
    started = fact("consortium.membership.started", identifiers.new_id(identifiers.MEMBERSHIP), membership)
    world.facts.publish(mandate(member, "partner", mine), started)
    wanted = {"language": "en", "filter": {"consortia": [consortium]}}
    world.rpc.call("notifications.subscribe_account", wanted, principal=member)
    outsider = world.subscriber("en", consortia=[consortium])
    world.event(audience={"kind": "consortia", "ids": [consortium]}).tell(visibility="members")
    mail = world.letters.wait_for(address, lambda mail: "New event" in mail["subject"])
    assert "Hello Esimerkki Jäsen" in text_of(mail)
    assert "/events/" not in text_of(mail)
    world.event(title={"en": "Example for all"}, organiser={"kind": "consortium", "id": consortium}).tell()
    world.letters.wait_for(outsider, lambda mail: "for all" in mail["subject"])
    assert len(world.letters.to(outsider)) == 2


def test_a_member_who_names_no_language_is_told_in_that_of_the_account(world: World) -> None:
    address = world.address("member")
    opened = {"email": address, "name": "Esimerkki Jäsen", "language": "sv"}
    account = world.rpc.call("actors.open_account", opened, principal=OPERATOR)
    member = Principal("account", account["id"])
    wanted = {"filter": {"regions": [world.region]}}
    made = world.rpc.call("notifications.subscribe_account", wanted, principal=member)
    assert made["language"] is None
    world.event().tell()
    mail = world.letters.wait_for(address)
    assert mail["subject"].startswith("Nytt evenemang: ")
    assert "Hej Esimerkki Jäsen" in text_of(mail)
    assert "/sv/unsubscribe/" in mail["list-unsubscribe"]
    # As the account's language is at the moment of sending, not as it was when it subscribed.
    world.rpc.call("actors.change_account", {"account": account["id"], "language": "en"}, principal=member)
    world.event(title={"en": "Example of another"}).tell()
    mail = world.letters.wait_for(address, lambda mail: "Example of another" in mail["subject"])
    assert mail["content-language"] == "en"
    assert "/en/unsubscribe/" in mail["list-unsubscribe"]


def test_a_sign_in_link_comes_by_mail(world: World) -> None:
    address = world.address("person")
    world.rpc.call("actors.open_account", {"email": address, "language": "en"}, principal=OPERATOR)
    world.rpc.call("actors.request_sign_in", {"email": address})
    mail = world.letters.wait_for(address)
    assert mail["subject"] == "Your sign-in link"
    assert token_in(mail, "sign-in")
    assert mail["list-unsubscribe"] is None
