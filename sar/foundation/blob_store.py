"""Where ciphertext lies: a protocol of four calls, and the default, a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

_NAME: Final = re.compile(r"[0-9a-z]{26}(\.part)?")


class Missing(Exception):
    """There is nothing of that name in the store."""


class BlobStore(Protocol):
    """Names are random ids. A store keeps each whole or not at all."""

    def put(self, name: str, fill: Callable[[BinaryIO], None]) -> None:
        """Store what `fill` writes. When this returns, it survives a power cut. Raises OSError, keeping nothing."""

    def open(self, name: str) -> BinaryIO:
        """Raises Missing."""

    def delete(self, name: str) -> None:
        """No error when it is gone already."""

    def list(self) -> Iterator[tuple[str, datetime]]:
        """Every name, unfinished ones too, with the time (UTC) of its last change."""


class FolderStore:
    """Files under one folder, spread over sub-folders by the first two characters of their names."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, fill: Callable[[BinaryIO], None]) -> None:
        path = self._path(name)
        for folder in (self._root, path.parent):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _sync_folder(folder.parent)
        part = path.with_name(f"{name}.part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                fill(target)
                target.flush()
                os.fsync(target.fileno())
            part.rename(path)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def open(self, name: str) -> BinaryIO:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError:
            raise Missing(name) from None

    def delete(self, name: str) -> None:
        path = self._path(name)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            _sync_folder(path.parent)

    def list(self) -> Iterator[tuple[str, datetime]]:
        for path in self._root.glob("??/*"):
            # A file can go while we look; one that is not ours is left alone.
            with suppress(FileNotFoundError):
                if _NAME.fullmatch(path.name):
                    yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("not the name of a stored file")
        return self._root / name[:2] / name


def _sync_folder(folder: Path) -> None:
    """A rename lasts through a power cut only once its folder is synced."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
