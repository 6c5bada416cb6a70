"""The page that gives a requester new words. They are on screen once, in the answer to the form."""

from __future__ import annotations

from flask import render_template

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import forms, queries, service
from sar.cases.blueprint import Answer, bp, form_page
from sar.cases.new_words import Told


@bp.route("/cases/<case_id>/new-words", methods=["GET", "POST"])
@guard(Permission.CASE_WORK, step_up=True)
def new_words(case_id: str) -> Answer:
    form = forms.NewWordsForm()
    made: list[str] = []

    def command(version: int) -> None:
        words = service.give_new_words(current_actor(), case_id, form.told.data, version=version)
        if words is not None:
            made.append(words)

    answer = form_page(
        case_id,
        form,
        "Give new words",
        command,
        "The old words open nothing any more."
        if form.told.data != Told.POST
        else "The old words open nothing any more. The letter with the new ones waits in the outbox.",
        explanation=[
            "For someone who lost the six words that go with their reference. The old words stop working at once, and "
            "whoever is signed in with them is signed out.",
            "Whoever has the reference and the words can read our reply. Be sure who is asking before you go on: ask "
            "for something that only they know, or call them back on the number they gave us.",
        ],
    )
    if not made:
        return answer
    return render_template("cases/new_words.html", case=queries.visible_case(current_actor(), case_id), words=made[0])
