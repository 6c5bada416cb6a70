"""No page is left open by oversight: each declares who may see it, and a person has read the list."""

from __future__ import annotations

import difflib

import pytest
from flask import Flask

from sar.access.guards import endpoint_guard, endpoint_needs_step_up, guard, public
from sar.access.permissions import Permission
from tests.conftest import AppFactory
from tests.security.routes import REVIEWED, UNGUARDED, table

GUARDS = {"public", "staff", "requester", "originator", *(permission.value for permission in Permission)}


def test_every_page_declares_who_may_see_it(app: Flask) -> None:
    with app.app_context():
        without = [
            endpoint
            for endpoint in app.view_functions
            if endpoint not in UNGUARDED and endpoint_guard(endpoint) not in GUARDS
        ]
    assert not without, f"these views carry no guard: {without}"


def test_a_page_cannot_carry_two_guards() -> None:
    """Of two, the table would show one and the other would decide."""
    for first, second in ((public, guard(Permission.CASE_VIEW)), (guard(Permission.CASE_VIEW), public)):
        with pytest.raises(TypeError, match="guard already"):
            second(first(lambda: ""))


def test_the_table_of_who_may_reach_what_is_the_one_that_was_reviewed(app: Flask) -> None:
    reviewed = REVIEWED.read_text(encoding="utf-8").splitlines()
    difference = list(difflib.unified_diff(reviewed, table(app), "reviewed", "now", n=0, lineterm=""))
    if difference:
        pytest.fail(
            "The routes changed. Read this; if it is right: .venv/bin/python -m tests.security.routes\n"
            + "\n".join(difference),
            pytrace=False,
        )


def test_grave_steps_ask_for_the_second_factor_again(app: Flask) -> None:
    """Changing what someone may do, and sending records out, are not done from an unattended screen."""
    grave = {"access.add_staff", "access.change_roles", "access.disable_staff", "access.reset_sign_in"}
    grave |= {"release.let_go", "release.hand_over", "release.words", "cases.new_words"}
    with app.app_context():
        assert not [endpoint for endpoint in grave if not endpoint_needs_step_up(endpoint)]


@pytest.mark.parametrize(("surface", "closed"), [("public", "/staff"), ("staff", "/ask")])
def test_each_door_serves_its_own_side_only(make_app: AppFactory, surface: str, closed: str) -> None:
    """A staff side that need not face the internet is not there at all on the public door."""
    app = make_app(surface=surface)
    assert not [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(closed)]
    assert app.test_client().get("/check" if surface == "public" else "/staff/sign-in").status_code == 200
