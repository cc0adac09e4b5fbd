"""Every mail about a sign-up can be written in every language, and offers what can be done then, nothing else."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from services.contracts import facts
from services.contracts.envelope import format_time
from services.notifications.courier.recipients import Addressee
from tests.harness.mailserver import calendar_of, text_of
from tests.unit.notifications.test_forms import DATA, EVENT, NOW, WRITER, _delivery

pytestmark = pytest.mark.quick

STATES = {
    "pending": "pending",
    "confirmed": "confirmed",
    "approved": "confirmed",
    "promoted": "confirmed",
    "accepted": "confirmed",
    "asked": "confirmed",
    "waitlisted": "waiting",
    "offered": "offered",
    "cancelled": "cancelled",
    "left": "cancelled",
    "withdrawn": "cancelled",
    "declined": "cancelled",
    "expired": "cancelled",
    "refused": "cancelled",
}
SILENT = {"repeated", "changed", "kept"}
"""Facts without a mail of their own words: one is sent once more, of the others the person did it, and saw it."""
NOT_OF_SEATS = {"reminded", "feedback_asked"}


def written(purpose: str, language: str, data: dict[str, Any] | None = None, **says: Any) -> EmailMessage:
    addressee = Addressee(
        "osallistuja@example.org",
        "Esimerkki",
        language,
        link="/fi/sign-up/token",
        says={"sign_up": {"state": STATES[purpose], "position": 2 if purpose == "waitlisted" else None, **says}},
    )
    edition = EVENT if data is None else replace(EVENT, data={**DATA, **data})
    delivery = _delivery(f"sign_up.{purpose}", "sgn_1")
    if data is not None:
        delivery = replace(delivery, edition="another")
        edition = replace(edition, id="another")
    message = message_from_bytes(WRITER.write(delivery, addressee, edition, None).content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_every_fact_about_a_sign_up_has_its_mail() -> None:
    told = {fact.name.rpartition(".")[2] for fact in facts.ALL if fact.kind == "sign_up"}
    assert told - SILENT - NOT_OF_SEATS == STATES.keys() - {"left", "withdrawn"}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("purpose", STATES)
def test_it_is_written_and_leads_on_only_while_the_sign_up_lives(purpose: str, language: str) -> None:
    until = format_time(NOW + timedelta(days=1))
    mail = written(purpose, language, **({"offered_until": until} if purpose == "offered" else {}))
    assert mail["Content-Language"] == language
    assert ("/fi/sign-up/token" in text_of(mail)) == (STATES[purpose] != "cancelled")


@pytest.mark.parametrize("purpose", STATES)
def test_an_entry_stands_in_the_calendar_of_who_has_a_place_and_of_nobody_else(purpose: str) -> None:
    mail = written(purpose, "fi")
    methods = [calendar_of(mail)[0]] if list(mail.iter_attachments()) else []
    expected = {"confirmed": ["PUBLISH"]}.get(STATES[purpose], [])
    assert methods == (["CANCEL"] if purpose == "cancelled" else expected)


def test_an_offer_says_until_when_in_the_zone_of_the_event() -> None:
    until = format_time(NOW.replace(hour=10, minute=30))
    assert "klo 12.30" in text_of(written("offered", "fi", offered_until=until))


def test_a_refusal_gives_the_organisers_reason_in_the_readers_language() -> None:
    reason = {"fi": "Esimerkkisyy", "sv": "Exempelorsak"}
    assert "Exempelorsak" in text_of(written("refused", "sv", reason=reason))
    assert "Esimerkkisyy" in text_of(written("refused", "en", reason=reason))


def test_who_is_asked_again_sees_the_old_dates_beside_the_new_ones() -> None:
    moved = {"postponed": {"since": NOW, "begins": NOW + timedelta(days=2), "ends": NOW + timedelta(days=2, hours=1)}}
    text = text_of(written("asked", "en", moved))
    assert "1 December 2026" in text
    assert "before: Tuesday" in text
    assert "24 November 2026" in text
