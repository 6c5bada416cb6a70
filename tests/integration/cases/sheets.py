"""Spreadsheets of cases for the tests of the import."""

from __future__ import annotations

import csv
import io

from flask import Flask

from sar.cases.bulk_import import queries, service
from sar.cases.bulk_import.models import CaseImport
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.jobs import run_pending

HEADINGS = ["Ref", "Requester", "Date received", "Due date", "DOB", "Address", "Date closed", "Status", "File colour"]
GOOD = ["25/1", "Delroy Pemberton", "2/9/26", "2/10/2026", "4/5/1981", "4 Mill Lane", "", "Open", "blue"]
LATE = ["25/2", "Priya Ashdown", "14 Aug 2026", "30/9/2026", "", "1 Station Road", "10/9/2026", "Completed", "red"]
BAD = ["25/3", "Kwame Osei", "31/9/26", "", "", "2 Station Road", "", "", ""]


def as_csv(*lines: list[str], headings: list[str] = HEADINGS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([headings, *lines])
    return out.getvalue().encode()


def uploaded(actor: Actor, content: bytes, name: str = "cases.csv") -> str:
    return service.upload(actor, io.BytesIO(content), name)


def looked_at(app: Flask, actor: Actor, content: bytes, name: str = "cases.csv") -> CaseImport:
    import_id = uploaded(actor, content, name)
    found = queries.visible_import(actor, import_id)
    service.choose_columns(actor, import_id, found.mapping, version=found.version)
    run_pending(app)
    return again(import_id)


def again(import_id: str) -> CaseImport:
    db.session.rollback()
    return db.session.get_one(CaseImport, import_id, populate_existing=True)


def taken_over(app: Flask, actor: Actor, content: bytes, name: str = "cases.csv") -> CaseImport:
    found = looked_at(app, actor, content, name)
    service.start(actor, found.id, version=found.version)
    run_pending(app)
    return again(found.id)
