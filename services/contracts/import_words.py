"""What an import's report says, in Finnish, Swedish and English: a code and its words; {…} are the remark's params."""

from collections.abc import Mapping
from typing import Final

from .vocabularies import Labels

WORDS: Final[dict[str, Labels]] = {
    # what is wrong with a cell
    "check_digit": {
        "fi": "Y-tunnuksen tarkistusnumero on väärin: {digits} päättyisi numeroon {right}. Jokin numero on "
        "kirjoitettu väärin. Tarkista tunnus YTJ:stä (ytj.fi).",
        "sv": "FO-numrets kontrollsiffra är fel: {digits} skulle sluta på {right}. Någon siffra är felskriven."
        " Kontrollera numret i FODS (ytj.fi).",
        "en": "The check digit of this Y-tunnus is wrong: {digits} would end in {right}. One of the digits is "
        "mistyped. Look the number up at ytj.fi.",
    },
    "never_given": {
        "fi": "Tällaista Y-tunnusta ei ole: numerosarjaa {digits} ei anneta kenellekään. Tarkista tunnus "
        "YTJ:stä (ytj.fi).",
        "sv": "Ett sådant FO-nummer finns inte: nummerserien {digits} ges inte åt någon. Kontrollera numret i "
        "FODS (ytj.fi).",
        "en": "There is no such Y-tunnus: the digits {digits} are given to nobody. Look the number up at ytj.fi.",
    },
    "not_y_tunnus": {
        "fi": "Tämä ei ole Y-tunnus: 7 numeroa, väliviiva ja tarkistusnumero, esimerkiksi 2077474-0.",
        "sv": "Detta är inget FO-nummer: 7 siffror, bindestreck och kontrollsiffra, till exempel 2077474-0.",
        "en": "This is not a Y-tunnus: 7 digits, a hyphen and the check digit, as 2077474-0.",
    },
    "not_vat": {
        "fi": "Tämä ei ole EU-maan ALV-numero: maan kaksi kirjainta ja numero, esimerkiksi FI20774740.",
        "sv": "Detta är inget momsnummer i ett EU-land: landets två bokstäver och numret, till exempel FI20774740.",
        "en": "This is not a VAT number of an EU country: the country's two letters and its number, as FI20774740.",
    },
    "not_pic": {
        "fi": "Tämä ei ole PIC: 9 numeroa. Jos alusta puuttuu nollia, muotoile sarake tekstiksi ja kirjoita ne"
        " takaisin.",
        "sv": "Detta är ingen PIC: 9 siffror. Om nollor saknas i början, formatera kolumnen som text och skriv in dem.",
        "en": "This is not a PIC: 9 digits. If zeros are missing in front, format the column as text and type them.",
    },
    "not_ror": {
        "fi": "Tämä ei ole ROR-tunnus, tai sen tarkistusnumerot ovat väärin. Tunnus on muotoa 03yrm5c26.",
        "sv": "Detta är inget ROR-id, eller så är dess kontrollsiffror fel. Ett id ser ut så här: 03yrm5c26.",
        "en": "This is not a ROR id, or its check digits are wrong. An id looks like 03yrm5c26.",
    },
    "formula": {
        "fi": "Tässä on kaava, jonka arvoa tiedostossa ei ole. Avaa tiedosto taulukko-ohjelmassa ja tallenna "
        "se, tai liitä kaavan tilalle sen arvo.",
        "sv": "Här står en formel vars värde inte finns i filen. Öppna filen i kalkylprogrammet och spara den,"
        " eller klistra in värdet i stället för formeln.",
        "en": "This is a formula whose value the file does not have. Open the file in a spreadsheet program "
        "and save it, or paste the value in the formula's place.",
    },
    "program_error": {
        "fi": "Taulukko-ohjelma ei saanut tästä arvoa ({value}). Korjaa kaava tai kirjoita arvo.",
        "sv": "Kalkylprogrammet fick inget värde av detta ({value}). Rätta formeln eller skriv värdet.",
        "en": "The spreadsheet program got no value here ({value}). Mend the formula, or type the value.",
    },
    "date": {
        "fi": "Taulukko-ohjelma teki tästä päivämäärän ({value}). Muotoile solu tekstiksi ja kirjoita arvo uudelleen.",
        "sv": "Kalkylprogrammet gjorde ett datum av detta ({value}). Formatera cellen som text och skriv värdet igen.",
        "en": "The spreadsheet program made a date of this ({value}). Format the cell as text and type the "
        "value again.",
    },
    "no_name": {
        "fi": "Anna nimi vähintään yhdellä kielellä.",
        "sv": "Ge ett namn på minst ett språk.",
        "en": "Give a name in at least one language.",
    },
    "no_kind": {
        "fi": "Anna organisaation tyyppi: jokin näistä: {kinds}.",
        "sv": "Ange organisationens typ: någon av dessa: {kinds}.",
        "en": "Give the kind of organisation: one of {kinds}.",
    },
    "not_kind": {
        "fi": "”{value}” ei ole organisaation tyyppi. Jokin näistä: {kinds}.",
        "sv": "”{value}” är ingen typ av organisation. Någon av dessa: {kinds}.",
        "en": "'{value}' is no kind of organisation: one of {kinds}.",
    },
    "not_region": {
        "fi": "”{value}” ei ole maakunta. Anna maakunnan nimi tai NUTS 3 -koodi, esimerkiksi FI1DC.",
        "sv": "”{value}” är inget landskap. Ge landskapets namn eller NUTS 3-kod, till exempel FI1DC.",
        "en": "'{value}' is no region: give its name or its NUTS 3 code, as FI1DC.",
    },
    "not_competence": {
        "fi": "”{value}” ei ole sanaston osaaminen. Sanasto: /api/v1/vocabularies.",
        "sv": "”{value}” är ingen kompetens i vokabulären. Vokabulären: /api/v1/vocabularies.",
        "en": "'{value}' is no competence of the vocabulary: see /api/v1/vocabularies.",
    },
    "not_right": {"fi": "Arvo ei kelpaa: {message}", "sv": "Värdet duger inte: {message}", "en": "{message}"},
    "not_id": {
        "fi": "Tämä ei ole rekisterin tunniste. Jätä sarake id tyhjäksi uudella organisaatiolla.",
        "sv": "Detta är inget id i registret. Lämna kolumnen id tom för en ny organisation.",
        "en": "This is no id of the registry. Leave the column id empty for a new organisation.",
    },
    "more_cells": {
        "fi": "Rivillä on enemmän soluja kuin otsikkorivillä sarakkeita ({columns}). Puuttuuko lainausmerkkejä?",
        "sv": "Raden har fler celler än rubrikraden har kolumner ({columns}). Saknas citattecken?",
        "en": "There are more cells than the {columns} columns of the header. Are quotation marks missing?",
    },
    # what is wrong with a row
    "not_yours": {
        "fi": "Et koordinoi mitään tämän organisaation maakunnista.",
        "sv": "Du koordinerar inget av denna organisations landskap.",
        "en": "You coordinate none of this organisation's regions.",
    },
    "two_actors": {
        "fi": "Rivin tunnukset kuuluvat eri organisaatioille: {one} ja {other}. Jos ne ovat sama toimija, "
        "yhdistä ne ensin.",
        "sv": "Radens nummer hör till olika organisationer: {one} och {other}. Om de är samma aktör, slå först"
        " ihop dem.",
        "en": "The identifiers of this row belong to different organisations: {one} and {other}. If they are "
        "one actor, merge them first.",
    },
    "ended": {
        "fi": "Tämän organisaation tila on {state}, eikä sitä muuteta. Katso {id}.",
        "sv": "Organisationen är {state} och ändras inte. Se {id}.",
        "en": "This organisation is {state} and is not changed. See {id}.",
    },
    "identifier_taken": {
        "fi": "Tunnus kuuluu organisaatiolle {name} ({id}). Poista se sieltä ensin, jos se on väärin.",
        "sv": "Numret hör till {name} ({id}). Ta först bort det där, om det är fel.",
        "en": "The identifier belongs to {name} ({id}). Take it away there first, if it is wrong.",
    },
    # what was mended, for a person to check
    "zero_lost": {
        "fi": "{value} luettiin Y-tunnukseksi {official}: taulukko-ohjelma oli pudottanut nollan ja "
        "väliviivan, ja tarkistusnumero täsmää.",
        "sv": "{value} lästes som FO-numret {official}: kalkylprogrammet hade tappat nollan och bindestrecket,"
        " och kontrollsiffran stämmer.",
        "en": "{value} was read as the Y-tunnus {official}: the spreadsheet had lost the zero and the hyphen, "
        "and the check digit agrees.",
    },
    "id_unknown": {
        "fi": "Tunnistetta {value} ei ole tässä rekisterissä; organisaatio etsittiin muilla tiedoilla.",
        "sv": "Id {value} finns inte i detta register; organisationen söktes med andra uppgifter.",
        "en": "This registry has no {value}; the organisation was looked for by the rest of the row.",
    },
    "scheme_added": {
        "fi": "{value} luettiin osoitteeksi {official}.",
        "sv": "{value} lästes som adressen {official}.",
        "en": "{value} was read as the address {official}.",
    },
    "may_be_other": {
        "fi": "Nimi muistuttaa toista: {who}. Pari on nyt yhdistämisehdotuksissa.",
        "sv": "Namnet liknar ett annat: {who}. Paret finns nu bland förslagen till sammanslagning.",
        "en": "The name is like another one: {who}. The pair stands among the merge offers.",
    },
    # what to do about a row
    "do_nothing": {"fi": "Ei tehtävää.", "sv": "Inget att göra.", "en": "Nothing to do."},
    "will_add": {"fi": "Uusi organisaatio.", "sv": "Ny organisation.", "en": "A new organisation."},
    "will_change": {
        "fi": "Muuttuu: {fields}. Katso {id}.",
        "sv": "Ändras: {fields}. Se {id}.",
        "en": "Changes: {fields}. See {id}.",
    },
    "duplicate_identifier": {
        "fi": "Rekisterissä on jo {name} ({id}) samalla tunnuksella; siinä on toisin: {fields}. Muuta se "
        "siellä, tai aja tuonti niin, että olemassa olevat muuttuvat.",
        "sv": "Registret har redan {name} ({id}) med samma nummer; olika är: {fields}. Ändra det där, eller "
        "kör importen så att det som finns ändras.",
        "en": "The registry has {name} ({id}) with this identifier, and says something else of: {fields}. "
        "Change it there, or run the import so that existing ones change.",
    },
    "duplicate_name": {
        "fi": "Rekisterissä on jo {name} ({id}) tällä nimellä samassa maakunnassa; siinä on toisin: {fields}. "
        "Jos se on sama, kirjoita {id} sarakkeeseen id.",
        "sv": "Registret har redan {name} ({id}) med detta namn i samma landskap; olika är: {fields}. Om det "
        "är samma, skriv {id} i kolumnen id.",
        "en": "The registry has {name} ({id}) with this name in this region, and says something else of: "
        "{fields}. If it is the same, write {id} into a column id.",
    },
    "duplicate_row": {
        "fi": "Sama organisaatio on jo rivillä {row} ({name}); toisin on: {fields}. Yhdistä rivit.",
        "sv": "Samma organisation står redan på rad {row} ({name}); olika är: {fields}. Slå ihop raderna.",
        "en": "The same organisation stands in row {row} already ({name}); different are: {fields}. Make one "
        "row of them.",
    },
    "same_row": {
        "fi": "Sama organisaatio on jo rivillä {row}. Ei tehtävää.",
        "sv": "Samma organisation står redan på rad {row}. Inget att göra.",
        "en": "The same organisation stands in row {row} already. Nothing to do.",
    },
    "like_other": {
        "fi": "Onko tämä sama kuin {who}? Jos on, poista rivi tai kirjoita tunniste sarakkeeseen id. Jos ei, "
        "aja tuonti niin, että samannimiset lisätään.",
        "sv": "Är detta samma som {who}? Om ja, ta bort raden eller skriv id i kolumnen id. Om nej, kör "
        "importen så att liknande namn läggs till.",
        "en": "Is this the same as {who}? If so, delete the row, or write the id into a column id. If not, run"
        " the import so that names that are alike are added.",
    },
    "mend": {
        "fi": "Korjaa ja tuo rivi uudelleen.",
        "sv": "Rätta och importera raden på nytt.",
        "en": "Mend it, and import the row again.",
    },
    # columns
    "dates_passed_over": {
        "fi": "Päivämääriä, joille rekisterissä ei ole kenttää; saraketta ei oteta.",
        "sv": "Datum som registret inte har något fält för; kolumnen tas inte med.",
        "en": "Dates, for which the registry has no field; the column is passed over.",
    },
    "passed_over": {
        "fi": "Saraketta ei oteta. Valitse sille kenttä, jos sen pitäisi tulla mukaan.",
        "sv": "Kolumnen tas inte med. Välj ett fält för den om den ska komma med.",
        "en": "The column is passed over. Choose a field for it if it should be taken.",
    },
    "field_twice": {
        "fi": "Toinen sarake on jo kenttä {field}; tätä ei oteta.",
        "sv": "En annan kolumn är redan fältet {field}; denna tas inte med.",
        "en": "Another column is taken for {field} already; this one is passed over.",
    },
    # the columns of the report itself
    "column_row": {"fi": "rivi", "sv": "rad", "en": "row"},
    "column_outcome": {"fi": "tulos", "sv": "utfall", "en": "outcome"},
    "column_id": {"fi": "rekisterissä", "sv": "i registret", "en": "in the registry"},
    "column_advice": {"fi": "mitä tehdä", "sv": "vad ska göras", "en": "what to do"},
    "outcome_added": {"fi": "uusi", "sv": "ny", "en": "new"},
    "outcome_changed": {"fi": "muuttuu", "sv": "ändras", "en": "changed"},
    "outcome_unchanged": {"fi": "ennallaan", "sv": "oförändrad", "en": "unchanged"},
    "outcome_duplicate": {"fi": "jo rekisterissä", "sv": "finns redan", "en": "duplicate"},
    "outcome_like": {"fi": "muistuttaa toista", "sv": "liknar en annan", "en": "like another"},
    "outcome_refused": {"fi": "virheellinen", "sv": "fel", "en": "refused"},
}


def say(code: str, params: Mapping[str, str] | None = None, language: str = "en") -> str:
    """The words for a code. Raises KeyError for a code that is not ours."""
    labels = WORDS[code]
    return labels.get(language, labels["en"]).format_map(dict(params or {}))
