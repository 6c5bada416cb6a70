"""The outbox desk: what waits to be printed, texted or told, and what did not go out."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response as Redirect

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import outbox as desk
from sar.cases.blueprint import bp
from sar.foundation.errors import Conflict
from sar.foundation.messages import Delivery


@bp.get("/outbox")
@guard(Permission.CASE_WORK)
def outbox() -> str:
    waiting = desk.waiting(current_actor())
    return render_template(
        "cases/outbox.html",
        to_do=[letter for letter in waiting if letter.message.delivery == Delivery.TO_DO],
        troubled=[letter for letter in waiting if letter.message.delivery != Delivery.TO_DO],
        longest=desk.LONGEST,
    )


@bp.get("/outbox/<message_id>")
@guard(Permission.CASE_WORK)
def letter(message_id: str) -> str:
    return render_template("cases/letter.html", letter=desk.open_letter(current_actor(), message_id))


@bp.post("/outbox/<message_id>/letter.pdf")
@guard(Permission.CASE_WORK)
def letter_pdf(message_id: str) -> Response:
    """To keep or print, never shown in the page (security.md 16)."""
    found = desk.find(current_actor(), message_id)
    paper = desk.letter_pdf(current_actor(), message_id)
    name = f"{found.reference}-{found.message.kind.rpartition('.')[2]}.pdf"
    response = send_file(paper, mimetype="application/pdf", as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.post("/outbox/<message_id>/sent")
@guard(Permission.CASE_WORK)
def mark_sent(message_id: str) -> Redirect:
    try:
        desk.mark_sent(current_actor(), message_id)
    except Conflict as problem:
        flash(problem.message, "error")
    else:
        flash("Marked as sent.", "success")
    return redirect(url_for("cases.outbox"))


@bp.post("/outbox/<message_id>/again")
@guard(Permission.CASE_WORK)
def send_again(message_id: str) -> Redirect:
    try:
        desk.send_again(current_actor(), message_id)
    except Conflict as problem:
        flash(problem.message, "error")
    else:
        flash("We will try to send it again.", "success")
    return redirect(url_for("cases.outbox"))
