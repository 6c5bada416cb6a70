"""The page that changes who the person is or how to reach them."""

from __future__ import annotations

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import queries as case_queries
from sar.cases.blueprint import Answer, bp, form_page
from sar.cases.contact_changes import reply_is_near
from sar.cases.models import Case
from sar.cases.moves import IDENTITY_SETTLED
from sar.cases.person.forms import PersonForm
from sar.cases.person.queries import changes_of
from sar.cases.person.service import Done, change_person
from sar.intake.details import details_of

_TITLE = "Change who they are or how to reach them"


@bp.route("/cases/<case_id>/person", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def person(case_id: str) -> Answer:
    form, case = PersonForm(), case_queries.visible_case(current_actor(), case_id)
    if not form.is_submitted():
        form.load(details_of(case.submission))
    if not reply_is_near(case):
        del form["checked"]
    done: list[Done] = []

    def command(version: int) -> None:
        reason, checked = form.reason.data or "", form.how_checked
        done.append(change_person(current_actor(), case_id, form.details(), reason, version=version, checked=checked))

    return form_page(
        case_id,
        form,
        _TITLE,
        command,
        lambda _case: _said(done[0]),
        "cases/person.html",
        explanation=_explanation(case),
        changes=changes_of(case),
    )


def _explanation(case: Case) -> list[str]:
    words = ["What stands here now is kept, and shown on this page. Who may see the case stays as it is."]
    if case.identity in IDENTITY_SETTLED:
        words.append("Identity is settled. If you change the name or the date of birth, it must be looked at again.")
    someone = case.submission.representative
    if someone and someone["gets_letters"]:
        words.append(f"Letters go to {someone['name']}, who asks for this person. Change that on the case page.")
    return words


def _said(done: Done) -> str:
    words = "It is saved."
    if done.identity_again:
        words += " Identity must be looked at again: the name or the date of birth is another."
    if done.told:
        words += " The address that we had before is told of it."
    if done.old_letters:
        what = (
            "A message that waits carries" if done.old_letters == 1 else f"{done.old_letters} messages that wait carry"
        )
        words += f" {what} the old address: see it under “Letters and messages” before it goes."
    return words
