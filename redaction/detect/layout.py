"""Names given away by where they stand: mail headings, signatures, "SURNAME, Forename", brackets, lower case."""

import re

from redaction.detect import cues
from redaction.detect.folding import fold
from redaction.detect.lexicon import (
    ACRONYMS,
    CHAT,
    COMMON_CAPITALS,
    KIN,
    NEVER_LOWER,
    PLACES,
    TITLES,
    Class,
    classify,
    is_word,
    surnames,
    words,
)
from redaction.detect.model import Finding
from redaction.detect.names import (
    BRACKETED,
    FORENAMES,
    INTRODUCED,
    LONGEST_NAME,
    NAME_CLASSES,
)
from redaction.detect.text import PageString
from redaction.detect.tokens import Token, finding_of, part_of_place, tokens_of

_COMMA_NAME = re.compile(
    rf"(?<![\w'&-])(?P<surname>{cues.CAPITALISED}(?:[ ]{cues.CAPITALISED})?),[ \v]"
    rf"(?P<forename>{cues.TOKEN}(?:[ ]{cues.TOKEN}){{0,2}})(?![\w'])"
)
# Not the letters that chat writes for words: u, r, n, c, b.
_SMALL_INITIAL = re.compile(rf"(?<=[a-z] )[adefghijlmopqstvz][ ](?P<surname>{cues.CAPITALISED})(?!\w)")
_ENTERED_BY = re.compile(r"(?i)\b\w{3,}(?:ed|en) by:?[ ]\Z")
_SOLO_LINE = re.compile(
    rf"(?m)^[> \t]*(?P<name>{cues.TOKEN}(?:[ ](?:{cues.PARTICLE}[ ])?{cues.TOKEN}){{0,3}})(?P<comma>[.,]?)[ \t]*$"
)
_BRACKETED = re.compile(rf"\((?P<quote>[\"']?)(?P<name>{cues.CAPITALISED}(?:[ ]{cues.CAPITALISED})?)(?P=quote)\)")
_QUOTED = re.compile(rf"(?<=[a-z] )[\"'](?P<name>{cues.CAPITALISED})[\"'](?= {cues.CAPITALISED})")
_NICKNAME = re.compile(rf"(?P<quote>[\"'])(?P<name>{cues.CAPITALISED}(?:[ ]{cues.CAPITALISED})?)(?P=quote)(?!\w)")
_REAL_NAME = re.compile(
    r"(?i)(?<![\w'])(?P<name>[a-z]{3,})[\"']?(?:[ ](?:is|who is|aged?)[ ]\d\d)?"
    r",?[ ]\(?(?:real|proper|full|first)[ ]name(?![ ]?:)"
)
_PRONOUNS = frozenset("his her their the my your whose its own gave give given with and".split())
_SIGNED_OFF = re.compile(
    r"(?m)(?:(?<=[.!?)\"'] )|(?<=[.!?)\"']  )|(?<=[ ]-[ ])|(?<=[ ]/[ ])|(?<=[ ]{3})"
    r"|(?P<by>\b(?:by|signed|admin|initials?|per|pp|checked|clerk|officer):?[ ]))"
    r"(?P<initials>(?:[A-Z]\.?){2,3}|[A-Z]\.?Mc[A-Z])(?=[ \t]*\)?[ \t]*$)"
)
_CHAT_SPEAKER = re.compile(
    r"(?m)^[\[(]?\d[\d/.:,"
    r" -]{4,24}(?:[AaPp]\.?[Mm]\.?)?[\])]?[ ]{0,2}-?[ ]?"
    r"(?P<name>[A-Za-z][\w'.-]*(?:[ ][A-Za-z][\w'.-]*){0,2})[^\w\n:]{0,4}:[ ]"
)
_NOBODY = frozenset(
    "visits visit house meeting mtg handover curfew roll action call me in out you i self sent received incoming"
    " outgoing unknown note action update re subject time".split()
)
_DESKS = frozenset(
    """housing duty reception admin enquiries inbox mailbox records support allocations casework
    admissions complaints safeguarding""".split()
)
_LONGEST_SHOUT = 15
SIGNED_OFF = "initials at the end of an entry"
_NAME_BEFORE = re.compile(rf"{cues.CAPITALISED}[ ]{cues.CAPITALISED}[ ]\Z")
NAME_REACH = 48
_BLANK_ABOVE = re.compile(r"(?:\A|\n[> \t]*\n[> \t]*)\Z")
_BLANK_BELOW = re.compile(r"[ \t]*(?:\Z|\n[> \t]*(?:\n|\Z|Sent from my ))")
_IN_ANGLES = re.compile(r"<[^>\n]*>?|\[[^\]\n]*\]?|\([^)\n]*\)?")


class LayoutRecogniser:
    """Kind `person`, from the layout of the page and the habits of hurried typing."""

    name = "name layout"

    def find(self, page: PageString) -> list[Finding]:
        flat = page.flat
        return [
            *_surname_first(flat, page.plain),
            *_mail(flat),
            *_solo_lines(flat),
            *_brackets(flat),
            *_nicknames(flat),
            *_lower_case(flat),
            *(_small_initials(flat) if page.small else []),
            *_signed_off(page.plain),
            *_speakers(flat),
        ]


def _surname_first(flat: str, plain: str) -> list[Finding]:
    found = []
    for match in _COMMA_NAME.finditer(flat):
        surname = [t for t in tokens_of(flat, *match.span("surname"))]
        forename = tokens_of(flat, *match.span("forename"))
        if (
            not forename
            or not surname
            or any(
                t.key in TITLES or (part_of_place(t) and (t.key != "st" or len(surname) == 1))
                for t in surname + forename[:1]
            )
        ):
            continue
        shouted = all(t.text.isupper() and len(t.text) > 1 for t in surname) and surname[0].kind is not Class.STOP
        listed = forename[0].kind is Class.FORENAME and plain[match.start() : match.end()].isupper()
        entered = _ENTERED_BY.search(flat, max(0, match.start() - NAME_REACH), match.start()) is not None
        shouted = shouted and not (forename[0].text.isupper() and len(forename[0].text) > 1)
        if (shouted or listed or entered) and forename[0].kind in NAME_CLASSES | {Class.INITIAL}:
            end = forename[0].end
            for token in forename[1:]:
                if token.kind not in NAME_CLASSES | {Class.INITIAL}:
                    break
                end = token.end
            found.append(Finding(match.start(), end, "person", 0.92, ("SURNAME, Forename",)))
    return found


def _mail(flat: str) -> list[Finding]:
    """People in From, To and Cc lines and in "On ..., NAME wrote:"."""
    found = []
    for pattern, why in (
        (cues.ADDRESS_LABEL, "in the heading of a message"),
        (cues.WROTE, "author of a quoted message"),
    ):
        for match in pattern.finditer(flat):
            text = _IN_ANGLES.sub(lambda m: ";" * len(m.group()), match["people"])
            position = match.start("people")
            for piece in text.split(";"):
                found += _addressee(flat, position, piece, why)
                position += len(piece) + 1
    return found


def _solo_lines(flat: str) -> list[Finding]:
    """Names alone on a line: signatures, and the first line of a message."""
    found = []
    for match in _SOLO_LINE.finditer(flat):
        tokens = tokens_of(flat, *match.span("name"))
        if not tokens or any(t.kind is Class.STOP or part_of_place(t) for t in tokens) or tokens[0].key in TITLES:
            continue
        above = flat[max(0, match.start() - 80) : match.start()].rstrip("> \t\n")
        if cues.CLOSING.search(above) and tokens[0].kind is not Class.INITIAL:
            found.append(finding_of(tokens, 0.85, "signature"))
        elif (
            len(tokens) in (2, 3)
            and tokens[0].kind in FORENAMES
            and tokens[-1].key in surnames()
            and not match["name"].isupper()
            and (above.endswith((".", "!", "?")) or _BLANK_BELOW.match(flat, match.end()))
        ):
            found.append(finding_of(tokens, 0.6, "name alone on a line"))
        elif len(tokens) == 1 and tokens[0].kind in FORENAMES | {Class.UNKNOWN} and not tokens[0].text.isupper():
            set_apart = _BLANK_ABOVE.search(flat, max(0, match.start() - 12), match.start())
            last = above.endswith((".", "!", "?")) and _BLANK_BELOW.match(flat, match.end())
            if (set_apart or last) and tokens[0].key not in PLACES:
                found.append(finding_of(tokens, 0.6, "alone on a line"))
    return found


def _brackets(flat: str) -> list[Finding]:
    found = []
    for pattern in (_BRACKETED, _QUOTED):
        for match in pattern.finditer(flat):
            tokens = tokens_of(flat, *match.span("name"))
            quoted = bool(match.groupdict().get("quote")) or pattern is _QUOTED
            if any(t.kind in (Class.STOP, Class.PLACE) or part_of_place(t) for t in tokens):
                continue
            shouted = match["name"].isupper() and len(match["name"]) > 4
            if quoted and _NAME_BEFORE.search(flat, max(0, match.start() - NAME_REACH), match.start()):
                found.append(finding_of(tokens, 0.65, BRACKETED))  # Jonah Swales ("Chopper")
                continue
            if any(t.kind in NAME_CLASSES for t in tokens) and (quoted or shouted):
                found.append(finding_of(tokens, 0.65, BRACKETED))
    return found


def _nicknames(flat: str) -> list[Finding]:
    """Somebody called by a word in quotes: 'with Gaz and "Spud"'."""
    found = []
    for match in _NICKNAME.finditer(flat):
        tokens = tokens_of(flat, *match.span("name"))
        if not tokens or any(t.kind in (Class.STOP, Class.PLACE) or part_of_place(t) for t in tokens):
            continue
        before = flat[max(0, match.start() - 44) : match.start()]
        led = cues.PERSON_BEFORE.search(before) or cues.ALIAS_BEFORE.search(before) or cues.ROLE_BEFORE.search(before)
        acts = cues.PERSON_AFTER.match(flat, match.end()) or flat.startswith(" who ", match.end())
        said = re.search(
            r"(?i)\b(?:said|says|say|told (?:him|her|me|them|us)|replied|shouted|asked|wrote|is|was)[ ,:]*\Z", before
        )
        if acts or (led and not said):
            found.append(finding_of(tokens, 0.65, INTRODUCED))
    return found


def _signed_off(plain: str) -> list[Finding]:
    """Initials that close an entry, of whomever: "No reply. Will try again tomorrow. KT"."""
    found = []
    for match in _SIGNED_OFF.finditer(plain):
        key = match["initials"].lower().replace(".", "")
        line = plain[plain.rfind("\n", 0, match.start()) + 1 : match.start()]
        if key in COMMON_CAPITALS or key in ACRONYMS or is_word(key):
            continue
        if match["by"] or sum(letter.islower() for letter in line) > _LONGEST_SHOUT:
            found.append(Finding(*match.span("initials"), "person", 0.5, (SIGNED_OFF,)))
    return found


def _speakers(flat: str) -> list[Finding]:
    """Whoever a chat was saved under, before each message: "12/12/2023, 20:14 - Shan G: ..."."""
    found = []
    for match in _CHAT_SPEAKER.finditer(flat):
        tokens = [classify(word) for word in fold(match["name"]).split()]
        first = fold(match["name"]).split()[0]
        if first in _NOBODY or first in KIN or Class.STOP in tokens or not match["name"][0].isupper():
            continue
        found.append(Finding(*match.span("name"), "person", 0.8, ("before a message in a chat",)))
    return found


def _small_initials(flat: str) -> list[Finding]:
    """On a page without capitals, of which what could be a name was given some: "signed by d Braithwaite"."""
    return [
        Finding(*match.span(), "person", 0.6, ("initials + surname",))
        for match in _SMALL_INITIAL.finditer(flat)
        if classify(fold(match["surname"])) in (Class.SURNAME, Class.UNKNOWN)
    ]


def _lower_case(flat: str) -> list[Finding]:
    """Names in hurried notes: after a title, after a relative, or a forename that is no word."""
    found = []
    for match in cues.LOWER_TITLED.finditer(flat):
        key, title = fold(match["name"]).removesuffix("'s"), match["title"]
        if key in CHAT:
            continue
        known = key in surnames() and title in ("mr", "mrs") and key not in words("words_common")
        if (
            title != "miss"
            and len(key) == 1
            and key != "a"
            or known
            or (not is_word(key) and classify(key) is not Class.STOP)
        ):
            start = match.start("name")
            found.append(Finding(start, start + len(key), "person", 0.75, (f"title {title} + name",), title))
    for match in cues.LOWER_KIN.finditer(flat):
        key = fold(match["name"]).removesuffix("'s")
        if key not in NEVER_LOWER and classify(key) in (Class.FORENAME, Class.UNKNOWN, Class.WORD_NAME):
            start = match.start("name")
            found.append(Finding(start, start + len(key), "person", 0.65, ("after a word for a relative",)))
    for match in cues.LOWER_ALIAS.finditer(flat):
        if classify(match["name"]) in (Class.FORENAME, Class.UNKNOWN):
            found.append(Finding(*match.span("name"), "person", 0.65, (INTRODUCED,)))
    for match in _REAL_NAME.finditer(flat):
        articled = flat[max(0, match.start() - 4) : match.start()].lower().endswith(("the ", " a ", "his "))
        if (
            not articled
            and classify(fold(match["name"])) not in (Class.STOP, Class.INITIAL)
            and fold(match["name"]) not in _PRONOUNS
        ):
            found.append(Finding(*match.span("name"), "person", 0.65, (INTRODUCED,)))
    for match in cues.LOWER_WORD.finditer(flat):
        key = match.group()
        if classify(key) is Class.FORENAME and not is_word(key) and key not in KIN and key not in CHAT:
            found.append(Finding(match.start(), match.end(), "person", 0.55, ("forename in lower case",)))
    return found


def _departmental(tokens: list[Token]) -> bool:
    """Whether an address is a desk's: "Housing Duty"."""
    return any(token.key in _DESKS for token in tokens)


def _addressee(flat: str, position: int, piece: str, why: str) -> list[Finding]:
    """One entry of a From or To line: "Forename Surname" or "Surname, Forename"."""
    tokens = tokens_of(flat, position, position + len(piece))
    tokens = [token for token in tokens if token.key not in TITLES]
    if not tokens or len(tokens) > LONGEST_NAME + 1 or "@" in piece:
        return []
    if any(t.kind is Class.STOP or part_of_place(t) for t in tokens):
        return []
    if _departmental(tokens) or not any(t.kind in NAME_CLASSES for t in tokens) and len(tokens) < 2:
        return []
    parts = [part for part in piece.split(",") if part.strip()]
    if len(parts) > 2 or (len(parts) == 2 and all(" " in part.strip() for part in parts)):
        found = []
        for part in parts:
            offset = position + piece.index(part)
            found += _addressee(flat, offset, part, why)
        return found
    return [finding_of(tokens, 0.93, why)]
