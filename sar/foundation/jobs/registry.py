"""Which function does which kind of job; filled when the stages are imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sar.foundation.jobs.context import JobContext

HandlerFunction = Callable[[JobContext], None]


@dataclass(frozen=True)
class Handler:
    """`max_attempts` counts every start, also of a job whose worker died."""

    kind: str
    run: HandlerFunction
    max_attempts: int


handlers: dict[str, Handler] = {}
intervals: dict[str, timedelta] = {}


def handler(kind: str, *, max_attempts: int = 3) -> Callable[[HandlerFunction], HandlerFunction]:
    """Register the function for one kind of job, named "stage.verb"."""

    def register(function: HandlerFunction) -> HandlerFunction:
        if kind in handlers:
            raise ValueError(f"two handlers for {kind}")
        handlers[kind] = Handler(kind, function, max_attempts)
        return function

    return register


def periodic(name: str, *, every: timedelta) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Have the function run as a job of its own about once per interval, on one worker only."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        handler(name)(lambda _job: function())
        intervals[name] = every
        return function

    return register
