"""Back up a running service: the database, then the stored files. Settings are those of the service (SAR_...).

    .venv/bin/python scripts/backup.py FOLDER [--keep N] [--keys FOLDER]

Makes FOLDER/backup-TIME, whole or not at all. With --keep the oldest go until N are left; with --keys the key ring is
copied to a folder apart. Exit 0 when all of it is done; 8 when it is done but stored files were lost before; other
codes as in scripts/backups/failures.py.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backups.failures import Failure, NotAllowed
from backups.taking import copy_keys, keep_newest, require_keys_apart, take

from sar.application import create_app
from sar.foundation.db import db
from sar.settings import Settings, SettingsError

FILES_WERE_LOST = 8


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Back up a running service.")
    parser.add_argument("folder", type=Path, help="where backups are kept; each gets a folder of its own in it")
    parser.add_argument(
        "--keep", type=int, metavar="N", help="afterwards remove the oldest backups, so that N are left"
    )
    parser.add_argument("--keys", type=Path, metavar="FOLDER", help="copy the key ring there, apart from the backups")
    options = parser.parse_args(arguments)
    try:
        return _back_up(Settings.from_env(), options)
    except (Failure, SettingsError) as error:
        print(error, file=sys.stderr)
        return error.code if isinstance(error, Failure) else NotAllowed.code


def _back_up(settings: Settings, options: argparse.Namespace) -> int:
    if options.keep is not None and options.keep < 1:
        raise NotAllowed("--keep must leave one backup at least.")
    if not settings.key_ring_path.exists():  # outside production an application makes itself a new one
        raise NotAllowed(f"There is no key ring at {settings.key_ring_path}. Look at SAR_KEY_RING.")
    app = create_app(settings)
    with app.app_context():
        try:
            if options.keys is not None:
                require_keys_apart(options.folder, options.keys)
            path, made = take(options.folder)
        finally:
            db.session.remove()
            db.engine.dispose()
    print(
        f"{path}: {made.rows} rows, {len(made.blobs)} stored files, {made.size} bytes, log up to entry {made.entries}."
    )
    if options.keys is not None:  # after the database: a key that it needs is in the ring by then
        copied = copy_keys(settings, options.keys)
        print(f"Key ring: {f'copied to {copied}' if copied else f'the same is in {options.keys} already'}.")
    for name in keep_newest(options.folder, options.keep) if options.keep else ():
        print(f"Removed {name}.")
    if made.lost:
        print(f"{len(made.lost)} stored files were lost before this backup: {', '.join(made.lost)}.", file=sys.stderr)
        return FILES_WERE_LOST
    return 0


if __name__ == "__main__":
    os.umask(0o077)  # whatever this process writes is its owner's alone
    sys.exit(main())
