"""What can be done about our role for records, and at which stages of a case. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sar.cases.workflow import Stage
from sar.records.stages import CHANGEABLE, CHECKING, why_fixed


class RoleEvent(StrEnum):
    SET_ROLE = "set_role"
    SAY_WHAT_IS_TOLD = "say_what_is_told"
    PASS_ON = "pass_on"
    STRIKE_OUT = "strike_out"


# Passing on changes nothing that a second person checks, and must not wait for the check. What is in the reply, or
# said in it, must stand still while it is checked: the role of a record, what the person is told, the day told.
STAGES: Mapping[RoleEvent, tuple[Stage, ...]] = MappingProxyType(
    {
        RoleEvent.SET_ROLE: CHANGEABLE,
        RoleEvent.SAY_WHAT_IS_TOLD: CHANGEABLE,
        RoleEvent.PASS_ON: (*CHANGEABLE, *CHECKING),
        RoleEvent.STRIKE_OUT: CHANGEABLE,
    }
)


def why_not(event: RoleEvent, stage: Stage) -> str | None:
    """Why this cannot be done at this stage, in plain words; None where it can."""
    return None if stage in STAGES[event] else why_fixed(stage)
