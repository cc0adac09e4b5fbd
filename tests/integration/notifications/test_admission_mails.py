"""Mails about seats that are not simply given: approval, offers, and whether one still comes after a postponement."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.contracts.envelope import format_time
from tests.harness.mailserver import calendar_of, html_of, text_of, token_in
from tests.integration.notifications.test_people_and_news import Host
from tests.integration.notifications.world import World


@pytest.fixture
def host(world: World) -> Host:
    return Host(world)


def _sign_up(world: World, event: str, language: str, **rest: Any) -> tuple[str, str]:
    """Address and id."""
    address = world.address("attendee")
    person = {"name": "Esimerkki Osallistuja", "email": address, "language": language}
    made = world.rpc.call("events.sign_up", {"event": event, **person, **rest})
    return address, made["id"]


def test_who_is_decided_on_is_told_in_the_language_of_the_sign_up(world: World, host: Host) -> None:
    event = host.published(admission={"approval": True, "group_most": 3})
    first, taken = _sign_up(world, event, "sv", size=1)
    second, refused = _sign_up(world, event, "en")
    asked = world.letters.wait_for(first, lambda mail: "väntar på godkännande" in mail["subject"])
    assert not list(asked.iter_attachments())
    host.call("decide_sign_ups", event=event, sign_ups=[taken], approve=True)
    approved = world.letters.wait_for(first, lambda mail: "är godkänd" in mail["subject"])
    assert calendar_of(approved)[0] == "PUBLISH"
    reason = {"fi": "Esimerkkisyy", "en": "Example reason"}
    host.call("decide_sign_ups", event=event, sign_ups=[refused], approve=False, reason=reason)
    mail = world.letters.wait_for(second, lambda mail: "not approved" in mail["subject"])
    assert "Example reason" in text_of(mail)
    assert "/sign-up/" not in text_of(mail) + html_of(mail)


def test_an_offer_says_until_when_and_each_step_of_it_is_told(world: World, host: Host) -> None:
    event = host.published(admission={"offer_hours": 48, "group_most": 2}, capacity=2)
    first, _ = _sign_up(world, event, "fi", size=2)
    second, _ = _sign_up(world, event, "en", size=2)
    third, _ = _sign_up(world, event, "fi")
    mail = world.letters.wait_for(first, lambda mail: "Paikkasi on varattu" in mail["subject"])
    assert "Henkilöitä" in text_of(mail)
    world.rpc.call("events.cancel_sign_up", {"token": token_in(mail, "sign-up")})
    offer = world.letters.wait_for(second, lambda mail: "A place is offered to you" in mail["subject"])
    assert "The place is kept for you until" in text_of(offer)
    assert "Accept or decline the place" in text_of(offer)
    assert not list(offer.iter_attachments())
    world.rpc.call("events.decline_seat", {"token": token_in(offer, "sign-up")})
    world.letters.wait_for(second, lambda mail: "You declined the place" in mail["subject"])
    offered = world.letters.wait_for(third, lambda mail: "Sinulle tarjotaan paikkaa" in mail["subject"])
    world.rpc.call("events.accept_seat", {"token": token_in(offered, "sign-up")})
    taken = world.letters.wait_for(third, lambda mail: "Otit" in text_of(mail))
    assert calendar_of(taken)[0] == "PUBLISH"


def test_who_has_a_place_gets_one_mail_about_a_postponement_which_asks(world: World, host: Host) -> None:
    event = host.published()
    first, _ = _sign_up(world, event, "fi")
    second, _ = _sign_up(world, event, "fi")
    for address in (first, second):
        world.letters.wait_for(address)
    begins = datetime.now(UTC) + timedelta(days=44)
    host.call("postpone_event", id=event, begins=format_time(begins), ends=format_time(begins + timedelta(hours=2)))
    asked = world.letters.wait_for(first, lambda mail: "tuletko silti" in mail["subject"])
    assert "Jos et vastaa, paikkasi säilyy" in text_of(asked)
    assert "aiemmin" in text_of(asked)
    assert calendar_of(asked)[0] == "PUBLISH"
    assert token_in(asked, "sign-up")
    # Who waits is told of the change as of any other; by then all that concerns the first has been sent, too.
    world.letters.wait_for(second, lambda mail: "Tapahtuma muuttui" in mail["subject"])
    subjects = [mail["subject"] for mail in world.letters.to(first)]
    assert len(subjects) == 2, subjects
