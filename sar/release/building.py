"""Making one bundle: redact each record, prove it, put it together, prove it again, seal it.

Every step that opens a record runs in the sandboxed child of the redaction library. Any doubt ends
in `Blocked` with words for the officer: a bundle that is not proved does not exist.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from redaction import sandbox
from redaction.plan import Plan
from sar.cases.exemptions import EXEMPTIONS
from sar.cases.models import Case
from sar.foundation import blobs
from sar.foundation.errors import Refused
from sar.foundation.workroom import private_folder
from sar.records.models import Record
from sar.records.queries import disclosable_records, originators
from sar.release import assembly, joining, papers
from sar.release.models import Finding
from sar.release.told import as_printed, is_told
from sar.review import queries as review

_DONE, _LEAK = 0, 3
_CPU_SECONDS: Final = 3_600
_WALL_SECONDS: Final = 7_200.0
_MEMORY: Final = 3 * 1024**3
_WHOLE: Final = "The whole bundle"
_COVER, _SCHEDULE = "Letter", "What was taken out, and why"
_NOT_MET: Final = (
    "Words that were to be blacked out are not where they were found. Look at this page: where they still show, draw a "
    "box over them by hand. Then decide for the words that were found: leave these words in, here only."
)
_REPORTED: Final = ("pages", "plan_sha256", "input_sha256", "output_sha256", "boxes", "width_visible")

Progress = Callable[[int, int], None]


class Blocked(Exception):
    """The reply cannot go out like this. `findings` say where and why, for the officer."""

    def __init__(self, findings: list[Finding], reason: str = "leak_or_failure") -> None:
        super().__init__(f"{len(findings)} findings")
        self.findings = findings
        self.reason = reason


@dataclass(frozen=True)
class Built:
    """A finished, encrypted bundle on disk, and what the engines said about it.

    `proof`: `records`, the engine's report on each; `needles`, how many strings were looked for; `width_shows`, by the
    id of a record, the pages on which the length of what is withheld can still be seen.
    """

    path: Path
    pages: int
    redactions: int
    proof: dict[str, Any] = field(default_factory=dict)

    @property
    def proof_sha256(self) -> str:
        """Of the digests of every record's plan, input and output. It stands in the audit trail, which is signed."""
        told = json.dumps(self.proof, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(told.encode("utf-8")).hexdigest()


def build(case: Case, passphrase: str, folder: Path, progress: Progress, rest: papers.Rest | None = None) -> Built:
    """The reply to a case as one encrypted PDF in the private `folder`. Raises Blocked; OSError for a full disk.

    `rest`: what the letter says is still to come, when this is not the whole answer.
    """
    answered = _answered(case)
    needles = review.withheld_strings(case)
    steps = len(answered) + 3
    parts, reports = _records(answered, needles, folder), []
    width_shows: dict[str, list[int]] = {}
    for done, item in enumerate(answered):
        progress(done, steps)
        if item.plan is not None:
            report = _redact(item.record, item.plan, _path_of(item, folder))
            if pages := sorted(set(report.pop("width_visible")) - _dark_pages(item.plan)):
                width_shows[item.record.id] = pages
            reports.append(report)
            answered[done] = replace(item, boxes=report["boxes"])
    progress(len(answered), steps)
    try:
        bundle = joining.join(
            _with_papers(case, answered, parts, needles, folder, rest),
            folder,
            reference=case.reference,
            passphrase=passphrase,
        )
        progress(len(answered) + 1, steps)
        _prove(bundle, needles)
        progress(len(answered) + 2, steps)
        locked = joining.lock(bundle)
    except joining.Failed as failure:
        raise blocked(_WHOLE, str(failure)) from failure
    except Refused as problem:  # an edited wording of a paper that cannot be used
        raise blocked(_COVER, problem.message, reason="wording") from problem
    redactions = sum(int(report["boxes"]) for report in reports)
    proof = {"records": reports, "needles": len(needles), "width_shows": width_shows}
    return Built(locked, bundle.pages, redactions, proof)


def letter_to_look_at(case: Case, rest: papers.Rest | None = None) -> papers.Cover:
    """The letter on top of the reply as it would be, before anything is redacted. Raises Blocked, Refused.

    What the engine finds beyond the decisions is not known yet; all else is as in the reply.
    """
    needles = review.withheld_strings(case)
    answered = [
        replace(item, boxes=len(item.plan.redactions)) if item.plan is not None else item for item in _answered(case)
    ]
    with private_folder("letter") as folder:
        parts = _records(answered, needles, folder)
        whole = _with_papers(case, answered, parts, needles, folder, rest)
        return _cover(case, answered, whole, rest)


def blocked(record: str, what: str, page: int | None = None, *, reason: str = "leak_or_failure") -> Blocked:
    return Blocked([_finding(record, page, what)], reason)


def _answered(case: Case) -> list[papers.Answered]:
    """The records that the requester is told of, numbered. One withheld whole under a code that is not told is not."""
    known = {found.id: found for found in originators(retired=True)}
    plans = review.plans_of(case)
    answered: list[papers.Answered] = []
    for record in disclosable_records(case):
        plan, code = plans[record.id], None
        if plan is None:
            withheld = review.withheld_record(record)
            code = withheld.code if withheld else ""
        _check_codes(record, [code] if code is not None else [item.code for item in plan.redactions] if plan else [])
        if code is None or is_told(code):
            originator = known.get(record.originator_id) if record.originator_id else None
            printed = as_printed(plan) if plan is not None else None
            answered.append(papers.Answered(len(answered) + 1, record, originator, printed, code))
    return answered


def _records(answered: Sequence[papers.Answered], needles: Sequence[str], folder: Path) -> list[assembly.Part]:
    """The parts of the reply that are records, each where its redacted copy will lie."""
    return [
        assembly.Part(
            f"{item.number}. {papers.clean(item.record.title, needles)}",
            _path_of(item, folder),
            item.record.pages,
            _dark_pages(item.plan),
        )
        for item in answered
        if item.plan is not None
    ]


def _path_of(item: papers.Answered, folder: Path) -> Path:
    return folder / f"record-{item.number}.pdf"


def _check_codes(record: Record, codes: Sequence[str]) -> None:
    if not set(codes) <= EXEMPTIONS.keys():
        raise blocked(record.title, "Something here is withheld without a reason in law. Decide about it first.")


def _dark_pages(plan: Plan) -> frozenset[int]:
    """Pages withheld whole: one box from the corner, with no text that it belongs to."""
    return frozenset(
        item.page
        for item in plan.redactions
        if item.text is None and any(box.x0 == box.y0 == 0 and box.x1 > 72 and box.y1 > 72 for box in item.boxes)
    )


def _redact(record: Record, plan: Plan, target: Path) -> dict[str, Any]:
    """Run the engine on one record in the sandbox. Returns its report; raises Blocked."""
    assert record.pdf_blob_id is not None  # a record that is ready has pages
    plan_path = target.with_suffix(".plan.json")
    plan_path.write_text(plan.to_json(), encoding="utf-8")
    with blobs.plaintext_path(record.pdf_blob_id) as source:
        result = _run(target.parent, "apply", str(source), str(plan_path), str(target))
    report = _said(result)
    if result.returncode == _DONE and report.get("pages") == record.pages:
        if missed := report["not_met"]:
            pages = sorted({plan.redactions[index].page for index in missed})
            raise Blocked([_finding(record.title, page, _NOT_MET) for page in pages], "not_met")
        return {key: report[key] for key in _REPORTED}
    if result.returncode == _LEAK:
        leaks = [leak for leak in report.get("leaks", []) if isinstance(leak, dict)]
        findings = [_finding(record.title, leak.get("page"), _still_there(_name(plan, leak), leak)) for leak in leaks]
        raise Blocked(findings or [_finding(record.title, None, _still_there(None, {}))])
    why = report.get("error") or f"The redaction of this file was stopped ({result.stopped_by or result.returncode})."
    raise blocked(record.title, str(why))


def _with_papers(
    case: Case,
    answered: Sequence[papers.Answered],
    parts: Sequence[assembly.Part],
    needles: Sequence[str],
    folder: Path,
    rest: papers.Rest | None,
) -> list[assembly.Part]:
    """Cover letter, schedule, records. The cover says where each part starts."""
    schedule = _paper(folder / "schedule.pdf", papers.schedule(case, answered, needles), _SCHEDULE)
    length = 1
    while True:  # the cover names page numbers, which depend on how long it is itself: one more round at most
        whole = [assembly.Part(_COVER, folder / "cover.pdf", length), schedule, *parts]
        cover = _paper(folder / "cover.pdf", _cover(case, answered, whole, rest).pdf(), _COVER)
        if cover.pages <= length:
            return whole if cover.pages == length else [replace(whole[0], pages=cover.pages), *whole[1:]]
        length = cover.pages


def _cover(
    case: Case, answered: Sequence[papers.Answered], whole: Sequence[assembly.Part], rest: papers.Rest | None
) -> papers.Cover:
    """The letter on top of all these parts, the first of which is itself."""
    starts = assembly.first_pages(whole)
    contents = [(part.title, start) for part, start in zip(whole[1:], starts[1:], strict=True)]
    return papers.Cover(case, answered, contents, sum(part.pages for part in whole), rest)


def _paper(path: Path, content: bytes, title: str) -> assembly.Part:
    path.write_bytes(content)
    return assembly.Part(title, path, assembly.page_count(path))


def _prove(bundle: joining.Bundle, needles: Sequence[str]) -> None:
    """The second engine hunts every withheld string through the whole bundle: a name taken out of one record
    must not stand in another. Raises Blocked."""
    if not needles:
        return
    absent = bundle.plain.with_suffix(".absent.txt")
    absent.write_text("\n".join(needles), encoding="utf-8")
    result = _run(absent.parent, "verify", str(bundle.plain), "--absent", str(absent))
    if result.returncode == _DONE:
        return
    leaks = _said(result) if result.returncode == _LEAK else None
    if not isinstance(leaks, list) or not leaks:
        raise blocked(_WHOLE, "The check could not be finished, so nothing can go out.")
    raise Blocked([_leak_in_bundle(bundle, leak, needles) for leak in leaks])


def _leak_in_bundle(bundle: joining.Bundle, leak: dict[str, Any], needles: Sequence[str]) -> Finding:
    """The engine names strings by number, and pages of the bundle; the officer knows records and their pages."""
    part, page = bundle.place(leak.get("page"))
    index = leak.get("needle_index")
    name = needles[index] if isinstance(index, int) and 0 <= index < len(needles) else None
    return _finding(part.title if part else _WHOLE, page, _still_there(name, leak))


def _name(plan: Plan, leak: dict[str, Any]) -> str | None:
    """What was found again. In text its number may count the plan's redactions, elsewhere it counts the words."""
    index, page = leak.get("needle_index"), leak.get("page")
    if not isinstance(index, int):
        return None
    if leak.get("where") == "text" and index < len(plan.redactions) and plan.redactions[index].page == page:
        return plan.redactions[index].text
    return plan.words[index] if 0 <= index < len(plan.words) else None


def _still_there(name: str | None, leak: dict[str, Any]) -> str:
    named = f"“{name}”" if name else "Something withheld"
    return f"{named} could still be found ({leak.get('where', 'text')})."


def _finding(record: str, page: int | None, what: str) -> Finding:
    return {"record": record, "page": page, "what": what}


def _said(result: sandbox.Result) -> Any:
    try:
        return json.loads(result.stdout or b"{}")
    except ValueError:
        return {}


def _run(folder: Path, *arguments: str) -> sandbox.Result:
    result = sandbox.run(
        [sys.executable, "-B", "-m", "redaction", *arguments],
        folder=folder,
        memory_bytes=_MEMORY,
        cpu_seconds=_CPU_SECONDS,
        wall_seconds=_WALL_SECONDS,
    )
    joining.raise_if_full(result)
    return result
