"""How much of a file we are willing to unpack, checked before any reader unpacks it.

A few megabytes can hold a content stream of gigabytes. Some readers then return empty text as if the page were
blank, which would release what it hides; so a file over a limit is refused whole, before it is read.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pikepdf

from redaction.errors import TooLarge, Unreadable

MIB = 1024 * 1024
_CHUNK = MIB

# Most bytes one input byte can become. Deflate: 1032 (zlib documentation). LZW: a 12-bit code stands for at most
# 4096 bytes. Run length: 2 bytes for 128. ASCII85: "z" for 4 zero bytes. ISO 32000-2, 7.4.
_EXPANSION = {
    "/FlateDecode": 1032, "/Fl": 1032, "/LZWDecode": 2731, "/LZW": 2731,
    "/RunLengthDecode": 64, "/RL": 64, "/ASCII85Decode": 4, "/A85": 4, "/ASCIIHexDecode": 1, "/AHx": 1, "/Crypt": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """Caps on one file. Generous for records, tight for traps."""

    pages: int = 20_000
    # ISO 32000-2 Annex C names 14,400 units; /UserUnit may raise it. Beyond this a page is a trap, not a plan.
    page_side_points: float = 200_000.0
    stream_bytes: int = 256 * MIB
    page_content_bytes: int = 64 * MIB


DEFAULT_LIMITS = Limits()


def check_file(pdf: pikepdf.Pdf, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse an opened file whose pages or streams pass the limits; raises TooLarge.

    Streams whose packed size cannot reach the cap are not unpacked, so ordinary files cost next to nothing.
    """
    count = len(pdf.pages)
    if count > limits.pages:
        raise TooLarge(f"The file has {count:,} pages; the most we take is {limits.pages:,}.")
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            if decoded_size(item, limits.stream_bytes) > limits.stream_bytes:
                raise TooLarge(
                    f"A part of the file unpacks to more than {limits.stream_bytes // MIB} MiB, so it was not opened."
                )


def check_page_content(page: pikepdf.Object, page_number: int, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse a page whose content streams together unpack beyond the cap, even if each one alone is small.

    `page_number` is 1-based and only used in the message; raises TooLarge.
    """
    total = 0
    for stream in content_streams(page):
        total += decoded_size(stream, limits.page_content_bytes)
        if total > limits.page_content_bytes:
            raise TooLarge(
                f"Page {page_number} unpacks to more than {limits.page_content_bytes // MIB} MiB of drawing "
                "instructions, so the file was not read."
            )


def content_streams(page: pikepdf.Object) -> list[pikepdf.Stream]:
    """The page's content streams in order; anything else standing in /Contents is ignored, as readers do."""
    contents = page.get("/Contents")
    entries = list(cast(Any, contents)) if isinstance(contents, pikepdf.Array) else [contents]
    return [entry for entry in entries if isinstance(entry, pikepdf.Stream)]


def may_hold_inline_image(page: pikepdf.Object) -> bool:
    """Whether the content may draw an inline image (BI operator). Says yes when in doubt."""
    for stream in content_streams(page):
        try:
            data = stream.read_bytes()
            if b"BI" in data and re.search(rb"\bBI\b", data):
                return True
        except pikepdf.PdfError:
            return True
    return False


def decoded_size(stream: pikepdf.Stream, cap: int) -> int:
    """Bytes the stream unpacks to, counted up to just over `cap`, in bounded memory.

    Where the packed size alone proves the result to be under the cap, that upper bound is returned instead.
    Image codecs (JPEG, JPEG 2000, JBIG2, CCITT) are judged by the declared width and height.
    """
    filters = _filters(stream)
    bound = _declared_length(stream)
    for name in filters:
        bound *= _EXPANSION.get(name, 1)
    declared = _declared_image_bytes(stream)
    if bound <= cap:
        return max(bound, declared)
    try:
        raw = stream.read_raw_bytes()
    except pikepdf.PdfError as error:
        raise Unreadable("A part of the file is damaged and cannot be unpacked.") from error
    return max(_unpacked_size(raw, filters, cap), declared)


def _filters(stream: pikepdf.Stream) -> list[str]:
    entry = stream.get("/Filter", stream.get("/F"))
    if isinstance(entry, pikepdf.Name):
        return [str(entry)]
    if isinstance(entry, pikepdf.Array):
        return [str(name) for name in cast(Any, entry) if isinstance(name, pikepdf.Name)]
    return []


def _declared_length(stream: pikepdf.Stream) -> int:
    """Packed length. qpdf has checked /Length against endstream on opening, and repaired it if it was wrong."""
    length = stream.get("/Length")
    if isinstance(length, int) and length >= 0:
        return length
    return len(stream.read_raw_bytes())


def _declared_image_bytes(stream: pikepdf.Stream) -> int:
    if stream.get("/Subtype") != "/Image":
        return 0
    width, height = stream.get("/Width", stream.get("/W")), stream.get("/Height", stream.get("/H"))
    if not isinstance(width, int) or not isinstance(height, int) or width < 0 or height < 0:
        return 0
    bits = stream.get("/BitsPerComponent", 8)
    bits = bits if isinstance(bits, int) and 0 < bits <= 16 else 8
    if stream.get("/ImageMask") is True:
        bits = 1
    # One component: an upper bound would refuse large greyscale scans; the memory limit stands behind this one.
    return width * height * bits // 8


def _unpacked_size(raw: bytes, filters: Sequence[str], cap: int) -> int:
    data = raw
    for position, name in enumerate(filters):
        last = position == len(filters) - 1
        if name in ("/FlateDecode", "/Fl"):
            if last:
                return _inflated_size(data, cap)
            data = _inflated(data, cap + 1)
        elif name in ("/LZWDecode", "/LZW"):
            size = _lzw_size(data, cap)
            if last or size > cap:
                return size
            raise TooLarge("The file is packed in an unusual way that could hide its true size.")
        elif name in ("/RunLengthDecode", "/RL"):
            data = _run_length(data, cap + 1)
        elif name in ("/ASCIIHexDecode", "/AHx"):
            data = _from_hex(data)
        elif name in ("/ASCII85Decode", "/A85"):
            data = _from_ascii85(data, cap + 1)
        else:
            return len(data)
        if len(data) > cap:
            return len(data)
    return len(data)


def _inflated_size(data: bytes, cap: int) -> int:
    engine, size, pending = zlib.decompressobj(), 0, data
    while pending and not engine.eof and size <= cap:
        try:
            size += len(engine.decompress(pending, _CHUNK))
        except zlib.error:
            break
        pending = engine.unconsumed_tail
    return size


def _inflated(data: bytes, most: int) -> bytes:
    """At most `most` bytes; what a damaged stream gave before the damage, as readers show it."""
    engine, parts, size, pending = zlib.decompressobj(), [], 0, data
    while pending and not engine.eof and size < most:
        try:
            part = engine.decompress(pending, min(_CHUNK, most - size))
        except zlib.error:
            break
        parts.append(part)
        size += len(part)
        pending = engine.unconsumed_tail
    return b"".join(parts)


def _run_length(data: bytes, most: int) -> bytes:
    out, at = bytearray(), 0
    while at < len(data) and len(out) < most and data[at] != 128:
        length = data[at]
        if length < 128:
            out += data[at + 1 : at + 2 + length]
            at += 2 + length
        else:
            out += data[at + 1 : at + 2] * (257 - length)
            at += 2
    return bytes(out)


def _from_hex(data: bytes) -> bytes:
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", data.split(b">", 1)[0])
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _from_ascii85(data: bytes, most: int) -> bytes:
    out = bytearray()
    group: list[int] = []
    for byte in data:
        if byte == 0x7E or len(out) > most:
            break
        if byte == 0x7A and not group:
            out += b"\0\0\0\0"
        elif 0x21 <= byte <= 0x75:
            group.append(byte - 0x21)
            if len(group) == 5:
                out += _ascii85_group(group)
                group = []
    if len(group) > 1:
        out += _ascii85_group(group + [84] * (5 - len(group)))[: len(group) - 1]
    return bytes(out)


def _ascii85_group(digits: Sequence[int]) -> bytes:
    value = 0
    for digit in digits:
        value = value * 85 + digit
    return (value & 0xFFFFFFFF).to_bytes(4, "big")


def _lzw_size(data: bytes, cap: int) -> int:
    """The length of the decoded data without building it: only the length of each table entry is kept.

    ISO 32000-2, 7.4.4. /EarlyChange 0 shifts the code width by one entry, which cannot turn a trap into a small file.
    """
    lengths, width, size, previous = [1] * 256 + [0, 0], 9, 0, 0
    buffer = bits = 0
    for byte in data:
        buffer, bits = (buffer << 8 | byte) & 0xFFFFFFFF, bits + 8
        if bits < width:
            continue
        bits -= width
        code = buffer >> bits & (1 << width) - 1
        if code == 257 or size > cap:
            break
        if code == 256:
            del lengths[258:]
            width, previous = 9, 0
            continue
        length = lengths[code] if code < len(lengths) else previous + 1
        if previous and len(lengths) < 4096:
            lengths.append(previous + 1)
        width = min(max((len(lengths) + 1).bit_length(), 9), 12)
        size += length
        previous = length
    return size
