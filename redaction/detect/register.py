"""The register of known names: once somebody is known, every form of their name is found on every page.

Exact forms come from one Aho-Corasick automaton over the folded page. Misspellings and OCR errors are looked for
among the words that are in no dictionary. Initials count only where somebody signs or speaks. Names are only ever
added, so knowing one more person can never lose a mention of another.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from rapidfuzz import process
from rapidfuzz.distance import OSA

from redaction.detect import cues
from redaction.detect.folding import fold
from redaction.detect.lexicon import (
    ACRONYMS,
    CHAT,
    COMMON_CAPITALS,
    NEVER_LOWER,
    ORGANISATION,
    PLACES,
    STREET,
    TITLES,
    Class,
    classify,
    is_word,
    same_forename,
    words,
)
from redaction.detect.mending import is_misread
from redaction.detect.model import Finding
from redaction.detect.naming import Name
from redaction.detect.text import PageString
from redaction.detect.variants import initials_of, variants

SHORTEST_MISSPELT = 4
INITIALS, ONE_INITIAL = "signs or speaks by initials", "initial alone on a line"
_LONG = 6  # from this length two slips are allowed, below it one
_WORD = re.compile(r"(?<![\w@'.|-])[^\W_][\w|]*(?:['-][\w|]+)*(?![\w@])")
_NOT_PERSON_AFTER = re.compile(
    rf"[ ](?P<word>[{cues.UPPER}][\w']*\.?)|[ ]?&[ ]?[{cues.UPPER}]|'s[ ](?:Law|disease|syndrome)\b"
)
_SENTENCE_START = re.compile(r"(?:\A|[.!?][\"')\]]*[ \v]+|\n[> \t]*|[-\u2022*][ ])\Z")
_LOWER_BEFORE = re.compile(
    r"(?:\b(?:with|w|also|young|told|tell|tells|ask|asks|asked|rang|ring|seen|saw|text|texted|phoned|other|called|and"
    r"|for|from|is|by|of"
    r"|that|re|dr|mr|mrs|ms|miss|n|so|if|4|2|wants|want)[ \v]+|\n[> \t]*)\Z",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:(?:spoke|spoken|speak|speaking|talk|talked|talking) (?:to|with)|told|asked|rang|phoned|texted)[ \v]+\Z",
    re.IGNORECASE,
)
_SPEAKS_AFTER = re.compile(
    r"[ \v](?:says|said|rang|told|asked|texted|thinks|cried|brought|hasnt|wasnt|isnt|doesnt|didnt|wants|came"
    r"|went|knows|let me"
    r"|attended|denied|denies|admitted|phoned|reckons|moved|lives|kicked|got upset|v struck)\b"
)
_LOWER_AFTER = re.compile(
    r"[ \v](?:says|said|rang|told|asked|is|was|has|had|stops|thinks|wants|came|got|did|v|w|who|back)\b|'s\b"
    r"|,|[ ]?\n|\.",
    re.IGNORECASE,
)
_DATE_NEAR = re.compile(
    r"(?:\d(?:st|nd|rd|th)?|early|late|mid|in|of|since|until|till|by|next|last|this|end of)[ \v]+\Z",
    re.IGNORECASE,
)
# Words no context rescues in lower case.
_HOPELESS = frozenset(
    "will may mark long little day white black green brown young house street court an so no do he she ill".split()
)
_PARAGRAPH = re.compile(r"\n[> \t]*\n[> \t]*\Z")
_IN_PLACE = re.compile(r"(?i)\b(?:in|at|near|hmp|hmyoi|towards|around)[ \v]+\Z")
_MONTHS = frozenset("may april june august".split())
_INITIALS_AT = re.compile(
    r"(?m)(?:(?<=[ ]{2})|(?<=- )|(?<=[(\[/])|^[> \t]*)(?P<initials>[A-Z]{2,4})(?=[ \t]*$|[ ]?:|'s\b"
    r"|[ ](?:said|joined|left|asked|to|reported|"
    r"noted|advised|agreed|confirmed|stated|attended|[-]|\d)|[)\]/,]|[ ]\d)"
    r"|(?<=[.!?] )(?P<closing>[A-Z]{2,4})(?=[ ]*$)|(?<![\w.])(?P<dotted>(?:[A-Z]\.){2,3})(?!\w)"
    r"|(?<= / )(?P<listed>[A-Z]{2,4})(?=[ ]*$)"
    r"|(?<=[A-Z]/)(?P<typist>[a-z]{2,3})(?=[ \t]*$)"
    r"|(?<=\| )(?P<cell>[A-Z]{2,4})(?=[ ]*(?:\||$))"
    r"|(?<=- )(?P<lower>[a-z]{2,3})(?=[ \t]*$)"
    r"|(?<![\w.])(?P<speaker>[A-Z]{2,4})(?=:[ ]|'s[ ][a-z]|[ ](?:said|asked|joined|reported|noted|advised"
    r"|agreed|confirmed|stated|rang|says|told|came|\w{3,}ed)\b|[ ]/[ ][A-Z]{2,4}$|[ ]for[ ]M)"
)
_EPITHET = re.compile(r"(?<![\w])(?:lil|Lil|Big|big)[ ]\Z")
_CAPITALS = re.compile(r"(?<![\w.&/'-])[A-Z]{2,4}(?![\w&-]|\.\w|'[A-RT-Z])")
_SMALL_LETTERS = re.compile(
    r"(?<![\w.&/'@-])[a-z]{2,3}(?=[ \v](?:says|said|rang|told|asked|attended|came|has|had|hasnt|was|wasnt|is"
    r"|not|didnt|did|denied|denies|reports|stated|wants|late|dna|no show)\b)"
)
_TASK_AFTER = re.compile(
    r"[ ]to[ ][a-z]{3,}|[ ]?:[ ]|[ ](?:will|has|is|was|said|says|asked|agreed|gave|confirmed|noted|thought|explained)\b"
)
_DEPARTMENTS = frozenset("IT HR OK".split())  # "IT rang" is seldom Ian Tolley
# Everyday words that hardly anybody writes in capitals in the middle of a sentence: "told by me and GO".
_SMALL_WORDS = frozenset("as at be by do go he if in is me my of on so to up we an".split())
_BY_SOMEBODY = re.compile(r"\b(?:by|and|with|told|asked|per|from)[ ]\Z")
_LETTER_ALONE = re.compile(r"(?m)^[> \t]*(?P<letter>[A-Z])\.?[ \t]*$")
_OCR = str.maketrans({"0": "o", "1": "l", "5": "s", "8": "b", "|": "l", "6": "b", "i": "l", "j": "l", "c": "e"})


def ocr_form(word: str) -> str:
    """`word` with the shapes that OCR confuses made one: rn and m, l and i and 1, o and 0, c and e, vv and w."""
    return word.replace("rn", "m").replace("vv", "w").replace("cl", "d").translate(_OCR)


class Register:
    """Finds every form of a set of names. Build once for a case, use for each page."""

    name = "register of known names"

    def __init__(self, names: Iterable[Name], declared: Iterable[str] = ()) -> None:
        ordered = sorted(set(names))
        self._forms: dict[str, str] = {}
        self._initials: dict[str, set[Name]] = defaultdict(set)
        self._letters: set[str] = set()
        for name in ordered:
            for form, why in variants(name).items():
                self._forms.setdefault(form, why)
            for letters in initials_of(name):
                self._initials[letters].add(name)
            given = name.forenames[0] if name.forenames else name.lone
            self._letters.add(given[:1])
        self._patterns = list(self._forms)
        self._automaton = (
            AhoCorasick(self._patterns, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA)
            if self._patterns
            else None
        )
        spoken = sorted(set(declared))
        self._declared = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, spoken))})(?!\w)") if spoken else None
        self._near: dict[str, tuple[float, str] | None] = {}

    @cached_property
    def _parts(self) -> list[str]:
        """Single words of the known names that a misspelling may be compared with."""
        words = {form for form in self._forms if " " not in form and "," not in form and len(form) >= SHORTEST_MISSPELT}
        return sorted(word for word in words if self._forms[word] != "short form of a known name")

    @cached_property
    def _ocr_parts(self) -> dict[str, str]:
        return {ocr_form(word): word for word in self._parts}

    def find(self, page: PageString, present: Collection[str] = ()) -> list[Finding]:
        """Every form on one page. `present` are the initials of those named in full on it, or known to be in the case
        throughout: only these may stand anywhere."""
        if self._automaton is None:
            return []
        found = [*self._exact(page, page.small), *self._misspelt(page), *self._signed(page)]
        return [*found, *_initials_of_present(page, present)] if present else found

    def _exact(self, page: PageString, lower_style: bool) -> list[Finding]:
        assert self._automaton is not None
        folded, raw = page.folded, page.raw
        found = []
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if start and (folded[start - 1].isalnum() or folded[start - 1] in "-@_" or _inside_word(folded, start)):
                continue
            if end < len(folded) and (
                folded[end].isalnum()
                or folded[end] in "@_"
                or (folded[end] == "-" and folded[end + 1 : end + 2].isalnum())
            ):
                if not (
                    folded.startswith("s", end)
                    and not folded[end + 1 : end + 2].isalnum()
                    and not is_word(folded[start:end] + "s")
                    and end - start > 3
                    and (raw[page.origin(start)].islower() or not is_word(folded[start:end]))
                ):
                    continue
                extra = 1
            else:
                extra = 0
            form = self._patterns[index]
            first, last = page.origin(start), page.origin(end + extra - 1) + 1
            score = self._weigh(page.flat, raw, form, first, last, lower_style, extra)
            if score:
                epithet = _EPITHET.search(page.flat, max(0, first - 5), first) if " " not in form else None
                first = epithet.start() if epithet else first
                found.append(Finding(first, last, "person", score, (self._forms[form],)))
        return found

    def _weigh(self, flat: str, raw: str, form: str, start: int, end: int, lower_style: bool, extra: int = 0) -> float:
        """How far to trust one exact match, from the case it is written in; 0 to reject it."""
        surface = raw[start:end]
        lower = surface[0].islower()
        why = self._forms[form]
        if " " in form:
            short = len(form.replace(",", " ").split()[0].rstrip(".")) == 1 or len(form.split()[-1]) == 1
            if short and lower and not (lower_style and len(form) > 4):
                return 0.0
            if len(form.split()[-1]) == 1 and surface[-1].islower() and not lower:
                return 0.0  # "Ashworth, a nurse"
            if short and form.split()[0] in ("a", "i") and not surface[:2].endswith("."):
                return 0.5 if surface[2:3].isupper() else 0.0
            firm = cues.FIRM_AFTER.match(flat, end)
            return 0.0 if firm else 0.9
        if _names_a_place(flat, form, end):
            return 0.0
        kind = classify(form)
        common = is_word(form) or kind in (Class.PLACE, Class.STOP, Class.WORD_NAME) or form in _MONTHS
        short_form = why == "short form of a known name"
        if lower:
            return self._weigh_lower(flat, form, start, end, common, short_form, lower_style, bool(extra))
        if len(form) < 3 and surface.isupper() and short_form:
            return 0.0
        if common or form in NEVER_LOWER:
            return self._weigh_word(flat, form, start, end, short_form)
        return 0.6 if short_form else 0.85

    @staticmethod
    def _weigh_lower(
        flat: str, form: str, start: int, end: int, common: bool, short_form: bool, lower_style: bool, owns: bool
    ) -> float:
        """A match in lower case: on its own if it is nothing else, else only where someone speaks or is spoken to."""
        if len(form) < 3 or classify(form) is Class.PLACE:
            return 0.0
        if not common:
            return 0.6
        if flat[max(0, start - 4) : start].lower() == "the ":
            return 0.0
        before = bool(_LOWER_BEFORE.search(flat, max(0, start - 12), start))
        after_it = bool(_LOWER_AFTER.match(flat, end))
        spoken = bool(_SPEAKS_AFTER.match(flat, end)) and not short_form
        if owns and not short_form and lower_style:
            return 0.5  # "rubys picture"
        sure = spoken or ((before and after_it) if form in NEVER_LOWER or short_form else (before or after_it))
        if classify(form) is Class.WORD_NAME and not short_form and _TOLD.search(flat, max(0, start - 14), start):
            return 0.5  # "spoke to mark" means nobody's mark
        return 0.5 if lower_style and sure and form not in _HOPELESS else 0.0

    @staticmethod
    def _weigh_word(flat: str, form: str, start: int, end: int, short_form: bool) -> float:
        """A capitalised match that is also an English word, a month or a town."""
        if form in _MONTHS and (
            _DATE_NEAR.search(flat, max(0, start - 12), start) or re.match(r"[ \v]*\d", flat[end : end + 3])
        ):
            return 0.0
        if _SENTENCE_START.search(flat, max(0, start - 16), start):
            alone = re.match(r"[ \t]*(?:\n|\Z|,[ ]?\n)", flat[end : end + 4]) or (
                flat[end : end + 1] == "," and _PARAGRAPH.search(flat, max(0, start - 8), start)
            )
            line = flat[flat.rfind("\n", 0, start) + 1 : end + 20]
            if flat[start:end].isupper() and len(form) > 3 and any(letter.islower() for letter in line):
                return 0.6
            person = cues.PERSON_AFTER.match(flat, end) and form not in ("will", "may")
            rare = is_word(form) and form not in words("words_common") and classify(form) is Class.WORD_NAME
            return 0.6 if alone or person or rare else 0.0
        if form in PLACES and _IN_PLACE.search(flat, max(0, start - 12), start):
            return 0.0
        return 0.0 if short_form else 0.7

    def _misspelt(self, page: PageString) -> list[Finding]:
        """Words in no dictionary that are a slip or an OCR error away from a known name."""
        found = []
        for match in _WORD.finditer(page.flat):
            text = match.group()
            if len(text) < SHORTEST_MISSPELT:
                continue
            key = fold(text).removesuffix("'s")
            if key in self._forms and fold(page.raw[match.start() : match.start() + len(key)]) != key:
                if is_word(key) and (text.islower() or _names_a_place(page.flat, key, match.end())):
                    continue
                found.append(Finding(match.start(), match.start() + len(key), "person", 0.7, (f"looks like {key}",)))
                continue
            near = self._near[key] if key in self._near else self._nearest(key)
            if near is not None and (text[0].isupper() or len(key) > SHORTEST_MISSPELT):
                found.append(Finding(match.start(), match.start() + len(key), "person", *_as_evidence(near)))
        return found

    def _nearest(self, key: str) -> tuple[float, str] | None:
        self._near[key] = None
        letters = sum(character.isalpha() for character in key)
        if (
            key in self._forms
            or letters < 3
            or letters * 2 < len(key)
            or is_word(key.removesuffix("s"))
            or is_word(key)
            or key in CHAT
            or is_misread(key)
        ):
            return None
        if "-" in key and all(part in self._forms for part in key.split("-")):
            self._near[key] = (0.7, "two known names joined")
            return self._near[key]
        if all(is_word(part) for part in key.split("-")) or len(key) < SHORTEST_MISSPELT:
            return None
        shape = self._ocr_parts.get(ocr_form(key))
        kind = classify(key)
        if shape is not None and (kind is Class.UNKNOWN or letters < len(key)):
            self._near[key] = (0.7, f"looks like {shape}")
            return self._near[key]
        if kind in (Class.FORENAME, Class.WORD_NAME, Class.PLACE, Class.STOP, Class.WORD) or letters < len(key) - 2:
            return None
        allowed = 2 if len(key) >= _LONG and kind is Class.UNKNOWN else 1
        best = process.extractOne(key, self._parts, scorer=OSA.distance, score_cutoff=allowed)
        if best is not None and (
            best[1] == 1
            and (len(best[0]) > 4 or best[0][0] == key[0])
            or (best[1] == 2 and best[0][0] == key[0] and len(best[0]) >= _LONG)
        ):
            self._near[key] = (0.6, f"one or two letters from {best[0]}")
        elif kind in (Class.UNKNOWN, Class.SURNAME):
            self._near[key] = self._stem(key)
        return self._near[key]

    def _stem(self, key: str) -> tuple[float, str] | None:
        """A known forename cut short, with or without a pet ending: Venkat, Rubes, Livvy."""
        stem = re.sub(r"(?:es|ie|ies|y|s|o|a|az|za)$", "", key)
        stem = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2:-1] else stem
        for part in self._parts:
            if len(part) > len(key) - 2 and (part.startswith(key) or (len(stem) >= 3 and part.startswith(stem))):
                return 0.55, f"short for {part}"
        return None

    def _signed(self, page: PageString) -> list[Finding]:
        """Initials where somebody signs or speaks, and a lone letter at the foot of a message."""
        found = []
        for match in _INITIALS_AT.finditer(page.flat):
            group = next(name for name, letters in match.groupdict().items() if letters)
            if group == "speaker" and match[group] in _DEPARTMENTS:
                continue
            if match[group].lower().replace(".", "") in self._initials:
                found.append(Finding(*match.span(group), "person", 0.55, (INITIALS,)))
        if self._declared is not None:
            found += [
                Finding(*match.span(), "person", 0.8, (INITIALS,)) for match in self._declared.finditer(page.flat)
            ]
        for match in _LETTER_ALONE.finditer(page.flat):
            if match["letter"].lower() in self._letters:
                found.append(Finding(*match.span("letter"), "person", 0.5, (ONE_INITIAL,)))
        return found

    def by_initials(self, letters: str) -> set[Name]:
        """The names that `letters` may stand for."""
        key = letters.lower().replace(".", "")
        if len(key) == 1:
            return {
                name for names in self._initials.values() for name in names if same_forename(key, name.forenames[0])
            }
        return self._initials.get(key, set())


def _initials_of_present(page: PageString, present: Collection[str]) -> list[Finding]:
    """The initials of people named on the page wherever they stand: "breach SA if he misses again"."""
    found = []
    for match in _CAPITALS.finditer(page.plain):
        key = match.group().lower()
        if key not in present or _loud_around(page.plain, *match.span()):
            continue
        if key in TITLES and cues.RUN.match(page.plain, match.end() + 1):
            continue  # "CM Tunnicliffe"
        common = key in COMMON_CAPITALS or key in ACRONYMS or is_word(key)
        starts = _SENTENCE_START.search(page.plain, max(0, match.start() - 4), match.start())
        led = key in _SMALL_WORDS and _BY_SOMEBODY.search(page.plain, max(0, match.start() - 8), match.start())
        if not common or led or (starts and _TASK_AFTER.match(page.plain, match.end())):
            found.append(Finding(*match.span(), "person", 0.5, (INITIALS,)))
    if page.small:
        for match in _SMALL_LETTERS.finditer(page.plain):
            key = match.group()
            if key in present and not (is_word(key) or key in CHAT or key in COMMON_CAPITALS or key in NEVER_LOWER):
                found.append(Finding(*match.span(), "person", 0.5, (INITIALS,)))
    return found


def _loud_around(flat: str, start: int, end: int) -> bool:
    """Whether the words about are all in capitals too, so that capitals say nothing."""
    around = flat[max(0, start - 30) : start] + flat[end : end + 30]
    return sum(letter.isupper() for letter in around) > sum(letter.islower() for letter in around)


def _as_evidence(near: tuple[float, str]) -> tuple[float, tuple[str, ...]]:
    return near[0], (near[1],)


def _names_a_place(flat: str, form: str, end: int) -> bool:
    """Whether a street or organisation word follows a lone name, or the rest of a firm: "Moon Street", "Moon & Co"."""
    if cues.FIRM_AFTER.match(flat, end):
        return True
    after = _NOT_PERSON_AFTER.match(flat, end)
    if after is None:
        return False
    if after["word"] is not None:
        return fold(after["word"]).rstrip(".") in STREET | ORGANISATION
    return classify(form) is not Class.FORENAME or cues.FIRM_AFTER.match(flat, end) is not None


def _inside_word(folded: str, start: int) -> bool:
    """Whether an apostrophe or a dot before `start` joins it to a word (O'Dowd, www.name)."""
    return start > 1 and folded[start - 1] in "'." and folded[start - 2].isalnum() and folded[start - 1] == "'"
