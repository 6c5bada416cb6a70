"""A proposal to refuse, to charge a fee, to neither confirm nor deny, to set aside, or to put the clock right."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, false, true
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, ScopedRow, UtcDateTime, plain, sealed_column


class Kind(StrEnum):
    """`neither`: the answer neither confirms nor denies that anything is held. `set_aside`: it is no valid request."""

    REFUSE = "refuse"
    FEE = "fee"
    NEITHER = "neither"
    SET_ASIDE = "set_aside"
    CORRECT = "correct"
    ADD = "add"
    WITHDRAW = "withdraw"


class State(StrEnum):
    OPEN = "open"
    AGREED = "agreed"
    DECLINED = "declined"


class RefusalProposal(ScopedRow):
    """`words` are told to the requester, except under `neither`, `correct`, `add` and `withdraw`, or without `tell`.

    `code` is one of `exemptions` or `not_valid`; a correction has none, but the fact of the clock and its right day, no
    day where it never happened, `without_letter` where it was not by the letter about it. Of something missed,
    `fact_kind` is what it is (`missed.What`), `fact_on` and `came_on` its days, `reason_code` why it was extended; of a
    request that was taken back, `fact_on` is when. `earlier_id`: the case that a repeated request repeats. `alone`:
    proposed and decided by the only person.
    """

    __tablename__ = "refusal_proposal"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    kind: Mapped[str] = plain(String(10), nullable=False)
    state: Mapped[str] = plain(String(10), nullable=False, index=True)
    code: Mapped[str] = plain(String(20), nullable=False)
    amount: Mapped[str] = plain(String(12), nullable=False, default="")
    proposed_by: Mapped[str] = plain(String(40), nullable=False)
    decided_by: Mapped[str | None] = plain(String(40), nullable=True)
    decided_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    alone: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    tell: Mapped[bool] = plain(Boolean, nullable=False, default=True, server_default=true())
    earlier_id: Mapped[str | None] = plain(ID, ForeignKey("case.id"), nullable=True)
    fact_id: Mapped[str | None] = plain(ID, ForeignKey("clock_fact.id"), nullable=True)
    fact_on: Mapped[date | None] = plain(Date, nullable=True)
    without_letter: Mapped[bool] = plain(Boolean, nullable=False, default=False, server_default=false())
    fact_kind: Mapped[str | None] = plain(String(30), nullable=True)
    came_on: Mapped[date | None] = plain(Date, nullable=True)
    reason_code: Mapped[str] = plain(String(20), nullable=False, default="", server_default="")
    words_sealed: Mapped[bytes | None] = sealed_column()
    words = Sealed[str]("words_sealed")
    how_to_pay_sealed: Mapped[bytes | None] = sealed_column()
    how_to_pay = Sealed[str | None]("how_to_pay_sealed")
    decision_sealed: Mapped[bytes | None] = sealed_column()
    decision = Sealed[str | None]("decision_sealed")
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}
