"""What the page of a finished case says about how long it is kept."""

from __future__ import annotations

from flask import url_for

from sar.access.permissions import Permission, allows
from sar.cases.models import Case
from sar.cases.panels import Panel, PanelLink
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.wording import date_words
from sar.oversight.retention import queries
from sar.oversight.retention.models import State
from sar.oversight.retention.queries import HOLD_WORDS


def panel(actor: Actor, case: Case) -> Panel | None:
    """Until when, by which rule, and what holds it. Nothing while the case is open and nobody put a hold on it."""
    kept = queries.kept_of([case]).get(case.id)
    if kept is None:
        if queries.standing_hold(case) is None:
            return None
        return Panel("How long it is kept", f"{HOLD_WORDS['by_hand']}.", links=_links(actor, case))
    holds, erasure = queries.holds_of([case])[case.id], queries.erasure_of(case)
    warnings = [f"{HOLD_WORDS[code]}: it cannot be destroyed." for code in holds]
    if erasure is not None and erasure.state == State.PROPOSED:
        if queries.overtaken(erasure, kept):
            warnings.append("It was proposed to destroy this case, but it must be kept. The proposal ends by itself.")
        else:
            warnings.append("It is proposed to destroy this case. Somebody else must agree.")
    elif erasure is not None and erasure.state == State.AGREED:
        warnings.append("This case is being destroyed.")
    elif kept.is_over(london_today()) and not holds:
        warnings.append(f"Its time was over on {date_words(kept.until)}. The data protection officer looks at it.")
    return Panel("How long it is kept", kept.words, tuple(warnings), links=_links(actor, case))


def _links(actor: Actor, case: Case) -> tuple[PanelLink, ...]:
    if not allows(actor.roles, Permission.RETENTION_VIEW):
        return ()
    return (PanelLink("Keep it longer, put a hold on it, or destroy it", url_for("retention.show", case_id=case.id)),)
