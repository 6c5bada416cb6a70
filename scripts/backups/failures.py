"""Why a backup or a restore ended: each kind has an exit code of its own, and words for whoever runs the service."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy.exc import OperationalError, ProgrammingError

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Failure(Exception):
    """Nothing was made, or nothing was opened. `code` is the exit code of the command."""

    code = 1


class NotAllowed(Failure):
    """What was asked for makes no sense, or would undo what backups are for."""

    code = 2


class Damaged(Failure):
    """Something is missing, was changed or does not fit together."""

    code = 3


class WrongKeys(Failure):
    """The key ring is not the one that opens this."""

    code = 4


class NotEmpty(Failure):
    """There is something already where a backup should be restored to."""

    code = 5


class OtherVersion(Failure):
    """The backup needs another version of the application, or another kind of database."""

    code = 6


class Unavailable(Failure):
    """A disk is full or refuses, or the database does not answer."""

    code = 7


@contextmanager
def plain_words(doing: str) -> Iterator[None]:
    """Failures of disk and database as Failure. `doing` begins the sentence: "The backup could not be made"."""
    try:
        yield
    except OSError as error:
        raise Unavailable(f"{doing}: {_of_the_system(error)}.") from error
    except (sqlite3.Error, psycopg.OperationalError) as error:
        raise Unavailable(f"{doing}: {_first_line(error)}.") from error
    except (OperationalError, ProgrammingError) as error:  # their own words hold the statement
        raise Unavailable(f"{doing}: {_first_line(error.orig)}.") from error


def _of_the_system(error: OSError) -> str:
    if error.errno in _NO_ROOM:
        return "the disk is full"
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or type(error).__name__}{where}"


def _first_line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0].rstrip(".")
