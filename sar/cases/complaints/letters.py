"""The letters about a complaint, for whoever writes letters."""

from __future__ import annotations

from collections.abc import Mapping

from sar.access.permissions import Permission
from sar.cases.complaints import service
from sar.cases.complaints.acknowledging import letter_to_go
from sar.cases.complaints.deciding import require_independent
from sar.cases.complaints.models import Complaint, Outcome, State
from sar.cases.complaints.queries import OUTCOME_WORDS, reference_of
from sar.cases.models import Case
from sar.cases.writing.kinds import Blank, Entry, Letter, Standing, register
from sar.cases.writing.models import LetterDraft
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.wording import FieldValue

_TOLD = "The person is told this. Use plain words."
_DECIDED = (
    "The complaint was decided with this letter, so it has to go. If something in it is wrong, put it right in another "
    "letter."
)
_OUTCOMES = {Outcome.UPHELD: "Upheld", Outcome.PARTLY: "Partly upheld", Outcome.NOT_UPHELD: "Not upheld"}


def _never(_standing: Standing) -> bool:
    return False


def _to_acknowledge(complaint_id: str) -> bool:
    complaint = _complaint(complaint_id)
    return complaint.acknowledged_on is None and letter_to_go(complaint) is None


def _is_open(complaint_id: str) -> bool:
    return _complaint(complaint_id).state != State.DECIDED


def _facts(case: Case, complaint_id: str) -> Mapping[str, FieldValue | None]:
    complaint = _complaint(complaint_id)
    return {
        "complaint_date": complaint.received_on,
        "complaint_reference": reference_of(case, complaint),
        "complaint": complaint.words,
    }


def _decided(actor: Actor, _case: Case, draft: LetterDraft) -> None:
    filled = draft.fields
    service.decided(
        actor,
        _complaint(draft.about),
        Outcome(str(filled["outcome"])),
        str(filled["findings"]),
        list(filled["actions"]),
    )


def _may_decide(actor: Actor, complaint_id: str) -> object:
    return require_independent(actor, _complaint(complaint_id))


def _complaint(complaint_id: str | None) -> Complaint:
    return db.session.get_one(Complaint, complaint_id)


register(
    Letter(
        "complaint_acknowledgement",
        "Say that we have the complaint, and how we understand it. The law gives 30 days for this.",
        _never,
        fits_about=_to_acknowledge,
        facts_about=_facts,
    ),
    Letter(
        "complaint_progress",
        "It takes time to look into the complaint. Say how far we are.",
        _never,
        (
            Blank("done", "What have we done?", _TOLD),
            Blank("next_steps", "What happens next?", _TOLD),
            Blank("expected_date", "When do you expect to answer?", entry=Entry.DAY_TO_COME),
        ),
        fits_about=_is_open,
        facts_about=_facts,
    ),
    Letter(
        "complaint_outcome",
        "Say what we found and what we will do.",
        _never,
        (
            Blank(
                "outcome",
                "What is the outcome?",
                entry=Entry.CHOICE,
                choices=tuple((outcome.value, words) for outcome, words in _OUTCOMES.items()),
                told={outcome.value: words for outcome, words in OUTCOME_WORDS.items()},
            ),
            Blank("findings", "Why?", _TOLD),
            Blank("actions", "What will we do?", f"{_TOLD} One on each line. If nothing, say so.", Entry.LINES),
        ),
        permission=Permission.COMPLAINTS_DECIDE,
        allowed=_may_decide,
        fits_about=_is_open,
        facts_about=_facts,
        means=_decided,
        stays=_DECIDED,
    ),
)
