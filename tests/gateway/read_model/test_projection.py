"""The read model is a function of the newest records, whatever the order in which facts come."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.read_model import schema
from gateway.read_model.filters import Filter
from gateway.read_model.projection import Counts, decode
from gateway.read_model.rebuild.comparison import _PUBLIC
from gateway.read_model.stream import StreamReader
from services.contracts import identifiers
from services.contracts.envelope import Fact, UndecodableFact

from . import samples
from .conftest import ReadModel, open_projection

EVENT = identifiers.new_id(identifiers.EVENT)
OTHER_EVENT = identifiers.new_id(identifiers.EVENT)
ORGANISATION = identifiers.new_id(identifiers.ORGANISATION)
CONSORTIUM = identifiers.new_id(identifiers.CONSORTIUM)
MEMBERSHIP = identifiers.new_id(identifiers.MEMBERSHIP)


def everything_in(folder: Path) -> list[Any]:
    """Records, rendered bytes, facets, VEVENTs and words: all that readers can come across."""
    connection = schema.open_for_reading(folder / "public.db")
    rows = connection.execute(_PUBLIC).fetchall()
    for kind in schema.SEARCHED:
        table = schema.search_table(kind)
        words = connection.execute(
            f"SELECT s.ref, w.words FROM {table} w JOIN shown s ON s.kind = ? AND s.rank = w.rowid ORDER BY s.ref",
            (kind,),
        ).fetchall()
        rows.append((kind, words))
    for table in ("text", "calendar", "facet", "depends"):
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        rows.append((table, count))
    connection.close()
    return rows


def history() -> list[Fact]:
    """A history of several records that show one another."""
    return [
        samples.organisation(ORGANISATION, "Josek Oy"),
        samples.organisation(ORGANISATION, "Business Joensuu Oy", version=2),
        samples.consortium(CONSORTIUM),
        samples.membership(MEMBERSHIP, CONSORTIUM, ORGANISATION),
        samples.membership(MEMBERSHIP, CONSORTIUM, ORGANISATION, version=2, state="ended"),
        samples.event(EVENT, ORGANISATION),
        samples.places(EVENT, 1),
        samples.event(EVENT, ORGANISATION, version=2, regions=["FI1D7"], themes=["skills", "funding"]),
        samples.places(EVENT, 2, version=2),
        samples.event(EVENT, ORGANISATION, version=3, state="cancelled"),
        samples.event(OTHER_EVENT, CONSORTIUM),
        samples.withdrawn(OTHER_EVENT, version=2),
        samples.places(OTHER_EVENT, 7),
        samples.event(OTHER_EVENT, CONSORTIUM, version=1, home="lappi"),
    ]


HISTORY = history()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_order_with_repeats_and_losses_ends_as_the_newest_facts_in_order_do(data: st.DataObject) -> None:
    newest: dict[tuple[str, str], Fact] = {}
    for fact in HISTORY:
        newest[(f"{fact.type.rpartition('.')[0]}", f"{fact.subject}@{fact.home}")] = fact
    received = data.draw(st.lists(st.sampled_from(HISTORY), max_size=30))
    # lost ones are made good by the newest of each record, which come somewhere among the others
    for fact in newest.values():
        received.insert(data.draw(st.integers(0, len(received))), fact)
    sizes = data.draw(st.lists(st.integers(1, 7), min_size=len(received), max_size=len(received)))
    with TemporaryDirectory() as folder:
        one, other = open_projection(Path(folder) / "in-order"), open_projection(Path(folder) / "as-it-came")
        for fact in HISTORY:
            one.apply([samples.taken(fact)])
        rest = list(received)
        for size in sizes:
            other.apply([samples.taken(fact) for fact in rest[:size]])
            rest = rest[size:]
        one.close()
        other.close()
        assert everything_in(Path(folder) / "as-it-came") == everything_in(Path(folder) / "in-order")


def test_a_batch_that_is_applied_again_after_a_crash_changes_nothing(read_model: ReadModel) -> None:
    read_model.apply(*HISTORY)
    before, log = everything_in(read_model.folder), stream_of(read_model)
    read_model.apply(*HISTORY)
    assert everything_in(read_model.folder) == before
    assert stream_of(read_model) == log
    assert len(log) > 5


def test_a_crash_between_the_log_and_the_records_loses_and_doubles_nothing(
    read_model: ReadModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = read_model.projection._stream.append

    def committed_and_then_the_power_went(*arguments: Any) -> None:
        append(*arguments)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(read_model.projection._stream, "append", committed_and_then_the_power_went)
    with pytest.raises(sqlite3.OperationalError):
        read_model.apply(samples.event(EVENT), samples.places(EVENT, 3))
    assert read_model.reader.one("event", EVENT) is None
    monkeypatch.undo()
    facts = [samples.event(EVENT, version=2), samples.places(EVENT, 3, version=2)]
    read_model.apply(*facts)
    read_model.apply(*facts)
    assert len(stream_of(read_model)) == 4
    found = read_model.reader.one("event", EVENT)
    assert found is not None
    assert orjson.loads(found.body)["places"] == {
        "capacity": 40,
        "confirmed": 3,
        "offered": 0,
        "waiting": 0,
        "left": 37,
    }


def stream_of(read_model: ReadModel) -> list[str]:
    reader = StreamReader(read_model.folder / "stream.db")
    entries = reader.after(0, 1_000)
    reader.close()
    return [entry.told.fact_id for entry in entries]


def test_an_event_shows_its_organisers_name_when_it_comes_later_and_when_it_changes(read_model: ReadModel) -> None:
    read_model.apply(samples.event(EVENT, ORGANISATION))
    assert shown(read_model)["organiser_name"] == {}
    read_model.apply(samples.organisation(ORGANISATION, "Josek Oy"))
    assert shown(read_model)["organiser_name"] == {"fi": "Josek Oy"}
    etag = read_model.reader.one("event", EVENT).etag  # type: ignore[union-attr]
    read_model.apply(samples.organisation(ORGANISATION, "Business Joensuu Oy", version=2))
    assert shown(read_model)["organiser_name"] == {"fi": "Business Joensuu Oy"}
    assert read_model.reader.one("event", EVENT).etag != etag  # type: ignore[union-attr]
    assert [orjson.loads(item)["id"] for item in found_by(read_model, "joensuu oy")] == [EVENT]
    assert found_by(read_model, "josek") == ()


def shown(read_model: ReadModel) -> dict[str, Any]:
    found = read_model.reader.one("event", EVENT)
    assert found is not None
    values: dict[str, Any] = orjson.loads(found.body)
    return values


def found_by(read_model: ReadModel, words: str) -> tuple[bytes, ...]:
    return read_model.reader.page(Filter("event", words=words), 50).items


def test_a_withdrawn_event_is_gone_from_everything_and_an_old_fact_does_not_bring_it_back(
    read_model: ReadModel,
) -> None:
    published = samples.event(EVENT)
    read_model.apply(published, samples.places(EVENT, 3), samples.withdrawn(EVENT, version=2), published)
    assert read_model.reader.one("event", EVENT) is None
    assert found_by(read_model, "kaivosvesi") == ()
    assert read_model.reader.page(Filter("event"), 50).items == ()
    assert read_model.reader.calendar(Filter("event"), "fi", 50).events == ()
    assert read_model.reader.version_of("event", EVENT) == (1, 2)
    stored = (read_model.folder / "public.db").read_bytes() + (read_model.folder / "public.1.db-wal").read_bytes()
    assert b"withdrawn" in stored
    data = read_model.projection.live.public.database.execute("SELECT data FROM record WHERE kind = 'event'")
    assert b"Kaivosvesi" not in data.fetchone()[0]


def test_a_home_restored_from_a_backup_is_newer_though_its_versions_are_lower(read_model: ReadModel) -> None:
    read_model.apply(samples.event(EVENT, version=9), samples.event(EVENT, version=3, incarnation=2, capacity=7))
    assert shown(read_model)["capacity"] == 7
    assert read_model.reader.version_of("event", EVENT) == (2, 3)


def test_the_same_id_of_two_homes_stays_two_records_and_the_own_one_goes_before(read_model: ReadModel) -> None:
    read_model.apply(samples.event(EVENT, capacity=11, home="lappi"), samples.event(EVENT, capacity=22))
    assert len(read_model.reader.page(Filter("event"), 50).items) == 2
    for home, capacity in (("lappi", 11), ("pohjois-karjala", 22)):
        found = read_model.reader.one("event", EVENT, home)
        assert found is not None
        assert orjson.loads(found.body)["capacity"] == capacity


def test_places_counted_by_another_home_are_not_believed(read_model: ReadModel) -> None:
    read_model.apply(samples.event(EVENT), samples.places(EVENT, 40, home="lappi"))
    assert shown(read_model)["places"]["left"] == 40


def test_what_is_not_public_is_never_kept(read_model: ReadModel) -> None:
    restricted = samples.event(EVENT, visibility="members")
    assert decode(restricted.to_json(), Counts()) is None


def test_a_fact_of_an_unknown_type_is_counted_and_passed_over() -> None:
    counts = Counts()
    newer = samples.fact("events.programme.changed", EVENT, {"state": "published"})
    assert decode(newer.to_json(), counts) is None
    assert counts.unknown == {"events.programme.changed": 1}


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"\xff\xfe", samples.fact("events.event.published", EVENT, {"begins": "yesterday"}).to_json()],
    ids=["empty", "no fact", "no text", "data that break the schema"],
)
def test_bytes_that_are_no_fact_are_undecodable(body: bytes) -> None:
    with pytest.raises(UndecodableFact):
        decode(body, Counts())


def test_credentials_are_found_by_hash_and_revocation_wins_in_any_order(read_model: ReadModel) -> None:
    session, key = identifiers.new_id(identifiers.SESSION), identifiers.new_id(identifiers.KEY)
    opened = samples.session(session, "a" * 64)
    read_model.apply(opened, samples.key(key, "b" * 64))
    assert read_model.reader.session_by_hash("a" * 64)["id"] == session  # type: ignore[index]
    found = read_model.reader.key_by_hash("b" * 64)
    assert found is not None
    assert (found["state"], found["scopes"]) == ("issued", ["read", "events"])
    assert read_model.reader.key_by_hash("a" * 64) is None
    read_model.apply(samples.session(session, "a" * 64, version=2, state="closed"), opened)
    assert read_model.reader.session_by_hash("a" * 64)["state"] == "closed"  # type: ignore[index]


def test_the_file_of_credentials_is_for_its_owner_alone(read_model: ReadModel) -> None:
    assert (read_model.folder / "identity.db").stat().st_mode & 0o077 == 0


def test_the_log_keeps_a_day_and_knows_how_far_back_it_reaches(read_model: ReadModel) -> None:
    now = datetime.now(UTC).timestamp()
    stream = read_model.projection._stream
    read_model.apply(samples.event(EVENT))
    (first,) = [entry.position for entry in reader_of(read_model).after(0, 10)]
    read_model.apply(samples.event(EVENT, version=2))
    assert reader_of(read_model).reaches(first - 1)
    assert stream.prune(now) == 0
    assert stream.prune(now + timedelta(hours=25).total_seconds()) == 2
    assert not reader_of(read_model).reaches(first)
    assert reader_of(read_model).reaches(first + 1)
    assert not reader_of(read_model).reaches(first + 2)
    read_model.apply(samples.event(EVENT, version=3))
    assert [entry.position for entry in reader_of(read_model).after(0, 10)] == [first + 2]


def reader_of(read_model: ReadModel) -> StreamReader:
    return StreamReader(read_model.folder / "stream.db")


def test_the_log_tells_followers_of_a_region_that_an_event_left_it(read_model: ReadModel) -> None:
    read_model.apply(samples.event(EVENT, regions=["FI1DC"]))
    read_model.apply(samples.event(EVENT, regions=["FI1D7"], version=2))
    read_model.apply(samples.withdrawn(EVENT, version=3))
    facets = [entry.told.facets for entry in reader_of(read_model).after(0, 10)]
    regions = [sorted(value for name, value in found if name == "region") for found in facets]
    assert regions == [["FI1DC"], ["FI1D7", "FI1DC"], ["FI1D7"]]


def test_files_of_an_earlier_version_are_rendered_anew(make_read_model: Callable[[str], ReadModel]) -> None:
    model = make_read_model("older")
    model.apply(*HISTORY)
    before = everything_in(model.folder)
    database = model.projection.live.public.database
    database.execute("UPDATE text SET body = x'7b7d'")
    database.execute("DROP TABLE facet")
    database.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    model.projection.close()
    again = make_read_model("older")
    assert everything_in(again.folder) == before
    assert again.projection.is_new
