"""A committed sample of every fact, which this and every later version must read (samples/README.md)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.contracts import facts
from services.contracts.envelope import Fact, parse_time
from services.contracts.identifiers import PATTERN

pytestmark = pytest.mark.quick

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(SAMPLES.glob("*.json"))
each_sample = pytest.mark.parametrize("sample", FILES, ids=lambda path: path.stem)


def kind_of(sample: Path) -> tuple[str, str]:
    """Fact type and visibility, from the file's name."""
    *fact_type, visibility = sample.stem.split(".")[:4]
    return ".".join(fact_type), visibility


@pytest.mark.parametrize("fact_type", facts.ALL, ids=lambda fact_type: fact_type.name)
def test_every_fact_type_has_a_sample_in_each_visibility(fact_type: facts.FactType) -> None:
    there = {visibility for name, visibility in map(kind_of, FILES) if name == fact_type.name}
    missing = sorted(set(fact_type.visibilities) - there)
    assert not missing, f"commit {SAMPLES.name}/{fact_type.name}.<{'|'.join(missing)}>.json, as the relay publishes it"


@each_sample
def test_a_sample_is_of_a_type_that_is_still_known(sample: Path) -> None:
    name, visibility = kind_of(sample)
    assert name in facts.BY_NAME, f"{name} was published once: it must stay readable"
    assert visibility in facts.BY_NAME[name].visibilities


@each_sample
def test_the_envelope_of_a_sample_still_says_the_same(sample: Path) -> None:
    written = orjson.loads(sample.read_bytes())
    fact = Fact.from_json(sample.read_bytes())
    assert (fact.type, fact.visibility) == kind_of(sample)
    assert fact.routing_key == f"{written['visibility']}.{written['type'].removeprefix('malmi.')}"
    assert fact.time == parse_time(written["time"])
    again = orjson.loads(fact.to_json())
    assert {name: again.get(name) for name in written} == written


@each_sample
def test_the_data_of_a_sample_still_say_the_same(sample: Path) -> None:
    """Read as Python values and written again, nothing is lost or changed: a renamed or dropped field shows here."""
    fact = Fact.from_json(sample.read_bytes())
    read = facts.read_data(fact.type, fact.data)
    written = facts.write_data(fact.type, read)
    assert {name: written.get(name) for name in fact.data} == fact.data
    assert read.keys() >= fact.data.keys()


@each_sample
def test_times_in_a_sample_are_read_as_moments(sample: Path) -> None:
    fact = Fact.from_json(sample.read_bytes())
    read = facts.read_data(fact.type, fact.data)
    for name in {"created", "changed", "begins", "ends", "sign_up_closes", "expires"} & fact.data.keys():
        assert read[name] == parse_time(fact.data[name])


@each_sample
def test_a_newer_node_may_say_more_at_any_depth(sample: Path) -> None:
    event = orjson.loads(sample.read_bytes())
    told_more = _with_more({**event, "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    fact = Fact.from_json(orjson.dumps(told_more))
    assert facts.read_data(fact.type, fact.data) == facts.read_data(fact.type, event["data"])


@each_sample
def test_a_sample_names_its_record_and_no_person(sample: Path) -> None:
    """Facts carry a reference to a person, never name or address (rule 2)."""
    fact = Fact.from_json(sample.read_bytes())
    assert fact.data.get("id", fact.data.get("request")) == fact.subject
    assert (fact.data.get("incarnation", 1), fact.data.get("version", 1)) == (fact.incarnation, fact.version)
    assert not {"email", "email_key", "contact", "secret", "token"} & set(_names(fact.data))
    assert all("@" not in text for text in _texts(fact.data))


def test_ids_in_samples_have_the_shape_of_ids() -> None:
    ids = [Fact.from_json(sample.read_bytes()).subject for sample in FILES]
    assert ids
    assert [identity for identity in ids if not re.fullmatch(PATTERN, identity)] == []


TEXTS_BY_KEY = {"name", "title", "summary", "description", "body", "cancellation", "reason", "message", "text"}
"""Dicts of text by language: another language is another text, not a new field."""


def _with_more(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        inner = {name: _with_more(part, name) for name, part in value.items()}
        return inner if key in TEXTS_BY_KEY else {**inner, "esimerkki_uusi": {"en": "example of a new field"}}
    if isinstance(value, list):
        return [_with_more(part) for part in value]
    return value


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _names(part)
    elif isinstance(value, list):
        for part in value:
            yield from _names(part)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
