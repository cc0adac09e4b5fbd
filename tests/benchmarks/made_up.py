"""Made-up records of the issue's sizes, and a read model filled with them by the projector's own writer.

By commands a hundred thousand actors would take the better part of an hour: a benchmark of reads need not wait for it.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from gateway.read_model import files
from gateway.read_model.records import Record, record_of_snapshot
from gateway.read_model.writer import PublicWriter
from services.contracts import identifiers, vocabularies
from services.contracts.envelope import format_time

from .figures import Scale

HOME = "pohjois-karjala"
LANGUAGES = ("fi", "sv", "en")
REGIONS = tuple(vocabularies.REGIONS)
THEMES = tuple(vocabularies.THEMES)
_ORGANISATION_KINDS = tuple(vocabularies.ORGANISATION_KINDS)
_COMPETENCES = tuple(vocabularies.COMPETENCES)
_PLACES = (
    "Joensuu", "Outokumpu", "Rovaniemi", "Kemi", "Kajaani", "Kuopio", "Mikkeli", "Kokkola", "Oulu", "Sotkamo",
    "Polvijärvi", "Sodankylä", "Kittilä", "Siilinjärvi", "Juuka", "Lieksa", "Tornio", "Raahe",
)  # fmt: skip
_TRADES = (
    "Kaivos", "Malmi", "Rikastus", "Louhinta", "Kairaus", "Mittaus", "Geologia", "Vesi", "Ympäristö", "Automaatio",
    "Kuljetus", "Kunnossapito", "Laboratorio", "Koulutus", "Turvallisuus", "Metallurgia", "Sivuvirta", "Kartoitus",
)  # fmt: skip
_ENDINGS = ("palvelut", "tekniikka", "konsultointi", "työ", "laitteet", "ratkaisut", "verkko", "suunnittelu")
SYLLABLES = (
    "ka", "ru", "va", "hel", "mo", "ti", "sal", "lu", "no", "pi", "re", "ko", "sa", "tu", "mel", "vi", "ja", "ne",
)  # fmt: skip
_MEETINGS = ("seminaari", "työpaja", "webinaari", "työryhmän kokous", "koulutuspäivä", "avoimet ovet")
_SUBJECTS = ("Kaivosvesien", "Sivuvirtojen", "Malmin rikastuksen", "Rikastushiekan", "Etsinnän", "Kaivosten digin")
_COMMIT = 2_000


@dataclass(frozen=True, slots=True)
class MadeUp:
    """ids of what the read model was filled with."""

    organisations: tuple[str, ...]
    events: tuple[str, ...]


def organisations(scale: Scale, seed: int = 1) -> Iterator[dict[str, Any]]:
    """As a snapshot of actors holds them. The names are made of words of the trade, and say that they are examples."""
    chosen = random.Random(seed)
    for number in range(scale.actors):
        place, trade = chosen.choice(_PLACES), chosen.choice(_TRADES)
        own = "".join(chosen.choices(SYLLABLES, k=3)).capitalize()
        name = f"{own} {trade}{chosen.choice(_ENDINGS)} {place} Oy (esimerkki)"
        yield {
            **_head(identifiers.ORGANISATION, number),
            "state": "admitted",
            "name": {"fi": name, "en": f"{own} {place} Ltd (example)"},
            "kind": chosen.choice(_ORGANISATION_KINDS),
            "regions": [chosen.choice(REGIONS)],
            "nuts_version": vocabularies.NUTS_VERSION,
            "places": [place],
            "identifiers": [],
            "competences": sorted(chosen.sample(_COMPETENCES, 3)),
            "summary": {"fi": f"{trade}alan yritys, joka palvelee kaivoksia ja rikastamoita. {own}, {place}."},
            "website": None,
        }


def events(scale: Scale, organisers: tuple[str, ...], seed: int = 2) -> Iterator[dict[str, Any]]:
    """As a snapshot of events holds them: three years of events from next month on."""
    chosen = random.Random(seed)
    first = datetime.now(UTC).replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=30)
    for number in range(scale.events):
        begins = first + timedelta(days=chosen.randrange(1_000), hours=chosen.randrange(8))
        subject, meeting, place = chosen.choice(_SUBJECTS), chosen.choice(_MEETINGS), chosen.choice(_PLACES)
        region = chosen.choice(REGIONS)
        yield {
            **_head(identifiers.EVENT, number),
            "state": "published",
            "visibility": "public",
            "organiser": {"kind": "organisation", "id": chosen.choice(organisers)},
            "title": {
                "fi": f"{subject} {meeting} {number} (esimerkki)",
                "en": f"Seminar on mining {number} (example)",
            },
            "summary": {"fi": f"Yritykset ja tutkijat tapaavat: {subject.lower()} uudet ratkaisut, {place}."},
            "description": {"fi": f"Ohjelma, puhujat ja ilmoittautuminen. {subject} {meeting} pidetään paikan päällä."},
            "begins": format_time(begins),
            "ends": format_time(begins + timedelta(hours=chosen.randrange(2, 8))),
            "time_zone": "Europe/Helsinki",
            "place": {"name": f"{place}-talo", "address": f"Esimerkkikatu {number}, {place}", "region": region},
            "link": None,
            "themes": sorted(chosen.sample(THEMES, 2)),
            "regions": [region],
            "languages": ["fi"],
            "audience": {"kind": "public", "ids": []},
            "capacity": 200,
            "sign_up_closes": None,
            "cancellation": {},
        }


def fill_read_model(data: Path, scale: Scale, public_url: str) -> MadeUp:
    """Fills the read model below a node's data folder. The projector must not run meanwhile."""
    folder = data / "read_model"
    writer = PublicWriter(files.current(folder, files.PUBLIC), languages=LANGUAGES, public_url=public_url)
    try:
        first = _write(writer, "organisation", organisations(scale))
        return MadeUp(first, _write(writer, "event", events(scale, first)))
    finally:
        writer.close()


def _write(writer: PublicWriter, kind: str, entries: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    ids: list[str] = []
    left = iter(entries)
    while page := list(islice(left, _COMMIT)):
        records: list[Record] = [record_of_snapshot(kind, entry) for entry in page]
        with writer.transaction():
            writer.apply(records)
        ids += [record.id for record in records]
    return tuple(ids)


def _head(prefix: str, number: int) -> dict[str, Any]:
    made = datetime.now(UTC) - timedelta(days=1)
    when = format_time(made + timedelta(milliseconds=number))
    return {
        "id": identifiers.new_id(prefix),
        "home": HOME,
        "incarnation": 1,
        "version": 1,
        "created": when,
        "changed": when,
    }
