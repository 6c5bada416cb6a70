"""Commands on the pages: one mention, a box drawn by hand, a page, a whole record, an originator's view carried out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select

from redaction.detect import page_string
from redaction.document import PageText
from redaction.geometry import Box
from sar.cases.deadlines import Regime
from sar.cases.models import Case
from sar.consultation.models import State, View
from sar.consultation.queries import views_of, visible_consultation
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record as write_down
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.records.models import Record
from sar.records.queries import is_in_reply, page_text
from sar.records.queries import record as visible_record
from sar.review import grounds, outcomes, queries
from sar.review.grounds import Decision
from sar.review.health import require_opinion
from sar.review.models import DrawnBox, Mention, Person, ViewWeighed, WithheldPage, WithheldRecord
from sar.review.rules import is_dpo, reviewing, same_version

# A quarter of an inch: a smaller box is a slip of the mouse.
_SMALLEST_SIDE: Final = 2.0
_MAX_WORDS: Final = 400


def decide_mention(
    actor: Actor,
    mention_id: str,
    version: int,
    decision: Decision | None,
    code: str = "",
    reason: str = "",
    factors: Mapping[str, str] | None = None,
) -> Mention:
    """Decide about one place alone. Nothing decided elsewhere changes it; None gives it back to its person."""
    with write_transaction():
        found = queries.mention(actor, mention_id)
        case = reviewing(actor, found.case_id)
        db.session.refresh(found)
        same_version(found.version, version)
        if decision is Decision.PENDING:
            raise Refused("Choose what becomes of these words.")
        if decision is Decision.WITHHOLD:
            owner = db.session.get(Person, found.person_id) if found.person_id else None
            weighed = {**((owner.factors if owner else None) or {}), **grounds.clean_factors(factors or {})}
            regime = Regime(_record_of(found).regime)
            grounds.check_mark(code, reason, regime, dpo=is_dpo(actor), factors=weighed)
            require_opinion(case, code)
            found.code, found.factors = code, weighed or None
        else:
            found.code = found.factors = None
        found.decision = decision.value if decision is not None else None
        found.reason = reason.strip()[: grounds.MAX_TEXT] or None
        found.decided_by, found.decided_at = actor.id, utc_now()
        db.session.flush()
        said = decision.value if decision is not None else "as_person"
        write_down(actor, Action.MENTION_DECIDED, found.id, case_id=case.id, decision=said, code=found.code)
        return found


def draw_box(actor: Actor, record_id: str, page: int, box: Box | Sequence[Box], code: str, reason: str) -> DrawnBox:
    """Withhold an area of a page (from 1): one box, or several, in points from the top left. Raises Refused."""
    boxes = [box] if isinstance(box, Box) else list(box)
    with write_transaction() as session:
        record, case = _open_record(actor, record_id)
        text = _page(record, page)
        grounds.check_mark(code, reason, Regime(record.regime), dpo=is_dpo(actor))
        require_opinion(case, code)
        drawn = DrawnBox(
            scope_id=case.scope_id,
            record_id=record.id,
            page=page,
            code=code,
            boxes=[list(_fitted(each, text)) for each in boxes],
            reason=reason.strip()[: grounds.MAX_TEXT],
            drawn_by=actor.id,
        )
        session.add(drawn)
        session.flush()
        write_down(actor, Action.BOX_ADDED, drawn.id, case_id=case.id, record_id=record.id, page=page, code=code)
        return drawn


def cover_words(actor: Actor, record_id: str, page: int, first: int, last: int, code: str, reason: str) -> DrawnBox:
    """Withhold the words of a page from number `first` to number `last` (from 1, in reading order)."""
    text = _page(visible_record(actor, record_id), page)
    if not 1 <= first <= last <= len(text.words) or last - first >= _MAX_WORDS:
        raise Refused("Choose the first and the last word, in the order in which they are read.")
    made = page_string(text)
    end = made.starts[last - 1] + len(text.words[last - 1].text)
    return draw_box(actor, record_id, page, made.boxes(made.starts[first - 1], end), code, reason)


def remove_box(actor: Actor, box_id: str) -> DrawnBox:
    """Take a drawn box away. Raises NotFound when it is gone already."""
    with write_transaction() as session:
        drawn = session.get(DrawnBox, box_id)
        if drawn is None:
            raise NotFound("This box is gone already.")
        record, case = _open_record(actor, drawn.record_id)
        session.delete(drawn)
        write_down(actor, Action.BOX_REMOVED, drawn.id, case_id=case.id, record_id=record.id, page=drawn.page)
        return drawn


def withhold_page(actor: Actor, record_id: str, page: int, code: str, reason: str) -> WithheldPage:
    """Withhold a whole page. What was decided about the mentions on it stays, should it be shown again."""
    with write_transaction() as session:
        record, case = _open_record(actor, record_id)
        text = _page(record, page)
        grounds.check_mark(code, reason, Regime(record.regime), dpo=is_dpo(actor))
        require_opinion(case, code)
        if _withheld_page(record_id, page) is not None:
            raise Conflict("This page is withheld already.")
        withheld = WithheldPage(
            scope_id=case.scope_id,
            record_id=record.id,
            page=page,
            width=text.width,
            height=text.height,
            code=code,
            reason=reason.strip()[: grounds.MAX_TEXT],
            withheld_by=actor.id,
        )
        session.add(withheld)
        session.flush()
        write_down(actor, Action.PAGE_WITHHELD, withheld.id, case_id=case.id, record_id=record.id, page=page, code=code)
        return withheld


def release_page(actor: Actor, record_id: str, page: int) -> None:
    """Take back that a whole page is withheld."""
    with write_transaction() as session:
        record, case = _open_record(actor, record_id)
        withheld = _withheld_page(record_id, page)
        if withheld is None:
            raise Conflict("This page is not withheld.")
        session.delete(withheld)
        write_down(actor, Action.PAGE_RESTORED, withheld.id, case_id=case.id, record_id=record.id, page=page)


def withhold_record(actor: Actor, record_id: str, code: str, reason: str) -> WithheldRecord:
    """Withhold every page of a record, under one code."""
    with write_transaction() as session:
        record, case = _open_record(actor, record_id)
        grounds.check_mark(code, reason, Regime(record.regime), dpo=is_dpo(actor))
        require_opinion(case, code)
        if queries.withheld_record(record) is not None:
            raise Conflict("This record is withheld already.")
        withheld = WithheldRecord(
            scope_id=case.scope_id,
            record_id=record.id,
            code=code,
            reason=reason.strip()[: grounds.MAX_TEXT],
            withheld_by=actor.id,
        )
        session.add(withheld)
        session.flush()
        write_down(actor, Action.RECORD_WITHHELD, record.id, case_id=case.id, code=code)
        return withheld


def release_record(actor: Actor, record_id: str) -> None:
    """Take back that a whole record is withheld; after a decision to withhold it, only a new decision can."""
    with write_transaction() as session:
        record, case = _open_record(actor, record_id)
        withheld = queries.withheld_record(record)
        if withheld is None:
            raise Conflict("This record is not withheld.")
        views = outcomes.views_to_weigh(case)
        if any(view.record_id == record.id and view.consultation.decision == View.WITHHOLD for view in views):
            raise Refused("After consultation it was decided to withhold this record. Consult again to change that.")
        session.delete(withheld)
        write_down(actor, Action.RECORD_RESTORED, record.id, case_id=case.id)


def weigh_view(actor: Actor, consultation_id: str, record_id: str) -> None:
    """Say that a decision to release a record in part has been carried out on its pages."""
    with write_transaction() as session:
        record, case = _open_record(actor, record_id)
        consultation = visible_consultation(actor, consultation_id)
        if consultation not in views_of(record) or consultation.state != State.DECIDED:
            raise NotFound("There is no such decision about this record.")
        known = select(ViewWeighed).where(
            ViewWeighed.consultation_id == consultation.id, ViewWeighed.record_id == record.id
        )
        if session.scalar(known) is not None:
            return
        session.add(ViewWeighed(consultation_id=consultation.id, record_id=record.id, weighed_by=actor.id))
        write_down(actor, Action.VIEW_WEIGHED, record.id, case_id=case.id, consultation_id=consultation.id)


def _open_record(actor: Actor, record_id: str) -> tuple[Record, Case]:
    record = visible_record(actor, record_id)
    case = reviewing(actor, record.case_id)
    if not is_in_reply(record):
        raise Refused("No page of this record goes to the requester, so there is nothing to decide on it.")
    return record, case


def _page(record: Record, page: int) -> PageText:
    return page_text(record, page)


def _fitted(box: Box, text: PageText) -> Box:
    """The box within the page. Raises Refused when nothing of it is left."""
    if not all(math.isfinite(side) for side in box):
        raise Refused("Draw a box on the page.")
    x0, x1 = sorted((box.x0, box.x1))
    y0, y1 = sorted((box.y0, box.y1))
    fitted = Box(
        round(max(0.0, x0), 2),
        round(max(0.0, y0), 2),
        round(min(text.width, x1), 2),
        round(min(text.height, y1), 2),
    )
    if fitted.x1 - fitted.x0 < _SMALLEST_SIDE or fitted.y1 - fitted.y0 < _SMALLEST_SIDE:
        raise Refused("The box is too small, or lies beside the page. Draw it again.")
    return fitted


def _withheld_page(record_id: str, page: int) -> WithheldPage | None:
    query = select(WithheldPage).where(WithheldPage.record_id == record_id, WithheldPage.page == page)
    return db.session.scalar(query)


def _record_of(found: Mention) -> Record:
    return db.session.get_one(Record, found.record_id)
