"""Reads of submissions."""

from __future__ import annotations

from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.intake.models import Submission


def submission(submission_id: str) -> Submission:
    """Raises NotFound."""
    found = db.session.get(Submission, submission_id)
    if found is None:
        raise NotFound("There is no such request.")
    return found
