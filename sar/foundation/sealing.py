"""Authenticated encryption for files, keys and single values.

Files follow the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015): the plaintext is cut into chunks of
one size and each is sealed by AES-256-GCM under the nonce `prefix (7 bytes) | chunk number (4) | last flag (1)`.
Because the number and the flag are part of the nonce, a chunk that is dropped, swapped, repeated or added after the
end no longer opens; because header and context are associated data, neither does a file under another's identity.

Every key here is 32 bytes. `context` names what is sealed (for example b"blob|<id>") and must be given again to open.
Nothing in this module touches a database or a disk by itself.
"""

from __future__ import annotations

import io
import os
import struct
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

KEY_BYTES: Final = 32
CHUNK_BYTES: Final = 64 * 1024
TAG_BYTES: Final = 16

_FILE_MAGIC: Final = b"SARF\x01"
_VALUE_VERSION: Final = b"\x01"
_PREFIX_BYTES: Final = 7
_NONCE_BYTES: Final = 12
_HEADER_BYTES: Final = len(_FILE_MAGIC) + _PREFIX_BYTES
_MAX_CHUNKS: Final = 2**32 - 1

# The three uses can share a key (the scope key wraps file keys and seals columns), so each says which it is.
_FOR_FILE: Final = b"file\x00"
_FOR_KEY: Final = b"key\x00"
_FOR_VALUE: Final = b"value\x00"


class Readable(Protocol):
    """Anything that hands out bytes; b"" means the end."""

    def read(self, size: int, /) -> bytes: ...


class SealBroken(Exception):
    """The sealed data was altered, cut short, belongs elsewhere, or the key is wrong. Deliberately says no more."""


def new_key() -> bytes:
    """32 fresh random bytes."""
    return AESGCM.generate_key(bit_length=256)


def seal_bytes(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """One value: `version (1) | nonce (12) | ciphertext and tag`, 29 bytes longer than the plaintext."""
    return _seal_small(key, plaintext, _FOR_VALUE + context)


def unseal_bytes(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The plaintext of `seal_bytes`. Raises SealBroken."""
    return _unseal_small(key, sealed, _FOR_VALUE + context)


def wrap_key(kek: bytes, key: bytes, context: bytes) -> bytes:
    """`key` sealed under the key-encrypting key `kek`; re-wrapping under a new `kek` leaves the data as it is."""
    _check_key(key)
    return _seal_small(kek, key, _FOR_KEY + context)


def unwrap_key(kek: bytes, wrapped: bytes, context: bytes) -> bytes:
    """The key inside `wrapped`. Raises SealBroken."""
    key = _unseal_small(kek, wrapped, _FOR_KEY + context)
    _check_key(key)
    return key


def seal_stream(key: bytes, source: Readable, target: BinaryIO, context: bytes) -> int:
    """Seal everything `source` still holds into `target`; returns the number of plaintext bytes.

    `key` must be used for this one file only: the nonce prefix is random, but 7 bytes are too few for a shared key.
    Memory is bounded by two chunks, whatever the size.
    """
    cipher = AESGCM(_check_key(key))
    header = _FILE_MAGIC + os.urandom(_PREFIX_BYTES)
    associated = _FOR_FILE + header + context
    target.write(header)
    total, number = 0, 0
    chunk = _read_exactly(source, CHUNK_BYTES)
    while True:
        following = _read_exactly(source, CHUNK_BYTES) if len(chunk) == CHUNK_BYTES else b""
        last = not following
        target.write(cipher.encrypt(_nonce(header, number, last=last), chunk, associated))
        total += len(chunk)
        if last:
            return total
        chunk, number = following, number + 1


def open_sealed(key: bytes, source: BinaryIO, context: bytes) -> BinaryIO:
    """A plaintext stream over the sealed `source`, which it owns and closes.

    The header is checked at once; each chunk before any byte of it is handed out. That the file is complete is known
    only at its end, so nothing may be done with the content before it was read to the end. Raises SealBroken.
    """
    return io.BufferedReader(_SealedReader(key, source, context), buffer_size=CHUNK_BYTES)


class _SealedReader(io.RawIOBase):
    def __init__(self, key: bytes, source: BinaryIO, context: bytes) -> None:
        self._cipher = AESGCM(_check_key(key))
        self._source = source
        self._header = _read_exactly(source, _HEADER_BYTES)
        if len(self._header) != _HEADER_BYTES or not self._header.startswith(_FILE_MAGIC):
            raise SealBroken
        self._associated = _FOR_FILE + self._header + context
        self._number = 0
        self._sealed = _read_exactly(source, CHUNK_BYTES + TAG_BYTES)
        self._plain = memoryview(b"")
        self._finished = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._plain and not self._finished:
            self._open_next()
        view = memoryview(buffer).cast("B")
        taken = min(len(view), len(self._plain))
        view[:taken] = self._plain[:taken]
        self._plain = self._plain[taken:]
        return taken

    def _open_next(self) -> None:
        following = _read_exactly(self._source, CHUNK_BYTES + TAG_BYTES)
        last = not following
        if last and len(self._sealed) < TAG_BYTES:
            raise SealBroken
        try:
            plain = self._cipher.decrypt(_nonce(self._header, self._number, last=last), self._sealed, self._associated)
        except InvalidTag:
            raise SealBroken from None
        self._plain = memoryview(plain)
        self._finished = last
        self._sealed = following
        self._number += 1

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


def _seal_small(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return _VALUE_VERSION + nonce + AESGCM(_check_key(key)).encrypt(nonce, plaintext, associated)


def _unseal_small(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    cipher = AESGCM(_check_key(key))
    if len(sealed) < len(_VALUE_VERSION) + _NONCE_BYTES + TAG_BYTES or not sealed.startswith(_VALUE_VERSION):
        raise SealBroken
    body = sealed[len(_VALUE_VERSION) :]
    try:
        return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], associated)
    except InvalidTag:
        raise SealBroken from None


def _nonce(header: bytes, number: int, *, last: bool) -> bytes:
    if number >= _MAX_CHUNKS:
        raise ValueError("a sealed file holds at most 2^32 - 1 chunks")
    return struct.pack(">7sIB", header[-_PREFIX_BYTES:], number, int(last))


def _read_exactly(source: Readable, size: int) -> bytes:
    """`size` bytes, fewer only at the end: sockets and pipes hand out less than was asked for."""
    parts: list[bytes] = []
    missing = size
    while missing:
        part = source.read(missing)
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _check_key(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise ValueError("keys are 32 bytes")
    return key
