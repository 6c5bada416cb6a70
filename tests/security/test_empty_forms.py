"""A form that is sent with nothing in it, or with half a date, is answered in words: never with a failure of ours."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from flask_wtf import FlaskForm
from werkzeug.test import TestResponse
from wtforms import DateField, Form
from wtforms.fields.core import UnboundField

import sar
from sar.intake.fields import DayField
from tests.conftest import AppFactory
from tests.databases import Databases
from tests.integration.intake.walk import Browser, csrf_of
from tests.security.addresses import Address, addresses
from tests.security.test_who_may_see_what import let_in, may
from tests.security.world import World, build


@pytest.fixture(scope="module")
def office(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An office of our own: some buttons need nothing but the pressing."""
    with databases.lease("sqlite", tmp_path_factory.mktemp("empty-forms")) as make:
        yield build(make())


def signed_in(office: World, persona: str) -> Browser:
    """With the token that every form of its visit carries."""
    browser = office.browser(persona)
    browser.csrf = csrf_of(browser.get("/staff/sign-in" if persona == "anonymous" else "/privacy"))
    return browser


def pressed(browser: Browser, address: Address, data: dict[str, str]) -> TestResponse:
    # Buffered: a download is read to its end where it is written.
    form = {"csrf_token": browser.csrf, **data}
    return browser._open(address.url, method=address.method, data=form, buffered=True)


@pytest.mark.parametrize("persona", ["dpo", "administrator", "requester", "originator", "anonymous"])
def test_nothing_sent_to_any_address_is_a_failure_of_ours(office: World, persona: str) -> None:
    failed, tried, browser = [], 0, signed_in(office, persona)
    for address in addresses(office.app, office.values(), safe=False):
        if not may(persona, address.guard):
            continue
        for data in ({}, {name: "1" for name in _date_names()}):
            response = pressed(browser, address, data)
            if response.status_code == 400 or not let_in(response):  # some buttons end the session, or all of them
                browser = signed_in(office, persona)
                response = pressed(browser, address, data)
            tried += 1
            if response.status_code >= 500:
                failed.append(f"{address}: {response.status_code}")
    assert tried and not failed, "\n".join(failed)


def test_every_date_is_asked_for_with_the_field_that_forgives() -> None:
    wrong = [
        f"{form.__module__}.{form.__name__}.{name}"
        for form, name, field in _fields()
        if issubclass(field.field_class, DateField) and not issubclass(field.field_class, DayField)
    ]
    assert not wrong


@pytest.mark.parametrize("sent", [[], [""], ["1"], ["", "", ""], ["31", "6", "2025"]])
def test_a_date_left_out_is_answered_in_words(make_app: AppFactory, sent: list[str]) -> None:
    """Each form with a date, by itself: what is wrong with the date stands at the date, as three boxes."""
    app, seen = make_app(), 0
    for form, name, field in _fields():
        if not issubclass(field.field_class, DayField) or not issubclass(form, FlaskForm):
            continue
        with app.test_request_context(method="POST", data={"other": "x", name: sent}):
            try:
                filled = form(meta={"csrf": False})
            except TypeError:
                continue  # is made with something of a case; the walk above presses its button
            shown = filled[name]
            shown.validate(filled)
            seen += 1
            given_wrongly = any(sent)
            assert shown.errors or not (given_wrongly or shown.missing), f"{form.__name__}.{name}"
            assert len(shown.raw_data) == 3 and 'name="' + name in str(shown())
    assert seen > 10


def _forms() -> set[type[Form]]:
    for found in pkgutil.walk_packages(sar.__path__, "sar."):
        if "forms" in found.name.rsplit(".", 1)[-1]:
            importlib.import_module(found.name)
    todo, known = [Form], set[type[Form]]()
    while todo:
        for one in todo.pop().__subclasses__():
            if one not in known:
                known.add(one)
                todo.append(one)
    return {one for one in known if one.__module__.startswith("sar.")}


@cache
def _fields() -> list[tuple[type[Form], str, UnboundField[Any]]]:
    return [
        (form, name, getattr(form, name))
        for form in sorted(_forms(), key=lambda one: f"{one.__module__}.{one.__name__}")
        for name in dir(form)
        if isinstance(getattr(form, name, None), UnboundField)
    ]


def _date_names() -> list[str]:
    return sorted({name for _, name, field in _fields() if issubclass(field.field_class, DateField)})
