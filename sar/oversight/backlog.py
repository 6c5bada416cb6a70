"""The backlog recovery report: where late requests stand, in figures, and what is done about it, in words.

Regulators ask for it weekly once a backlog is known (law.md section 8). Its wording is the data protection officer's.
"""

from __future__ import annotations

from datetime import date

from sar.access.permissions import Permission
from sar.cases.ledger import require
from sar.cases.letters import anywhere
from sar.foundation import wordings
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import write_transaction
from sar.foundation.errors import Refused
from sar.foundation.runtime import settings
from sar.foundation.typesetting import typeset
from sar.foundation.wording import Wording
from sar.oversight import queries


def wording(causes: str, plan: str, expected: str) -> Wording:
    """The report as it would read today. Raises Refused when something is missing."""
    if not (causes.strip() and plan.strip() and expected.strip()):
        raise Refused("Fill in why they are late, what is done, and when you expect to be in time again.")
    today = london_today()
    found = queries.measures(date(today.year, 1, 1), today)
    oldest = found.oldest_overdue_days
    return wordings.render(
        "backlog_recovery",
        {
            **anywhere(f"backlog, {today.isoformat()}"),
            "report_date": today,
            "figures": [
                f"{found.open_now:,} requests are open",
                f"{found.overdue_now:,} of them are past their due date",
                f"{found.overdue_now - found.overdue_part:,} of the late ones had no answer at all",
                f"{found.overdue_part:,} of the late ones had part of an answer",
                f"the oldest is {oldest:,} days late" if oldest else "none is late",
                f"{found.reopened_open:,} requests had an answer and are open again",
            ],
            "bands": [f"{band}: {count:,}" for band, count in found.overdue_bands],
            "causes": causes.strip(),
            "plan": plan.strip(),
            "expected": expected.strip(),
        },
    )


def report(actor: Actor, causes: str, plan: str, expected: str) -> bytes:
    """The report as a PDF. Making it is kept in the log, with how many were late."""
    require(actor, Permission.REPORTS_VIEW)
    text, today, current = wording(causes, plan, expected), london_today(), settings()
    late = queries.measures(date(today.year, 1, 1), today).overdue_now
    with write_transaction():
        facts = {"report": "backlog_recovery", "from": today, "to": today, "rows": late}
        record(actor, Action.REPORT_EXPORTED, actor.id, **facts)
    who = {"name": current.organisation_name}
    return typeset(
        "letter",
        {
            "date": today,
            "reference": f"Backlog {today.isoformat()}",
            "organisation": current.organisation_name,
            "colour": current.brand_colour,
            "sender": who,
            "addressee": {"name": "For those who answer for it"},
            "subject": text.subject,
            "blocks": text.as_data(),
            "sign_off": "",
            "signatory": {"name": "Records team", "lines": [current.organisation_name]},
        },
    )
