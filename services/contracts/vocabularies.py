"""The words that records are tagged with, in Finnish, Swedish and English. Source: DOMAIN.md, "Vocabularies".

They are data: a network may replace the labels or add terms; codes once used stay readable.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

Labels = dict[str, str]

LANGUAGES: Final = ("fi", "sv", "en", "se")
"""ISO 639-1. `se` is Northern Sámi: welcome everywhere, never required."""

VALUE_CHAIN: Final[dict[str, Labels]] = {
    "exploration": {"fi": "Malminetsintä", "sv": "Prospektering", "en": "Exploration"},
    "extraction": {"fi": "Louhinta", "sv": "Brytning", "en": "Extraction"},
    "processing": {"fi": "Rikastus ja prosessointi", "sv": "Anrikning och processer", "en": "Processing"},
    "metallurgy": {"fi": "Metallurgia", "sv": "Metallurgi", "en": "Metallurgy"},
    "side_streams": {
        "fi": "Sivuvirrat ja rikastushiekat",
        "sv": "Sidoströmmar och anrikningssand",
        "en": "Side streams and tailings",
    },
    "water_environment": {"fi": "Vesi ja ympäristö", "sv": "Vatten och miljö", "en": "Water and environment"},
    "automation_digital": {
        "fi": "Automaatio ja digitalisaatio",
        "sv": "Automation och digitalisering",
        "en": "Automation and digital",
    },
    "rehabilitation": {"fi": "Jälkihoito", "sv": "Efterbehandling", "en": "Rehabilitation"},
    "training": {"fi": "Koulutus", "sv": "Utbildning", "en": "Training"},
    "acceptance": {"fi": "Hyväksyttävyys", "sv": "Acceptans", "en": "Acceptance"},
}

THEMES: Final[dict[str, Labels]] = {
    **VALUE_CHAIN,
    "eu_cooperation": {"fi": "EU-yhteistyö", "sv": "EU-samarbete", "en": "EU cooperation"},
    "funding": {"fi": "Rahoitus ja haut", "sv": "Finansiering och utlysningar", "en": "Funding and calls"},
    "regional_development": {"fi": "Aluekehitys", "sv": "Regional utveckling", "en": "Regional development"},
    "investments": {"fi": "Investoinnit", "sv": "Investeringar", "en": "Investments"},
    "skills": {"fi": "Osaaminen", "sv": "Kompetens", "en": "Skills"},
}

COMPETENCE_KINDS: Final[dict[str, Labels]] = {
    "service": {"fi": "Palvelut", "sv": "Tjänster", "en": "Services"},
    "equipment": {"fi": "Laitteet", "sv": "Utrustning", "en": "Equipment"},
    "research": {"fi": "Tutkimus", "sv": "Forskning", "en": "Research"},
    "training": {"fi": "Koulutus", "sv": "Utbildning", "en": "Training"},
    "advice": {"fi": "Neuvonta", "sv": "Rådgivning", "en": "Advice"},
}

COMPETENCES: Final[dict[str, Labels]] = {
    f"{part}.{kind}": {language: f"{labels[language]}: {what[language].lower()}" for language in labels}
    for part, labels in VALUE_CHAIN.items()
    for kind, what in COMPETENCE_KINDS.items()
}
"""Value chain x kind, e.g. `processing.equipment`."""

ORGANISATION_KINDS: Final[dict[str, Labels]] = {
    "company": {"fi": "Yritys", "sv": "Företag", "en": "Company"},
    "research": {"fi": "Tutkimuslaitos", "sv": "Forskningsinstitut", "en": "Research"},
    "education": {"fi": "Oppilaitos", "sv": "Läroanstalt", "en": "Education"},
    "development_company": {"fi": "Kehitysyhtiö", "sv": "Utvecklingsbolag", "en": "Development company"},
    "regional_council": {"fi": "Maakuntaliitto", "sv": "Landskapsförbund", "en": "Regional council"},
    "municipality": {"fi": "Kunta", "sv": "Kommun", "en": "Municipality"},
    "authority": {"fi": "Viranomainen", "sv": "Myndighet", "en": "Authority"},
    "association": {"fi": "Yhdistys", "sv": "Förening", "en": "Association"},
    "cluster": {"fi": "Klusteri", "sv": "Kluster", "en": "Cluster"},
    "ecosystem": {"fi": "Ekosysteemi", "sv": "Ekosystem", "en": "Ecosystem"},
}

CONSORTIUM_KINDS: Final[dict[str, Labels]] = {
    "consortium": {"fi": "Konsortio", "sv": "Konsortium", "en": "Consortium"},
    "cluster": {"fi": "Klusteri", "sv": "Kluster", "en": "Cluster"},
    "ecosystem": {"fi": "Ekosysteemi", "sv": "Ekosystem", "en": "Ecosystem"},
}

MEMBER_ROLES: Final[dict[str, Labels]] = {
    "lead": {"fi": "Vetäjä", "sv": "Ledare", "en": "Lead"},
    "partner": {"fi": "Kumppani", "sv": "Partner", "en": "Partner"},
    "associate": {"fi": "Liitännäisjäsen", "sv": "Associerad", "en": "Associate"},
    "observer": {"fi": "Tarkkailija", "sv": "Observatör", "en": "Observer"},
    "supplier": {"fi": "Toimittaja", "sv": "Leverantör", "en": "Supplier"},
    "customer": {"fi": "Asiakas", "sv": "Kund", "en": "Customer"},
    "funder": {"fi": "Rahoittaja", "sv": "Finansiär", "en": "Funder"},
}

REGIONS: Final[dict[str, Labels]] = {
    "FI1DC": {"fi": "Pohjois-Karjala", "sv": "Norra Karelen", "en": "North Karelia"},
    "FI1D7": {"fi": "Lappi", "sv": "Lappland", "en": "Lapland"},
    "FI1D8": {"fi": "Kainuu", "sv": "Kajanaland", "en": "Kainuu"},
    "FI1D9": {"fi": "Pohjois-Pohjanmaa", "sv": "Norra Österbotten", "en": "North Ostrobothnia"},
    "FI1DB": {"fi": "Pohjois-Savo", "sv": "Norra Savolax", "en": "North Savo"},
    "FI1DA": {"fi": "Etelä-Savo", "sv": "Södra Savolax", "en": "South Savo"},
    "FI1D5": {"fi": "Keski-Pohjanmaa", "sv": "Mellersta Österbotten", "en": "Central Ostrobothnia"},
}
"""NUTS 3 codes, version 2024. Any well-formed NUTS 3 code is accepted (partners come from all of Europe); these
have names."""
NUTS_VERSION: Final = 2024
NUTS_2021: Final = {
    "FI1DC": "FI1D3",
    "FI1D7": "FI1D7",
    "FI1D8": "FI1D8",
    "FI1D9": "FI1D9",
    "FI1DB": "FI1D2",
    "FI1DA": "FI1D1",
    "FI1D5": "FI1D5",
}

IDENTIFIER_SCHEMES: Final = ("y-tunnus", "vat", "pic", "ror")
AUDIENCES: Final = ("public", "consortia", "working_group", "invited")


# Holiday periods, for the clash check


@dataclass(frozen=True, slots=True)
class HolidayPeriod:
    """Weeks in which few come. regions: beginnings of NUTS 3 codes. week: an ISO week, or begins, ends: month, day."""

    names: Labels
    regions: tuple[str, ...]
    week: int | None = None
    begins: tuple[int, int] = (1, 1)
    ends: tuple[int, int] = (1, 1)

    def of_year(self, year: int) -> tuple[date, date]:
        """First and last day of the one that begins in this year."""
        if self.week is not None:
            monday = date.fromisocalendar(year, self.week, 1)
            return monday, monday + timedelta(days=6)
        ends = date(year + (self.ends < self.begins), *self.ends)
        return date(year, *self.begins), ends


_WINTER_HOLIDAY: Final = {"fi": "Koulujen talviloma", "sv": "Skolornas sportlov", "en": "Schools' winter holiday"}
HOLIDAY_PERIODS: Final[dict[str, HolidayPeriod]] = {
    # Each municipality sets its schools' winter holiday; these are the weeks of the regions' centres (holiday lists of
    # schools for 2025 and 2026: Kokkola 9; Joensuu, Kajaani, and Sonkajärvi of Pohjois-Savo 10; Mikkeli 9, Oulu and
    # Rovaniemi 10 by custom, not looked up). A hint, not a promise; other Finnish regions: not known here.
    "winter_holiday_9": HolidayPeriod(_WINTER_HOLIDAY, ("FI1DA", "FI1D1", "FI1D5"), week=9),
    "winter_holiday_10": HolidayPeriod(
        _WINTER_HOLIDAY, ("FI1DC", "FI1D3", "FI1DB", "FI1D2", "FI1D7", "FI1D8", "FI1D9"), week=10
    ),
    # The month in which Finland takes its summer holiday; of other countries' summers nothing is known here.
    "july": HolidayPeriod(
        {"fi": "Heinäkuun lomakausi", "sv": "Semestermånaden juli", "en": "July, the month of holidays"},
        ("FI",),
        begins=(7, 1),
        ends=(7, 31),
    ),
    # From Christmas Eve to Epiphany: schools' holiday in Finland, and quiet in all countries of our consortia.
    "christmas": HolidayPeriod(
        {"fi": "Joulun aika", "sv": "Jultiden", "en": "Christmas season"}, ("",), begins=(12, 24), ends=(1, 6)
    ),
}

CLASH_REASONS: Final[dict[str, Labels]] = {
    "venue": {"fi": "Sama paikka", "sv": "Samma plats", "en": "The same venue"},
    "speaker": {"fi": "Sama puhuja", "sv": "Samma talare", "en": "The same speaker"},
    "host": {"fi": "Sama järjestäjä", "sv": "Samma arrangör", "en": "The same host"},
    "working_group": {"fi": "Sama työryhmä", "sv": "Samma arbetsgrupp", "en": "The same working group"},
    "theme": {"fi": "Sama teema", "sv": "Samma tema", "en": "The same theme"},
    "audience": {"fi": "Sama kohderyhmä", "sv": "Samma målgrupp", "en": "The same audience"},
    "holiday": {"fi": "Pyhäpäivä", "sv": "Helgdag", "en": "A public holiday"},
    "holiday_period": {"fi": "Loma-aika", "sv": "Lovtid", "en": "A holiday period"},
}
CLASH_TIMES: Final[dict[str, Labels]] = {
    "overlaps": {"fi": "samaan aikaan", "sv": "samtidigt", "en": "at the same time"},
    "same_day": {"fi": "samana päivänä", "sv": "samma dag", "en": "on the same day"},
    "one_day": {"fi": "päivän päässä", "sv": "en dag ifrån", "en": "a day apart"},
    "days": {"fi": "{days} päivän päässä", "sv": "{days} dagar ifrån", "en": "{days} days apart"},
}
