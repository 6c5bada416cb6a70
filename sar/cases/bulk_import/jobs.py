"""Work of the import in the background."""

from __future__ import annotations

from datetime import timedelta

from sar.cases.bulk_import import queries, service
from sar.foundation.jobs import JobContext, handler, periodic


@handler(queries.CHECK)
def check(job: JobContext) -> None:
    service.check(job)


@handler(queries.RUN)
def run(job: JobContext) -> None:
    service.run(job)


@periodic("cases.destroy_expired_imports", every=timedelta(days=1))
def destroy_expired() -> None:
    service.destroy_expired()
