"""Panels of the case page that later stages fill, without this stage knowing them.

At start-up `sar.site` registers one function for each panel. Whoever opens a case page sees the panels in the order
of registration, below the clock. Functions may use `url_for`: they run inside the request for the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sar.cases.models import Case
from sar.foundation.actors import Actor


@dataclass(frozen=True)
class PanelRow:
    """One line of a panel. A link says what it does: `action` ("Change", "See them"), then hidden text with the key."""

    key: str
    value: str | int | date | None
    href: str | None = None
    action: str = "Change"


@dataclass(frozen=True)
class PanelLink:
    text: str
    href: str


@dataclass(frozen=True)
class Panel:
    """What one panel shows: a sentence that sums it up, warnings, rows, links.

    A panel that needs more gives the name of a `template` (for example "records/_searches_panel.html"): it is included
    below the summary in place of the rows, and finds everything here, with its own `facts`, in the variable `panel`.
    `next_steps` stand first under "What to do next", for those who work on the case.
    A panel with nothing to tell yet but links to begin something is `folded` behind its title and summary.
    """

    title: str
    summary: str = ""
    warnings: tuple[str, ...] = ()
    rows: tuple[PanelRow, ...] = ()
    links: tuple[PanelLink, ...] = ()
    next_steps: tuple[PanelLink, ...] = ()
    template: str | None = None
    folded: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)


# None where the panel has nothing to say about this case, or nothing that this actor may see.
Filler = Callable[[Actor, Case], Panel | None]
_fillers: dict[str, Filler] = {}


def register(name: str, filler: Filler) -> None:
    """Have `filler` asked for its panel on every case page. Registered again, it stays where it is."""
    if _fillers.setdefault(name, filler) is not filler:
        raise ValueError(f"There is another panel called {name!r}.")


def panels_for(actor: Actor, case: Case) -> list[Panel]:
    """The panels of a case that the actor may see, in the order of registration."""
    found = (filler(actor, case) for filler in _fillers.values())
    return [panel for panel in found if panel is not None]
