"""The peers of the redaction benchmarks, each installed in a folder that is thrown away."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

PEERS = ("1.28.*", "2.*")  # of PyMuPDF


def install_peer(folder: Path, version: str) -> tuple[Path | None, str]:
    """The peer's Python, or None and why not."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    options = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    done = subprocess.run(
        [python, "-m", "pip", "install", *options, f"pymupdf=={version}"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        return None, reason[0]
    return python, ""
