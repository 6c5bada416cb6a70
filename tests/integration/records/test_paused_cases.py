"""A paused clock is no pause of the work: what people do meanwhile goes on, and the clock stays as it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from sar.cases import service as cases
from sar.cases.queries import visible_case
from sar.cases.tasks import service as tasks
from sar.cases.waiting import Whom, waiting_of
from sar.consultation import service as consultation
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import london_today, utc_now
from sar.foundation.jobs import run_pending
from sar.foundation.runtime import settings
from sar.records.models import RecordState
from sar.records.queries import records_of
from tests.factories import DEMO_DATA, a_record, an_originator, gathering_case, letters_go


@pytest.mark.usefixtures("in_app")
def test_notes_uploads_reading_consultation_and_chasing_go_on_while_the_clock_is_paused(in_app: object) -> None:
    case = gathering_case()
    cases.ask_question(SYSTEM, case.id, "Which office?", "You named none.")
    letters_go(case)
    assert visible_case(SYSTEM, case.id).clock_state == "paused"
    cases.add_note(SYSTEM, case.id, "He rang.")
    tasks.add_task(SYSTEM, case.id, "Ring back")
    police = an_originator()
    paper = next(DEMO_DATA.glob("case1/**/*.pdf"))
    added = a_record(case, paper, originator=police)
    run_pending(in_app)  # type: ignore[arg-type]
    [record] = records_of(case)
    assert record.state == RecordState.READY
    sent = consultation.send(SYSTEM, case.id, police.id, [added.id])
    [whom] = waiting_of([visible_case(SYSTEM, case.id)]).values()
    assert whom == [Whom.REQUESTER, Whom.ORIGINATOR]
    later = utc_now() + timedelta(days=settings().consultation_chase_day + 1)
    with time_machine.travel(later, tick=False):
        assert consultation.chase_due() == 1
        assert "consultation_chase" in {message.kind for message in messages.about(sent.id)}
        now = visible_case(SYSTEM, case.id)
        assert now.clock_state == "paused" and now.due_on is None
        cases.record_answer(SYSTEM, case.id, 1, london_today(), "Calder Street")
    assert visible_case(SYSTEM, case.id).clock_state == "running"
