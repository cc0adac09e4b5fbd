"""Two doors that note what they scan, in whatever order it comes together, agree in the end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events import model
from services.events.model import Arrival, Scan
from services.events.use_cases.door import token_in

NINE = datetime(2027, 3, 28, 6, tzinfo=UTC)
SIZE = 4


def not_come(size: int = SIZE) -> Arrival:
    return Arrival("sgn_1", "pohjois-karjala", 1, 0, "out", NINE, NINE, "evt_1", size)


def minutes(number: float) -> datetime:
    return NINE + timedelta(minutes=number)


def noted(*batches: list[Scan], size: int = SIZE) -> Arrival:
    arrival = not_come(size)
    for batch in batches:
        arrival = model.with_scans(arrival, batch, size, NINE, 1)
    return arrival


def told(arrival: Arrival) -> tuple[object, ...]:
    """What anybody sees of it."""
    return arrival.state, arrival.checked_in, arrival.door, arrival.arrived


@st.composite
def scans_of_two_doors(draw: st.DrawFn) -> list[Scan]:
    """Up to twelve scans and undos, some at the same moment, each with an id of its own."""
    kinds = st.tuples(st.integers(0, 6), st.booleans(), st.sampled_from((None, 1, 2, SIZE)), st.sampled_from("AB"))
    return [
        Scan(f"s{number}", minutes(at), undo, arrived, door)
        for number, (at, undo, arrived, door) in enumerate(draw(st.lists(kinds, min_size=1, max_size=12)))
    ]


@given(scans=scans_of_two_doors(), data=st.data())
def test_any_order_and_any_batches_and_repeats_end_the_same(scans: list[Scan], data: st.DataObject) -> None:
    at_once = noted(scans)
    shuffled = data.draw(st.permutations(scans))
    repeats = data.draw(st.lists(st.sampled_from(scans), max_size=4))
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=len(scans) + 4, max_size=len(scans) + 4))
    rest, batches = [*shuffled, *repeats], []
    for size in sizes:
        batches.append(rest[:size])
        rest = rest[size:]
    assert told(noted(*batches)) == told(at_once)


@given(scans=scans_of_two_doors())
def test_it_is_what_an_undo_left_and_counts_once(scans: list[Scan]) -> None:
    arrival = noted(scans)
    undone = max((scan.at for scan in scans if scan.undo), default=None)
    since = [scan for scan in scans if not scan.undo and (undone is None or scan.at > undone)]
    assert (arrival.state == "in") == bool(since)
    assert arrival.checked_in == min((scan.at for scan in since), default=None)
    assert 0 <= arrival.arrived <= SIZE


@given(scans=scans_of_two_doors())
def test_what_is_known_already_changes_nothing(scans: list[Scan]) -> None:
    arrival = noted(scans)
    kept = list(arrival.scans)
    assert model.with_scans(arrival, kept, SIZE, minutes(9), 1) is arrival


def test_the_earliest_scan_counts_whichever_door_sends_first() -> None:
    a, b = Scan("a", minutes(2), door="A"), Scan("b", minutes(1), door="B")
    assert told(noted([a], [b])) == ("in", minutes(1), "B", SIZE)


def test_an_undo_wins_over_an_earlier_scan_that_comes_later_and_not_over_a_later_one() -> None:
    undo = Scan("u", minutes(5), undo=True)
    assert noted([undo], [Scan("a", minutes(4))]).state == "out"
    assert noted([undo], [Scan("a", minutes(5))]).state == "out"
    assert noted([undo], [Scan("a", minutes(6))]).state == "in"


def test_a_group_comes_little_by_little_and_never_in_larger_number_than_it_is() -> None:
    few = noted([Scan("a", minutes(1), arrived=2)])
    more = model.with_scans(few, [Scan("b", minutes(9), arrived=3)], SIZE, NINE, 1)
    smaller = model.with_scans(more, [], 2, NINE, 1)
    assert (few.arrived, more.arrived, more.checked_in, smaller.arrived) == (2, 3, minutes(1), 2)


def test_a_scan_that_is_sent_a_hundred_times_a_day_does_not_grow_without_end() -> None:
    scans = [Scan(f"s{number:03}", minutes(number)) for number in range(300)]
    arrival = noted(*([scan] for scan in scans))
    assert len(arrival.scans) <= 100
    assert (arrival.checked_in, arrival.scans[-1].at) == (minutes(0), minutes(299))


def test_what_is_done_now_comes_after_all_that_is_known() -> None:
    ahead = noted([Scan("a", minutes(3))])
    assert model.moment_of(ahead, minutes(1)) > minutes(3)
    assert model.moment_of(ahead, minutes(4)) == minutes(4)
    assert model.moment_of(None, minutes(1)) == minutes(1)


@pytest.mark.parametrize(
    ("capacity", "taken", "walked_in", "size", "fits"),
    [(None, 500, 9, 9, True), (10, 8, 1, 1, True), (10, 8, 1, 2, False), (10, 10, 0, 1, False), (10, 12, 0, 1, False)],
)
def test_who_walks_in_has_room_beside_all_who_signed_up(
    capacity: int | None, taken: int, walked_in: int, size: int, fits: bool
) -> None:
    assert model.room_at_the_door(capacity, taken, walked_in, size) is fits


@pytest.mark.parametrize(
    "scanned",
    ["sgn_1.abc", "https://malmi.example/fi/ticket/sgn_1.abc", "https://malmi.example/fi/ticket/sgn_1.abc/?x=1"],
)
def test_a_door_takes_the_address_of_a_ticket_or_its_token(scanned: str) -> None:
    assert token_in(scanned) == "sgn_1.abc"
