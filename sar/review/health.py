"""Health information under the UK GDPR: nothing is withheld for harm, or answered for good while it is held, without a
health professional's opinion (DPA 2018 Sch 3 paras 5-6).

An opinion is good for six months. `G-HEALTH-HARM` rests on one that serious harm is likely; `G-HEALTH-HOLD` says that
none is there yet, so that the rest can go out as a part and the whole answer waits.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import select

from sar.access.permissions import Permission
from sar.cases.deadlines import health_opinion_last_good_day
from sar.cases.exemptions import EXEMPTIONS, Need
from sar.cases.ledger import case_for, require_open
from sar.cases.models import Case
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.foundation.wording import date_words
from sar.records.models import Record
from sar.records.queries import in_reply
from sar.review.grounds import MAX_TEXT, Decision
from sar.review.models import DrawnBox, HealthOpinion, Mention, Person, WithheldPage, WithheldRecord

_NEEDED: Final = (
    "Write down first what a health professional said: that serious harm is likely, in an opinion that is under six "
    "months old. Until there is one, hold the information back with G-HEALTH-HOLD."
)
_OUT_OF_DATE: Final = (
    "Something is withheld because it could harm someone’s health, and no health professional’s opinion on that is "
    "under six months old any more. Ask for a new one, and write it down."
)
_HELD: Final = (
    "Health information is held back until a health professional gives an opinion, so this is not the whole answer "
    "yet. Send what is ready as a part, or decide about it once the opinion is there."
)


def record_opinion(
    actor: Actor, case_id: str, *, given_by: str, given_on: date, harm_likely: bool, words: str
) -> HealthOpinion:
    """Keep what a health professional said, and on which day. Raises Refused for one that is too old to be used."""
    if not given_by.strip() or not words.strip():
        raise Refused("Write who gave the opinion, with their profession, and what they said.")
    if given_on > london_today():
        raise Refused("That date is in the future. Give the day on the opinion.")
    last = health_opinion_last_good_day(given_on)
    if last < london_today():
        raise Refused(f"An opinion is good for six months. This one was until {date_words(last)}: ask for a new one.")
    with write_transaction() as session:
        case = case_for(actor, case_id, permission=Permission.CASE_REVIEW)
        require_open(case)
        found = HealthOpinion(
            scope_id=case.scope_id,
            case_id=case.id,
            given_on=given_on,
            harm_likely=harm_likely,
            recorded_by=actor.id,
            given_by=given_by.strip()[:MAX_TEXT],
            words=words.strip()[:MAX_TEXT],
        )
        session.add(found)
        session.flush()
        said = "likely" if harm_likely else "not likely"
        record(actor, Action.HEALTH_OPINION_RECORDED, found.id, case_id=case.id, given_on=given_on, harm=said)
        return found


def opinions_of(case: Case) -> list[HealthOpinion]:
    """The newest first."""
    query = select(HealthOpinion).where(HealthOpinion.case_id == case.id)
    return list(db.session.scalars(query.order_by(HealthOpinion.given_on.desc(), HealthOpinion.id)))


def is_good(opinion: HealthOpinion, today: date) -> bool:
    """Whether an opinion may be relied on."""
    return health_opinion_last_good_day(opinion.given_on) >= today


def require_opinion(case: Case, *codes: str | None) -> None:
    """Raises Refused for a code that rests on an opinion where none says so today."""
    rests = any(code in EXEMPTIONS and Need.HARM_OPINION in EXEMPTIONS[code].needs for code in codes if code)
    if rests and not _says_harm(case):
        raise Refused(_NEEDED)


def out_of_date(case: Case) -> tuple[str, ...]:
    """What stands in the way of any reply, in words: something rests on an opinion that is good no more."""
    rests = any(Need.HARM_OPINION in EXEMPTIONS[code].needs for code in codes_in_use(case))
    return (_OUT_OF_DATE,) if rests and not _says_harm(case) else ()


def require_nothing_held(case: Case) -> None:
    """Before a whole answer. Raises Refused while health information waits for an opinion."""
    if any(Need.AWAIT_HEALTH_OPINION in EXEMPTIONS[code].needs for code in codes_in_use(case)):
        raise Refused(_HELD)


def codes_in_use(case: Case) -> set[str]:
    """Every code that something in the reply is withheld by: people, places, boxes, pages and records."""
    withheld = Decision.WITHHOLD.value
    found = {
        *db.session.scalars(
            select(Person.code_ukgdpr).where(Person.case_id == case.id, Person.decision == withheld).distinct()
        ),
        *db.session.scalars(
            select(Mention.code).where(Mention.case_id == case.id, Mention.decision == withheld).distinct()
        ),
    }
    for table in (DrawnBox, WithheldPage, WithheldRecord):
        query = select(table.code).join(Record, Record.id == table.record_id)
        found |= set(db.session.scalars(query.where(Record.case_id == case.id, in_reply()).distinct()))
    return {code for code in found if code in EXEMPTIONS}


def _says_harm(case: Case) -> bool:
    today = london_today()
    return any(opinion.harm_likely and is_good(opinion, today) for opinion in opinions_of(case))
