"""Addresses are compiled once: each test makes the application anew, and with it the same few hundred addresses.

To compile them took most of the time it takes to make the application, more than many a test takes by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

compiled_afresh = Rule._compile_builder
_made: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What Werkzeug compiles depends on nothing but this key, unless the rule has defaults; it is bound to its rule
    afterwards."""
    if rule.defaults:
        return compiled_afresh(rule, append_unknown)
    key: tuple[Any, ...] = (rule.rule, tuple(rule._trace), append_unknown)
    if key not in _made:
        _made[key] = compiled_afresh(rule, append_unknown)
    return _made[key]


def compile_addresses_once() -> None:
    """From now on, in this process."""
    Rule._compile_builder = _compiled_once  # type: ignore[method-assign]
