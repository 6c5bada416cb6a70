"""One request through every stage, without a browser: real services, a real worker, real files.

Each step prints what happened. The last one hands over a bundle that any PDF reader opens.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from sar.access import sessions
from sar.access.permissions import Role
from sar.access.service import open_link, sign_in_originator, sign_in_requester
from sar.cases import queries as case_queries
from sar.cases import service as cases
from sar.cases.models import Case
from sar.cases.workflow import Event
from sar.consultation import queries as consultation_queries
from sar.consultation import service as consultation
from sar.consultation.models import View
from sar.demo import review_steps, search_steps, seed
from sar.demo.material import load_case
from sar.foundation import messages
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import Gone, Refused
from sar.foundation.jobs import Job, State
from sar.foundation.runtime import settings
from sar.foundation.wording import date_words
from sar.intake.identity_copies import copies_of
from sar.oversight import service as oversight
from sar.records import queries as records
from sar.release import service as release
from sar.release.models import BundleState, Route
from sar.review import service as review

ROOT: Final = Path(__file__).resolve().parents[2]
WAIT_SECONDS: Final = 900


class TourFailed(Exception):
    """A step did not do what it should."""


def run_tour(app: Flask) -> int:
    """Walk a request through the house. Returns the exit code."""
    folder = settings().instance / "tour"
    folder.mkdir(mode=0o700, exist_ok=True)
    with _worker():
        try:
            _walk(app, folder)
        except TourFailed as failure:
            click.echo(f"The tour stopped: {failure}", err=True)
            return 1
    return 0


def _walk(app: Flask, folder: Path) -> None:
    officer, second, auditor, dpo = (
        seed.actor_for(role) for role in (Role.CASEWORKER, Role.SECOND_READER, Role.AUDITOR, Role.DPO)
    )
    opened = _intake(app)
    case = db.session.get_one(Case, opened.case_id)
    _case_and_clock(officer, case)
    _records(officer, case)
    _consultation(officer, case)
    _review(officer, dpo, second, case)
    bundle_path, passphrase = _release(officer, case, opened.phrase, folder)
    _oversight(auditor, folder)
    click.echo(f"\nBundle:     {bundle_path}")
    click.echo(f"Passphrase: {passphrase}")


def _intake(app: Flask) -> seed.Opened:
    _title("1. Intake")
    opened = seed.open_request(app, load_case(1), work=_wait_for_jobs)
    _say(f"A service user asked online, with a photo of an ID. Reference {opened.reference}, six words given.")
    logged = seed.open_request(app, load_case(4), days_ago=2, work=_wait_for_jobs)
    _say(f"An officer logged a request that came by post two days ago. Reference {logged.reference}.")
    return opened


def _case_and_clock(officer: Actor, case: Case) -> None:
    _title("2. Case and clock")
    seed.acknowledge(officer, case.id)
    cases.check_identity(officer, case.id, "photo_id")
    _check(not copies_of(case.submission_id), "the copy of the ID was not destroyed")
    clock = case_queries.clock_of(case)
    _check(clock.due is not None, "there is no due date")
    _say("Acknowledged. Identity checked, the copy destroyed.")
    _say(f"Due {date_words(clock.due or london_today())}, because:")
    for step in clock.derivation:
        _say(f"  {step.explanation} [{step.source}]")


def _records(officer: Actor, case: Case) -> None:
    _title("3. Records")
    seed.move(officer, case.id, Event.START_GATHERING)
    _say(search_steps.begin(officer, case.id))
    seed.add_files(case.id, load_case(1), officer)
    _wait_for_jobs()
    db.session.expire_all()
    for found in records.records_of(case):
        pages = f"{found.pages} page{'' if found.pages == 1 else 's'}"
        how = f"{pages}, {found.ocr_pages} by text recognition" if found.pages else "not read again"
        _say(f"{found.file_name}: {found.state}, {how}")
    _say(search_steps.finish(officer, case.id))
    states = {found.state for found in records.records_of(case)}
    _check(states == {"ready", "duplicate"}, f"records ended as {sorted(states)}")


def _consultation(officer: Actor, case: Case) -> None:
    _title("4. Consultation")
    police = next(group for group in consultation_queries.to_ask(case) if group.originator.kind == "police")
    sent = consultation.send(officer, case.id, police.originator.id, [found.id for found in police.records])
    token = _from_outbox(sent.id, "consultation_request", r"/originator/(\S+)")
    consultation.send_code(token)
    code = _from_outbox(sent.id, "consultation.code", r"\b(\d{6})\b")
    originator = _signed_in(sign_in_originator(token, consultation.PURPOSE, code))
    consultation.opened(originator)
    seen = consultation_queries.own_consultation(originator).records
    _say(f"{police.originator.name} opened the mailed link, gave the mailed code,")
    _say(f"and sees {len(seen)} record of {len(records.records_of(case))}.")
    consultation.answer(
        originator, View.RELEASE_IN_PART, "The paragraph headed SEPARATE TEXT would expose a third party.", "DS, FIB"
    )
    try:
        open_link(token, consultation.PURPOSE)
        raise TourFailed("the link still opens after the answer")
    except Gone:
        _say("The link no longer opens.")
    consultation.decide(officer, sent.id, View.RELEASE_IN_PART, "We agree: the separate text is withheld.")
    _say("They answered: release in part. The officer agreed.")
    for group in consultation_queries.to_ask(case):
        asked = consultation.send(officer, case.id, group.originator.id, [found.id for found in group.records])
        consultation.decide(officer, asked.id, View.RELEASE, "No answer is needed: we know of no harm.")
        _say(f"{group.originator.name} was asked; the officer decided without waiting.")


def _review(officer: Actor, dpo: Actor, second: Actor, case: Case) -> None:
    _title("5. Review")
    review.start_review(officer, case.id)
    _wait_for_jobs()  # the register of people is made anew: what is decided before that would be overtaken
    for line in review_steps.prepare(officer, case, load_case(1).identifiers):
        _say(line)
    try:
        release.request_bundle(officer, case.id)
        raise TourFailed("a reply could be made before sign-off")
    except Refused as refusal:
        _say(f"Making the reply before sign-off is refused: {refusal.message}")
    for line in review_steps.sign_off(dpo, second, case):
        _say(line)


def _release(officer: Actor, case: Case, phrase: str, folder: Path) -> tuple[Path, str]:
    _title("6. Release")
    bundle = release.request_bundle(officer, case.id)
    _wait_for_jobs()
    db.session.refresh(bundle)
    for finding in bundle.findings or []:
        _say(f"  blocked: {finding['record']}, page {finding['page']}: {finding['what']}")
    _check(bundle.state == BundleState.READY, f"the reply is {bundle.state}")
    _say(f"{bundle.pages} pages with {bundle.redactions} redactions, proved by the second engine, encrypted.")
    release.release(officer, bundle.id, Route.ONLINE, Route.POST)
    _say("Released. The six words go by post, the file is collected online.")
    requester = _signed_in(sign_in_requester(case.reference, phrase, "tour"))
    path = folder / f"{case.reference}.pdf"
    with release.collect(requester) as stream:
        path.write_bytes(stream.read())
    passphrase = bundle.passphrase
    letter = _from_outbox(case.id, "letter.passphrase", f"({passphrase})")
    _check(letter == passphrase, "the letter does not hold the six words")
    _look_into(path, passphrase)
    _say("The requester signed in with reference and words, collected it, and it opens with the other six words.")
    return path, passphrase


def _look_into(path: Path, passphrase: str) -> None:
    """With a reader that had no part in the redaction: locked without the words; nothing withheld with them."""
    reader = PdfReader(path)
    _check(reader.is_encrypted and not reader.decrypt(""), "the bundle opens without its passphrase")
    _check(bool(reader.decrypt(passphrase)), "the bundle does not open with its passphrase")
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split()).casefold()
    for secret in ("Thornley", "Nowicka", "Tattersall", "Kershaw", "Tesfay"):
        _check(secret.casefold() not in text, f"{secret} can be read in the bundle")
    _say("Read with another program: the victim's town and the names that were withheld are not in it.")


def _from_outbox(subject_id: str, kind: str, pattern: str) -> str:
    """What a message said, as whoever received it reads it: the newest of its kind."""
    sent = [message for message in messages.about(subject_id) if message.kind == kind]
    found = re.search(pattern, sent[-1].body) if sent else None
    if found is None:
        raise TourFailed(f"the outbox holds no {kind}")
    return found.group(1)


def _signed_in(session_token: str) -> Actor:
    identity = sessions.resolve(session_token)
    if identity is None:
        raise TourFailed("the sign-in did not hold")
    return identity.actor


def _oversight(auditor: Actor, folder: Path) -> None:
    _title("7. Oversight")
    today = london_today()
    compliance, log = folder / "deadline-compliance.csv", folder / "audit.jsonl"
    lines = oversight.compliance_export(auditor, today.replace(month=1, day=1), today)
    compliance.write_text("".join(lines), encoding="utf-8", newline="")
    checkpoint = folder / "checkpoint.json"
    checkpoint.write_text(json.dumps(oversight.sign_checkpoint(auditor)), encoding="utf-8")
    log.write_text("".join(oversight.audit_export(auditor)), encoding="utf-8", newline="\n")
    _say(f"Deadline compliance: {compliance}")
    _check(_recomputes(compliance), "the exported dates cannot be recomputed")
    _say("Every date in it was recomputed from its raw facts and agrees.")
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 1
    tampered = folder / "audit-tampered.jsonl"
    tampered.write_bytes(content)
    _check(_verifies(log, checkpoint), "the audit log does not verify")
    _check(not _verifies(tampered, checkpoint), "a changed log was not noticed")
    _say(f"Audit log: {log}. It verifies; a copy with one byte changed does not.")


def _recomputes(table: Path) -> bool:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "deadlines", str(table.resolve())]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode == 0


def _verifies(log: Path, checkpoint: Path) -> bool:
    script = ROOT / "scripts" / "verify_audit.py"
    command = [sys.executable, str(script), str(log), "--checkpoint", str(checkpoint)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def _worker() -> Iterator[None]:
    """A worker in a process of its own, as in real use."""
    process = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for_jobs() -> None:
    """Until the worker has nothing left to do. Raises TourFailed when work failed or takes too long."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        db.session.rollback()
        counts = dict(db.session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
        if counts.get(State.FAILED):
            raise TourFailed("a background job failed; see the page of background jobs")
        if not counts.get(State.QUEUED) and not counts.get(State.RUNNING):
            return
        time.sleep(0.3)
    raise TourFailed("the worker took too long")


def _check(good: bool, otherwise: str) -> None:
    if not good:
        raise TourFailed(otherwise)


def _title(text: str) -> None:
    click.echo(f"\n{text}")


def _say(text: str) -> None:
    click.echo(f"   {text}")
