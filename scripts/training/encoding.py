"""Records as the network reads them: windows of tokens, with what is known of each and what it should say."""

import random
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from training.records import Record

from redaction.detect.features import no_word
from redaction.detect.tagger import FIRST, INSIDE, OUTSIDE, WINDOW, Encoded, Reader, checked
from redaction.detect.text import SOFT, PageString

IGNORED = -100


class Example(NamedTuple):
    """One window, its two marks included; labels are IGNORED where nothing is to be learned."""

    ids: list[int]
    features: NDArray[np.float32]
    labels: list[int]


@cache
def _reader() -> Reader:
    return Reader(checked("tokenizer.json"))


def examples(record: Record, chance: random.Random) -> list[Example]:
    """The windows of one record, beginning anywhere, so that a name is seen at all places of a window."""
    reader = _reader()
    page = PageString(1, record.text)
    encoded = reader.encode(page.mended.replace(SOFT, "\n"), page.small)
    labels = _labels(encoded, record)
    blank = no_word(page.small)
    found = []
    first = -chance.randrange(WINDOW // 2) if len(encoded.ids) > WINDOW else 0
    while first < len(encoded.ids):
        part = slice(max(first, 0), first + WINDOW)
        found.append(
            Example(
                [reader.start, *encoded.ids[part], reader.end],
                np.vstack((blank, encoded.features[part], blank)),
                [IGNORED, *labels[part], IGNORED],
            )
        )
        first += WINDOW
    return found


def _labels(encoded: Encoded, record: Record) -> list[int]:
    labels = []
    name = unsure = 0
    for start, end in encoded.offsets:
        while name < len(record.names) and record.names[name][1] <= start:
            name += 1
        while unsure < len(record.open) and record.open[unsure][1] <= start:
            unsure += 1
        if name < len(record.names) and record.names[name][0] < end:
            labels.append(FIRST if start <= record.names[name][0] else INSIDE)
        elif unsure < len(record.open) and record.open[unsure][0] < end:
            labels.append(IGNORED)
        else:
            labels.append(OUTSIDE)
    return labels
