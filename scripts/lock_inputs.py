"""The dependencies named in setup.cfg, for ./scripts/lock: as files for the resolver, or checked against the locks."""

from __future__ import annotations

import configparser
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


def wanted() -> dict[str, list[str]]:
    """Requirements by input: `run` for the application, `test` for run and test, `lock` for the resolver itself,
    `training` for what training needs beyond `test`."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = config["options.extras_require"]
    run = _lines(config["options"]["install_requires"])
    more = {name: _lines(extras[name]) for name in ("test", "lock", "training")}
    return {"run": run, **more, "test": run + more["test"]}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _name(requirement: str) -> str:
    """A project's name without extras, version and spelling differences (PEP 503)."""
    found = NAME.match(requirement)
    if found is None:
        raise ValueError(f"not a requirement: {requirement}")
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def unanswered(input_name: str, lock: Path) -> list[str]:
    """Requirements of setup.cfg that the lock does not hold, and pins of the lock that carry no hash."""
    pins: dict[str, bool] = {}
    current = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if NAME.match(line):
            current = _name(line)
            pins[current] = False
        elif current and "--hash=sha256:" in line:
            pins[current] = True
    missing = [f"{name}: not in the lock" for name in map(_name, wanted()[input_name]) if name not in pins]
    return missing + [f"{name}: no hash" for name, hashed in pins.items() if not hashed]


def check() -> int:
    locks = {"run": "requirements.lock"} | {name: f"requirements-{name}.lock" for name in ("test", "lock", "training")}
    problems = [f"{file}: {text}" for name, file in locks.items() for text in unanswered(name, ROOT / file)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print("The locks do not answer to setup.cfg; run ./scripts/lock.", file=sys.stderr)
    return 1 if problems else 0


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        return check()
    if len(arguments) != 1:
        print("usage: lock_inputs.py FOLDER | --check", file=sys.stderr)
        return 2
    for name, lines in wanted().items():
        Path(arguments[0], f"{name}.in").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
