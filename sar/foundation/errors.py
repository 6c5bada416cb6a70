"""Problems that a person caused or can mend: each carries words fit for the screen."""

from __future__ import annotations


class Problem(Exception):
    """A refusal with a plain-words message. `status` is the HTTP status it is shown with."""

    status = 400
    title = "We could not do that"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(Problem):
    """What was given (a file, a date, an answer) cannot be taken as it is."""

    title = "Something needs to change first"


class NotAllowed(Problem):
    """This person may not do this."""

    status = 403
    title = "You cannot do this"


class NotFound(Problem):
    """Not there, or not theirs: the two look the same from outside."""

    status = 404
    title = "Page not found"


class Conflict(Problem):
    """Somebody else changed the same thing first."""

    status = 409
    title = "Someone changed this"


class Gone(Problem):
    """A link or bundle that was good once and is no longer."""

    status = 410
    title = "This link has ended"


class TooManyTries(Problem):
    """Rate limit reached. `retry_after` is in seconds."""

    status = 429
    title = "Too many tries"

    def __init__(self, retry_after: int) -> None:
        minutes = max(1, round(retry_after / 60))
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"There were too many tries. Wait {minutes} {unit}, then try again.")
        self.retry_after = retry_after


class StoreFull(Problem):
    """The disk is full or cannot be written: nothing was kept."""

    status = 503
    title = "We could not store this"
