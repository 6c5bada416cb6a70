"""Nothing in a page's source gets round escaping or the browser's content policy (security.md 7, 17)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORBIDDEN = {
    "a filter that switches escaping off": re.compile(r"\|\s*safe\b|autoescape\s+false"),
    "an inline style": re.compile(r"\sstyle\s*=|<style\b"),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "script text in the page": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|javascript:"),
    "an address on another machine": re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//"),
    "a sign of government": re.compile(r"crown|crest|OGL|Open Government Licence", re.IGNORECASE),
    "a form that posts without protection": re.compile(
        r"<form[^>]*method=[\"']post[\"'](?:(?!</form>).)*</form>", re.DOTALL
    ),
}
CSRF = re.compile(r"csrf|\.hidden_tag\(\)")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_no_page_holds(path, what):
    # A comment of the template never reaches the browser.
    source = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = FORBIDDEN[what].findall(source)
    if what.startswith("a form"):
        found = [form for form in found if not CSRF.search(form)]
    assert found == []


@pytest.mark.parametrize("name", ["a filter that switches escaping off", "an inline style", "an inline handler"])
def test_the_search_itself_finds_what_it_looks_for(name):
    samples = {
        "a filter that switches escaping off": "{{ name | safe }}",
        "an inline style": '<p style="color: red">',
        "an inline handler": '<a href="/" onclick="go()">',
    }
    assert FORBIDDEN[name].search(samples[name])


@pytest.mark.parametrize("path", sorted((ROOT / "sar" / "static").glob("*.css")), ids=lambda path: path.name)
def test_our_stylesheets_ask_for_no_file_and_never_name_the_typeface_of_gov_uk(path):
    source = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    # url(#...) is a pattern drawn in the page itself.
    assert not re.search(r"url\((?![\"']?#)|@import|GDS Transport", source)
