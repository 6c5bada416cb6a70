"""`flask demo`: prepares the fictional cases, starts the service, prints how to sign in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import select
from waitress import serve

from sar.access.models import Staff
from sar.access.totp import code_at
from sar.cases.models import Case
from sar.demo import seed
from sar.demo.material import STAFF
from sar.demo.tour import run_tour
from sar.foundation import messages
from sar.foundation.clock import utc_now
from sar.foundation.db import db
from sar.foundation.runtime import settings
from sar.serving import ready_to_serve

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
    upgrade()
    seed.seed_staff()
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
        path.write_text(
            json.dumps({"reference": opened.reference, "phrase": opened.phrase, "link": _originator_link()})
        )
        path.chmod(0o600)
    notes: dict[str, str] = json.loads(path.read_text())
    return notes


def _originator_link() -> str:
    """The link that was mailed to an originator, from the outbox."""
    sent = db.session.scalars(select(messages.Message).where(messages.Message.kind == "consultation_request"))
    for message in sent:
        found = re.search(r"https?://\S+/originator/\S+", message.body)
        if found:
            return found.group(0)
    return "none sent"


def _print_sign_ins(notes: dict[str, str], port: int) -> None:
    click.echo(f"\nOpen http://{HOST}:{port}/ to ask for records, http://{HOST}:{port}/staff/sign-in for staff.\n")
    click.echo("Staff (the code comes from an authenticator app; add the key to one, or take the code shown)")
    seeds = {staff.email: staff.totp_seed for staff in db.session.scalars(select(Staff))}
    for person in STAFF:
        key = seeds[person.email]
        click.echo(f"  {person.role.value:14} {person.email:24} password: {person.password}")
        click.echo(f"  {'':14} key: {key}  code now: {code_at(key, utc_now())}  next: {code_at(key, utc_now(), 1)}")
    click.echo(f"\nRequester   reference {notes['reference']}   six words: {notes['phrase']}")
    click.echo(f"Originator  {notes['link']}")
    click.echo(f"            (its code is mailed: newest file in {settings().instance / 'outbox'})")
    click.echo(f"{db.session.query(Case).count()} cases. Stop with Ctrl-C.\n")


def _serve(app: Flask, port: int) -> None:
    worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=_root())
    try:
        with ready_to_serve(app):
            serve(app, host=HOST, port=port, threads=8, ident=None)
    finally:
        worker.terminate()
        worker.wait(timeout=30)


def _root() -> Path:
    return Path(__file__).resolve().parents[2]

