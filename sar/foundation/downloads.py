"""Files to keep: streamed, never shown in the page (security.md 16)."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, stream_with_context


def download(lines: Iterable[str], media_type: str, name: str) -> Response:
    """A file made line by line, so that memory does not grow with its length. `name` is ours, not a person's."""
    response = Response(stream_with_context(iter(lines)), mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
