"""One page on screen, first view: the review page and its picture, in a process made ready and in one that was not.

Both start afresh in the same run, on the same file. The old way draws each page in a child that is started for it; the
new one in a child that waits already. Milliseconds by the clock, at the server, including decryption and the log.
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
from contextlib import ExitStack
from pathlib import Path
from typing import Any

PAGES = 12
BUDGET_MS = 300
_WORDS = "visit called office letter home plan risk review team agreed week told phone Priya Nair Callum Reid".split()


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/bench page", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--measure", choices=("cold", "ready"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(_measure(ready=options.measure == "ready")))
        return 0
    found = {way: _in_fresh_process(way) for way in ("cold", "ready")}
    found["ratio"] = {
        name: round(found["cold"][name] / found["ready"][name], 1) for name in found["ready"] if name.endswith("_ms")
    }
    load = round(os.getloadavg()[0], 1)
    within = max(value for name, value in found["ready"].items() if name.endswith("_ms")) < BUDGET_MS
    if options.json:
        print(json.dumps({"benchmark": "page", "budget_ms": BUDGET_MS, "within": within, "load": load, **found}))
    else:
        _print_table(found, within, load)
    return 0


def _in_fresh_process(way: str) -> dict[str, Any]:
    # -P: beside this script lies another one that is called as the redaction library is.
    command = [sys.executable, "-P", __file__, "--measure", way]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _measure(*, ready: bool) -> dict[str, Any]:
    from sar.application import create_app
    from sar.foundation.db import db
    from sar.serving import ready_to_serve
    from sar.settings import Settings

    with tempfile.TemporaryDirectory(prefix="bench-page-") as name, ExitStack() as keep:
        folder = Path(name)
        app = create_app(Settings(environment="test", instance=folder / "instance"))
        with app.app_context():
            db.create_all()
            record_id, token = _a_record(app, folder)
        began = time.perf_counter()
        if ready:
            waiting = keep.enter_context(ready_to_serve(app))
            preparing = time.perf_counter() - began
            while waiting.ready() < waiting.count:
                time.sleep(0.05)
            time.sleep(1)  # the last of them is still loading: a view in its first second would have another
        client = app.test_client()
        client.set_cookie("sar", token)
        screens, pictures = [], []
        for page in range(1, PAGES + 1):
            screens.append(_timed(client, f"/staff/review/records/{record_id}/pages/{page}"))
            pictures.append(_timed(client, f"/staff/records/{record_id}/pages/{page}/image?width=1200"))
            time.sleep(1)  # nobody reads a page faster
    return {
        "review_page_first_ms": screens[0],
        "review_page_median_ms": round(statistics.median(screens), 1),
        "picture_first_ms": pictures[0],
        "picture_median_ms": round(statistics.median(pictures), 1),
        "preparing_seconds": round(preparing, 2) if ready else 0.0,
    }


def _timed(client: Any, path: str) -> float:
    began = time.perf_counter()
    response = client.get(path)
    taken = round((time.perf_counter() - began) * 1000, 1)
    assert response.status_code == 200, (path, response.status_code)
    return taken


def _a_record(app: Any, folder: Path) -> tuple[str, str]:
    """A case with one record, read and searched; its id, and the session of an officer."""
    from sar.access import service as access
    from sar.access import sessions
    from sar.access.permissions import Role
    from sar.cases import service as cases
    from sar.cases.workflow import Event
    from sar.foundation.actors import SYSTEM, ActorKind
    from sar.foundation.clock import london_today
    from sar.foundation.db import write_transaction
    from sar.foundation.jobs import run_pending
    from sar.intake import service as intake
    from sar.intake.answers import Channel, Contact, RequestAnswers, Route
    from sar.records import service as records

    today = london_today()
    answers = RequestAnswers(full_name="Callum Reid", contact=Contact(Route.POST, address="4 Mill Lane"))
    receipt = intake.log_request(SYSTEM, answers, channel=Channel.POST, received_on=today)
    case = cases.open_case(SYSTEM, receipt.submission_id)
    cases.acknowledge(SYSTEM, case.id, case.version)
    cases.check_identity(SYSTEM, case.id, "officer_letter")
    cases.advance(SYSTEM, case.id, Event.START_GATHERING, cases.facts_of(SYSTEM, case))
    details: dict[str, Any] = {"title": "", "originator_id": None, "regime": "LE", "received_on": today}
    with _typeset(folder / "log.pdf").open("rb") as file:
        found = records.add_record(SYSTEM, case.id, file, "log.pdf", **details)
    record_id = found.id
    staff = access.add_staff(
        SYSTEM, name="Sam", email="sam@n.example", password="marble kettle orchard", roles=frozenset({Role.CASEWORKER})
    )
    with write_transaction():
        token = sessions.start(ActorKind.STAFF, staff.id)
    run_pending(app)
    return record_id, token


def _typeset(target: Path) -> Path:
    import typst

    chance = random.Random(20)
    pages = [" ".join(chance.choice(_WORDS) for _ in range(430)) for _ in range(PAGES)]
    source = target.with_suffix(".typ")
    source.write_text("#set text(size: 11pt)\n" + "\n#pagebreak()\n".join(pages), encoding="utf-8")
    typst.compile(source, output=target)
    return target


def _print_table(found: dict[str, Any], within: bool, load: float) -> None:
    print(f"A page on screen, {PAGES} pages, milliseconds at the server (load of this machine: {load})\n")
    print(f"{'':28}{'cold':>10}{'ready':>10}{'ratio':>8}")
    for name, ratio in found["ratio"].items():
        label = name.removesuffix("_ms").replace("_", " ")
        print(f"{label:28}{found['cold'][name]:10.1f}{found['ready'][name]:10.1f}{ratio:7.1f}x")
    print(f"\nGetting ready takes {found['ready']['preparing_seconds']} s at the start of the server.")
    print(f"Every figure under {BUDGET_MS} ms: {'yes' if within else 'NO'}")


if __name__ == "__main__":
    sys.exit(main())
