"""Which entries of a dictionary may stay, and with what values: whatever is on no list, or is of another kind, goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

import pikepdf

from redaction.apply.naming import name_of

Test = Callable[[object], bool]
Tests = Mapping[str, Test]

_LANGUAGE = re.compile("[A-Za-z]{2}(-[A-Za-z]{2}|-[0-9]{3})?")
_VERSION = re.compile(r"/[12]\.[0-9]")


def keep_values(holder: object, tests: Tests) -> None:
    """Drops every entry without a test, or with a value that fails it."""
    if isinstance(holder, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in list(holder.items()):
            test = tests.get(key)
            # An entry that is null is none.
            if key != "/Length" and (test is None or not test(value)) and key in holder:
                del holder[key]


def anything(value: object) -> bool:
    """For what is looked at elsewhere."""
    return True


def is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def are_numbers(value: object) -> bool:
    return isinstance(value, pikepdf.Array) and all(map(is_number, value))


def is_truth(value: object) -> bool:
    return isinstance(value, bool)


def is_version(value: object) -> bool:
    return _VERSION.fullmatch(name_of(value)) is not None


def is_language(value: object) -> bool:
    """A tag of language and country such as en-GB, and nothing longer that could be somebody's name."""
    return _LANGUAGE.fullmatch(name_of(value)) is not None


def one_of(*names: str) -> Test:
    """Whether a value is one of these names."""
    return lambda value: isinstance(value, pikepdf.Name) and name_of(value) in names


# How its bytes are packed, of any stream.
STREAM: Tests = {"/Filter": anything, "/DecodeParms": anything}
GROUP: Tests = {
    "/Type": one_of("/Group"), "/S": one_of("/Transparency"), "/CS": anything, "/I": is_truth, "/K": is_truth,
}  # fmt: skip
