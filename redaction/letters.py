"""How letters are compared: *folded*, so that text is the same however it is set.

Compatibility forms and accents are undone and the case is folded; white space, hyphens, apostrophes and invisible
characters are dropped; strokes go (ø is o, ł is l), joined letters are two (æ is ae), and letters of other alphabets
that look like Latin ones are these. Greek letters and Cyrillic ones are taken by the look of their capitals, but for
the Greek v; all that look alike in print are never known.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

DROPPED = frozenset(
    # Hyphens.
    "-\u00ad\u058a\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2027\u2043\u2212\u2e40\ufe58\ufe63\uff0d\ufffe"
    # Apostrophes, primes, and the letters used for them.
    "'\u2018\u2019\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\ua78c\u0060\u00b4"
)
_DROPPED_CATEGORIES = ("Z", "C", "M")


def _pairs(table: str) -> dict[str, str]:
    return {char: item[-1] for item in table.split() for char in item[:-1]}


_LOOKS = _pairs(
    # With a stroke, a hook, or without a dot; then small capitals.
    "øɵⱺo łƚɫl đðɖɗd ħɦh ŧƭt ıɨɩi ƀɓb ɇe ɠǥɡg ȷɉj ƙĸk ɲƞŋn ƥp ɍr ȿs ʉu ʋv ƴɏy ƶȥz ȼƈc ⱥɑa "
    "ᴀa ʙᴃb ᴄc ᴅᴆd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟᴌl ᴍm ɴᴎn ᴏo ᴘp ꞯq ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz "
    # Cyrillic, Greek, Armenian and Cherokee letters.
    "аa вb сc ԁd еҽe ԍg нһh іӏi јϳj кk ԛq мm оo рp ѕs тt ԝw хҳx уүұy "
    "αa βb εe ζz ηh ιi κk μm νv οo ρp τt υy χx "
    "օo սu հh ցg ոn յj զq "
    "Ꭺa Ᏼb Ꮯc Ꭰd Ꭼe Ꮐg Ꮋh Ꭵi Ꭻj Ꮶk Ꮮl Ꮇm Ꮲp Ꮢr Ꮪs Ꭲt Ꮩv Ꮃw Ꮓz"
) | {"æ": "ae", "ᴁ": "ae", "œ": "oe", "ɶ": "oe", "þ": "th"}
# Private places of Adobe's list for small capitals (Asmall) and old-style figures, as fonts without a map name them.
_LOOKS |= {chr(0xF761 + at): chr(ord("a") + at) for at in range(26)}
_LOOKS |= {chr(0xF730 + at): str(at) for at in range(10)}


@lru_cache(maxsize=65_536)
def fold_char(char: str) -> str:
    """The folded form of one character: nothing, one, or several characters."""
    if char in DROPPED:
        return ""
    return "".join(
        _LOOKS.get(c, c)
        for c in unicodedata.normalize("NFKD", char).casefold()
        # Private use characters are kept: fonts with a lying ToUnicode map to them, and they are shown.
        if c not in DROPPED
        and (unicodedata.category(c)[0] not in _DROPPED_CATEGORIES or unicodedata.category(c) == "Co")
    )


@dataclass(frozen=True)
class Folded:
    """Folded text of `original`."""

    text: str
    original: str

    @cached_property
    def origin(self) -> Sequence[int]:
        """The index in the original of each folded character. Most text holds nothing, and is never asked."""
        if self.original.isascii():
            return [index for index, char in enumerate(self.original) if char in _ASCII_KEPT]
        return [index for index, char in enumerate(self.original) for _ in fold_char(char)]


def fold(original: str) -> Folded:
    """`original` as it is compared."""
    if original.isascii():
        folded = original.encode("ascii").translate(None, _ASCII_DROP).lower().decode("ascii")
    else:
        by_bytes = _fold_bytes(original)
        folded = by_bytes if by_bytes is not None else original.translate(_FOLDS)
    return Folded(folded, original)


def _fold_bytes(original: str) -> str | None:
    """The same for text of Latin-1, which packed data is read as: many times faster by bytes. None for other text."""
    try:
        data = original.encode("latin-1")
    except UnicodeEncodeError:
        return None
    folded = data.translate(_LATIN_FOLDS, _LATIN_DROP).decode("latin-1")
    for char, longer in _LATIN_ODD.items():
        if char in folded:
            folded = folded.replace(char, longer)
    return folded


class _Folds(dict[int, str]):
    """The folded form by code point, filled as characters are met."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = fold_char(chr(point))
        return folded


_FOLDS = _Folds()
_ASCII_DROP = bytes(c for c in range(128) if not fold_char(chr(c)))
_ASCII_KEPT = frozenset(chr(c) for c in range(128) if fold_char(chr(c)))
_LATIN = {chr(c): fold_char(chr(c)) for c in range(256)}
_LATIN_DROP = bytes(ord(char) for char, folded in _LATIN.items() if not folded)
_LATIN_ODD = {char: folded for char, folded in _LATIN.items() if len(folded) > 1 or folded > "\xff"}
_LATIN_FOLDS = bytes(ord(folded) if folded and char not in _LATIN_ODD else ord(char) for char, folded in _LATIN.items())
