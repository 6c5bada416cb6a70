"""What the recognisers find on each page, read once for each text and on all cores.

A recogniser sees one page and nothing else, so the same text gives the same findings whatever the case. They are
remembered by a digest of the text (offsets and reasons, no text), so a case that is searched again, because a record
arrived or somebody was confirmed, reads only pages that are new. What remembers them is the process, or whatever the
caller gives. Much new text is shared out among child processes, each with the model loaded once.
"""

import hashlib
import multiprocessing
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Protocol

from redaction.detect.model import Finding, Recogniser
from redaction.detect.standard import standard_recognisers
from redaction.detect.text import PageString
from redaction.detect.version import version

Findings = tuple[Finding, ...]
Progress = Callable[[int, int], None]  # texts read, of how many
REMEMBERED_TEXTS = 20_000
# Starting children and loading the model in each takes about two seconds: worth it from some hundred pages on.
CHARACTERS_WORTH_CHILDREN = 400_000
MOST_CHILDREN = 8
# Some seconds of reading: as much is read again when the process is killed.
REMEMBERED_AT_ONCE = 256
_CHUNK = 16


class Memory(Protocol):
    """Keeps findings from one search to the next.

    A digest (32 bytes) stands for a text, for whether models read it too, and for the version of the recognisers, so
    that nothing is taken for known that would be found otherwise today.
    """

    def get(self, digests: Sequence[bytes]) -> dict[bytes, Findings]:
        """What is known of thousands of texts; those that are not known are left out."""

    def put(self, found: Mapping[bytes, Findings]) -> None:
        """Keep the findings of up to REMEMBERED_AT_ONCE texts, in place of any kept for them before."""


class ProcessMemory:
    """The findings of the last texts that this process read. May be used from several threads."""

    def __init__(self, size: int = REMEMBERED_TEXTS) -> None:
        self._size = size
        self._known: OrderedDict[bytes, Findings] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digests: Sequence[bytes]) -> dict[bytes, Findings]:
        with self._lock:
            known = {digest: self._known[digest] for digest in digests if digest in self._known}
            for digest in known:
                self._known.move_to_end(digest)
        return known

    def put(self, found: Mapping[bytes, Findings]) -> None:
        with self._lock:
            self._known.update(found)
            while len(self._known) > self._size:
                self._known.popitem(last=False)


_MEMORY = ProcessMemory()


def read_page(recognisers: Sequence[Recogniser], page: PageString) -> Findings:
    """Everything the recognisers find on one page."""
    return tuple(finding for recogniser in recognisers for finding in recogniser.find(page))


def read_texts(
    texts: Iterable[str],
    recognisers: Sequence[Recogniser],
    models: bool | None,
    progress: Progress | None = None,
    memory: Memory | None = None,
) -> dict[str, list[Finding]]:
    """The findings for each different text. `memory` is that of the process where none is given. `models` is None where
    the recognisers are not the standard ones: then nothing is remembered or shared out."""
    unique = list(dict.fromkeys(texts))
    if models is None:
        return {text: list(read_page(recognisers, PageString(1, text))) for text in unique}
    memory = _MEMORY if memory is None else memory
    digests = {text: _digest(text, models) for text in unique}
    known = dict(memory.get(list(digests.values())))
    unread = [text for text in unique if digests[text] not in known]
    fresh: dict[bytes, Findings] = {}
    for number, (text, findings) in enumerate(_read(unread, recognisers, models), len(known) + 1):
        fresh[digests[text]] = findings
        last = number == len(unique)
        if progress is not None and (number % _CHUNK == 0 or last):
            progress(number, len(unique))
        if len(fresh) == REMEMBERED_AT_ONCE or last:
            memory.put(fresh)
            known |= fresh
            fresh = {}
    return {text: list(known[digest]) for text, digest in digests.items()}


def _digest(text: str, models: bool) -> bytes:
    content = f"{models}|{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(version() + content, digest_size=32).digest()


def _read(texts: list[str], recognisers: Sequence[Recogniser], models: bool) -> Iterator[tuple[str, Findings]]:
    done = 0
    if _children() > 1 and sum(map(len, texts)) >= CHARACTERS_WORTH_CHILDREN:
        try:
            with _pool(models) as pool:
                # Children may die of memory or be forbidden; what they did not read is read here.
                for text, findings in zip(texts, pool.map(_read_in_child, texts, chunksize=_CHUNK), strict=True):
                    yield text, findings
                    done += 1
        except (BrokenProcessPool, OSError, AssertionError):
            pass
    for text in texts[done:]:
        yield text, read_page(recognisers, PageString(1, text))


def _children() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # A worker that is itself a child of a pool may have none.
    return 1 if multiprocessing.current_process().daemon else min(cores, MOST_CHILDREN)


@contextmanager
def _pool(models: bool) -> Iterator[Executor]:
    # Not forked: the runtime of the model does not survive that.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(_children(), mp_context=context, initializer=_start_child, initargs=(models,))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_IN_CHILD: list[Recogniser] = []


def _start_child(models: bool) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    from redaction.detect import tagger

    tagger.MOST_THREADS = 1  # the children share the cores among them
    _IN_CHILD.extend(standard_recognisers(models))


def _read_in_child(text: str) -> Findings:
    return read_page(_IN_CHILD, PageString(1, text))
