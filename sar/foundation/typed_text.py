"""Text that someone typed and that is kept nowhere, in the address of a picture of it.

A form that is looked at before it is sent shows what a paper would look like. The picture is asked for by an address
of its own, after the form, so the address carries the text: small, and sealed, since addresses stand in the logs of
proxies and nobody else shall have us draw what they like.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Final

from sar.foundation.errors import NotFound
from sar.foundation.runtime import runtime
from sar.foundation.sealing import SealBroken, seal_bytes, unseal_bytes

_LONGEST_TEXT: Final = 20_000
_LONGEST: Final = 6_000  # letters of an address that every server and proxy takes, with room for the rest of it


def packed(purpose: str, text: str) -> str | None:
    """The text for an address; `purpose` says what for and must be given to read it. None where it is too long."""
    sealed = seal_bytes(_key(), zlib.compress(text.encode(), 9), purpose.encode())
    token = base64.urlsafe_b64encode(sealed).decode()
    return token if len(token) <= _LONGEST else None


def unpacked(purpose: str, token: str) -> str:
    """The text of `packed`. Raises NotFound for anything else."""
    try:
        opened = unseal_bytes(_key(), base64.urlsafe_b64decode(token[:_LONGEST]), purpose.encode())
    except (SealBroken, binascii.Error, ValueError):
        raise NotFound("There is no such picture.") from None
    return zlib.decompressobj().decompress(opened, 4 * _LONGEST_TEXT).decode()


def _key() -> bytes:
    return runtime().key_ring.derive("typed text in an address")
