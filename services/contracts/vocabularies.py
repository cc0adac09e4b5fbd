"""The words that records are tagged with, in Finnish, Swedish and English. Source: DOMAIN.md, "Vocabularies".

They are data: a network may replace the labels or add terms; codes once used stay readable.
"""

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
