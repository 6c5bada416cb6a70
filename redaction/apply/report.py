"""What was done to a document, in numbers and hashes: fit for a case file, since it repeats nothing withheld."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Report:
    """`words`: hits by the place of the string in the plan. `pictured`: pages drawn as one picture, with the reason.

    `not_met`: the places in `redactions` of the plan, from 0, of those that did nothing (`redaction.verify.met`).
    `width_visible`: pages on which the room that a redaction took may still be seen: over a picture, or where a column,
    a frame or a picture beside it follows the width of what was there.
    `processes`: how many shared the pages.
    `unseen_characters`: text off the page or clipped away, which went without a box; `unseen_images` likewise.
    """

    pages: int
    plan_sha256: str
    input_sha256: str
    output_sha256: str = ""
    processes: int = 1
    redactions: int = 0
    boxes: int = 0
    not_met: list[int] = field(default_factory=list)
    words: list[dict[str, int]] = field(default_factory=list)
    pictured: list[dict[str, Any]] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    unseen_characters: int = 0
    unseen_images: int = 0
    width_visible: list[int] = field(default_factory=list)
    verified: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    processor_seconds: dict[str, float] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        """The report as JSON-able data."""
        return asdict(self)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
