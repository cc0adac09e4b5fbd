"""The envelope is CloudEvents 1.0, comes back as it went, and anything else is undecodable and nothing worse."""

import re
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.envelope import VISIBILITIES, Fact, UndecodableFact, format_time, parse_time

pytestmark = pytest.mark.quick

REQUIRED = {"specversion", "id", "source", "type"}
words = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
numbers = st.integers(min_value=1, max_value=2**53)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
any_fact = st.builds(
    Fact,
    id=texts,
    type=st.builds(".".join, st.tuples(words, words, words)),
    visibility=st.sampled_from(VISIBILITIES),
    home=words,
    subject=texts,
    incarnation=numbers,
    version=numbers,
    time=moments,
    data=st.dictionaries(texts, json_values, max_size=4),
    correlation_id=texts,
    causation_id=texts,
    sequence=st.none() | numbers,
)


@given(any_fact)
def test_a_fact_comes_back_as_it_went(fact: Fact) -> None:
    assert Fact.from_json(fact.to_json()) == fact


@given(any_fact)
def test_the_envelope_keeps_to_cloudevents(fact: Fact) -> None:
    """CloudEvents 1.0: four attributes are required and not empty, names are lower-case letters and digits, at most 20
    of them; context attributes are text, booleans or 32-bit integers (ours are below that for any real record)."""
    event = orjson.loads(fact.to_json())
    assert event["specversion"] == "1.0"
    assert all(event[name] for name in REQUIRED)
    attributes = {name: value for name, value in event.items() if name != "data"}
    assert [name for name in attributes if not re.fullmatch(r"[a-z0-9]{1,20}", name)] == []
    assert all(isinstance(value, str | bool | int) for value in attributes.values())
    assert parse_time(event["time"]) == fact.time


@given(st.binary(max_size=200) | texts.map(str.encode) | json_values.map(orjson.dumps))
def test_what_is_no_fact_is_undecodable_and_nothing_else(body: bytes) -> None:
    with pytest.raises(UndecodableFact):
        Fact.from_json(body)


@given(any_fact, st.data())
def test_a_fact_with_one_attribute_gone_or_spoilt_is_undecodable_or_read(fact: Fact, data: st.DataObject) -> None:
    event = orjson.loads(fact.to_json())
    name = data.draw(st.sampled_from(sorted(event)))
    spoilt = data.draw(st.none() | json_values)
    body = orjson.dumps({**event, name: spoilt})
    try:
        read = Fact.from_json(body)
    except UndecodableFact:
        return
    assert isinstance(read.data, dict)
    assert read.visibility in VISIBILITIES
    assert read.time.tzinfo is not None


@pytest.mark.parametrize("name", sorted(REQUIRED | {"subject", "time", "visibility", "incarnation", "recordversion"}))
def test_a_fact_without_what_every_consumer_needs_is_undecodable(name: str) -> None:
    event = orjson.loads(EXAMPLE.to_json())
    del event[name]
    with pytest.raises(UndecodableFact):
        Fact.from_json(orjson.dumps(event))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("specversion", "0.3"),
        ("type", "com.example.something"),
        ("visibility", "everybody"),
        ("source", "nowhere"),
        ("time", "2026-11-22T08:30:15"),
        ("time", "yesterday"),
        ("recordversion", "many"),
        ("sequence", "first"),
        ("data", ["a", "list"]),
    ],
)
def test_a_fact_that_says_something_impossible_is_undecodable(name: str, value: object) -> None:
    event = {**orjson.loads(EXAMPLE.to_json()), name: value}
    with pytest.raises(UndecodableFact):
        Fact.from_json(orjson.dumps(event))


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_a_moment_is_written_in_one_form_whatever_its_offset(moment: datetime, minutes: int) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert format_time(elsewhere) == format_time(moment)
    assert parse_time(format_time(moment)) == moment


@given(moments, moments)
def test_written_moments_sort_as_time_does(one: datetime, other: datetime) -> None:
    assert (format_time(one) < format_time(other)) == (one < other)


EXAMPLE = Fact(
    id="fct_01kahp5v3mf0gt8zqk4c2w7x9e",
    type="events.event.published",
    visibility="public",
    home="pohjois-karjala",
    subject="evt_01kahp5v3mf0gt8zqk4c2w7x9e",
    incarnation=1,
    version=2,
    time=datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
    data={"id": "evt_01kahp5v3mf0gt8zqk4c2w7x9e", "title": {"fi": "Esimerkki"}},
    correlation_id="test",
    causation_id="test",
    sequence=7,
)
