"""Personal columns, encrypted one by one (security.md 19).

    full_name_sealed: Mapped[bytes | None] = sealed_column()
    full_name = Sealed[str]("full_name_sealed")

Each value is AES-256-GCM under its scope's key, bound to table, column and row, so that a
ciphertext moved to another place does not open.
"""

from __future__ import annotations

import json
import secrets
import zlib
from typing import Any, Generic, TypeVar, cast, overload

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sar.foundation.db import ScopedRow
from sar.foundation.keys import scope_key

Value = TypeVar("Value")
_NONCE = 12


class Sealed(Generic[Value]):
    """Reads and writes one sealed column. Values are anything JSON can hold; None stays NULL.

    `packed` is for long values that repeat themselves: they are compressed before they are sealed.
    """

    def __init__(self, column: str, *, packed: bool = False) -> None:
        self.column, self.packed = column, packed

    @overload
    def __get__(self, row: None, owner: type) -> Sealed[Value]: ...
    @overload
    def __get__(self, row: ScopedRow, owner: type) -> Value: ...
    def __get__(self, row: ScopedRow | None, owner: type) -> Sealed[Value] | Value:
        if row is None:
            return self
        ciphertext: bytes | None = getattr(row, self.column)
        if ciphertext is None:
            return cast(Value, None)
        clear = AESGCM(scope_key(row.scope_id)).decrypt(ciphertext[:_NONCE], ciphertext[_NONCE:], self._context(row))
        return cast(Value, json.loads(zlib.decompress(clear) if self.packed else clear))

    def __set__(self, row: ScopedRow, value: Value) -> None:
        setattr(row, self.column, None if value is None else self._seal(row, value))

    def _seal(self, row: ScopedRow, value: Any) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        clear = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        clear = zlib.compress(clear) if self.packed else clear
        return nonce + AESGCM(scope_key(row.scope_id)).encrypt(nonce, clear, self._context(row))

    def _context(self, row: ScopedRow) -> bytes:
        return f"{row.__tablename__}|{self.column}|{row.id}".encode()
