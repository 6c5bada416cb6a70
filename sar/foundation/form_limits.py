"""Limits of form fields that say in words which field they are about."""

from __future__ import annotations

from wtforms import Field, Form
from wtforms.validators import Length, ValidationError


class AtMost(Length):  # type: ignore[misc]  # WTForms has no types
    """At most so many characters. Says `message` when there are more; without one, which field it is and what to do."""

    def __init__(self, most: int, message: str | None = None) -> None:
        super().__init__(max=most, message=message)

    def __call__(self, form: Form, field: Field) -> None:
        length = len(field.data or "")
        if length > self.max:
            asked = f"“{field.label.text}”: you wrote {length:,} characters. Write {self.max:,} or fewer."
            raise ValidationError(self.message or asked)
