"""From the cells of one row to a request and the dated facts of its clock, or to what is wrong with it. Pure.

A problem keeps a row out; a note is only shown. Every sentence is for the officer who mends the sheet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sar.cases.bulk_import.columns import BY_CODE
from sar.cases.bulk_import.days import NotADay, day_from
from sar.cases.bulk_import.facts import PAIRS, RowFact, find_facts
from sar.cases.deadlines import (
    ASKS_FOR,
    AWAITED,
    ClockEvent,
    ClockRules,
    EndReason,
    ImpossibleDates,
    Regime,
    Rule,
    earliest_due,
    make_event,
    require_order,
)
from sar.foundation.errors import Refused
from sar.foundation.wording import date_words
from sar.intake.answers import (
    EVERYTHING,
    FIRST_DAY,
    Channel,
    Contact,
    Relationship,
    Representative,
    RequestAnswers,
    Route,
    is_email,
    is_phone,
    require_complete,
    split_names,
)

Cell = None | str | dict[str, Any]
# Steps that say why a due date is another one than in the sheet; the others are the same for every request.
_EXPLAIN: Final = frozenset(Rule) - {Rule.RECEIPT, Rule.START, Rule.NOTICE, Rule.REGIME}
_CHANNELS: Final = {
    "online": Channel.ONLINE,
    "web": Channel.ONLINE,
    "portal": Channel.ONLINE,
    "post": Channel.POST,
    "letter": Channel.POST,
    "mail": Channel.POST,
    "email": Channel.EMAIL,
    "phone": Channel.TELEPHONE,
    "telephone": Channel.TELEPHONE,
    "call": Channel.TELEPHONE,
    "counter": Channel.COUNTER,
    "inperson": Channel.COUNTER,
    "verbal": Channel.VERBAL,
    "solicitor": Channel.SOLICITOR,
    "prison": Channel.PRISON,
}
_RELATIONSHIPS: Final = {
    **{one.value: one for one in Relationship},
    "lawyer": Relationship.SOLICITOR,
    "legaladviser": Relationship.SOLICITOR,
    "friend": Relationship.RELATIVE,
    "family": Relationship.RELATIVE,
    "mother": Relationship.PARENT,
    "father": Relationship.PARENT,
    "carer": Relationship.PARENT,
    "powerofattorney": Relationship.ATTORNEY,
}
_OUTCOMES: Final = {
    EndReason.RESPONDED: ("responded", "answered", "complete", "completed", "closed", "sent", "released", "disclosed"),
    EndReason.REFUSED: ("refused", "rejected"),
    EndReason.WITHDRAWN: ("withdrawn", "cancelled"),
    EndReason.NO_REPLY: ("noreply", "noresponse", "lapsed", "abandoned"),
}
# How people name the law that a request is answered under, by the letters alone.
_LAWS: Final = {
    "ukgdpr": (Regime.UKGDPR,),
    "gdpr": (Regime.UKGDPR,),
    "part": (Regime.LE,),
    "dpapart": (Regime.LE,),
    "le": (Regime.LE,),
    "lawenforcement": (Regime.LE,),
    "both": tuple(Regime),
    "mixed": tuple(Regime),
}
_OPEN: Final = ("", "open", "live", "inprogress", "ongoing", "active", "pending")


@dataclass
class Row:
    """What became of one row. `facts` are those of the clock without the receipt; `due` is what the rules give.

    `unasked`: what came that the sheet does not say was asked for, or that was asked for too late, by the kind of fact,
    and when. `late_asks`: what was asked for too late to give more time, in words for a note on the case.
    `regimes`: the laws that it is counted by.
    """

    number: int
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answers: RequestAnswers | None = None
    channel: Channel = Channel.OTHER
    received_on: date | None = None
    facts: list[RowFact] = field(default_factory=list)
    ended: tuple[date, EndReason] | None = None
    reference: str = ""
    due: date | None = None
    sheet_due: date | None = None
    unasked: dict[str, date] = field(default_factory=dict)
    late_asks: list[str] = field(default_factory=list)
    regimes: Sequence[Regime] = ()

    @property
    def differs(self) -> bool:
        """The sheet has another due date than the rules give."""
        return not self.problems and self.sheet_due is not None and self.sheet_due != self.due

    def identity(self) -> str:
        """What makes this row the one it is, for finding it again in another upload."""
        assert self.answers is not None and self.received_on is not None
        born = self.answers.date_of_birth
        said = [
            self.answers.full_name.casefold(),
            self.received_on.isoformat(),
            born.isoformat() if born else "",
            self.reference.casefold(),
            self.answers.prison_number.casefold(),
            self.answers.wanted.casefold(),
        ]
        return json.dumps(said)


def read_row(
    number: int,
    cells: Sequence[Cell],
    mapping: Mapping[str, int],
    *,
    merged: bool,
    rules: ClockRules,
    regimes: Sequence[Regime],
    today: date,
) -> Row:
    """One row under a mapping (see `columns`). `merged`: its cells are part of a merged block.

    `regimes`: the laws that it is counted by where the sheet does not say.
    """
    row = Row(number)
    given = {code: _shown(row, code, cells, column) for code, column in mapping.items()}
    if merged:
        row.notes.append("This row is part of merged cells. An answer that it shares with others may be missing.")
    days = {code: _day(row, code, text) for code, text in given.items() if BY_CODE[code].is_date}
    row.sheet_due, row.reference = days.get("due_on"), given.get("their_reference", "")
    row.received_on = days.get("received_on")
    if row.received_on is None and not row.problems:
        row.problems.append("The date received is missing.")
    row.channel = _channel(row, given.get("channel", ""))
    row.regimes = _regimes(row, given.get("law", ""), regimes)
    row.answers = _answers(row, given, days.get("date_of_birth"), today)
    _facts(row, given, days, today)
    if not row.problems:
        _reckon(row, rules, row.regimes, today)
    return row


def _shown(row: Row, code: str, cells: Sequence[Cell], column: int) -> str:
    """A cell as text. Of a formula, what the spreadsheet had last worked out."""
    cell = cells[column] if column < len(cells) else None
    if isinstance(cell, dict) and "formula" in cell:
        if cell["formula"] is None:
            row.problems.append(f"{BY_CODE[code].label}: the cell is a formula without a value. Type the value itself.")
        elif code != "due_on":
            row.notes.append(f"{BY_CODE[code].label}: the cell is a formula. We took its value, {cell['formula']}.")
        return str(cell["formula"] or "")
    if isinstance(cell, dict):
        return str(cell["date"])
    text = cell or ""
    # Our own sheet of problems has a mark before what a spreadsheet would take for a formula.
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _day(row: Row, code: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return day_from(text, birth=code == "date_of_birth")
    except NotADay as problem:
        row.problems.append(f"{BY_CODE[code].label}: {problem}")
        return None


def _channel(row: Row, text: str) -> Channel:
    word = _letters(text)
    if not word:
        return Channel.OTHER
    if word not in _CHANNELS:
        row.notes.append(f"How it came: we do not know “{text[:40]}”, so it is kept as another way.")
    return _CHANNELS.get(word, Channel.OTHER)


def _regimes(row: Row, text: str, usual: Sequence[Regime]) -> Sequence[Regime]:
    word = _letters(text)
    if word and word not in _LAWS:
        row.notes.append(f"Law: we do not know “{text[:40]}”, so the earliest date by either law counts.")
    return _LAWS.get(word, usual)


def _answers(row: Row, given: Mapping[str, str], born: date | None, today: date) -> RequestAnswers | None:
    name = given.get("full_name") or f"{given.get('first_names', '')} {given.get('last_name', '')}".strip()
    if not name:
        row.problems.append("The name is missing.")
        return None
    answers = RequestAnswers(
        full_name=" ".join(name.split()),
        contact=_contact(row, given),
        former_names=split_names(given.get("other_names", "").replace(";", "\n")),
        date_of_birth=born,
        address=given.get("address", ""),
        prison_name=given.get("prison_name", ""),
        prison_number=given.get("prison_number", ""),
        crn=given.get("crn", ""),
        office=given.get("office", ""),
        wanted=given.get("wanted") or EVERYTHING,
        representative=_representative(row, given),
    )
    try:
        require_complete(answers, today, reachable=False)
    except Refused as problem:
        row.problems.append(problem.message)
    return answers


def _representative(row: Row, given: Mapping[str, str]) -> Representative | None:
    """Whoever asks for the person. Letters go to them only where the sheet says where that is."""
    name, email, address = (given.get(code, "") for code in ("rep_name", "rep_email", "rep_address"))
    if not name:
        return None
    if email and not is_email(email):
        row.problems.append(f"Their email address: “{email[:60]}” is not one.")
    if not email and not address:
        row.notes.append(f"The sheet does not say how to reach {name[:60]}. Letters go to the person until you add it.")
    said = given.get("rep_kind", "")
    kind = _RELATIONSHIPS.get(_letters(said))
    if kind is None:
        why = f"We do not know “{said[:40]}”" if said else "The sheet does not say"
        row.notes.append(f"What they are to the person: {why}, so it is kept as someone else.")
    return Representative(
        relationship=kind or Relationship.OTHER,
        name=name,
        organisation=given.get("rep_organisation", ""),
        gets_letters=bool(email or address),
        contact=Contact(Route.EMAIL if email and not address else Route.POST, email=email, address=address),
    )


def _contact(row: Row, given: Mapping[str, str]) -> Contact:
    email, phone, address = (given.get(code, "") for code in ("email", "phone", "address"))
    if email and not is_email(email):
        row.problems.append(f"Email address: “{email[:60]}” is not one.")
    if phone and not is_phone(phone):
        row.problems.append(f"Phone number: “{phone[:40]}” is not one.")
    if given.get("prison_name"):
        route = Route.PRISON
    elif address:
        route = Route.POST
    elif email:
        route = Route.EMAIL
    elif phone:
        route = Route.PHONE
    else:
        route = Route.POST
        row.notes.append(
            "There is no address, email or phone number. Add one on the page of the case before you write."
        )
    return Contact(route=route, email=email, phone=phone, address=address)


def _facts(row: Row, given: Mapping[str, str], days: Mapping[str, date | None], today: date) -> None:
    found = find_facts(given, days, for_another=bool(given.get("rep_name")))
    row.facts, row.unasked = found.facts, found.unasked
    row.problems.extend(found.problems)
    row.notes.extend(found.notes)
    _ending(row, given.get("outcome", ""), days.get("closed_on"))
    received = row.received_on
    if received is not None and received < FIRST_DAY:
        row.problems.append("Date received: check the year, it is too long ago.")
    for label, day in (("received", received), ("closed", row.ended[0] if row.ended else None)):
        if day is not None and day > today:
            row.problems.append(f"The date {label} is in the future.")
    if any(fact.on > today for fact in row.facts):
        row.problems.append("One of the dates is in the future.")


def _ending(row: Row, outcome: str, closed_on: date | None) -> None:
    word = _letters(outcome)
    reason = next((reason for reason, words in _OUTCOMES.items() if word in words), None)
    if closed_on is not None:
        if reason is None and word not in _OPEN:
            row.notes.append(f"How it ended: we do not know “{outcome[:40]}”, so it is kept as answered.")
        row.ended = (closed_on, reason or EndReason.RESPONDED)
    elif reason is not None:
        row.problems.append(f"The sheet says “{outcome[:40]}”, but not on which day.")


def _reckon(row: Row, rules: ClockRules, regimes: Sequence[Regime], today: date) -> None:
    """Add the facts one by one and fold them, as the case's own clock will: what it would refuse is a problem here."""
    assert row.received_on is not None
    _leave_out_late_asks(row, rules, regimes, today)
    events: list[ClockEvent] = [make_event("received", row.received_on)]
    facts = [make_event(fact.kind, fact.on, number=fact.number, reason=fact.reason) for fact in row.facts]
    if row.ended:
        facts.append(make_event("ended", row.ended[0], reason=row.ended[1].value))
    if any(fact.on < row.received_on for fact in facts):
        row.problems.append("One of the dates is before the date received.")
        return
    try:
        for fact in facts:
            require_order(events, fact)
            events.append(fact)
        clock = earliest_due(events, regimes, rules, today=today)
    except ImpossibleDates as problem:
        row.problems.append(problem.message)
        return
    row.due = clock.due
    row.notes.extend(caution.message for caution in clock.warnings)
    if row.differs:
        reached = " ".join(step.explanation for step in clock.derivation if step.rule in _EXPLAIN)
        row.notes.append(f"How the rules count: {reached}")


def _leave_out_late_asks(row: Row, rules: ClockRules, regimes: Sequence[Regime], today: date) -> None:
    """Take off the clock what was asked for when the answer was due already: that gives no more time.

    Here nobody could ask for it on that day (see `clock_commands.why_not_ask`), and a late request in a spreadsheet
    would be late no more.
    """
    pairs = [[fact for fact in row.facts if fact.kind in kinds] for kinds in PAIRS]
    counted = [fact for fact in row.facts if all(fact not in pair for pair in pairs)]
    for pair in sorted((pair for pair in pairs if pair), key=lambda pair: pair[0].on):
        asked = pair[0]
        due = _due_by(row, [fact for fact in counted if fact.on <= asked.on], rules, regimes, today)
        if due is None or asked.on <= due:
            counted += pair
            continue
        row.facts = [fact for fact in row.facts if fact not in pair]
        row.unasked |= {fact.kind: fact.on for fact in pair[1:]}
        what, day = AWAITED[ASKS_FOR[asked.kind]], date_words(asked.on)
        row.late_asks.append(f"{what} was asked for on {day}, after the answer was due on {date_words(due)}")
        row.notes.append(
            f"{what}: it was asked for on {day}, but the answer was due on {date_words(due)}. That gives no more time, "
            "so the clock does not count it. A note on the case says when it was asked for."
        )


def _due_by(
    row: Row, facts: Sequence[RowFact], rules: ClockRules, regimes: Sequence[Regime], today: date
) -> date | None:
    """The due date by these facts; None also for dates that cannot all be true, which are said when all are counted."""
    assert row.received_on is not None
    events = [make_event(fact.kind, fact.on, number=fact.number, reason=fact.reason) for fact in facts]
    try:
        return earliest_due([make_event("received", row.received_on), *events], regimes, rules, today=today).due
    except ImpossibleDates:
        return None


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalpha())
