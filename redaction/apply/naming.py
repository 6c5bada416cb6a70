"""Names in PDF objects as text: any bytes may stand in a name, and not all of them are UTF-8."""

from __future__ import annotations

import pikepdf


def name_of(value: object) -> str:
    """A name with its slash, or a string, as text; "" for anything else."""
    if not isinstance(value, pikepdf.Name | pikepdf.String):
        return value if isinstance(value, str) else ""
    try:
        return str(value)
    except UnicodeDecodeError:
        return value.unparse().decode("latin-1")


def entry(obj: pikepdf.Object, key: str) -> str:
    """The name or string under `key`, as text; "" where there is none."""
    return name_of(obj.get(key))
