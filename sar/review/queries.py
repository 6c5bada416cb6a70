"""Reads about the review of a case. Staff reach a person, a mention or a page through its case alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select

from redaction.detect import page_string
from redaction.detect.model import MODEL_LEAD
from redaction.document import PageText
from sar.cases.deadlines import Regime
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.foundation.keys import preload
from sar.records.models import Record
from sar.records.queries import disclosable_records, in_reply, is_in_reply, page_text
from sar.records.queries import record as visible_record
from sar.review import outcomes
from sar.review.facts import case_facts, current_sign_off, last_return, preparers, undecided_count
from sar.review.grounds import KEPT, Decision
from sar.review.models import DrawnBox, Mention, Person, PersonKind, WithheldPage, WithheldRecord
from sar.review.outcomes import ViewToWeigh, views_to_weigh
from sar.review.plans import plan_digest, plan_for, plans_of, schedule_rows, withheld_strings
from sar.review.suggestions import unsearched_count

__all__ = [
    "case_facts",
    "current_sign_off",
    "last_return",
    "people",
    "plan_digest",
    "plan_for",
    "plans_of",
    "preparers",
    "schedule_rows",
    "undecided_count",
    "views_to_weigh",
    "withheld_strings",
]

EXAMPLES: Final = 2
PAGE_SIZE: Final = 40


@dataclass
class Example:
    """One mention in its sentence, and where it stands."""

    mention: Mention
    record: Record

    @property
    def before(self) -> str:
        return self.mention.found["before"]

    @property
    def text(self) -> str:
        return self.mention.found["text"]

    @property
    def after(self) -> str:
        return self.mention.found["after"]


@dataclass
class PersonRow:
    """A person with what an officer looks at before deciding. `open`: mentions that still need a decision."""

    person: Person
    mentions: int = 0
    pages: int = 0
    records: int = 0
    open: int = 0
    by_hand: int = 0
    regimes: tuple[Regime, ...] = ()
    examples: list[Example] = field(default_factory=list)

    @property
    def evidence(self) -> list[str]:
        """Why it was found, in words, each once."""
        found = (why for example in self.examples for why in example.mention.found["evidence"])
        return list(dict.fromkeys(map(_evidence_in_words, found)))


def _evidence_in_words(why: str) -> str:
    """The chance that a trained model gave, as a share of a hundred; all else says itself what it is."""
    if not why.startswith(MODEL_LEAD):
        return why
    return f"the words around it ({round(float(why.removeprefix(MODEL_LEAD)) * 100)} in 100 sure)"


@dataclass(frozen=True)
class PeoplePage:
    """`total`: rows under these filters; `everyone`: all there are; `still_open`: rows with open mentions, by kind."""

    rows: list[PersonRow]
    page: int
    total: int
    everyone: int
    still_open: dict[str, int]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class PageMarks:
    """One page as the desk shows it."""

    record: Record
    page: int
    text: PageText
    mentions: list[Mention]
    people: dict[str, Person]
    drawn: list[DrawnBox]
    withheld_page: WithheldPage | None
    withheld_record: WithheldRecord | None
    views: list[ViewToWeigh]

    def person_of(self, mention: Mention) -> Person | None:
        return self.people.get(mention.person_id) if mention.person_id else None


def people(case: Case, *, show: str = "all", kind: str | None = None) -> list[PersonRow]:
    """Whoever and whatever is to be decided about, those mentioned most often first. A constant number of queries.

    `show`: all, undecided, withheld or kept. Two examples of each.
    """
    rows = _sorted(_counted(case).values(), show, kind)
    _add_examples(case, {row.person.id: row for row in rows})
    return rows


def people_page(case: Case, show: str, kind: str, page: int) -> PeoplePage:
    """One page of `people`, and what is open of each kind. A constant number of queries, however many there are."""
    everyone = _counted(case)
    wanted = _sorted(everyone.values(), show, kind)
    rows = wanted[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    _add_examples(case, {row.person.id: row for row in rows})
    still_open = Counter(row.person.kind for row in everyone.values() if row.open)
    return PeoplePage(rows, page, len(wanted), len(everyone), dict(still_open))


def person(actor: Actor, person_id: str) -> Person:
    """Raises NotFound for anyone of a case this actor may not see."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound("There is no such person in this review. They may have been joined with another.")
    visible_case(actor, found.case_id)
    return found


def person_row(found: Person) -> PersonRow:
    case = db.session.get_one(Case, found.case_id)
    row = _counted(case, found.id)[found.id]
    _add_examples(case, {found.id: row})
    return row


def mention(actor: Actor, mention_id: str) -> Mention:
    """Raises NotFound for one of a case this actor may not see."""
    found = db.session.get(Mention, mention_id)
    if found is None:
        raise NotFound("There is no such mention. The search may have replaced it by a longer one.")
    visible_case(actor, found.case_id)
    return found


def mentions_of(found: Person, limit: int = 200) -> list[Example]:
    """A person's mentions in reading order, those with a decision of their own first: they are the exceptions."""
    query = select(Mention).where(Mention.person_id == found.id)
    order = (Mention.decision.is_(None), Mention.record_id, Mention.page, Mention.start)
    return _examples(list(db.session.scalars(query.order_by(*order).limit(limit))))


def unclear_mentions(case: Case, limit: int = 500) -> list[Example]:
    """Mentions that may mean several people and that nobody has decided about, equal words together."""
    query = (
        select(Mention)
        .join(Record, Record.id == Mention.record_id)
        .outerjoin(Person, Person.id == Mention.person_id)
        .where(Mention.case_id == case.id, Mention.person_id.is_(None), outcomes.open_mention())
        .order_by(Mention.record_id, Mention.page, Mention.start)
    )
    _keep_key(case)
    found = _examples(list(db.session.scalars(query.limit(limit))))
    return sorted(found, key=lambda example: example.text.casefold())


def unclear_count(case: Case) -> int:
    query = (
        select(func.count())
        .select_from(Mention)
        .join(Record, Record.id == Mention.record_id)
        .outerjoin(Person, Person.id == Mention.person_id)
    )
    wanted = (Mention.case_id == case.id, Mention.person_id.is_(None), outcomes.open_mention())
    return db.session.scalar(query.where(*wanted)) or 0


def undecided_pages(case: Case) -> dict[str, list[int]]:
    """The pages (from 1) with an open mention, by record."""
    query = (
        select(Mention.record_id, Mention.page)
        .join(Record, Record.id == Mention.record_id)
        .outerjoin(Person, Person.id == Mention.person_id)
        .where(Mention.case_id == case.id, outcomes.open_mention())
        .distinct()
        .order_by(Mention.record_id, Mention.page)
    )
    pages: dict[str, list[int]] = defaultdict(list)
    for record_id, page in db.session.execute(query):
        pages[record_id].append(page)
    return pages


def unsearched(case: Case) -> int:
    """Records read whose names are still being looked for."""
    return unsearched_count(case)


def regimes_of(case: Case) -> tuple[Regime, ...]:
    """The laws that the records of the reply fall under."""
    query = select(Record.regime).distinct().where(Record.case_id == case.id, in_reply())
    return tuple(Regime(value) for value in sorted(db.session.scalars(query)))


def page_marks(actor: Actor, record_id: str, page: int) -> PageMarks:
    """All there is on one page (from 1). Raises NotFound."""
    record = visible_record(actor, record_id)
    if not is_in_reply(record) or not 1 <= page <= record.pages:
        raise NotFound("This record has no such page to review.")
    at = (Mention.record_id == record.id, Mention.page == page)
    case = db.session.get_one(Case, record.case_id)
    _keep_key(case)
    mentions = list(db.session.scalars(select(Mention).where(*at).order_by(Mention.start, Mention.end)))
    ids = {found.person_id for found in mentions if found.person_id}
    drawn = select(DrawnBox).where(DrawnBox.record_id == record.id, DrawnBox.page == page).order_by(DrawnBox.created_at)
    whole = select(WithheldPage).where(WithheldPage.record_id == record.id, WithheldPage.page == page)
    return PageMarks(
        record=record,
        page=page,
        text=page_text(record, page),
        mentions=mentions,
        people={p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_(ids)))},
        drawn=list(db.session.scalars(drawn)),
        withheld_page=db.session.scalar(whole),
        withheld_record=withheld_record(record),
        views=[
            view for view in views_to_weigh(db.session.get_one(Case, record.case_id)) if view.record_id == record.id
        ],
    )


def page_words(text: PageText) -> str:
    """The page's words in reading order, line by line."""
    return page_string(text).raw


def withheld_record(record: Record) -> WithheldRecord | None:
    return db.session.scalar(select(WithheldRecord).where(WithheldRecord.record_id == record.id))


def neighbours(record: Record, page: int) -> tuple[tuple[str, int] | None, tuple[str, int] | None]:
    """The page before and the page after, over the bounds of records; None at the ends of the case."""
    records = disclosable_records(db.session.get_one(Case, record.case_id))
    at = next(index for index, found in enumerate(records) if found.id == record.id)
    before: tuple[str, int] | None = (record.id, page - 1) if page > 1 else None
    if before is None and at > 0:
        before = (records[at - 1].id, records[at - 1].pages)
    after: tuple[str, int] | None = (record.id, page + 1) if page < record.pages else None
    if after is None and at + 1 < len(records):
        after = (records[at + 1].id, 1)
    return before, after


def _keep_key(case: Case) -> None:
    """Hold the case's key while this session lasts: each sealed text that a page shows would ask for it again."""
    db.session.info["review_key"] = preload([case.scope_id])


def _counted(case: Case, person_id: str | None = None) -> dict[str, PersonRow]:
    wanted = [Person.case_id == case.id] + ([Person.id == person_id] if person_id else [])
    owned = Mention.person_id == person_id if person_id else Mention.person_id.is_not(None)
    _keep_key(case)
    rows = {found.id: PersonRow(found) for found in db.session.scalars(select(Person).where(*wanted))}
    per_page = (
        select(
            Mention.person_id,
            Mention.record_id,
            Record.regime,
            Mention.page,
            func.count(),
            func.count(Mention.decision),
        )
        .join(Record, Record.id == Mention.record_id)
        .where(Mention.case_id == case.id, owned, in_reply())
        .group_by(Mention.person_id, Mention.record_id, Record.regime, Mention.page)
    )
    records: dict[str, set[str]] = defaultdict(set)
    for owner, record_id, regime, _page, mentions, by_hand in db.session.execute(per_page):
        row = rows[owner or ""]
        row.mentions, row.pages, row.by_hand = row.mentions + mentions, row.pages + 1, row.by_hand + by_hand
        row.regimes = tuple(sorted({*row.regimes, Regime(regime)}))
        records[row.person.id].add(record_id)
    still_open = (
        select(Mention.person_id, func.count())
        .join(Record, Record.id == Mention.record_id)
        .join(Person, Person.id == Mention.person_id)
        .where(Mention.case_id == case.id, owned, outcomes.open_mention())
        .group_by(Mention.person_id)
    )
    for owner, count in db.session.execute(still_open):
        rows[owner or ""].open = count
    for person_key, found_in in records.items():
        rows[person_key].records = len(found_in)
    return rows


def _sorted(rows: Iterable[PersonRow], show: str, kind: str | None) -> list[PersonRow]:
    wanted = [row for row in rows if _shown(row, show) and (kind is None or row.person.kind == kind)]
    return sorted(wanted, key=lambda row: (-row.mentions, row.person.created_at, row.person.id))


def _shown(row: PersonRow, show: str) -> bool:
    if show == "undecided":
        return row.open > 0
    if show == "withheld":
        return row.person.decision == Decision.WITHHOLD
    return show != "kept" or row.person.decision in KEPT


def _add_examples(case: Case, rows: dict[str, PersonRow]) -> None:
    """The first mention of each, and one from elsewhere: the longest text tells most."""
    place = func.row_number().over(
        partition_by=Mention.person_id, order_by=(Mention.score.desc(), Mention.created_at, Mention.id)
    )
    ranked = select(Mention.id, place.label("place")).join(Record, Record.id == Mention.record_id)
    ranked = ranked.where(Mention.case_id == case.id, Mention.person_id.in_(rows), in_reply())
    numbered = ranked.subquery()
    query = select(Mention).join(numbered, numbered.c.id == Mention.id).where(numbered.c.place <= EXAMPLES)
    for example in _examples(list(db.session.scalars(query.order_by(Mention.page, Mention.start)))):
        rows[example.mention.person_id or ""].examples.append(example)


def _examples(mentions: Sequence[Mention]) -> list[Example]:
    ids = {found.record_id for found in mentions}
    records = {found.id: found for found in db.session.scalars(select(Record).where(Record.id.in_(ids)))}
    return [Example(found, records[found.record_id]) for found in mentions]


def people_to_choose(case: Case) -> list[Person]:
    """Named people of the case by name, to say whom a mention means."""
    query = select(Person).where(Person.case_id == case.id, Person.kind == PersonKind.PERSON)
    return sorted(db.session.scalars(query), key=lambda found: found.name.casefold())
