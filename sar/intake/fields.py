"""Form fields that forgive how people type dates and texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovDateInput, GovTextArea, GovTextInput
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from sar.foundation.form_limits import AtMost

LONG_TEXT = 5_000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class LineField(StringField):
    """One line of at most `most` characters, tidied. `missing` is said when it is empty; without it, it may be."""

    widget = GovTextInput()

    def __init__(
        self, label: str, *, most: int, missing: str = "", too_long: str | None = None, **options: Any
    ) -> None:
        super().__init__(label, filters=[tidy], validators=_limits(missing, most, too_long), **options)


class WordsField(TextAreaField):
    """As LineField, with room for many lines."""

    widget = GovTextArea()

    def __init__(
        self, label: str, *, most: int = LONG_TEXT, missing: str = "", too_long: str | None = None, **options: Any
    ) -> None:
        super().__init__(label, filters=[tidy], validators=_limits(missing, most, too_long), **options)


class DayField(DateField):
    """A date in three boxes (day, month, year). All empty is None; the month may be a word.

    Says in plain words what is wrong. A form that was tampered with gives an error, not a crash.
    """

    widget = GovDateInput()

    def __init__(self, label: str, *, missing: str = "", **options: Any) -> None:
        super().__init__(label, **options)
        self.missing = missing

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        parts = [*valuelist, "", "", ""][:3]
        self.raw_data = parts
        day, month, year = (part.strip() for part in parts)
        self.data = None
        if not (day or month or year):
            return
        for part, name in ((day, "day"), (month, "month"), (year, "year")):
            if not part:
                raise ValueError(f"Add the {name} to the date.")
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            raise ValueError("Write the year with 4 numbers, for example 1985.")
        try:
            self.data = date(int(year), _month(month), int(day))
        except (ValueError, OverflowError):
            raise ValueError("This is not a real date. Check the day, month and year.") from None

    def pre_validate(self, form: Any) -> None:
        if self.missing and self.data is None and not self.process_errors:
            raise ValidationError(self.missing)


def _limits(missing: str, most: int, too_long: str | None) -> list[InputRequired | AtMost]:
    needed = [InputRequired(missing)] if missing else []
    return [*needed, AtMost(most, too_long)]


def _month(typed: str) -> int:
    return _MONTHS.index(typed[:3].lower()) + 1 if typed.isalpha() else int(typed)


def tidy(text: str | None) -> str | None:
    """A filter for typed texts: one form of each accent, no control characters but new lines, no blank ends."""
    if text is None:
        return None
    kept = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(c for c in kept if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn")).strip()
