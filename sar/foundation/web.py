"""What every page of the web side gets: headers, CSRF, the signed form cookie, error pages, branding.

Security.md 6-8 and 16. Identity is not here: it lives in a server-side session (access/sessions.py);
the signed cookie of Flask holds only the CSRF secret and messages for the next page.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, g, render_template, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.middleware.proxy_fix import ProxyFix

from sar.foundation import restoring
from sar.foundation.errors import Conflict, Problem, TooManyTries
from sar.foundation.runtime import settings
from sar.foundation.throttle import address_prefix

log = logging.getLogger("sar")
csrf = CSRFProtect()
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_FORM_BYTES = 1_000_000
MAX_FORM_PARTS = 5_000
_NO_PAGE = frozenset({"static", "brand_css"})


def install(app: Flask) -> None:
    """Put the common behaviour on an application whose Runtime is already in place."""
    with app.app_context():
        current = settings()
        app.secret_key = app.extensions["sar"].key_ring.derive("form cookie")
        app.config.update(
            SESSION_COOKIE_NAME="__Host-sar-form" if current.secure else "sar-form",
            SESSION_COOKIE_SECURE=current.secure,
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_COOKIE_PATH="/",
            PERMANENT_SESSION_LIFETIME=timedelta(hours=current.session_absolute_hours),
            MAX_CONTENT_LENGTH=current.max_upload_mb * 1024 * 1024 + MAX_FORM_BYTES,
            MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
            MAX_FORM_PARTS=MAX_FORM_PARTS,
            WTF_CSRF_TIME_LIMIT=None,
            WTF_CSRF_SSL_STRICT=False,
        )
        if current.trusted_proxy_hops:
            hops = current.trusted_proxy_hops
            app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    csrf.init_app(app)
    app.before_request(_closed_while_restoring)
    app.before_request(_refuse_other_hosts)
    app.before_request(_refuse_cross_site)
    app.after_request(_headers)
    app.context_processor(_context)
    app.add_url_rule("/brand.css", "brand_css", brand_css)
    _error_pages(app)


def csp_nonce() -> str:
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def client_address() -> str:
    """Who is calling, by network prefix: one household or cell is one caller (security.md 8)."""
    return address_prefix(request.remote_addr or "")


def brand_css() -> Response:
    """The organisation's colour, as a stylesheet: inline styles are forbidden by the policy."""
    response = Response(f":root {{ --brand: {settings().brand_colour}; }}\n", mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _closed_while_restoring() -> Any:
    if restoring.under_way(settings()) and request.endpoint not in _NO_PAGE:
        return _page(
            503, "The service is closed for now", "We are putting it back from a copy. Please try again later."
        )
    return None


def _refuse_other_hosts() -> None:
    """In production the service answers to its own name alone: a redirect never carries a name a caller made up."""
    current = settings()
    if current.environment == "production" and request.host.lower() != current.host.lower():
        abort(400)


def _refuse_cross_site() -> None:
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)


def _headers(response: Response) -> Response:
    nonce = csp_nonce()
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        f"img-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; script-src 'self' 'nonce-{nonce}'",
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
    if request.endpoint not in _NO_PAGE:
        response.headers["Cache-Control"] = "no-store"
    if settings().secure:
        response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return response


def _context() -> dict[str, Any]:
    current = settings()
    return {
        "brand": current,
        "csp_nonce": csp_nonce,
        "brand_stylesheet_url": url_for("brand_css"),
        "demo": current.environment == "demo",
    }


def _error_pages(app: Flask) -> None:
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(Exception, _crash)


def without_frame() -> bool:
    """Whether this answer tells of a failure of ours: then its page asks the database for nothing at all."""
    return bool(g.get("without_frame"))


def _page(status: int, title: str, message: str) -> tuple[str, int]:
    if status >= 500:
        g.without_frame = True
    return render_template("errors/problem.html", status=status, title=title, message=message), status


def _problem(problem: Problem) -> Any:
    answer = Response(_page(problem.status, problem.title, problem.message)[0], status=problem.status)
    if isinstance(problem, TooManyTries):
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _csrf(_error: CSRFError) -> Any:
    return _page(400, "This page was open too long", "Go back, load the page again and send it once more.")


_HTTP_WORDS = {
    403: ("You cannot do this", "This page was not sent from our own site, so nothing was changed."),
    404: ("Page not found", "Check the address. If you followed a link, it may be old."),
    405: ("That does not work here", "Go back and use the buttons on the page."),
    413: ("That file is too large", "Nothing was stored. Send a smaller file, or send it in parts."),
}


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if error.response is not None or 300 <= status < 400:
        return error
    title, message = _HTTP_WORDS.get(status, ("We could not read that", "Go back and try again."))
    answer = Response(_page(status, title, message)[0], status=status)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(error.valid_methods)
    return answer


def _stale(_error: StaleDataError) -> Any:
    return _problem(Conflict("Someone else changed this while you had it open. Load it again to see what is new."))


def _database(error: OperationalError) -> Any:
    log.error("database: %s", type(error.orig).__name__)
    if "full" in str(error.orig):
        return _page(503, "We could not store this", "Our disk is full. Nothing was kept: please try again later.")
    return _page(503, "The service is busy", "Nothing was changed. Please try again in a minute.")


def _crash(error: Exception) -> Any:
    log.exception("unhandled error", exc_info=error)
    return _page(500, "Something went wrong", "It is our fault, not yours. Nothing was lost. Please try again.")
