"""The whole job: settle annotations, edit every page, scrub the document, save, and verify what was saved."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf

from redaction.apply import raster
from redaction.apply.documentpass import Dropped, layer_judge, scrub, settle
from redaction.apply.fonttraces import FontTraces
from redaction.apply.fontwriting import write_fonts
from redaction.apply.matrices import Rect
from redaction.apply.pages import DocumentEdits, Unsupported, edit_page
from redaction.apply.relay import lay_out
from redaction.apply.report import Report, sha256_of
from redaction.apply.scene import Resources
from redaction.apply.scopes import FontCache
from redaction.apply.selection import Region, Selection, over_page_break, select, settle_places
from redaction.apply.textstate import walk_page
from redaction.errors import RedactionError, Unreadable, VerificationFailed
from redaction.geometry import Box
from redaction.limits import DEFAULT_LIMITS, Limits, check_page_content
from redaction.needles import NeedleSet
from redaction.opening import OpenPdf, open_pdf
from redaction.plan import Plan
from redaction.sight import Eye, sightings
from redaction.verify import Leak, verify_file
from redaction.verify.counts import Expected, count_leaks, texts_at

_NOT_CLEAN = "The redacted copy still holds something that was to be withheld, so it was not written."


def apply_plan(source: Path, plan: Plan, target: Path, *, limits: Limits = DEFAULT_LIMITS) -> Report:
    """Writes `target`, a copy of `source` without what `plan` withholds, once it has been verified.

    Raises Unreadable, Encrypted, TooLarge or RedactionError on input that cannot be worked on, VerificationFailed
    where withheld text is still found; then nothing is written. The same input and plan give the same bytes.
    """
    source, target = Path(source), Path(target)
    pictures: dict[int, str] = {}
    eye = Eye()
    try:
        with _draft_beside(target) as draft:
            while True:
                with open_pdf(source, limits) as opened:
                    try:
                        report = _Job(opened, source, plan, draft, eye, pictures).run()
                    except _Again as again:
                        # From the start: what such a page showed must leave no trace in fonts and forms either.
                        pictures |= again.pictures
                        continue
                os.replace(draft, target)
                return report
    except pikepdf.PdfError as error:
        raise Unreadable("The PDF is damaged in a way that keeps it from being redacted safely.") from error


class _Again(Exception):
    """More pages must be drawn as pictures than was known: by page (from 0), the reason. There is always a new one."""

    def __init__(self, pictures: dict[int, str]) -> None:
        super().__init__()
        self.pictures = pictures


@contextmanager
def _draft_beside(target: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".redaction-", dir=target.resolve().parent) as folder:
        yield Path(folder) / "draft.pdf"


class _Job:
    """One attempt. `pictures`: the pages known to need drawing as pictures, with the reason."""

    def __init__(
        self, opened: OpenPdf, source: Path, plan: Plan, draft: Path, eye: Eye, pictures: dict[int, str]
    ) -> None:
        self.opened, self.source, self.plan, self.draft = opened, source, plan, draft
        self.pdf = opened.structure
        self.words = NeedleSet(plan.words)
        self.eye = eye
        self.with_boxes = {redaction.page - 1 for redaction in plan.redactions}
        self.fonts = FontCache(self.pdf)
        self.edits = DocumentEdits(self.pdf)
        self.traces = FontTraces(self.edits.recoders)
        self.hits: Counter[int] = Counter()
        self.burnt: dict[int, list[Box]] = {}
        self.pictured = dict(pictures)
        self.report = Report(opened.page_count, plan.digest(), sha256_of(source), redactions=len(plan.redactions))

    def run(self) -> Report:
        for redaction in self.plan.redactions:
            if redaction.page > self.opened.page_count:
                raise RedactionError(
                    f"The plan names page {redaction.page}, and the PDF ends with page {self.opened.page_count}."
                )
        expected = texts_at(self.opened, self.plan)
        with self._timed("edit"):
            dropped = settle(self.pdf)
            self._edit_pages()
            self._start_again(self.traces.pages(), "a font that could not be made anew")
            write_fonts(self.pdf, self.edits.recoders.all())
            for index, reason in self.pictured.items():
                self._picture(index, reason)
            scrub(self.pdf)
        with self._timed("save"):
            self._save()
        with self._timed("verify"):
            leaks = self._verify(expected)
        self._start_again({leak.page - 1 for leak in leaks if leak.page is not None}, "verification")
        if leaks:
            raise VerificationFailed(_NOT_CLEAN, leaks)
        return self._finish(dropped)

    def _start_again(self, pages: set[int], reason: str) -> None:
        if fresh := pages - self.pictured.keys():
            raise _Again({**self.pictured, **dict.fromkeys(fresh, reason)})

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        began, worked = time.perf_counter(), time.process_time()
        yield
        self.report.seconds[phase] = round(time.perf_counter() - began, 3)
        self.report.processor_seconds[phase] = round(time.process_time() - worked, 3)

    def _edit_pages(self) -> None:
        hidden = layer_judge(self.pdf)
        previous: Selection | None = None
        for index in range(self.opened.page_count):
            selection = self._select(index, hidden)
            if previous is not None:
                over_page_break(previous, selection, self.words)
                self._edit(previous)
            previous = selection
        if previous is not None:
            self._edit(previous)
        self._cut_form_resources()

    def _select(self, index: int, hidden: Callable[[object], bool]) -> Selection:
        page = self.pdf.pages[index]
        check_page_content(page.obj, index + 1, self.opened.limits)
        visible, regions = self._regions(index)
        resources = Resources(page.resources)
        scene = walk_page(page.obj, index, resources, visible, self.fonts, hidden)
        return select(scene, self.words, regions)

    def _regions(self, index: int) -> tuple[Rect, list[Region]]:
        """What is visible of a page, and the regions to remove: those of the plan, and where OCR sees such a string."""
        structure = self.pdf.pages[index].obj
        if index not in self.with_boxes and not (self.words and self.eye.may_read(structure)):
            visible = self.opened.plain_crop_box(index)
            if visible is not None:
                return visible, []
        page = self.opened.page(index)
        try:
            frame = self.opened.frame(index, page)
            regions = [
                Region(frame.to_user(box), redaction.code, redaction.text)
                for redaction in self.plan.redactions
                if redaction.page == index + 1
                for box in redaction.boxes
            ]
            places = self.eye.regions(page, frame, structure) if self.words else []
            for sighting in sightings(self.eye.words(page, frame, places), self.words, alike=True):
                self.hits[sighting.needle.index] += 1
                regions.extend(Region(frame.to_user(box.grown(1.0)), "", None) for box in sighting.rows)
        finally:
            page.close()
        return frame.crop_box, regions

    def _edit(self, selection: Selection) -> None:
        index = selection.scene.number
        settle_places(selection)
        layout = lay_out(selection)
        self.hits.update(selection.hits)
        self.report.unseen_characters += selection.off_page
        self.report.boxes += len(layout.marks) + len(selection.burns)
        self.burnt[index] = self._places(selection)
        if index not in self.pictured:
            try:
                edit_page(self.edits, self.pdf.pages[index].obj, selection, layout)
            except Unsupported as error:
                self.pictured[index] = str(error)
        pictured = index in self.pictured
        if selection.burns or (pictured and self.burnt[index]):
            self.report.width_visible.append(index + 1)
        self.traces.add(selection, pictured=pictured)

    def _places(self, selection: Selection) -> list[Box]:
        """Where, on the page as it was, something is removed: display boxes, for drawing it as a picture."""
        shows = [show for show in selection.scene.shows if not (show.unseen or show.read_only)]
        glyphs = [glyph.rect for show in shows for glyph in show.glyphs if glyph.removed]
        if not glyphs and not selection.regions:
            return []
        index = selection.scene.number
        page = self.opened.page(index)
        try:
            frame = self.opened.frame(index, page)
        finally:
            page.close()
        return [frame.to_display(rect) for rect in (*glyphs, *(region.rect for region in selection.regions))]

    def _cut_form_resources(self) -> None:
        """Forms kept as they were lose the resources no drawing of them uses."""
        for objgen, used in self.edits.used.items():
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
        leaks = verify_file(self.draft, list(self.plan.words), limits=self.opened.limits, eye=self.eye, widths=False)
        return [*leaks, *count_leaks(self.draft, expected, self.opened.limits)]

    def _finish(self, dropped: Dropped) -> Report:
        self.report.words = [{"index": n.index, "hits": self.hits[n.index]} for n in self.words.needles]
        self.report.pictured = [{"page": i + 1, "reason": reason} for i, reason in sorted(self.pictured.items())]
        self.report.dropped = vars(dropped).copy()
        self.report.output_sha256 = sha256_of(self.draft)
        self.report.verified = ["text", "objects", "bytes", "image OCR", "counts"]
        return self.report
