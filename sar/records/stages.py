"""At which stages of a case its records can change. Pure."""

from __future__ import annotations

from sar.cases.workflow import Stage

NOT_YET = "Start gathering records first: the button is on the page of the case."
BEING_CHECKED = "This case is being checked. Have it returned for changes before you change its records."
OVER = "This case has been answered or ended, so its records cannot change."
CHANGEABLE = (Stage.GATHERING, Stage.REVIEWING)
CHECKING = (Stage.SECOND_CHECK, Stage.SIGNED_OFF)


def why_fixed(stage: Stage) -> str | None:
    """Why the records of a case at this stage cannot change, in plain words; None where they can."""
    if stage in CHANGEABLE:
        return None
    if stage in (Stage.RECEIVED, Stage.ACKNOWLEDGED):
        return NOT_YET
    return BEING_CHECKED if stage in CHECKING else OVER
