"""Every address of the service and who may reach it, as a table that a person has read and agreed to.

After adding or changing a view, write the table anew and read the difference before committing it:

    .venv/bin/python -m tests.security.routes
    git diff tests/security/routes.txt
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Flask

from sar.access.guards import endpoint_guard, endpoint_needs_step_up

REVIEWED = Path(__file__).with_name("routes.txt")
# Files that are the same for everyone; no view of ours decides about them.
UNGUARDED = frozenset({"static", "brand_css"})


def table(app: Flask) -> list[str]:
    """One line for each address: path, methods, guard, endpoint."""
    with app.app_context():
        lines = []
        for rule in app.url_map.iter_rules():
            methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            who = endpoint_guard(rule.endpoint) or ("everyone" if rule.endpoint in UNGUARDED else "NO GUARD")
            if endpoint_needs_step_up(rule.endpoint):
                who += " + step-up"
            lines.append(f"{rule.rule:<72} {methods:<9} {who:<32} {rule.endpoint}".rstrip())
        return sorted(lines)


def main() -> None:
    from sar.application import create_app
    from sar.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(environment="test", instance=Path(folder)))
        REVIEWED.write_text("\n".join(table(app)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
