"""One plain form for letters, so that names are compared whatever their case and accents."""

import unicodedata


class _Fold(dict[int, str]):
    """str.translate table: one character in, one out, lower case and without its accent."""

    _SPECIAL = {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "t",
        "ß": "s",
        "æ": "a",
        "œ": "o",
        "ı": "i",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "‐": "-",
        "‑": "-",
        "–": "-",
    }

    def __missing__(self, code: int) -> str:
        character = chr(code)
        lower = character.lower()
        character = lower if len(lower) == 1 else lower[0]
        base = unicodedata.normalize("NFD", self._SPECIAL.get(character, character))[0]
        self[code] = base
        return base


_FOLD = _Fold()


def fold(text: str) -> str:
    """Lower case without accents, the same length as `text`."""
    return text.translate(_FOLD)
