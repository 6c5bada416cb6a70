"""Long files to measure speed on, as Word, LibreOffice and Chrome write them: running text with names in it.

`word` is made here: one text object a line in a marked paragraph, kerning in the arrays, as Word writes its PDFs. The
others come from the programs themselves, where they are installed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pikepdf
from pypdf._codecs.core_font_metrics import CORE_FONT_METRICS

from tests.unit.redaction.attacks import is_installed, print_page
from tests.unit.redaction.fontmakers import WinAnsiTrueType

NAMES = (
    "Zebedee Quillfeather", "Marjorie Oakapple", "Tobias Fennimore", "Ann Lee", "Priscilla Thornbury",
    "Iain Mulgrew", "Wilhelmina Hoggart", "Desmond Achebe-Lyle", "Rosalind Petty", "Gareth Llewellyn", "Sunita Varma",
    "Noah Winterbourne",
)  # fmt: skip
HITS_A_PAGE = 22
WORDS_A_PAGE = 430
_WORDS = (
    "the officer noted that on arrival at the office a full account was given and no further action would be taken "
    "until the review had been completed by the team who then wrote to the address held on file asking for an answer"
).split()
_LINES = 46
_LINE_WIDTH = 450.0
_LINE_STEP = 15.0
_SIZE = 11.04
_WIDTHS = CORE_FONT_METRICS["Helvetica"].character_widths


def page_texts(pages: int, kind: str) -> list[list[str]]:
    """The words of each page: `dense` with 22 of twelve names on each, `sparse` with one name on every tenth."""
    chance = random.Random(20)
    out = []
    for page in range(pages):
        words = [chance.choice(_WORDS) for _ in range(WORDS_A_PAGE)]
        hits = HITS_A_PAGE if kind == "dense" else int(page % 10 == 0)
        for place in sorted(chance.sample(range(len(words)), hits)):
            words[place] = chance.choice(NAMES if kind == "dense" else NAMES[:1])
        out.append(words)
    return out


def by_word(target: Path, pages: int, kind: str) -> None:
    with pikepdf.new() as pdf:
        texts = page_texts(pages, kind)
        letters = " ".join(sorted({char for words in texts for word in words for char in word}))
        font = WinAnsiTrueType(pdf, letters).font()
        state = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, BM=pikepdf.Name.Normal, ca=1))
        for words in texts:
            page = pdf.add_blank_page(page_size=(595.32, 841.92)).obj
            lines = _lines(words)
            page["/Contents"] = pdf.make_stream(b"".join(_line(row, text) for row, text in enumerate(lines)))
            page["/Resources"] = pikepdf.Dictionary(
                Font=pikepdf.Dictionary(F1=font), ExtGState=pikepdf.Dictionary(GS7=state)
            )
        pdf.save(target, static_id=True)


def _lines(words: list[str]) -> list[str]:
    rows = [""]
    for word in " ".join(words).split():
        longer = f"{rows[-1]} {word}".strip()
        if sum(_WIDTHS[char] for char in longer) * _SIZE / 1000 <= _LINE_WIDTH:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows[:_LINES]


def _line(row: int, text: str) -> bytes:
    parts = [text[at : at + 9] for at in range(0, len(text), 9)]
    kerned = "-3".join(f"({part})" for part in parts)
    return (
        f"/P <</MCID {row}>> BDC q\n0.000008871 0 595.32 841.92 re\nW* n\nBT\n/F1 {_SIZE} Tf\n1 0 0 1 72.024 "
        f"{760 - _LINE_STEP * row:.2f} Tm\n0 g\n0 G\n[{kerned}] TJ\nET\nQ\n EMC "
    ).encode("ascii")


def _by_program(producer: str) -> Callable[[Path, int, str], None]:
    def write(target: Path, pages: int, kind: str) -> None:
        breaks = ("<p>" + " ".join(words) + "</p>" for words in page_texts(pages, kind))
        body = '<p style="page-break-before: always"></p>'.join(breaks)
        print_page(producer, f'<body style="font: 11pt Liberation Sans; text-align: justify">{body}', target)

    return write


PRODUCERS: dict[str, Callable[[Path, int, str], None]] = {
    "word": by_word,
    "libreoffice": _by_program("libreoffice"),
    "chromium": _by_program("chromium"),
}


def is_there(producer: str) -> bool:
    return producer == "word" or is_installed(producer)
