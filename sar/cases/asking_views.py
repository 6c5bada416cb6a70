"""Pages about who is asking: identity, a representative's authority, the mail it came in; and what is no request."""

from __future__ import annotations

from flask import render_template, url_for

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import asking_forms, queries, service
from sar.cases.blueprint import Answer, bp, form_page
from sar.cases.clock_views import asked_for, dated_page, due_words
from sar.cases.ledger import Fact
from sar.cases.models import Case
from sar.cases.not_valid import letter_for
from sar.cases.second_person import why_not_alone
from sar.foundation.errors import NotFound
from sar.intake.identity_copies import copies_of
from sar.intake.mail import attachments


@bp.route("/cases/<case_id>/identity", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def identity(case_id: str) -> Answer:
    case, form = queries.visible_case(current_actor(), case_id), asking_forms.IdentityForm()
    count = len(copies_of(case.submission_id))
    copy_urls = [url_for("cases.identity_copy", case_id=case_id, number=number) for number in range(1, count + 1)]
    title, template = "Who is asking?", "cases/identity.html"

    def settle(version: int) -> None:
        service.check_identity(
            current_actor(),
            case_id,
            form.evidence.data,
            on=form.on.data if form.on else None,
            known_by=form.known_by.data or "",
            how=form.how.data or "",
            version=version,
        )

    if case.identity != "asked":
        del form.on  # the clock never waited for it
        return form_page(case_id, form, title, settle, "Identity is settled.", template, copy_urls=copy_urls)
    return dated_page(
        case_id,
        form,
        title,
        settle,
        lambda case: f"Identity is settled.{due_words(case)}",
        fact=lambda day: Fact("id_received", day),
        template=template,
        explanation=asked_for(case_id, "id_requested", "proof"),
        copy_urls=copy_urls,
    )


@bp.route("/cases/<case_id>/authority", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def authority(case_id: str) -> Answer:
    case, form = queries.visible_case(current_actor(), case_id), asking_forms.AuthorityForm()
    title = "May they ask for this person?"
    if case.authority == "not_needed":
        raise NotFound("Nobody asks for this person: the request is their own.")

    def settle(version: int) -> None:
        service.check_authority(
            current_actor(),
            case_id,
            form.document.data,
            scope=form.scope.data or "",
            given_by=form.given_by.data or "",
            dated=form.dated.data,
            on=form.on.data if form.on else None,
            version=version,
        )

    if case.authority != "asked":
        del form.on  # the clock never waited for it
        explanation = _about_representative(case)
        return form_page(case_id, form, title, settle, "Authority is settled.", explanation=explanation)
    return dated_page(
        case_id,
        form,
        title,
        settle,
        lambda case: f"Authority is settled.{due_words(case)}",
        fact=lambda day: Fact("authority_received", day),
        explanation=[*_about_representative(case), *asked_for(case_id, "authority_requested", "written authority")],
    )


@bp.route("/cases/<case_id>/representative", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def representative(case_id: str) -> Answer:
    form = asking_forms.RepresentativeForm()
    someone = queries.visible_case(current_actor(), case_id).submission.representative
    if someone and not form.is_submitted():
        for field in ("name", "organisation", "relationship", "route", "email", "phone", "address", "gets_letters"):
            form[field].data = someone[field]
    return form_page(
        case_id,
        form,
        "Who asks for this person?",
        lambda version: service.set_representative(current_actor(), case_id, form.representative(), version=version),
        "Who asks for the person is saved.",
        explanation=[
            "For a solicitor, parent, relative or friend who asks for the person. Someone new must show that they may "
            "ask, before anything is released."
        ],
    )


@bp.route("/cases/<case_id>/not-valid", methods=["GET", "POST"])
@guard(Permission.CASE_REJECT)
def set_aside(case_id: str) -> Answer:
    case = queries.visible_case(current_actor(), case_id)
    form = asking_forms.NotValidForm().for_clock(queries.clock_of(case))
    return form_page(
        case_id,
        form,
        "This is not a valid request",
        lambda version: service.set_aside(
            current_actor(),
            case_id,
            form.code.data,
            form.words.data or "",
            tell=form.tell.data,
            earlier=form.earlier.data or "",
            version=version,
            lateness=form.why_late,
        ),
        "It is set aside, and can be opened again. A copy of an identity document was destroyed; nothing else was.",
        letter=lambda case: letter_for(case, form.code.data, form.words.data or "", tell=form.tell.data),
        explanation=[
            "Use this for what should never have become a case. It is kept, and counted apart from the requests that "
            "we answer or refuse. It can be opened again.",
            "To turn down a valid request, refuse it instead. A request is valid in any form, with or without proof of "
            "identity.",
        ],
        hindrance=why_not_alone(current_actor(), case),
    )


@bp.get("/cases/<case_id>/mail")
@guard(Permission.CASE_WORK)
def mail(case_id: str) -> str:
    """The words of the mail that the request came in, and what was attached. The file itself is opened by nobody."""
    case = service.view_case(current_actor(), case_id)
    if case.submission.mail is None:
        raise NotFound("This request did not come in an email that we keep.")
    attached = attachments(case.submission)
    return render_template("cases/mail.html", case=case, mail=case.submission.mail, attachments=attached)


def _about_representative(case: Case) -> list[str]:
    someone = case.submission.representative
    return [f"{someone['name']} asks for {case.submission.full_name}."] if someone else []
