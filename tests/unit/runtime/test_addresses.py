"""Addresses are the same person's in any spelling, and are found where they stand, not within another's."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.contracts.addresses import Mention, addresses_in, fold, hash_of, reference_of, spellings
from services.contracts.schemas.fields import Email

pytestmark = pytest.mark.quick

SECRET = bytes(range(32))
LOCAL = st.text(string.ascii_letters + string.digits + "!#$%&*+/=?^_`{|}~.-äöåßİé'", min_size=1, max_size=20)
LABEL = st.from_regex(r"[a-zåäöé][a-z0-9åäöé]{0,9}", fullmatch=True)
DOMAIN = st.builds(lambda label, top: f"{label}.{top}", LABEL, st.sampled_from(["fi", "org", "com"]))


def loaded(local: str, domain: str) -> str | None:
    """As the wire takes it in; None for what is no address to it."""
    try:
        return str(Email().deserialize(f"{local}@{domain}"))
    except ValidationError:
        return None


@st.composite
def addresses(draw: st.DrawFn) -> str:
    found = loaded(draw(LOCAL), draw(DOMAIN))
    if found is None:
        found = "esimerkki@example.org"
    return found


@given(addresses())
@example("Matti.Meikäläinen+malmi@Example.ORG")
@example("o'brien@example.org")
@example("a@ääkköset.fi")
def test_an_address_is_one_persons_in_any_case_and_spelling(address: str) -> None:
    local, _, domain = address.rpartition("@")
    coded = domain.encode("idna").decode()
    for other in (address, f"{local}@{domain.upper()}", f" {local}@{coded} ", f"{local.upper()}@{domain}"):
        if other.casefold().strip() == f"{local}@{coded}".casefold() or other.casefold() == address.casefold():
            assert fold(other) == fold(address)
            assert hash_of(SECRET, other) == hash_of(SECRET, address)
    assert fold(address) in spellings(address)
    assert address.casefold() in spellings(address), "as records key it"


@given(
    addresses(),
    st.sampled_from(["{}", "<{}>", "to {}: no such user", '{{"email":"{}"}}', "mailto:{}?x=1", "({}).", "{};"]),
)
def test_an_address_is_found_in_a_text(address: str, around: str) -> None:
    assert Mention(address).stands_in(around.format(address))
    assert Mention(address).stands_in(around.format(address.casefold()))
    assert not Mention(address).stands_in(Mention(address).taken_out_of(around.format(address)))


@given(addresses(), st.sampled_from("abz09_.+-ä"))
def test_somebody_elses_longer_address_is_not_the_same(address: str, more: str) -> None:
    assert not Mention(address).stands_in(f"{more}{address}")
    assert not Mention(address).stands_in(f"{address}x")
    assert not Mention(address).stands_in(f"{address}.uk")
    assert fold(f"{more}{address}") != fold(address)


def test_what_stands_after_a_plus_is_part_of_the_address() -> None:
    assert fold("a+b@example.org") != fold("a@example.org")
    assert not Mention("a@example.org").stands_in("a+a@example.org")


def test_addresses_in_a_text_are_found_folded() -> None:
    text = 'Write to <Matti@Example.ORG>, or "a.b+c@x-y.fi". Not to @nobody nor a@.'
    assert list(addresses_in(text)) == ["matti@example.org", "a.b+c@x-y.fi"]


def test_a_reference_tells_nobody_the_address_and_needs_the_secret() -> None:
    reference = reference_of(SECRET, "a@example.org")
    assert reference == reference_of(SECRET, "A@Example.org")
    assert reference != reference_of(bytes(32), "a@example.org")
    assert "example" not in reference
