"""The browser's side of a session: the cookie that is set at sign-in and dropped at sign-out."""

from __future__ import annotations

from flask import g, redirect, request, session
from werkzeug.wrappers import Response

from sar.access import sessions
from sar.access.guards import identity, is_local, session_cookie
from sar.foundation.runtime import settings


def begin_session(token: str, target: str) -> Response:
    """Send the browser on with a fresh session; whatever it held before is dropped."""
    _drop_old()
    response = redirect(target)
    response.set_cookie(session_cookie(), token, path="/", secure=settings().secure, httponly=True, samesite="Lax")
    return response


def end_session(target: str) -> Response:
    _drop_old()
    response = redirect(target)
    response.delete_cookie(session_cookie(), path="/", secure=settings().secure, httponly=True, samesite="Lax")
    return response


def next_page() -> str | None:
    """Where the visitor was going before signing in, when that is a page of this site."""
    target = request.args.get("next", "")
    return target if is_local(target) else None


def _drop_old() -> None:
    old = identity()
    if old is not None:
        sessions.end(old.actor, old.session_id)
    session.clear()
    g.pop("identity", None)
