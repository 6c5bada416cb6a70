"""Tasks on the case page: a page to add one, and buttons to tick one off or put it back."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, render_template
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import queries as case_queries
from sar.cases.blueprint import Answer, back, bp
from sar.cases.tasks import queries, service
from sar.cases.tasks.forms import TaskForm
from sar.foundation.errors import Conflict, Refused


@bp.route("/cases/<case_id>/tasks/add", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def add_task(case_id: str) -> Answer:
    form = TaskForm.fresh()
    case = case_queries.visible_case(current_actor(), case_id)
    if form.validate_on_submit():
        try:
            service.add_task(
                current_actor(),
                case_id,
                form.text.data or "",
                due_on=form.due_on.data,
                staff_id=form.staff_id.data or None,
                key=form.key.data or None,
            )
        except (Refused, Conflict) as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The task is on the list.", "success")
            return back(case_id)
    return render_template("cases/form.html", case=case, form=form, page_title_text="Add a task")


@bp.post("/tasks/<task_id>/done")
@guard(Permission.CASE_WORK)
def finish_task(task_id: str) -> Response:
    task = queries.visible_task(current_actor(), task_id)
    return _button(task.case_id, lambda: service.finish(current_actor(), task_id), "The task is done.")


@bp.post("/tasks/<task_id>/again")
@guard(Permission.CASE_WORK)
def put_task_back(task_id: str) -> Response:
    task = queries.visible_task(current_actor(), task_id)
    return _button(task.case_id, lambda: service.put_back(current_actor(), task_id), "The task is on the list again.")


def _button(case_id: str, command: Callable[[], object], done: str) -> Response:
    try:
        command()
    except Conflict as problem:
        flash(problem.message, "error")
    else:
        flash(done, "success")
    return back(case_id)
