"""Looking at the attachments of a request's mail."""

from __future__ import annotations

from sar.access.permissions import Permission
from sar.cases.ledger import require
from sar.cases.queries import visible_case
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import write_transaction
from sar.foundation.errors import NotFound
from sar.records.mailed import queries
from sar.records.page_picture import picture_of
from sar.records.service import viewed_just_now


def open_page(actor: Actor, case_id: str, number: int, page: int, width: int) -> bytes:
    """A page (from 1) of an attachment (from 1) as a PNG of `width` pixels. Looking is kept in the log.

    Raises NotFound, NotAllowed; Refused when the attachment cannot be shown.
    """
    require(actor, Permission.CASE_WORK)
    case = visible_case(actor, case_id)
    found = queries.attached(case, number)
    with queries.pages_of(case, found) as made:
        if not 1 <= page <= made.pages:
            raise NotFound("This attachment has no such page.")
        picture = picture_of(made.path, page, width)
    facts: dict[str, object] = {"sha256": found.sha256, "page": page}
    with write_transaction():
        visible_case(actor, case_id)  # it may have been closed to them while the page was drawn
        if not viewed_just_now(actor, Action.MAIL_ATTACHMENT_VIEWED, case_id, facts):
            record(actor, Action.MAIL_ATTACHMENT_VIEWED, case_id, **facts)
    return picture
