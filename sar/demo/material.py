"""The fictional people and files that lie in sar/demo_data, as plain values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sar.access.permissions import Role
from sar.intake.answers import Channel, Contact, IdentityKind, RequestAnswers, Route

FOLDER = Path(__file__).resolve().parent.parent / "demo_data"
IDENTITY_PHOTO = FOLDER / "identity" / "specimen.jpg"


@dataclass(frozen=True)
class DemoStaff:
    name: str
    email: str
    password: str
    role: Role


STAFF = (
    DemoStaff("Dana Ofori", "dana@northvale.example", "demo lantern orchard nine", Role.DPO),
    DemoStaff("Sam Whitlock", "sam@northvale.example", "demo harbour pencil seven", Role.CASEWORKER),
    DemoStaff("Priya Raman", "priya@northvale.example", "demo meadow kettle five", Role.SECOND_READER),
    DemoStaff("Alex Byrne", "alex@northvale.example", "demo copper ladder eight", Role.AUDITOR),
    DemoStaff("Jo Hughes", "jo@northvale.example", "demo window saddle four", Role.ADMINISTRATOR),
)


# Whom to ask in some areas of the directory: name, role, mailbox.
CONTACTS = {
    "Case management system": ("Kofi Lindqvist", "Case administrator", "kofi"),
    "Risk assessments": ("Kofi Lindqvist", "Case administrator", "kofi"),
    "Paper files and archive": ("Maud Trevelyan", "Archive keeper", "archive"),
    "CCTV and body-worn cameras": ("Front desk", "Office services", "front-desk"),
    "Programmes and unpaid work": ("Idris Calloway", "Programme manager", "programmes"),
}


@dataclass(frozen=True)
class DemoFile:
    """One file of a case; `originator` is None where it is the organisation's own."""

    path: Path
    title: str
    originator: str | None
    dated: date | None


@dataclass(frozen=True)
class DemoCase:
    """One fictional request with its files. `kinds` gives each originator's kind and mail address."""

    answers: RequestAnswers
    channel: Channel
    files: tuple[DemoFile, ...]
    identifiers: frozenset[str]
    originators: tuple[tuple[str, str, str], ...]


def load_case(number: int) -> DemoCase:
    """Case 1 to 4."""
    folder = FOLDER / f"case{number}"
    subject = json.loads((folder / "subject.json").read_text(encoding="utf-8"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    originators = json.loads((folder / "originators.json").read_text(encoding="utf-8"))
    outside = {entry["id"]: entry for entry in originators if not entry["own"]}
    return DemoCase(
        answers=_answers(subject),
        channel=Channel(subject["channel"]),
        identifiers=frozenset(squeeze(value) for value in subject.get("identifiers", {}).values()),
        files=tuple(_file(folder, entry, outside) for entry in manifest),
        originators=tuple(
            (entry["name"], kind_of(entry["name"]), entry["email"]) for entry in outside.values() if entry["email"]
        ),
    )


def squeeze(text: str) -> str:
    """An identifier without spaces, strokes and capitals, for comparing."""
    return "".join(c for c in text.casefold() if c.isalnum())


def kind_of(name: str) -> str:
    """What sort of organisation a fictional name stands for."""
    for word, kind in (
        ("Police", "police"),
        ("Court", "court"),
        ("NHS", "nhs"),
        ("Clinic", "nhs"),
        ("Health", "nhs"),
        ("Prison", "prison"),
        ("Council", "council"),
        ("School", "school"),
    ):
        if word in name:
            return kind
    return "other"


def _answers(subject: dict[str, Any]) -> RequestAnswers:
    address = ", ".join(subject["address"])
    email, phone = subject.get("email") or "", subject.get("phone") or ""
    route = Route.EMAIL if email else (Route.PHONE if phone else Route.POST)
    return RequestAnswers(
        full_name=subject["name"],
        contact=Contact(route, email=email, phone=phone, address=address),
        former_names=tuple(subject.get("former_names", ())),
        date_of_birth=date.fromisoformat(subject["date_of_birth"]),
        address=address,
        last_contact_on=date.fromisoformat(subject["last_contact"]),
        office=subject["office"],
        wanted=subject["wants"],
        identity_kind=IdentityKind.PHOTO,
    )


def _file(folder: Path, entry: dict[str, Any], outside: dict[str, Any]) -> DemoFile:
    known = outside.get(entry["originator_id"])
    return DemoFile(
        path=folder / "files" / entry["file"],
        title=entry["title"],
        originator=known["name"] if known and known["email"] else None,
        dated=date.fromisoformat(entry["date"]) if entry["date"] else None,
    )
