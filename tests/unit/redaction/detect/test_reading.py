"""A text is read once, whoever asks again; much new text is shared out among child processes, with the same result."""

import ast
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from redaction.detect import Detector, Finding, Findings, PageString, reading
from redaction.detect.names import NameRecogniser
from redaction.detect.version import PACKAGES, version, version_of

TEXT = "Mr Tesfay rang about {}. Paulina Nowicka was out."


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MEMORY", reading.ProcessMemory())


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
    memory = reading.ProcessMemory(size=2)
    for digest in (b"a", b"b"):
        memory.put({digest: ()})
    memory.get([b"a"])
    memory.put({b"c": ()})
    assert memory.get([b"a", b"b", b"c"]) == {b"a": (), b"c": ()}, "the one that was asked for least lately goes"


def test_child_processes_find_the_same_and_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [PageString(number, TEXT.format(number)) for number in range(1, 20)]
    alone = Detector(models=False).detect(pages, [], [])
    monkeypatch.setattr(reading, "_MEMORY", reading.ProcessMemory())
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


class Kept:
    """A memory that a caller gives, and how it was told."""

    def __init__(self) -> None:
        self.known: dict[bytes, Findings] = {}
        self.told: list[int] = []

    def get(self, digests: Sequence[bytes]) -> dict[bytes, Findings]:
        return {digest: self.known[digest] for digest in digests if digest in self.known}

    def put(self, found: Mapping[bytes, Findings]) -> None:
        self.known.update(found)
        self.told.append(len(found))


def test_a_memory_that_is_given_is_told_in_parts_and_answers_for_pages_read_before(
    texts_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [PageString(number, TEXT.format(number)) for number in range(1, 6)]
    alone = Detector(models=False).detect(pages, [], [])
    texts_read.clear()
    monkeypatch.setattr(reading, "REMEMBERED_AT_ONCE", 2)
    memory = Kept()
    assert [Detector(models=False).detect(pages, [], [], memory=memory) for _ in range(2)] == [alone, alone]
    assert (len(texts_read), memory.told) == (5, [2, 2, 1])


def test_findings_with_models_and_without_are_remembered_apart() -> None:
    assert reading._digest("Mr Tesfay", True) != reading._digest("Mr Tesfay", False)


def test_the_version_is_the_same_in_every_process() -> None:
    command = "from redaction.detect.version import version; print(version().hex())"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    answer = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, check=True)
    assert answer.stdout.decode().strip() == version().hex()


def test_the_version_changes_with_every_rule_and_list_and_with_nothing_that_python_leaves(tmp_path: Path) -> None:
    folder = tmp_path / "detect"
    (folder / "data").mkdir(parents=True)
    (folder / "names.py").write_text("LEAST = 0.5")
    (folder / "data" / "towns.txt").write_text("Leeds")
    seen = {version_of(folder)}
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "names.pyc").write_bytes(b"compiled")
    assert version_of(folder) in seen
    for name, content in (("names.py", "LEAST = 0.6"), ("data/towns.txt", "York"), ("data/new.txt", "")):
        (folder / name).write_text(content)
        assert version_of(folder) not in seen
        seen.add(version_of(folder))


def test_the_version_knows_every_package_that_recognisers_use() -> None:
    used: set[str] = set()
    for path in Path(reading.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module.partition(".")[0])
    foreign = used - set(sys.stdlib_module_names) - {"redaction"}
    owners = packages_distributions()
    assert {owner.replace("_", "-").lower() for name in foreign for owner in owners[name]} == set(PACKAGES)
