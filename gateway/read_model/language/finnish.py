"""Finnish words to keys that their inflected forms share: Snowball's stemmer, and then what it leaves apart.

Snowball takes endings off, but not what an ending does to the stem: kaivos, kaivoks-en; Outokumpu, Outokummu-n; lupa,
luva-n. Here stems that differ by that alone become one key. Keys tell less apart than words do (kivi, kipu), which
costs little: what has the very word that was asked for stands first. Words come folded (ä is a), as people without
such a keyboard type them.
"""

import re
from typing import Final

import Stemmer

_snowball: Final = Stemmer.Stemmer("finnish", 0)
_SHORTEST: Final = 4
"""Letters of the shortest word that is taken for inflected."""
_VOWELS: Final = "aeiouy"
# Endings of words whose stems are told apart by the ending alone. First match wins.
_WHOLE_WORDS: Final = (
    (re.compile(r"(?<=[a-z]{2})i?nen$"), "ise"),  # yhteinen: yhteise-n
    (re.compile(r"(?<=[a-z]{2})hdas$"), "hta"),  # tehdas: tehtaa-n
    (re.compile(r"(?<=[a-z]{2})kas$"), "ka"),  # asiakas: asiakkaa-n
    (re.compile(r"(?<=[a-z])llas$"), "lta"),  # allas: altaa-n
    (re.compile(r"(?<=[a-z]{2})(hta|kka)i(den|siin|ssa|sta|lla|lta|lle|ta|na)$"), r"\1a"),
    (re.compile(r"(?<=[aeiouy])sten$"), "s"),  # kaivos: kaivos-ten
    (re.compile(r"(?<=[aeiouy])(u|y)(den|teen|desta|dessa|della|delta|delle|tta|tena|deksi|det)$"), r"\1s"),  # -uus
    (re.compile(r"(?<=[aeiouy])(u|y)ksi(en|a|in|ssa|sta|lla|lta|lle|na)$"), r"\1s"),
    (re.compile(r"(?<=[a-z])ved(en|et|essa|esta|ella|elta|elle|eksi)$"), "vesi"),
    (re.compile(r"^ved(en|et|essa|esta|ella|elta|elle|eksi)$"), "vesi"),
    (re.compile(r"(vetta|veteen|vetena)$"), "vesi"),
    (re.compile(r"(?<=a)(un|ut|uissa|uista|uihin|uille|ussa|usta)$"), "ku"),  # haku: hau-n
)
# What a stem ends in when its vowels are off: consonants that an ending weakens, and what they are weakened to, alike.
_ENDS: Final = (
    (re.compile(r"ks$"), "s"),
    (re.compile(r"(?<=[aeiouy])st$"), "s"),
    (re.compile(r"mp$"), "m"),
    (re.compile(r"n[td]$"), "n"),
    (re.compile(r"n[kg]$"), "n"),
    (re.compile(r"l[td]$"), "l"),
    (re.compile(r"r[td]$"), "r"),
    (re.compile(r"h[td]$"), "h"),
    (re.compile(r"(?<=[aeiouylr])v$"), "p"),
    (re.compile(r"(?<=[aeiouy])d$"), "t"),
    (re.compile(r"([a-z])\1$"), r"\1"),
)
_PARTITIVE: Final = re.compile(r"(?<=[aeiouy])sta$")
_LIKE_AN_ENDING: Final = re.compile(r"(?:si|ni|nne|na|pa|ko)$")
_PLURAL_J: Final = re.compile(r"(?<=[aeiou])j$")


def keys(word: str) -> tuple[str, ...]:
    """The keys of a folded word. Two for what may be either of two forms: kaivosta, of kaivos or out of kaivo;
    analyysi, the word itself or your analyy."""
    if len(word) < _SHORTEST or not word.isalpha():
        return (word,)
    found = [_key(_stem(word))]
    if _PARTITIVE.search(word):
        found.append(_key(_stem(word[:-2])))
    elif _LIKE_AN_ENDING.search(word):
        found.append(_key(word))
    elif word.endswith("ain"):
        found.append(_key(word[:-1] + "m"))  # murskain: murskaime-n
    return tuple(dict.fromkeys(found))


def _stem(word: str) -> str:
    for ending, whole in _WHOLE_WORDS:
        word, changed = ending.subn(whole, word)
        if changed:
            break
    stem: str = _snowball.stemWord(word)
    return stem


def _key(stem: str) -> str:
    stem = _bare(_PLURAL_J.sub("", _bare(stem)))
    for ending, end in _ENDS:
        shorter, changed = ending.subn(end, stem)
        if changed and len(shorter) > 2:
            return shorter
    return stem


def _bare(stem: str) -> str:
    """Without the vowels at its end, but not shorter than three letters."""
    while len(stem) > 3 and stem[-1] in _VOWELS:
        stem = stem[:-1]
    return stem
