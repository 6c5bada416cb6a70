"""One finding of the verifier."""

from __future__ import annotations

from typing import NamedTuple


class Leak(NamedTuple):
    """`where`: text, metadata, attachment, annotation, outline, image OCR, bytes or width. `page` from 1, or None.

    `needle_index` is the place of the string in the list that was looked for. The string itself is not repeated.
    """

    where: str
    page: int | None
    needle_index: int
