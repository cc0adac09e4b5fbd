"""How organisations stand to each other: the words for it, seen from either side, in Finnish, Swedish and English."""

from typing import Final

from .vocabularies import Labels

RELATIONS: Final[dict[str, Labels]] = {
    "unit_of": {"fi": "On organisaation yksikkö", "sv": "Är enhet i", "en": "Unit of"},
    "member_of": {"fi": "On jäsenenä", "sv": "Är medlem i", "en": "Member of"},
    "owner_of": {"fi": "Omistaa", "sv": "Äger", "en": "Owner of"},
    "merged_into": {"fi": "Yhdistynyt organisaatioon", "sv": "Uppgått i", "en": "Merged into"},
    "renamed_to": {"fi": "Nimi nykyisin", "sv": "Heter numera", "en": "Renamed to"},
    "split_from": {"fi": "Erotettu organisaatiosta", "sv": "Avskild från", "en": "Split from"},
}
"""As they are stated: `organisation` is this of `other`."""

INVERSES: Final[dict[str, Labels]] = {
    "has_unit": {"fi": "Yksikkö", "sv": "Enhet", "en": "Has the unit"},
    "has_member": {"fi": "Jäsen", "sv": "Medlem", "en": "Has the member"},
    "owned_by": {"fi": "Omistaja", "sv": "Ägs av", "en": "Owned by"},
    "merged_from": {"fi": "Siihen on yhdistynyt", "sv": "Har tagit upp", "en": "Took in"},
    "renamed_from": {"fi": "Aiempi nimi", "sv": "Hette tidigare", "en": "Formerly"},
    "split_into": {"fi": "Siitä on erotettu", "sv": "Har avskilt", "en": "Split into"},
}
INVERSE_OF: Final = dict(zip(RELATIONS, INVERSES, strict=True))
"""The same relation seen from `other`."""

SUCCESSIONS: Final = ("merged_into", "renamed_to", "split_from")
"""What becomes of an organisation; they have a date and no end."""
DUPLICATE: Final = "duplicate_of"
"""Why a record points to another one although nothing happened in the world: the two were one actor."""
