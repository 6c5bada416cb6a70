"""Reminders to those who were asked to search."""

from __future__ import annotations

from datetime import timedelta

from sar.foundation.jobs import periodic
from sar.records.searches import service


@periodic("searches.chase", every=timedelta(hours=1))
def chase() -> None:
    service.chase_due()
