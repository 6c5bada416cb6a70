"""Exported audit logs: intact, signed for by the right key, and of the same history as a backup."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import verify_audit

from backups.failures import Damaged, NotAllowed, plain_words
from sar.foundation.audit import GENESIS, Head


@dataclass(frozen=True)
class Log:
    """An exported log whose chain is whole up to `head`, and whose checkpoint was signed with the right key."""

    path: Path
    head: Head

    def lines(self) -> Iterator[str]:
        with self.path.open(encoding="utf-8", newline="\n") as file:
            yield from file

    def since(self, head: Head) -> Counter[str]:
        """How often each action comes after an earlier head. Raises NotAllowed as `after` does."""
        return Counter(entry["action"] for entry in self.after(head))

    def after(self, head: Head) -> Iterator[dict[str, Any]]:
        """The entries that follow an earlier head. Raises NotAllowed where this log never stood there."""
        if self.head.entries < head.entries:
            raise NotAllowed(
                f"The log {self.path} is older than the backup: it ends at entry {self.head.entries}, the backup's at "
                f"{head.entries}. It cannot know what was destroyed since. Give the newest export that you have."
            )
        reached = GENESIS
        for number, line in enumerate(self.lines(), 1):
            entry = json.loads(line)
            if number == head.entries:
                reached = entry["hash"]
            if number >= head.entries and reached != head.hash:
                raise NotAllowed(f"The log {self.path} tells another history: it does not go on from this backup.")
            if number > head.entries:
                yield entry


def read_log(path: Path, checkpoint: Path, fingerprint: str) -> Log:
    """Check it as scripts/verify_audit.py does; `fingerprint` is of the key that must have signed. Raises Damaged."""
    try:
        with plain_words("The audit log could not be read"):
            signed = json.loads(checkpoint.read_text(encoding="utf-8"))
            verify_audit.check_signature(signed, fingerprint)
            with path.open(encoding="utf-8", newline="\n") as file:
                entries = verify_audit.check_chain(file, signed)
            last = GENESIS
            for line in Log(path, Head(entries, "")).lines():
                last = line
    except verify_audit.Tampered as error:
        raise Damaged(f"The audit log {path} is not intact: {error}.") from None
    except (ValueError, KeyError, TypeError):
        raise Damaged(f"The audit log {path} or its checkpoint {checkpoint} is damaged.") from None
    return Log(path, Head(entries, json.loads(last)["hash"] if entries else GENESIS))
