"""Commands on people: decide about someone everywhere at once, add, rename, join, say whom a mention means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select, update

from sar.cases.deadlines import Regime
from sar.cases.exemptions import EXEMPTIONS, Need
from sar.cases.models import Case
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record as write_down
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.jobs import enqueue
from sar.records.models import Record
from sar.records.queries import in_reply
from sar.review import grounds, queries
from sar.review.grounds import Choice, Decision
from sar.review.health import require_opinion
from sar.review.models import Mention, Origin, Person, PersonKind, Relationship
from sar.review.names import key_of, tidy
from sar.review.rules import is_dpo, reviewing, same_version
from sar.review.suggestions import index_of

REGISTER: Final = "review.register"
MAX_NAME: Final = 200
MAX_ALIASES: Final = 30
# s.45(7) DPA 2018 asks for a review of a restriction; a year is the default until the case says otherwise.
REVIEW_AFTER: Final = timedelta(days=365)


def decide_person(
    actor: Actor,
    person_id: str,
    version: int,
    decision: Decision,
    code: str | Sequence[str] = (),
    reason: str = "",
    factors: Mapping[str, str] | None = None,
    *,
    consent: bool = False,
) -> Person:
    """Decide about someone for every mention there is and every one still to come.

    One row changes, however many mentions follow it; mentions with a decision of their own keep it. `code`: one for
    each law the mentions fall under, or one whose counterpart in the other law is taken with it.
    Raises Refused, Conflict, NotFound.
    """
    codes = (code,) if isinstance(code, str) else tuple(code)
    choice = Choice(decision, tuple(filter(None, codes)), reason.strip(), factors or {}, consent)
    with write_transaction():
        found = queries.person(actor, person_id)
        case = reviewing(actor, found.case_id)
        db.session.refresh(found)
        same_version(found.version, version)
        _decide(actor, case, found, choice)
        return found


def decide_people(actor: Actor, case_id: str, versions: Mapping[str, int], choice: Choice) -> int:
    """The same decision about several people, identifiers or clues at once: all of them, or none."""
    if not versions:
        raise Refused("Choose at least one.")
    with write_transaction():
        case = reviewing(actor, case_id)
        for person_id, version in versions.items():
            found = queries.person(actor, person_id)
            if found.case_id != case.id:
                raise Refused("Choose people of this case alone.")
            db.session.refresh(found)
            same_version(found.version, version)
            _decide(actor, case, found, choice)
        return len(versions)


def add_person(
    actor: Actor, case_id: str, name: str, aliases: Sequence[str] = (), relationship: str | None = None
) -> Person:
    """Add someone whom the search missed, and have every record searched for them. Raises Refused, Conflict."""
    name = _name(name)
    others = [_name(alias) for alias in aliases if tidy(alias)]
    if len(others) > MAX_ALIASES:
        raise Refused(f"Give at most {MAX_ALIASES} other names.")
    with write_transaction() as session:
        case = reviewing(actor, case_id)
        _refuse_taken(case, name)
        added = Person(
            scope_id=case.scope_id,
            case_id=case.id,
            key_index=_index(case, name),
            kind=PersonKind.PERSON.value,
            detail="",
            origin=Origin.ADDED.value,
            relationship=_relationship(relationship),
            decision=Decision.PENDING.value,
            name=name,
            aliases=others,
        )
        session.add(added)
        session.flush()
        write_down(actor, Action.PERSON_ADDED, added.id, case_id=case.id)
        enqueue(REGISTER, case.id)
        return added


def change_person(
    actor: Actor, person_id: str, version: int, name: str, aliases: Sequence[str], relationship: str | None
) -> Person:
    """Put a name right, add other names, say who someone is. A name that was replaced stays as another name."""
    name = _name(name)
    with write_transaction():
        found = queries.person(actor, person_id)
        case = reviewing(actor, found.case_id)
        db.session.refresh(found)
        same_version(found.version, version)
        if found.kind != PersonKind.PERSON:
            raise Refused("Only people have names to change.")
        if key_of(found.kind, "", name) != key_of(found.kind, "", found.name):
            _refuse_taken(case, name)
            aliases = [found.name, *aliases]
            found.key_index = _index(case, name)
        unique = dict.fromkeys(_name(alias) for alias in aliases if tidy(alias))
        found.name, found.aliases = name, [alias for alias in unique if alias != name][:MAX_ALIASES]
        if found.relationship != _relationship(relationship):
            found.relationship, found.guess = _relationship(relationship), None
        write_down(actor, Action.PERSON_CHANGED, found.id, case_id=case.id)
        enqueue(REGISTER, case.id)
        return found


def merge_people(actor: Actor, keep_id: str, other_id: str, version: int) -> Person:
    """Say that two are one. The first keeps its decision, which now holds for the other's mentions as well.

    `version` is that of the one that goes. Mentions decided by hand keep their decisions.
    """
    with write_transaction() as session:
        keep, other = queries.person(actor, keep_id), queries.person(actor, other_id)
        case = reviewing(actor, keep.case_id)
        session.refresh(other)
        same_version(other.version, version)
        if keep.id == other.id or other.case_id != case.id or keep.kind != other.kind:
            raise Refused("Choose two different people of this case.")
        session.execute(update(Mention).where(Mention.person_id == other.id).values(person_id=keep.id))
        keep.aliases = list(dict.fromkeys([*keep.aliases, other.name, *other.aliases]))
        if keep.relationship is None:
            keep.relationship, keep.guess = other.relationship, other.guess
        if other.origin == Origin.ADDED:
            keep.origin = Origin.ADDED.value
        session.delete(other)
        session.flush()
        write_down(actor, Action.PEOPLE_MERGED, keep.id, case_id=case.id, merged_id=other_id)
        enqueue(REGISTER, case.id)
        return keep


def assign_mentions(actor: Actor, case_id: str, mention_ids: Sequence[str], person_id: str) -> int:
    """Say whom some mentions mean. They follow that person's decision from now on, and no search moves them."""
    with write_transaction() as session:
        case = reviewing(actor, case_id)
        found = queries.person(actor, person_id)
        if found.case_id != case.id:
            raise Refused("Choose somebody of this case.")
        mentions = _own_mentions(case, mention_ids)
        now = utc_now()
        for mention in mentions:
            mention.person_id, mention.assigned = found.id, True
            mention.decided_by, mention.decided_at = actor.id, now
        session.flush()
        write_down(actor, Action.MENTIONS_ASSIGNED, found.id, case_id=case.id, mentions=len(mentions))
        return len(mentions)


def keep_mentions(actor: Actor, case_id: str, mention_ids: Sequence[str], decision: Decision) -> int:
    """Leave some mentions in place: they mean the requester, or nobody."""
    if decision not in (Decision.IS_SUBJECT, Decision.NOT_A_PERSON):
        raise Refused("Choose whom these words mean.")
    with write_transaction() as session:
        case = reviewing(actor, case_id)
        mentions = _own_mentions(case, mention_ids)
        now = utc_now()
        for mention in mentions:
            mention.decision, mention.decided_by, mention.decided_at = decision.value, actor.id, now
        session.flush()
        for mention in mentions:
            write_down(actor, Action.MENTION_DECIDED, mention.id, case_id=case.id, decision=decision.value, code=None)
        return len(mentions)


def _decide(actor: Actor, case: Case, found: Person, choice: Choice) -> None:
    regimes = _regimes_of(found) or queries.regimes_of(case)
    settled = grounds.settle(choice, regimes, about_person=found.kind == PersonKind.PERSON, dpo=is_dpo(actor))
    require_opinion(case, settled.code_ukgdpr)
    found.decision = choice.decision.value
    found.code_le, found.code_ukgdpr = settled.code_le, settled.code_ukgdpr
    found.settles_le, found.settles_ukgdpr = settled.settles_le, settled.settles_ukgdpr
    found.reason = choice.reason.strip()[: grounds.MAX_TEXT] or None
    found.factors = grounds.clean_factors(choice.factors) or None
    found.consent = choice.consent
    found.review_on = london_today() + REVIEW_AFTER if _needs_review(settled) else None
    found.decided_by, found.decided_at = actor.id, utc_now()
    db.session.flush()
    codes = " ".join(filter(None, (settled.code_le, settled.code_ukgdpr)))
    write_down(
        actor,
        Action.PERSON_DECIDED,
        found.id,
        case_id=case.id,
        decision=found.decision,
        code=codes or None,
        mentions=_following(found),
    )


def _regimes_of(found: Person) -> tuple[Regime, ...]:
    query = select(Record.regime).join(Mention, Mention.record_id == Record.id)
    query = query.where(Mention.person_id == found.id, in_reply()).distinct()
    return tuple(Regime(value) for value in sorted(db.session.scalars(query)))


def _following(found: Person) -> int:
    """Mentions that this decision reaches: those without one of their own."""
    query = select(func.count()).select_from(Mention)
    return db.session.scalar(query.where(Mention.person_id == found.id, Mention.decision.is_(None))) or 0


def _needs_review(settled: grounds.Settled) -> bool:
    codes = (settled.code_le, settled.code_ukgdpr)
    return any(code is not None and Need.REVIEW_DATE in EXEMPTIONS[code].needs for code in codes)


def _own_mentions(case: Case, mention_ids: Sequence[str]) -> list[Mention]:
    if not mention_ids:
        raise Refused("Tick at least one mention.")
    query = select(Mention).where(Mention.case_id == case.id, Mention.id.in_(mention_ids)).order_by(Mention.id)
    mentions = list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))
    if len(mentions) != len(set(mention_ids)):
        raise Refused("Some of these mentions are not there any more. Load the page again.")
    if any(mention.decision is not None or mention.person_id is not None for mention in mentions):
        raise Conflict("Somebody else decided about one of these meanwhile. Load the page again.")
    return mentions


def _name(text: str) -> str:
    name = tidy(text)
    if not any(c.isalpha() for c in name) or len(name) > MAX_NAME:
        raise Refused("Enter a name of at most 200 characters.")
    return name


def _relationship(value: str | None) -> str | None:
    if value and value not in set(Relationship):
        raise Refused("Choose who this person is.")
    return value or None


def _index(case: Case, name: str) -> str:
    return index_of(case, key_of(PersonKind.PERSON, "", name))


def _refuse_taken(case: Case, name: str) -> None:
    query = select(Person.id).where(Person.case_id == case.id, Person.key_index == _index(case, name))
    if db.session.scalar(query) is not None:
        raise Conflict("Somebody of this name is in the list already. Add another name, or join the two.")
