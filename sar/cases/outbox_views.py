"""The outbox desk: what waits to be printed, texted or told, and what did not go out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response as Redirect
from wtforms.fields.choices import SelectChoice

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import outbox as desk
from sar.cases import queries
from sar.cases.blueprint import Answer, bp, form_page
from sar.cases.deadlines import ClockState
from sar.cases.forms import CameBackForm, WentForm
from sar.foundation.errors import Conflict, Refused
from sar.foundation.messages import Channel, Delivery
from sar.foundation.wording import date_words

_CAME_BACK = "It counts as not sent. To find out how to reach them is a task on the case now."


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
    """It goes today: the day that is meant, nearly always."""
    _do(message_id, lambda: desk.mark_sent(current_actor(), message_id), "Marked as sent today.")
    return redirect(url_for("cases.outbox"))


@bp.route("/outbox/<message_id>/went", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def went(message_id: str) -> str | Redirect:
    """It went on another day than the one on which somebody writes that down."""
    form, found = WentForm(), desk.find(current_actor(), message_id)
    if form.validate_on_submit() and form.on.data:
        day = form.on.data
        try:
            desk.mark_sent(current_actor(), message_id, day)
        except (Conflict, Refused) as problem:
            form.form_errors.append(problem.message)
        else:
            flash(f"Marked as sent on {date_words(day)}.{_clock_words(found.case_id)}", "success")
            return redirect(url_for("cases.outbox"))
    return render_template("cases/went.html", form=form, letter=found)


@bp.post("/outbox/<message_id>/came-back")
@guard(Permission.CASE_WORK)
def came_back(message_id: str) -> Redirect:
    _do(message_id, lambda: desk.came_back(current_actor(), message_id), _CAME_BACK)
    return redirect(url_for("cases.outbox"))


@bp.route("/cases/<case_id>/came-back", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def letter_came_back(case_id: str) -> Answer:
    """For whoever has the envelope in their hand and starts from the case."""
    form, case = CameBackForm(), queries.visible_case(current_actor(), case_id)
    found = desk.may_have_come_back(current_actor(), case)
    form.letter.choices = [SelectChoice(one.message.id, _sent_words(one)) for one in found]
    return form_page(
        case_id,
        form,
        "A letter came back",
        lambda version: desk.came_back(current_actor(), form.letter.data or ""),
        lambda case: f"{_CAME_BACK}{_clock_words(case.id)}",
        explanation=[
            "What came back reached nobody, so it counts as not sent: what it asks was not asked, and no more time was "
            "taken by it. It waits in the outbox again, and to find out how to reach the person becomes a task."
        ],
        hindrance=None if found else "No letter or email about this case has gone out.",
    )


def _sent_words(letter: desk.Letter) -> str:
    how = "email" if letter.message.channel == Channel.EMAIL else "post"
    on = letter.message.went_on
    return f"{letter.name}, by {how}{f' on {date_words(on)}' if on else ''}"


@bp.post("/outbox/<message_id>/take-back")
@guard(Permission.CASE_WORK)
def take_back(message_id: str) -> Redirect:
    _do(message_id, lambda: desk.take_back(current_actor(), message_id), "Taken back: the letter does not go.")
    return redirect(url_for("cases.show", case_id=desk.find(current_actor(), message_id).case_id))


@bp.post("/outbox/<message_id>/again")
@guard(Permission.CASE_WORK)
def send_again(message_id: str) -> Redirect:
    _do(message_id, lambda: desk.send_again(current_actor(), message_id), "We will try to send it again.")
    return redirect(url_for("cases.outbox"))


def _do(message_id: str, command: Callable[[], None], done: str) -> None:
    """Do it and say so, with what it did to the clock."""
    try:
        command()
    except (Conflict, Refused) as problem:
        flash(problem.message, "error")
    else:
        flash(f"{done}{_clock_words(desk.find(current_actor(), message_id).case_id)}", "success")


def _clock_words(case_id: str) -> str:
    case = queries.visible_case(current_actor(), case_id)
    if case.clock_state == ClockState.PAUSED:
        return f" The clock of {case.reference} is paused."
    due = f" The answer to {case.reference} is due on {date_words(case.due_on)}." if case.due_on else ""
    return due if case.clock_state == ClockState.RUNNING else ""
