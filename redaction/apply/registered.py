"""The text of CIDs of the registered character collections (Adobe-Japan1 and the like): ISO 32000-2, 9.10.2.

Every reader carries these tables, so a font of such a collection needs no map to text. We ask the one at hand: pdfium
reads a page made of all CIDs, once for each collection met.
"""

from __future__ import annotations

import ctypes
import io
from functools import cache

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

COLLECTIONS = frozenset(("Japan1", "GB1", "CNS1", "Korea1"))
_ROWS, _COLUMNS = 120, 256  # 30,720 CIDs; the largest collection ends at 30,571
_SIZE, _LINE, _MARGIN = 10, 20, 10
_UNKNOWN = frozenset((0, 0xFFFD, 0xFFFE, 0xFFFF))


@cache
def cid_texts(collection: str) -> dict[int, str]:
    """Text by CID for one of COLLECTIONS; CIDs without any are left out."""
    with pdfium.PdfDocument(_page_of_all(collection)) as document:
        page = document[0]
        text_page = page.get_textpage()
        try:
            return _read(text_page.raw)
        finally:
            text_page.close()
            page.close()


def _read(text_page: object) -> dict[int, str]:
    texts: dict[int, str] = {}
    x, y = ctypes.c_double(), ctypes.c_double()
    for at in range(pdfium_c.FPDFText_CountChars(text_page)):
        code = pdfium_c.FPDFText_GetUnicode(text_page, at)
        if code in _UNKNOWN or pdfium_c.FPDFText_IsGenerated(text_page, at):
            continue
        if pdfium_c.FPDFText_HasUnicodeMapError(text_page, at) != 1:
            pdfium_c.FPDFText_GetCharOrigin(text_page, at, x, y)
            cid = round((y.value - _MARGIN) / _LINE) * _COLUMNS + round((x.value - _MARGIN) / _SIZE)
            texts[cid] = texts.get(cid, "") + chr(code)
    # Beyond the basic plane characters come in two halves.
    return {
        cid: text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") for cid, text in texts.items()
    }


def _page_of_all(collection: str) -> bytes:
    """A PDF whose one page shows every CID at a place of its own."""
    pdf = pikepdf.new()
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType0,
        BaseFont=pikepdf.Name.F,
        CIDSystemInfo=pikepdf.Dictionary(
            Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String(collection), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.FontDescriptor, FontName=pikepdf.Name.F, Flags=4)
        ),
        DW=1000,
    )
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type0,
        BaseFont=pikepdf.Name.F,
        Encoding=pikepdf.Name("/Identity-H"),
        DescendantFonts=pikepdf.Array([pdf.make_indirect(descendant)]),
    )
    page = pdf.add_blank_page(page_size=(_COLUMNS * _SIZE + 2 * _MARGIN, _ROWS * _LINE + 2 * _MARGIN))
    page.obj["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=pdf.make_indirect(font)))
    page.obj["/Contents"] = pdf.make_stream(b"\n".join(_row(row) for row in range(_ROWS)))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def _row(row: int) -> bytes:
    codes = b"".join((row * _COLUMNS + column).to_bytes(2, "big") for column in range(_COLUMNS))
    place = b"1 0 0 1 %d %d Tm" % (_MARGIN, _MARGIN + row * _LINE)
    return b"BT /F %d Tf %b <%b> Tj ET" % (_SIZE, place, codes.hex().encode("ascii"))
