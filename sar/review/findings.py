"""What the recognisers found on the pages of a case, kept with it, so that no page is read twice by any worker.

A row tells whoever has not the case's key nothing but that some text was read: its id is a keyed fingerprint of the
text and of the recognisers' version, its findings are sealed. Both are worth nothing once the case's key is destroyed.
"""

from __future__ import annotations

import hmac
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select

from redaction.detect import Finding, Findings
from sar.foundation.db import db, write_transaction
from sar.foundation.ids import id_of
from sar.foundation.keys import derived_key, preload
from sar.review.models import PageFindings

_AT_ONCE: Final = 500


class CaseMemory:
    """The memory (`redaction.detect.Memory`) of one search of a case. Raises Gone when the case was erased."""

    def __init__(self, scope_id: str) -> None:
        self._scope_id = scope_id
        self._key = derived_key(scope_id, "review_page_findings")
        self._asked: set[str] = set()

    def get(self, digests: Sequence[bytes]) -> dict[bytes, Findings]:
        wanted = {self._id(digest): digest for digest in digests}
        self._asked.update(wanted)
        known: dict[bytes, Findings] = {}
        scopes = preload([self._scope_id])
        for ids in _parts(wanted):
            for row in db.session.scalars(select(PageFindings).where(PageFindings.id.in_(ids))):
                findings = _opened(row)
                if findings is not None:
                    known[wanted[row.id]] = findings
        del scopes
        return known

    def put(self, found: Mapping[bytes, Findings]) -> None:
        """In a transaction of its own while a search runs: a worker that is killed has read for the next one."""
        with write_transaction() as session:
            scopes = preload([self._scope_id])
            rows = {self._id(digest): findings for digest, findings in found.items()}
            session.execute(delete(PageFindings).where(PageFindings.id.in_(rows)))
            session.add_all(
                PageFindings(id=row_id, scope_id=self._scope_id, findings=[_fields(finding) for finding in findings])
                for row_id, findings in rows.items()
            )
            del scopes

    def forget_others(self) -> None:
        """Drop what this search did not ask for: texts that no page has any more, or read by other recognisers."""
        with write_transaction() as session:
            kept = session.scalars(select(PageFindings.id).where(PageFindings.scope_id == self._scope_id))
            for ids in _parts([row_id for row_id in kept if row_id not in self._asked]):
                session.execute(delete(PageFindings).where(PageFindings.id.in_(ids)))

    def _id(self, digest: bytes) -> str:
        return id_of(hmac.digest(self._key, digest, "sha256"))


def _fields(finding: Finding) -> tuple[object, ...]:
    return finding.start, finding.end, finding.kind, finding.score, finding.evidence, finding.title


def _opened(row: PageFindings) -> Findings | None:
    """None where the row was damaged: then the page is read anew."""
    try:
        return tuple(
            Finding(start, end, kind, score, tuple(evidence), title)
            for start, end, kind, score, evidence, title in row.findings
        )
    except (InvalidTag, zlib.error, TypeError, ValueError):
        return None


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
