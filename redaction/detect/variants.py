"""The forms one name takes in writing: in full, surname first, by initials, cut down to a pet form."""

import re
from collections.abc import Iterator

from redaction.detect.lexicon import Class, classify, short_forms
from redaction.detect.naming import Name

SHORT_FORM = "short form of a known name"


def variants(name: Name) -> dict[str, str]:
    """Each folded form a name takes in writing, with what kind of form it is."""
    found: dict[str, str] = {}
    for form, why in _forms(name):
        if len(form) > 1:
            found.setdefault(form, why)
    return found


def _forms(name: Name) -> Iterator[tuple[str, str]]:
    if name.lone:
        yield name.lone, "same name as elsewhere"
        if classify(name.lone) is Class.FORENAME:
            yield from ((short, SHORT_FORM) for short in sorted(short_forms(name.lone)))
        return
    if not name.forenames:  # nothing but marks was given
        return
    for surname in name.surname_parts if len(name.surname) > 1 else ():
        spellings = {surname, surname.replace("-", " "), surname.replace("'", ""), surname.replace(" ", "-")}
        for family in sorted(spellings):
            yield from _with_surname(name, family)
    if len(name.forenames[0]) > 1:
        yield from _forename_alone(name)


def _with_surname(name: Name, family: str) -> Iterator[tuple[str, str]]:
    first = name.forenames[0]
    for given in (first, " ".join(name.forenames)):
        for form in (f"{given} {family}", f"{family}, {given}", f"{family} {given}"):
            yield form, "known name"
    middle = " ".join(given[0] for given in name.forenames)
    dotted = middle.replace(" ", ". ") + "."
    for letters in (
        first[0],
        f"{first[0]}.",
        middle,
        dotted,
        dotted.replace(" ", ""),
        middle.replace(" ", ""),
    ):
        for form in (f"{letters} {family}", f"{family} {letters}", f"{family}, {letters}"):
            yield form, "initials and surname of a known name"
    if len(first) > 1:
        yield from ((f"{short} {family}", SHORT_FORM) for short in sorted(short_forms(first)))
    yield family, "surname of a known name"


def _forename_alone(name: Name) -> Iterator[tuple[str, str]]:
    first = name.forenames[0]
    yield first, "forename of a known name"
    yield first.replace("-", " "), "forename of a known name"
    if name.surname:
        parts = [part[0] for part in re.split(r"[- ]", name.surname) if part]
        yield f"{first} {parts[0]}", "forename and initial of a known name"
        yield f"{first[0]} {'-'.join(parts)}", "initials of a known name"
    for part in first.split("-"):
        if len(part) > 2 and part != first:
            yield part, "part of a known forename"
    yield from ((short, SHORT_FORM) for short in sorted(short_forms(first)))


def initials_of(name: Name) -> set[str]:
    """The initials somebody might sign with: FAC and FA for Faith Adeyemi-Cole."""
    if not (name.forenames and name.surname):
        return set()
    given = [
        "".join(part[0] for part in name.forenames),
        name.forenames[0][0],
        "".join(part[0] for part in re.split(r"[- ]", name.forenames[0]) if part),
    ]
    parts = [part for part in re.split(r"[- ]", name.surname) if part]
    family = ["".join(part[0] for part in parts), parts[0][0], parts[-1][0]]
    return {first + last for first in given for last in family}
