"""What the tour's officer does at the review desk, and the second reader after them."""

from __future__ import annotations

from collections.abc import Iterator

from sar.cases.models import Case
from sar.consultation.models import View
from sar.consultation.queries import consultations_of
from sar.demo.material import squeeze
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.errors import Refused
from sar.records import queries as records
from sar.records import service as record_service
from sar.review import queries as review
from sar.review import service
from sar.review.grounds import Choice, Decision
from sar.review.models import PersonKind, Relationship

CODE = "P3-OTHERS"
VICTIM_RECORD = "Victim contact record"
REASON = "It is about someone else, who was not asked and would not expect it to be shared."
AT_WORK = (Relationship.STAFF, Relationship.PROFESSIONAL)


def prepare(officer: Actor, case: Case, own: frozenset[str]) -> Iterator[str]:
    """Decide about everyone, once each; look at a page; draw a box by hand; withhold what the police asked for.

    `own` holds the requester's own numbers, which an officer knows from the case file.
    """
    rows = review.people(case)
    people = [row for row in rows if row.person.kind == PersonKind.PERSON]
    yield f"{len(people)} people, {len(rows) - len(people)} numbers, addresses and clues suggested in the records."
    yield from _withhold_whole(officer, case)
    yield from _decide(officer, case, own)
    yield from _look_and_draw(officer, case)
    _weigh(officer, case)
    left = review.undecided_count(case)
    if left:
        raise Refused(f"{left} mentions are still undecided.")
    yield "Nothing is left undecided."


def sign_off(dpo: Actor, second: Actor, case: Case) -> Iterator[str]:
    """The DPO sends the case for a second check, and so cannot give it, though the role could; someone else does."""
    service.request_second_check(dpo, case.id)
    try:
        service.sign_off(dpo, case.id)
    except Refused as refusal:
        yield f"Whoever sent it cannot sign it off: {refusal.message}"
    else:
        raise AssertionError("somebody signed off their own work")
    service.sign_off(second, case.id)
    yield "A second person looked and signed off."


def _withhold_whole(officer: Actor, case: Case) -> Iterator[str]:
    """With every name gone, this record would still say where the victim lives and works."""
    victim = next(found for found in records.disclosable_records(case) if found.title == VICTIM_RECORD)
    service.withhold_record(officer, victim.id, CODE, "The victim asked that nothing of it is shared.")
    yield f"“{victim.title}” is withheld whole: without the names it would still say where someone can be found."


def _decide(officer: Actor, case: Case, own: frozenset[str]) -> Iterator[str]:
    choices = {
        "withheld with code " + CODE: Choice(Decision.WITHHOLD, codes=(CODE,), reason=REASON),
        "kept, named in their job": Choice(Decision.DISCLOSE, reason="Named in their job."),
        "kept, the requester's own": Choice(Decision.IS_SUBJECT),
    }
    counts = dict.fromkeys(choices, 0)
    for row in review.people(case, show="undecided"):
        person = row.person
        if person.kind == PersonKind.IDENTIFIER and squeeze(person.name) in own:
            outcome = "kept, the requester's own"
        elif person.kind == PersonKind.PERSON and person.relationship in AT_WORK:
            outcome = "kept, named in their job"
        else:
            outcome = "withheld with code " + CODE
        service.decide_people(officer, case.id, {person.id: person.version}, choices[outcome])
        counts[outcome] += 1
    yield "Decided once each: " + "; ".join(f"{count} {outcome}" for outcome, count in counts.items()) + "."
    unclear = review.unclear_mentions(case)
    for example in unclear:
        service.decide_mention(officer, example.mention.id, example.mention.version, Decision.WITHHOLD, CODE, REASON)
    yield f"{len(unclear)} mentions that could mean several people were looked at one by one."


def _look_and_draw(officer: Actor, case: Case) -> Iterator[str]:
    police = next(found for found in records.disclosable_records(case) if found.originator_id)
    record_service.view_page(officer, police.id, 1)
    picture = records.page_png(police, 1, 1000)
    yield f"Page 1 of {police.file_name} was looked at as an image of {len(picture) // 1024} KB."
    words = records.page_text(police, 1).words
    start = next(index for index, word in enumerate(words) if word.text == "SEPARATE")
    end = next(index for index, word in enumerate(words) if word.text == "ACTIONS")
    service.cover_words(officer, police.id, 1, start, end - 1, CODE, "The originator showed that it exposes someone.")
    yield f"A box was drawn by hand over {end - start} words: the passage the police asked us to hold back."


def _weigh(officer: Actor, case: Case) -> None:
    for consultation in consultations_of(case):
        if consultation.decision == View.RELEASE_IN_PART:
            for record in consultation.records:
                service.weigh_view(officer, consultation.id, record.id)
    db.session.expire_all()
