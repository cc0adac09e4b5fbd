"""A region's settings: deploy/regions/<slug>.yaml, or a file of one's own."""

import re
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import NodeError

FOLDER = Path(__file__).resolve().parents[1] / "regions"
LANGUAGES = ("fi", "sv", "en", "se")
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NUTS3 = re.compile(r"[A-Z]{2}[0-9A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Nuts:
    """A NUTS 3 code by version; a code in `to_confirm` has not been checked against Eurostat's list."""

    v2024: str
    v2021: str
    to_confirm: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """What a node of this region is called, which regions it serves (a secretariat: none), how it speaks."""

    slug: str
    name: dict[str, str]
    nuts: tuple[Nuts, ...]
    languages: tuple[str, ...]
    time_zone: str


def known() -> list[str]:
    """The slugs that come with Malmi."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(name: str) -> Region:
    """By slug, or by the path of a YAML file. Raises NodeError that says what is wrong and where."""
    path = Path(name) if "/" in name or name.endswith((".yaml", ".yml")) else FOLDER / f"{name}.yaml"
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NodeError(f"no region {name!r}; there are: {', '.join(known())} (or give a .yaml file)") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise NodeError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    try:
        region = parse(data)
    except ValueError as error:
        raise NodeError(f"{path}: {error}") from error
    if path.parent == FOLDER and region.slug != path.stem:
        raise NodeError(f"{path}: slug is {region.slug!r}, but the file is named {path.stem!r}")
    return region


def parse(data: Any) -> Region:
    """Raises ValueError that names the field."""
    fields = _mapping(data, "the file", {"slug", "name", "regions", "languages", "time_zone"})
    slug = _text(fields["slug"], "slug")
    if not _SLUG.fullmatch(slug):
        raise ValueError(f"slug: {slug!r} is not lower-case words joined by hyphens")
    languages = tuple(_text(language, "languages") for language in _list(fields["languages"], "languages"))
    unknown = sorted(set(languages) - set(LANGUAGES))
    if unknown or not languages or len(set(languages)) != len(languages):
        raise ValueError(f"languages: some of {', '.join(LANGUAGES)}, each once, in the order of fallback")
    names = fields["name"]
    if not isinstance(names, dict) or "fi" not in names or set(names) - set(LANGUAGES):
        raise ValueError(f"name: a text for fi, and for others of {', '.join(LANGUAGES)}")
    time_zone = _text(fields["time_zone"], "time_zone")
    if time_zone not in zoneinfo.available_timezones():
        raise ValueError(f"time_zone: {time_zone!r} is no IANA time zone")
    return Region(
        slug=slug,
        name={language: _text(text, f"name.{language}") for language, text in names.items()},
        nuts=tuple(_nuts(entry, index) for index, entry in enumerate(_list(fields["regions"], "regions"))),
        languages=languages,
        time_zone=time_zone,
    )


def _nuts(entry: Any, index: int) -> Nuts:
    where = f"regions[{index}]"
    fields = _mapping(entry, where, {"nuts_2024", "nuts_2021"}, {"to_confirm"})
    codes = {key: _text(fields[key], f"{where}.{key}") for key in ("nuts_2024", "nuts_2021")}
    for key, code in codes.items():
        if not _NUTS3.fullmatch(code):
            raise ValueError(f"{where}.{key}: {code!r} is not a NUTS 3 code (two letters and three more)")
    to_confirm = tuple(_text(key, f"{where}.to_confirm") for key in _list(fields.get("to_confirm", []), where))
    if set(to_confirm) - set(codes):
        raise ValueError(f"{where}.to_confirm: some of nuts_2024, nuts_2021")
    return Nuts(codes["nuts_2024"], codes["nuts_2021"], to_confirm)


def _mapping(data: Any, where: str, needed: set[str], allowed: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ValueError(f"{where}: names and values expected")
    missing, extra = needed - set(data), set(data) - needed - (allowed or set())
    if missing:
        raise ValueError(f"{where}: {', '.join(sorted(missing))} missing")
    if extra:
        raise ValueError(f"{where}: {', '.join(sorted(map(str, extra)))} unknown")
    return data


def _list(data: Any, where: str) -> list[Any]:
    if not isinstance(data, list):
        raise ValueError(f"{where}: a list expected")
    return data


def _text(data: Any, where: str) -> str:
    if not isinstance(data, str) or not data.strip():
        raise ValueError(f"{where}: a text expected, not {data!r}")
    return data
