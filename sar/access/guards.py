"""Guards: every endpoint carries exactly one, and a test walks the URL map to see that it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import current_app, g, redirect, request, url_for

from sar.access import sessions
from sar.access.identities import Identity, OriginatorIdentity, RequesterIdentity, StaffIdentity
from sar.access.permissions import Permission
from sar.foundation.actors import PUBLIC, Actor
from sar.foundation.clock import utc_now
from sar.foundation.errors import NotAllowed
from sar.foundation.runtime import settings

P = ParamSpec("P")
R = TypeVar("R")
GUARD = "sar_guard"
STEP_UP = "sar_step_up"


def identity() -> Identity | None:
    """Who is signed in on this request; looked up once."""
    if "identity" not in g:
        token = request.cookies.get(session_cookie())
        g.identity = sessions.resolve(token) if token else None
        if g.identity is not None:
            sessions.touch(g.identity.session_id)
    found: Identity | None = g.identity
    return found


def current_actor() -> Actor:
    """The actor for commands on this request."""
    found = identity()
    return found.actor if found else PUBLIC


def staff() -> StaffIdentity:
    """The signed-in member of staff; only under a staff guard."""
    found = identity()
    assert isinstance(found, StaffIdentity)
    return found


def session_cookie() -> str:
    return "__Host-sar" if settings().secure else "sar"


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone may see this."""
    _mark(view, "public", view)
    return view


def signed_in_staff(view: Callable[P, R]) -> Callable[P, R]:
    """Any member of staff, whatever the role."""
    return _guarded(view, "staff", StaffIdentity, "access.sign_in")


def requester_only(view: Callable[P, R]) -> Callable[P, R]:
    """Whoever knows the reference and phrase of a request; the view serves that request alone."""
    return _guarded(view, "requester", RequesterIdentity, "requester_access.sign_in")


def originator_only(view: Callable[P, R]) -> Callable[P, R]:
    """Whoever opened a consultation by its link; the view serves that consultation alone."""
    return _guarded(view, "originator", OriginatorIdentity, None)


def guard(permission: Permission, *, step_up: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Staff with this permission; with `step_up`, who have proved their second factor minutes ago."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def check(*args: P.args, **kwargs: P.kwargs) -> R:
            if permission not in staff().permissions:
                raise NotAllowed("Your role does not allow this. Ask your data protection officer.")
            if step_up and not stepped_up():
                return redirect(url_for("access.step_up", next=_way_back()))  # type: ignore[return-value]
            return view(*args, **kwargs)

        guarded = _guarded(check, permission.value, StaffIdentity, "access.sign_in")
        setattr(guarded, STEP_UP, step_up)
        return guarded

    return decorate


def stepped_up() -> bool:
    at = staff().stepped_up_at
    return at is not None and utc_now() - at < timedelta(minutes=settings().step_up_minutes)


def _guarded(view: Callable[P, R], name: str, kind: type, sign_in: str | None) -> Callable[P, R]:
    @wraps(view)
    def check(*args: P.args, **kwargs: P.kwargs) -> R:
        if isinstance(identity(), kind):
            return view(*args, **kwargs)
        if sign_in is None:
            raise NotAllowed("Open the link in the message we sent you.")
        return redirect(url_for(sign_in, next=_way_back()))  # type: ignore[return-value]

    _mark(check, name, view)
    return check


def _mark(outer: Callable[P, R], name: str, view: Callable[P, R]) -> None:
    # Under two guards the table of routes would show one of them.
    if hasattr(view, GUARD):
        raise TypeError(f"{view.__name__} has a guard already")
    setattr(outer, GUARD, name)


def _way_back() -> str:
    """Where to go after signing in: the page asked for, or the page a form was on."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    came_from: Any = request.form.get("way_back") or ""
    return came_from if is_local(came_from) else "/"


def is_local(target: str) -> bool:
    """A path on this site and nothing else: no scheme, no host, no backslash tricks."""
    return (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and "\\" not in target
        and not any(ord(c) < 32 for c in target)
    )


def endpoint_guard(endpoint: str) -> str | None:
    """The guard an endpoint declares, for the route test."""
    return getattr(current_app.view_functions[endpoint], GUARD, None)


def endpoint_needs_step_up(endpoint: str) -> bool:
    return bool(getattr(current_app.view_functions[endpoint], STEP_UP, False))
