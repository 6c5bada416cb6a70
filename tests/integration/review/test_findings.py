"""Findings kept with a case are those of reading its pages again, unless they changed; and nobody else can use them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from redaction.detect import Detector, Finding, Mention, PageString, reading
from redaction.detect.names import NameRecogniser
from sar.foundation import keys
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Gone
from sar.records import service as records
from sar.records.models import WithdrawnBecause
from sar.review.findings import CaseMemory
from sar.review.models import PageFindings
from tests.integration.review.desk import open_desk

PAGES = [
    f"Mr Tesfay rang about {about}. Paulina Nowicka (PN) was out, call 07700 900123."
    for about in ("rent", "work", "travel", "benefits", "the dog")
]


@pytest.fixture
def texts_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that the recognisers are given. What the process remembers is of no help."""
    read: list[str] = []
    find = NameRecogniser.find

    def counted(self: NameRecogniser, page: PageString) -> list[Finding]:
        read.append(page.raw)
        return find(self, page)

    monkeypatch.setattr(NameRecogniser, "find", counted)
    monkeypatch.setattr(reading, "_MEMORY", reading.ProcessMemory(size=0))
    monkeypatch.setenv("REDACTION_MODELS", "off")
    return read


@pytest.fixture
def scope(in_app: Flask) -> str:
    return new_scope()


def new_scope() -> str:
    with write_transaction():
        return keys.new_scope()


def searched(scope: str, texts: list[str]) -> list[Mention]:
    """As another worker does it, which knows nothing but what is stored."""
    db.session.remove()
    memory = CaseMemory(scope)
    pages = [PageString(number, text) for number, text in enumerate(texts, start=1)]
    found = Detector().detect(pages, ["Marlon Pryce"], ["Dawit Tesfay"], memory=memory)
    memory.forget_others()
    return found


def stored() -> int:
    return db.session.scalar(select(func.count()).select_from(PageFindings)) or 0


def test_a_second_search_reads_nothing_and_finds_exactly_the_same(scope: str, texts_read: list[str]) -> None:
    pages = [PageString(number, text) for number, text in enumerate(PAGES, start=1)]
    without = Detector().detect(pages, ["Marlon Pryce"], ["Dawit Tesfay"])
    texts_read.clear()
    assert searched(scope, PAGES) == without
    assert texts_read == PAGES
    assert searched(scope, PAGES) == without
    assert texts_read == PAGES


def test_a_changed_page_is_read_a_copied_one_is_not_and_what_is_on_no_page_is_dropped(
    scope: str, texts_read: list[str]
) -> None:
    searched(scope, [PAGES[0], PAGES[1], PAGES[0]])
    assert (texts_read, stored()) == (PAGES[:2], 2)
    changed = PAGES[1].replace("Nowicka", "Nowacka")
    found = searched(scope, [PAGES[0], changed, changed])
    assert texts_read[2:] == [changed]
    assert {m.text for m in found if m.page == 3} >= {"Tesfay", "Paulina Nowacka"}
    assert stored() == 2


def test_every_field_and_every_kind_of_finding_is_kept(scope: str) -> None:
    found = (
        Finding(0, 3, "person", 0.1 + 0.2, ("title mrs + name", "Großmann–Łuk"), "mrs"),
        Finding(0, 2**20, "nobody", 1.0, ()),
    )
    CaseMemory(scope).put({b"one": found, b"none": ()})
    assert CaseMemory(scope).get([b"one", b"none", b"other"]) == {b"one": found, b"none": ()}
    alike = tuple(Finding(place, place + 5, "person", 0.9, ("in the list of surnames",)) for place in range(500))
    CaseMemory(scope).put({b"one": alike, b"none": ()})
    assert CaseMemory(scope).get([b"one"]) == {b"one": alike}
    sizes = [len(sealed) for sealed in db.session.scalars(select(PageFindings.findings_sealed)) if sealed]
    assert len(sizes) == 2 and max(sizes) < 5_000, "what repeats itself is packed"


def test_more_texts_than_one_query_takes_are_kept_and_dropped(scope: str) -> None:
    digests = [bytes([number // 256, number % 256]) for number in range(1_100)]
    finding = Finding(1, 2, "person", 0.9, ("in the list",))
    CaseMemory(scope).put({digest: (replace(finding, end=place),) for place, digest in enumerate(digests)})
    memory = CaseMemory(scope)
    known = memory.get(digests[10:])
    assert [known[digest][0].end for digest in digests[10:]] == list(range(10, 1_100))
    memory.forget_others()
    assert stored() == 1_090


def test_what_other_recognisers_found_is_neither_used_nor_kept(
    scope: str, texts_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    searched(scope, PAGES)
    monkeypatch.setattr(reading, "version", lambda: b"of tomorrow")
    searched(scope, PAGES)
    assert (texts_read, stored()) == ([*PAGES, *PAGES], 5)


def test_a_search_that_is_broken_off_has_read_for_the_next(
    scope: str, texts_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "REMEMBERED_AT_ONCE", 2)
    find = NameRecogniser.find

    def broken(self: NameRecogniser, page: PageString) -> list[Finding]:
        if page.raw == PAGES[4]:
            raise MemoryError
        return find(self, page)

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(NameRecogniser, "find", broken)
        searched(scope, PAGES)
    texts_read.clear()
    searched(scope, PAGES)
    assert texts_read == PAGES[4:]


def test_a_damaged_row_is_not_believed_but_read_anew(scope: str, texts_read: list[str]) -> None:
    good = searched(scope, PAGES[:2])
    first, second = db.session.scalars(select(PageFindings).order_by(PageFindings.id))
    row_id, sealed, of_another = first.id, first.findings_sealed, second.findings_sealed
    assert sealed is not None
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for damaged in (sealed[:-1], flipped, b"", None, of_another):
        with write_transaction() as session:
            change = update(PageFindings).where(PageFindings.id == row_id).values(findings_sealed=damaged)
            session.execute(change)
        texts_read.clear()
        assert searched(scope, PAGES[:2]) == good
        assert len(texts_read) == 1
        assert searched(scope, PAGES[:2]) == good
        assert (len(texts_read), stored()) == (1, 2)


def test_the_table_tells_nobody_that_two_cases_have_a_page_in_common(scope: str, texts_read: list[str]) -> None:
    other = new_scope()
    searched(scope, PAGES)
    searched(other, PAGES)
    assert texts_read == [*PAGES, *PAGES]
    rows = list(db.session.scalars(select(PageFindings)))
    assert len({row.id for row in rows}) == len({row.findings_sealed for row in rows}) == 10


def test_what_was_found_is_gone_with_the_key_of_the_case(scope: str, texts_read: list[str]) -> None:
    memory = CaseMemory(scope)
    memory.put({b"one": ()})
    with write_transaction():
        keys.erase_scope(scope)
    with pytest.raises(Gone):
        memory.get([b"one"])
    with pytest.raises(Gone):
        memory.put({b"two": ()})
    with pytest.raises(Gone):
        CaseMemory(scope)
    assert stored() == 1, "nothing was added after"


def test_a_record_that_arrives_has_only_its_own_pages_read(in_app: Flask, texts_read: list[str]) -> None:
    desk = open_desk(in_app, "Marlon Pryce", *PAGES[:2])
    assert len(texts_read) == 2
    later = desk.record(PAGES[0], PAGES[2])
    assert texts_read[2:] == [PAGES[2]]
    assert len(desk.mentions("Paulina Nowicka")) == 8 and stored() == 3
    records.withdraw_record(desk.officer, later, WithdrawnBecause.WRONG_PERSON)
    desk.record(PAGES[3])
    assert len(texts_read) == 4 and stored() == 3, "the page that went out with its record is known no longer"
