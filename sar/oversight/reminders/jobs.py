"""Alerts and digests, looked for every so often: what was sent already is not sent again."""

from __future__ import annotations

from datetime import timedelta

from sar.foundation.jobs import periodic
from sar.oversight.reminders import service


@periodic("reminders.alerts", every=timedelta(hours=1))
def alerts() -> None:
    service.send_alerts()


@periodic("reminders.digests", every=timedelta(hours=1))
def digests() -> None:
    service.send_digests()
