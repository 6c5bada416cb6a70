"""The real worker of the whole application, to be killed: python -m tests.crash.ingest_worker INSTANCE URL [hold].

With `hold` it stops inside the last step of the first reading, where everything is written and nothing committed.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from sar.application import create_app
from sar.foundation.events import Event
from sar.foundation.jobs import run_worker
from sar.foundation.runtime import settings
from sar.records import service
from sar.settings import Settings
from tests.crash.forge import HELD_SECONDS

LEASE_SECONDS = 2.0


def _hold(_event: Event, subject_id: str) -> None:
    (settings().instance / f"reached-{subject_id}").touch()
    time.sleep(HELD_SECONDS)


def main() -> None:
    if sys.argv[3:] == ["hold"]:
        service.announce = _hold
    app = create_app(Settings(environment="test", instance=Path(sys.argv[1]), database_url=sys.argv[2]))
    run_worker(app, threading.Event(), lease=timedelta(seconds=LEASE_SECONDS))


if __name__ == "__main__":
    main()
