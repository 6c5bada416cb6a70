"""Reminders to originators."""

from __future__ import annotations

from datetime import timedelta

from sar.consultation import service
from sar.foundation.jobs import periodic


@periodic("consultation.chase", every=timedelta(hours=1))
def chase() -> None:
    service.chase_due()
