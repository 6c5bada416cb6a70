"""Who is out of the way of a decision that takes two."""

from __future__ import annotations

import pytest

from sar.cases import service
from sar.foundation.db import write_transaction
from sar.foundation.errors import Refused
from sar.intake.answers import Channel, StaffConnection
from sar.intake.models import Submission
from tests.integration.cases.desk import PHONE, caseworker, dpo, fresh, opened

pytestmark = pytest.mark.usefixtures("in_app")


def test_a_colleague_named_in_a_request_is_so_only_where_the_requester_wrote_it_themselves() -> None:
    boss, _named = dpo(), caseworker("Robin Field")
    case = opened(PHONE, staff_connection=StaffConnection("Robin Field"))
    with pytest.raises(Refused, match="must propose this first"):
        service.set_aside(boss, case.id, "TEST", "A test")
    with write_transaction() as session:
        session.get_one(Submission, case.submission_id).channel = Channel.ONLINE.value
    service.set_aside(boss, case.id, "TEST", "A test")
    assert fresh(case).stage == "not_valid"
