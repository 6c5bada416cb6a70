"""While a backup is being put back nothing is served and no work is begun: a file in the instance says so.

It is there from before the first row until everything was verified, also when the restore was killed in between.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sar.settings import Settings

_MARK: Final = "restore-not-finished"


def mark_of(settings: Settings) -> Path:
    return settings.instance / _MARK


def under_way(settings: Settings) -> bool:
    return mark_of(settings).exists()
