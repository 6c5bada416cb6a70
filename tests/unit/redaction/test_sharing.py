"""A long file is redacted by several processes, to the same bytes as by one, whatever its pages share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.unit.redaction.fontmakers import IdentityTrueType, Kind, NotEmbedded, WinAnsiTrueType
from tests.unit.redaction.made import helvetica
from tests.unit.redaction.readers import pdfium_text, squeezed

ROOT = Path(__file__).parents[3]
NAME = "Zebedee Quillfeather"
PAGES = 8
BEFORE_BREAK = 3  # with two processes the second one begins after this page, and the name runs over to it
# A process that has one thread, as the sandboxed child has. Prints the digest, the number of processes and the report.
_APPLY = """
import json, os, signal, sys
from pathlib import Path
from redaction.apply import apply_plan, pagework
from redaction.plan import Plan
plan = Plan.from_json(Path(sys.argv[2]).read_bytes())
first, edit = os.getpid(), pagework.PageWork._edit
def dies_on_page_six(self, selection):
    if os.getpid() != first and selection.scene.number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return edit(self, selection)
if sys.argv[4] == "dies":
    pagework.PageWork._edit = dies_on_page_six
for processes in map(int, sys.argv[5:]):
    report = apply_plan(Path(sys.argv[1]), plan, Path(sys.argv[3]), processes=processes)
    print(json.dumps(report.to_data()))
"""


def apply(source: Path, plan: dict[str, Any], target: Path, *processes: int, fate: str = "lives") -> list[Any]:
    plan_path = target.with_suffix(".json")
    plan_path.write_text(json.dumps(plan), encoding="utf-8")
    arguments = [str(source), str(plan_path), str(target), fate, *map(str, processes)]
    done = subprocess.run(
        [sys.executable, "-c", _APPLY, *arguments],
        capture_output=True, cwd=ROOT, timeout=120, check=False, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def told(report: dict[str, Any]) -> dict[str, Any]:
    """The report without what differs from one run to another."""
    return {key: value for key, value in report.items() if "seconds" not in key and key != "processes"}


def texts(page: int) -> list[str]:
    """Each page has letters of its own, so that the codes of later pages depend on those of earlier ones."""
    own = "".join(chr(ord("A") + (5 * page + step) % 26) for step in range(9))
    first = f"Quillfeather went on to {own}." if page == BEFORE_BREAK + 1 else f"Page {own} begins."
    last = f"{own} was seen by Zebedee" if page == BEFORE_BREAK else f"{own} and {NAME} left."
    return [first, f"{NAME} met {own.lower()} here.", last]


def shared_pdf(target: Path) -> Path:
    """Pages that share their size, three fonts, a form that holds the name, one drawn by it, and a picture in that."""
    letters = "".join(text for page in range(PAGES) for text in texts(page))
    with pikepdf.new() as pdf:
        kinds = [kind(pdf, letters) for kind in (WinAnsiTrueType, IdentityTrueType, NotEmbedded)]
        fonts = pikepdf.Dictionary({f"/F{number}": kind.font() for number, kind in enumerate(kinds)})
        form = shared_form(pdf, kinds[0], fonts)
        for page in range(PAGES):
            obj = pdf.add_blank_page(page_size=(595, 842)).obj
            lines = [line(kinds[(page + row) % 3], (page + row) % 3, 700 - 40 * row, text) for row, text in
                     enumerate(texts(page))]  # fmt: skip
            # A font that stands in the resources themselves, and a name of its own for each page.
            lines.append(f"BT /Own 12 Tf 72 500 Td (Note {page} of {NAME}.) Tj ET /Fm Do")
            obj["/Contents"] = pdf.make_stream("\n".join(lines).encode("latin-1"))
            obj["/Resources"] = pikepdf.Dictionary(
                Font=pikepdf.Dictionary({**dict(fonts.items()), "/Own": helvetica()}),
                XObject=pikepdf.Dictionary(Fm=form),
                ExtGState=pikepdf.Dictionary({f"/Gs{NAME.split()[0]}": pikepdf.Object.parse(b"<< /ca .50 >>")}),
            )
            del obj["/MediaBox"]
        pdf.Root.Pages["/MediaBox"] = pdf.make_indirect(pikepdf.Array([0, 0, 595, 842]))
        pdf.save(target, static_id=True)
    return target


def shared_form(pdf: pikepdf.Pdf, kind: Kind, fonts: pikepdf.Dictionary) -> pikepdf.Object:
    picture = pdf.make_stream(bytes(16 * 16))
    for key, value in {"Width": 16, "Height": 16, "BitsPerComponent": 8}.items():
        picture[f"/{key}"] = value
    picture["/Type"], picture["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    picture["/ColorSpace"] = pikepdf.Name.DeviceGray
    inner = as_form(pdf, b"q 40 0 0 40 72 300 cm /Im Do Q", XObject=pikepdf.Dictionary(Im=picture))
    content = line(kind, 0, 400, f"Case of {NAME} again.") + " /Inner Do"
    return as_form(pdf, content.encode("latin-1"), Font=fonts, XObject=pikepdf.Dictionary(Inner=inner))


def as_form(pdf: pikepdf.Pdf, content: bytes, **resources: pikepdf.Object) -> pikepdf.Object:
    form = pdf.make_stream(content)
    form["/Type"], form["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
    form["/BBox"] = pikepdf.Array([0, 0, 595, 842])
    form["/Resources"] = pikepdf.Dictionary(**resources)
    return form


def line(kind: Kind, font: int, y: int, text: str) -> str:
    return f"BT /F{font} 12 Tf 72 {y} Td {kind.spell(text).decode()} Tj ET"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_pdf(tmp_path_factory.mktemp("shared") / "in.pdf")


# A code printed on an early and a late page; a box over the picture that all pages share.
PLAN = {
    "words": [NAME],
    "redactions": [
        {"page": 2, "boxes": [[72, 130, 200, 146]], "code": "P3-OTHERS", "text": NAME},
        {"page": 3, "boxes": [[80, 510, 100, 530]], "code": "P3-OTHERS"},
        {"page": 7, "boxes": [[80, 510, 100, 530]], "code": "P3-OTHERS"},
    ],
}


def test_the_bytes_are_the_same_whatever_the_number_of_processes(source: Path, tmp_path: Path) -> None:
    one, two, three = apply(source, PLAN, tmp_path / "out.pdf", 1, 2, 3)
    assert [one["processes"], two["processes"], three["processes"]] == [1, 2, 3]
    assert told(one) == told(two) == told(three)
    assert one["width_visible"] == [3, 7] and not one["pictured"]
    text = squeezed(pdfium_text(tmp_path / "out.pdf"))
    assert "zebedee" not in text and "wentonto" in text  # also the name that runs over the break between two processes


def test_a_process_that_dies_is_made_up_for(source: Path, tmp_path: Path) -> None:
    alone, bereft = apply(source, PLAN, tmp_path / "out.pdf", 1, 3, fate="dies")
    assert bereft["processes"] == 1
    assert told(bereft) == told(alone)
