"""What is to be changed in the content of one scope."""

from __future__ import annotations

from dataclasses import dataclass, field

from redaction.apply.recoding import Recoders
from redaction.apply.relay import Layout, Mark


@dataclass
class Edits:
    """What to change in one scope. `replaced`: operators to write differently (b"" drops one).

    `boxes`: to be drawn in the place of a glyph, by its id; `drawn` are those that were.
    """

    layout: Layout
    recoders: Recoders
    replaced: dict[int, bytes] = field(default_factory=dict)
    renamed: dict[tuple[str, str], str] = field(default_factory=dict)
    inner_names: dict[int, str] = field(default_factory=dict)
    boxes: dict[int, Mark] = field(default_factory=dict)
    drawn: set[int] = field(default_factory=set)

    def drop(self, first: int, last: int) -> None:
        """Leaves out the operators from `first` to `last`."""
        self.replaced.update((index, b"") for index in range(first, last + 1))
