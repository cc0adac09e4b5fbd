"""Critical and strategic raw materials of the Union: codes, and names in Finnish, Swedish and English.

Source: Regulation (EU) 2024/1252 (Critical Raw Materials Act), Annex I section 1 (strategic, 17) and Annex II section 1
(critical, 34), in force since 23 May 2024, https://eur-lex.europa.eu/eli/reg/2024/1252/oj. The codes are ours.
"""

from typing import Final

from .vocabularies import Labels

SOURCE: Final = "https://eur-lex.europa.eu/eli/reg/2024/1252/oj"


def _labels(fi: str, sv: str, en: str) -> Labels:
    return {"fi": fi, "sv": sv, "en": en}


CRITICAL: Final[dict[str, Labels]] = {
    "antimony": _labels("Antimoni", "Antimon", "Antimony"),
    "arsenic": _labels("Arseeni", "Arsenik", "Arsenic"),
    "aluminium": _labels(
        "Bauksiitti, alumiinioksidi ja alumiini",
        "Bauxit, aluminiumoxid och aluminium",
        "Bauxite, alumina and aluminium",
    ),
    "baryte": _labels("Baryytti", "Baryt", "Baryte"),
    "beryllium": _labels("Beryllium", "Beryllium", "Beryllium"),
    "bismuth": _labels("Vismutti", "Vismut", "Bismuth"),
    "boron": _labels("Boori", "Bor", "Boron"),
    "cobalt": _labels("Koboltti", "Kobolt", "Cobalt"),
    "coking_coal": _labels("Koksikivihiili", "Kokskol", "Coking coal"),
    "copper": _labels("Kupari", "Koppar", "Copper"),
    "feldspar": _labels("Maasälpä", "Fältspat", "Feldspar"),
    "fluorspar": _labels("Fluorisälpä", "Flusspat", "Fluorspar"),
    "gallium": _labels("Gallium", "Gallium", "Gallium"),
    "germanium": _labels("Germanium", "Germanium", "Germanium"),
    "hafnium": _labels("Hafnium", "Hafnium", "Hafnium"),
    "helium": _labels("Helium", "Helium", "Helium"),
    "heavy_rare_earths": _labels(
        "Raskaat harvinaiset maametallit", "Tunga sällsynta jordartsmetaller", "Heavy rare earth elements"
    ),
    "light_rare_earths": _labels(
        "Kevyet harvinaiset maametallit", "Lätta sällsynta jordartsmetaller", "Light rare earth elements"
    ),
    "lithium": _labels("Litium", "Litium", "Lithium"),
    "magnesium": _labels("Magnesium", "Magnesium", "Magnesium"),
    "manganese": _labels("Mangaani", "Mangan", "Manganese"),
    "graphite": _labels("Grafiitti", "Grafit", "Graphite"),
    "nickel": _labels("Nikkeli, akkulaatu", "Nickel av batterikvalitet", "Nickel, battery grade"),
    "niobium": _labels("Niobium", "Niob", "Niobium"),
    "phosphate_rock": _labels("Fosfaattikivi", "Fosfatmineral", "Phosphate rock"),
    "phosphorus": _labels("Fosfori", "Fosfor", "Phosphorus"),
    "platinum_group": _labels("Platinaryhmän metallit", "Platinametaller", "Platinum group metals"),
    "scandium": _labels("Skandium", "Skandium", "Scandium"),
    "silicon_metal": _labels("Piimetalli", "Kiselmetall", "Silicon metal"),
    "strontium": _labels("Strontium", "Strontium", "Strontium"),
    "tantalum": _labels("Tantaali", "Tantal", "Tantalum"),
    "titanium_metal": _labels("Titaanimetalli", "Titanmetall", "Titanium metal"),
    "tungsten": _labels("Volframi", "Volfram", "Tungsten"),
    "vanadium": _labels("Vanadiini", "Vanadin", "Vanadium"),
}

STRATEGIC: Final[dict[str, Labels]] = {
    "bismuth": CRITICAL["bismuth"],
    "boron": _labels("Boori, metallurginen laatu", "Bor av metallurgisk kvalitet", "Boron, metallurgy grade"),
    "cobalt": CRITICAL["cobalt"],
    "copper": CRITICAL["copper"],
    "gallium": CRITICAL["gallium"],
    "germanium": CRITICAL["germanium"],
    "lithium": _labels("Litium, akkulaatu", "Litium av batterikvalitet", "Lithium, battery grade"),
    "magnesium": _labels("Magnesiummetalli", "Magnesiummetall", "Magnesium metal"),
    "manganese": _labels("Mangaani, akkulaatu", "Mangan av batterikvalitet", "Manganese, battery grade"),
    "graphite": _labels("Grafiitti, akkulaatu", "Grafit av batterikvalitet", "Graphite, battery grade"),
    "nickel": CRITICAL["nickel"],
    "platinum_group": CRITICAL["platinum_group"],
    "magnet_rare_earths": _labels(
        "Kestomagneettien harvinaiset maametallit (Nd, Pr, Tb, Dy, Gd, Sm, Ce)",
        "Sällsynta jordartsmetaller för permanentmagneter (Nd, Pr, Tb, Dy, Gd, Sm, Ce)",
        "Rare earth elements for permanent magnets (Nd, Pr, Tb, Dy, Gd, Sm, Ce)",
    ),
    "silicon_metal": CRITICAL["silicon_metal"],
    "titanium_metal": CRITICAL["titanium_metal"],
    "tungsten": CRITICAL["tungsten"],
    "aluminium": CRITICAL["aluminium"],
}
"""A code that is in both lists is one material, here by the name of the quality in which it is strategic."""

MATERIALS: Final[dict[str, Labels]] = {**CRITICAL, "magnet_rare_earths": STRATEGIC["magnet_rare_earths"]}
"""What an offering may be tagged with."""
