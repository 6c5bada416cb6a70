"""What a process that serves pages does before the first request, so that nobody waits for it. Commands do without."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from sar.records.page_picture import WaitingChildren, children_waiting


@contextmanager
def ready_to_serve(app: Flask) -> Iterator[WaitingChildren]:
    """Everything that the first view of a page needs is at hand in the block (docs/decisions/0011)."""
    with app.app_context(), children_waiting() as children:
        for name in app.jinja_env.list_templates(extensions=["html"]):
            app.jinja_env.get_template(name)
        # What was loaded stays: looking through all of it again and again costs a view a tenth of a second.
        gc.collect()
        gc.freeze()
        try:
            yield children
        finally:
            gc.unfreeze()


def largest_body(app: Flask) -> int:
    """Bytes that a web server may take in for one request: it must not spool what the application would refuse."""
    return int(app.config["MAX_CONTENT_LENGTH"])
