"""What the recognisers find on each page, read once for each text and on all cores.

A recogniser sees one page and nothing else, so the same text gives the same findings whatever the case. They are
remembered by a digest of the text (offsets and reasons, no text), so a case that is searched again, because a record
arrived or somebody was confirmed, reads only pages that are new. Much new text is shared out among child processes,
each with the model loaded once.
"""

import hashlib
import multiprocessing
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from redaction.detect.model import Finding, Recogniser
from redaction.detect.standard import standard_recognisers
from redaction.detect.text import PageString

Progress = Callable[[int, int], None]  # texts read, of how many
REMEMBERED_TEXTS = 20_000
# Starting children and loading the model in each takes about two seconds: worth it from some hundred pages on.
CHARACTERS_WORTH_CHILDREN = 400_000
MOST_CHILDREN = 8
_CHUNK = 16


class Memory:
    """The findings of the last texts, by digest. May be used from several threads."""

    def __init__(self, size: int = REMEMBERED_TEXTS) -> None:
        self._size = size
        self._known: OrderedDict[bytes, tuple[Finding, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> tuple[Finding, ...] | None:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def put(self, key: bytes, findings: tuple[Finding, ...]) -> None:
        with self._lock:
            self._known[key] = findings
            while len(self._known) > self._size:
                self._known.popitem(last=False)


_MEMORY = Memory()


def read_page(recognisers: Sequence[Recogniser], page: PageString) -> tuple[Finding, ...]:
    """Everything the recognisers find on one page."""
    return tuple(finding for recogniser in recognisers for finding in recogniser.find(page))


def read_texts(
    texts: Iterable[str], recognisers: Sequence[Recogniser], models: bool | None, progress: Progress | None = None
) -> dict[str, list[Finding]]:
    """The findings for each different text. `models` is None where the recognisers are not the standard ones: then
    nothing is remembered or shared out."""
    unique = list(dict.fromkeys(texts))
    if models is None:
        return {text: list(read_page(recognisers, PageString(1, text))) for text in unique}
    keys = {text: _digest(text, models) for text in unique}
    result: dict[str, list[Finding]] = {}
    unread = []
    for text in unique:
        known = _MEMORY.get(keys[text])
        if known is None:
            unread.append(text)
        else:
            result[text] = list(known)
    for number, (text, findings) in enumerate(_read(unread, recognisers, models), len(result) + 1):
        _MEMORY.put(keys[text], findings)
        result[text] = list(findings)
        if progress is not None and (number % _CHUNK == 0 or number == len(unique)):
            progress(number, len(unique))
    return result


def _digest(text: str, models: bool) -> bytes:
    return hashlib.blake2b(f"{models}|{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _read(
    texts: list[str], recognisers: Sequence[Recogniser], models: bool
) -> Iterator[tuple[str, tuple[Finding, ...]]]:
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


def _read_in_child(text: str) -> tuple[Finding, ...]:
    return read_page(_IN_CHILD, PageString(1, text))
