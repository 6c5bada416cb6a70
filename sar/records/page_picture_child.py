"""Draws one page and ends: its order (JSON: file, page, width) on standard input, the PNG on standard output.

Runs in the sandbox, as a program of its own, and may wait long for its order: what takes time to load is loaded first.
Uses pdfium alone and not `redaction.render`, which checks the whole file with a second reader first: that was done
when the record came in, and would take longer than the drawing.
"""

from __future__ import annotations

import json
import sys

import pypdfium2 as pdfium
from PIL import Image

MAX_PIXELS = 12_000_000


def main() -> int:
    Image.preinit()
    line = sys.stdin.buffer.readline()
    if not line:
        return 0  # nobody wants a page any more
    order = json.loads(line)
    document = pdfium.PdfDocument(order["file"])
    page = document[order["page"] - 1]
    across, down = page.get_size()
    scale = min(order["width"] / across, (MAX_PIXELS / (across * down)) ** 0.5)
    image = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
    # Quick rather than small: it is sent once, to a neighbour.
    image.save(sys.stdout.buffer, "PNG", compress_level=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
