"""Runs the recognisers over the pages of one case, learns who is in it, and settles overlaps."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from redaction.detect import cues
from redaction.detect.doubt import believed, nobody_in
from redaction.detect.folding import fold
from redaction.detect.lexicon import Class, classify, forenames, surnames
from redaction.detect.model import IDENTIFIER_KINDS, PLACE, Finding, Mention, Recogniser, by_model
from redaction.detect.names import BRACKETED, DECLARED, INTRODUCED
from redaction.detect.naming import Name, parse_name
from redaction.detect.owners import attribute
from redaction.detect.people import Learned, Match, People, Person
from redaction.detect.reading import Memory, Progress, read_texts
from redaction.detect.register import INITIALS, ONE_INITIAL, Register
from redaction.detect.relations import relate
from redaction.detect.standard import models_wanted, standard_recognisers
from redaction.detect.text import PageString
from redaction.detect.variants import initials_of, variants

REPORTED = 0.5
LEARNED = 0.55
# A name found with this score stands even where the same word also names a place.
SURE_DESPITE_PLACE = 0.8
# That a name occurs elsewhere does not say that it is one here.
NEVER_SURE = 2.0
MOST_EVIDENCE = 4
_NOTHING_ELSE = (Class.SURNAME, Class.UNKNOWN)  # words that hardly name anything but somebody
_GIVEN = ((INTRODUCED,), (BRACKETED,))
_LETTERS = re.compile(r"(?:[A-Z]\.? ?){2,3}")
_NEXT_CAPITAL = re.compile(rf"[ \v]+(?P<word>{cues.CAPITALISED})")
_BESIDE_ALIAS = frozenset(
    "known also aka alias nickname nicknamed called goes the name born dob pnc cro crn nhs class".split()
)
# Initials that are also words: followed only where somebody signs or speaks.
_ORDINARY_CAPITALS = frozenset("OK IT AM PM NO SO DO HE WE AS AN AT BE BY GO IF IN IS ME MY OF ON OR TO UP US".split())


class Detector:
    """Finds people and identifiers in the pages of one case. Holds no state between calls."""

    def __init__(self, recognisers: Sequence[Recogniser] | None = None, *, models: bool | None = None) -> None:
        """`recognisers` in place of the standard ones; `models` as for `standard_recognisers`."""
        standard = recognisers is None
        self._models = (models_wanted() if models is None else models) if standard else None
        self.recognisers = standard_recognisers(self._models) if recognisers is None else tuple(recognisers)

    def detect(
        self,
        pages: Sequence[PageString],
        subject: Sequence[str],
        people: Sequence[str],
        progress: Progress | None = None,
        memory: Memory | None = None,
    ) -> list[Mention]:
        """Every mention, page by page in reading order. `subject` and `people` are names as officers give them.

        `progress` is told how many of the different texts have been read, of how many. `memory` is asked what is known
        of a text before it is read, and told what was found; without one, the process remembers.
        """
        read = read_texts((page.raw for page in pages), self.recognisers, self._models, progress, memory)
        mended = {page.raw: page.mended for page in pages}
        forms = {form for name in (*subject, *people) for form in variants(parse_name(name))}
        nobody = {text: nobody_in(findings) for text, findings in read.items()}
        for text, findings in read.items():
            given = (parse_name(mended[text][f.start : f.end]) for f in findings if f.evidence[:1] in _GIVEN)
            forms.update(form for name in given for form in variants(name))
        for text, findings in read.items():
            findings[:] = believed(text, findings, nobody[text], forms)
        _drop_places(read)
        learned_on = {text: _learn(mended[text], findings) for text, findings in read.items()}
        learned = {item for items in learned_on.values() for item in items}
        declared = {
            text[f.start : f.end] for text, findings in read.items() for f in findings if f.evidence == (DECLARED,)
        }
        known = People(subject, people, learned)
        names = {parse_name(name) for name in (*subject, *people)} | {item.name for item in learned}
        trusted = forms | {form for name in names for form in variants(name) if classify(form) in _NOTHING_ELSE}
        register = Register(names - {Name()}, declared - _ORDINARY_CAPITALS)
        always = {letters for name in subject for letters in initials_of(parse_name(name))}
        settled: dict[str, list[Mention]] = {}
        mentions: list[Mention] = []
        for page in pages:
            if page.raw not in settled:  # duplicated pages are common, and say the same
                initials = always | _initials_on(learned_on[page.raw])
                followed = believed(page.raw, register.find(page, initials), nobody[page.raw], trusted, NEVER_SURE)
                findings = settle([*read[page.raw], *followed])
                settled[page.raw] = [_mention(page, finding, known, register) for finding in findings]
            mentions += [replace(m, page=page.number, boxes=page.boxes(m.start, m.end)) for m in settled[page.raw]]
        return relate(pages, attribute(pages, mentions))


def _learn(text: str, findings: list[Finding]) -> list[Learned]:
    """The names on one page worth following, each other name tied to the full name it stands behind."""
    ordered = sorted(
        (f for f in findings if f.kind == "person" and f.score >= LEARNED), key=lambda f: (f.start, -f.end)
    )
    identifiers = [f for f in findings if f.kind in IDENTIFIER_KINDS]
    learned = []
    owner: Finding | None = None
    ruled = _Places(f for f in ordered if not by_model(f))
    for finding in ordered:
        if finding.evidence == (DECLARED,):
            continue  # initials are matched by case, in their own way
        overlapped = ruled.over(finding) if by_model(finding) else []
        if any(f.start < finding.start or f.end > finding.end for f in overlapped) or _same_extent(finding, overlapped):
            continue  # the rules know better where a name begins and ends, unless they saw only a part of it
        surface = text[finding.start : finding.end]
        if finding.evidence[0] in (INTRODUCED, BRACKETED):
            of = text[owner.start : owner.end] if owner and _stands_behind(text, owner, finding, identifiers) else ""
            learned.append(Learned(surface, finding.title, of))
            continue
        learned.append(Learned(_without_s(surface), finding.title))
        if (owner is None or finding.start >= owner.end) and parse_name(surface).full:
            owner = finding
    return learned


def _without_s(surface: str) -> str:
    """A name without the s of a possessive whose apostrophe was left out: "dannys mate"."""
    key = fold(surface)
    return surface[:-1] if key.endswith("s") and not _listed(key) and _listed(key[:-1]) else surface


def _listed(key: str) -> bool:
    return key in forenames() or key in surnames()


class _Places:
    """Findings by where they lie, so that what overlaps is found without looking at all of a long page."""

    _STRIDE = 64  # characters

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._by_stretch: dict[int, list[Finding]] = defaultdict(list)
        for finding in findings:
            for stretch in self._stretches(finding):
                self._by_stretch[stretch].append(finding)

    def _stretches(self, finding: Finding) -> range:
        return range(finding.start // self._STRIDE, finding.end // self._STRIDE + 1)

    def over(self, finding: Finding) -> list[Finding]:
        near = (other for stretch in self._stretches(finding) for other in self._by_stretch.get(stretch, ()))
        return [other for other in near if other.start < finding.end and finding.start < other.end]


def _same_extent(finding: Finding, others: list[Finding]) -> bool:
    return any((other.start, other.end) == (finding.start, finding.end) for other in others)


def _initials_on(learned: Iterable[Learned]) -> set[str]:
    """The initials of everybody named in full among `learned`."""
    return {letters for item in learned if item.name.full for letters in initials_of(item.name)}


def _stands_behind(text: str, owner: Finding, alias: Finding, identifiers: list[Finding]) -> bool:
    """Whether `alias` is in brackets after `owner` on the same line, with nothing but identifiers between them."""
    between = text[owner.end : alias.start]
    if owner.end >= alias.start or "\n" in between or between.count("(") - between.count(")") != 1:
        return False
    for finding in sorted(identifiers, key=lambda f: -f.start):
        if owner.end <= finding.start and finding.end <= alias.start:
            between = between[: finding.start - owner.end] + between[finding.end - owner.end :]
    return not set(re.findall(r"[a-z]{3,}", between.lower())) - _BESIDE_ALIAS


def _drop_places(read: dict[str, list[Finding]]) -> None:
    """Take out weak guesses at words that name a place somewhere in the case and a person for certain nowhere."""

    def key(text: str, finding: Finding) -> str:
        return fold(text[finding.start : finding.end])

    places = {key(text, f) for text, findings in read.items() for f in findings if f.kind == PLACE}
    for text, findings in read.items():
        for finding in findings:
            if finding.kind == "address":
                town = text[finding.start : finding.end].replace("\n", ",").rpartition(",")[2]
                places.add(fold(town.strip()))
    sure = {
        key(text, f)
        for text, findings in read.items()
        for f in findings
        if f.kind == "person" and f.score >= SURE_DESPITE_PLACE
    }
    for text, findings in read.items():
        findings[:] = [
            f
            for f in findings
            if f.kind != "person"
            or f.score >= SURE_DESPITE_PLACE
            or not places.intersection((key(text, f), *key(text, f).split()[1:])) - sure
        ]


def settle(findings: Iterable[Finding]) -> list[Finding]:
    """Overlaps resolved. Names that overlap become one, so a finding can grow but never be lost to another name;
    identifiers go before names, and names before context."""
    kept = [finding for finding in findings if finding.score >= REPORTED]
    taken = _Taken(max((finding.end for finding in kept), default=0))
    identifiers = [f for f in kept if f.kind in IDENTIFIER_KINDS]
    identifiers.sort(key=lambda f: (-(f.end - f.start), -f.score, f.start, f.kind))
    identifiers = [finding for finding in identifiers if taken.take(finding)]
    names = [f for f in _join([f for f in kept if f.kind == "person"]) if not taken.covers(f)]
    for name in names:
        taken.take(name)
    context = sorted((f for f in kept if f.kind == "context"), key=lambda f: (f.start - f.end, f.start))
    context = [finding for finding in context if taken.take(finding)]
    return sorted([*identifiers, *names, *context], key=lambda f: (f.start, f.end))


class _Taken:
    """Which characters of a page are spoken for: one byte each, so that settling stays in line with the text."""

    def __init__(self, length: int) -> None:
        self._mask = bytearray(length)

    def covers(self, finding: Finding) -> bool:
        return self._mask.find(0, finding.start, finding.end) < 0

    def take(self, finding: Finding) -> bool:
        """Mark the characters of `finding`; False, and nothing marked, when one of them was taken already."""
        if self._mask.find(1, finding.start, finding.end) >= 0:
            return False
        self._mask[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
        return True


def _join(findings: list[Finding]) -> list[Finding]:
    joined: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.start, -f.end, -f.score, f.evidence)):
        if joined and finding.start < joined[-1].end:
            last = joined[-1]
            evidence = tuple(dict.fromkeys((*last.evidence, *finding.evidence)))[:MOST_EVIDENCE]
            same_start = finding.title if finding.start == last.start else ""
            joined[-1] = replace(
                last,
                end=max(last.end, finding.end),
                score=max(last.score, finding.score),
                evidence=evidence,
                title=last.title or same_start,
            )
        else:
            joined.append(finding)
    return joined


def _mention(page: PageString, finding: Finding, known: People, register: Register) -> Mention:
    text = page.raw[finding.start : finding.end]
    match = _who(page, finding, text, known, register)
    mended = page.mended[finding.start : finding.end]
    if match == Match() and mended != text:
        match = _who(page, finding, mended, known, register)
    person = match.person
    subject = person is not None and person.subject and finding.kind == "person"
    return Mention(
        page.number,
        finding.start,
        finding.end,
        text,
        finding.kind,
        person.key if person else None,
        finding.score,
        page.boxes(finding.start, finding.end),
        finding.evidence,
        subject,
        tuple(sorted(candidate.key for candidate in match.candidates)),
    )


def _who(page: PageString, finding: Finding, text: str, known: People, register: Register) -> Match:
    if finding.kind == "email":
        return _owner_of_address(text, known)
    if finding.kind != "person":
        return Match()
    by_initials = finding.evidence[0] in (INITIALS, ONE_INITIAL, DECLARED)
    if by_initials or _LETTERS.fullmatch(text):
        names = register.by_initials(text.replace(" ", ""))
        people = known.called(names)
        if people or by_initials:
            sure = len(people) == 1 and people[0].names & names
            return Match(people[0]) if sure else Match(None, tuple(people))
    other = cues.OTHER_BEFORE.search(page.flat, max(0, finding.start - 20), finding.start) is not None
    match = known.resolve(text, finding.title, other)
    if match.person is not None and match.person.subject and _may_be_namesake(page, finding, text):
        return Match(None, (match.person, *match.candidates))
    if match.person is None and not match.candidates and fold(text).endswith("s"):
        return known.resolve(text[:-1], finding.title, other)  # "kaceys", the apostrophe left out
    if match.person is None and not match.candidates:
        return _by_evidence(finding, known)
    return match


def _may_be_namesake(page: PageString, finding: Finding, text: str) -> bool:
    """Whether something beside the subject's name says that it may be somebody else's."""
    if parse_name(text).lone and _runs_on(page, finding.end):
        return True
    before = page.flat[max(0, finding.start - 12) : finding.start]
    return any(
        (
            cues.NAMESAKE.search(text),
            cues.NAMESAKE_BEFORE.search(before),
            cues.NAMESAKE_AFTER.match(page.flat, finding.end),
        )
    )


def _runs_on(page: PageString, end: int) -> bool:
    """Whether a word that could be a surname follows: then the forename may be somebody else's."""
    match = _NEXT_CAPITAL.match(page.flat, end)
    return match is not None and classify(fold(match["word"])) not in (Class.STOP, Class.PLACE)


def _by_evidence(finding: Finding, known: People) -> Match:
    """A misspelling is taken for the name it was found to be close to."""
    for why in finding.evidence:
        for lead in ("looks like ", "one or two letters from ", "short for "):
            if why.startswith(lead):
                return known.resolve(why.removeprefix(lead), finding.title)
    return Match()


def _owner_of_address(text: str, known: People) -> Match:
    """The one person whose forename (or initial) and surname both stand before the @."""
    local = fold(text.split("@")[0])
    fitting: list[Person] = []
    for person in known.people:
        for name in person.names:
            family = name.surname.replace(" ", "").replace("-", "").replace("'", "")
            squeezed = local.replace("-", "").replace(".", "").replace("_", "")
            if len(family) > 2 and family in squeezed and squeezed.startswith(name.forenames[0][0]):
                fitting.append(person)
                break
    return Match(fitting[0]) if len(fitting) == 1 else Match(None, tuple(fitting))
