"""What compounds of the field are made of: "rikastushiekka" is also found by "hiekka", "Gruvvatten" by "vatten".

The list is fixed, and not learnt from the records: what a record is found by must not hang on which others there are.
Words are folded. Of a noun that stands in another form in front of others (malmin-etsintä) both are listed.
"""

from collections.abc import Iterator
from typing import Final

from . import forms

_FINNISH: Final = """
    aine ainee:aine ala allas altaa:allas akku alue aluee:alue ammatti analyysi anturi arviointi asiakas
    automaatio biotalous ekosysteemi energia esiintyma etsinta geofysiikka geologia geologia haku hanke
    hankkee:hanke harjoittelu hiekka hiekan:hiekka hoito huolto hyoty jalkihoito jalostus jate jauhatus kaivos
    kaivannais kairaus kallio kartoitus kasittely kaupunki kaupungin:kaupunki keskus kemikaali kesa kierratys
    kierto kivi kiven:kivi klusteri kneissi koboltti koe kokous kokouksen:kokous kone koneen:kone konsortio
    konsultointi korkeakoulu koulu koulutus kulta kumppani kumppanin kunnossapito kunta kunnan:kunta kupari
    kuljetus kurssi laboratorio laite laitteen:laite lajittelu liitto liiton:liitto litium louhinta louhos lupa
    luvan:lupa maa maakunta maakunnan:maakunta mallinnus malmi malmin:malmi markkina melu menetelma metalli
    metallurgia metsa mineraali mineraalin:mineraali mittaus murskaus murskain myynti nayte naytteen:nayte
    nikkeli opetus opisto oppilaitos paikka paiva paja palvelu pato poly prosessi puhdistus raaka rahoitus
    rakennus rakentaminen rakenne rajaytys rikaste rikastus rikastamo ryhma seminaari seuranta sivu sulatto
    suojelu suunnittelu suoto sahko talous tarkkailu teollisuus tekniikka tilaisuus toiminta toimi tuotanto
    tuote turvallisuus tutkimus tyo tyon:tyo tehdas urakointi vaahdotus vaikutus valmennus valvonta vedet:vesi
    veden:vesi verkko verkosto vesi vesien:vesi virta virtaus yhteistyo yhtio yliopisto ymparisto yritys
    yritysten:yritys
"""
_SWEDISH: Final = """
    anriknings:anrikning anrikning arbets:arbete avfall batteri borrning dag damm drift ekonomi forskning gruva
    gruv:gruva grupp industri karn:karna kross kurs laboratorium malm material metall miljo mineral pilot plan
    prospektering raad rening sakerhet sand seminarium sido:sida sten strom teknik tillstand utbildning
    utveckling utvecklings:utveckling vatten verk verkstad
"""
_SHORTEST: Final = 7
_SHORTEST_REST: Final = 3
_SHORTEST_END: Final = 4
_TELLS_BY_ITSELF: Final = 5
"""Letters from which on a part is believed though nothing is known of the rest."""


def _listed(words: str) -> dict[str, str]:
    """Form: the word that it is a form of."""
    return {form: whole or form for form, _, whole in (entry.partition(":") for entry in words.split())}


_LISTS: Final = {"fi": _listed(_FINNISH), "sv": _listed(_SWEDISH)}
_LONGEST: Final = {language: max(map(len, words)) for language, words in _LISTS.items()}
_BY_KEY: Final = {
    language: {key: word for word in words.values() for key in forms.keys(word, language)}
    for language, words in _LISTS.items()
}


WORDS: Final = frozenset(word for words in _LISTS.values() for word in words.values())
"""What compounds are made of, as it is written by itself."""


def of(word: str, language: str) -> Iterator[str]:
    """The known words that a compound begins with, one after the other, and the one that it ends in."""
    if language not in _LISTS or len(word) < _SHORTEST:
        return
    begun, rest = _beginning(word, language)
    ended = _end(word, rest, language)
    if begun and (ended or len(begun) > 1 or len(begun[0]) >= _TELLS_BY_ITSELF):
        yield from (_LISTS[language][form] for form in begun)
    if ended:
        yield ended


def _beginning(word: str, language: str) -> tuple[list[str], str]:
    """The forms that a word begins with, and what is left of it."""
    listed, longest = _LISTS[language], _LONGEST[language]
    found: list[str] = []
    rest = word
    while True:
        form = next((rest[:letters] for letters in range(longest, 1, -1) if rest[:letters] in listed), None)
        if form is None or len(rest) - len(form) < _SHORTEST_REST:
            return found, rest
        found.append(form)
        rest = rest[len(form) :]


def _end(word: str, rest: str, language: str) -> str | None:
    """The listed word that a compound ends in: what is left of it, else what its key ends in."""
    known = _BY_KEY[language]
    if rest != word:
        exact = next((known[key] for key in forms.keys(rest, language) if key in known), None)
        if exact is not None:
            return exact
    whole = forms.keys(word, language)[0]
    ends = (whole[at:] for at in range(_SHORTEST_REST, len(whole) - _SHORTEST_END + 1))
    return next((known[end] for end in ends if end in known), None)
