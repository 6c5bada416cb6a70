"""A first guess at who somebody is, from the words beside the name, and at whom a clue means.

Each mention of a person casts a vote where a word for a tie or a role stands right before or after the name: "his mum
Julie", "Ileana Dragomir (wife)", "Victim: Jade". The words are kept, so that an officer sees why. A guess decides
nothing. A clue ("his mum", "the neighbour at no. 12") is tied to a person where one, and only one, is called that.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from redaction.detect.folding import fold
from redaction.detect.model import Mention
from redaction.detect.text import SOFT, PageString

VICTIM, PARTNER, CHILD, PARENT, FAMILY = "victim", "partner", "child", "parent", "family"
CO_DEFENDANT, WITNESS, STAFF, PROFESSIONAL, OTHER = "co-defendant", "witness", "staff", "professional", "other"
_WORDS: dict[str, str] = {
    VICTIM: r"victim|complainant|injured party|aggrieved|survivor",
    PARTNER: r"(?:ex[- ]|former |new )?(?:wife|husband|partner|girlfriend|boyfriend|g/friend|b/friend"
    r"|fianc[eé]e?|spouse|missus)"
    r"|ex|gf|bf",
    CHILD: r"(?:step|foster |baby |eldest |youngest )?(?:son|daughter|child|baby)|pupil|toddler|stepchild",
    PARENT: r"(?:step|foster )?(?:mother|father|mum|mam|dad)|parent|mummy|daddy",
    FAMILY: r"(?:step|half[- ]|twin |big |little |younger |elder |older )?(?:brother|sister)|bro|sis|sibling"
    r"|cousin|uncle"
    r"|aunt(?:ie|y)?|nan|nana|nanna|gran|granny|grandma|grandmother|grandad|grandfather|grandson|granddaughter|nephew|niece"
    r"|(?:mother|father|brother|sister|son|daughter)-in-law|next of kin|nok",
    CO_DEFENDANT: r"co-?def(?:endant)?s?|co-?accused|accomplice|suspect|perpetrator|associate|co-?offender",
    WITNESS: r"witness|informant|caller|reported by|statement of|keyholder",
    OTHER: r"neighbour|landlord|landlady|lodger|housemate|flatmate|friend|mate|padmate|cellmate|employer|boss|keeper",
    STAFF: r"probation officer|offender manager|responsible officer|supervising officer|practitioner|senior"
    r" probation officer"
    r"|case ?manager|com|pom|spo|vlo|victim liaison officer|officer|author|key ?worker|report author|assessor|oic"
    r"|wing officer|governor|custodial manager",
    PROFESSIONAL: r"social worker|solicitor|barrister|gp|doctor|consultant|psychiatrist|psychologist|nurse|cpn"
    r"|health visitor"
    r"|hv|idva|isva|iro|teacher|head ?teacher|senco|interpreter|support worker|drug worker|outreach worker|youth worker"
    r"|counsellor|therapist|mentor|amhp|imam|pastor|vicar|chaplain|priest|judge|magistrate|clerk|chair|minutes"
    r"|housing officer"
    r"|midwife|pharmacist|coordinator|care coordinator|manager|ta|headteacher|supervisor|dentist|paramedic|ward sister",
}  # fmt: skip
_TITLES: dict[str, str] = {
    PROFESSIONAL: "pc dc ds di dci dcs supt sgt sergeant insp inspector constable detective wpc pcso ps dr prof"
    " professor "
    "judge justice nurse reverend rev cllr councillor idva isva sw cpn imam pastor rabbi recorder matron senco hoy",
    STAFF: "spo aco po officer vlo ofc so cm gov governor osg cso ofcr warder",
    FAMILY: "auntie aunt aunty uncle nan nana nanna gran granny grandad grandma",
    PARENT: "mummy daddy",
}
_OF_TITLE = {title: relation for relation, titles in _TITLES.items() for title in titles.split()}
# Where two have as many votes, the guess that costs most if missed comes first.
_ORDER = (VICTIM, CHILD, PARTNER, PARENT, FAMILY, CO_DEFENDANT, WITNESS, STAFF, PROFESSIONAL, OTHER)
_ANY = "|".join(f"(?P<{name.replace('-', '_')}>{words})" for name, words in _WORDS.items())
_POSSESSOR = (
    rf"(?:(?:his|her|their|my|your|the|our|[A-Z][\w'-]+'s?)[ {SOFT}]+"
    rf"(?:(?:late|own|new|old|then|current)[ {SOFT}])?)?"
)
_TITLE = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Rev|Sir|Lady|PC|DC|DS|Cllr)\.?[ ])?"
_BEFORE = re.compile(
    rf"(?i)(?<![\w'-]){_POSSESSOR}(?:{_ANY})(?:'s name is|[ ](?:is|was|called|named|name)|,)?"
    rf"[ ]?[:|]?[ {SOFT}(\"']{{1,3}}(?-i:{_TITLE})\Z"
)
_AFTER = re.compile(
    rf"(?i)['\"]?(?:[ {SOFT}]?\(|,[ {SOFT}]|[ ]\|[ ]|[ {SOFT}]is[ {SOFT}]|[ ]-[ ])[ ]?{_POSSESSOR}(?:a |an |the"
    rf" )?(?:{_ANY})(?![\w'-])(?![ ][A-Z])"
)
_USER = re.compile(
    r"(?i)\b(?:former|ex|previous|one-time)[ -](?:service user|prisoner|offender|resident|client)|\blived"
    r" experience\b|\bpeer"
    r" (?:mentor|worker|supporter)|\bservice user (?:rep|volunteer|representative)|\bknown to us as a\b"
)
_SENTENCE_END = re.compile(r"(?<=[a-z)]{2})[.!?][ \n\v]|\n\s*\n")
_OWN_RECORD = frozenset({"pnc_id", "cro", "prison_number", "crn"})
_WINDOW, _SNIPPET, _MOST_WORDS = 48, 60, 3
ALSO_USER = "may be a service user too"
_NAMED_AS = re.compile(
    rf"[^.!?\n]{{0,60}}?(?:introduced (?:him|her)self as|gave (?:his|her|the) name (?:as|of)|(?:is|was) called"
    rf"|name is)[ {SOFT}](?:{_TITLE})\Z"
)
_SAME_TIE = (
    "mum mam mother mummy mom", "dad father daddy", "nan nana nanna gran granny grandma grandmother", "bro brother",
    "grandad granddad grandfather", "sis sister", "gf girlfriend g/friend", "bf boyfriend b/friend",
    "aunt auntie aunty",
    "neighbour", "landlord", "landlady", "wife missus", "husband", "partner", "ex ex-partner ex-wife ex-husband",
    "son", "daughter",
    "cousin", "uncle", "stepdad stepfather", "stepmum stepmother", "mother-in-law", "father-in-law", "lodger",
    "fiance fiancee",
    "nephew", "niece", "friend mate", "baby", "grandson", "granddaughter",
)  # fmt: skip
_TIE_OF = {word: group.split()[0] for group in _SAME_TIE for word in group.split()}
_TIE = re.compile(
    r"(?<![\w-])(?:" + "|".join(sorted(map(re.escape, _TIE_OF), key=len, reverse=True)) + r")(?![\w-])", re.IGNORECASE
)


def relate(pages: Sequence[PageString], mentions: list[Mention]) -> list[Mention]:
    """The same mentions: those of people with a guess at who they are and the words for it, clues with whom they
    may mean."""
    by_page: dict[int, list[int]] = defaultdict(list)
    for index, mention in enumerate(mentions):
        by_page[mention.page].append(index)
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    words: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    ties: dict[tuple[str, str], set[str]] = defaultdict(set)
    read: set[str] = set()
    for page in pages:
        if page.raw in read:
            continue  # a copy of a page is no further evidence
        read.add(page.raw)
        for index in by_page[page.number]:
            mention = mentions[index]
            if mention.person is None or mention.subject:
                continue
            for relation, why in _cast(page.mended, mention):
                votes[mention.person][relation] += 1
                words[mention.person, relation][why] += 1
                tie = _TIE.search(why) if relation not in (STAFF, PROFESSIONAL) and mention.kind == "person" else None
                if tie and (whose := _whose(why)):
                    ties[whose, _TIE_OF[fold(tie.group())]].add(mention.person)
    guesses = {person: _best(person, cast, words) for person, cast in votes.items()}
    named = {page.number: page for page in pages}
    result = list(mentions)
    for indexes in by_page.values():
        for place, index in enumerate(indexes):
            mention = result[index]
            if mention.kind == "context":
                following = mentions[indexes[place + 1]] if place + 1 < len(indexes) else None
                whom = _whom(named[mention.page].mended, mention, following, ties)
                result[index] = replace(mention, candidates=whom) if whom else mention
            elif mention.kind == "person" and mention.person in guesses and not mention.subject:
                relation, because = guesses[mention.person]
                result[index] = replace(mention, relation=relation, because=because)
    return result


def _cast(text: str, mention: Mention) -> Iterator[tuple[str, str]]:
    """The votes of one mention, each with its words."""
    if mention.kind in _OWN_RECORD:
        yield ALSO_USER, f"{mention.kind.replace('_', ' ')} {mention.text}"
        return
    if mention.kind != "person":
        return
    for why in mention.evidence:
        title = why.removeprefix("title ").removesuffix(" + name").removesuffix(" + surname")
        if why.startswith("title ") and title in _OF_TITLE:
            yield _OF_TITLE[title], f"{title.upper() if len(title) < 4 else title.capitalize()} {mention.text}"
    line = max(text.rfind("\n", 0, mention.start) + 1, mention.start - _WINDOW)
    before = _BEFORE.search(text, line, mention.start)
    if before is not None and before.lastgroup is not None:
        yield _relation_of(before), _snippet(text, before.start(), mention.end)
    after = _AFTER.match(text, mention.end)
    if after is not None:
        closed = text.startswith(")", after.end()) and "(" in after.group()
        yield _relation_of(after), _snippet(text, mention.start, after.end() + closed)
    first = max((end.end() for end in _SENTENCE_END.finditer(text, line, mention.start)), default=line)
    ends = _SENTENCE_END.search(text, mention.end, min(len(text), mention.end + _WINDOW))
    user = _USER.search(text, first, ends.start() if ends else min(len(text), mention.end + _WINDOW))
    if user is not None:
        yield ALSO_USER, _snippet(text, user.start(), user.end())


def _relation_of(match: re.Match[str]) -> str:
    return next(name for name in _WORDS if match[name.replace("-", "_")])


def _snippet(text: str, start: int, end: int) -> str:
    return re.sub(r"\s+", " ", text[start:end]).strip(" ,:|(\"'")[:_SNIPPET]


def _best(person: str, cast: Counter[str], words: dict[tuple[str, str], Counter[str]]) -> tuple[str, tuple[str, ...]]:
    ranked = sorted((name for name in cast if name != ALSO_USER), key=lambda name: (-cast[name], _ORDER.index(name)))
    relation = ranked[0] if ranked else ""
    because = [] if not relation else [why for why, _ in _often(words[person, relation])][:_MOST_WORDS]
    if cast[ALSO_USER] and relation in (STAFF, PROFESSIONAL):
        because += [f"{ALSO_USER}: {why}" for why, _ in _often(words[person, ALSO_USER])[:1]]
    return relation, tuple(because)


def _often(counted: Counter[str]) -> list[tuple[str, int]]:
    """Most frequent first, then by the alphabet: never by the order in which the pages came."""
    return sorted(counted.items(), key=lambda item: (-item[1], len(item[0]), item[0]))


def _whose(words: str) -> str:
    """The pronoun that a tie begins with; "" for a name or none: "Mother:" on a form is anybody's mother."""
    first = fold(words).split(" ")[0]
    return first if first in ("his", "her", "their", "my", "our", "your") else ""


def _whom(
    text: str, clue: Mention, following: Mention | None, ties: dict[tuple[str, str], set[str]]
) -> tuple[str, ...]:
    """The people a clue may mean: who is named in the same breath, else everybody called the same in the case."""
    if following is not None and following.kind == "person" and following.person is not None:
        if _NAMED_AS.fullmatch(text, clue.end, following.start):
            return (following.person,)
    tie, whose = _TIE.search(clue.text), _whose(clue.text)
    return tuple(sorted(ties.get((whose, _TIE_OF[fold(tie.group())]), ()))) if tie and whose else ()
