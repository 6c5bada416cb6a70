"""Content as the specification has it: what a viewer has no use for may hold a name, and is left out before it is read.

Source: ISO 32000-2, Annex A (operators and operands), 14.6 (marked content). Unknown operators, surplus operands,
operands of another type, comments, points of marked content, tags of the author's own and all of a property list but
its tie to the structure tree go. Most content has none of it and stays as it is.
"""

from __future__ import annotations

import re

from redaction.apply.inline import joined, plain_inline_image
from redaction.apply.structure import STANDARD_ROLES
from redaction.apply.tokens import CHAIN, Arg, Op, chain_bytes, format_number, number

# By operator: how many numbers it takes.
_NUMBERS = {
    b"b": 0, b"B": 0, b"b*": 0, b"B*": 0, b"BT": 0, b"BX": 0, b"c": 6, b"cm": 6, b"d0": 2, b"d1": 6, b"EMC": 0,
    b"ET": 0, b"EX": 0, b"f": 0, b"F": 0, b"f*": 0, b"G": 1, b"g": 1, b"h": 0, b"i": 1, b"j": 1, b"J": 1, b"K": 4,
    b"k": 4, b"l": 2, b"m": 2, b"M": 1, b"n": 0, b"q": 0, b"Q": 0, b"re": 4, b"RG": 3, b"rg": 3, b"s": 0, b"S": 0,
    b"T*": 0, b"Tc": 1, b"Td": 2, b"TD": 2, b"TL": 1, b"Tm": 6, b"Tr": 1, b"Ts": 1, b"Tw": 1, b"Tz": 1, b"v": 4,
    b"w": 1, b"W": 0, b"W*": 0, b"y": 4,
}  # fmt: skip
_COLOURS = frozenset((b"SC", b"sc", b"SCN", b"scn"))  # numbers, and with patterns a name
_PATTERNS = frozenset((b"SCN", b"scn"))
_MOST_COLOURS = 33  # 32 colourants and a pattern
_NAMED = frozenset((b"CS", b"cs", b"Do", b"gs", b"sh"))
_TEXT = {b"Tj": 1, b"TJ": 1, b"'": 1, b'"': 3}  # numbers, and last a string or an array
_INTENTS = frozenset((b"/AbsoluteColorimetric", b"/RelativeColorimetric", b"/Saturation", b"/Perceptual"))
_DIGITS = b"0123456789.-+"
_KEPT_PROPERTIES = re.compile(rb"/MCID\s+\d+|/Type\s*/(?:Pagination|Layout|Page|Background)\b")
_PLAIN_PROPERTIES = re.compile(rb"<<\s*(?:/MCID\s+\d+\s*|/Type\s*/(?:Pagination|Layout|Page|Background)\b\s*)*>>")
# LibreOffice marks most paragraphs with the name of their style in English.
_TAGS = frozenset(role.encode("ascii") for role in STANDARD_ROLES) | {b"/OC", b"/Tx", b"/ReversedChars", b"/Standard"}
_NOT_STANDARD = b"/Span"
_MUTE: list[Arg] = [_NOT_STANDARD, b"<<>>"]
_STRINGS = (b"(", b"<")
# Nearly all operators are numbers with a name, or one string or array with one: known at a glance.
_USUAL = re.compile(
    rb"(?:[-+.0-9 \n\r\t]*+|\[(?:[-+.0-9 \n\r\t]++|\((?:[^()\\]|\\.)*+\)|<[0-9A-Fa-f]*+>)*+\]\s*+"
    rb"|\((?:[^()\\]|\\.)*+\)\s*+|<[0-9A-Fa-f]*+>\s*+)[A-Za-z][A-Za-z0-9*]*+",
    re.DOTALL,
)
_USUAL_OPERANDS = {**_NUMBERS, b"Tj": 1, b"TJ": 1}
_BLANKS = b"\x00\t\n\x0c\r "


def plain_content(data: bytes, ops: list[Op]) -> tuple[bytes, list[Op]]:
    """`data`, read as `ops`, without what has no use there; the very same two where there is nothing of it."""
    comments = b"%" in data
    usual, count = _USUAL.fullmatch, _USUAL_OPERANDS.get
    plain = [
        op if len(op.args) == count(op.name) and usual(data, op.start, op.end) else _plain(op, data, comments)
        for op in ops
    ]
    if all(new is op for new, op in zip(plain, ops, strict=True)) and not _lies_between(data, ops, comments):
        return data, ops
    plain = _without_mute_marks(plain)
    out: list[bytes] = []
    kept: list[Op] = []
    position = 0
    for op, new in zip(ops, plain, strict=True):
        if new is None:
            continue
        spelt = data[op.start : op.end] if new is op else _spelt(new)
        kept.append(Op(new.name, new.args, position, position + len(spelt)))
        out.append(spelt)
        position += len(spelt) + 1
    return b"\n".join((*out, b"")), kept


def _without_mute_marks(ops: list[Op | None]) -> list[Op | None]:
    """The operators without pairs of marks that say nothing: as many of them as words or letters, they count these."""
    out = list(ops)
    begun: list[int] = []
    for index, op in enumerate(ops):
        if op is None:
            continue
        if op.name in (b"BMC", b"BDC"):
            begun.append(index)
        elif op.name == b"EMC" and begun:
            start = begun.pop()
            first = ops[start]
            if first is not None and first.args == _MUTE:
                out[index] = out[start] = None
    return out


def _lies_between(data: bytes, ops: list[Op], comments: bool) -> bool:
    """Whether anything but white space lies after the last operator, or between two."""
    if data[ops[-1].end if ops else 0 :].strip(_BLANKS):
        return True
    position = 0
    for op in ops if comments else ():
        if data[position : op.start].strip(_BLANKS):
            return True
        position = op.end
    return False


def _plain(op: Op, data: bytes, comments: bool) -> Op | None:
    """The operator as it may stay, itself where it may as it is; None for one that goes."""
    args = _plain_operands(op)
    if args is None:
        return None
    if args is op.args and not (comments and _has_comment(op, data)) and _starts_with_operands(op, data):
        return op
    return op._replace(args=args)


def _plain_operands(op: Op) -> list[Arg] | None:
    name, args = op.name, op.args
    count = _NUMBERS.get(name)
    if count is not None:
        if len(args) <= count and _all_numbers(args):
            return args
        return [format_number(number(arg)) for arg in args[len(args) - min(count, len(args)) :]]
    if name in _TEXT:
        before = args[-_TEXT[name] : -1]
        return args if len(args) <= _TEXT[name] and _all_numbers(before) and _is_text(args[-1:]) else _text(args, name)
    if name == CHAIN:
        return args
    if name == b"BI":
        return plain_inline_image(args)
    if name in _COLOURS:
        numbers = args[:-1] if name in _PATTERNS and _is_name(args[-1:]) else args
        return args if len(args) <= _MOST_COLOURS and _all_numbers(numbers) else None
    if name in _NAMED:
        return args if len(args) == 1 and _is_name(args) else args[-1:] if _is_name(args[-1:]) else None
    return _plain_special(name, args)


def _plain_special(name: bytes, args: list[Arg]) -> list[Arg] | None:
    if name == b"Tf":
        if len(args) < 2 or not _is_name(args[-2:-1]):
            return None
        return args if len(args) == 2 and _all_numbers(args[1:]) else [args[-2], format_number(number(args[-1]))]
    if name == b"d":
        dashes = args[-2] if len(args) >= 2 else None
        if not isinstance(dashes, list) or not _all_numbers([*dashes, args[-1]]):
            return None
        return args if len(args) == 2 else args[-2:]
    if name == b"ri":
        return args if len(args) == 1 and args[0] in _INTENTS else None
    if name in (b"BMC", b"BDC"):
        return _plain_mark(name, args)
    return None


def _plain_mark(name: bytes, args: list[Arg]) -> list[Arg]:
    """Marks nest, so that none can be left out: one that says nothing takes its place."""
    wanted = 1 if name == b"BMC" else 2
    if len(args) == wanted and args[0] in _TAGS and (wanted == 1 or _is_plain_property(args[1])):
        return args
    tag: Arg = args[-wanted] if len(args) >= wanted and args[-wanted] in _TAGS else _NOT_STANDARD
    if wanted == 1:
        return [tag]
    properties = args[-1] if args else b""
    if isinstance(properties, bytes) and properties.startswith(b"<<"):
        return [tag, b"<<" + b" ".join(_KEPT_PROPERTIES.findall(properties)) + b">>"]
    return [tag, properties if _is_name([properties]) else b"<<>>"]


def _is_plain_property(arg: Arg) -> bool:
    return _is_name([arg]) or (isinstance(arg, bytes) and _PLAIN_PROPERTIES.fullmatch(arg) is not None)


def _text(args: list[Arg], name: bytes) -> list[Arg] | None:
    """The operands of an operator that shows text, cut to what it takes; None where it has no text."""
    if not args or not (isinstance(args[-1], list) or _is_text(args[-1:])):
        return None if args else args
    before: list[Arg] = [format_number(number(arg)) for arg in args[-_TEXT[name] : -1]]
    text = args[-1]
    if isinstance(text, list):
        text = [item if item[:1] in _STRINGS else format_number(number(item)) for item in text]
    return [*before, text]


def _all_numbers(args: list[Arg]) -> bool:
    try:
        joined = b"".join(args)  # type: ignore[arg-type]  # an array raises, which is quicker than asking each
    except TypeError:
        return False
    return not joined.translate(None, _DIGITS)


def _is_name(args: list[Arg]) -> bool:
    return bool(args) and isinstance(args[0], bytes) and args[0].startswith(b"/")


def _is_text(args: list[Arg]) -> bool:
    """A string, or an array of strings and numbers."""
    if not args:
        return False
    if not isinstance(args[0], list):
        return args[0][:1] in _STRINGS and args[0][:2] != b"<<"
    return _all_numbers([item for item in args[0] if item[:1] not in _STRINGS])


def _has_comment(op: Op, data: bytes) -> bool:
    """Whether there are more signs of a comment in the operator's bytes than in its strings."""
    flat = [part for arg in op.args for part in _listed(arg)]
    return data.count(b"%", op.start, op.end) > sum(part.count(b"%") for part in flat)


def _starts_with_operands(op: Op, data: bytes) -> bool:
    """Whether nothing stands before what the tokens of an image or a chain hold; for others their operands tell."""
    if op.name == b"BI":
        return data.startswith(b"BI", op.start)
    if op.name != CHAIN:
        return True
    _, strings = map(_listed, op.args)
    return data.startswith(strings[0], op.start)


def _listed(arg: Arg) -> list[bytes]:
    return arg if isinstance(arg, list) else [arg]


def _spelt(op: Op) -> bytes:
    if op.name == b"BI":
        dictionary, pixels = map(joined, op.args)
        return b"BI" + dictionary + b"ID " + pixels + b"\nEI"
    if op.name == CHAIN:
        return chain_bytes(*map(_listed, op.args)).rstrip(b"\n")
    return b" ".join((*map(joined, op.args), op.name))
