"""Which glyphs a plan removes: by identity where they spell a withheld string, by place where a box was drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from redaction.apply.glance import SEEN_WITHIN, glance
from redaction.apply.lines import Line, Text, joined, line_text, read_lines, stream_text
from redaction.apply.matrices import Point, Rect, inside, overlap
from redaction.apply.scene import Glyph, PageScene
from redaction.halves import Parts
from redaction.needles import NeedleSet
from redaction.words import Word

_WITHIN_WORDS = tuple("-\u2010\u2011'\u2019.@_&+\u00ad")


@dataclass(frozen=True)
class Region:
    """A box of the plan in page user space, with its code and the text said to stand there."""

    rect: Rect
    code: str
    text: str | None


@dataclass(frozen=True)
class Spot:
    """A place in a picture that goes because of what is read there: in its unit square, and as a rectangle of the page
    in user space; the place in the list of the string that was read."""

    area: list[Point]
    rect: Rect
    needle: int


@dataclass
class Selection:
    """What goes from one page. `codes`: the reason to print, by the id of a removed glyph. `hits`: by needle index.

    `burns`: boxes drawn in their places; under those in `bare` nothing may be left at all.
    `spots`: what goes from pictures without a box, by the id of the image as it is drawn.

    `glanced`: the words of each line of a page that was seen to hold nothing, and was not looked at more closely.
    `parts`: the parts of strings that it may hold (`breaks`).
    `seen`: the words that OCR read on the page as a whole; None where it did not.
    """

    scene: PageScene
    lines: list[Line]
    texts: list[Text]
    regions: list[Region]
    codes: dict[int, str] = field(default_factory=dict)
    hits: dict[int, int] = field(default_factory=dict)
    off_page: int = 0
    burns: list[Region] = field(default_factory=list)
    bare: list[Region] = field(default_factory=list)
    spots: dict[int, list[Spot]] = field(default_factory=dict)
    in_place: set[int] = field(default_factory=set)
    glanced: list[str] | None = None
    parts: Parts = field(default_factory=lambda: Parts(""))
    seen: list[Word] | None = None

    @property
    def is_scan(self) -> bool:
        """Whether the page holds pictures and no text, and was read by OCR."""
        return self.seen is not None and bool(self.scene.images) and not any(show.pieces for show in self.scene.shows)

    @property
    def removed_any(self) -> bool:
        return any(glyph.removed for show in self.scene.shows if not show.read_only for glyph in show.glyphs)


def select(scene: PageScene, words: NeedleSet, regions: Sequence[Region]) -> Selection:
    """Marks the glyphs to remove from one page and tells what was found."""
    if not regions and (glanced := glance(scene, words)) is not None:
        return Selection(scene, [], [], [], glanced=glanced)
    dropped = _drop_unseen(scene)
    lines = read_lines([show for show in scene.shows if not show.unseen])
    texts = [line_text(line) for line in lines]
    selection = Selection(scene, lines, texts, list(regions), off_page=dropped)
    _by_identity(selection, words)
    for region in regions:
        _by_region(selection, region)
    spread_to_shadows(scene)
    return selection


def settle_places(selection: Selection) -> None:
    """Decides what stays where it is: words over a picture of themselves, and regions that hold no text.

    Such a line is not laid anew, since the picture shows where everything stands; its redactions are burnt in place.
    """
    pictures = [use.rect for use in selection.scene.images]
    for region in selection.regions:
        on_picture = any(overlap(region.rect, rect) for rect in pictures)
        held = [g for line in selection.lines for g in line.glyphs if g.removed and inside(g.centre, region.rect)]
        if on_picture or not held:
            selection.burns.append(region)
            if not (held and region.text):
                selection.bare.append(region)
        if on_picture:
            kept = {id(glyph) for glyph in held}
            selection.in_place.update(id(line) for line in selection.lines if any(id(g) in kept for g in line.glyphs))
    for line in selection.lines:
        unseen = [g for g in line.glyphs if g.removed and g.show.mode in (3, 7)]
        if any(overlap(glyph.rect, rect) for glyph in unseen for rect in pictures):
            selection.in_place.add(id(line))
        if id(line) in selection.in_place:
            selection.burns.extend(_runs_in_place(line, selection))


def _runs_in_place(line: Line, selection: Selection) -> Iterable[Region]:
    run: list[Glyph] = []
    for glyph in [*line.glyphs, None]:
        if glyph is not None and glyph.removed:
            run.append(glyph)
        elif run:
            rects = [g.rect for g in run]
            whole = (
                min(r[0] for r in rects),
                min(r[1] for r in rects),
                max(r[2] for r in rects),
                max(r[3] for r in rects),
            )
            yield Region(whole, selection.codes.get(id(run[0]), ""), None)
            run = []


def _drop_unseen(scene: PageScene) -> int:
    """Text off the page or wholly outside its clip is not part of what was reviewed: it goes without a box."""
    count = 0
    for show in scene.shows:
        if show.scope.kind not in ("page", "form") or not show.pieces:
            continue
        seen = scene.crop if show.clip is None else overlap(scene.crop, show.clip)
        # Some room, for marks without a width and for letters that reach out of their cells.
        room = SEEN_WITHIN * show.em
        wide = None if seen is None else (seen[0] - room, seen[1] - room, seen[2] + room, seen[3] + room)
        if wide is None or not any(_touches(glyph.rect, wide) for glyph in show.glyphs):
            show.unseen = True
            count += len(show.glyphs)
            for glyph in show.glyphs:
                glyph.removed = True
    return count


def _touches(rect: Rect, other: Rect) -> bool:
    """Whether the rectangles share at least a point; one of them may have no width."""
    return rect[0] <= other[2] and other[0] <= rect[2] and rect[1] <= other[3] and other[1] <= rect[3]


def _by_identity(selection: Selection, words: NeedleSet) -> None:
    if not words:
        return
    for text in (stream_text(selection.scene.shows), joined(selection.texts)):
        for hit in words.find(text.text):
            fresh = remove(glyph for glyph in text.glyphs[hit.start : hit.end])
            if fresh:
                selection.hits[hit.needle.index] = selection.hits.get(hit.needle.index, 0) + 1


def _by_region(selection: Selection, region: Region) -> None:
    """Takes what stands in the region. Where its text is read there, what is set off from it by a sign stays, as in
    "Ann Lee/Bob" or "(Ann Lee)": boxes are those of words as printed. Its text goes with its code wherever it goes."""

    def take(glyphs: Iterable[Glyph]) -> None:
        for glyph in glyphs:
            glyph.removed = True
            selection.codes.setdefault(id(glyph), region.code)

    said = _spelt(selection, region)
    places = [other.rect for other in selection.regions if other.text == region.text]
    there = [g for word in said if _half(any(inside(g.centre, place) for place in places) for g in word) for g in word]
    beside = set[int]()
    if there and not any(overlap(region.rect, use.rect) for use in selection.scene.images):
        beside = _set_off(selection.lines, {id(glyph) for glyph in there})
    held = (g for show in selection.scene.shows for g in show.glyphs if inside(g.centre, region.rect))
    take(glyph for glyph in held if id(glyph) not in beside)
    # The text that was decided on goes as a whole, also where the box was drawn a little short.
    take(there)
    for word in said:
        if _half(glyph.removed for glyph in word):
            take(word)


def _spelt(selection: Selection, region: Region) -> list[list[Glyph]]:
    """The glyphs of each place of the page where a region's text is read."""
    if not region.text:
        return []
    named = NeedleSet([region.text])
    return [
        [glyph for glyph in text.glyphs[hit.start : hit.end] if glyph is not None]
        for text in (stream_text(selection.scene.shows), joined(selection.texts))
        for hit in named.find(text.text)
    ]


def _half(each: Iterable[bool]) -> bool:
    """Whether it is so of half or more."""
    found = list(each)
    return sum(found) * 2 >= len(found)


def _set_off(lines: Iterable[Line], said: Collection[int]) -> set[int]:
    """The glyphs of lines with words in `said` that are neither of these words nor joined on to them."""
    found: set[int] = set()
    for line in lines:
        places = [number for number, glyph in enumerate(line.glyphs) if id(glyph) in said]
        words = {n for place in places for n in range(*_word_around(line.glyphs, place))}
        if places:
            found.update(id(glyph) for number, glyph in enumerate(line.glyphs) if number not in words)
    return found


def _word_around(glyphs: Sequence[Glyph], place: int) -> tuple[int, int]:
    """From where to where the word around `place` goes: letters, and some signs between two letters."""
    first = last = place
    while first > 0 and _goes_on(glyphs, first - 1, -1):
        first -= 1
    while last + 1 < len(glyphs) and _goes_on(glyphs, last + 1, 1):
        last += 1
    return first, last + 1


def _goes_on(glyphs: Sequence[Glyph], place: int, step: int) -> bool:
    text, beyond = glyphs[place].text, place + step
    if text.isalnum():
        return True
    return text in _WITHIN_WORDS and 0 <= beyond < len(glyphs) and glyphs[beyond].text.isalnum()


def remove(glyphs: Iterable[Glyph | None]) -> int:
    """Marks the glyphs, and counts the letters among them that were not marked before."""
    fresh = 0
    for glyph in glyphs:
        if glyph is not None and not glyph.removed:
            glyph.removed = True
            fresh += bool(glyph.text.strip())
    return fresh


def look_closer(selection: Selection) -> None:
    """Reads the lines of a page that was only glanced at."""
    if selection.glanced is not None:
        selection.lines = read_lines(selection.scene.shows)
        selection.texts = [line_text(line) for line in selection.lines]
        selection.glanced = None


def spread_to_shadows(scene: PageScene) -> None:
    """What is printed twice goes twice."""
    shows = (show for show in scene.shows if not show.read_only)
    glyphs = [glyph for show in shows for glyph in show.glyphs if glyph.shadow is not None]
    for glyph in glyphs:
        if glyph.shadow is not None and (glyph.removed or glyph.shadow.removed):
            glyph.removed = glyph.shadow.removed = True
