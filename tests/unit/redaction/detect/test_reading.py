"""A text is read once, whoever asks again; much new text is shared out among child processes, with the same result."""

import pytest

from redaction.detect import Detector, Finding, PageString, reading
from redaction.detect.names import NameRecogniser

TEXT = "Mr Tesfay rang about {}. Paulina Nowicka was out."


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MEMORY", reading.Memory())


@pytest.fixture
def texts_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    read: list[str] = []
    find = NameRecogniser.find

    def counted(self: NameRecogniser, page: PageString) -> list[Finding]:
        read.append(page.raw)
        return find(self, page)

    monkeypatch.setattr(NameRecogniser, "find", counted)
    return read


def test_a_copy_of_a_page_is_not_read_again(texts_read: list[str]) -> None:
    pages = [PageString(number, TEXT.format("rent")) for number in (1, 2, 3)]
    mentions = Detector(models=False).detect(pages, [], [])
    assert len(texts_read) == 1
    assert [m.page for m in mentions if m.text == "Tesfay"] == [1, 2, 3]


def test_a_new_record_or_a_confirmed_person_reads_only_what_is_new(texts_read: list[str]) -> None:
    pages = [PageString(number, TEXT.format(number)) for number in range(1, 6)]
    Detector(models=False).detect(pages, [], [])
    pages.append(PageString(6, "Later nowicka rang."))
    mentions = Detector(models=False).detect(pages, [], ["Dawit Tesfay"])
    assert texts_read[5:] == ["Later nowicka rang."]
    assert {m.person for m in mentions if m.text == "Tesfay"} == {"Dawit Tesfay"}
    assert [m.text for m in mentions if m.page == 6] == ["nowicka"]


def test_old_findings_are_forgotten_when_there_are_too_many() -> None:
    memory = reading.Memory(size=2)
    for key in (b"a", b"b", b"c"):
        memory.put(key, ())
    assert [memory.get(key) for key in (b"a", b"b", b"c")] == [None, (), ()]


def test_child_processes_find_the_same_and_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [PageString(number, TEXT.format(number)) for number in range(1, 20)]
    alone = Detector(models=False).detect(pages, [], [])
    monkeypatch.setattr(reading, "_MEMORY", reading.Memory())
    monkeypatch.setattr(reading, "CHARACTERS_WORTH_CHILDREN", 1)
    monkeypatch.setattr(reading, "_children", lambda: 2)
    told: list[tuple[int, int]] = []
    shared = Detector(models=False).detect(pages, [], [], progress=lambda done, of: told.append((done, of)))
    assert shared == alone
    assert told[-1] == (19, 19)


def test_what_dead_children_did_not_read_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(reading, "ProcessPoolExecutor", broken)
    monkeypatch.setattr(reading, "CHARACTERS_WORTH_CHILDREN", 1)
    monkeypatch.setattr(reading, "_children", lambda: 2)
    mentions = Detector(models=False).detect([PageString(1, TEXT.format(1))], [], [])
    assert [m.text for m in mentions] == ["Tesfay", "Paulina Nowicka"]
