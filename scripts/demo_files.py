"""Makes the fictional record files of the demonstration from the annotated development set.

For developers, once: the files it writes are part of the repository, so that the demonstration needs neither a browser
nor an office program. Needs Chromium, LibreOffice Writer and Poppler on the path.

    python scripts/demo_files.py tests/fixtures/devset sar/demo_data
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from demo_images import identity_photo, scan
from demo_mail import mail
from demo_pages import Style, as_html, as_odf, print_with_chromium, print_with_libreoffice

_MARK = re.compile(r"⟦[^|⟧]*\|[^|⟧]*\|([^⟧]*)⟧")
_MEDIA_TYPES = {".pdf": "application/pdf", ".eml": "message/rfc822", ".txt": "text/plain"}

SANS, SERIF, PLAIN = '"Liberation Sans"', '"Liberation Serif"', '"DejaVu Sans"'
CALDERBROOK = "Northmoor Probation - Calderbrook PDU"
WEXBOROUGH = "East Midland Probation - Wexborough PDU"
MARLHAVEN = "Estuary Probation - Marlhaven PDU"
ORMSLEY = "Lancashire East Probation - Ormsley"


@dataclass(frozen=True, slots=True)
class Paper:
    """How a document of the set becomes a file: its name, by which program, on whose paper, scanned or not."""

    file: str
    program: str
    style: Style | None = None
    scanned: bool = False


PAPERS: dict[str, dict[str, Paper]] = {
    "case1": {
        "doc1.txt": Paper("contact-log-X417206.pdf", "chromium", Style("#5b2a6e", SANS, 1, CALDERBROOK)),
        "doc2.txt": Paper("FIB_CB24003318.pdf", "libreoffice", Style("#1b2f5b", SANS, 2, "Calder & Aire Police")),
        "doc3.txt": Paper("st-chads-referral-scan.pdf", "libreoffice", Style("#7a1f2b", SERIF, 3, "St Chad's"), True),
        "doc4.txt": Paper("licence-12-March-2024.pdf", "libreoffice", Style("#222222", SERIF, 2, "HMP Garrow Moor")),
        "doc5.txt": Paper("victim-contact-2024-05-22.pdf", "chromium", Style("#5b2a6e", SANS, 1, CALDERBROOK)),
        "doc6.txt": Paper("duty-to-refer.eml", "mail"),
    },
    "case2": {
        "doc1.txt": Paper("pre-sentence-report.pdf", "libreoffice", Style("#5b2a6e", SANS, 1, WEXBOROUGH, size=11.5)),
        "doc2.txt": Paper(
            "letter_020424_scan.pdf", "chromium", Style("#00527a", SANS, 4, "", centred=True, size=11.5), scanned=True
        ),
        "doc3.txt": Paper("community-order.pdf", "libreoffice", Style("#222222", SERIF, 3, "", centred=True)),
        "doc4.txt": Paper("notes-apr-jun.pdf", "chromium", Style("#444444", PLAIN, 0, WEXBOROUGH)),
        "doc5.txt": Paper("handset-0417-export.txt", "text"),
        "doc6.txt": Paper("re-letter-2-april.eml", "mail"),
    },
    "case3": {
        "doc1.txt": Paper(
            "wing_obs_Bwing.pdf", "libreoffice", Style("#1f4d3a", SANS, 1, "HMP Saltmarsh - B wing", size=12)
        ),
        "doc2.txt": Paper("resettlement-plan-v3.pdf", "chromium", Style("#1f4d3a", SANS, 1, "HMP Saltmarsh")),
        "doc3.txt": Paper("mappa-minutes-2024-10-03.pdf", "libreoffice", Style("#5b2a6e", SANS, 1, MARLHAVEN)),
        "doc4.txt": Paper("community-compact.pdf", "chromium", Style("#8a4b16", SERIF, 2, "", size=12)),
        "doc5.txt": Paper(
            "baker-letter-scan.pdf", "libreoffice", Style("#6b3e12", SERIF, 3, "", centred=True, size=12), scanned=True
        ),
        "doc6.txt": Paper("urgent-minutes.eml", "mail"),
    },
    "case4": {
        "doc1.txt": Paper("KT-24-0093_referral.pdf", "chromium", Style("#b0452a", PLAIN, 3, "", size=10)),
        "doc2.txt": Paper(
            "testing-record-sheet-2.pdf",
            "libreoffice",
            Style("#006b6b", SANS, 2, "Turnstone Recovery", fixed=True, landscape=True),
        ),
        "doc3.txt": Paper("while-you-were-out.pdf", "chromium", Style("#333333", SERIF, 1, "", size=13), scanned=True),
        "doc4.txt": Paper("appointments-2-April.pdf", "libreoffice", Style("#5b2a6e", SANS, 4, ORMSLEY, size=10)),
        "doc5.txt": Paper("letter-transcript.pdf", "chromium", Style("#444444", SERIF, 0, ORMSLEY, size=11.5)),
        "doc6.txt": Paper("fw-KT-24-0093-address.eml", "mail"),
    },
}

# What the requester says of themselves beyond the records: how to reach them, and what they ask for.
REQUESTERS: dict[str, dict[str, Any]] = {
    "case1": {
        "former_names": ["Reece Moon"],
        "address": ["14 Garnet Terrace", "Calderbrook", "HX9 4RD"],
        "email": "reece.hm@mailbox.example",
        "phone": "07700 900142",
        "channel": "online",
        "wants": "Everything you have about me since I came out, and what the police sent you.",
    },
    "case2": {
        "former_names": [],
        "address": ["Flat 4, Beech House", "18 Parry Street", "Wexborough", "NG96 4PD"],
        "email": "summer.rg@mailbox.example",
        "phone": "07700 900455",
        "channel": "online",
        "wants": "My reports and letters from January to July 2024, and the text messages.",
    },
    "case3": {
        "former_names": [],
        "address": ["Rookwood House", "41 Marine Parade", "Marlhaven", "ME98 1GD"],
        "email": None,
        "phone": "07700 900622",
        "channel": "post",
        "wants": "All papers about my release, the meetings held about me, and what my employer wrote.",
    },
    "case4": {
        "former_names": [],
        "address": ["Flat 2, 60 Ribble Mount", "Preston", "PR66 3SN"],
        "email": "zakali.draws@mailbox.example",
        "phone": "07700 900218",
        "channel": "online",
        "wants": "What is written about me at probation and at Turnstone and the Kiln.",
    },
}

MAIL_DOMAINS = {
    "Calder & Aire Police": "calder-aire-police.example",
    "Calderbrook Council, Housing Options": "calderbrook-council.example",
    "St Chad's C of E Primary School": "stchads-calderbrook.example",
    "HM Prison Garrow Moor": "garrow-moor-prison.example",
    "Trent Vale Mental Health NHS Foundation Trust": "trentvale-nhs.example",
    "Wexborough Magistrates' Court": "wexborough-court.example",
    "Wexborough Council, children's services": "wexborough-council.example",
    "Beech House Housing Association": "beech-house.example",
    "Ash Tree Surgery": "ash-tree-surgery.example",
    "HMP Saltmarsh": "saltmarsh-prison.example",
    "Rookwood House Approved Premises": "rookwood-house.example",
    "Baker & Daughters Joinery Ltd": "bakerdaughters.example",
    "Marlhaven Council": "marlhaven-council.example",
    "Estuary Constabulary": "estuary-police.example",
    "The Kiln Trust": "kilntrust.example",
    "Turnstone Recovery (Calder Vale Care NHS Trust)": "turnstone-recovery.example",
}


def _write(text: str, title: str, paper: Paper, target: Path, work: Path, seed: int) -> str:
    """Make one file; returns what made it, as the manifest says it."""
    if paper.program == "mail":
        target.write_bytes(mail(text, target.stem))
        return "Mail"
    if paper.program == "text" or paper.style is None:
        target.write_text(text, encoding="utf-8")
        return "Text export"
    printed = work / "printed.pdf"
    if paper.program == "chromium":
        print_with_chromium(as_html(title, text, paper.style), printed, work)
        producer = "Chromium"
    else:
        print_with_libreoffice(as_odf(title, text, paper.style), printed, work)
        producer = "LibreOffice Writer"
    if paper.scanned:
        scan(printed, target, work, seed)
        return f"Scan of a page printed by {producer}"
    printed.replace(target)
    return producer


def _described(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    pages = None
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(content)
        pages = len(document)
        document.close()
    return {
        "media_type": _MEDIA_TYPES[path.suffix],
        "pages": pages,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _case_files(source: Path, target: Path, work: Path, case_number: int) -> list[dict[str, Any]]:
    """Write the files of one case; returns the manifest."""
    papers = PAPERS[source.name]
    shutil.rmtree(target / "files", ignore_errors=True)
    (target / "files").mkdir(parents=True)
    documents = json.loads((source / "documents.json").read_text(encoding="utf-8"))
    # An exact duplicate keeps its own name, with the kind of file its original became.
    names = {item["file"]: papers[item["file"]].file for item in documents if "duplicate_of" not in item}
    manifest: list[dict[str, Any]] = []
    producers: dict[str, str] = {}
    for number, item in enumerate(documents):
        original = item.get("duplicate_of")
        if original:
            name = Path(item["file"]).stem + Path(names[original]).suffix
            shutil.copyfile(target / "files" / names[original], target / "files" / name)
            producer = producers[original]
        else:
            name = names[item["file"]]
            text = _MARK.sub(r"\1", (source / item["file"]).read_text(encoding="utf-8"))
            path = target / "files" / name
            producer = _write(text, item["title"], papers[item["file"]], path, work, case_number * 100 + number)
            producers[item["file"]] = producer
        entry = {key: item[key] for key in ("title", "kind", "originator", "originator_id", "date")}
        entry |= {"received_day_offset": item["received_day_offset"], "joint_with": item.get("joint_with")}
        entry |= {"duplicate_of": names.get(original), "quotes": names.get(item.get("quotes")), "source": item["file"]}
        manifest.append({"file": name, **entry, "producer": producer, **_described(target / "files" / name)})
    return manifest


def _subject(source: Path) -> dict[str, Any]:
    people = json.loads((source / "people.json").read_text(encoding="utf-8"))
    subject = people["subject"]
    practitioner = next(p["name"] for p in people["people"] if p["id"] == subject["practitioner"])
    return {
        "name": subject["name"],
        "aliases": subject["aliases"] + subject["misspelt"],
        "date_of_birth": subject["dob"],
        "office": subject["office"],
        "practitioner": practitioner,
        "last_contact": subject["last_contact"],
        "order": subject["order"],
        "identifiers": subject["identifiers"],
        **REQUESTERS[source.name],
    }


def _originators(source: Path) -> list[dict[str, Any]]:
    """The organisations records came from, each with an invented address for consultation; the office itself is own."""
    people = json.loads((source / "people.json").read_text(encoding="utf-8"))
    documents = json.loads((source / "documents.json").read_text(encoding="utf-8"))
    own = {item["originator_id"] for item in documents if item["originator"] == "own"}
    return [
        {
            "id": organisation["id"],
            "name": organisation["name"],
            "own": organisation["id"] in own,
            "email": None if organisation["id"] in own else f"information.rights@{MAIL_DOMAINS[organisation['name']]}",
        }
        for organisation in people["organisations"]
    ]


def _save_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(devset: Path, target: Path) -> None:
    """Write every case and the specimen identity card under `target`."""
    for number, case in enumerate(sorted(PAPERS), start=1):
        with tempfile.TemporaryDirectory() as folder:
            manifest = _case_files(devset / case, target / case, Path(folder), number)
        _save_json(target / case / "manifest.json", manifest)
        _save_json(target / case / "subject.json", _subject(devset / case))
        _save_json(target / case / "originators.json", _originators(devset / case))
        print(f"{case}: {len(manifest)} files, {sum(item['size'] for item in manifest):,} bytes")
    (target / "identity").mkdir(parents=True, exist_ok=True)
    identity_photo(target / "identity" / "specimen.jpg", "REECE DANIEL HARTLEY-MOON", "17 JUN 1991")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]).resolve())
