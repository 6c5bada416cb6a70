"""Check a backup, or restore it into an empty instance. Settings are those of the service (SAR_...).

    .venv/bin/python scripts/restore.py BACKUP --check
    .venv/bin/python scripts/restore.py BACKUP --log LOG [--checkpoint FILE]
    .venv/bin/python scripts/restore.py BACKUP --no-newer-log

LOG is the newest export of the audit log that there is (`flask audit export`, or audit.jsonl of a newer backup): what
it says was destroyed since the backup is destroyed again, and staff who were stopped are stopped again. Its checkpoint
is looked for beside it. Nothing is served until all of it was verified. Exit 0 when all is well; other codes as in
scripts/backups/failures.py.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backups.checking import check
from backups.failures import Failure, NotAllowed
from backups.logs import Log, read_log
from backups.restoring import Restored, require_empty, restore

from sar.foundation.key_ring import KeyRing
from sar.settings import Settings, SettingsError


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a backup, or restore it into an empty instance.")
    parser.add_argument("backup", type=Path)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="only say whether it could be restored")
    what.add_argument("--log", type=Path, help="the newest export of the audit log that there is")
    what.add_argument("--no-newer-log", action="store_true", help="there is none: what was destroyed since comes back")
    parser.add_argument("--checkpoint", type=Path, help="of LOG, if it is not LOG.checkpoint.json")
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_env()
        return _check(settings, options.backup) if options.check else _restore(settings, options)
    except (Failure, SettingsError) as error:
        print(error, file=sys.stderr)
        return error.code if isinstance(error, Failure) else NotAllowed.code


def _check(settings: Settings, backup: Path) -> int:
    ring = KeyRing.load(settings.key_ring_path) if settings.key_ring_path.exists() else None
    made = check(backup, ring).manifest
    print(f"Whole: {made.rows} rows, {len(made.blobs)} stored files, log intact up to entry {made.entries}.")
    if ring is None:
        print("NOT checked, since there is no key ring here: whether the stored files open, and who signed this.")
    if made.lost:
        print(f"{len(made.lost)} stored files were lost before it was made.")
    return 0


def _restore(settings: Settings, options: argparse.Namespace) -> int:
    require_empty(settings)
    if not settings.key_ring_path.exists():
        raise NotAllowed(f"There is no key ring at {settings.key_ring_path}. Put its copy there first.")
    ring = KeyRing.load(settings.key_ring_path)
    _tell(restore(settings, options.backup, ring, _newer_log(options, ring)))
    return 0


def _newer_log(options: argparse.Namespace, ring: KeyRing) -> Log | None:
    if options.log is None:
        return None
    beside = options.log.with_name(f"{options.log.name}.checkpoint.json")
    return read_log(options.log, options.checkpoint or beside, ring.fingerprint())


def _tell(done: Restored) -> None:
    made, again = done.manifest, done.reapplied
    print(f"Restored: {made.rows} rows, {len(made.blobs)} stored files, log intact up to entry {made.entries}.")
    print(f"Destroyed again: {again.again} cases, as the newer log says; {again.before} were destroyed already.")
    print(f"Staff: {done.staff} stopped, or given other roles, again; a stopped account is opened by a new sign-in.")
    print(f"Signed out: {done.sessions_ended} sessions. The service may be started.")
    if made.lost:
        print(f"{len(made.lost)} stored files were lost before this backup: {', '.join(made.lost)}.")
    if done.since:
        print("Happened after this backup and is not in it, by the log:")
        for action, count in sorted(done.since.items()):
            print(f"  {count:6} {action}")


if __name__ == "__main__":
    os.umask(0o077)  # whatever this process writes is its owner's alone
    sys.exit(main())
