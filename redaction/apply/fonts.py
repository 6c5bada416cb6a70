"""What a font makes of a string: codes, their text, their widths. ISO 32000-2, 9.6 to 9.10.

The metrics of the 14 standard fonts come from pypdf, which carries them as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import pikepdf
from pypdf._codecs.core_font_metrics import CORE_FONT_METRICS

from redaction.apply.encodings import STANDARD_TEXTS, code_names, code_texts, plain_name
from redaction.apply.matrices import Matrix
from redaction.apply.naming import entry, name_of
from redaction.apply.registered import COLLECTIONS, cid_texts
from redaction.apply.tokens import CHAIN, name_text, operators, string_bytes
from redaction.cmap import CMap, parse
from redaction.unnamed import says_nothing

_SHOWING = frozenset((b"Tj", b"TJ", b"'", b'"', CHAIN))
_STANDARD_WIDTH = 500.0
_REMEMBERED = 20_000  # strings of one font
_UNICODE_CMAPS = ("UCS2", "UTF16")


_SINGLE = tuple(bytes([value]) for value in range(256))


class Code(NamedTuple):
    """One character code of a string: its bytes, text ("" where unknown), advance in text space at size 1."""

    raw: bytes
    text: str
    width: float
    is_space: bool  # the single-byte code 32, to which word spacing applies (9.3.3)


class Run(NamedTuple):
    """One string as shown: its codes, their text, and in text space at size 1 the sum, last and least advance.

    `spaces`: how many codes word spacing applies to.
    """

    codes: list[Code]
    text: str
    width: float
    last: float
    least: float
    spaces: int


class Font:
    """A decoder for one font dictionary.

    `vertical`: advances run down the page.
    `supported`: code lengths are known; where not, text of this font is neither found nor moved by us.
    """

    def __init__(self, obj: pikepdf.Object | None) -> None:
        self.obj = obj
        self.vertical = False
        self.supported = True
        self.type3 = False
        self.draws_text = False  # Type 3 glyph procedures that show text or images of their own
        self.matrix: Matrix = (0.001, 0.0, 0.0, 0.001, 0.0, 0.0)
        self.unnamed: set[bytes] = set()  # codes met of which nothing tells the letter
        self._cache: dict[bytes, Code] = {}
        self._runs: dict[bytes, Run] = {}
        self._unicode = CMap()
        self._codes: CMap | None = None
        self._widths: dict[int, float] = {}
        self._default_width = 0.0
        self.composite = False
        self.unit = 0.001  # one unit of /Widths in text space
        self._named_unicode = False
        if isinstance(obj, pikepdf.Dictionary):
            self._read(obj)

    def _read(self, obj: pikepdf.Dictionary) -> None:
        to_unicode = obj.get("/ToUnicode")
        if isinstance(to_unicode, pikepdf.Stream):
            self._unicode = parse(to_unicode.read_bytes())
        subtype = entry(obj, "/Subtype")
        if subtype == "/Type0":
            self.composite = True
            self._read_composite(obj)
        else:
            self.type3 = subtype == "/Type3"
            self._read_simple(obj)

    def _read_simple(self, obj: pikepdf.Dictionary) -> None:
        name = plain_name(obj)
        metrics = CORE_FONT_METRICS.get(name.replace("-", ",") if name.startswith("Arial") else name)
        scale = 0.001
        if self.type3:
            values = [float(v) for v in _list(obj.get("/FontMatrix"))]
            if len(values) == 6:
                self.matrix = (values[0], values[1], values[2], values[3], values[4], values[5])
            scale = self.unit = abs(self.matrix[0]) or 0.001
            self.draws_text = _procedures_show_text(obj)
        descriptor = obj.get("/FontDescriptor")
        if isinstance(descriptor, pikepdf.Dictionary):
            self._default_width = _number(descriptor.get("/MissingWidth")) * scale
        widths, first = _list(obj.get("/Widths")), int(_number(obj.get("/FirstChar")))
        for offset, width in enumerate(widths):
            self._widths[first + offset] = _number(width) * scale
        if not widths:
            table = (metrics or CORE_FONT_METRICS["Helvetica"]).character_widths
            for code, text in enumerate(self._encoding):
                self._widths[code] = table.get(text, table.get("default", _STANDARD_WIDTH)) * 0.001

    def _read_composite(self, obj: pikepdf.Dictionary) -> None:
        descendants = _list(obj.get("/DescendantFonts"))
        descendant = descendants[0] if descendants else None
        encoding = obj.get("/Encoding")
        if isinstance(encoding, pikepdf.Stream):
            self._codes = parse(encoding.read_bytes())
            self.vertical = int(_number(encoding.get("/WMode"))) == 1
            # A CMap that builds on another by name may hold codes of lengths we cannot know.
            self.supported = "/UseCMap" not in encoding and bool(self._codes.spaces)
        else:
            name = name_of(encoding) or "/Identity-H"
            self.vertical = name.endswith("-V")
            self._named_unicode = any(part in name for part in _UNICODE_CMAPS)
            self.supported = name.startswith("/Identity") or self._named_unicode

        if isinstance(descendant, pikepdf.Dictionary):
            if self.vertical:
                vertical = _list(descendant.get("/DW2"))
                self._default_width = (_number(vertical[1]) if len(vertical) == 2 else -1000.0) * 0.001
                self._widths = cid_numbers(_list(descendant.get("/W2")), 3)
            else:
                self._default_width = _number(descendant.get("/DW", 1000)) * 0.001
                self._widths = cid_numbers(_list(descendant.get("/W")), 1)

    @property
    def names(self) -> list[str]:
        """Glyph names by code, for a font with single-byte codes."""
        return code_names(self.obj) if isinstance(self.obj, pikepdf.Dictionary) else [""] * 256

    @cached_property
    def _encoding(self) -> Sequence[str]:
        """Text by code, for a font with single-byte codes."""
        return code_texts(self.obj) if isinstance(self.obj, pikepdf.Dictionary) else STANDARD_TEXTS

    @cached_property
    def collection(self) -> str:
        """The collection of characters by which readers may know a composite font's text; "" where it has none."""
        descendants = _list(self.obj.get("/DescendantFonts")) if self.obj is not None else []
        info = descendants[0].get("/CIDSystemInfo") if descendants else None
        ordering = info.get("/Ordering") if isinstance(info, pikepdf.Dictionary) else None
        return "" if ordering is None or bytes(ordering) == b"Identity" else bytes(ordering).decode("latin-1")

    @property
    def keeps_codes(self) -> bool:
        """Whether codes of a composite font are two bytes that are the CID itself."""
        return self.obj is not None and entry(self.obj, "/Encoding").startswith("/Identity")

    def cid(self, raw: bytes) -> int:
        """The CID of a code of a composite font; the code itself for any other."""
        return int.from_bytes(raw, "big") if self._codes is None else self._codes.cids.get(raw, 0)

    def decode(self, data: bytes) -> list[Code]:
        """The codes of the string `data`, in order."""
        cache = self._cache
        if not self.composite:
            return [cache.get(raw) or self._code(raw) for raw in map(_SINGLE.__getitem__, data)]
        if self._codes is None:
            pairs = (data[i : i + 2] for i in range(0, len(data), 2))
            return [cache.get(raw) or self._code(raw) for raw in pairs]
        out, position = [], 0
        while position < len(data):
            length = max(1, self._codes.code_length(data, position))
            raw = data[position : position + length]
            out.append(cache.get(raw) or self._code(raw))
            position += length
        return out

    def run(self, token: bytes) -> Run:
        """What the string token shows. Words come again and again, so each is decoded once."""
        found = self._runs.get(token)
        if found is None:
            codes = self.decode(string_bytes(token))
            _, texts, widths, spaces = zip(*codes, strict=True) if codes else ((), (), (0.0,), ())
            found = Run(codes, "".join(texts), sum(widths), widths[-1], min(widths), sum(spaces))
            if len(self._runs) >= _REMEMBERED:
                self._runs.clear()
            self._runs[token] = found
        return found

    def _code(self, raw: bytes) -> Code:
        value = int.from_bytes(raw, "big")
        if self.composite:
            width = self._widths.get(self.cid(raw), self._default_width)
            text = self._unicode.text(raw)
            if not text and self._named_unicode:
                text = raw.decode("utf-16-be", "replace")
            elif not text and self.collection in COLLECTIONS and (self.keeps_codes or self._codes is not None):
                text = cid_texts(self.collection).get(self.cid(raw), "")
        else:
            width = self._widths.get(value, self._default_width)
            text = self._unicode.text(raw) or self._encoding[value]
        if width and self._is_unnamed(raw, text):
            self.unnamed.add(raw)
        code = Code(raw, text, width, raw == b" ")
        self._cache[raw] = code
        return code

    def _is_unnamed(self, raw: bytes, text: str) -> bool:
        """Whether a code is left out where others are named. A guess by the usual encoding names nothing."""
        if self.obj is None or not self._unicode.texts:
            return False
        guessed = not self.composite and "/Encoding" not in self.obj and not self._unicode.text(raw)
        return says_nothing(text) or (guessed and raw != b" ")


def _procedures_show_text(obj: pikepdf.Dictionary) -> bool:
    procedures, resources = obj.get("/CharProcs"), obj.get("/Resources")
    if not isinstance(procedures, pikepdf.Dictionary):
        return False
    held = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    drawn = dict(held.items()) if isinstance(held, pikepdf.Dictionary) else {}
    pictures = {name for name, item in drawn.items() if entry(item, "/Subtype") == "/Image"}
    streams = [proc for proc in procedures.values() if isinstance(proc, pikepdf.Stream)]
    return any(
        op.name in _SHOWING or (op.name == b"Do" and (not op.args or name_text(op.args[-1]) not in pictures))
        for proc in streams
        for op in operators(proc.read_bytes())
    )


def cid_numbers(items: list[pikepdf.Object], count: int, place: int = 0) -> dict[int, float]:
    """Numbers of /W (`count` 1) or /W2 (3: the vertical advance, and where it starts) in text space units, by CID.

    `place` says which of the `count` numbers is asked for.
    """
    out: dict[int, float] = {}
    position = 0
    while position + 1 < len(items):
        first = int(_number(items[position]))
        following = items[position + 1]
        if isinstance(following, pikepdf.Array):
            for offset, value in enumerate(list(following)[place::count]):
                out[first + offset] = _number(value) * 0.001
            position += 2
            continue
        if position + 1 + count >= len(items):
            break
        number = _number(items[position + 2 + place]) * 0.001
        for cid in range(first, min(int(_number(following)), first + 65_535) + 1):
            out[cid] = number
        position += 2 + count
    return out


def _list(obj: object) -> list[pikepdf.Object]:
    return list(obj) if isinstance(obj, pikepdf.Array) else []


def _number(obj: object) -> float:
    try:
        return float(obj)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0.0
