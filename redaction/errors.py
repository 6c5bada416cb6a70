"""What can go wrong with a file. Every message is in plain words: it is shown to the person who chose the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class RedactionError(Exception):
    """The input cannot be worked on; the command line exits with 2. `str(error)` is fit to be shown to a user."""

    exit_code = 2


class Unreadable(RedactionError):
    """Not a PDF, empty, cut short, or damaged so far that no reader makes sense of it."""


class Encrypted(RedactionError):
    """A password is needed to open the file and none was given."""


class TooLarge(RedactionError):
    """A limit on pages, page size or decompressed content was met; nothing of the file is returned as read."""


class VerificationFailed(RedactionError):
    """Something that was to be withheld can still be found in the result, so no result was written.

    `leaks` holds one entry per finding, as `redaction.verify` reports them.
    """

    exit_code = 3

    def __init__(self, message: str, leaks: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.leaks = tuple(leaks)
