"""Looking at the attachments of a request's mail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sar.access.permissions import Permission
from sar.cases.ledger import require
from sar.cases.queries import visible_case
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import write_transaction
from sar.foundation.errors import NotFound
from sar.foundation.workroom import private_folder
from sar.records.conversion import CannotBeShown, Converted
from sar.records.mailed import queries
from sar.records.page_picture import picture_of
from sar.records.queries import page_text_from, text_lines
from sar.records.reading import read_one_page
from sar.records.service import viewed_just_now


@dataclass(frozen=True)
class ReadPage:
    """A page of an attachment that has `pages`, as `lines` of text: none where no text could be read."""

    pages: int
    lines: list[str]


def open_page(actor: Actor, case_id: str, number: int, page: int, width: int) -> bytes:
    """A page (from 1) of an attachment (from 1) as a PNG of `width` pixels. Looking is kept in the log.

    Raises NotFound, NotAllowed; Refused when the attachment cannot be shown.
    """
    with _page_of(actor, case_id, number, page) as made:
        return picture_of(made.path, page, width)


def read_page(actor: Actor, case_id: str, number: int, page: int) -> ReadPage:
    """The same page as words, by text recognition where it is a picture. Reading is looking. Raises as `open_page`."""
    with _page_of(actor, case_id, number, page) as made, private_folder("mailed") as folder:
        try:
            words = page_text_from(read_one_page(made.path, page, folder))
        except CannotBeShown:
            return ReadPage(made.pages, [])
        return ReadPage(made.pages, text_lines(words))


@contextmanager
def _page_of(actor: Actor, case_id: str, number: int, page: int) -> Iterator[Converted]:
    """The attachment made into pages, for the block. That this page of it was looked at is logged at the end."""
    require(actor, Permission.CASE_WORK)
    case = visible_case(actor, case_id)
    found = queries.attached(case, number)
    with queries.pages_of(case, found) as made:
        if not 1 <= page <= made.pages:
            raise NotFound("This attachment has no such page.")
        yield made
    facts: dict[str, object] = {"sha256": found.sha256, "page": page}
    with write_transaction():
        visible_case(actor, case_id)  # it may have been closed to them while the page was drawn
        if not viewed_just_now(actor, Action.MAIL_ATTACHMENT_VIEWED, case_id, facts):
            record(actor, Action.MAIL_ATTACHMENT_VIEWED, case_id, **facts)
