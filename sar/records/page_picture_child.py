"""Draws one page: FILE PAGE WIDTH, PNG on standard output. Runs in the sandbox, as a program of its own.

Uses pdfium alone and not `redaction.render`, which checks the whole file with a second reader first: that was done
when the record came in, and would take longer than the drawing.
"""

from __future__ import annotations

import sys

import pypdfium2 as pdfium

MAX_PIXELS = 12_000_000


def main() -> int:
    path, page_number, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    document = pdfium.PdfDocument(path)
    page = document[page_number - 1]
    across, down = page.get_size()
    scale = min(width / across, (MAX_PIXELS / (across * down)) ** 0.5)
    image = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
    # Quick rather than small: it is sent once, to a neighbour.
    image.save(sys.stdout.buffer, "PNG", compress_level=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
