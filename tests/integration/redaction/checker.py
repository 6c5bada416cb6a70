"""pdf-redaction-check, which others wrote, in an environment of its own (.checker)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

PYTHON = Path(__file__).parents[3] / ".checker" / "bin" / "python"
# One process for all files: reads [path, [secret, ...]] a line, answers with one report a line.
_DRIVER = """
import contextlib, io, json, sys
from pdf_redaction_check import main
for line in sys.stdin:
    path, secrets = json.loads(line)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main([path, "--json", *(part for secret in secrets for part in ("--secret", secret))])
    print(json.dumps([code, json.loads(said.getvalue() or "{}")]))
"""


def checked(files: list[tuple[Path, list[str]]]) -> list[tuple[int, dict[str, Any]]]:
    """(exit code, report) of each file, looked through for its secrets; the code is 0 where nothing was found."""
    asked = "".join(json.dumps([str(path), secrets]) + "\n" for path, secrets in files)
    done = subprocess.run([PYTHON, "-c", _DRIVER], input=asked, capture_output=True, text=True, check=True, timeout=300)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]
