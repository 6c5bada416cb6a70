"""Keeping what the search for names found, whatever was decided meanwhile. Called by the jobs alone.

The whole case is searched at once, because who a name means depends on every record. A repeat changes nothing that an
officer decided: it adds mentions, and regroups those of people that nobody has decided about. So a decision on a
person reaches records that arrive later, and one made by hand on a single mention stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update

from redaction.detect import Detector, Memory, PageString, page_string
from redaction.detect import Mention as Detected
from sar.cases.models import Case
from sar.cases.queries import subject_names
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import record as write_down
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.keys import blind_index, preload
from sar.records.models import Record, RecordRole, RecordState
from sar.records.queries import disclosable_records, in_reply, page_texts
from sar.review.grounds import Decision
from sar.review.models import (
    DrawnBox,
    Found,
    Mention,
    Origin,
    Person,
    PersonKind,
    Relationship,
    SearchedRecord,
    WithheldPage,
    WithheldRecord,
)
from sar.review.names import key_of, tidy

_AROUND: Final = 60
_SHORTEST_PLACE: Final = 6
_OWN_REASON: Final = "The requester gave this as their own."
Place = tuple[int, int, int, str]


@dataclass(frozen=True)
class Spot:
    """One mention in one record, ready to be stored."""

    record_id: str
    page: int
    mention: Detected
    before: str
    after: str
    boxes: list[list[float]]

    @property
    def place(self) -> Place:
        return self.page, self.mention.start, self.mention.end, self.mention.kind

    def found(self) -> Found:
        mention = self.mention
        return Found(
            text=mention.text,
            boxes=self.boxes,
            evidence=list(mention.evidence),
            before=self.before,
            after=self.after,
            candidates=list(mention.candidates),
        )


@dataclass
class Pages:
    """Every page's text of the records searched, numbered on through the case, and where each number lies."""

    strings: list[PageString] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)

    def add(self, record: Record) -> None:
        for text in page_texts(record):
            made = page_string(text)
            self.places.append((record.id, text.page + 1))
            # Words and boxes are left out: for thousands of pages they would fill the memory.
            self.strings.append(PageString(len(self.places), made.raw))


def search(
    case: Case, memory: Memory, progress: Callable[[int, int], None] | None = None
) -> tuple[list[Record], list[Spot]]:
    """Look through every record that counts, and read the pages that `memory` does not know. Decides nothing and stores
    nothing else; takes seconds for hundreds of pages.

    `progress` is told how many of the different pages have been read, of how many.
    """
    records = disclosable_records(case)
    pages = Pages()
    for record in records:
        pages.add(record)
    subject, people = known_names(case)
    found = Detector().detect(pages.strings, subject, people, progress, memory)
    # Whose a number is, nearness only guesses: an officer says so, unless the requester gave it as their own.
    mentions = [mention for mention in found if not (mention.subject and mention.kind in ("person", "context"))]
    return records, list(_with_boxes(records, pages, mentions))


def known_names(case: Case) -> tuple[list[str], list[str]]:
    """Names for the search: the requester's, and those of people an officer decided about or added."""
    subject, people = subject_names(case), []
    for person in _people(case):
        names = [person.name, *person.aliases]
        if person.kind != PersonKind.PERSON or person.decision == Decision.NOT_A_PERSON:
            continue
        if person.decision == Decision.IS_SUBJECT:
            subject = [*subject, *names]
        elif person.decision != Decision.PENDING or person.origin == Origin.ADDED:
            people += names
    return subject, people


def keep(case_id: str, records: Sequence[Record], spots: Sequence[Spot]) -> None:
    """Store what was found, in one transaction. Does nothing twice."""
    with write_transaction() as session:
        case = session.get_one(Case, case_id)
        scopes = preload([case.scope_id])
        # One search stores at a time; a decision made meanwhile waits, and is seen by the next reader.
        session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
        alive = _still_there(records)
        keeper = _Keeper(case)
        for record_id, group in groupby(spots, key=lambda spot: spot.record_id):
            if record_id in alive:
                keeper.record(record_id, list(group))
        session.flush()
        keeper.guess_relationships()
        removed = _drop_empty(case)
        searched = set(session.scalars(select(SearchedRecord.record_id).where(SearchedRecord.record_id.in_(alive))))
        for record_id in alive - searched:
            session.add(SearchedRecord(record_id=record_id, searched_at=utc_now()))
        if keeper.added or keeper.people_added > removed:
            people = max(0, keeper.people_added - removed)
            write_down(SYSTEM, Action.PEOPLE_SUGGESTED, case.id, case_id=case.id, people=people, mentions=keeper.added)
        del scopes


def take_over_marks(record: Record) -> None:
    """A duplicate that takes the place of a record takes over what was decided on its pages.

    The record was withdrawn, or was found not to be ours to give.
    """
    if db.session.scalar(select(exists().where(Mention.record_id == record.id))):
        return
    gone = select(Record.id).where(
        Record.case_id == record.case_id,
        Record.id != record.id,
        Record.sha256 == record.sha256,
        Record.words_blob_id == record.words_blob_id,
        or_(Record.state == RecordState.WITHDRAWN, Record.role == RecordRole.PROCESSOR),
    )
    for gone_id in db.session.scalars(gone.order_by(Record.created_at.desc(), Record.id)).all():
        moved = 0
        for table in (Mention, DrawnBox, WithheldPage, WithheldRecord):
            done = db.session.execute(update(table).where(table.record_id == gone_id).values(record_id=record.id))
            moved += int(getattr(done, "rowcount", 0))
        if moved:  # what was decided of a page once moves on as one
            return


class _Keeper:
    """Stores the mentions of one case, and finds or makes the person that each belongs to."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.added = self.people_added = 0
        self._by_key: dict[str, Person] = {}
        self._by_id: dict[str, Person] = {}
        self._own = _own_values(case)
        self._own_address = key_of("", "", case.submission.address or "").rpartition("|")[2]
        self._guesses: dict[str, tuple[str, tuple[str, ...]]] = {}
        for person in _people(case):
            self._learn(person)

    def record(self, record_id: str, spots: list[Spot]) -> None:
        stored = {
            (m.page, m.start, m.end, m.kind): m
            for m in db.session.scalars(select(Mention).where(Mention.record_id == record_id))
        }
        self._drop_grown(stored, spots)
        for spot in spots:
            person = self._person_of(spot)
            known = stored.get(spot.place)
            if known is None:
                self._add(spot, person)
            elif self._may_move(known):
                known.person_id = person.id if person else None
            if person is not None and spot.mention.relation:
                self._guesses.setdefault(person.id, (spot.mention.relation, spot.mention.because))

    def guess_relationships(self) -> None:
        """Keep who somebody may be, with the words for it, unless an officer has said who it is."""
        for person_id, (relation, because) in self._guesses.items():
            person = self._by_id[person_id]
            if person.kind == PersonKind.PERSON and (person.relationship is None or person.guess):
                guess = list(because)
                if (person.relationship, person.guess) != (relation, guess):
                    person.relationship, person.guess = Relationship(relation).value, guess

    def _add(self, spot: Spot, person: Person | None) -> None:
        self.added += 1
        db.session.add(
            Mention(
                scope_id=self.case.scope_id,
                case_id=self.case.id,
                record_id=spot.record_id,
                person_id=person.id if person else None,
                page=spot.page,
                start=spot.mention.start,
                end=spot.mention.end,
                kind=spot.mention.kind,
                score=spot.mention.score,
                found=spot.found(),
            )
        )

    def _may_move(self, mention: Mention) -> bool:
        """Regrouping is for what no officer has touched."""
        if mention.decision is not None or mention.assigned:
            return False
        person = self._by_id.get(mention.person_id) if mention.person_id else None
        return person is None or (person.decision == Decision.PENDING and person.origin == Origin.SUGGESTED)

    def _drop_grown(self, stored: dict[Place, Mention], spots: list[Spot]) -> None:
        """A name found in full takes the place of the part of it that was found before, unless that was decided."""
        now = {spot.place for spot in spots}
        for place, mention in [item for item in stored.items() if item[0] not in now]:
            page, start, end, kind = place
            inside = any(
                (spot.page, spot.mention.kind) == (page, kind)
                and spot.mention.start <= start <= end <= spot.mention.end
                for spot in spots
            )
            if inside and self._may_move(mention):
                db.session.delete(mention)
                del stored[place]
        db.session.flush()

    def _person_of(self, spot: Spot) -> Person | None:
        mention = spot.mention
        if mention.kind == "person":
            return self._named(mention)
        if mention.kind == "context":
            return self._find_or_add(PersonKind.CLUE, "", mention.text)
        owner = self._by_key.get(key_of(PersonKind.PERSON, "", mention.person)) if mention.person else None
        if owner is not None:
            return owner
        return self._find_or_add(PersonKind.IDENTIFIER, mention.kind, mention.text)

    def _named(self, mention: Detected) -> Person | None:
        if mention.person is not None:
            return self._find_or_add(PersonKind.PERSON, "", mention.person)
        if not mention.candidates:
            return self._find_or_add(PersonKind.PERSON, "", mention.text)
        # Several names of one identity (merged by an officer) leave nothing open.
        meant = {self._by_key.get(key_of(PersonKind.PERSON, "", name)) for name in mention.candidates}
        return next(iter(meant)) if len(meant) == 1 and len(mention.candidates) > 1 else None

    def _find_or_add(self, kind: PersonKind, detail: str, text: str) -> Person:
        key = key_of(kind, detail, text)
        person = self._by_key.get(key)
        if person is None:
            person = Person(
                scope_id=self.case.scope_id,
                case_id=self.case.id,
                key_index=index_of(self.case, key),
                kind=kind.value,
                detail=detail,
                origin=Origin.SUGGESTED.value,
                decision=Decision.PENDING.value,
                name=tidy(text),
                aliases=[],
            )
            if self._is_own(detail, key):
                person.decision, person.reason = Decision.IS_SUBJECT.value, _OWN_REASON
                person.settles_le = person.settles_ukgdpr = True
                person.decided_by, person.decided_at = SYSTEM.id, utc_now()
            db.session.add(person)
            db.session.flush()  # before any mention that names it: nothing else orders the two inserts
            self.people_added += 1
            self._learn(person)
        return person

    def _is_own(self, detail: str, key: str) -> bool:
        value = key.rpartition("|")[2]
        lives_there = detail in ("address", "postcode") and len(value) >= _SHORTEST_PLACE and value in self._own_address
        return key in self._own or lives_there

    def _learn(self, person: Person) -> None:
        self._by_id[person.id] = person
        for name in (person.name, *person.aliases):
            self._by_key.setdefault(key_of(person.kind, person.detail, name), person)


def index_of(case: Case, key: str) -> str:
    """The fingerprint of a person's key: of this case alone, so that nobody can be followed from case to case."""
    # blind_index drops what is not a letter or figure: the bars of the key become words.
    return blind_index(f"review|{case.id}", key.replace("|", " x "))


def _own_values(case: Case) -> set[str]:
    """Numbers and addresses that the requester gave: theirs, so nothing to decide."""
    asked = case.submission
    contact: dict[str, Any] = asked.contact or {}
    values: tuple[tuple[str, str | None], ...] = (
        ("phone", contact.get("phone")),
        ("email", contact.get("email")),
        ("prison_number", asked.prison_number),
        ("date_of_birth", asked.date_of_birth),
    )
    return {key_of(PersonKind.IDENTIFIER, kind, value) for kind, value in values if value}


def _people(case: Case) -> Iterable[Person]:
    return db.session.scalars(select(Person).where(Person.case_id == case.id).order_by(Person.created_at, Person.id))


def _still_there(records: Sequence[Record]) -> set[str]:
    ids = [record.id for record in records]
    query = select(Record.id).where(Record.id.in_(ids), in_reply())
    return set(db.session.scalars(query))


def _drop_empty(case: Case) -> int:
    """Suggested people whose every mention now belongs to somebody else: there is nothing left to decide."""
    mentioned = exists().where(Mention.person_id == Person.id)
    gone = db.session.execute(
        delete(Person).where(
            Person.case_id == case.id,
            Person.origin == Origin.SUGGESTED,
            Person.decision == Decision.PENDING,
            ~mentioned,
        )
    )
    return int(getattr(gone, "rowcount", 0))


def _with_boxes(records: Sequence[Record], pages: Pages, mentions: Iterable[Detected]) -> Iterator[Spot]:
    """The mentions with their boxes, each record read once more for them."""
    by_page = {number: list(group) for number, group in groupby(mentions, key=lambda mention: mention.page)}
    number = 0
    for record in records:
        for text in page_texts(record):
            number += 1
            found = by_page.get(number)
            if not found:
                continue
            page = page_string(text)
            for mention in found:
                yield Spot(
                    record_id=record.id,
                    page=text.page + 1,
                    mention=mention,
                    before=_line(page.raw[max(0, mention.start - _AROUND) : mention.start], cut_left=True),
                    after=_line(page.raw[mention.end : mention.end + _AROUND], cut_left=False),
                    boxes=[[round(side, 2) for side in box] for box in page.boxes(mention.start, mention.end)],
                )


def _line(text: str, *, cut_left: bool) -> str:
    """Words around a mention on one line, cut at a space."""
    if len(text) == _AROUND and " " in text:
        text = text[text.index(" ") :] if cut_left else text[: text.rindex(" ")]
    lead, tail = text[:1].isspace(), text[-1:].isspace()
    joined = " ".join(text.split())
    return (" " if lead and joined else "") + joined + (" " if tail and joined else "")


def unsearched_count(case: Case) -> int:
    """Records read whose names were not looked for yet."""
    return db.session.scalar(select(func.count()).select_from(Record).where(*_unsearched(case))) or 0


def unsearched_pages(case: Case) -> int:
    """How many pages those records have."""
    return db.session.scalar(select(func.sum(Record.pages)).where(*_unsearched(case))) or 0


def _unsearched(case: Case) -> tuple[ColumnElement[bool], ...]:
    searched = exists().where(SearchedRecord.record_id == Record.id)
    return Record.case_id == case.id, in_reply(), ~searched
