"""Propose a refusal, a fee, to say neither yes nor no, or to set aside; the data protection officer decides.

A correction of the clock is proposed from the page that corrects it, and decided here.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission, allows
from sar.access.queries import staff_names
from sar.cases import missed, not_valid
from sar.cases.blueprint import Answer, form_page
from sar.cases.clock_commands import fee_fact, pounds
from sar.cases.corrections import look
from sar.cases.deadlines import ClockState, Rule
from sar.cases.forms import VersionedForm
from sar.cases.models import Case
from sar.cases.panels import Panel, PanelLink
from sar.cases.queries import asked_for, clock_of, may_see, visible_case
from sar.cases.refusals import going, queries, service
from sar.cases.refusals.forms import (
    DecideForm,
    ProposeFeeForm,
    ProposeNeitherForm,
    ProposeRefusalForm,
    ProposeSetAsideForm,
)
from sar.cases.refusals.models import Kind, RefusalProposal, State
from sar.cases.what_if import WhatIf, possible
from sar.cases.workflow import STAGE_NAMES
from sar.foundation.actors import Actor
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.wording import Wording

# Imported for what it does when a letter goes.
FOLLOWERS = (going,)
_TITLE = "Refusal, fee or setting aside"
bp = Blueprint("refusals", __name__, url_prefix="/staff")
KIND_WORDS = {
    Kind.REFUSE: "Refuse the whole request",
    Kind.FEE: "Charge a fee",
    Kind.NEITHER: "Neither confirm nor deny",
    Kind.SET_ASIDE: "Set it aside as no valid request",
    Kind.CORRECT: "Correct a date on the clock",
    Kind.ADD: "Add what was missed on the clock",
    Kind.WITHDRAW: "Record that the person took it back in time",
}
_FORMS: dict[Kind, type[VersionedForm]] = {
    Kind.REFUSE: ProposeRefusalForm,
    Kind.FEE: ProposeFeeForm,
    Kind.NEITHER: ProposeNeitherForm,
}
# What agreeing does to the clock, where no letter goes.
_DONE = {Kind.CORRECT: "The date is corrected now", Kind.ADD: "It is put on the clock now"}
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
        "refusals/list.html", found=found, names=names, kind_words=KIND_WORDS, ground=queries.ground_of
    )


@bp.route("/cases/<case_id>/propose/<kind>", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def propose(case_id: str, kind: str) -> Answer:
    visible_case(current_actor(), case_id)
    if kind not in set(_FORMS):
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
        what_if=_effect_of_fee(case_id, "£0", "") if wanted is Kind.FEE else None,
    )


@bp.route("/cases/<case_id>/propose/set_aside", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def propose_set_aside(case_id: str) -> Answer:
    form = ProposeSetAsideForm.in_time()
    return form_page(
        case_id,
        form,
        f"Propose: {KIND_WORDS[Kind.SET_ASIDE].lower()}",
        lambda version: service.propose_set_aside(
            current_actor(),
            case_id,
            form.code.data,
            form.words.data or "",
            tell=form.tell.data,
            earlier=form.earlier.data or "",
            version=version,
        ),
        "It is proposed. The data protection officer decides.",
        explanation=[
            _EXPLAINED,
            "To turn down a valid request, propose to refuse it instead. A request is valid in any form, with or "
            "without proof of identity.",
        ],
        letter=lambda case: not_valid.letter_for(case, form.code.data, form.words.data or "", tell=form.tell.data),
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
    """Asks why the answer is late, where agreeing sends one; a fee, a date or a withdrawal is no answer."""
    form = DecideForm()
    if not proposal.tell or proposal.kind in _DONE:
        done = _DONE.get(Kind(proposal.kind), "It is set aside, and nobody is told")
        form.agree.choices = [SelectChoice("yes", f"I agree. {done}"), *form.agree.choices[1:]]
    if proposal.kind in (Kind.FEE, Kind.WITHDRAW, *_DONE):
        del form.lateness
        return form
    return form.for_clock(clock_of(visible_case(current_actor(), proposal.case_id)))


def _page(proposal: RefusalProposal, form: DecideForm) -> str:
    case = visible_case(current_actor(), proposal.case_id)
    shown, effect, problem = None, None, None
    try:
        if proposal.kind not in _DONE:
            shown = queries.letter_of(case, proposal)
        if proposal.state == State.OPEN and proposal.kind == Kind.FEE:
            effect = _effect_of_fee(case.id, proposal.amount, proposal.words)
        elif proposal.state == State.OPEN and proposal.kind == Kind.CORRECT:
            effect = replace(look(current_actor(), case.id, queries.correction_of(proposal)), second=None)
        elif proposal.state == State.OPEN and proposal.kind == Kind.ADD:
            effect = replace(missed.look(current_actor(), case.id, queries.missed_of(proposal)), second=None)
    except (Refused, Conflict) as refusal:
        problem = refusal.message
    return render_template(
        "refusals/decide.html",
        case=case,
        proposal=proposal,
        form=form,
        shown=shown,
        what_if=effect,
        earlier=_earlier(proposal),
        stage_names=STAGE_NAMES,
        problem=problem,
        kind_words=KIND_WORDS,
        ground=queries.ground_of(proposal),
        names=staff_names({proposal.proposed_by, proposal.decided_by or ""}),
    )


def _earlier(proposal: RefusalProposal) -> Case | None:
    """The request that a repeated one repeats, where the reader may see it."""
    first = queries.earlier_of(proposal)
    return first if first is not None and may_see(first, current_actor().id) else None


def panel(actor: Actor, case: Case) -> Panel | None:
    """What the case page says about what two decide: a refusal, a fee, setting aside, a date."""
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
        links = [PanelLink(f"Propose: {KIND_WORDS[kind].lower()}", _address(case, kind)) for kind in _proposable(case)]
    if not found:
        return Panel(_TITLE, "nothing is proposed", links=tuple(links), folded=True)
    return Panel(_TITLE, " ".join(_words(one) for one in found), links=tuple(links))


def _proposable(case: Case) -> list[Kind]:
    """What may be proposed for an open case from its page."""
    kinds = [kind for kind in _FORMS if not (kind is Kind.FEE and Rule.FEE in asked_for(case))]
    return [*kinds, Kind.SET_ASIDE] if not_valid.may_be_set_aside(case) else kinds


def _address(case: Case, kind: Kind) -> str:
    if kind is Kind.SET_ASIDE:
        return url_for("refusals.propose_set_aside", case_id=case.id)
    return url_for("refusals.propose", case_id=case.id, kind=kind.value)


def _words(proposal: RefusalProposal) -> str:
    what = KIND_WORDS[Kind(proposal.kind)].lower()
    if proposal.state == State.OPEN:
        return f"It is proposed to {what}. Nobody has decided yet."
    decided = "agreed" if proposal.state == State.AGREED else f"not agreed: {proposal.decision}"
    return f"It was proposed to {what}, and {decided}."


def _effect_of_fee(case_id: str, amount: str, words: str) -> WhatIf | None:
    return possible(current_actor(), case_id, fee_fact(amount, words))


def _given(form: VersionedForm) -> dict[str, str]:
    return {name: form[name].data or "" for name in ("code", "amount", "how_to_pay") if name in form}


def _preview(case: Case, kind: Kind, form: VersionedForm) -> Wording:
    given = {"code": "MUE", "amount": "", "how_to_pay": ""} | _given(form)
    if given["amount"]:
        given["amount"] = pounds(given["amount"])
    return queries.letter_for(case, kind, words=form["words"].data or "", **given)
