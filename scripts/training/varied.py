"""Other ways in which a record could have been written: other names, no capitals, all capitals, initials, misread."""

import random
import re
from collections.abc import Callable

from score_detection import CONFUSABLE
from training.records import Record

from redaction.detect.folding import fold
from redaction.detect.lexicon import forenames, nick_words, surnames, words

_PART = re.compile(r"[^\W\d_]{3,}")
_MISREAD = 0.03


class Names:
    """Where other names are drawn from: the names of all records, and the lists of the detector."""

    def __init__(self, records: list[Record]) -> None:
        parts = [fold(part) for r in records for start, end in r.names for part in _PART.findall(r.text[start:end])]
        fore, sur = forenames(), surnames()
        self._forenames = [part for part in parts if part in fore]
        self._surnames = [part for part in parts if part in sur and part not in fore]
        self._listed = sorted(words("forenames")), sorted(words("surnames"))
        self._world = sorted(words("forenames_world")), sorted(words("surnames_world"))
        self._odd = sorted(nick_words()), sorted(words("surnames") & words("words_common"))

    def another(self, part: str, chance: random.Random) -> str:
        kind = 0 if fold(part) in forenames() else 1
        own = self._forenames if kind == 0 else self._surnames
        (pool,) = chance.choices((own, self._listed[kind], self._world[kind], self._odd[kind]), (45, 25, 20, 10))
        return chance.choice(pool)


def varied(record: Record, names: Names, chance: random.Random) -> Record:
    """`record` in another guise; often several at once."""
    if chance.random() < 0.6:
        record = _renamed(record, names, chance)
    if chance.random() < 0.25:
        record = _shortened(record, chance)
    how = chance.random()
    if how < 0.3:
        record = _map(record, str.lower)
        if chance.random() < 0.4:
            record = _without(record, "'’")
    elif how < 0.4:
        record = _map(record, lambda text: text.upper() if len(text.upper()) == len(text) else text)
    if chance.random() < 0.2:
        record = _map(record, lambda text: _misreading(text, chance))
    return record


def _map(record: Record, change: Callable[[str], str]) -> Record:
    """Each letter changed by itself; a letter may become several."""
    pieces: list[str] = []
    places: list[int] = []
    length = 0
    for letter in record.text:
        changed = change(letter)
        pieces.append(changed)
        places.append(length)
        length += len(changed)
    places.append(length)

    def moved(spans: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        return tuple((places[start], places[end]) for start, end in spans)

    return Record("".join(pieces), moved(record.names), moved(record.open))


def _without(record: Record, letters: str) -> Record:
    return _map(record, lambda letter: "" if letter in letters else letter)


def _misreading(letter: str, chance: random.Random) -> str:
    if letter not in CONFUSABLE or chance.random() >= _MISREAD:
        return letter
    return CONFUSABLE[letter] if letter in "mwd" else chance.choice(CONFUSABLE[letter])


def _respelt(record: Record, surface: Callable[[str], str]) -> Record:
    """Each name written as `surface` says. Open spans, which only judgments have, are left out of this."""
    if record.open:
        return record
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    position = length = 0
    for start, end in record.names:
        lead, name = record.text[position:start], surface(record.text[start:end])
        pieces += (lead, name)
        spans.append((length + len(lead), length + len(lead) + len(name)))
        length, position = spans[-1][1], end
    pieces.append(record.text[position:])
    return Record("".join(pieces), tuple(spans))


def _renamed(record: Record, names: Names, chance: random.Random) -> Record:
    called: dict[str, str] = {}
    share = chance.choice((0.5, 1.0))

    def renamed(match: re.Match[str]) -> str:
        key = fold(match.group())
        if key not in called:
            called[key] = names.another(key, chance) if chance.random() < share else ""
        other = called[key]
        if not other:
            return match.group()
        if match.group().isupper():
            return other.upper()
        return other if match.group().islower() else other[:1].upper() + other[1:]

    return _respelt(record, lambda name: _PART.sub(renamed, name))


def _shortened(record: Record, chance: random.Random) -> Record:
    def shortened(name: str) -> str:
        parts = _PART.findall(name)
        if len(parts) < 2 or chance.random() < 0.6:
            return name
        letters = [part[0] for part in parts[:3]]
        return chance.choice(("".join(letters), ".".join(letters) + ".", ". ".join(letters[:1]) + f" {parts[-1]}"))

    return _respelt(record, shortened)
