"""Which version of the recognisers reads a page, so that findings of another version are never taken for today's."""

import hashlib
import sys
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path

# The packages that redaction.detect imports. A new one belongs here: a test compares.
PACKAGES = ("ahocorasick-rs", "nicknames", "numpy", "onnxruntime", "rapidfuzz", "tokenizers")


@cache
def version() -> bytes:
    """32 bytes that change with any rule, list or digest of a model in this folder, and with what it is run on.

    Nobody has to remember to raise it. The price is that a change here that no finding depends on has every page read
    once more, too.
    """
    return version_of(Path(__file__).parent)


def version_of(folder: Path) -> bytes:
    """The same for the rules and lists in another folder."""
    lines = [f"python {sys.version_info[:2]}", *(f"{name} {installed(name)}" for name in PACKAGES)]
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            lines.append(f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return hashlib.sha256("\n".join(lines).encode()).digest()
