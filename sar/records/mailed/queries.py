"""Reads about the attachments of a request's mail. They are no records: nothing of them is reviewed or released."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from sar.cases.models import Case
from sar.foundation.admission import Kind, admit, kind_by_ending
from sar.foundation.errors import NotFound, Refused
from sar.foundation.runtime import settings
from sar.foundation.workroom import private_folder
from sar.intake import mail
from sar.intake.mail import Attached
from sar.records.arrival import MEGABYTE
from sar.records.conversion import CannotBeShown, Converted, Source, convert

SHOWN: Final = frozenset(Kind)
# Pages are made while the officer waits, each time anew. Of a PDF only the one that is looked at.
MOST_PAGES_MADE: Final = 100
MOST_TEXT: Final = 1 * MEGABYTE
_TEXTS: Final = (Kind.TEXT, Kind.CSV)


def attachments_of(case: Case) -> list[Attached]:
    return mail.attachments(case.submission)


def attached(case: Case, number: int) -> Attached:
    """One attachment, counted from 1. Raises NotFound."""
    every = attachments_of(case)
    if not 1 <= number <= len(every):
        raise NotFound("This request did not come in an email with such an attachment.")
    return every[number - 1]


@contextmanager
def pages_of(case: Case, found: Attached) -> Iterator[Converted]:
    """The attachment as a PDF in a private folder, for the block. Raises NotFound; Refused when it cannot be shown."""
    kind = kind_by_ending(found.name)
    if kind is None:
        raise Refused(f"We cannot show this kind of file ({found.kind}).")
    most_bytes = MOST_TEXT if kind in _TEXTS else settings().max_upload_mb * MEGABYTE
    most_pages = None if kind is Kind.PDF else MOST_PAGES_MADE
    # Only the ending of its name counts: what else the sender called it says nothing about what is in it.
    name = f"attachment.{found.name.rpartition('.')[2]}"
    with ExitStack() as keep:
        stream = mail.attached_file(case.submission, found.sha256)
        file = keep.enter_context(admit(stream, name, allowed=SHOWN, max_bytes=most_bytes, max_pages=most_pages))
        folder = keep.enter_context(private_folder("mailed"))
        kind = Kind.TEXT if kind in _TEXTS else kind
        source = Source(file.path, kind, found.name, case.received_on, file.pages or 0, attached="not shown here")
        try:
            made = convert(source, folder, keep)
        except CannotBeShown as problem:
            raise Refused(problem.why) from None
        yield made
