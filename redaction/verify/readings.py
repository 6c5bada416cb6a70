"""The ways in which bytes may be read as text: as strings of the format, of a script, of an address."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

_MARKS = (b"\xfe\xff", b"\xff\xfe")
_HEX = re.compile(rb"<([0-9A-Fa-f\s]{6,})>")
_ESCAPING = re.compile(rb"\(((?:[^()\\]*+\\.)++[^()\\]*+)\)", re.DOTALL)
_NAME = re.compile(rb"/([^\s()<>\[\]{}/%]*#[0-9A-Fa-f]{2}[^\s()<>\[\]{}/%]*)")
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_SCRIPT_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))")
_NOT_DIGITS = re.compile(rb"\s+")


class Spelt(NamedTuple):
    """What strings and names in content stand for. `shown` may be codes of a font, which read as letters by chance."""

    told: str
    shown: str


def string_readings(data: bytes) -> list[str]:
    """The ways a reader may take a string: UTF-16 with mark, UTF-8, one byte a letter; escapes of others undone."""
    out = [data.decode("latin-1")]
    if data[:2] in _MARKS or (len(data) > 3 and b"\x00" in data):
        out.append(data.decode("utf-16" if data[:2] in _MARKS else "utf-16-be", "replace"))
        out.append(data.decode("utf-16-le", "replace"))
    if any(byte > 127 for byte in data):
        out.append(data.decode("utf-8", "replace"))
    return [*out, *filter(None, map(unescaped, out))]


def unescaped(text: str) -> str:
    """`text` with %XX of addresses and \\u and \\x of scripts undone; "" where there are none."""
    plain = unquote(text) if "%" in text else text
    if "\\" in plain:
        plain = _SCRIPT_ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), plain)
    return plain if plain != text else ""


def spelt_out(data: bytes) -> Spelt:
    """Strings in hexadecimal, strings and names with escapes, as they are meant. Others stand there as they are."""
    told = [_NAME_ESCAPE.sub(lambda m: bytes.fromhex(m[1].decode()), name) for name in _NAME.findall(data)]
    shown: list[bytes] = []
    for digits in _HEX.findall(data):
        digits = _NOT_DIGITS.sub(b"", digits)
        string = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        (told if string[:2] in _MARKS else shown).append(string)
    if b"\\" in data:
        for string in map(_plain, _ESCAPING.findall(data)):
            (told if string[:2] in _MARKS else shown).append(string)
    texts = [reading for string in told for reading in string_readings(string)]
    return Spelt("\n".join(texts), b"\n".join(shown).decode("latin-1"))


def _plain(literal: bytes) -> bytes:
    return _ESCAPE.sub(lambda m: bytes([int(m[1], 8) & 255]) if m[1][:1].isdigit() else m[1], literal)
