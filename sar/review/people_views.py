"""Who is in the records: the list, a decision about one or several, and who is who."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.access.queries import staff_names
from sar.cases.deadlines import Regime
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.workflow import Stage
from sar.foundation.errors import NotFound, Problem
from sar.records.queries import disclosable_records
from sar.review import grounds, queries, service
from sar.review.blueprint import bp
from sar.review.forms import RELATIONSHIPS, DecideForm, MergeForm, PersonForm, UnclearForm, choices_of, code_choices
from sar.review.grounds import DECISION_NAMES, Choice, Decision
from sar.review.models import Person, PersonKind
from sar.review.queries import PersonRow
from sar.review.rules import is_dpo

SHOWN: Final = {"undecided": "To decide", "withheld": "Withheld", "kept": "Left in", "all": "All"}
KINDS: Final = {
    PersonKind.PERSON.value: "People",
    PersonKind.IDENTIFIER.value: "Numbers and addresses",
    PersonKind.CLUE.value: "Words that point at someone",
}
DETAILS: Final = {
    "date_of_birth": "Date of birth",
    "nino": "National Insurance number",
    "nhs_number": "NHS number",
    "pnc_id": "PNC ID",
    "cro": "CRO number",
    "crn": "Case reference number",
    "ip": "IP address",
}
USUAL: Final = {
    "staff": {
        "type_of_information": "Name, role and work contact details, and what they did in their job.",
        "duty_of_confidentiality": "None is owed for what someone does in their work role.",
        "steps_to_seek_consent": "Not asked: people expect to be named for their work.",
        "capacity_to_consent": "An adult at work.",
        "express_refusal": "None known.",
    }
}


@bp.get("/cases/<case_id>/review")
@guard(Permission.DOCUMENT_READ)
def people(case_id: str) -> str:
    """Whoever is to be decided about. The filters live in the address."""
    case = visible_case(current_actor(), case_id)
    show = request.args.get("show", "undecided" if case.stage == Stage.REVIEWING else "all")
    kind = request.args.get("kind", PersonKind.PERSON.value)
    if kind not in KINDS or show not in SHOWN:
        raise NotFound("There is no such list.")
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "review/people.html",
        case=case,
        found=queries.people_page(case, show, kind, page),
        show=show,
        kind=kind,
        shown=SHOWN,
        kinds=KINDS,
        undecided=queries.undecided_count(case),
        unclear=queries.unclear_count(case),
        searching=queries.unsearched(case),
        views=queries.views_to_weigh(case),
        records={record.id: record for record in disclosable_records(case)},
        returned=queries.last_return(case) if case.stage == Stage.REVIEWING else None,
        **_words(),
    )


@bp.post("/cases/<case_id>/review/start")
@guard(Permission.CASE_REVIEW)
def start(case_id: str) -> Response:
    service.start_review(current_actor(), case_id)
    flash("The review has begun.", "success")
    return redirect(url_for("review.people", case_id=case_id))


@bp.route("/cases/<case_id>/review/decide", methods=["GET", "POST"])
@guard(Permission.CASE_REVIEW)
def decide(case_id: str) -> str | Response:
    """One decision about those named in the address (`person`, once or more)."""
    actor = current_actor()
    case = visible_case(actor, case_id)
    rows = _chosen(case, request.args.getlist("person"))
    if not rows:
        flash("Tick at least one first.", "error")
        return redirect(_way_back(case_id))
    form = _decide_form(case, rows)
    if form.validate_on_submit():
        choice = Choice(
            Decision(form.decision.data),
            form.codes() if form.decision.data == Decision.WITHHOLD else (),
            form.reason.data or "",
            form.factors(),
            bool(form.consent.data),
        )
        try:
            service.decide_people(actor, case.id, _versions(form.seen.data), choice)
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash(_said(rows, choice.decision), "success")
            return redirect(_way_back(case_id))
    usual = request.args.to_dict(flat=False) | {"usual": "staff"}
    return render_template(
        "review/decide.html",
        case=case,
        rows=rows,
        form=form,
        back=_way_back(case_id),
        usual_url=url_for("review.decide", case_id=case_id) + "?" + urlencode(usual, doseq=True),
        **_words(),
    )


@bp.get("/review/people/<person_id>")
@guard(Permission.DOCUMENT_READ)
def person(person_id: str) -> str:
    """Everything about one person: each mention in its sentence, exceptions first."""
    found = queries.person(current_actor(), person_id)
    names = staff_names({found.decided_by} if found.decided_by else set())
    return render_template(
        "review/person.html",
        case=visible_case(current_actor(), found.case_id),
        row=queries.person_row(found),
        mentions=queries.mentions_of(found),
        decided_by=names.get(found.decided_by or "", "The system"),
        questions={factor.value: words for factor, words in grounds.FACTOR_QUESTIONS.items()},
        **_words(),
    )


@bp.route("/cases/<case_id>/review/add", methods=["GET", "POST"])
@guard(Permission.CASE_REVIEW)
def add_person(case_id: str) -> str | Response:
    case = visible_case(current_actor(), case_id)
    form = PersonForm()
    if form.validate_on_submit():
        try:
            service.add_person(
                current_actor(), case.id, form.name.data, form.other_names(), form.relationship.data or None
            )
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("Every record is being searched for this name. Load the list again in a moment.", "success")
            return redirect(url_for("review.people", case_id=case_id, show="all"))
    return render_template("review/form.html", case=case, form=form, heading="Add a person", back=None)


@bp.route("/review/people/<person_id>/change", methods=["GET", "POST"])
@guard(Permission.CASE_REVIEW)
def change_person(person_id: str) -> str | Response:
    found = queries.person(current_actor(), person_id)
    form = PersonForm(
        version=found.version,
        name=found.name,
        aliases="\n".join(found.aliases),
        relationship=found.relationship or "",
    )
    if found.guess:
        form.relationship.description = "This is a guess from words in the records. Saving says that it is right."
    if form.validate_on_submit():
        try:
            service.change_person(
                current_actor(),
                person_id,
                form.version.data or 0,
                form.name.data,
                form.other_names(),
                form.relationship.data or None,
            )
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("Saved. Every record is being searched for these names.", "success")
            return redirect(url_for("review.person", person_id=person_id))
    return _person_form(found, form, "Change the name, or say who this is")


@bp.route("/review/people/<person_id>/join", methods=["GET", "POST"])
@guard(Permission.CASE_REVIEW)
def merge(person_id: str) -> str | Response:
    found = queries.person(current_actor(), person_id)
    case = visible_case(current_actor(), found.case_id)
    form = MergeForm()
    others = [other for other in queries.people_to_choose(case) if other.id != found.id]
    choices = [(f"{other.id}:{other.version}", f"{other.name} ({_decided(other)})") for other in others]
    form.other.choices = choices_of([("", "Choose"), *choices])
    if form.validate_on_submit():
        other_id, _, version = form.other.data.partition(":")
        try:
            service.merge_people(current_actor(), found.id, other_id, int(version))
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The two are one now.", "success")
            return redirect(url_for("review.person", person_id=found.id))
    return _person_form(found, form, f"Join somebody with {found.name}")


@bp.route("/cases/<case_id>/review/unclear", methods=["GET", "POST"])
@guard(Permission.CASE_REVIEW)
def unclear(case_id: str) -> str | Response:
    """Mentions that may mean several people: tick those that mean the same one, and say whom."""
    case = visible_case(current_actor(), case_id)
    form = UnclearForm()
    named = [(other.id, other.name) for other in queries.people_to_choose(case)]
    kept = [
        (Decision.IS_SUBJECT.value, "The requester"),
        (Decision.NOT_A_PERSON.value, "Nobody: not a name"),
    ]
    form.meaning.choices = choices_of([("", "Choose"), *kept, *named])
    if form.validate_on_submit():
        ticked = request.form.getlist("mention")
        try:
            if form.meaning.data in dict(kept):
                service.keep_mentions(current_actor(), case.id, ticked, Decision(form.meaning.data))
            else:
                service.assign_mentions(current_actor(), case.id, ticked, form.meaning.data)
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("Saved.", "success")
            return redirect(url_for("review.unclear", case_id=case_id))
    return render_template("review/unclear.html", case=case, form=form, mentions=queries.unclear_mentions(case))


def _chosen(case: Case, ids: list[str]) -> list[PersonRow]:
    rows = []
    for person_id in dict.fromkeys(ids):
        found = queries.person(current_actor(), person_id)
        if found.case_id != case.id:
            raise NotFound("There is no such person in this case.")
        rows.append(queries.person_row(found))
    return rows


def _decide_form(case: Case, rows: list[PersonRow]) -> DecideForm:
    first = rows[0].person
    values = {"decision": first.decision if first.decision != Decision.PENDING else None}
    usual_code = first.decision == Decision.PENDING
    values |= {
        "code_le": first.code_le or ("P3-OTHERS" if usual_code else ""),
        "code_ukgdpr": first.code_ukgdpr or ("G-3P" if usual_code else ""),
        "reason": first.reason,
    }
    values |= (first.factors or {}) | USUAL.get(request.args.get("usual", ""), {})
    form = DecideForm(seen=" ".join(f"{row.person.id}:{row.person.version}" for row in rows), **values)
    regimes = {regime for row in rows for regime in row.regimes} or set(queries.regimes_of(case))
    dpo = is_dpo(current_actor())
    for regime, name in ((Regime.LE, "code_le"), (Regime.UKGDPR, "code_ukgdpr")):
        if regime in regimes:
            form[name].choices = code_choices(grounds.offered([regime], dpo=dpo))
        else:
            del form[name]
    if Regime.UKGDPR not in regimes:
        form.without_factors()
    return form


def _versions(seen: str) -> dict[str, int]:
    pairs = [item.partition(":") for item in seen.split()]
    return {person_id: int(version) for person_id, _, version in pairs if version.isdecimal()}


def _person_form(found: Person, form: PersonForm | MergeForm, heading: str) -> str:
    return render_template(
        "review/form.html",
        case=visible_case(current_actor(), found.case_id),
        form=form,
        heading=heading,
        back=url_for("review.person", person_id=found.id),
    )


def _way_back(case_id: str) -> str:
    """The page of the record that the officer came from, else the list with its filters."""
    record_id, page = request.args.get("record"), request.args.get("page", type=int)
    if record_id and page:
        return url_for("review.page", record_id=record_id, page=page)
    return url_for("review.people", case_id=case_id, show=request.args.get("show"), kind=request.args.get("kind"))


def _said(rows: list[PersonRow], decision: Decision) -> str:
    who = rows[0].person.name if len(rows) == 1 else f"{len(rows)} entries"
    count = sum(row.mentions for row in rows)
    return f"{who}: {DECISION_NAMES[decision].lower()}, {count:,} mention{'' if count == 1 else 's'}."


def _decided(person: Person) -> str:
    return DECISION_NAMES[person.decision].lower()


def _words() -> dict[str, object]:
    return {
        "decision_names": DECISION_NAMES,
        "relationships": dict(RELATIONSHIPS),
        "details": DETAILS,
        "regime_names": {regime.value: words for regime, words in grounds.REGIME_NAMES.items()},
    }
