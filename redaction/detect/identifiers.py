"""Numbers and addresses that identify someone: own patterns, with check digits where the scheme has them.

A number that has the form but fails its check is still reported, with a lower score: a mistyped number
identifies someone all the same. Forms: the identifier table of the specification.
"""

import re

from redaction.detect.forms import AT_FORMS, FORMS, Form
from redaction.detect.lexicon import STREET, is_word
from redaction.detect.model import Finding
from redaction.detect.text import PageString

CERTAIN, LIKELY, FAILED_CHECK = 0.98, 0.85, 0.6

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    rf"(?:\d{{1,2}}\s?[/.\-]\s?\d{{1,2}}\s?[/.\-]\s?(?:\d{{4}}|\d\d)|\d{{4}}-\d\d-\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)?\s{_MONTH},?\s(?:\d{{4}}|\d\d)|{_MONTH}\s\d{{1,2}}(?:st|nd|rd"
    rf"|th)?,?\s\d{{4}})"
)
# Street words only beside the number of a house: alone they are surnames and everyday words.
_BESIDE_NUMBER = frozenset(
    """side fold garth gate ginnel end nook brow croft field fields meadow meadows orchard mews vale dene wynd loan
    brae hey
    approach path circus villas heights link links spinney paddock copse lea leas ridge chase broadway crest cloisters
    mead mile bottoms top fairway hollow holt parkside pastures quayside reach way esplanade promenade boulevard close
    cl cres gdns sq dr ln blvd tce terr""".split()
)
_STREETS = "|".join(sorted((re.escape(word) for word in STREET | _BESIDE_NUMBER), key=len, reverse=True))
_NAMEWORD = r"[A-Z][^\W\d_]*(?:['.-][^\W\d_]+)*(?!\w)"
_TOWN = rf"{_NAMEWORD}(?:[ -](?:on|upon|le|under|in|the|{_NAMEWORD})){{0,3}}"


_BIRTH_CUE = r"(?:\bd[./]?\s?o[./]?\s?b\b\.?|\bborn(?: on)?|\bb\.|\bdates?[ -]of[ -]birth|\bbirth\s?date|\bbirthday)"
_BIRTH = re.compile(
    rf"(?i){_BIRTH_CUE}(?: of (?:the )?\w{{3,14}}| ?\(\w{{3,14}}\))?(?:\s(?:is|was|given|recorded|noted|as|shown"
    rf"|on)){{0,4}}[\s:=|(._\-]{{0,40}}(?P<date>{_DATE})(?!\d)"
)
_BIRTH_RUN = re.compile(
    rf"(?i){_BIRTH_CUE}[\s:]{{1,3}}(?P<date>(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19"
    rf"|20)\d\d)(?!\d)"
)
_BIRTH_TABLE = re.compile(rf"(?i)\bd\.?o\.?b\.?\s*\n\s*(?P<date>{_DATE})(?!\d)")
_BIRTH_AFTER_NAME = re.compile(
    rf"(?<=[A-Za-z\u00c0-\u024f])(?:\s\(|,\s)(?P<date>(?i:{_DATE}))(?=[),;]|\s(?:of|PNC|CRO|CRN|NHS)\b)"
)
# A date in a cell of its own on a line that names someone, long before the other dates of the page.
_BIRTH_IN_ROW = re.compile(
    rf"(?:(?<=[|,;]\s)|(?<=[|,;])|(?<=[ ]{{2}})|(?<=[A-Z]{{2}}\s))(?P<date>{_DATE})(?=\s?[|,;)\n]|[ ]{{2,}}|\s?\Z"
    r"|\s(?:PNC|CRO|CRN|NHS|PRN)\b)"
)
# "born 4 May 1979 or 5 April 1979": the second date is one of birth too.
_BIRTH_PAIR = re.compile(rf"(?i){_BIRTH_CUE}[\s:=(]{{1,3}}{_DATE}\s?(?:and|or|/|,)\s?(?P<date>{_DATE})(?!\d)")
_BIRTH_HEADING = re.compile(r"(?i)(?<!\w)(?:d\.?o\.?b\b|date of birth\b)")
_LETTER = re.compile(r"[A-Za-z]")
_DATE_ALONE = re.compile(rf"(?<!\d){_DATE}(?!\d)", re.IGNORECASE)
_FULL_YEAR = re.compile(r"(?:\d{4}|\d\d)\Z|\A\d{4}(?=-)")
_YEARS_APART = 9  # a child named in a record is often younger, and then a label or a column says what the date is
_EARLIEST_BIRTH, _LATEST_BIRTH, _LATEST_BIRTH_TWO_DIGITS = 1915, 2022, 30


def _is_heading(line: str) -> bool:
    """Whether a line without a date names a column for dates of birth behind another column."""
    found = _BIRTH_HEADING.search(line)
    return found is not None and _LETTER.search(line, 0, found.start()) is not None


_ADDRESS = re.compile(
    rf"(?<![\w/.£-])(?!(?:19|20)\d\d,)\d{{1,4}}[A-Za-z]?(?:[-/]\d{{1,4}}[A-Za-z]?)?,?\s(?:{_NAMEWORD}\s){{1,3}}(?i:{_STREETS})(?!\w)\.?"
    rf"(?:,\s{_TOWN}){{0,3}}(?:,?[ ]?\n[A-Z][a-z]+(?:[ -][A-Za-z][a-z]+){{0,2}}(?=[ ]*(?:\n|\Z)))?"
)
# What may stand before the number of the house: a flat or unit, then a building.
_ADDRESS_LEAD = re.compile(
    rf"(?:(?i:Flat|Unit|Room|Apartment|Apt|Plot"
    rf"|Suite)\s\w{{1,4}},?\s(?:{_NAMEWORD}(?:\s{_NAMEWORD}){{0,3}},\s)?"
    rf"|{_NAMEWORD}\s(?:House|Court|Lodge|Cottage|Building|Buildings|Mill|Tower),\s"
    rf"|(?<=\n){_NAMEWORD}(?:[ ]{_NAMEWORD}){{1,3}},\s)\Z"
)
_ADDRESS_FLAT = re.compile(
    rf"\b(?:Flat|Unit|Room|Apartment|Apt)\s\w{{1,4}},\s{_NAMEWORD}(?:\s{_NAMEWORD}){{1,3}}(?:,\s(?![A-Z]{{1,2}}\d){_TOWN}){{0,2}}"
)
_ADDRESS_LOWER = re.compile(
    r"(?<![\w/.£-])\d{1,3}[a-z]? (?:[a-z']{2,} ){1,3}(?:street|st|rd|road|lane|avenue|ave|terrace|crescent"
    r"|gardens|row|close|drive|grove)"
    r"(?!\w)(?:, [a-z]{4,}(?= [a-z]{1,2}\d))?"
)
_ADDRESS_STOPS = frozenset(
    "the a an of on in at to and his her their my your our for from with this that days weeks hours".split()
)
_HANDLE_AFTER = re.compile(
    r"(?i)\b(?:followed by|follows|account|insta(?:gram)?|snap(?:chat)?|tiktok|twitter|facebook|username"
    r"|user name|handle|profile)"
    r"(?: name)?(?: is|:|,)?(?: and)?(?: is)?[\s(\"']{1,2}"
    r"(?P<handle>(?=[a-z0-9_.]*[._\d])[a-z][a-z0-9_.]{3,}\w)(?![\w@])"
)


_DIGITS = re.compile(r"\d(?:\D{0,24}\d)*")
_REACH = 24  # the most characters a form runs on before its first or after its last digit


def _windows(flat: str) -> list[tuple[int, int]]:
    """The stretches of text around digits, cut at white space: every form but those with @ holds a digit."""
    windows: list[tuple[int, int]] = []
    for match in _DIGITS.finditer(flat):
        end = match.end() + _REACH
        while end < len(flat) and not flat[end].isspace():
            end += 1
        start = max(0, match.start() - _REACH)
        if windows and start < windows[-1][1]:
            start = windows.pop()[0]
        windows.append((start, min(end, len(flat))))
    return windows


class IdentifierRecogniser:
    """Finds every identifier kind of `model.IDENTIFIER_KINDS`."""

    name = "identifiers"

    def find(self, page: PageString) -> list[Finding]:
        flat = page.plain
        found: list[Finding] = []
        windows = _windows(flat)
        if windows:
            found += self._dates_of_birth(flat)
            found += self._births_in_rows(flat)
            found += self._births_under_heading(flat)
            found += self._addresses(flat)
            found += self._addresses(page.flat) if page.flat != flat else []
        if "@" in flat or "[at]" in flat or "(at)" in flat:
            for form in AT_FORMS:
                found += self._matches(form, flat, 0, len(flat))
        for start, end in windows:
            for form in FORMS:
                found += self._matches(form, flat, start, end)
        found += [
            Finding(*match.span("handle"), "handle", LIKELY, ("account name",))
            for match in _HANDLE_AFTER.finditer(flat)
        ]
        return found

    def _matches(self, form: Form, flat: str, first: int, last: int) -> list[Finding]:
        found = []
        for match in form.pattern.finditer(flat, first, last):
            text = match.group()
            if form.evidence.endswith("lower case") and any(is_word(part) for part in re.findall(r"[a-z]{3,}", text)):
                continue
            cue = bool(form.cue and form.cue.search(flat, max(0, match.start() - 60), match.start()))
            passed = form.check is not None and form.check(text)
            if form.required and not (cue or passed):
                continue
            evidence = [form.evidence]
            score = CERTAIN if passed else LIKELY
            if form.check is not None:
                evidence.append("check passed" if passed else "check failed")
                score = CERTAIN if passed else FAILED_CHECK
            if form.cue is not None and not cue:
                score = min(score, FAILED_CHECK if form.check is None else score)
            found.append(Finding(match.start(), match.end(), form.kind, score, tuple(evidence)))
        return found

    @staticmethod
    def _births_in_rows(flat: str) -> list[Finding]:
        dates = [(match, _year(match["date"])) for match in _BIRTH_IN_ROW.finditer(flat)]
        if not dates:
            return []
        years = [int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", flat)]
        latest = max(years, default=0)
        asked = re.search(r"(?i)\bd\.?o\.?b\b|\bdate of birth|\bborn\b", flat) is not None
        found = []
        for match, year in dates:
            line = flat[flat.rfind("\n", 0, match.start()) + 1 : match.start()]
            named = re.search(r"[A-Z][^\W\d_]+(?:-[A-Z])?[^\W\d_]*,?[ ][A-Z]", line) is not None
            if named and (year <= latest - _YEARS_APART or (asked and line.rstrip().endswith((",", "|")))):
                found.append(
                    Finding(*match.span("date"), "date_of_birth", FAILED_CHECK, ("date in a row with a name",))
                )
        return found

    @staticmethod
    def _births_under_heading(flat: str) -> list[Finding]:
        """The first date on each line under a heading such as "Name DOB Phone", down to the next empty line."""
        found = []
        start, under = 0, False
        for line in re.split(r"[\n\v]", flat):
            date = _DATE_ALONE.search(line)
            if date is None:
                under = bool(line.strip()) and (under or _is_heading(line))
            elif (
                under
                and _LETTER.search(line, 0, date.start())
                and _EARLIEST_BIRTH <= _year(date.group()) <= _LATEST_BIRTH
            ):
                why = ("date under a heading for birth",)
                found.append(Finding(start + date.start(), start + date.end(), "date_of_birth", LIKELY, why))
            start += len(line) + 1
        return found

    def _dates_of_birth(self, flat: str) -> list[Finding]:
        found = [
            Finding(*match.span("date"), "date_of_birth", CERTAIN, ("date after a word for birth",))
            for pattern in (_BIRTH, _BIRTH_TABLE, _BIRTH_RUN, _BIRTH_PAIR)
            for match in pattern.finditer(flat)
        ]
        return found + [
            Finding(*match.span("date"), "date_of_birth", LIKELY, ("date straight after a name",))
            for match in _BIRTH_AFTER_NAME.finditer(flat)
            if _long_ago(match["date"])
        ]

    def _addresses(self, flat: str) -> list[Finding]:
        found = []
        for match in _ADDRESS.finditer(flat):
            lead = _ADDRESS_LEAD.search(flat, max(0, match.start() - 70), match.start())
            start = lead.start() if lead else match.start()
            found.append(Finding(start, match.end(), "address", LIKELY, ("number and street",)))
        found += [
            Finding(*match.span(), "address", LIKELY, ("flat and building",)) for match in _ADDRESS_FLAT.finditer(flat)
        ]
        for match in _ADDRESS_LOWER.finditer(flat):
            if not _ADDRESS_STOPS.intersection(match.group().split()[1:-1]):
                found.append(Finding(*match.span(), "address", FAILED_CHECK, ("number and street, lower case",)))
        return found


def _year(date: str) -> int:
    """The year in four figures; of two figures up to 30 this century's."""
    match = _FULL_YEAR.search(date)
    year = int(match.group()) if match else 0
    return year if year >= 100 else year + (2000 if year <= _LATEST_BIRTH_TWO_DIGITS else 1900)


def _long_ago(date: str) -> bool:
    """Whether the year could be a year of birth and not that of a recent meeting; two digits: 31 to 99."""
    match = _FULL_YEAR.search(date)
    year = int(match.group()) if match else 0
    return year > _LATEST_BIRTH_TWO_DIGITS if year < 100 else _EARLIEST_BIRTH <= year < _LATEST_BIRTH
