"""Names by the trained tagger, joined from its words."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from redaction.detect.folding import fold
from redaction.detect.lexicon import EPITHETS, is_word
from redaction.detect.model import MODEL_LEAD, NOBODY, Finding
from redaction.detect.tagger import Tagged, loaded
from redaction.detect.text import SOFT, PageString

# A name that is missed harms somebody; one too many costs a look. Set on records kept out of the training, so that more
# than nine in ten of what is offered there are right (docs/detection.md).
LEAST = 0.15
# Below this chance a word names nobody.
NOBODY_BELOW = 0.03
# Below every rule's. Only a surer name is followed through the case (see `engine.LEARNED`): one odd word is not to be
# multiplied.
SCORE, SCORE_FOLLOWED, LEAST_TO_FOLLOW, LEAST_TO_FOLLOW_TWO_WORDS = 0.5, 0.58, 0.9, 0.5
LEAST_FOR_A_LETTER = 0.3
LONGEST = 5
LONGEST_INITIALS = 3
_GAP = re.compile(r"[.,]?[ \v]{0,2}|[-/]")  # over a line end only where a sentence is wrapped
_INITIALS = re.compile(r"(?:[A-Z][. ]{0,2}){1,3}")  # whose they are, full names tell
_NUMBER_AFTER = re.compile(r"[-/](?:[A-Z]{1,4}[-/])?\d|[ ]v[. ]")


class ModelRecogniser:
    """Kind `person`, from the model of `redaction.detect.tagger`."""

    name = "trained model"

    def find(self, page: PageString) -> list[Finding]:
        text = page.mended
        words = loaded().words(text.replace(SOFT, "\n"), page.small)
        named = [word for word in words if word.chance >= LEAST and not _everyday(text, word, page.small)]
        groups = [group for group in _groups(text, named) if not _reference(text, group)]
        return [*(_finding(text, group) for group in groups), *_nobody(words)]


def _everyday(text: str, word: Tagged, small: bool) -> bool:
    """Whether a word in small letters is an everyday one. Where capitals are used, "hope" is no Hope."""
    written = text[word.start : word.end]
    key = fold(written).removesuffix("'s")
    return written.islower() and (key in EPITHETS or (is_word(key) and not small))


def _groups(text: str, words: Sequence[Tagged]) -> Iterator[list[Tagged]]:
    """Words next to one another are one name, unless the model says that one begins another."""
    group: list[Tagged] = list(words[:1])
    for last, word in pairwise(words):
        apart = _GAP.fullmatch(text, last.end, word.start) is None
        listed = len(group) > 1 and text[last.end] == ","  # "Lisa Dale, Melissa", unlike "Dale, Melissa"
        if apart or listed or word.begins or len(group) == LONGEST:
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _reference(text: str, group: list[Tagged]) -> bool:
    """Whether letters belong to a reference ("CB/24/003318") or to the name of a case ("R v."), or one stands alone."""
    start, end = group[0].start, group[-1].end
    if end - start == 1 and group[0].chance < LEAST_FOR_A_LETTER:
        return True
    return text[start:end].isupper() and end - start <= LONGEST_INITIALS and _NUMBER_AFTER.match(text, end) is not None


def _nobody(words: Sequence[Tagged]) -> Iterator[Finding]:
    """Runs of words that name nobody."""
    for unlikely, run in groupby(words, key=lambda word: word.chance < NOBODY_BELOW):
        if unlikely:
            spans = list(run)
            yield Finding(spans[0].start, spans[-1].end, NOBODY, 1.0, ())


def _finding(text: str, group: list[Tagged]) -> Finding:
    start, end = group[0].start, group[-1].end
    if text[start:end].lower().endswith("'s"):
        end -= 2
    # Digits are letters that OCR misread.
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    chance = sum(word.chance for word in group) / len(group)
    sure = chance >= (LEAST_TO_FOLLOW if len(group) == 1 else LEAST_TO_FOLLOW_TWO_WORDS)
    score = SCORE_FOLLOWED if sure and not _INITIALS.fullmatch(text, start, end) else SCORE
    return Finding(start, end, "person", score, (MODEL_LEAD + f"{min(chance, 0.99):.2f}".removeprefix("0"),))
