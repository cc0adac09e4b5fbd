"""Official identifiers of organisations. Rules: DOMAIN.md, "Identifiers"; check digits of Y-tunnus and VAT: stdnum."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus

from services.contracts.errors import Invalid


@dataclass(frozen=True, slots=True)
class Identifier:
    """`value` in its official form: 2077474-0, FI20774740, 999999999, 03yrm5c26."""

    scheme: str
    value: str


class NotAnIdentifier(ValueError):
    """The message says what is wrong with it."""


def normalised(scheme: str, value: str) -> Identifier:
    """The identifier in its official form, however it was typed. Raises NotAnIdentifier."""
    return Identifier(scheme, _NORMALISERS[scheme](value.strip()))


def read_identifiers(given: Iterable[tuple[str, str]]) -> tuple[Identifier, ...]:
    """Normalises (scheme, value) pairs. Raises Invalid naming each that is wrong or stands there twice."""
    found: list[Identifier] = []
    errors: list[dict[str, str]] = []
    for number, (scheme, value) in enumerate(given):
        try:
            identifier = normalised(scheme, value)
        except NotAnIdentifier as error:
            errors.append({"field": f"identifiers.{number}.value", "message": str(error)})
            continue
        if identifier in found:
            errors.append({"field": f"identifiers.{number}.value", "message": "The same identifier stands here twice."})
        found.append(identifier)
    if errors:
        raise Invalid("Some identifiers are not right.", {"errors": errors})
    return tuple(found)


def claims_of(identifiers: Iterable[Identifier]) -> tuple[str, ...]:
    """What each of these keeps others from using. A Finnish VAT number is the Y-tunnus in another dress, so both make
    one claim."""
    return tuple(dict.fromkeys(_claim(identifier) for identifier in identifiers))


def _claim(identifier: Identifier) -> str:
    if identifier.scheme == "y-tunnus":
        return f"fi:{identifier.value.replace('-', '')}"
    if identifier.scheme == "vat" and identifier.value.startswith("FI"):
        return f"fi:{identifier.value.removeprefix('FI')}"
    return f"{identifier.scheme}:{identifier.value}"


_SHORT_Y_TUNNUS: Final = re.compile(r"[0-9]{6}-[0-9]")


def _y_tunnus(value: str) -> str:
    # Numbers given before 2001 had six digits; spreadsheets drop the leading zero of today's seven.
    text = f"0{value}" if _SHORT_Y_TUNNUS.fullmatch(value) else value
    try:
        official: str = ytunnus.format(ytunnus.validate(text))
    except ValidationError as error:
        raise NotAnIdentifier(
            "This is not a Y-tunnus: 7 digits, a hyphen and the right check digit, as 2077474-0."
        ) from error
    return official


_UNION_SCHEMES: Final = ("EU", "IM")  # one-stop-shop numbers of sellers outside the Union: no organisation's own


def _vat(value: str) -> str:
    try:
        official: str = vat.validate(value)
    except ValidationError as error:
        raise NotAnIdentifier(
            "This is not a VAT number of an EU country: the country's two letters and its number, as FI20774740."
        ) from error
    if official.startswith(_UNION_SCHEMES):
        raise NotAnIdentifier("Give the VAT number of a country, as FI20774740.")
    return official


def _pic(value: str) -> str:
    digits = value.replace(" ", "")
    if re.fullmatch(r"[0-9]{9}", digits) is None:
        raise NotAnIdentifier("This is not a PIC: 9 digits.")
    return digits


_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_ROR: Final = re.compile(r"(?:(?:https?://)?ror\.org/)?(0[0-9a-hjkmnp-tv-z]{6}[0-9]{2})", re.IGNORECASE | re.ASCII)


def _ror(value: str) -> str:
    found = _ROR.fullmatch(value)
    if found is None:
        raise NotAnIdentifier("This is not a ROR id: 0, six letters or digits, two check digits, as 03yrm5c26.")
    official = found[1].lower()
    number = 0
    for character in official[:7]:
        number = number * 32 + _CROCKFORD.index(character)
    if 98 - number * 100 % 97 != int(official[7:]):
        raise NotAnIdentifier("The check digits of this ROR id are wrong; was it mistyped?")
    return official


_NORMALISERS: Final[dict[str, Callable[[str], str]]] = {"y-tunnus": _y_tunnus, "vat": _vat, "pic": _pic, "ror": _ror}
