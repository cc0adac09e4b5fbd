"""A subscription's life, quiet hours, and where webhooks may go."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.errors import Conflict, Invalid
from services.notifications.model import Filter, QuietHours, Subscription, waits_until
from services.notifications.model import subscription as rules
from services.notifications.model.delivery import LONGEST_PAUSE, pause_after
from services.notifications.model.webhook import PAUSES, after_failure, check_address, is_public, secret_of

pytestmark = pytest.mark.quick

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HELSINKI = ZoneInfo("Europe/Helsinki")
WANTED = Filter(regions=("FI1DC",))
PENDING = Subscription(
    id="sub_1",
    home="pohjois-karjala",
    incarnation=1,
    version=1,
    state="pending",
    created=NOW,
    changed=NOW,
    language="fi",
    filter=WANTED,
    keys=WANTED.keys,
    live_key=rules.live_key_of("a@example.org", WANTED),
    since=NOW,
    email="a@example.org",
    email_key="a@example.org",
)


def test_confirming_opts_in_and_records_it() -> None:
    active = rules.confirm(PENDING, NOW, 1)
    assert active.state == "active"
    assert active.consent == rules.Consent(NOW, rules.CONSENT_TEXT, "fi")
    assert rules.confirm(active, NOW + timedelta(days=1), 1) is active


def test_an_ended_one_has_forgotten_the_address_and_stays_ended() -> None:
    ended = rules.end(rules.confirm(PENDING, NOW, 1), NOW, 1)
    assert (ended.email, ended.email_key, ended.keys) == (None, None, ())
    assert "a@example.org" not in ended.live_key
    assert rules.end(ended, NOW, 1) is ended
    with pytest.raises(Conflict):
        rules.confirm(ended, NOW, 1)
    with pytest.raises(Conflict):
        rules.manage(ended, NOW, 1, language="sv", wanted=None)


def test_a_pending_one_is_confirmed_before_it_is_managed() -> None:
    with pytest.raises(Conflict, match="Confirm"):
        rules.manage(PENDING, NOW, 1, language="sv", wanted=None)


def test_new_wishes_count_from_now_and_a_new_language_does_not() -> None:
    active, later = rules.confirm(PENDING, NOW, 1), NOW + timedelta(days=3)
    assert rules.manage(active, later, 1, language="sv", wanted=None).since == NOW
    changed = rules.manage(active, later, 1, language=None, wanted=Filter(everything=True))
    assert (changed.since, changed.keys) == (later, ("*",))


def test_quiet_hours_end_at_seven_also_when_clocks_change() -> None:
    hours = QuietHours.parse("21-7", "Europe/Helsinki")
    for day, evening in (
        (28, datetime(2027, 3, 27, 22, tzinfo=HELSINKI)),
        (31, datetime(2027, 10, 30, 23, tzinfo=HELSINKI)),
    ):
        until = hours.until(evening.astimezone(UTC))
        assert until is not None
        assert (until.astimezone(HELSINKI).day, until.astimezone(HELSINKI).hour) == (day, 7)


@given(st.timedeltas(timedelta(0), timedelta(days=730)))
def test_quiet_lasts_until_a_later_seven_within_ten_hours_or_eleven_when_clocks_change(later: timedelta) -> None:
    now = NOW + later
    until = QuietHours.parse("21-7", "Europe/Helsinki").until(now)
    local = now.astimezone(HELSINKI)
    assert (until is None) == (7 <= local.hour < 21)
    if until is not None:
        assert now < until <= now + timedelta(hours=11)
        assert until.astimezone(HELSINKI).hour == 7


def test_what_begins_soon_does_not_wait_and_quiet_can_be_off() -> None:
    night = datetime(2026, 11, 22, 23, tzinfo=HELSINKI).astimezone(UTC)
    hours = QuietHours.parse("21-7", "Europe/Helsinki")
    assert waits_until(hours, night, night + timedelta(hours=23)) is None
    assert waits_until(hours, night, night + timedelta(hours=25)) is not None
    assert QuietHours.parse("off", "Europe/Helsinki").until(night) is None
    with pytest.raises(ValueError, match="21-7"):
        QuietHours.parse("always", "Europe/Helsinki")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "https://localhost/hook",
        "https://printer.local/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://10.0.0.4/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1]/",
        "https://name:secret@example.org/",
        "https://intranet/",
        "https://example.org:99999/",
        "https:///nohost",
    ],
)
def test_addresses_inside_a_network_are_refused(url: str) -> None:
    with pytest.raises(Invalid):
        check_address(url, private=False)


def test_public_addresses_are_taken_and_private_ones_where_the_node_allows() -> None:
    check_address("https://hooks.example.org/a?b=c", private=False)
    check_address("https://93.184.215.14/", private=False)
    check_address("http://127.0.0.1:8000/", private=True)


@given(
    st.ip_addresses(network="10.0.0.0/8")
    | st.ip_addresses(network="fc00::/7")
    | st.ip_addresses(network="100.64.0.0/10")
)
def test_private_networks_are_not_public(address: object) -> None:
    assert not is_public(ip_address(str(address)))


def test_retries_grow_over_days_and_end() -> None:
    assert [after_failure(n) for n in (1, 2, 3)] == [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)]
    assert after_failure(len(PAUSES) + 1) is None
    assert sum(PAUSES, timedelta()) > timedelta(days=3)
    assert pause_after(1) == timedelta(minutes=1)
    assert max(pause_after(n) for n in range(1, 100)) == LONGEST_PAUSE


def test_each_webhook_has_a_secret_of_its_own_that_needs_no_keeping() -> None:
    first, second = secret_of(b"k" * 32, "whk_1"), secret_of(b"k" * 32, "whk_2")
    assert first.startswith("whsec_")
    assert first != second
    assert secret_of(b"k" * 32, "whk_1") == first
