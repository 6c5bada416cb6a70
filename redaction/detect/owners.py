"""Whose an identifier is, where the page says so plainly. Anything less is left to a person.

An identifier belongs to somebody when it stands beside their name with nothing but labels between, when it stands in
a form under their name, or when the same value was so placed elsewhere in the case. The subject's own are never
suggested for redaction, so for them the name must also begin the line or answer a label that asks for it. Where two
values of a kind that everybody has once would fall to one person, neither does.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from redaction.detect.folding import fold
from redaction.detect.model import IDENTIFIER_KINDS, Mention
from redaction.detect.text import PageString

BESIDE, IN_FORM, ELSEWHERE = "beside the name", "in a form under the name", "same value beside the name elsewhere"
LONGEST_FORM = 14  # lines
MOST_BETWEEN = 10  # mentions
LONGEST_LEAD = 200  # characters from the start of the line
_REACH = 20  # characters before a name in which a word may say that it is not the name's own number that follows
_ONE_EACH = frozenset(
    {"date_of_birth", "nino", "nhs_number", "pnc_id", "cro", "prison_number", "crn", "driving_licence"}
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_LABEL_WORDS = frozenset(
    """dob d o b born date of birth pnc id cro crn nhs nino ni no nomis number num ref prison mobile mob phone tel
    telephone home new own direct line email e mail mailto address at reg vehicle car licence driving insta instagram
    account sort code bank postcode on ip if needed and or t m""".split()
)
_OWN_LABELS = frozenset(
    """case name names full name re subject of report offender defendant patient client service user prisoner resident
    applicant pupil child nominal contact saved as first last surname forename forenames family known""".split()
)
_NUMBER = r"(?: id| no\.?| number)?"
_FIELD = re.compile(
    rf"(?:^|[ ]{{2,}})[> \t]*(?:date of birth|d\.?o\.?b\.?|(?:pnc|cro|prison|nomis|nhs|ni|national insurance){_NUMBER}"
    rf"|crn|nino|(?:home |current )?address|postcode|(?:home |mobile )?(?:tel(?:ephone)?|phone){_NUMBER}"
    rf"|mobile{_NUMBER}|e-?mail(?: address)?|driving licence{_NUMBER})[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_LEAD = re.compile(r"[> \t\d.)(\[\]*\u2022\"'-]*(?:(?P<label>[A-Za-z /]{2,30}):[ \t\v\"']*)?\Z")
_POSSESSOR_BEFORE = re.compile(r"(?i)\b(?:of|to|for|with|than|by|from|via|c/o|and|or)[ \v]+\Z")
_WORDS = re.compile(r"[a-z]+")


def attribute(pages: Sequence[PageString], mentions: list[Mention]) -> list[Mention]:
    """The same mentions, each identifier that plainly is somebody's with `person`, `subject` and why."""
    by_page: dict[int, list[int]] = defaultdict(list)
    for index, mention in enumerate(mentions):
        by_page[mention.page].append(index)
    texts = {page.number: page.flat for page in pages}
    claims: dict[int, tuple[Mention, str]] = {}
    for number, indexes in by_page.items():
        here = [mentions[index] for index in indexes]
        for place, mention in enumerate(here):
            if mention.kind in IDENTIFIER_KINDS and mention.person is None and not mention.candidates:
                claim = _beside(texts[number], here, place) or _in_form(texts[number], here, place)
                if claim is not None:
                    claims[indexes[place]] = claim
    _withdraw_doubtful(mentions, claims)
    _carry_over(mentions, claims)
    result = list(mentions)
    for index, (owner, why) in claims.items():
        mention = result[index]
        result[index] = replace(mention, person=owner.person, subject=owner.subject, evidence=(*mention.evidence, why))
    return result


def _beside(flat: str, here: list[Mention], place: int) -> tuple[Mention, str] | None:
    """The name before the identifier on its line, over at most a few other identifiers."""
    first = place - 1
    while first >= max(0, place - MOST_BETWEEN) and here[first].kind in IDENTIFIER_KINDS:
        first -= 1
    owner, identifier = here[first], here[place]
    if first < 0 or owner.kind != "person" or owner.person is None:
        return None
    line_start = flat.rfind("\n", 0, identifier.start) + 1
    if owner.start < line_start or not _only_labels(flat, owner.end, here[first + 1 : place], identifier.start):
        return None
    if _POSSESSOR_BEFORE.search(flat, max(line_start, owner.start - _REACH), owner.start):
        return None
    if owner.subject and (
        owner.start - line_start > LONGEST_LEAD or not _names_whose_line(flat[line_start : owner.start])
    ):
        return None
    return owner, BESIDE


def _only_labels(flat: str, start: int, between: list[Mention], end: int) -> bool:
    """Whether nothing but labels, and the identifiers `between`, stands from `start` to `end`."""
    if flat.startswith(("'s", "s'"), start):
        return False
    words: list[str] = []
    for mention in between:
        words += _WORDS.findall(fold(flat[start : mention.start]))
        start = mention.end
    return set(words + _WORDS.findall(fold(flat[start:end]))) <= _LABEL_WORDS


def _names_whose_line(lead: str) -> bool:
    match = _LINE_LEAD.fullmatch(lead)
    return match is not None and set(_WORDS.findall(fold(match["label"] or ""))) <= _OWN_LABELS


def _in_form(flat: str, here: list[Mention], place: int) -> tuple[Mention, str] | None:
    """The name in a field of the same block of lines above, where the identifier's field asks for one of theirs."""
    identifier = here[place]
    position = flat.rfind("\n", 0, identifier.start) + 1
    if identifier.start - position > LONGEST_LEAD:
        return None
    fields = list(_FIELD.finditer(flat, position, identifier.start))
    if not fields:
        return None
    after = [m for m in here[max(0, place - MOST_BETWEEN) : place] if m.start >= fields[-1].end()]
    if not _only_labels(flat, fields[-1].end(), after, identifier.start):
        return None
    for _ in range(LONGEST_FORM):
        if position == 0:
            return None
        above = flat.rfind("\n", 0, position - 1) + 1
        line = flat[above : position - 1]
        while place and here[place].start >= position:
            place -= 1
        named = [m for m in here[max(0, place - MOST_BETWEEN) : place + 1] if m.kind == "person" and m.start >= above]
        if named:
            lead = flat[above : named[0].start]
            asked = len(named) == 1 and ":" in lead and _names_whose_line(lead)
            return (named[0], IN_FORM) if asked and named[0].person is not None else None
        if ":" not in line:
            return None
        position = above
    return None


def value_of(mention: Mention) -> str:
    """One form for all the ways an identifier is written; dates as day, month, two figures of the year."""
    text = fold(mention.text)
    if mention.kind != "date_of_birth":
        letters = "".join(character for character in text if character.isalnum())
        return "0" + letters[2:] if mention.kind == "phone" and letters.startswith("44") else letters
    parts = re.findall(r"\d+|[a-z]{3,}", text)
    parts = [str(_MONTHS.index(p[:3]) + 1) if p[:3] in _MONTHS else p for p in parts]
    if parts and len(parts[0]) == 4:
        parts.reverse()
    return "-".join(part[-2:].lstrip("0") for part in parts)


def _withdraw_doubtful(mentions: list[Mention], claims: dict[int, tuple[Mention, str]]) -> None:
    """Take back claims to what everybody has once where one person would have two, or one value two owners."""
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for index, (owner, _) in claims.items():
        kind, value = mentions[index].kind, value_of(mentions[index])
        values[str(owner.person), kind].add(value)
        owners[kind, value].add(str(owner.person))
    for index, (owner, _) in list(claims.items()):
        kind, value = mentions[index].kind, value_of(mentions[index])
        two_values = kind in _ONE_EACH and len(values[str(owner.person), kind]) > 1
        if two_values or len(owners[kind, value]) > 1:
            del claims[index]


def _carry_over(mentions: list[Mention], claims: dict[int, tuple[Mention, str]]) -> None:
    """The same value elsewhere is the same person's; an address or a place may be shared, so it is not carried."""
    known: dict[tuple[str, str], Mention] = {}
    for index, (owner, _) in claims.items():
        known[mentions[index].kind, value_of(mentions[index])] = owner
    for index, mention in enumerate(mentions):
        if index in claims or mention.kind not in IDENTIFIER_KINDS - {"address", "postcode", "ip"}:
            continue
        if mention.person is None and not mention.candidates:
            found = known.get((mention.kind, value_of(mention)))
            if found is not None:
                claims[index] = found, ELSEWHERE
