"""The work list with 100,000 cases, on SQLite and PostgreSQL: each filter at the server, and how often it asks.

Every case is sealed with a key of its own, as in use. A filter is measured as the whole answer: counts, one page of
rows, names opened, flags, tasks, the page rendered. The budget is 100 ms. The time that processors worked (our own,
and the database's where that is another process) is given beside it, because a busy machine makes everyone wait.
PostgreSQL is a server of its own, thrown away afterwards; where it is not installed, it says so.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, event, insert, make_url, text

from sar.access import sessions
from sar.access.models import Staff
from sar.access.permissions import Role
from sar.application import create_app
from sar.cases.models import Case, ClockFact, ConflictOfInterest, NamedPerson, Task, Waiting
from sar.foundation import keys
from sar.foundation.actors import ActorKind
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.ids import new_reference, random_id
from sar.foundation.keys import KeyScope
from sar.foundation.runtime import runtime
from sar.foundation.word_index import WordFingerprint, _fingerprints, forms_of
from sar.intake.models import Submission
from sar.settings import Settings

BUDGET_MS = 100.0
_ROOT = Path(__file__).resolve().parents[2]
_FORENAMES = "Ada Marlon Priya Kwame Siân Delroy Otis Łucja Jamal Grace Tom Ruth Owen Leila Ian Nadia Seán Mei".split()
_SURNAMES = "Smith Jones O'Brien Pryce Ashdown Osei Llewellyn Pemberton-Hythe Khan Patel Marsh Young Field Reid".split()
_OFFICES = ("Calder Street", "Northvale", "Harbour Road", "Mill Lane", "Eastgate")
_OPEN_STAGES = ("received", "acknowledged", "gathering", "reviewing", "second_check", "signed_off")
# Name, and the address after /staff/cases/?
LISTS = (
    ("team, open", ""),
    ("mine, open", "whose=mine"),
    ("nobody's, open", "whose=unassigned"),
    ("overdue", "show=overdue"),
    ("due in 10 days", "show=soon"),
    ("closed", "show=closed"),
    ("all", "show=all"),
    ("page 400", "page=400"),
    ("all, page 1000", "show=all&page=1000"),
    ("all, page 2000", "show=all&page=2000"),
    ("stage", "stage=second_check"),
    ("clock paused", "clock=paused"),
    ("Part 3", "regime=LE"),
    ("waiting for requester", "awaiting=requester"),
    ("waiting for originator", "awaiting=originator"),
    ("waiting for search (none)", "awaiting=search"),
    ("waiting for second reader", "awaiting=second_reader"),
    ("our turn", "awaiting=nobody"),
    ("office", "office=calder"),
    ("all filters", "whose=mine&stage=gathering&clock=running&regime=LE&awaiting=originator&office=calder"),
    ("common surname", "search=smith"),
    ("full name", "search=o%27brien+si%C3%A2n"),
    ("rare name", "search=quillonella"),
    ("reference", "search={reference}"),
    ("reference of nothing", "search=SAR-3333-3333"),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/bench worklist", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--open", type=float, default=0.4, help="the share of cases that are open (default 0.4)")
    parser.add_argument("--rounds", type=int, default=15, help="how often each list is asked for (default 15)")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], help="one engine only")
    options = parser.parse_args()
    if options.engine != "sqlite" and "SAR_TEST_POSTGRES_URL" not in os.environ:
        again = [str(_ROOT / "scripts" / "temporary_postgres"), sys.executable, *sys.orig_argv[1:]]
        if subprocess.run([again[0], "--available"], capture_output=True, check=False).returncode == 0:
            return subprocess.run(again, check=False).returncode
    results: dict[str, Any] = {"benchmark": "worklist", "cases": options.cases, "open_share": options.open}
    results["engines"] = [
        _measure(engine, options) for engine in ("sqlite", "postgresql") if options.engine in (None, engine)
    ]
    print(json.dumps(results) if options.json else _table(results))
    return 0


def _measure(engine: str, options: argparse.Namespace) -> dict[str, Any]:
    if engine == "postgresql" and "SAR_TEST_POSTGRES_URL" not in os.environ:
        return {"engine": engine, "missing": True}
    with tempfile.TemporaryDirectory(prefix="bench-worklist-") as folder, _database(engine, Path(folder)) as url:
        app = create_app(
            Settings(
                environment="test", instance=Path(folder) / "instance", database_url=url, public_url="https://localhost"
            )
        )
        app.config.update(TESTING=True, PREFERRED_URL_SCHEME="https")
        with app.app_context():
            upgrade()
            began = time.perf_counter()
            reference, token = _fill(options.cases, options.open)
            built = time.perf_counter() - began
            db.session.remove()
        lists = [_time(app, token, name, query.format(reference=reference), options.rounds) for name, query in LISTS]
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    return {"engine": engine, "build_s": round(built, 1), "lists": lists}


def _time(app: Flask, token: str, name: str, query: str, rounds: int) -> dict[str, Any]:
    """The answer to one address: milliseconds at the server, and how many statements it took."""
    client = app.test_client()
    client.set_cookie("__Host-sar", token, secure=True)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    servers = _servers(app)
    taken: list[float] = []
    worked: list[float] = []
    for attempt in range(rounds + 1):  # the first one warms caches and compiles the page
        statements.clear()
        event.listen(engine, "before_cursor_execute", note)
        began, worked_before = time.perf_counter(), time.process_time() + _worked(servers)
        answer = client.get(f"/staff/cases/?{query}", base_url="https://localhost")
        if attempt:
            taken.append((time.perf_counter() - began) * 1000)
            worked.append((time.process_time() + _worked(servers) - worked_before) * 1000)
        event.remove(engine, "before_cursor_execute", note)
        if answer.status_code != 200:
            raise RuntimeError(f"{name}: {answer.status_code}")
    ordered = sorted(taken)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return {
        "list": name,
        "rows": answer.text.count('scope="row"'),
        "median_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(p95, 1),
        "processor_ms": round(statistics.median(worked), 1),
        "queries": len(statements),
    }


def _servers(app: Flask) -> list[Path]:
    """Where the kernel tells how long the database's processes for our connections have worked. None for SQLite."""
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return []
        mine = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        pids = list(db.session.scalars(mine))
        db.session.remove()
    return [path for pid in pids if (path := Path(f"/proc/{pid}/schedstat")).exists()]


def _worked(servers: list[Path]) -> float:
    """Seconds of the processor that these processes used so far."""
    return sum(int(path.read_text().split()[0]) for path in servers) / 1e9


def _fill(cases: int, share_open: float) -> tuple[str, str]:
    """An office of twelve with this many cases. Returns one reference, and the session of an officer."""
    chance, today = random.Random(11), london_today()
    with write_transaction():
        keys.ensure_system_scope()
        staff = [_hire(number) for number in range(12)]
        token = sessions.start(ActorKind.STAFF, staff[0])
    closed_to_me = set(chance.sample(range(cases), 20))
    references = _references(cases)
    for start in range(0, cases, 2_000):
        batch = [_one(chance, today, share_open, staff, one) for one in references[start : start + 2_000]]
        with write_transaction() as session:
            for table in (KeyScope, Submission, Case, WordFingerprint, Waiting, Task):
                rows = [row for made in batch for row in made[table]]
                if rows:
                    session.execute(insert(table), rows)
            for place, made in enumerate(batch):
                if start + place in closed_to_me:
                    session.add(ConflictOfInterest(case_id=made[Case][0]["id"], staff_id=staff[0]))
                elif (start + place) % 5_000 == 0:
                    session.get_one(Case, made[Case][0]["id"]).restricted = True
                    session.add(NamedPerson(case_id=made[Case][0]["id"], staff_id=staff[(start + place) % 12]))
    if db.engine.dialect.name == "postgresql":  # it does this by itself, a minute later
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return references[-1], token


def _references(wanted: int) -> list[str]:
    """Among 100,000 random ones some are alike."""
    found: set[str] = set()
    while len(found) < wanted:
        found.add(new_reference())
    return sorted(found)


def _hire(number: int) -> str:
    person = Staff(
        scope_id=keys.SYSTEM_SCOPE,
        email_index=f"{number:064}",
        email=f"officer{number}@northvale.example",
        name=f"Officer {number}",
        roles=Role.CASEWORKER.value,
        password_hash="none",
        totp_seed="JBSWY3DPEHPK3PXP",
    )
    db.session.add(person)
    db.session.flush()
    return person.id


_ASKED = {"running": (), "ended": (), "paused": ("clarification_requested",), "not_started": ("id_requested",)}


def _one(
    chance: random.Random, today: date, share_open: float, staff: list[str], reference: str
) -> dict[type, list[dict[str, Any]]]:
    """The rows of one case, sealed as the models seal them."""
    ring, scope_id, now = runtime().key_ring, random_id(), utc_now()
    key = chance.randbytes(32)
    is_open = chance.random() < share_open
    received = today - timedelta(days=chance.randrange(1, 60) if is_open else chance.randrange(30, 2_000))
    clock = chance.choices(("running", "paused", "not_started"), (8, 1, 1))[0] if is_open else "ended"
    names = [f"{chance.choice(_FORENAMES)} {chance.choice(_SURNAMES)}"]
    office, case_id = chance.choice(_OFFICES), random_id()
    sealed = _seal(scope_id, key, {"full_name": names[0], "former_names": [], "office": office, "prison_name": ""})
    words = [("name", name) for name in names] + [("office", office)]
    whom = ["requester"] if clock in ("paused", "not_started") else ["originator"] if chance.random() < 0.2 else []
    base = {"created_at": now, "scope_id": scope_id}
    return {
        KeyScope: [
            {
                "id": scope_id,
                "created_at": now,
                "ring_key": ring.current,
                "wrapped_key": keys._wrap(ring, ring.current, scope_id, key),
            }
        ],
        Submission: [sealed | {"created_at": now, "reference": reference, "channel": "post", "received_on": received}],
        Case: [
            base
            | {
                "id": case_id,
                "reference": reference,
                "submission_id": sealed["id"],
                "stage": chance.choice(_OPEN_STAGES) if is_open else "closed",
                "officer_id": chance.choice([*staff, None]),
                "identity": "verified",
                "regimes": chance.choice(("LE UKGDPR", "LE", "UKGDPR")),
                "received_on": received,
                "due_on": received + timedelta(days=31) if clock in ("running", "ended") else None,
                "clock_state": clock,
                "closed_on": None if is_open else received + timedelta(days=25),
                "restricted": False,
                "version": 1,
            }
        ],
        ClockFact: [base | {"case_id": case_id} | fact for fact in _facts(clock, received)],
        WordFingerprint: [
            {"purpose": purpose, "fingerprint": one, "scope_id": scope_id}
            for purpose, said in words
            for one in _fingerprints(purpose, forms_of(said))
        ],
        Waiting: [
            {"id": random_id(), "created_at": now, "case_id": case_id, "whom": one, "source_id": "x", "since": received}
            for one in whom
            if is_open
        ],
        Task: [
            base | {"id": random_id(), "case_id": case_id, "added_by": "system"}
            for _ in range(chance.choice((0, 0, 0, 1, 2)) if is_open else 0)
        ],
    }


def _facts(clock: str, received: date) -> list[dict[str, Any]]:
    """What is on the clock of a case in this state."""
    asked = ((what, received + timedelta(days=1)) for what in _ASKED[clock])
    return [
        {"id": random_id(), "kind": kind, "on": on, "recorded_by": "system"}
        for kind, on in (("received", received), *asked)
    ]


def _seal(scope_id: str, key: bytes, values: dict[str, Any]) -> dict[str, Any]:
    """Sealed columns of a submission, made apart from the session: each as `columns.Sealed` writes it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    id_ = random_id()
    out: dict[str, Any] = {"id": id_, "scope_id": scope_id, "identity_kind": "none"}
    for name, value in values.items():
        nonce = os.urandom(12)
        clear = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        context = f"submission|{name}_sealed|{id_}".encode()
        out[f"{name}_sealed"] = nonce + AESGCM(key).encrypt(nonce, clear, context)
    return out


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        (folder / "instance").mkdir(mode=0o700)
        yield f"sqlite:///{folder / 'instance' / 'sar.db'}"
        return
    (folder / "instance").mkdir(mode=0o700)
    server, name = make_url(os.environ["SAR_TEST_POSTGRES_URL"]), f"bench_{uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def _table(results: dict[str, Any]) -> str:
    out = [f"The work list with {results['cases']:,} cases, {results['open_share']:.0%} of them open"]
    for engine in results["engines"]:
        if engine.get("missing"):
            out.append(f"  {engine['engine']}: *** NOT INSTALLED: nothing measured")
            continue
        out.append(f"  {engine['engine']} (built in {engine['build_s']} s)")
        for one in engine["lists"]:
            over = "  OVER BUDGET" if one["median_ms"] > BUDGET_MS else ""
            out.append(
                f"    {one['list']:28} median {one['median_ms']:6.1f} ms   p95 {one['p95_ms']:6.1f} ms   "
                f"processor {one['processor_ms']:5.1f} ms   "
                f"{one['queries']:2} queries   {one['rows']:2} rows{over}"
            )
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(main())
