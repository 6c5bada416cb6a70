"""Making one bundle: redact each record, prove it, put it together, prove it again, seal it.

Every step that opens a record runs in the sandboxed child of the redaction library. Any doubt ends
in `Blocked` with words for the officer: a bundle that is not proved does not exist.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from redaction import sandbox
from sar.cases.models import Case
from sar.foundation import blobs
from sar.records.queries import disclosable_records, originators
from sar.release import assembly, papers
from sar.release.models import Finding
from sar.review import queries as review

_DONE, _BAD_INPUT, _LEAK = 0, 2, 3
_CPU_SECONDS: Final = 3_600
_WALL_SECONDS: Final = 7_200.0
_MEMORY: Final = 3 * 1024**3

Progress = Callable[[int, int], None]


class Blocked(Exception):
    """The reply cannot go out like this. `findings` say where and why, for the officer."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{len(findings)} findings")
        self.findings = findings


@dataclass(frozen=True)
class Built:
    """A finished, encrypted bundle on disk, and what the engines said about it."""

    path: Path
    pages: int
    redactions: int
    proof: dict[str, Any] = field(default_factory=dict)


def build(case: Case, passphrase: str, folder: Path, progress: Progress) -> Built:
    """The reply to a case as one encrypted PDF in `folder`. Raises Blocked."""
    answered = _answered(case)
    needles = review.withheld_strings(case)
    steps = len(answered) + 3
    parts, reports = [], []
    for done, item in enumerate(answered):
        progress(done, steps)
        if item.plan is not None:
            path = folder / f"record-{item.number}.pdf"
            reports.append(_redact(item, path, needles))
            title = f"{item.number}. {papers.clean(item.record.title, needles)}"
            parts.append(assembly.Part(title, path, item.record.pages))
    progress(len(answered), steps)
    plain, pages = _assemble(case, answered, parts, needles, folder)
    progress(len(answered) + 1, steps)
    _prove(plain, needles, answered)
    progress(len(answered) + 2, steps)
    sealed = folder / "bundle.pdf"
    assembly.encrypt(plain, sealed, passphrase)
    if not assembly.opens_only_with(sealed, passphrase, pages):
        raise Blocked([_finding("The whole bundle", None, "The encrypted file did not open as it should.")])
    redactions = sum(int(report["boxes"]) for report in reports)
    return Built(sealed, pages, redactions, {"records": reports, "needles": len(needles)})


def _answered(case: Case) -> list[papers.Answered]:
    known = {found.id: found for found in originators(retired=True)}
    plans = review.plans_of(case)
    return [
        papers.Answered(
            number=number,
            record=record,
            originator=known.get(record.originator_id) if record.originator_id else None,
            plan=plans[record.id],
            withheld_code=withheld.code if (withheld := review.withheld_record(record)) else None,
        )
        for number, record in enumerate(disclosable_records(case), start=1)
    ]


def _redact(item: papers.Answered, target: Path, needles: Sequence[str]) -> dict[str, Any]:
    """Run the engine on one record in the sandbox. Returns its report; raises Blocked."""
    assert item.plan is not None and item.record.pdf_blob_id is not None
    plan_path = target.with_suffix(".plan.json")
    plan_path.write_text(item.plan.to_json(), encoding="utf-8")
    with blobs.plaintext_path(item.record.pdf_blob_id) as source:
        result = _run("apply", str(source), str(plan_path), str(target))
    report = _said(result)
    if result.returncode == _DONE:
        return {key: report[key] for key in ("pages", "plan_sha256", "input_sha256", "output_sha256", "boxes")}
    if result.returncode == _LEAK:
        raise Blocked(_leaks(item.record.title, report, needles))
    why = report.get("error") or f"The redaction of this file was stopped ({result.stopped_by or result.returncode})."
    raise Blocked([_finding(item.record.title, None, str(why))])


def _assemble(
    case: Case, answered: Sequence[papers.Answered], parts: list[assembly.Part], needles: Sequence[str], folder: Path
) -> tuple[Path, int]:
    """Cover letter, schedule, numbered records: one PDF, not yet encrypted. The cover says where each part starts."""
    schedule = _paper(folder, "schedule.pdf", papers.schedule(case, answered, needles), "What was taken out, and why")
    cover_pages = 1
    while True:  # the cover names page numbers, which depend on how long it is itself: one more round at most
        draft = assembly.Part("Letter", folder / "cover.pdf", cover_pages)
        whole = [draft, schedule, *parts]
        starts = assembly.first_pages(whole)
        total = sum(part.pages for part in whole)
        contents = [(part.title, start) for part, start in zip(whole[1:], starts[1:], strict=True)]
        cover = _paper(folder, "cover.pdf", papers.cover(case, answered, contents, total), "Letter")
        if cover.pages == cover_pages:
            break
        cover_pages = cover.pages
    for part, start in zip(whole, starts, strict=True):
        assembly.number_pages(part.path, start, total, case.reference)
    plain = folder / "plain.pdf"
    return plain, assembly.merge(whole, plain, title=f"Your records, {case.reference}")


def _paper(folder: Path, name: str, content: bytes, title: str) -> assembly.Part:
    path = folder / name
    path.write_bytes(content)
    return assembly.Part(title, path, assembly.page_count(path))


def _prove(plain: Path, needles: Sequence[str], answered: Sequence[papers.Answered]) -> None:
    """The second engine hunts every withheld string through the whole bundle: a name taken out of one record
    must not stand in another. Raises Blocked."""
    if not needles:
        return
    absent = plain.with_suffix(".absent.txt")
    absent.write_text("\n".join(needles), encoding="utf-8")
    result = _run("verify", str(plain), "--absent", str(absent))
    if result.returncode == _DONE:
        return
    said = _said(result)
    if result.returncode == _LEAK:
        raise Blocked(_leaks("The whole bundle", said, needles))
    raise Blocked([_finding("The whole bundle", None, "The check could not be finished, so nothing can go out.")])


def _run(*arguments: str) -> sandbox.Result:
    return sandbox.run(
        [sys.executable, "-m", "redaction", *arguments],
        memory_bytes=_MEMORY,
        cpu_seconds=_CPU_SECONDS,
        wall_seconds=_WALL_SECONDS,
    )


def _said(result: sandbox.Result) -> Any:
    try:
        return json.loads(result.stdout.decode("utf-8").strip() or "{}")
    except (UnicodeDecodeError, json.JSONDecodeError):
        return {}


def _leaks(title: str, said: Any, needles: Sequence[str]) -> list[Finding]:
    """The engine names strings by number only; the officer needs to know which."""
    listed = said if isinstance(said, list) else said.get("leaks", [])
    findings = [_leak(title, leak, needles) for leak in listed if isinstance(leak, dict)]
    return findings or [_finding(title, None, "Something withheld could still be found.")]


def _leak(title: str, leak: dict[str, Any], needles: Sequence[str]) -> Finding:
    index = leak.get("needle_index", leak.get("needle"))
    named = needles[index] if isinstance(index, int) and 0 <= index < len(needles) else "Something withheld"
    where = str(leak.get("where", "text"))
    return _finding(title, leak.get("page"), f"“{named}” could still be found ({where}).")


def _finding(record: str, page: int | None, what: str) -> Finding:
    return {"record": record, "page": page, "what": what}


def store(case: Case, built: Built) -> blobs.Blob:
    """Seal the bundle into the store, before any row names it."""
    with built.path.open("rb") as file:
        return blobs.put(case.scope_id, file, media_type="application/pdf")
