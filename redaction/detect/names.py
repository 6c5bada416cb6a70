"""Names of people by rule: what a capitalised run of words is made of, and the words around it.

No single test decides. Each rule gives its findings a score and says why in words; the caller keeps those above
a threshold. The scores order rules by how often they were right on the development records.
"""

import re
from dataclasses import dataclass, replace

from redaction.detect import cues
from redaction.detect.folding import fold
from redaction.detect.lexicon import (
    EPITHETS,
    KIN,
    LABELS,
    ORGANISATION,
    PLACES,
    STREET,
    TITLES,
    Class,
    classify,
    surnames,
    words,
)
from redaction.detect.mending import is_misread
from redaction.detect.model import PLACE, Finding
from redaction.detect.text import PageString
from redaction.detect.tokens import (
    Token,
    amid_small_letters,
    finding_of,
    is_label,
    is_next_label,
    labels_of,
    part_of_place,
    tokens_of,
)

LONGEST_NAME = 5
DECLARED, INTRODUCED, BRACKETED = (
    "initials given after a name",
    "introduced as a name",
    "other name in brackets",
)
WINDOW = 44
NAME_CLASSES = frozenset({Class.FORENAME, Class.WORD_NAME, Class.SURNAME, Class.UNKNOWN})
FORENAMES = frozenset({Class.FORENAME, Class.WORD_NAME})
PARTICLES = frozenset("de da di del dos van von der den bin ibn bint al el ap ab la le ni ní".split())
# Street words that are common surnames as well.
_ALSO_SURNAMES = frozenset(
    """hill green ward church hall marsh banks law wells rowe rose moss brook north west day friend page""".split()
)
# Titles that are everyday words: what follows must look like a name.
_WEAK_TITLES = frozenset(
    """officer nurse sister justice chief major recorder detective constable judge inspector captain commander
    ch so co cm sw di ps gov fr sir lord lady father miss master pastor canon warder""".split()
)
_ENDS_LINE = re.compile(r"[ \t]*(?:\n|\Z)")
_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,3}")
_COUNTRIES = frozenset("S.A. B.V. N.V. A.G. U.K. U.S. U.S.A. E.U. U.N. P.M. A.M. D.C. P.O. N.B. P.S. E.G. I.E.".split())
_TRANSLATES = re.compile(r"(?P<word>[A-Z][a-z]+)[ ]\([\"']?\Z")  # "the Supreme Court (Sąd Najwyższy)"
_ANY_LABEL = re.compile(r"[A-Za-z)][ ]?[:|][ ]{1,3}\Z")
_THANKED = re.compile(r"(?im)(?:^|[.>,][ \v])[> ]*(?:thanks|thank you|hi|hiya|hello|hey|dear|morning|cheers),?[ \v]+\Z")
_CLOSED = re.compile(r"[ ]?[,.!](?![\w])|[ \t]*\n|[ ]-")
_EVERYBODY = frozenset(
    """all both everyone everybody team folks guys colleagues colleague sir sirs madam ladies gents gentlemen there
    again
    customer tenant parent parents carer carers resident residents friends friend chaps people officer manager editor
    applicant student student's mate pal love sweetheart so very much""".split()
)
_PRISONER_AFTER = re.compile(r"(?:[ ][A-Z])?[ ][A-Z]\d{4}[A-Z]{2}\b")
_FROM_SOMEBODY = re.compile(r"\b(?:off|from|with|by|told|named|called|against|owes|and|assaulted|saw)[ \v]+\Z")
_SAINT = re.compile(r"\b(?:St|ST|Saint|SAINT|HMP|HMYOI|YOI)\.?[ ]\Z")
_TITLE_AND_NUMBER = re.compile(r"(?<![\w'])(?P<title>[A-Z][A-Za-z]{1,14})\.?[ \v]+(?:[A-Z]?\d{1,5}[ \v]+)?\Z")
_SENTENCE_START = re.compile(
    r"(?:\A|(?<! v)[.!?:;\u2026][\"')\]]*[ \v]+|\n[> \t]*|[\"(][ ]?|[-\u2022*][ ]|\d[.)][ ]|[ ]{3,})\Z"
)


@dataclass(frozen=True)
class _Around:
    """The text on both sides of a candidate."""

    flat: str
    start: int
    end: int

    def before(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search(self.flat, max(0, self.start - WINDOW), self.start) is not None

    def after(self, pattern: re.Pattern[str]) -> bool:
        return pattern.match(self.flat, self.end) is not None

    @property
    def sentence_start(self) -> bool:
        return self.before(_SENTENCE_START)


class NameRecogniser:
    """Kind `person`."""

    name = "name rules"

    def find(self, page: PageString) -> list[Finding]:
        flat = page.flat
        labelled = labels_of(flat)
        found: list[Finding] = []
        for run in cues.RUN.finditer(flat):
            found += self._run(flat, tokens_of(flat, run.start(), run.end()), labelled)
        return found

    def _run(self, flat: str, tokens: list[Token], labelled: dict[int, str]) -> list[Finding]:
        """Cut a run of capitalised words into stretches that could be names, and judge each."""
        found: list[Finding] = []
        title = self._title_before(flat, tokens[0].start) if tokens else ""
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.key in TITLES and (index + 1 < len(tokens) or not title):
                title = token.key
                index += 1
                continue
            stop = index
            while stop < len(tokens) and self._can_join(tokens[stop], stop > index, bool(title)):
                if stop > index and is_next_label(flat, tokens[stop - 1], tokens[stop]):
                    break
                stop += 1
            stretch = tokens[index:stop]
            following = self._place_ahead(tokens, stop)
            if stretch and _SAINT.search(flat, max(0, stretch[0].start - 7), stretch[0].start) and not title:
                found.append(Finding(stretch[0].start, stretch[-1].end, PLACE, 1.0, ("after St or HMP",)))
            elif stretch:
                found += self._stretch(flat, stretch, following, title, labelled.get(stretch[0].start, ""))
            elif title and part_of_place(token) and token.key in surnames():
                found.append(Finding(token.start, token.end, "person", 0.85, (f"title {title} + surname",), title))
            title = ""
            index = max(stop, index + 1)
        return found

    @staticmethod
    def _place_ahead(tokens: list[Token], stop: int) -> Token | None:
        """The street or organisation word that the run leads up to over plain words, if it does."""
        for token in tokens[stop - 1 if stop else 0 :]:
            if part_of_place(token):
                return token
            if token.kind not in (Class.WORD, Class.PLACE) and token.start >= tokens[min(stop, len(tokens) - 1)].start:
                return None
        return None

    @staticmethod
    def _title_before(flat: str, start: int) -> str:
        match = _TITLE_AND_NUMBER.search(flat, max(0, start - 24), start)
        return match["title"].lower() if match and match["title"].lower() in TITLES else ""

    @staticmethod
    def _can_join(token: Token, inside: bool, titled: bool) -> bool:
        if token.key in PARTICLES:
            return True
        if token.key in LABELS and inside:
            return False
        if token.kind is Class.STOP or (token.kind is Class.PLACE and not titled and not inside):
            return False
        if part_of_place(token):
            return False
        loud = len(token.key) > 2 or token.text.isupper() or token.key in ("mr", "ms", "dr")
        return not (inside and token.key in TITLES and loud)

    def _stretch(
        self, flat: str, stretch: list[Token], following: Token | None, title: str, label: str
    ) -> list[Finding]:
        if following is not None and part_of_place(following) and not title:
            last = stretch[-1]
            if not (following.key in _ALSO_SURNAMES and last.kind is Class.FORENAME and len(stretch) == 1):
                return [
                    Finding(
                        stretch[0].start,
                        last.end,
                        PLACE,
                        1.0,
                        ("part of the name of a place or organisation",),
                    )
                ]
            return [Finding(last.start, following.end, "person", 0.55, ("forename + word that is also a surname",))]
        if stretch[0].key in cues.ROYAL and len(stretch) == 2 and not title and not label:
            if cues.BUILT.search(flat, max(0, stretch[0].start - 10), stretch[0].start):
                return [Finding(stretch[0].start, stretch[-1].end, PLACE, 1.0, ("a house named after royalty",))]
        translated = _TRANSLATES.search(flat, max(0, stretch[0].start - WINDOW), stretch[0].start)
        if translated and fold(translated["word"]) in ORGANISATION and not title:
            why = "in another language, the organisation before the bracket"
            return [Finding(stretch[0].start, stretch[-1].end, PLACE, 1.0, (why,))]
        firm = cues.FIRM_AFTER if stretch[-1].kind is Class.FORENAME else cues.ORGANISATION_AFTER
        if firm.match(flat, stretch[-1].end) and not title:
            return []
        if title:
            return self._titled(stretch, title)
        if label:
            named = stretch[:LONGEST_NAME]
            score = 0.9 if label not in ("re", "for", "case", "contact") else 0.8
            if any(token.kind in NAME_CLASSES for token in named) and not any(t.kind is Class.PLACE for t in named[:1]):
                return [finding_of(named, score, f"after the label {label}"), *_declared_initials(flat, named)]
        return self._inside(flat, stretch)

    @staticmethod
    def _titled(stretch: list[Token], title: str) -> list[Finding]:
        if stretch[0].kind is Class.WORD and title in _WEAK_TITLES and not stretch[0].text.isupper():
            return []
        taken = [stretch[0]]
        for token in stretch[1:LONGEST_NAME]:
            forenames_only = all(t.kind in FORENAMES | {Class.INITIAL} or t.key in PARTICLES for t in taken)
            if token.kind in (Class.WORD, Class.PLACE) and not forenames_only:
                break
            taken.append(token)
        if taken == stretch[:1] and taken[0].kind is Class.PLACE and title in _WEAK_TITLES:
            return []
        return [finding_of(taken, 0.95, f"title {title} + name", title)]

    def _inside(self, flat: str, stretch: list[Token]) -> list[Finding]:
        """Names somewhere in a stretch without title or label."""
        found: list[Finding] = []
        index = 0
        while index < len(stretch):
            length, score, why = self._multi(flat, stretch[index : index + LONGEST_NAME])
            if length:
                found.append(finding_of(stretch[index : index + length], score, why))
                found += _declared_initials(flat, stretch[index : index + length])
                index += length
                continue
            # The word before a lone candidate is part of the same run only when it was itself no name.
            single = self._single(flat, stretch[index])
            if single is not None:
                found.append(_with_epithet(stretch, index, single))
            index += 1
        return found

    def _multi(self, flat: str, tokens: list[Token]) -> tuple[int, float, str]:
        """How many of `tokens`, from the first, make a name of two words or more; 0 for none."""
        first = tokens[0]
        length = 1
        while length < len(tokens) and (
            tokens[length].kind in NAME_CLASSES
            or tokens[length].kind is Class.INITIAL
            or tokens[length].key in PARTICLES
        ):
            length += 1
        surname_next = (
            length < len(tokens)
            and not is_label(flat, tokens[length])
            and tokens[length].kind in (Class.WORD, Class.PLACE, Class.TOWN)
            and (
                tokens[length].kind is Class.TOWN
                or (
                    first.kind is Class.FORENAME
                    and not tokens[length].text.isupper()
                    and tokens[length].key not in PLACES
                    and tokens[length].key not in words("words_common")
                )
                or tokens[length].key in surnames()
                or "-" in tokens[length].key
            )
        )
        if first.kind is Class.INITIAL:
            return self._initials_first(tokens, length + surname_next)
        if first.kind in FORENAMES:
            if surname_next and first.key not in PLACES:
                weak = first.kind is Class.WORD_NAME or tokens[length].key in PLACES
                starts = _Around(flat, first.start, first.end).sentence_start
                if _ENDS_LINE.match(flat, tokens[length].end) and tokens[length].key in surnames():
                    starts = weak = False  # a name that closes an entry
                if not (weak and (starts or length == 1)) or tokens[length].text.isupper() or length > 1:
                    return length + 1, 0.7 if weak else 0.85, "forename + word that is also a surname"
            while length > 1 and tokens[length - 1].key in PARTICLES:
                length -= 1
            if length > 1:
                sure = first.kind is Class.FORENAME or any(t.kind is Class.FORENAME for t in tokens[1:length])
                score = 0.9 if sure else 0.8
                return length, 0.7 if first.key in PLACES else score, "forename + surname"
            return 0, 0.0, ""
        if first.kind in (Class.UNKNOWN, Class.SURNAME) and length > 1:
            if tokens[length - 1].key in PARTICLES:
                return 0, 0.0, ""
            if any(t.text.isupper() and len(t.text) < 4 for t in tokens[:length] if t.kind is not Class.INITIAL):
                return 0, 0.0, ""
            unlisted = all(t.kind is Class.UNKNOWN for t in tokens[:length] if t.key not in PARTICLES)
            around = _Around(flat, first.start, tokens[length - 1].end)
            seen = (
                around.after(cues.PERSON_AFTER) or around.before(cues.PERSON_BEFORE) or around.before(cues.ROLE_BEFORE)
            )
            weak = unlisted and not (seen and not around.before(cues.PLACE_BEFORE))
            return length, 0.4 if weak else 0.7, "two words that are no dictionary words"
        return 0, 0.0, ""

    @staticmethod
    def _initials_first(tokens: list[Token], length: int) -> tuple[int, float, str]:
        names = [token for token in tokens[:length] if token.kind is not Class.INITIAL and token.key not in PARTICLES]
        if not names or (tokens[0].text == "A" and names[0].kind is Class.WORD):
            return 0, 0.0, ""
        dotted = "." in tokens[0].text
        if names[0].kind is Class.WORD and not dotted and len(tokens[:length]) < 3:
            return 0, 0.0, ""
        return length, 0.85 if dotted else 0.75, "initials + surname"

    def _single(self, flat: str, token: Token) -> Finding | None:
        around = _Around(flat, token.start, token.end)
        if _DOTTED.fullmatch(token.text) and token.text not in _COUNTRIES:
            if around.before(cues.PERSON_BEFORE) or around.after(cues.PERSON_AFTER):
                return finding_of([token], 0.55, "initials where a person would be")
        if token.kind is Class.INITIAL or token.key in PARTICLES or len(token.key) < 2 or token.key in KIN:
            return None
        if token.text.isupper() and len(token.text) < 3:
            return None
        if around.before(cues.ALIAS_BEFORE):
            return finding_of([token], 0.8, INTRODUCED)
        if token.kind is Class.WORD and token.key not in LABELS:
            return self._word_as_name(around, token)
        if token.kind not in NAME_CLASSES:
            return None
        if token.text.isupper() and len(token.text) < 4 and token.kind is not Class.FORENAME:
            return None
        if around.before(cues.KIN_BEFORE):
            return finding_of([token], 0.85, "after a word for a relative")
        if around.before(cues.GREETING) and token.kind in FORENAMES | {Class.UNKNOWN, Class.SURNAME}:
            return finding_of([token], 0.85, "greeted by name")
        return self._by_company(around, token)

    @staticmethod
    def _word_as_name(around: _Around, token: Token) -> Finding | None:
        """A plain word where only a name can stand: "Thanks Harps.", "bought off BISCUIT", "SPARKS A1234BC"."""
        if around.before(_THANKED) and _CLOSED.match(around.flat, token.end) and token.key not in _EVERYBODY:
            return finding_of([token], 0.55, "greeted by name")
        if around.before(cues.SOMEBODYS) and token.key not in ORGANISATION | STREET | _EVERYBODY and len(token.key) > 2:
            return finding_of([token], 0.6, "after a word for a relative")
        if not token.text.isupper() or len(token.key) < 4 or not amid_small_letters(around.flat, token):
            return None
        if _PRISONER_AFTER.match(around.flat, token.end):
            return finding_of([token], 0.8, "before a prison number")
        if around.before(_FROM_SOMEBODY):
            return finding_of([token], 0.55, "word in capitals where a person would be")
        return None

    @staticmethod
    def _by_company(around: _Around, token: Token) -> Finding | None:
        """One word that may be a name, judged by the words next to it."""
        if token.key in cues.EPONYMS and around.flat.startswith("'s", token.end):
            return None
        company = cues.AND_SOMEBODY.match(around.flat, token.end)
        joined = company is not None and classify(fold(company["name"])) is Class.FORENAME
        person = around.after(cues.PERSON_AFTER) or joined
        led_to = around.before(cues.HANDED_TO)
        led = led_to or around.before(cues.PERSON_BEFORE)
        role = around.before(cues.ROLE_BEFORE)
        if token.kind is Class.FORENAME:
            place = around.before(cues.PLACE_BEFORE) and token.key in PLACES
            return None if place else finding_of([token], 0.8 if person or led or role else 0.7, "forename")
        if token.kind is Class.WORD_NAME:
            labelled = around.before(_ANY_LABEL)
            if role or labelled or (led and not around.sentence_start) or (person and token.key not in ("will", "may")):
                placed = around.before(cues.PLACE_BEFORE) or token.key in PLACES
                return (
                    None
                    if placed
                    else finding_of([token], 0.6, "forename that is also a word, where a person would be")
                )
            return None
        if around.before(_ANY_LABEL) and not token.text.isupper():
            return finding_of([token], 0.55, "after a label")
        if token.text.isupper() and len(token.key) > 3 and amid_small_letters(around.flat, token):
            if token.kind is Class.SURNAME or led or person or role:
                return finding_of([token], 0.6, "surname in capitals")
        if around.before(cues.PLACE_BEFORE) and not role and not led_to:
            return finding_of([token], 1.0, "where a place would be", kind=PLACE)
        if token.kind is Class.UNKNOWN and token.text.isupper() and len(token.text) < 6 and not role:
            return None
        if is_misread(token.key):
            return None
        if role or led or person:
            return finding_of([token], 0.6, "unknown word where a person would be")
        return None


def _with_epithet(stretch: list[Token], index: int, found: Finding) -> Finding:
    """Big Trev, Lil Tee: what somebody is called belongs to the name."""
    before = stretch[index - 1] if index else None
    if found.kind != "person" or before is None or before.key not in EPITHETS:
        return found
    return replace(found, start=before.start)


def _declared_initials(flat: str, tokens: list[Token]) -> list[Finding]:
    """The initials that minutes put in brackets after a name and use from then on: "Cat Fenwick (CF)"."""
    match = cues.FULL_AND_INITIALS.match(flat, tokens[-1].end)
    if match is None:
        return []
    first = {part[0] for token in tokens for part in token.key.split("-") if part}
    letters = match["initials"].lower()
    if letters[0] not in {token.key[0] for token in tokens} or not set(letters) <= first:
        return []
    return [Finding(*match.span("initials"), "person", 0.9, (DECLARED,))]
