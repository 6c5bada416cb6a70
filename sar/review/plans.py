"""From decisions to plans of redaction: what is removed from each record, and under which code.

A plan holds the boxes of every withheld mention with the words that stand there, what was drawn by hand, withheld pages
whole, and `words`, removed wherever they stand (the rule is at the head of `names`). A mention that nobody decided
about is hidden as well: nothing goes out by being forgotten, and sign-off refuses until it is decided.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sqlalchemy import select

from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from sar.cases.models import Case
from sar.cases.queries import subject_names
from sar.foundation.db import db
from sar.foundation.keys import preload
from sar.records.models import Record
from sar.records.queries import disclosable_records
from sar.review import names, outcomes
from sar.review.grounds import KEPT, Decision
from sar.review.models import DrawnBox, Mention, Person, PersonKind, WithheldPage

UNDECIDED_CODE: Final = ""
_Mark = TypeVar("_Mark", Mention, DrawnBox, WithheldPage)


@dataclass
class CaseMarks:
    """All that was found and decided in one case, read in a fixed number of queries."""

    case: Case
    records: list[Record]
    people: dict[str, Person]
    mentions: dict[str, list[Mention]]
    drawn: dict[str, list[DrawnBox]]
    pages: dict[str, list[WithheldPage]]
    withheld: dict[str, str | None]
    subject: list[str]
    scopes: list[object] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, case: Case, only: Record | None = None) -> CaseMarks:
        """Everything of a case; with `only`, the marks of that record alone (people are all read)."""
        records = [only] if only is not None else disclosable_records(case)
        ids = [record.id for record in records]
        people = db.session.scalars(select(Person).where(Person.case_id == case.id).order_by(Person.id))
        return cls(
            case=case,
            records=records,
            people={person.id: person for person in people},
            mentions=_by_record(
                db.session.scalars(
                    select(Mention)
                    .where(Mention.case_id == case.id, Mention.record_id.in_(ids))
                    .order_by(Mention.record_id, Mention.page, Mention.start, Mention.end, Mention.kind)
                )
            ),
            drawn=_by_record(
                db.session.scalars(select(DrawnBox).where(DrawnBox.record_id.in_(ids)).order_by(DrawnBox.id))
            ),
            pages=_by_record(
                db.session.scalars(
                    select(WithheldPage).where(WithheldPage.record_id.in_(ids)).order_by(WithheldPage.page)
                )
            ),
            withheld=outcomes.withheld_records(records),
            subject=subject_names(case),
            scopes=list(preload([case.scope_id])),
        )

    def person_of(self, mention: Mention) -> Person | None:
        return self.people.get(mention.person_id) if mention.person_id else None

    def decision_on(self, mention: Mention) -> Decision:
        return outcomes.decision_on(mention, self.person_of(mention))

    def kept_by_hand(self, record_id: str) -> list[str]:
        """Words that an officer left in place at one mention of a person whose others are withheld."""
        return [mention.found["text"] for mention in self.mentions.get(record_id, []) if mention.decision in KEPT]

    def protected_names(self) -> list[str]:
        """Names that stay readable everywhere: the requester's, and those of disclosed people."""
        kept = list(self.subject)
        for person in self.people.values():
            if person.decision in (Decision.DISCLOSE, Decision.IS_SUBJECT):
                kept += [person.name, *person.aliases]
        return kept


@dataclass(frozen=True)
class ScheduleRow:
    """How often a code stands on a page (from 1; None: the whole record)."""

    record_id: str
    page: int | None
    code: str
    count: int


def plan_for(record: Record) -> Plan | None:
    """The plan of a record; None when no page of it goes out."""
    return _plan(CaseMarks.of(db.session.get_one(Case, record.case_id), record), record)


def plans_of(case: Case) -> dict[str, Plan | None]:
    """The plan of each record that makes up the reply, by its id; None: withheld whole."""
    marks = CaseMarks.of(case)
    return {record.id: _plan(marks, record) for record in marks.records}


def plan_digest(case: Case) -> str:
    """One hash over every record's content and plan: what a sign-off is a sign-off of. Hexadecimal SHA-256."""
    marks = CaseMarks.of(case)
    parts = []
    for record in sorted(marks.records, key=lambda found: found.id):
        plan = _plan(marks, record)
        said = plan.digest() if plan is not None else f"withheld {marks.withheld.get(record.id)}"
        parts.append([record.id, record.sha256, said])
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def withheld_strings(case: Case) -> list[str]:
    """What must stand nowhere in the finished files: names and values that are withheld everywhere.

    Left out: what also belongs to the requester or a disclosed person, what an officer left in place by hand
    somewhere, and single words that are ordinary words.
    """
    marks = CaseMarks.of(case)
    kept = [text for record in marks.records for text in marks.kept_by_hand(record.id)]
    protected = names.Protected.of([*marks.protected_names(), *kept])
    texts = _texts_of_withheld(marks, marks.records)
    found: set[str] = set()
    for person_id, said in texts.items():
        found |= names.huntable(marks.people[person_id].kind, said, protected)
    return sorted(found)


def schedule_rows(case: Case) -> list[ScheduleRow]:
    """What is withheld, by record, page and code, in the order of the records: for the schedule."""
    marks = CaseMarks.of(case)
    rows: list[ScheduleRow] = []
    for record in marks.records:
        plan = _plan(marks, record)
        if plan is None:
            rows.append(ScheduleRow(record.id, None, marks.withheld.get(record.id) or UNDECIDED_CODE, 1))
            continue
        counts = Counter((redaction.page, redaction.code) for redaction in plan.redactions)
        rows += [ScheduleRow(record.id, page, code, count) for (page, code), count in sorted(counts.items())]
    return rows


def _plan(marks: CaseMarks, record: Record) -> Plan | None:
    if record.id in marks.withheld:
        return None
    pages = marks.pages.get(record.id, [])
    whole = {page.page for page in pages}
    redactions = [Redaction(page.page, (Box(0.0, 0.0, page.width, page.height),), page.code) for page in pages]
    for mention in marks.mentions.get(record.id, []):
        boxes = tuple(Box(*box) for box in mention.found["boxes"])
        if mention.page in whole or not boxes or marks.decision_on(mention) in KEPT:
            continue
        code = outcomes.code_on(mention, marks.person_of(mention), record.regime)
        redactions.append(Redaction(mention.page, boxes, code or UNDECIDED_CODE, mention.found["text"]))
    for drawn in marks.drawn.get(record.id, []):
        if drawn.page not in whole:
            redactions.append(Redaction(drawn.page, tuple(Box(*box) for box in drawn.boxes), drawn.code))
    redactions.sort(key=lambda item: (item.page, item.boxes, item.code, item.text or ""))
    return Plan(tuple(redactions), tuple(_words(marks, record)))


def _words(marks: CaseMarks, record: Record) -> list[str]:
    protected = names.Protected.of([*marks.protected_names(), *marks.kept_by_hand(record.id)])
    found: set[str] = set()
    for person_id, texts in _texts_of_withheld(marks, [record]).items():
        found |= names.removable(marks.people[person_id].kind, texts, protected)
    return sorted(found)


def _texts_of_withheld(marks: CaseMarks, records: Sequence[Record]) -> dict[str, set[str]]:
    """Every way that each withheld person is named in the register or in these records, by the person's id."""
    texts: dict[str, set[str]] = defaultdict(set)
    for person in marks.people.values():
        if person.decision == Decision.WITHHOLD and person.kind != PersonKind.CLUE:
            texts[person.id] |= {person.name, *person.aliases}
    for record in records:
        for mention in marks.mentions.get(record.id, []):
            if mention.person_id in texts and mention.decision is None:
                texts[mention.person_id].add(mention.found["text"])
    return texts


def _by_record(rows: Iterable[_Mark]) -> dict[str, list[_Mark]]:
    grouped: dict[str, list[_Mark]] = defaultdict(list)
    for row in rows:
        grouped[row.record_id].append(row)
    return grouped
