from __future__ import annotations

import pytest

from redaction.letters import fold, fold_char
from redaction.needles import NeedleSet, halves_over_break


def found(needle: str, text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in NeedleSet([needle]).find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Zebedee Quillfeather",
        "ZEBEDEE\nQUILLFEATHER",
        "Zebe-\ndee Quill\u00adfeather",
        "Zebedee\u00a0Quillfeather",
        "Z e b e d e e Quillfeather",
        "Zebedee \u200bQuillfeather",
        "Zébedee Quillfeather",
        "Zebedee Quill\ufb00eather".replace("\ufb00", "f"),
        "xZebedeeQuillfeatherx",
        "zebedee-quillfeather",
    ],
)
def test_a_full_name_is_found_however_it_is_set(text: str) -> None:
    assert found("Zebedee Quillfeather", text)


def test_a_ligature_counts_as_its_letters() -> None:
    assert found("Stefan Affleck", "Mr Stefan A\ufb04eck came") == ["Stefan A\ufb04eck"]


@pytest.mark.parametrize("text", ["planning", "Annex", "Joanne", "Ann3"])
def test_a_short_name_inside_another_word_is_left_alone(text: str) -> None:
    assert not found("Ann", text)


@pytest.mark.parametrize("text", ["Ann's", "Ann’s", "(Ann)", "ANN,", "Ann-Marie", "to\nAnn\nand"])
def test_a_short_name_that_stands_alone_is_found(text: str) -> None:
    assert [hit.casefold() for hit in found("Ann", text)] == ["ann"]


@pytest.mark.parametrize(
    ("needle", "text"),
    [
        ("Bjorn Hansen", "Bjørn Hansen"),
        ("Bjoern Hansen", "Bjørn Hansen"),
        ("Bjørn", "BJOERN"),
        ("Aelfric", "Ælfric"),
        ("Lukasz", "Łukasz"),
        ("Ayse Yildiz", "Ayşe Yıldız"),
        ("Dorde", "Đorđe"),
        ("Haakon", "Håkon"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Juergen Mueller", "Jürgen Müller"),
        ("Juergen Mueller", "Ju\u0308rgen Mueller"),
        ("Jürgen Müller", "juergen.mueller@example.org"),
        ("Juergen Mueller", "Müller, Jürgen"),
        ("Sean O’Brien", "Sean O‛Brien"),
        ("Sean O'Brien", "Sean O′Brien"),
        ("Anne Smith-Jones", "Anne Smith⁃Jones"),
        ("Anne Smith-Jones", "Anne Smith֊Jones"),
        ("Thomas", "ᴛʜᴏᴍᴀs"),
        ("Thomas", "T\uf768\uf76f\uf76d\uf761\uf773"),
        ("AB 12 34", "ab \uf731\uf732 \uf733\uf734"),
        ("Thomas Quill", "quill.thomas@example.org"),
        ("Thomas Quill", "quill_thomas"),
        ("Thomas Quill", "example.org/quill-thomas/1"),
        ("Thomas J. Quill", "Thomas J Quill"),
        ("Thomas J Quill", "Thomas J. Quill"),
        ("J. R. Quill", "JR Quill"),
        ("J Quill", "J. Quill"),
        ("Thomas", "Thоmas"),
        ("Thomas", "ΤHΟMAS"),
        ("Иван", "ИВАН"),
        ("Νίκος", "ΝΙΚΟΣ"),
        ("Thomas Quill", "thomas.quill@example.org"),
        ("Thomas Quill", "thomas.\nquill@example.org"),
        ("Thomas Quill", "thomas_quill.docx"),
        ("Ann Lee", "/home/ann_lee/"),
        ("Thomas Quill", "?name=Thomas%20Quill&a=1"),
        ("Thomas Quill", "Quill, Thomas"),
        ("Mary Jane Watson", "Watson,\nMary Jane"),
        ("Thomas", "T.h.o.m.a.s"),
        ("Thomas Quill", "T.H.O.M.A.S. Q.U.I.L.L."),
    ],
)
def test_a_name_is_found_in_all_ways_it_is_written(needle: str, text: str) -> None:
    assert found(needle, f"({text})")


@pytest.mark.parametrize(
    ("needle", "text"),
    [
        ("Ann Lee", "Joann. Lee came"),
        ("Ann Lee", "to Ann. Lee came"),
        ("Ann Lee", "to Ann.\nLee came"),
        ("Ann Lee", "Ann + Lee"),
        ("Ann Lee", "joann_lee"),
        ("Ann Lee", "ann.leeds@example.org"),
        ("Ann Lee", "Leeds, Ann"),
        ("Ann Lee", "Flee, Ann"),
        ("Ann Lee", "Leeann came"),
        ("Ann Lee", "Lee Ann came"),
        ("J. Quill", "Raj Quill"),
        ("Al", "A.L. Bright"),
        ("Joe", "J.O.E. Bright"),
        ("Samuel", "Samul"),
        ("Joe", "Jo came"),
        ("Manuel", "a Manul"),
        ("Müller", "Muellers"),
        ("Thomas Quill", "Thomas, Quill"),
        ("22 High Street", "from High Street, 22 of them"),
    ],
)
def test_what_only_resembles_a_way_of_writing_stays(needle: str, text: str) -> None:
    assert not found(needle, text)


def test_names_that_overlap_are_all_found() -> None:
    hits = NeedleSet(["Ann Lee", "Lee Marsh"]).find("Ann Lee Marsh")
    assert {hit.needle.index for hit in hits} == {0, 1}


def test_a_name_over_a_page_break_is_found_at_its_space_or_hyphen_only() -> None:
    needles = NeedleSet(["Zebedee Quillfeather"]).needles
    assert [(a, b) for _, a, b in halves_over_break(needles, "was Zebedee", "Quillfeather came")] == [(4, 12)]
    assert list(halves_over_break(needles, "was Zebedee Quill-", "feather came"))
    assert not list(halves_over_break(needles, "was Z", "ebedee Quillfeather"))


def test_a_fingerprint_does_not_show_the_name() -> None:
    needle = NeedleSet(["Zebedee"]).needles[0]
    assert "zebedee" not in needle.fingerprint.lower()


def test_text_of_latin_1_is_folded_as_letter_by_letter() -> None:
    every = "".join(map(chr, range(256)))
    for text in (every, every[::-1], "Straße ½ µ Ælfgifu", "Ça"):
        assert fold(text).text == "".join(fold_char(char) for char in text)


@pytest.mark.parametrize(
    "name", ["Quillfeather", "Ann", "\uac00\ub098\ub2e4", "\u738b\u5c0f\u660e", "\ue001\ue002\ue003"]
)
def test_nothing_is_lost_where_text_is_made_plainer(name: str) -> None:
    for around in ("\u4e00\u4e01", "\uac00\uac01", "\ue0ff", "\ua000", " \u3400 "):
        text = f"{around}{name} {around} {name}{around}"
        needles = NeedleSet([name])
        assert len(list(needles.find(needles.plainer(text)))) >= len(list(needles.find(text)))
        assert needles.occurs(needles.plainer(f"{around} {name} {around}"))
