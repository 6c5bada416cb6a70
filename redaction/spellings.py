"""The ways in which one withheld string is written, each as it is looked for, and what must be true where it is found.

Beside the string itself, which is found run together and however it is spaced (`needles`):

- an umlaut or a Nordic letter written out ("Mueller" for Müller, "Haakon" for Håkon), and the other way round, but
  then only where the text has that letter: Samuel is not Samul;
- the words joined as in addresses and names of files (thomas.quillfeather, thomas_quillfeather, Thomas%20Quillfeather),
  the last ones first as well (quillfeather.thomas, quillfeather-thomas);
- initials with and without full stops (J. Smith, J Smith);
- the last words first, with a comma (Quillfeather, Thomas);
- a full stop after each letter (T.h.o.m.a.s), for words of four letters and more: "A.L. Bright" is not Al.

What is not run together here must stand alone, so "Joann. Lee" is not Ann Lee.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from redaction.letters import fold

WRITTEN_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
_CONTRACTED = {"ae": "ä", "oe": "öø", "ue": "ü", "aa": "å"}
_MOST_LETTERS = 3  # of one string are taken each by itself; of more all or none
_JOINED_BY = (".", "_", "+", "%20")
_TIGHT = (".", "+")  # with a space after, these part sentences and people
_LEAST_DOTTED = 4
_LEAST_TOGETHER = 8  # "Leeann" is a name of its own
_MOST_WORDS = 4


@dataclass(frozen=True)
class Spelling:
    """One folded form. `alone`: it must stand on its own. `tight`: no space in it. `letters`: places in `folded` at
    which the text must have one of the given letters."""

    folded: str
    alone: bool
    tight: bool = False
    letters: tuple[tuple[int, str], ...] = ()

    def allows(self, text: str, places: Sequence[int]) -> bool:
        """Whether what is found may be the string; `places`: where in `text` each folded character stands."""
        if self.tight and _has_space(text, places[0], places[-1] + 1):
            return False
        return all(_is_one_of(text, places[at], letters) for at, letters in self.letters)


def spellings(text: str, *, alone: bool) -> list[Spelling]:
    """All forms of `text`, itself first. `alone`: a short single word, which must stand on its own."""
    found: dict[str, Spelling] = {}
    for number, written in enumerate(written_out(text)):
        words = [folded for part in written.split() if (folded := fold(part).text)]
        plain = Spelling(fold(written).text, alone)
        swapped = [Spelling(fold(form).text, alone=True) for form in last_first(written)]
        others = [*_initials(words), *_joined(words), *_joined_last_first(words), *_dotted(words)]
        for spelling in (plain, *swapped, *others):
            found.setdefault(spelling.folded, spelling)
        for spelling in (plain, *swapped) if number == 0 else ():
            for contracted in _contracted(spelling):
                found.setdefault(contracted.folded, contracted)
    return list(found.values())


def written_out(text: str) -> list[str]:
    """The string, and the ways in which its umlauts and Nordic letters are written out."""
    composed = unicodedata.normalize("NFC", text)
    marked = [at for at, char in enumerate(composed) if char.lower() in WRITTEN_OUT]
    out = [text]
    for chosen in _choices(len(marked)):
        places = {at for at, is_chosen in zip(marked, chosen, strict=True) if is_chosen}
        out.append("".join(WRITTEN_OUT[char.lower()] if at in places else char for at, char in enumerate(composed)))
    return out


def last_first(text: str) -> list[str]:
    """ "Quillfeather, Thomas": the last words in front, with a comma."""
    words = [part for part in text.split() if fold(part).text]
    # As names are; "22 High Street" is not what "from High Street, 22 of them" means.
    if not 1 < len(words) <= _MOST_WORDS or not all(fold(word).text.isalpha() for word in words):
        return []
    return [f"{' '.join(words[at:])}, {' '.join(words[:at])}" for at in range(1, len(words))]


def _joined(words: Sequence[str]) -> Iterator[Spelling]:
    if len(words) > 1:
        for sign in _JOINED_BY:
            yield Spelling(sign.join(words), alone=True, tight=sign in _TIGHT)


def _joined_last_first(words: Sequence[str]) -> Iterator[Spelling]:
    """As in addresses that put the surname first, quillfeather.thomas and quillfeatherthomas among them."""
    if not 1 < len(words) <= _MOST_WORDS or not all(map(str.isalpha, words)):
        return
    for at in range(1, len(words)):
        turned = [*words[at:], *words[:at]]
        yield from _joined(turned)
        if sum(map(len, words)) >= _LEAST_TOGETHER:
            yield Spelling("".join(turned), alone=True, tight=True)


def _initials(words: Sequence[str]) -> Iterator[Spelling]:
    """With or without the full stops after single letters: "J. Smith", "J Smith"."""
    bare = [word.rstrip(".") for word in words]
    if len(words) > 1 and any(len(word) == 1 for word in bare):
        yield Spelling("".join(bare), alone=True)
        yield Spelling("".join(f"{word}." if len(word) == 1 else word for word in bare), alone=True)


def _dotted(words: Sequence[str]) -> Iterator[Spelling]:
    if words and max(map(len, words)) >= _LEAST_DOTTED:
        apart = [".".join(word) for word in words]
        for between in ("", ".") if len(apart) > 1 else ("",):
            yield Spelling(between.join(apart), alone=True)


def _contracted(spelling: Spelling) -> Iterator[Spelling]:
    """The forms in which pairs of letters are the one letter they write out."""
    whole = spelling.folded
    found = [at for at in range(len(whole) - 1) if whole[at : at + 2] in _CONTRACTED]
    pairs = [at for number, at in enumerate(found) if number == 0 or at > found[number - 1] + 1]
    for chosen in _choices(len(pairs)):
        places = {at for at, is_chosen in zip(pairs, chosen, strict=True) if is_chosen}
        kept, letters = "", []
        for at, char in enumerate(whole):
            if at in places:
                letters.append((len(kept), _CONTRACTED[whole[at : at + 2]]))
            if at - 1 not in places:
                kept += char
        yield Spelling(kept, spelling.alone, letters=tuple(letters))


def _choices(count: int) -> list[tuple[bool, ...]]:
    """Which of `count` places are taken: every way to take some, or only all of many."""
    if count > _MOST_LETTERS:
        return [(True,) * count]
    return [chosen for chosen in product((False, True), repeat=count) if any(chosen)]


def _has_space(text: str, start: int, end: int) -> bool:
    """Whether there is a space in the text; not where an address goes on in the next line."""
    within = text[start:end]
    if text[end : end + 1] == "@":
        within = "".join(within.splitlines())
    return any(char.isspace() for char in within)


def _is_one_of(text: str, at: int, letters: str) -> bool:
    """Whether one of `letters` stands at a place, also where its mark follows it."""
    composed = unicodedata.normalize("NFC", text[at : at + 2]).lower()
    return composed[:1] in letters
