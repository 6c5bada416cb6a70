"""The whole job: settle annotations, edit every page, scrub the document, save, and verify what was saved."""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pikepdf

from redaction.apply import raster
from redaction.apply.deferral import Number
from redaction.apply.documentpass import Dropped, scrub, settle
from redaction.apply.evidence import gather_evidence
from redaction.apply.fontwriting import write_fonts
from redaction.apply.matrices import Rect
from redaction.apply.outcome import Burnt, Outcome
from redaction.apply.pagework import PageWork
from redaction.apply.ranges import edit_pages
from redaction.apply.report import Report, sha256_of
from redaction.apply.tagging import tag_pictured
from redaction.drafts import draft_folder
from redaction.errors import RedactionError, Unreadable, VerificationFailed
from redaction.honesty import NAMES_OTHERS, Honesty
from redaction.limits import DEFAULT_LIMITS, Limits
from redaction.needles import NeedleSet
from redaction.opening import OpenPdf, open_pdf
from redaction.plan import Plan
from redaction.sharing import shares
from redaction.sight import Eye
from redaction.verify import Leak, verify_file
from redaction.verify.bare import pages_with_something_covered
from redaction.verify.counts import Expected, count_leaks, texts_at
from redaction.verify.met import not_met

_NOT_CLEAN = "The redacted copy still holds something that was to be withheld, so it was not written."


def apply_plan(
    source: Path, plan: Plan, target: Path, *, limits: Limits = DEFAULT_LIMITS, processes: int | None = None
) -> Report:
    """Writes `target`, a copy of `source` without what `plan` withholds, once it has been verified.

    Raises Unreadable, Encrypted, TooLarge or RedactionError on input that cannot be worked on, VerificationFailed
    where withheld text is still found; then nothing is written. The same input and plan give the same bytes, however
    many `processes` share the pages; without a number, long files take as many as `redaction.sharing` says.
    """
    source, target = Path(source), Path(target)
    pictures: dict[int, str] = {}
    eye = Eye()
    try:
        with draft_folder(target) as folder, _seldom_collected():
            draft = folder / "draft.pdf"
            while True:
                with open_pdf(source, limits) as opened:
                    try:
                        report = _Job(
                            opened, source, plan, draft, eye=eye, pictures=pictures, processes=processes
                        ).run()
                    except _Again as again:
                        # From the start: what such a page showed must leave no trace in fonts and forms either.
                        pictures |= again.pictures
                        continue
                os.replace(draft, target)
                return report
    except pikepdf.PdfError as error:
        raise Unreadable("The PDF is damaged in a way that keeps it from being redacted safely.") from error


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Pages make many small objects, most of which go with their page: looking for circles less often saves a tenth to
    a quarter of the time, for a few MiB (measured on 130 and on 600 pages)."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class _Again(Exception):
    """More pages must be drawn as pictures than was known: by page (from 0), the reason. There is always a new one."""

    def __init__(self, pictures: dict[int, str]) -> None:
        super().__init__()
        self.pictures = pictures


class _Job:
    """One attempt. `pictures`: the pages known to need drawing as pictures, with the reason. `processes`: at most."""

    def __init__(
        self,
        opened: OpenPdf,
        source: Path,
        plan: Plan,
        draft: Path,
        *,
        eye: Eye,
        pictures: dict[int, str],
        processes: int | None,
    ) -> None:
        self.opened, self.source, self.plan, self.draft = opened, source, plan, draft
        self.pdf = opened.structure
        self.words = NeedleSet(plan.words)
        self.eye, self.processes = eye, processes
        eye.forget_numbers()
        self.hits: Counter[int] = Counter()
        self.burnt: dict[int, list[Burnt]] = {}
        self.bare: dict[int, list[Rect]] = {}
        self.pictured = dict(pictures)
        self.report = Report(opened.page_count, plan.digest(), sha256_of(source), redactions=len(plan.redactions))

    def run(self) -> Report:
        for redaction in self.plan.redactions:
            if redaction.page > self.opened.page_count:
                raise RedactionError(
                    f"The plan names page {redaction.page}, and the PDF ends with page {self.opened.page_count}."
                )
        expected = texts_at(self.opened, self.plan)
        self.report.not_met = not_met(self.opened, self.plan, expected)
        with self._timed("edit"):
            dropped = settle(self.pdf)
            self._find_lies()
            work = PageWork(self.opened, self.plan, self.eye, self.pictured)
            self.report.processes = edit_pages(work, shares(self.opened.page_count, self.processes), self._take)
            self._cut_form_resources(work.edits.used)
            self._start_again(work.traces.pages(), "a font that could not be made anew")
            write_fonts(self.pdf, work.edits.recoders.all())
            for index, reason in self.pictured.items():
                self._picture(index, reason)
            tag_pictured(self.pdf, self.pictured)
            scrub(self.pdf, work.edits.sources)
        with self._timed("save"):
            self._save()
        with self._timed("verify"):
            leaks = self._verify(expected)
            covered = pages_with_something_covered(self.draft, self.bare, self.opened.limits)
        self._start_again({leak.page - 1 for leak in leaks if leak.page is not None}, "verification")
        self._start_again(covered, "something is left under a box")
        if leaks:
            raise VerificationFailed(_NOT_CLEAN, leaks)
        return self._finish(dropped)

    def _find_lies(self) -> None:
        honesty = Honesty(self.opened, lambda page, frame: self.eye.words(page, frame, [frame.whole]), gather_evidence)
        self.pictured = {**dict.fromkeys(sorted(honesty.lying_pages), NAMES_OTHERS), **self.pictured}

    def _start_again(self, pages: set[int], reason: str) -> None:
        if fresh := pages - self.pictured.keys():
            raise _Again({**self.pictured, **dict.fromkeys(fresh, reason)})

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        began, worked = time.perf_counter(), _processor_seconds()
        yield
        self.report.seconds[phase] = round(time.perf_counter() - began, 3)
        self.report.processor_seconds[phase] = round(_processor_seconds() - worked, 3)

    def _take(self, outcome: Outcome) -> None:
        self.hits.update(outcome.hits)
        self.report.unseen_characters += outcome.unseen
        self.report.unseen_images += outcome.unseen_images
        self.report.boxes += outcome.boxes
        if outcome.width_visible:
            self.report.width_visible.append(outcome.index + 1)
        if outcome.bare:
            self.bare[outcome.index] = outcome.bare
        if outcome.pictured is not None:
            self.pictured[outcome.index] = outcome.pictured
            self.burnt[outcome.index] = outcome.burnt

    def _cut_form_resources(self, in_use: Mapping[Number, Collection[tuple[str, str]]]) -> None:
        """Forms kept as they were lose the resources no drawing of them uses."""
        for objgen, used in in_use.items():
            if objgen == (0, 0):
                continue
            resources = self.pdf.get_object(objgen).get("/Resources")
            if not isinstance(resources, pikepdf.Dictionary):
                continue
            cut = pikepdf.Dictionary()
            for category, name in sorted(used):
                entries = resources.get(category)
                if isinstance(entries, pikepdf.Dictionary) and name in entries:
                    if category not in cut:
                        cut[category] = pikepdf.Dictionary()
                    cut[category][name] = entries[name]
            self.pdf.get_object(objgen)["/Resources"] = cut

    def _picture(self, index: int, reason: str) -> None:
        page = self.opened.page(index)
        try:
            frame = self.opened.frame(index, page)
            image, seen = raster.picture_of(page, frame, self.burnt.get(index, []), self.words, self.eye)
        except raster.StillReadable as error:
            raise VerificationFailed(
                _NOT_CLEAN, [Leak("image OCR", index + 1, n) for n in sorted(error.needles)]
            ) from error
        finally:
            page.close()
        raster.replace_page(self.pdf, self.pdf.pages[index].obj, image, seen, frame)
        self.pictured[index] = reason

    def _save(self) -> None:
        if "/ID" in self.pdf.trailer:
            del self.pdf.trailer["/ID"]
        self.pdf.save(
            self.draft,
            deterministic_id=True,
            encryption=False,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            linearize=False,
        )

    def _verify(self, expected: list[Expected]) -> list[Leak]:
        # Widths are left out: a line laid anew says nothing, and one kept over its picture is reported as such.
        words, limits = list(self.plan.words), self.opened.limits
        codes = {redaction.code for redaction in self.plan.redactions}
        leaks = verify_file(
            self.draft, words, limits=limits, eye=self.eye, widths=False, printed=codes, processes=self.processes
        )
        return [*leaks, *count_leaks(self.draft, expected, limits, codes)]

    def _finish(self, dropped: Dropped) -> Report:
        self.report.words = [{"index": n.index, "hits": self.hits[n.index]} for n in self.words.needles]
        self.report.pictured = [{"page": i + 1, "reason": reason} for i, reason in sorted(self.pictured.items())]
        self.report.dropped = vars(dropped).copy()
        self.report.output_sha256 = sha256_of(self.draft)
        self.report.verified = ["text", "objects", "bytes", "image OCR", "counts", "boxes"]
        return self.report


def _processor_seconds() -> float:
    """What this process has used, and those it has started and seen to their end."""
    return sum(os.times()[:4])
