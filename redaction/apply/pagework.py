"""The work on pages one after the other: finding what goes, setting lines anew, writing content again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from redaction.apply.breaks import BLANK_PAGES, Breaks, is_blank
from redaction.apply.fonttraces import FontTraces
from redaction.apply.layers import layer_judge
from redaction.apply.matrices import Rect, overlap
from redaction.apply.outcome import Burnt, Outcome
from redaction.apply.pages import DocumentEdits, PageEdit, Unsupported, edit_page
from redaction.apply.raster import layer_over_scan
from redaction.apply.relay import lay_out
from redaction.apply.scene import Resources, is_unseen
from redaction.apply.scopes import FontCache, number_fonts
from redaction.apply.selection import Region, Selection, select, settle_places
from redaction.apply.spots import find_spots
from redaction.apply.textstate import walk_page
from redaction.apply.unnamed import has_unnamed_letters
from redaction.gallery import Gallery
from redaction.geometry import PageFrame
from redaction.honesty import NAMES_OTHERS
from redaction.limits import check_page_content
from redaction.needles import NeedleSet
from redaction.opening import OpenPdf
from redaction.plan import Plan
from redaction.sight import Eye, View, sightings


@dataclass
class _Look:
    """A page before it is read: what of it is visible; `regions` to remove; the places in the list of the strings that
    are `seen` in some of them; the parts of it that were drawn for that, and its frame where it was loaded."""

    visible: Rect
    frame: PageFrame | None = None
    regions: list[Region] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    views: list[View] = field(default_factory=list)


class PageWork:
    """Pages of a document whose annotations are settled. `pictures`: those known to be drawn as pictures, and why."""

    def __init__(self, opened: OpenPdf, plan: Plan, eye: Eye, pictures: Mapping[int, str]) -> None:
        self.opened, self.plan, self.eye, self._pictures = opened, plan, eye, pictures
        self.pdf = opened.structure
        number_fonts(self.pdf)
        self.words = NeedleSet(plan.words)
        self.gallery = Gallery(eye)
        self.fonts = FontCache()
        self.edits = DocumentEdits(self.pdf)
        self.traces = FontTraces(self.edits.recoders)
        self._with_boxes = {redaction.page - 1 for redaction in plan.redactions}
        self._is_hidden = layer_judge(self.pdf)
        self._breaks = Breaks(self.words)
        self._ahead: dict[int, Selection] = {}

    def edited(self, pages: range) -> Iterator[tuple[Outcome, PageEdit | None]]:
        """What came of each page, and how it is to be written; None where it is not, or will be a picture.

        A page may be written as soon as it has come out. Pages before and after are looked at for strings that run
        over the break, past blank ones too; those after are remembered, so that the work can go on there although this
        page is written.
        """
        first = pages.start if pages.start in self._ahead else max(pages.start - 1 - BLANK_PAGES, 0)
        waiting: list[Selection] = []
        for index in range(first, min(pages.stop + 1 + BLANK_PAGES, self.opened.page_count)):
            if index >= pages.stop and not (waiting and waiting[0].scene.number < pages.stop):
                break
            selection = self._ahead.pop(index, None) or self._select(index)
            if index >= pages.stop:
                self._ahead[index] = selection
            if waiting and is_blank(selection) and len(waiting) <= BLANK_PAGES:
                waiting.append(selection)
                continue
            if waiting:
                self._breaks.over_page_break(waiting[0], selection)
            yield from self._edit_those(waiting, pages)
            waiting = [selection]
        yield from self._edit_those(waiting, pages)

    def _edit_those(self, waiting: list[Selection], pages: range) -> Iterator[tuple[Outcome, PageEdit | None]]:
        for selection in waiting:
            if selection.scene.number in pages:
                yield self._edit(selection)

    def _select(self, index: int) -> Selection:
        page = self.pdf.pages[index]
        check_page_content(page.obj, index + 1, self.opened.limits)
        look = self._look(index)
        resources = Resources(page.resources)
        scene = walk_page(page.obj, index, resources, look.visible, self.fonts, self._is_hidden)
        if self.words and has_unnamed_letters(scene):
            look = self._look(index, all_of_it=True)
        selection = select(scene, self.words, look.regions)
        self._breaks.within_page(selection)
        if self.words and scene.images:
            selection.spots = find_spots(self.pdf, scene, look.frame, look.views, self.gallery, self.words)
        selection.seen = next((view.words for view in look.views if view.is_page), None)
        for needle in (*look.seen, *(spot.needle for spots in selection.spots.values() for spot in spots)):
            selection.hits[needle] = selection.hits.get(needle, 0) + 1
        return selection

    def _look(self, index: int, *, all_of_it: bool = False) -> _Look:
        """What is to be removed from a page: where the plan says, and where OCR sees such a string, be it anywhere."""
        structure = self.pdf.pages[index].obj
        by_sight = all_of_it or self._pictures.get(index) == NAMES_OTHERS
        if index not in self._with_boxes and not (self.words and (by_sight or self.eye.may_read(structure))):
            visible = self.opened.plain_crop_box(index)
            if visible is not None:
                return _Look(visible)
        page = self.opened.page(index)
        try:
            frame = self.opened.frame(index, page)
            look = _Look(frame.crop_box, frame)
            look.regions = [
                Region(frame.to_user(box), redaction.code, redaction.text)
                for redaction in self.plan.redactions
                if redaction.page == index + 1
                for box in redaction.boxes
            ]
            if self.words:
                places = [frame.whole] if by_sight else self.eye.regions(page, frame, structure)
                look.views = self.eye.views(page, frame, places)
        finally:
            page.close()
        for sighting in sightings([word for view in look.views for word in view.words], self.words, alike=True):
            look.seen.append(sighting.needle.index)
            look.regions.extend(Region(frame.to_user(box.grown(1.0)), "", None) for box in sighting.rows)
        return look

    def _edit(self, selection: Selection) -> tuple[Outcome, PageEdit | None]:
        index = selection.scene.number
        settle_places(selection)
        layout = lay_out(selection)
        spots = [spot for each in selection.spots.values() for spot in each]
        boxes = len(layout.marks) + len(selection.burns) + len(spots)
        outcome = Outcome(index, selection.hits, selection.off_page, boxes)
        outcome.unseen_images = sum(is_unseen(use, selection.scene.crop) for use in selection.scene.images)
        outcome.pictured = self._pictures.get(index)
        edit: PageEdit | None = None
        if outcome.pictured is None:
            try:
                edit = edit_page(self.edits, selection, layout, self._layer(selection))
            except Unsupported as error:
                outcome.pictured = str(error)
        if outcome.pictured is not None:
            outcome.burnt = self._places(selection)
        else:
            outcome.bare = [region.rect for region in selection.bare]
        outcome.width_visible = bool(selection.burns or outcome.burnt or layout.hugged or spots)
        self.traces.add(selection, pictured=outcome.pictured is not None)
        return outcome, edit

    def _layer(self, selection: Selection) -> bytes:
        """Boxes and words to be laid over a scan that loses something, so that what is left of it can be heard."""
        if not selection.is_scan or not selection.burns or selection.spots:
            return b""
        frame = self._frame(selection.scene.number)
        burnt = [Burnt(frame.to_display(region.rect), region.code) for region in selection.burns]
        return layer_over_scan(selection.seen or [], burnt, frame)

    def _frame(self, index: int) -> PageFrame:
        page = self.opened.page(index)
        try:
            return self.opened.frame(index, page)
        finally:
            page.close()

    def _places(self, selection: Selection) -> list[Burnt]:
        """Where, on the page as it was, something is removed, for drawing it as a picture."""
        shows = [show for show in selection.scene.shows if not (show.unseen or show.read_only)]
        glyphs = [glyph for show in shows for glyph in show.glyphs if glyph.removed]
        rects = [(glyph.rect, selection.codes.get(id(glyph), "")) for glyph in glyphs]
        rects += [(region.rect, region.code) for region in selection.regions]
        for use in selection.scene.images:
            shown = selection.scene.crop if use.clip is None else overlap(selection.scene.crop, use.clip)
            parts = [overlap(spot.rect, shown) for spot in selection.spots.get(id(use), ()) if shown is not None]
            rects += [(part, "") for part in parts if part is not None]
        if not rects:
            return []
        frame = self._frame(selection.scene.number)
        return [Burnt(frame.to_display(rect), code) for rect, code in rects]
