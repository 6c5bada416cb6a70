"""Attacks on a finished file: what does it still say about the name that was taken out? Shared by tests and benchmark.

The list of names is that of the library's own register: forenames and surnames, paired by chance with a fixed seed.
"""

from __future__ import annotations

import ctypes
import html
import io
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import typst
from fontTools.cffLib import CFFFontSet
from fontTools.misc.eexec import decrypt
from fontTools.ttLib import TTFont

from redaction.detect.lexicon import words

PRECISION = 0.5  # points
_TIMEOUT = 120


def name_list(count: int) -> list[str]:
    """`count` different names of a forename and a surname; the same ones every time."""
    chance = random.Random(1998)
    first = sorted(word for word in words("forenames") if word.isascii() and word.isalpha() and len(word) > 1)
    last = sorted(word for word in words("surnames") if word.isascii() and word.isalpha() and len(word) > 1)
    found: dict[str, None] = {}
    while len(found) < count:
        found[f"{chance.choice(first).title()} {chance.choice(last).title()}"] = None
    return list(found)


def story(name: str) -> list[tuple[str, str]]:
    """Paragraphs, each (style, text), with the name early, late, alone and more than once on a line."""
    return [
        ("plain", f"Present: {name} attended the meeting."),
        ("plain", "A second line stays here as it is."),
        ("bold", f"{name} and the others"),
        ("plain", f"By {name}, then {name}, before six."),
        ("bold", "Quite the last of the just vows, zealously kept by fixed grace."),
    ]


def dressed(name: str) -> str:
    """Paragraphs of a page in which what is drawn beside the name, or where its line begins, follows its width."""
    name = html.escape(name)
    return (
        f"<p>Dear <u>{name} and gypsy</u>, hello</p>"
        f'<p>To <a href="https://example.org/x">{name}, gladly</a> and more</p>'
        f'<p>Dear <span style="background: #ff0">{name}</span>, hello</p>'
        f'<p style="text-align: right">From {name}</p>'
        f"<pre>Dear {name}\tafter the tab</pre>"
    )


DRESSED_NAMES = 5


# Producers: each writes the story about `name` to a PDF, or is None where its program is not installed.


def by_typst(name: str, target: Path) -> None:
    lines = [f"*{text}*" if style == "bold" else text for style, text in story(name)]
    source = target.with_suffix(".typ")
    source.write_text("#set document(date: none)\n" + "\n\n".join(lines), encoding="utf-8")
    typst.compile(source, output=target)


def by_chromium(name: str, target: Path) -> None:
    print_page("chromium", page_about(name), target)


def by_libreoffice(name: str, target: Path) -> None:
    print_page("libreoffice", page_about(name), target)


def print_page(producer: str, body: str, target: Path) -> None:
    """Has the program print a page of HTML."""
    page = target.with_suffix(".html")
    page.write_text(f"<!doctype html><meta charset=utf-8><title>A</title>{body}", encoding="utf-8")
    program = _required(*_PROGRAMS[producer])
    arguments = {
        "chromium": ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                     f"--user-data-dir={target.parent / 'profile'}", f"--print-to-pdf={target}"],
        "libreoffice": ["--headless", f"-env:UserInstallation=file://{target.parent}/office",
                        "--infilter=HTML (StarWriter)", "--convert-to", "pdf:writer_pdf_Export", "--outdir",
                        str(target.parent)],
    }  # fmt: skip
    subprocess.run([program, *arguments[producer], str(page)], check=True, capture_output=True, timeout=_TIMEOUT)


def page_about(name: str) -> str:
    """The story as a page of HTML."""
    return "".join(f"<p>{'<b>' * (style == 'bold')}{html.escape(text)}</p>" for style, text in story(name))


PRODUCERS: dict[str, Callable[[str, Path], None]] = {
    "typst": by_typst,
    "chromium": by_chromium,
    "libreoffice": by_libreoffice,
}
PRINTERS = ("chromium", "libreoffice")
_PROGRAMS = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "libreoffice": ("soffice", "libreoffice")}


def is_installed(producer: str) -> bool:
    return producer == "typst" or any(shutil.which(program) for program in _PROGRAMS[producer])


def _required(*programs: str) -> str:
    return next(found for program in programs if (found := shutil.which(program)))


# M2: what the places of the neighbours of a box say about the width of what stood there


def gaps(path: Path) -> Iterator[float]:
    """The room between the neighbours of each black box in a line of the first page, in points."""
    document = pdfium.PdfDocument(path)
    try:
        page = document[0]
        text_page = page.get_textpage()
        cells = [cell for cell in _cells(text_page.raw) if cell[3] > 32]
        for item in page.get_objects():
            left, bottom, right, top = item.get_bounds()
            if item.type != pdfium_c.FPDF_PAGEOBJ_PATH or right - left < 20 or not 5 < top - bottom < 30:
                continue
            row = [cell for cell in cells if bottom <= cell[2] <= top]
            before = [end for start, end, _, _ in row if start < left]
            after = [start for start, _, _, _ in row if start >= right - 1]
            if before and after:
                yield min(after) - max(before)
        text_page.close()
        page.close()
    finally:
        document.close()


def true_widths(path: Path, name: str) -> list[float]:
    """How wide the name stands on the first page, in points, each time."""
    document = pdfium.PdfDocument(path)
    try:
        page = document[0]
        text_page = page.get_textpage()
        cells = list(_cells(text_page.raw))
        text = "".join(chr(code) for _, _, _, code in cells)
        found = [cells[m.start() : m.end()] for m in re.finditer(re.escape(name), text)]
        text_page.close()
        page.close()
        return [spelt[-1][1] - spelt[0][0] for spelt in found]
    finally:
        document.close()


def _cells(text_page: object) -> Iterator[tuple[float, float, float, int]]:
    """(origin, right edge, baseline, code point) of each character."""
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium_c.FS_RECTF()
    for index in range(pdfium_c.FPDFText_CountChars(text_page)):
        pdfium_c.FPDFText_GetCharOrigin(text_page, index, x, y)
        pdfium_c.FPDFText_GetLooseCharBox(text_page, index, box)
        yield x.value, box.right, y.value, pdfium_c.FPDFText_GetUnicode(text_page, index)


def gives_away(gap: float, width: float, spaces: float) -> bool:
    """Whether the gap, less the spaces around the box, is as wide as the name was."""
    return abs(gap - spaces - width) <= PRECISION


# M4: what the fonts still hold


def orphans(path: Path) -> int:
    """Glyphs, widths and ToUnicode entries of embedded fonts for codes that no text of the file shows."""
    count = 0
    with pikepdf.open(path) as pdf:
        shown = _shown_codes(pdf)
        for objgen, codes in shown.items():
            count += _orphans_of(pdf.get_object(objgen), codes)
    return count


def _shown_codes(pdf: pikepdf.Pdf) -> dict[tuple[int, int], set[bytes]]:
    """The codes each font that lists glyphs is asked for, by a reader of its own: pikepdf's parser."""
    shown: dict[tuple[int, int], set[bytes]] = {}
    for page in pdf.pages:
        fonts = page.resources.get("/Font", pikepdf.Dictionary())
        current: pikepdf.Object | None = None
        for instruction in pikepdf.parse_content_stream(page):
            if not isinstance(instruction, pikepdf.ContentStreamInstruction):
                continue
            operands, operator = instruction.operands, instruction.operator
            if str(operator) == "Tf":
                current = fonts[str(operands[0])]
                shown.setdefault(current.objgen, set())
            elif str(operator) in ("Tj", "TJ", "'", '"') and current is not None:
                for part in operands[-1] if str(operator) == "TJ" else [operands[-1]]:
                    if isinstance(part, pikepdf.String):
                        size = _code_size(current)
                        data = bytes(part)
                        shown[current.objgen].update(data[i : i + size] for i in range(0, len(data), size))
    return shown


def _code_size(font: pikepdf.Object) -> int:
    return 2 if isinstance(font.get("/Encoding"), pikepdf.Name) and "/DescendantFonts" in font else 1


def _orphans_of(font: pikepdf.Object, codes: set[bytes]) -> int:
    numbers = {int.from_bytes(code, "big") for code in codes}
    if "/DescendantFonts" in font:
        extra_widths = _with_width(list(font["/DescendantFonts"][0]["/W"])) - numbers - {0}
    else:
        first = int(font.get("/FirstChar", 0))
        extra_widths = {first + i for i, width in enumerate(font.get("/Widths", [])) if float(width)} - numbers
    mapped = font["/ToUnicode"].read_bytes() if "/ToUnicode" in font else b""
    found = re.findall(rb"^<([0-9A-Fa-f]+)> <[0-9A-Fa-f]+>$", mapped, re.MULTILINE)
    extra_texts = {int(code, 16) for code in found if set(code) != {ord("0")}} - numbers
    extra_names = _named(font) - numbers
    return max(0, _drawn_glyphs(font) - len(numbers)) + len(extra_widths) + len(extra_texts) + len(extra_names)


def _with_width(items: list[pikepdf.Object]) -> set[int]:
    """The CIDs that /W gives a width: runs `first [widths]` and ranges `first last width`."""
    found: set[int] = set()
    while items:
        first, following = int(items.pop(0)), items.pop(0)
        if isinstance(following, pikepdf.Array):
            found.update(range(first, first + len(following)))
        else:
            found.update(range(first, int(following) + 1))
            items.pop(0)
    return found


def _named(font: pikepdf.Object) -> set[int]:
    """The codes to which an encoding gives glyph names."""
    encoding = font.get("/Encoding")
    found: set[int] = set()
    code = 0
    for item in encoding.get("/Differences", []) if isinstance(encoding, pikepdf.Dictionary) else []:
        if isinstance(item, pikepdf.Name):
            found.add(code)
            code += 1
        else:
            code = int(item)
    return found


def _drawn_glyphs(font: pikepdf.Object) -> int:
    """How many glyphs the font holds itself, .notdef left out."""
    if "/CharProcs" in font:
        return len(font["/CharProcs"])
    holder = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
    descriptor = holder.get("/FontDescriptor", pikepdf.Dictionary())
    if "/FontFile2" in descriptor:
        return int(TTFont(io.BytesIO(descriptor["/FontFile2"].read_bytes()))["maxp"].numGlyphs) - 1
    if "/FontFile3" in descriptor:
        fonts = CFFFontSet()
        fonts.decompile(io.BytesIO(descriptor["/FontFile3"].read_bytes()), None)
        return len(fonts[0].CharStrings) - 1
    if "/FontFile" in descriptor:
        private = decrypt(descriptor["/FontFile"].read_bytes().partition(b"eexec\n")[2], 55665)[0]
        return len(re.findall(rb"/\S+ \d+ RD ", private)) - 1
    return 0
