"""The two papers that go with the records: the cover letter and the schedule of what was taken out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from redaction.needles import NeedleSet
from redaction.plan import Plan
from sar.cases.code_texts import NO_MORE_SAID, texts_of
from sar.cases.deadlines import Regime
from sar.cases.exemptions import exemption
from sar.cases.letters import (
    addressee_name,
    anywhere,
    for_whoever_asks,
    goes_to_representative,
    postal_address,
    sheet,
    variant,
)
from sar.cases.models import Case
from sar.foundation import wording, wordings
from sar.foundation.clock import london_today
from sar.foundation.runtime import settings
from sar.foundation.typesetting import typeset, typeset_pictures
from sar.records.models import Originator, Record, RecordRole
from sar.records.roles.queries import controllers_of, held_for_others
from sar.records.searches.queries import told_searches
from sar.release.told import is_told, page_words

# What records of supervision are for, in the words of DPA 2018 s.45(2); the DPO edits the letters around it.
_LEGAL_BASIS = "Part 3 of the Data Protection Act 2018: carrying out sentences and preventing crime"
_RETENTION = "We keep it for as long as our retention rules say. Ask us for the rules."
_ASK_US = "ask us, and we will tell you"
_RECIPIENTS = ("courts", "police", "prisons", "health services", "councils", "organisations that work with us")


@dataclass(frozen=True)
class Answered:
    """One record of the reply, as the requester is told of it.

    `plan` is the one that was carried out (see `told.as_printed`); None: all of it was withheld, under `withheld_code`.
    `boxes`: how many were drawn, repeats that the engine found included.
    """

    number: int
    record: Record
    originator: Originator | None
    plan: Plan | None
    withheld_code: str | None = None
    boxes: int = 0

    @property
    def source(self) -> str:
        return self.originator.name if self.originator else settings().organisation_name

    @property
    def whole(self) -> bool:
        """Whether nothing was taken out of it."""
        return self.plan is not None and not self.boxes

    @property
    def codes(self) -> list[str]:
        if self.plan is None:
            return [self.withheld_code] if self.withheld_code else []
        return sorted({item.code for item in self.plan.redactions if is_told(item.code)})


@dataclass(frozen=True)
class Rest:
    """What of the answer is still to come, and the day by which we expect to send it, as the requester is told."""

    words: str
    by: date | None


@dataclass(frozen=True)
class Cover:
    """The letter on top: what is here, where we looked, rights, how to complain; dated today. law.md section 6.

    `contents`: each part of the reply and the page it starts on. `rest`: None with the whole answer. Raises Refused
    where an edited wording cannot be used.
    """

    case: Case
    answered: Sequence[Answered]
    contents: Sequence[tuple[str, int]]
    pages: int
    rest: Rest | None = None

    def words(self) -> wording.Wording:
        """Its text, without the contents and the sections on rights that follow it."""
        name = "nothing_held" if not self.answered else "full_response"
        if any(not item.whole for item in self.answered):
            name = "partial_response"
        if self.rest is not None:
            name = "incomplete_response"
        values: dict[str, wording.FieldValue | None] = {
            "reference": self.case.reference,
            "received_date": self.case.received_on,
            "record_count": len(self.answered),
            "page_count": self.pages,
            "reasons": list(dict.fromkeys(_code_texts(self.answered).values())) or [NO_MORE_SAID],
            "searches": told_searches(self.case),
            "still_to_come": self.rest.words if self.rest else "",
            "expected_date": self.rest.by if self.rest else None,
        }
        return for_whoever_asks(self.case, name, _render(self.case, variant(self.case, name), values))

    def pdf(self) -> bytes:
        return typeset("cover", self._sheet())

    def pictures(self) -> list[bytes]:
        """Its pages as PNG."""
        return typeset_pictures("cover", self._sheet())

    def _sheet(self) -> dict[str, object]:
        address = ", ".join(_lines(postal_address(self.case)))
        return sheet(self.words(), self.case.reference, addressee_name(self.case), address) | {
            "sender": _sender(),
            "contents": [{"label": label, "page": page} for label, page in self.contents],
            "sections": [
                *_held_for_others(self.case),
                *_decided_with_others(self.case, self.answered),
                *(_section(self.case, name) for name in _rights(self.answered)),
            ],
            "in_bundle": True,
        }


def clean(text: str, needles: Sequence[str]) -> str:
    """A record's title, or who it came from, as it may be printed: these can name someone too."""
    found = sorted((hit.start, hit.end) for hit in NeedleSet(needles).find(text))
    cleaned, at = "", 0
    for start, end in found:
        if start >= at:
            cleaned += text[at:start] + "[withheld]"
        at = max(at, end)
    return cleaned + text[at:]


def schedule(case: Case, answered: Sequence[Answered], needles: Sequence[str]) -> bytes:
    """What was taken out, page by page, with each code explained; never what it was."""
    current = settings()
    texts = _code_texts(answered)
    return typeset(
        "schedule",
        {
            "date": london_today(),
            "reference": case.reference,
            "organisation": current.organisation_name,
            "colour": current.brand_colour,
            "sender": _sender(),
            "title": "What was taken out, and why",
            "in_bundle": True,
            "subject_name": case.submission.full_name,
            "introduction": _render(case, "about_boxes", {}).as_data(),
            "records": [_record_row(item, needles) for item in answered],
            # Neither "nothing was taken out" nor the opposite: that may be what must not be said (see `told`).
            "nothing": "There is nothing to list.",
            "rows": [row for item in answered for row in _rows(item, texts)],
            "codes": [{"code": code, "law": exemption(code).law, "text": text} for code, text in texts.items()],
            "complain": _render(case, "how_to_complain", {"regulator_contact": current.regulator_contact}).as_data(),
        },
    )


def _record_row(item: Answered, needles: Sequence[str]) -> dict[str, object]:
    outcome = "None of it" if item.plan is None else ("All of it" if item.whole else "Part of it")
    return {
        "number": item.number,
        "title": clean(item.record.title, needles),
        "source": clean(item.source, needles),
        "pages": item.record.pages,
        "outcome": outcome,
    }


def _code_texts(answered: Sequence[Answered]) -> dict[str, str]:
    """What is said about each code of the reply, in the order of their names."""
    return texts_of(sorted({code for item in answered for code in item.codes}))


def _rows(item: Answered, texts: Mapping[str, str]) -> list[dict[str, object]]:
    """A row for each code of a record, with its pages together: a file of 5,000 pages has a list one can read."""
    if item.plan is None:
        code = item.withheld_code or ""
        return [{"record": item.number, "page": "all", "code": code, "explanation": texts[code], "count": 1}]
    pages: dict[str, set[int]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for redaction in item.plan.redactions:
        if is_told(redaction.code):
            pages[redaction.code].add(redaction.page)
            counts[redaction.code] += 1
    return [
        {
            "record": item.number,
            "page": page_words(pages[code]),
            "code": code,
            "explanation": texts[code],
            "count": counts[code],
        }
        for code in sorted(pages)
    ]


def _rights(answered: Sequence[Answered]) -> list[str]:
    """The sections that each law in play asks for; Part 3 when there are no records to go by."""
    regimes = {item.record.regime for item in answered} or {Regime.LE.value}
    names = {Regime.LE.value: "rights_part3", Regime.UKGDPR.value: "rights_uk_gdpr"}
    return [names[regime] for regime in sorted(regimes)]


def _held_for_others(case: Case) -> list[dict[str, object]]:
    """Who decides about what we only hold, and since when they have the request. Release is refused while one has not.

    One that must not be named is not: the neutral sentence stands in every reply.
    """
    found = [one for one in held_for_others(case) if one.controller.told]
    return [
        _as_section(
            _render(
                case,
                "held_for_another",
                {
                    "controller": one.controller.name,
                    "passed_on_date": one.passed_on,
                    "controller_contact": (one.controller.contact or _ASK_US).removesuffix("."),
                },
            )
        )
        for one in found
    ]


def _decided_with_others(case: Case, answered: Sequence[Answered]) -> list[dict[str, object]]:
    """Who decides with us about records that the requester is told of."""
    wanted = {item.record.controller_id for item in answered if item.record.role == RecordRole.JOINT_CONTROLLER}
    found = [one for one in controllers_of(case).values() if one.id in wanted and one.told]
    found.sort(key=lambda one: one.name.casefold())
    return [_as_section(_render(case, "joint_controller", {"controller": one.name})) for one in found]


def _section(case: Case, name: str) -> dict[str, object]:
    current = settings()
    values: dict[str, wording.FieldValue] = {
        "legal_basis": _LEGAL_BASIS,
        "recipients": _RECIPIENTS,
        "retention": _RETENTION,
        "regulator_contact": current.regulator_contact.removesuffix("."),  # a full stop follows it
        **_of_the_person(case),
    }
    return _as_section(_render(case, variant(case, name), values))


def _of_the_person(case: Case) -> dict[str, wording.FieldValue]:
    """What the sections on rights say of the person: to themselves, or by name to whoever acts for them."""
    name = case.submission.full_name if goes_to_representative(case) else None
    whom = name or "you"
    return {
        "categories": (
            f"what {f'{name} was' if name else 'you were'} sentenced for and the rules to follow",
            f"notes of our contact with {whom}",
            "our assessment of risk and of what would help",
            "what other organisations told us",
        ),
        "purposes": (
            f"to supervise {whom} and give help",
            "to keep people safe",
            "to answer complaints and questions",
        ),
        "origins": (whom, "courts, police and prisons", f"other organisations that know {whom}"),
        "automated_decisions": f"We make no decision about {whom} by computer alone.",
    }


def _as_section(text: wording.Wording) -> dict[str, object]:
    return {"heading": text.subject, "blocks": text.as_data()}


def _render(case: Case, name: str, values: Mapping[str, wording.FieldValue | None]) -> wording.Wording:
    whose: dict[str, wording.FieldValue] = {"name": case.submission.full_name, "received_date": case.received_on}
    return wordings.render(name, {**anywhere(case.reference), **whose, **values})


def _sender() -> dict[str, object]:
    current = settings()
    return {
        "name": current.organisation_name,
        "lines": [*_lines(current.contact_address), current.contact_phone, current.contact_email],
    }


def _lines(address: str) -> list[str]:
    return [line.strip() for line in address.replace("\n", ",").split(",") if line.strip()]
