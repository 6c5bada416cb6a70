"""Content streams cut into operators, each with its place in the bytes, so that what is kept is copied unread.

Source: ISO 32000-2, 7.2 (lexical conventions), 7.8.2 (content streams), 8.9.7 (inline images). Broken input never
raises: what makes no sense is skipped, as viewers do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

Arg = bytes | list[bytes]

_SPACE = rb"\x00\t\n\x0c\r "
_TOKEN = re.compile(
    rb"[" + _SPACE + rb"]*(?:%[^\r\n]*[" + _SPACE + rb"]*)*(?:"
    rb"([^" + _SPACE + rb"()<>\[\]{}/%]+)"  # 1 number or operator
    rb"|(\((?:[^()\\]|\\.)*\))"  # 2 string without inner brackets
    rb"|(/[^" + _SPACE + rb"()<>\[\]{}/%]*)"  # 3 name
    rb"|(<<|>>|\[|\])"  # 4 structure
    rb"|(<[0-9A-Fa-f" + _SPACE + rb"]*>)"  # 5 hexadecimal string
    rb"|(\()"  # 6 string with inner brackets
    rb"|(.)"  # 7 junk
    rb")",
    re.DOTALL,
)
_BRACKET = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)|\r\n?", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_END_IMAGE = re.compile(rb"[" + _SPACE + rb"]EI(?=[" + _SPACE + rb"/<\[(]|$)")
_NUMBER = re.compile(rb"[+-]*(\d+\.?\d*|\.\d+)")
_MAX_ARGS = 64


class Op(NamedTuple):
    """One operator: its name, operands (an array is a list), and the bytes [start, end) it takes with its operands."""

    name: bytes
    args: list[Arg]
    start: int
    end: int


def operators(data: bytes) -> Iterator[Op]:
    """The operators of `data` in order. An inline image is one operator BI with operands [dictionary, data]."""
    match = _TOKEN.match
    args: list[Arg] = []
    array: list[bytes] | None = None
    start, position = -1, 0
    while (m := match(data, position)) is not None:
        kind = m.lastindex
        position = m.end()
        if kind == 1:
            token = m[1]
            first = token[0]
            # Digits, sign and full stop begin numbers; ' (39) and " (34) are operators.
            if 43 <= first <= 57:
                if array is not None:
                    array.append(token)
                else:
                    start = m.start(1) if start < 0 else start
                    args.append(token)
                continue
            if array is not None or token in (b"true", b"false", b"null"):
                if array is None:
                    start = m.start(1) if start < 0 else start
                    args.append(token)
                continue
            if start < 0:
                start = m.start(1)
            if token == b"BI":
                dictionary, pixels, position = _inline_image(data, position)
                yield Op(b"BI", [dictionary, pixels], start, position)
            else:
                yield Op(token, args, start, position)
            args, start = [], -1
            continue
        begin = m.start(kind or 0)
        if start < 0 and kind != 7:
            start = begin
        if kind == 4:
            token = m[4]
            if token == b"[":
                array = []
            elif token == b"]":
                args.append(array if array is not None else [])
                array = None
            elif token == b"<<":
                position = _skip_dictionary(data, position)
                args.append(data[begin:position])
            continue
        if kind == 6:
            position = _skip_string(data, position)
            token = data[begin:position]
        elif kind == 7:
            continue
        else:
            token = m[kind or 0]
        if array is not None:
            array.append(token)
        elif len(args) < _MAX_ARGS:
            args.append(token)


def _skip_string(data: bytes, position: int) -> int:
    """The end of the string whose opening bracket stands just before `position`."""
    depth = 1
    while (m := _BRACKET.search(data, position)) is not None:
        position = m.end()
        if m[0] == b"(":
            depth += 1
        elif m[0] == b")":
            depth -= 1
            if not depth:
                return position
    return len(data)


def _skip_dictionary(data: bytes, position: int) -> int:
    """The end of the dictionary whose `<<` stands just before `position`."""
    depth = 1
    while (m := _TOKEN.match(data, position)) is not None:
        position = m.end()
        if m.lastindex == 6:
            position = _skip_string(data, position)
        elif m.lastindex == 4 and m[4] == b"<<":
            depth += 1
        elif m.lastindex == 4 and m[4] == b">>":
            depth -= 1
            if not depth:
                return position
    return len(data)


def _inline_image(data: bytes, position: int) -> tuple[bytes, bytes, int]:
    """(dictionary without brackets, pixel data, end) of the inline image whose BI ends at `position`."""
    begin = position
    while (m := _TOKEN.match(data, position)) is not None:
        position = m.end()
        if m.lastindex == 6:
            position = _skip_string(data, position)
        elif m.lastindex == 1 and m[1] in (b"ID", b"EI"):
            break
    else:
        return data[begin:], b"", len(data)
    dictionary = data[begin : m.start(1)]
    if m[1] == b"EI":
        return dictionary, b"", position
    first = position + 1  # one white-space byte follows ID
    search = position
    while (end := _END_IMAGE.search(data, search)) is not None:
        # Pixel bytes may hold " EI " by chance; what follows the true one reads as plain text.
        following = data[end.end() : end.end() + 12]
        if all(b in b"\t\n\r\x0c\x00" or 32 <= b < 127 for b in following):
            return dictionary, data[first : end.start()], end.end()
        search = end.start() + 1
    return dictionary, data[first:], len(data)


def number(token: Arg) -> float:
    """The value of a number token; 0 for anything else, as viewers read it. `--5` and `1.2.3` are met in the wild."""
    if isinstance(token, list):
        return 0.0
    try:
        value = float(token)
    except ValueError:
        m = _NUMBER.match(token)
        if m is None:
            return 0.0
        return -float(m[1]) if token.startswith(b"-") else float(m[1])
    return value if abs(value) < 1e12 else 0.0


def string_bytes(token: bytes) -> bytes:
    """The bytes a literal or hexadecimal string token stands for."""
    if token[:1] == b"<":
        digits = bytes(b for b in token if b in b"0123456789abcdefABCDEF")
        return bytes.fromhex((digits + b"0" if len(digits) % 2 else digits).decode("ascii"))
    body = token[1:-1] if token.endswith(b")") else token[1:]
    if b"\\" not in body and b"\r" not in body:
        return body
    return _ESCAPE.sub(_unescape, body)


def _unescape(m: re.Match[bytes]) -> bytes:
    code = m[1]
    if code is None:
        return b"\n"
    if code[:1] in b"01234567":
        return bytes([int(code, 8) & 0xFF])
    if code in (b"\r\n", b"\n", b"\r"):
        return b""
    return _ESCAPED.get(code, code)


def name_text(token: Arg) -> str:
    """A name token as pikepdf spells it: with the slash, `#xx` undone."""
    if isinstance(token, list):
        return "/"
    if b"#" in token:
        token = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m[1].decode("ascii")), token)
    return token.decode("utf-8", "surrogateescape")


def hex_string(data: bytes) -> bytes:
    """`data` as a string token that needs no escaping."""
    return b"<" + data.hex().encode("ascii") + b">"


def format_number(value: float, digits: int = 4) -> bytes:
    """The shortest plain spelling of `value` to `digits` decimals; small matrix entries keep their weight."""
    if value and abs(value) < 0.01:
        digits += 5
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return (text if text not in ("-0", "") else "0").encode("ascii")
