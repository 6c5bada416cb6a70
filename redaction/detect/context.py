"""Phrases that point at one private person without a name: "his ex-partner", "the lady at no. 12", "Mum".

They are clues for an officer, not names: nothing is grouped by them. A phrase that stands next to a name
("her mother, Mrs Gallacher") is left to the name.
"""

import re

from redaction.detect.folding import fold
from redaction.detect.lexicon import KIN, Class, classify
from redaction.detect.model import Finding
from redaction.detect.text import PageString

POSSESSED, DEFINITE, BARE = 0.8, 0.65, 0.6

_KIN = "|".join(sorted((re.escape(word) for word in KIN - {"parents", "in-law"}), key=len, reverse=True))
_ADJECTIVE = (
    r"(?:new|old|own|late|former|ex|current|then|elder|eldest|older|oldest|younger|youngest|big|little|baby"
    r"|step|"
    r"half|twin|maternal|paternal|estranged|pregnant|elderly|disabled|adult|unborn|foster|adoptive|biological|birth|other"
    r"|first|"
    r"second|next|pen|best|close|common-law|ex-)"
)
_S = r"(?:[ \v]+|[ ]?\n[> \t]*)"
_POSSESSIVE = re.compile(
    rf"\b(?:his|her|their|my|your|ur|our|whose)(?:{_S}{_ADJECTIVE}){{0,2}}{_S}(?:(?:nan|gran|mum|mam|dad)s"
    rf"|{_KIN}|pen{_S}friend)(?![\w-])",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"(?<=\w)(?:'s|s')(?:{_S}{_ADJECTIVE}){{0,2}}{_S}(?P<kin>{_KIN})(?![\w-])", re.IGNORECASE)
_DEFINITE = re.compile(
    rf"\bthe{_S}(?:children's{_S}|child's{_S}|baby's{_S}|boy's{_S}|girl's{_S}|victim's{_S}|subject's{_S}"
    rf"|defendant's{_S})?"
    rf"(?:{_ADJECTIVE}{_S}){{0,2}}(?P<kin>{_KIN})(?![\w-])",
    re.IGNORECASE,
)
_LOCATED = re.compile(
    rf"\bthe{_S}(?:\w+{_S})?(?:neighbours?|lady|woman|man|lad|girl|boy|couple|bloke|guy|chap|people"
    rf"|person){_S}"
    rf"(?:(?:at|in|from){_S}(?:no\.?|number|flat){_S}?\d*\w*|upstairs|downstairs|next{_S}door"
    rf"|across{_S}the{_S}road|opposite)"
    r"(?!\w)",
    re.IGNORECASE,
)
_PARENT_OF = re.compile(
    rf"\bthe{_S}(?:mother|father|mum|dad|parent|brother|sister|son|daughter|wife|husband|partner"
    rf"|child){_S}of{_S}"
    rf"(?:another|one|a){_S}\w+(?:{_S}in{_S}\w+{_S}\d+)?",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?<![\w'-])(?:Mum|Mam|Mummy|Dad|Daddy|Nan|Nana|Gran|Granny|Grandma|Grandad|Granddad|Auntie"
    r"|Uncle)(?!['\w-]*\w)(?!{_S}[A-Z])".replace("{_S}", _S)
)
_BARE_POSSESSIVE = re.compile(
    r"(?<![\w'-])(?:Mum|Mam|Mummy|Dad|Daddy|Nan|Nana|Gran|Granny|Grandma|Grandad|Granddad)(?='s\b)"
)
_BARE_LOWER = re.compile(
    r"(?<![\w'-])(?:mum|mam|daddy|dad|nan|gran|grandad)(?= (?:was|is|has|had|said|says|rang|came|went|will"
    r"|told|"
    r"and|who|did|thinks|wants|wont|doesnt|wasnt|isnt)\b)"
)
_UNLED = re.compile(
    r"(?i)\b(?:maternal|paternal)[ \v](?:grandmother|grandfather|grandma|grandad|gran|nan|aunt|uncle|cousin)(?!\w)"
)
_NEXT_DOOR = re.compile(
    rf"(?i)(?<![\w-])next{_S}door(?={_S}(?:said|says|rang|told|heard|called|came|shouted|banged|went|has|had"
    rf"|complained))"
)
_NAME_FOLLOWS = re.compile(
    r"(?:,|:|[ \v]?\(|-)?[ \v]{1,3}(?:(?:Mr|Mrs|Ms|Miss|Dr|Auntie"
    r"|Uncle)[ .\v]+)?(?P<word>[A-Z\u00c0-\u017d](?:[\w'-]+|\.))"
    r"|[ \v]['\"](?=[A-Z])|(?:,)?[ \v](?:called|named)\b|:"
)
# Roles, not ties: "his own boss", "partner agencies", "the child protection plan".
_PROFESSIONAL_NEXT = re.compile(
    r"[ \v]+(?:agency|agencies|organisation|organisations|protection|benefit|support|maintenance|abuse"
    r"|services|care|contact|"
    r"link|in need|safeguarding|minder|care|exploitation|request|link worker|unit|class|school|order)\b",
    re.IGNORECASE,
)
_DEFINITE_TOO_WIDE = frozenset("child baby parent mate friend partner ex twin eldest youngest".split())


class ContextRecogniser:
    """Kind `context`."""

    name = "context"

    def find(self, page: PageString) -> list[Finding]:
        flat = page.flat
        found: list[Finding] = []

        def add(start: int, end: int, score: float, why: str) -> None:
            if _PROFESSIONAL_NEXT.match(flat, end):
                return
            following = _NAME_FOLLOWS.match(flat, end)
            word = fold(following["word"] or "").rstrip(".") if following else ""
            if following and (not word or classify(word) not in (Class.WORD, Class.STOP, Class.PLACE)):
                return
            found.append(Finding(start, end, "context", score, (why,)))

        for match in _POSSESSIVE.finditer(flat):
            add(*match.span(), POSSESSED, "a relative or companion, by relationship")
        for match in _NAMED.finditer(flat):
            add(*match.span("kin"), POSSESSED, "relationship to someone named")
        for match in _DEFINITE.finditer(flat):
            if match["kin"].lower() not in _DEFINITE_TOO_WIDE or "'s" in match.group():
                add(*match.span(), DEFINITE, "the one relative or companion meant")
        for pattern in (_LOCATED, _PARENT_OF):
            found += [
                Finding(*match.span(), "context", DEFINITE, ("someone told by where they live or whose they are",))
                for match in pattern.finditer(flat)
            ]
        for pattern in (_BARE, _BARE_POSSESSIVE, _UNLED, _BARE_LOWER, _NEXT_DOOR):
            for match in pattern.finditer(flat):
                add(*match.span(), BARE, "family word used as a name")
        return found
