"""A backup or a restore to be killed: python -m tests.crash.backup_process backup|restore INSTANCE URL RING ARGUMENT...

It says through a file in the folder named last when its first stored file was copied, then waits there for its death.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from sar.foundation.blob_store import BlobStore
from sar.settings import PROJECT_ROOT
from tests.crash.forge import HELD_SECONDS

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))  # as where the commands themselves are run

import backup
import restore
from backups import restoring, taking
from backups.manifest import FileFacts

COMMANDS = {"backup": backup.main, "restore": restore.main}


def main() -> None:
    command, instance, url, ring, reached, *arguments = sys.argv[1:]
    os.environ |= {
        "SAR_ENVIRONMENT": "test",
        "SAR_INSTANCE": instance,
        "SAR_DATABASE_URL": url,
        "SAR_KEY_RING": ring,
    }
    copy_one = taking.copy_blob

    def held(source: BlobStore, target: BlobStore, name: str) -> FileFacts:
        copy_one(source, target, name)
        Path(reached).touch()
        time.sleep(HELD_SECONDS)
        raise AssertionError("nobody killed it")

    taking.copy_blob = restoring.copy_blob = held
    COMMANDS[command](arguments)


if __name__ == "__main__":
    main()
