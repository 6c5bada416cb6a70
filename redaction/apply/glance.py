"""Most pages hold nothing that is withheld. This tells which, from whole strings, before any glyph is placed.

Safe because it can only err towards a closer look. Folded text has no spaces, so a string is found in the words of a
page whatever lies between them; the words come in both orders in which the closer look reads them (drawing order, and
along each line); and every boundary of a word there is one here, since here all strings are set apart. Wherever an
order within a line is in doubt (strings that overlap, run backwards or are set wide), the answer is a closer look.
"""

from __future__ import annotations

from redaction.apply.lines import rows
from redaction.apply.matrices import overlap
from redaction.apply.scene import PageScene, Show
from redaction.needles import NeedleSet

SEEN_WITHIN = 0.5  # em: room for marks without a width and for letters that reach out of their cells
_WIDE = 0.1  # em: letters set further apart than this may read as words


def glance(scene: PageScene, words: NeedleSet) -> list[str] | None:
    """The words of each line where the page keeps all its text as it stands; None where a closer look is needed."""
    shows = [show for show in scene.shows if show.pieces]
    if not all(_is_plain(show) and _is_seen(show, scene) for show in shows):
        return None
    if words.occurs(" ".join([run.text for show in shows for _, run in show.pieces])):
        return None
    lines: list[str] = []
    for row in rows(shows):
        text = _line_words(row)
        if text is None:
            return None
        lines.append(text)
    return None if words.occurs("\n".join(lines)) else lines


def _is_plain(show: Show) -> bool:
    """Whether every letter of the operator's strings follows the one before it in the writing direction."""
    size, between, after_space = show.size, show.char_space, show.word_space
    if size <= 0 or show.scale <= 0 or show.em <= 0 or show.font.vertical or between > _WIDE * size:
        return False
    return min(run.least for _, run in show.pieces) * size + min(0.0, between) + min(0.0, after_space) >= 0


def _is_seen(show: Show, scene: PageScene) -> bool:
    """Whether the first letter stands where it is shown. Text that is not shown goes, which takes a closer look."""
    if show.scope.kind not in ("page", "form"):
        return True
    seen = scene.crop if show.clip is None else overlap(scene.crop, show.clip)
    if seen is None:
        return False
    room = SEEN_WITHIN * show.em
    return seen[0] - room <= show.x <= seen[2] + room and seen[1] - room <= show.y <= seen[3] + room


def _line_words(row: list[Show]) -> str | None:
    """The strings of a line in order; None where two overlap, so that their letters may lie between each other."""
    ux, uy = row[0].ux, row[0].uy
    placed: list[tuple[float, float, str]] = []
    for show in row:
        start = show.x * ux + show.y * uy
        scale = show.step[0] * ux + show.step[1] * uy
        for offset, run in show.pieces:
            along = start + offset * scale
            extra = show.char_space * (len(run.codes) - 1) + show.word_space * run.spaces
            # Up to the middle of the last letter: from there on the next one cannot be its second printing.
            reach = ((run.width - 0.5 * run.last) * show.size + extra) * show.stretch * scale
            placed.append((along, along + reach, run.text))
    placed.sort(key=lambda item: item[0])
    if any(end > following for (_, end, _), (following, _, _) in zip(placed, placed[1:], strict=False)):
        return None
    return " ".join([text for _, _, text in placed])
