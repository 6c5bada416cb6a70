"""Refuses a vendored asset that is missing, changed or not listed in sar/static/vendor/SHA256SUMS. Exit 0 or 1."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "sar" / "static" / "vendor"


def problems(folder: Path) -> list[str]:
    """One line per file that does not answer to the list; empty when all is well."""
    listed: dict[str, str] = {}
    for line in (folder / "SHA256SUMS").read_text(encoding="ascii").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    present = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    found = [f"missing: {name}" for name in sorted(listed.keys() - present.keys())]
    found += [f"not listed: {name}" for name in sorted(present.keys() - listed.keys())]
    for name in sorted(listed.keys() & present.keys()):
        if hashlib.sha256(present[name].read_bytes()).hexdigest() != listed[name]:
            found.append(f"changed: {name}")
    return found or ([] if listed else ["SHA256SUMS lists no file"])


def main() -> int:
    found = problems(VENDOR)
    for line in found:
        print(f"sar/static/vendor: {line}", file=sys.stderr)
    if not found:
        print("vendored assets: every file has the hash on record")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
