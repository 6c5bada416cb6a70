"""Propose a refusal, a fee or an answer that says neither yes nor no; the data protection officer decides."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission, allows
from sar.access.queries import staff_names
from sar.cases.blueprint import Answer, form_page
from sar.cases.deadlines import ClockState, Rule
from sar.cases.exemptions import ground_in_words
from sar.cases.forms import VersionedForm
from sar.cases.models import Case
from sar.cases.panels import Panel, PanelLink
from sar.cases.queries import clock_of, visible_case, waits_of
from sar.cases.refusals import queries, service
from sar.cases.refusals.forms import DecideForm, ProposeFeeForm, ProposeNeitherForm, ProposeRefusalForm
from sar.cases.refusals.models import Kind, RefusalProposal, State
from sar.foundation.actors import Actor
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.wording import Wording

bp = Blueprint("refusals", __name__, url_prefix="/staff")
KIND_WORDS = {
    Kind.REFUSE: "Refuse the whole request",
    Kind.FEE: "Charge a fee",
    Kind.NEITHER: "Neither confirm nor deny",
}
_FORMS: dict[Kind, type[VersionedForm]] = {
    Kind.REFUSE: ProposeRefusalForm,
    Kind.FEE: ProposeFeeForm,
    Kind.NEITHER: ProposeNeitherForm,
}
_EXPLAINED = (
    "You propose this with reasons. The data protection officer decides. Nothing goes to the person before that, and "
    "the clock runs on."
)


@bp.get("/proposals")
@guard(Permission.CASE_REJECT)
def listing() -> str:
    found = queries.waiting(current_actor())
    names = staff_names({item.proposal.proposed_by for item in found})
    return render_template(
        "refusals/list.html", found=found, names=names, kind_words=KIND_WORDS, ground=ground_in_words
    )


@bp.route("/cases/<case_id>/propose/<kind>", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def propose(case_id: str, kind: str) -> Answer:
    visible_case(current_actor(), case_id)
    if kind not in set(Kind):
        raise NotFound("There is no such proposal.")
    wanted = Kind(kind)
    form = _FORMS[wanted]()
    return form_page(
        case_id,
        form,
        f"Propose: {KIND_WORDS[wanted].lower()}",
        lambda version: service.propose(
            current_actor(), case_id, wanted, form["words"].data or "", version=version, **_given(form)
        ),
        "It is proposed. The data protection officer decides.",
        explanation=[_EXPLAINED],
        letter=lambda case: _preview(case, wanted, form),
    )


@bp.route("/proposals/<proposal_id>", methods=["GET", "POST"])
@guard(Permission.CASE_REJECT)
def decide(proposal_id: str) -> str | Response | tuple[str, int]:
    proposal = queries.visible_proposal(current_actor(), proposal_id)
    form, status = _decide_form(proposal), 200
    if form.validate_on_submit():
        try:
            service.decide(
                current_actor(),
                proposal_id,
                form.agree.data == "yes",
                form.words.data or "",
                version=form.version.data or 0,
                lateness=form.why_late,
            )
        except (Refused, Conflict) as problem:
            status = problem.status if isinstance(problem, Conflict) else 200
            form.form_errors.append(problem.message)
        else:
            flash("Your decision is kept.", "success")
            return redirect(url_for("cases.show", case_id=proposal.case_id))
    elif not form.is_submitted():
        form.version.data = proposal.version
    return _page(proposal, form), status


def _decide_form(proposal: RefusalProposal) -> DecideForm:
    """Asks why the answer is late, where agreeing sends one; asking for a fee is no answer."""
    form = DecideForm()
    if proposal.kind == Kind.FEE:
        del form.lateness
        return form
    return form.for_clock(clock_of(visible_case(current_actor(), proposal.case_id)))


def _page(proposal: RefusalProposal, form: DecideForm) -> str:
    case = visible_case(current_actor(), proposal.case_id)
    shown, problem = None, None
    try:
        shown = queries.letter_of(case, proposal)
    except Refused as refusal:
        problem = refusal.message
    return render_template(
        "refusals/decide.html",
        case=case,
        proposal=proposal,
        form=form,
        shown=shown,
        problem=problem,
        kind_words=KIND_WORDS,
        ground=ground_in_words(proposal.code),
        names=staff_names({proposal.proposed_by, proposal.decided_by or ""}),
    )


def panel(actor: Actor, case: Case) -> Panel | None:
    """What the case page says about refusing, a fee, or saying neither yes nor no."""
    found = queries.proposals_of(case)
    may_work, may_decide = allows(actor.roles, Permission.CASE_WORK), allows(actor.roles, Permission.CASE_REJECT)
    waiting = queries.open_proposal(case)
    is_open = case.clock_state != ClockState.ENDED
    if not found and not (may_work and is_open):
        return None
    links = []
    if waiting is not None and may_decide:
        links.append(PanelLink("Decide about it", url_for("refusals.decide", proposal_id=waiting.id)))
    elif waiting is None and may_work and is_open:
        links = [
            PanelLink(f"Propose: {words.lower()}", url_for("refusals.propose", case_id=case.id, kind=kind.value))
            for kind, words in KIND_WORDS.items()
            if not (kind is Kind.FEE and Rule.FEE in waits_of(case))
        ]
    if not found:
        return Panel("Refusal or fee", "nothing is proposed", links=tuple(links), folded=True)
    return Panel("Refusal or fee", " ".join(_words(one) for one in found), links=tuple(links))


def _words(proposal: RefusalProposal) -> str:
    what = KIND_WORDS[Kind(proposal.kind)].lower()
    if proposal.state == State.OPEN:
        return f"It is proposed to {what}. Nobody has decided yet."
    decided = "agreed" if proposal.state == State.AGREED else f"not agreed: {proposal.decision}"
    return f"It was proposed to {what}, and {decided}."


def _given(form: VersionedForm) -> dict[str, str]:
    return {name: form[name].data or "" for name in ("code", "amount", "how_to_pay") if name in form}


def _preview(case: Case, kind: Kind, form: VersionedForm) -> Wording:
    given = {"code": "MUE", "amount": "", "how_to_pay": ""} | _given(form)
    return queries.letter_for(case, kind, words=form["words"].data or "", **given)
