"""What one running application carries: its settings and its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from sar.foundation.key_ring import KeyRing
from sar.settings import Settings


@dataclass(frozen=True)
class Runtime:
    settings: Settings
    key_ring: KeyRing


def runtime() -> Runtime:
    """The running application's Runtime. Needs an application context."""
    return cast(Runtime, current_app.extensions["sar"])


def settings() -> Settings:
    return runtime().settings
