"""The addresses of the application, filled in: with things that are there, or with made-up ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from sar.access.guards import endpoint_guard
from tests.security.routes import UNGUARDED

NOBODYS = "z" * 26
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Address:
    endpoint: str
    guard: str
    url: str
    method: str
    has_arguments: bool

    def __str__(self) -> str:
        return f"{self.method} {self.url} ({self.endpoint})"


def addresses(app: Flask, values: dict[str, Any] | None = None, *, safe: bool) -> Iterator[Address]:
    """Every address that is read (safe) or written to, apart from the files that are the same for everyone."""
    with app.app_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint in UNGUARDED:
                continue
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                if (method in SAFE) == safe:
                    guard = endpoint_guard(rule.endpoint) or ""
                    yield Address(rule.endpoint, guard, _url(rule, values or {}), method, bool(rule.arguments))


def _url(rule: Rule, values: dict[str, Any]) -> str:
    given = {name: values.get(name, _made_up(rule, name)) for name in rule.arguments}
    built = rule.build(given)
    assert built is not None
    return built[1]


def _made_up(rule: Rule, name: str) -> object:
    return 1 if isinstance(rule._converters[name], IntegerConverter) else NOBODYS
