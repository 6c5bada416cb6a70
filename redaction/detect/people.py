"""Who a name means. Names are grouped into people; each mention is matched to one of them or left open.

The order in which names are met never matters: they are sorted before they are grouped. Where a name fits two
people nothing is guessed: the mention carries both as candidates.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from redaction.detect.folding import fold
from redaction.detect.lexicon import FAMILY_TITLES, Class, classify, same_forename, short_forms
from redaction.detect.naming import Name, clean, display, parse_name

_LISTED = (Class.FORENAME, Class.WORD_NAME)
_NAMES = (*_LISTED, Class.SURNAME)
_TITLE_SEX = {
    "mr": "m",
    "sir": "m",
    "uncle": "m",
    "mrs": "f",
    "miss": "f",
    "ms": "f",
    "madam": "f",
    "auntie": "f",
    "aunt": "f",
    "aunty": "f",
}


@dataclass
class Person:
    """Someone known by one or more names. `key` is the fullest name as first established."""

    key: str
    names: set[Name] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    subject: bool = False
    middle: set[str] = field(default_factory=set)  # other spellings of a middle name

    def fits_full(self, name: Name) -> bool:
        return any(_same_person(name, own) for own in self.names if own.surname and own.forenames)

    def fits_surname(self, word: str) -> bool:
        return any(word in own.surname_parts for own in self.names if own.surname)

    def fits_forename(self, word: str) -> bool:
        return any(word in (own.forenames[0], *own.forenames[0].split("-")) for own in self.names if own.forenames)

    def fits_middle(self, word: str) -> bool:
        """Whether `word` is a middle name, or shares a short form with one: Zachary and Zakariya are both Zak."""
        middle = self.middle.union(*(own.forenames[1:] for own in self.names))
        return word in middle or any(
            name.startswith(short) for name in middle for short in short_forms(word) if len(short) > 2
        )

    def begins_with(self, name: Name) -> bool:
        """Whether a full name that fits begins as one of theirs does, or has the same words in another order."""
        return any(
            name.words == own.words or _alike(name.forenames[0], own.forenames[0])
            for own in self.names
            if own.forenames
        )

    def fits_lone(self, word: str) -> bool:
        return any(word == own.lone for own in self.names if own.lone)

    def fits_short_form(self, word: str) -> bool:
        """A nickname, or the first letters, of a forename or surname."""
        for own in self.names:
            for given in own.forenames or (own.lone,):
                if word in short_forms(given) or given in short_forms(word):
                    return True
                if any(_cut_short(word, long) for long in (given, own.surname) if len(long) > len(word)):
                    return True
        return False

    def nearly(self, forename: str, surname: str) -> bool:
        """Whether a name is misspelt from one of this person's: both words for a full name, either for a lone one."""
        for own in self.names:
            given = any(_slip(forename, name) for name in own.forenames)
            family = bool(own.surname) and any(_slip(surname, part) for part in own.surname_parts)
            if forename == surname and (given or family or _slip(forename, own.lone)):
                return True
            if forename != surname and family and own.forenames and (given or _given_agree((forename,), own.forenames)):
                return True
        return False

    def fits_title(self, title: str) -> bool:
        """False only where the person is known by a title of the other sex, or another title of a woman."""
        if not title or not self.titles or title in self.titles:
            return True
        mine = {_TITLE_SEX.get(own, "") for own in self.titles}
        asked = _TITLE_SEX.get(title, "")
        return not asked or "" in mine or (asked in mine and asked == "m")


def _same_person(one: Name, other: Name) -> bool:
    if not (one.forenames and other.forenames and one.surname and other.surname):
        return False
    if one.words == other.words or (
        min(len(one.words), len(other.words)) > 1 and (one.words <= other.words or other.words <= one.words)
    ):
        return True
    if not _given_agree(one.forenames, other.forenames):
        return False
    if _lettered(one.surname) == other.surname or _lettered(other.surname) == one.surname:
        return True
    if one.surname == other.surname or one.surname.replace("-", " ") == other.surname.replace("-", " "):
        return True
    if len(one.surname) == 1 or len(other.surname) == 1:
        return one.surname[0] == other.surname[0] and len(one.forenames[0]) > 1
    return one.surname in other.surname_parts or other.surname in one.surname_parts


def _lettered(surname: str) -> str:
    """Hartley-Moon as H-M; nothing for a single surname."""
    parts = [part for part in re.split("[- ]", surname) if part]
    return "-".join(part[0] for part in parts) if len(parts) > 1 else "-"


def _given_agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two sets of forenames can be one person's: the first of the shorter matches any of the longer, and two
    middle names that differ speak against it."""
    short, long = sorted((one, other), key=len)
    if len(short) > 1 and any(not any(_alike(name, each) for each in long) for name in short):
        return False
    return any(_alike(short[0], name) for name in long)


def _alike(one: str, other: str) -> bool:
    if same_forename(one, other) or same_forename(one.split("-")[0], other.split("-")[0]):
        return True
    return _cut_short(*sorted((one, other), key=len))


def _cut_short(short: str, long: str) -> bool:
    """Whether one word may be the other cut short: Abdul, Abdulrahman. Where both are names only to three letters, as
    in Cal for Callum: Paul is not Paula, nor Joe Joel."""
    if classify(short) in _NAMES and classify(long) in _NAMES and (len(short) > 3 or len(long) < 5):
        return False
    return len(short) >= 3 and (long.startswith(short) or (len(short) >= 4 and long.endswith(short)))


@dataclass(frozen=True)
class Learned:
    """A name found in the text with enough evidence to be followed elsewhere."""

    text: str
    title: str = ""
    of: str = ""  # the name this is another name of, where the text says so: "Reece Moon (known as MOONY)"

    @property
    def name(self) -> Name:
        return parse_name(self.text)


@dataclass(frozen=True)
class Match:
    """Who a mention means: one person, or several candidates, or nobody known."""

    person: Person | None = None
    candidates: tuple[Person, ...] = ()


class People:
    """Everyone known in one case."""

    def __init__(self, subject: Iterable[str], confirmed: Iterable[str], learned: Iterable[Learned]) -> None:
        self.people: list[Person] = []
        self._cache: dict[tuple[str, str, bool], Match] = {}
        subject_names = [clean(name) for name in subject if clean(name)]
        if subject_names:
            names = {parse_name(name) for name in subject_names}
            self.people.append(Person(subject_names[0], names, subject=True))
        for text in sorted({clean(name) for name in confirmed} - {""}):
            self._add(parse_name(text), display(text), "", confirmed=True)
        ordered = sorted(
            set(learned),
            key=lambda item: (_rank(item), fold(clean(item.text)), item.title, item.of, item.text),
        )
        for item in ordered:
            self._learn(item)

    @property
    def subject(self) -> Person | None:
        return next((person for person in self.people if person.subject), None)

    def _learn(self, item: Learned) -> None:
        name = item.name
        if name == Name():
            return
        match = self._match(name, item.title)
        owner = self._match(parse_name(item.of), "").person if item.of else None
        if owner is not None and not (name.full and classify(name.forenames[0]) in _LISTED):
            owner.names.add(name)
        elif match.person is not None:
            if match.person.subject and not name.full:
                return
            if name.surname:
                match.person.names.add(name)
            if item.title and (name.full or not match.candidates):
                match.person.titles.add(item.title)
        elif self.subject is not None and self.subject in match.candidates:
            if name.full and len(name.forenames[0]) > 1:
                self.subject.middle.add(name.forenames[0])
        elif match.person is None and not match.candidates:
            self._add(name, display(item.text), item.title)

    def _add(self, name: Name, key: str, title: str, confirmed: bool = False) -> None:
        if confirmed:
            for person in self.people:
                if name in person.names:
                    return
        taken = {person.key for person in self.people}
        self.people.append(Person(key if key not in taken else f"{key} (2)", {name}, {title} if title else set()))

    def resolve(self, text: str, title: str = "", other: bool = False) -> Match:
        """Who `text` means. `title` is the word before it; `other` that the text says "the other ..."."""
        asked = (clean(text), title, other)
        if asked not in self._cache:
            match = self._match(parse_name(text), title)
            if other and match.person is not None and match.person.subject:
                match = Match(None, tuple(p for p in (*match.candidates,) if not p.subject))
            self._cache[asked] = match
        return self._cache[asked]

    def called(self, names: set[Name]) -> list[Person]:
        """Whoever bears one of `names`; where nobody does for certain, whoever might."""
        bearers = [person for person in self.people if person.names & names]
        if bearers:
            return bearers
        matches = [self._match(name, "") for name in sorted(names)]
        return _unique([person for match in matches for person in (match.person, *match.candidates) if person])

    def _match(self, name: Name, title: str) -> Match:
        if name.surname and name.forenames:
            exact = [person for person in self.people if name in person.names]
            fitting = exact or [person for person in self.people if person.fits_full(name)]
            one_initial = len(name.forenames) == 1 and len(name.forenames[0]) == 1 and "-" not in name.surname
            if one_initial and any(person.subject for person in fitting):
                return Match(None, tuple(fitting))  # a relative may share surname and initial
            if any(person.subject and not person.begins_with(name) for person in fitting):
                return Match(None, tuple(fitting))
            return _choose(fitting) if fitting else self._misspelt(name.forenames[0], name.surname)
        word = name.lone
        if not word:
            return Match()
        if len(word) == 1:
            return self._letter(word, title)
        if title and title not in FAMILY_TITLES:
            return self._titled(word, title)
        lone = [person for person in self.people if person.fits_lone(word)]
        forename = [person for person in self.people if person.fits_forename(word)]
        surname = [person for person in self.people if person.fits_surname(word)]
        named = _unique(lone + forename + surname)
        subject = next((person for person in named if person.subject), None)
        if subject is not None and title:  # "Nana Ruth" is not Abigail Ruth
            return Match(None, tuple(named))
        middle = [person for person in self.people if person.subject and person.fits_middle(word)]
        if middle and subject not in forename + lone:  # the middle name of a son is often his father's
            return Match(None, tuple(_unique([*middle, *named])))
        if subject is not None and (subject in forename or subject in lone):
            others = tuple(person for person in named if not person.subject)
            return Match(subject, others)
        short = named or [person for person in self.people if person.fits_short_form(word)]
        return _choose(short) if short else self._misspelt(word, word)

    def _misspelt(self, forename: str, surname: str) -> Match:
        """Someone whose name is a letter or two away; near the subject's name it is left to a person."""
        near = [person for person in self.people if person.nearly(forename, surname)]
        if any(person.subject for person in near):
            return Match(None, tuple(near))
        listed = classify(forename) in _LISTED and forename == surname
        return Match() if listed else _choose(near)

    def _titled(self, word: str, title: str) -> Match:
        """A title and one word: a surname before anything else, and never the subject outright."""
        fitting = [person for person in self.people if person.fits_surname(word) or person.fits_lone(word)]
        if not fitting:
            fitting = [person for person in self.people if person.fits_forename(word)] or [
                person for person in self.people if person.fits_short_form(word)
            ]
        same_title = [person for person in fitting if title in person.titles and not person.subject]
        if len(same_title) == 1:
            return Match(same_title[0])
        open_to = [person for person in fitting if person.fits_title(title)]
        if any(person.subject for person in open_to):
            return Match(None, tuple(open_to))
        return _choose(open_to)

    def _letter(self, letter: str, title: str) -> Match:
        starts = [
            person
            for person in self.people
            if any(
                (own.surname or own.lone if title else "".join(own.forenames[:1]) or own.lone).startswith(letter)
                for own in person.names
            )
        ]
        if title:  # "Mr F" may be anybody whose surname begins so
            return Match(None, tuple(starts))
        return _choose(starts)


def _slip(one: str, other: str) -> bool:
    """One letter apart, or two in a long word; the first letter right."""
    if min(len(one), len(other)) < 5 or one[0] != other[0]:
        return one == other and bool(one)
    allowed = 2 if min(len(one), len(other)) > 6 else 1
    return OSA.distance(one, other, score_cutoff=allowed) <= allowed


def _rank(item: Learned) -> float:
    """Full names are placed first, then the other names tied to them, so that initials and single words find both."""
    return -2.5 if item.of else -_fullness(item.name)


def _fullness(name: Name) -> int:
    if name.full and len(name.surname) > 1:
        return 3 + len(name.forenames)
    return 2 if name.surname else int(classify(name.lone) is not Class.WORD)


def _unique(people: list[Person]) -> list[Person]:
    return list({id(person): person for person in people}.values())


def _choose(people: list[Person]) -> Match:
    if len(people) == 1:
        return Match(people[0])
    return Match(None, tuple(people))
