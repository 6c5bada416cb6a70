"""Commands for people who run the service: `flask --app wsgi COMMAND`."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress import serve as serve_http

from sar.access import service as access
from sar.access.permissions import Role
from sar.access.totp import enrolment_uri
from sar.cases.deadline_table import run_deadlines
from sar.demo.commands import demo
from sar.foundation import jobs
from sar.foundation import keys as key_store
from sar.foundation.actors import SYSTEM
from sar.foundation.errors import Problem
from sar.foundation.key_ring import KeyRing
from sar.foundation.runtime import runtime, settings
from sar.intake import search_words
from sar.oversight import service as oversight
from sar.oversight.retention import ledger
from sar.serving import largest_body, ready_to_serve


def register_commands(app: Flask) -> None:
    for command in (deadlines, worker, serve, keys, staff, audit, erasures, index_search_words, demo):
        app.cli.add_command(command)


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
def deadlines(table: Path) -> None:
    """Recompute a table of deadlines (CSV); exit 1 if any expected date differs."""
    sys.exit(run_deadlines(table, sys.stdout, sys.stderr))


@click.command()
@click.option("--once", is_flag=True, help="Do what is waiting, then stop.")
@click.option("--processes", default=1, show_default=True, help="How many pieces of work at a time.")
@with_appcontext
def worker(once: bool, processes: int) -> None:
    """Do the work that waits in the background. Ends after the work in hand when told to stop."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if once:
        click.echo(f"{jobs.run_pending(app)} jobs done.")
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    jobs.run_worker(app, stop, processes)


@click.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000)
@click.option("--threads", default=8)
@with_appcontext
def serve(host: str, port: int, threads: int) -> None:
    """Serve the pages. Put a TLS proxy in front of it."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with ready_to_serve(app):
        serve_http(app, host=host, port=port, threads=threads, ident=None, max_request_body_size=largest_body(app))


@click.group()
def keys() -> None:
    """The key ring."""


@keys.command("create")
@click.argument("path", type=click.Path(path_type=Path))
def create_keys(path: Path) -> None:
    """Make a new key ring at PATH. Back it up apart from the database: without it nothing can be read."""
    try:
        KeyRing.create(path, demo=False)
    except FileExistsError:
        raise click.ClickException(f"There is already a file at {path}. It was left as it is.") from None
    click.echo(f"Made {path}. Set SAR_KEY_RING to it.")


@keys.command("rotate")
@with_appcontext
def rotate_keys() -> None:
    """Add a master key to the ring and wrap every case's key with it."""
    click.echo(f"{key_store.rotate()} keys wrapped anew. Back the ring up again, then run: flask keys rewrap")


@keys.command("rewrap")
@with_appcontext
def rewrap_keys() -> None:
    """Wrap what still hangs on an old master key. When it finds nothing, the old key may leave the ring."""
    click.echo(f"{key_store.rewrap()} keys wrapped anew.")


@click.group()
def staff() -> None:
    """People who work here."""


@staff.command("add")
@click.option("--name", prompt=True)
@click.option("--email", prompt=True)
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.password_option()
@with_appcontext
def add_staff(name: str, email: str, roles: tuple[str, ...], password: str) -> None:
    """Add a member of staff; prints what their authenticator app needs."""
    try:
        person = access.add_staff(
            SYSTEM, name=name, email=email, password=password, roles=frozenset(Role(role) for role in roles)
        )
    except Problem as problem:
        raise click.ClickException(problem.message) from problem
    click.echo("Set up an authenticator app with this, now: it is not shown again.")
    click.echo(enrolment_uri(person.totp_seed, person.email, settings().organisation_name))
    for code in access.new_recovery_codes(SYSTEM, person.id):
        click.echo(f"Recovery code: {code}")


@click.command("search-words")
@with_appcontext
def index_search_words() -> None:
    """Have requests found by name that were stored before there was an index. The worker does it too, by the hour."""
    click.echo(f"{search_words.catch_up()} requests indexed.")


@click.group()
def erasures() -> None:
    """Cases that were destroyed."""


@erasures.command("reapply")
@click.argument("log", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_appcontext
def reapply_erasures(log: Path) -> None:
    """After a backup was restored: destroy again every case that LOG, an exported audit log, says was destroyed."""
    try:
        with log.open(encoding="utf-8") as lines:
            done = ledger.reapply(lines)
    except Problem as problem:
        raise click.ClickException(problem.message) from problem
    click.echo(f"{done.again} destroyed again, {done.before} destroyed already, {done.unknown} not in this database.")


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def export_audit(path: Path) -> None:
    """Write the log to PATH and a signed checkpoint to PATH.checkpoint.json."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in oversight.audit_export(SYSTEM):
            file.write(line)
    checkpoint = oversight.sign_checkpoint(SYSTEM)
    path.with_name(path.name + ".checkpoint.json").write_text(json.dumps(checkpoint), encoding="utf-8")
    click.echo(f"Key fingerprint (SHA-256): {runtime().key_ring.fingerprint()}")
