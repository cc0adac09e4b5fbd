"""Fields that several schemas use."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import ValidationError, fields, validate

from services.contracts.envelope import format_time, parse_time
from services.contracts.vocabularies import LANGUAGES

SHORT, MEDIUM, LONG = 200, 1_000, 20_000
NUTS3 = re.compile(r"^[A-Z]{2}[0-9A-Z]{3}$")
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_ENDS = frozenset("\n\t\u2028\u2029")
_DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_EMAIL = re.compile(r"^[^@\s<>\"(),:;\\\[\]]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]$")


def reject_control_characters(text: str) -> None:
    """Refuses what shows text as something else than it is: control characters but line breaks and tabs (they forge
    headers, logs and spreadsheet cells), and the characters that turn the direction of what follows (a name then reads
    otherwise than it is stored: Unicode Technical Report 36, 2.5). Right-to-left letters need none of them."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t":
            raise ValidationError("Control characters are not allowed.")
        if character in _DIRECTIONS:
            raise ValidationError("Characters that change the direction of text are not allowed.")


def described(rest: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """The keyword arguments of a field, with what OpenAPI should say of it added to its metadata."""
    return {**rest, "metadata": {**metadata, **rest.get("metadata", {})}}


class Text(fields.String):
    """Text of a bounded length, trimmed, in Unicode NFC, without control characters.

    lines=False (the default) refuses line breaks too: such text may end in a mail header.
    """

    def __init__(self, *, longest: int = SHORT, shortest: int = 1, lines: bool = False, **rest: Any) -> None:
        super().__init__(**described(rest, minLength=shortest, maxLength=longest))
        self._longest, self._shortest, self._lines = longest, shortest, lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **kwargs)).strip()
        if self._lines:
            text = text.replace("\r\n", "\n")
        reject_control_characters(text)
        if not self._lines and not _LINE_ENDS.isdisjoint(text):
            raise ValidationError("Line breaks are not allowed here.")
        if len(text) < self._shortest:
            raise ValidationError("This may not be empty.")
        if len(text) > self._longest:
            raise ValidationError(f"At most {self._longest} characters.")
        return text


class Localized(fields.Dict):
    """Text by language: {"fi": "...", "sv": "...", "en": "..."}. At least one language; empty ones are dropped."""

    def __init__(self, *, longest: int = SHORT, lines: bool = False, needed: bool = True, **rest: Any) -> None:
        text = Text(longest=longest, shortest=0, lines=lines)
        super().__init__(keys=fields.String(validate=validate.OneOf(LANGUAGES)), values=text, **rest)
        self._needed = needed

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        loaded: dict[str, str] = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        texts = {language: loaded[language] for language in LANGUAGES if loaded.get(language)}
        if self._needed and not texts:
            raise ValidationError("Give the text in at least one language.")
        return texts


class Moment(fields.Field[datetime]):
    """An RFC 3339 time with an offset; kept and given out in UTC."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**described(rest, type="string", format="date-time"))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise ValidationError("Give a time such as 2027-03-28T09:00:00+03:00.")
        try:
            moment = parse_time(value)
        except (ValueError, OverflowError) as error:
            raise ValidationError("Give a time with an offset, such as 2027-03-28T09:00:00+03:00.") from error
        if not 2000 <= moment.year <= 2100:
            raise ValidationError("The year must lie between 2000 and 2100.")
        return moment.astimezone(UTC)

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format_time(value)


class Day(fields.Date):
    """A day as YYYY-MM-DD (RFC 3339, full-date), of a time in which people of a consortium live."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or _DAY.match(value) is None:
            raise ValidationError("Give a day such as 2027-03-28.")
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if not 1900 <= day.year <= 2100:
            raise ValidationError("The year must lie between 1900 and 2100.")
        return day


class TimeZone(fields.String):
    """A name of the IANA time zone database, e.g. Europe/Helsinki."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValidationError("Not a time zone; give a name such as Europe/Helsinki.") from error
        return name


class Email(fields.String):
    """An e-mail address, trimmed, the domain in lower case. Letters outside ASCII are allowed (RFC 6531)."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**described(rest, format="email", maxLength=254))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **kwargs)).strip()
        reject_control_characters(address)
        # "=?" begins an encoded word (RFC 2047), which stands in no address; mail programs would decode it.
        if len(address) > 254 or "=?" in address or _EMAIL.match(address) is None:
            raise ValidationError("This is not an e-mail address.")
        local, _, domain = address.rpartition("@")
        return f"{local}@{domain.lower()}"


class WholeNumber(fields.Integer):
    """A number without a fraction, as a JSON number: neither "5" nor 5.7 nor true."""

    def __init__(self, *, least: int, most: int, **rest: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=least, max=most), **rest)


class YesOrNo(fields.Boolean):
    """true or false, and nothing that only looks like it ("no", 1)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class WebAddress(fields.Url):
    """An http(s) address without a name and password in it."""

    def __init__(self, **rest: Any) -> None:
        known = described(rest, format="uri", pattern="^https?://[^/@]")
        super().__init__(schemes={"http", "https"}, require_tld=False, validate=validate.Length(max=2_000), **known)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            place = urlsplit(address).netloc
        except ValueError as error:
            raise ValidationError("Not a web address; give one such as https://example.org.") from error
        if "@" in place:
            raise ValidationError("A name or password may not stand in the address.")
        return address


def id_of(prefix: str, **rest: Any) -> fields.String:
    """An id of ours with this prefix."""
    return fields.String(
        validate=validate.Regexp(rf"^{prefix}_[0-9a-hjkmnp-tv-z]{{26}}\Z", error="This is not an id of that kind."),
        **described(rest, example=f"{prefix}_01kahp5v3mf0gt8zqk4c2w7x9e"),
    )


def nuts3(**rest: Any) -> fields.String:
    """A NUTS 3 code, version 2024, e.g. FI1DC."""
    return fields.String(
        validate=validate.Regexp(rf"{NUTS3.pattern[:-1]}\Z", error="Not a NUTS 3 code."),
        **described(rest, example="FI1DC"),
    )


def each(inner: fields.Field[Any], *, most: int, least: int = 0, **rest: Any) -> fields.List[Any]:
    """A list without repeats, of a bounded length."""

    def no_repeats(values: list[Any]) -> None:
        if len(values) != len({repr(value) for value in values}):
            raise ValidationError("The same value stands here twice.")

    return fields.List(inner, validate=[validate.Length(min=least, max=most), no_repeats], **rest)


def one_of(values: Any, **rest: Any) -> fields.String:
    """One of a vocabulary's codes."""
    return fields.String(validate=validate.OneOf(list(values)), **rest)


__all__ = [
    "LONG",
    "MEDIUM",
    "SHORT",
    "Day",
    "Email",
    "Localized",
    "Moment",
    "Text",
    "TimeZone",
    "WebAddress",
    "WholeNumber",
    "YesOrNo",
    "each",
    "id_of",
    "one_of",
    "nuts3",
]
