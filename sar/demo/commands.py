"""`flask demo`: prepares the fictional cases, starts the service, prints how to sign in."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import select
from waitress import serve

from sar.access.models import Staff
from sar.access.service import open_link
from sar.access.totp import code_at
from sar.cases.models import Case
from sar.consultation.service import PURPOSE
from sar.demo import seed
from sar.demo.material import STAFF
from sar.demo.tour import run_tour
from sar.foundation import messages
from sar.foundation.clock import utc_now
from sar.foundation.db import db
from sar.foundation.errors import Problem
from sar.foundation.runtime import runtime, settings
from sar.serving import largest_body, ready_to_serve

HOST, PORT = "127.0.0.1", 8000


@click.command()
@click.option("--tour", is_flag=True, help="Walk one request through every stage, without a browser, and stop.")
@click.option("--port", default=PORT, show_default=True)
@with_appcontext
def demo(tour: bool, port: int) -> None:
    """Fictional cases, the web server and the worker."""
    if settings().environment == "production":
        raise click.ClickException("This is a production setting. Fictional cases have no place in it.")
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    # Links in letters lead to where this demonstration is served.
    here = replace(settings(), public_url=f"http://{HOST}:{port}")
    app.extensions["sar"] = replace(runtime(), settings=here)
    upgrade()
    seed.seed_staff()
    seed.seed_contacts()
    if tour:
        sys.exit(run_tour(app))
    notes = _notes(app)
    _print_sign_ins(notes, port)
    _serve(app, port)


def _notes(app: Flask) -> dict[str, str]:
    """What a demo must remember to print again: the requester's phrase is stored only hashed."""
    path = settings().instance / "demo.json"
    if not path.exists():
        click.echo("Loading the fictional cases. Scanned pages take a few seconds each.")
        opened = seed.seed_cases(app)
        path.write_text(json.dumps({"reference": opened.reference, "phrase": opened.phrase}))
        path.chmod(0o600)
    notes: dict[str, str] = json.loads(path.read_text())
    return notes


def _originator_link() -> str:
    """A link that was mailed to an originator and still opens, from the outbox."""
    kinds = ("consultation_request", "consultation_chase")
    sent = select(messages.Message).where(messages.Message.kind.in_(kinds)).order_by(messages.Message.created_at.desc())
    for message in db.session.scalars(sent):
        found = re.search(r"/originator/(\S+)", message.body)
        with suppress(Problem):
            if found and open_link(found.group(1), PURPOSE):
                return f"{settings().public_url}/originator/{found.group(1)}"
    return "none open: ask an originator from a case's page of consultation"


def _print_sign_ins(notes: dict[str, str], port: int) -> None:
    click.echo(f"\nOpen http://{HOST}:{port}/ to ask for records, http://{HOST}:{port}/staff/sign-in for staff.\n")
    click.echo("Staff (the code comes from an authenticator app; add the key to one, or take the code shown)")
    seeds = {staff.email: staff.totp_seed for staff in db.session.scalars(select(Staff))}
    for person in STAFF:
        key = seeds[person.email]
        click.echo(f"  {person.role.value:14} {person.email:24} password: {person.password}")
        click.echo(f"  {'':14} key: {key}  code now: {code_at(key, utc_now())}  next: {code_at(key, utc_now(), 1)}")
    click.echo(f"\nRequester   reference {notes['reference']}   six words: {notes['phrase']}")
    click.echo(f"Originator  {_originator_link()}")
    click.echo(f"            (its code is mailed: newest file in {settings().instance / 'outbox'})")
    click.echo(f"{db.session.query(Case).count()} cases. Stop with Ctrl-C.\n")


def _serve(app: Flask, port: int) -> None:
    environment = {**os.environ, "SAR_PUBLIC_URL": settings().public_url}
    worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=_root(), env=environment)
    try:
        with ready_to_serve(app):
            serve(app, host=HOST, port=port, threads=8, ident=None, max_request_body_size=largest_body(app))
    finally:
        worker.terminate()
        worker.wait(timeout=30)


def _root() -> Path:
    return Path(__file__).resolve().parents[2]
