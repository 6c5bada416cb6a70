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
_FLAT_ARRAY = re.compile(
    rb"((?:[^()<>\[\]{}/%]++|\((?:[^()\\]|\\.)*+\)|<[0-9A-Fa-f" + _SPACE + rb"]*+>)*+)\]", re.DOTALL
)
_FLAT_ITEM = re.compile(rb"[^" + _SPACE + rb"()<>]+|\((?:[^()\\]|\\.)*+\)|<[0-9A-Fa-f" + _SPACE + rb"]*+>", re.DOTALL)
_BRACKET = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)|\r\n?", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_END_IMAGE = re.compile(rb"[" + _SPACE + rb"]EI(?=[" + _SPACE + rb"/<\[(]|$)")
_NUMBER = re.compile(rb"[+-]*(\d+\.?\d*|\.\d+)")
# What Chrome writes: letter after letter, each moved along from the one before.
CHAIN = b"Tj+"
_CHAIN = re.compile(rb"(?:\s*+-?[0-9]*\.?[0-9]+ 0 Td <[0-9A-Fa-f]*+> Tj(?=\s))++")
_LINK = re.compile(rb"(\S+) 0 Td (<[^>]*>)")
# The name of an inline image's colour space in its dictionary.
INLINE_SPACE = re.compile(rb"/(?:CS|ColorSpace)\s*(/[^\s/\[\]<>()]+)")
_MAX_ARGS = 64
_WORD, _STRUCTURE, _NESTED_STRING, _JUNK = 1, 4, 6, 7
_AFTER_ARRAY = frozenset((b"TJ", b"Tj", b"ET", b"BT", b"Td", b"Tm", b"Q", b"d"))


class Op(NamedTuple):
    """One operator: its name, operands (an array is a list), and the bytes [start, end) it takes with its operands."""

    name: bytes
    args: list[Arg]
    start: int
    end: int


def operators(data: bytes) -> Iterator[Op]:
    """The operators of `data` in order. An inline image is one operator BI with operands [dictionary, data].

    A Tj followed by level moves and further strings is one operator CHAIN, with operands [moves, strings].
    """
    match = _TOKEN.match
    args: list[Arg] = []
    start, position = -1, 0
    while (m := match(data, position)) is not None:
        kind = m.lastindex or _JUNK
        begin, position = m.start(kind), m.end()
        if kind == _JUNK:
            continue
        if start < 0:
            start = begin
        if kind == _WORD and not _is_operand(m[1]):
            name = m[1]
            if name == b"BI":
                dictionary, pixels, position = _inline_image(data, position)
                args = [dictionary, pixels]
            elif name == b"Tj" and (chain := _CHAIN.match(data, position)) is not None:
                name, args, position = CHAIN, _chained(args, chain[0]), chain.end()
            yield Op(name, args, start, position)
            args, start = [], -1
            continue
        operand, position = _operand(data, m, kind)
        if operand is not None and len(args) < _MAX_ARGS:
            args.append(operand)


def _chained(args: list[Arg], following: bytes) -> list[Arg]:
    """The operands of a chain: how far along each string is moved, and the strings."""
    moves, strings = [b"0"], [arg for arg in args[-1:] if isinstance(arg, bytes)] or [b"<>"]
    for move, string in _LINK.findall(following):
        moves.append(move)
        strings.append(string)
    return [moves, strings]


def chain_bytes(moves: list[bytes], strings: list[bytes]) -> bytes:
    """A chain as content: the first string where the line stands, each other moved along from the one before."""
    links = [move + b" 0 Td " + string for move, string in zip(moves[1:], strings[1:], strict=True)]
    return b" Tj\n".join([strings[0], *links]) + b" Tj\n"


def _is_operand(word: bytes) -> bool:
    """Digits, sign and full stop begin numbers; any other word but three is an operator, ' and " among them."""
    return 43 <= word[0] <= 57 or word in (b"true", b"false", b"null")


def _operand(data: bytes, m: re.Match[bytes], kind: int) -> tuple[Arg | None, int]:
    """The operand that begins with the token `m`, and where it ends; None for a bracket without its partner."""
    if kind == _STRUCTURE:
        if m[kind] == b"[":
            return _array(data, m.end())
        if m[kind] == b"<<":
            end = _skip_dictionary(data, m.end())
            return data[m.start(kind) : end], end
        return None, m.end()
    if kind == _NESTED_STRING:
        end = _skip_string(data, m.end())
        return data[m.start(kind) : end], end
    return m[kind], m.end()


def _array(data: bytes, position: int) -> tuple[list[bytes], int]:
    """The tokens of an array, and where it ends. One that is never closed ends before the next text operator."""
    if (flat := _FLAT_ARRAY.match(data, position)) is not None:
        items = _FLAT_ITEM.findall(flat[1])
        if _AFTER_ARRAY.isdisjoint(items):
            return items, flat.end()
    out: list[bytes] = []
    while (m := _TOKEN.match(data, position)) is not None:
        kind = m.lastindex or _JUNK
        if kind == _WORD and m[1] in _AFTER_ARRAY:
            return out, m.start(kind)
        position = m.end()
        if kind == _STRUCTURE and m[kind] == b"]":
            break
        if kind == _NESTED_STRING:
            position = _skip_string(data, position)
            out.append(data[m.start(kind) : position])
        elif kind not in (_STRUCTURE, _JUNK):
            out.append(m[kind])
    return out, position


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
