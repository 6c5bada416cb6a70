"""The pieces pages are made of say what they mean in words, and show people's text as text."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from govuk_frontend_wtf.wtforms_widgets import GovDateInput
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.datastructures import MultiDict
from wtforms import DateField, FieldList, Form, FormField, StringField
from wtforms.validators import InputRequired

from sar.cases.worklist.filters import SOON_DAYS

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
DUE = date(2026, 12, 18)


@pytest.fixture(scope="module")
def pages() -> Environment:
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    environment = Environment(loader=ChoiceLoader([FileSystemLoader(TEMPLATES), components]), autoescape=True)
    environment.globals.update(
        csrf_token=lambda: "token",
        url_for=lambda endpoint, filename="": f"/{endpoint}/{filename}",
        csp_nonce=lambda: "nonce",
        get_flashed_messages=lambda with_categories: [],
        brand=SimpleNamespace(organisation_name="Northmoor & Co", service_name="Subject access requests"),
    )
    return environment


def shown(pages: Environment, source: str, **values: object) -> str:
    imports = (
        '{% from "macros/page.html" import page_title, summary_rows, notices, section_nav %}'
        '{% from "macros/case.html" import due_date, derivation, progress, timeline, status_tag %}'
        '{% from "macros/forms.html" import form_errors, post_button %}'
    )
    return " ".join(pages.from_string(imports + source).render(**values).split())


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ({"state": "running", "due": DUE, "days_left": 12}, "12 days left"),
        ({"state": "running", "due": DUE, "days_left": 1}, "1 day left"),
        ({"state": "running", "due": DUE, "days_left": 0}, "Due today"),
        ({"state": "running", "due": DUE, "days_left": -3}, "3 days late"),
        ({"state": "ended", "due": DUE, "days_left": -3}, "Closed"),
        ({"state": "running", "due": None}, "No due date yet"),
    ],
)
def test_how_much_time_is_left_is_said_in_words_and_not_by_colour_alone(pages, clock, words):
    text = shown(pages, "{{ due_date(clock) }}", clock=clock)
    assert words in text
    assert ("18 December 2026" in text) == (clock["due"] is not None)


def test_what_is_due_in_the_days_that_the_list_counts_as_soon_stands_out(pages):
    """As the filter "Due in 10 days" has it."""
    for days, soon in ((SOON_DAYS, True), (SOON_DAYS + 1, False)):
        clock = {"state": "running", "due": DUE, "days_left": days}
        assert ("govuk-tag--orange" in shown(pages, "{{ due_date(clock) }}", clock=clock)) == soon


def test_a_paused_clock_says_so_and_when_it_would_be_due(pages):
    text = shown(pages, "{{ due_date(clock) }}", clock={"state": "paused", "due": None, "due_if_answered_today": DUE})
    assert "Paused" in text
    assert "18 December 2026" in text


def test_the_law_behind_a_date_is_shown_to_staff_and_the_plain_words_to_requesters(pages):
    step = {
        "rule": "roll",
        "source": "Art 3(4)",
        "before": DUE,
        "after": date(2026, 12, 21),
        "explanation": "A Saturday.",
    }
    for_staff = shown(pages, "{{ derivation(steps) }}", steps=[step])
    for_requester = shown(pages, "{{ derivation(steps, plain=True) }}", steps=[step])
    assert "roll" in for_staff and "Art 3(4)" in for_staff and "18 December 2026" in for_staff
    assert "A Saturday." in for_requester and "21 December 2026" in for_requester
    assert "Art 3(4)" not in for_requester


def test_text_that_people_wrote_is_shown_as_text(pages):
    text = shown(
        pages,
        "{{ page_title(t) }}{{ summary_rows([{'key': t, 'value': t}]) }}"
        "{{ timeline([{'when': t, 'text': t, 'detail': t}]) }}"
        "{{ status_tag(t) }}{{ notices([('error', t), ('success', t), ('message', t)]) }}"
        "{{ progress({'state': 'failed', 'message': t}, t) }}{{ section_nav([{'text': t, 'href': t}], t) }}",
        t='<script>"x"</script>',
    )
    assert "<script>" not in text
    assert text.count("&lt;script&gt;") >= 12


@pytest.mark.parametrize(
    ("job", "words", "live"),
    [
        ({"state": "waiting"}, "waiting to start", True),
        ({"state": "running", "done": 1240, "total": 5000}, "1,240 of 5,000", True),
        ({"state": "done", "done": 5, "total": 5}, "finished", False),
        ({"state": "failed", "message": "The file is locked."}, "The file is locked.", False),
    ],
)
def test_work_in_hand_says_how_far_it_is_and_refreshes_only_while_it_goes_on(pages, job, words, live):
    text = shown(pages, "{{ progress(job, 'Reading pages') }}", job=job)
    assert words in text
    assert ("data-live" in text) == live


class Child(Form):
    name = StringField("Name", validators=[InputRequired("Enter the child's name")])


class Asked(Form):
    name = StringField("Name", validators=[InputRequired("Enter your name")])
    born = DateField("Born", widget=GovDateInput(), validators=[InputRequired("Enter your date of birth")])
    children = FieldList(FormField(Child), min_entries=1)


def test_each_error_leads_to_the_box_it_is_about(pages):
    form = Asked(MultiDict())
    assert not form.validate()
    form.form_errors = ["The two do not agree"]
    text = shown(pages, "{{ form_errors(form) }}", form=form)
    assert '<a href="#name">Enter your name</a>' in text
    assert '<a href="#born-day">Enter your date of birth</a>' in text
    assert '<a href="#children-0-name">Enter the child&#39;s name</a>' in text
    assert "<li>The two do not agree</li>" in text


def test_a_button_that_changes_something_posts_with_the_csrf_token(pages):
    text = shown(pages, "{{ post_button('Sign out', '/out', {'version': 3}) }}")
    assert 'method="post"' in text
    assert 'name="csrf_token" value="token"' in text
    assert 'name="version" value="3"' in text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 413, 429, 500, 503])
def test_a_refusal_says_what_happened_on_a_page_of_the_organisation(pages, status):
    page = pages.get_template("errors/problem.html")
    text = page.render(status=status, title="Page not found", message="Check the address.")
    assert "<title>Page not found - Subject access requests - Northmoor &amp; Co</title>" in text
    assert "Check the address." in text
    assert 'lang="en-GB"' in text
    assert 'href="#main-content"' in text
