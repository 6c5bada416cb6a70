"""Work that release does in the background."""

from __future__ import annotations

from sar.foundation.jobs import JobContext, handler
from sar.release import service
from sar.release.queries import BUILD


@handler(BUILD)
def build(job: JobContext) -> None:
    service.build_bundle(job)
