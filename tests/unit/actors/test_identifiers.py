"""Official identifiers: the rules of DOMAIN.md, "Identifiers"."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.actors.model import Identifier, NotAnIdentifier, claims_of, normalised, read_identifiers
from services.contracts.errors import Invalid
from services.contracts.vocabularies import IDENTIFIER_SCHEMES

pytestmark = pytest.mark.quick

WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
COUNTRIES = tuple("ATBEBGCYCZDEDKEEELESFIFRHRHUIEITLTLULVMTNLPLPTROSESISK"[at : at + 2] for at in range(0, 54, 2))
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


@pytest.mark.parametrize(
    ("scheme", "typed", "official"),
    [
        ("y-tunnus", "2077474-0", "2077474-0"),
        ("y-tunnus", "1572860-0", "1572860-0"),
        ("y-tunnus", " 20774740 ", "2077474-0"),
        ("y-tunnus", "0244680-7", "0244680-7"),
        ("vat", "FI20774740", "FI20774740"),
        ("vat", "fi 2077474-0", "FI20774740"),
        ("pic", "999 999 999", "999999999"),
        ("ror", "03yrm5c26", "03yrm5c26"),
        ("ror", "https://ror.org/03YRM5C26", "03yrm5c26"),
    ],
)
def test_an_identifier_is_kept_in_its_official_form(scheme: str, typed: str, official: str) -> None:
    assert normalised(scheme, typed) == Identifier(scheme, official)


@pytest.mark.parametrize(
    ("scheme", "typed"),
    [
        ("y-tunnus", "2069746-9"),
        ("y-tunnus", "2077474-1"),
        ("y-tunnus", "GTK"),
        ("y-tunnus", ""),
        ("vat", "20774740"),
        ("vat", "FI20774741"),
        ("vat", "XX20774740"),
        ("vat", "EU372022452"),
        ("pic", "99999999"),
        ("pic", "9999999990"),
        ("pic", "٩٩٩٩٩٩٩٩٩"),
        ("ror", "01k4yrm30"),
        ("ror", "13yrm5c26"),
        ("ror", "03yrm5i26"),
    ],
)
def test_what_breaks_a_rule_is_refused(scheme: str, typed: str) -> None:
    with pytest.raises(NotAnIdentifier):
        normalised(scheme, typed)


def test_a_leading_zero_that_a_spreadsheet_dropped_is_put_back() -> None:
    assert normalised("y-tunnus", "244680-7").value == "0244680-7"


@given(st.integers(0, 9_999_999))
def test_a_y_tunnus_has_one_right_check_digit_or_none(number: int) -> None:
    digits = f"{number:07}"
    remainder = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11
    right = {0: {0}, 1: set()}.get(remainder, {11 - remainder})
    accepted = {check for check in range(10) if _is_valid("y-tunnus", f"{digits}-{check}")}
    assert accepted == right


@given(st.text(CROCKFORD, min_size=6, max_size=6))
def test_a_ror_id_has_one_right_pair_of_check_digits(characters: str) -> None:
    number = 0
    for character in characters:
        number = number * 32 + CROCKFORD.index(character)
    accepted = [check for check in range(100) if _is_valid("ror", f"0{characters}{check:02}")]
    assert accepted == [98 - number * 100 % 97]


@given(st.sampled_from(IDENTIFIER_SCHEMES), st.text(max_size=40))
def test_whatever_is_typed_is_either_official_or_refused(scheme: str, typed: str) -> None:
    if _is_valid(scheme, typed):
        official = normalised(scheme, typed)
        assert normalised(scheme, official.value) == official
        assert re.fullmatch(r"[0-9A-Za-z+*-]+", official.value)


@given(st.sampled_from(COUNTRIES))
def test_a_countrys_letters_alone_are_no_vat_number(country: str) -> None:
    assert not _is_valid("vat", country)


def test_a_finnish_vat_number_and_its_y_tunnus_are_one_claim() -> None:
    assert claims_of([normalised("y-tunnus", "2077474-0")]) == claims_of([normalised("vat", "FI20774740")])
    assert len(claims_of([normalised("y-tunnus", "2077474-0"), normalised("pic", "999999999")])) == 2


def test_each_wrong_identifier_is_named_by_its_place() -> None:
    with pytest.raises(Invalid) as refused:
        read_identifiers([("pic", "999999999"), ("ror", "01k4yrm30"), ("pic", "999 999 999")])
    assert [error["field"] for error in refused.value.details["errors"]] == [
        "identifiers.1.value",
        "identifiers.2.value",
    ]


def _is_valid(scheme: str, typed: str) -> bool:
    try:
        normalised(scheme, typed)
    except NotAnIdentifier:
        return False
    return True
