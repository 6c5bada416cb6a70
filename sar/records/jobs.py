"""Work that records do in the background."""

from __future__ import annotations

from contextlib import ExitStack

from sar.foundation import blobs
from sar.foundation.admission import Kind
from sar.foundation.jobs import JobContext, handler
from sar.foundation.workroom import private_folder
from sar.records import service
from sar.records.conversion import CannotBeShown, Source, convert
from sar.records.models import Record
from sar.records.queries import INGEST
from sar.records.reading import read_words


@handler(INGEST)
def ingest(job: JobContext) -> None:
    """Turn a record into pages and their words. Its effect is one commit, whenever the worker is killed."""
    record = service.start_reading(job.subject_id)
    if record is None:
        return
    try:
        _read(job, record)
    except CannotBeShown as problem:
        with job.last_step():
            service.mark_unreadable(record.id, problem.code, problem.words)


def _read(job: JobContext, record: Record) -> None:
    assert record.original_blob_id is not None  # only a refused attachment has none, and it is never queued
    with ExitStack() as keep:
        folder = keep.enter_context(private_folder("ingest"))
        path = keep.enter_context(blobs.plaintext_path(record.original_blob_id))
        day = record.document_date or record.received_on
        source = Source(path, Kind[record.kind.upper()], record.title, day, record.pages)
        converted = convert(source, folder, keep)
        words = read_words(converted.path, converted.pages, folder, job.progress)
        reading = service.Reading(
            pdf=None if converted.is_original else converted.path,
            words=words.path,
            pages=converted.pages,
            ocr_pages=words.ocr_pages,
            attachments=converted.attachments,
        )
        with job.last_step():
            service.keep_reading(record.id, reading)
