"""The trained tagger: how likely each word of a text is part of somebody's name.

Its weights lie in data/ with the card in docs/detection.md; their digests are checked before they are loaded, so that
the model used is the one whose figures are given there. Loaded once for each process, at the first text; nothing is
ever fetched. A process that has loaded it must not fork and use it in the child: the threads of the runtime do not
survive that.
"""

import hashlib
import json
import os
import threading
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from redaction.detect.features import COUNT, no_word, word_features
from redaction.errors import RedactionError

DIGESTS = {
    "tagger.onnx": "910e502707d2323cabcb50095c831b77c3e2bb8295976bfc2732bd4821d6e419",
    "tokenizer.json": "ec87d41d85cbf02128ec0e5f577b805a326b06bb2947ef2752e67a98a42819f9",
}
MOST_THREADS = 2
WINDOW, MARGIN = 126, 15  # tokens; the window's own two marks make 128; at its edges the model knows one side only
BATCH = 8
OUTSIDE, FIRST, INSIDE = 0, 1, 2  # its labels: in no name, begins one, goes on with one


class ModelUnusable(RedactionError):
    """The model's files are missing or are not those that were examined."""


class Tagged(NamedTuple):
    """A word of a text, how likely it is part of a name (0 to 1), and whether it rather begins one than goes on."""

    start: int
    end: int
    chance: float
    begins: bool


class Encoded(NamedTuple):
    """A text as the model reads it: for each token its number, its row of features and its word (-1 for none)."""

    ids: list[int]
    offsets: list[tuple[int, int]]
    features: NDArray[np.float32]
    words: list[tuple[int, int]]
    word_of: list[int]


class Reader:
    """Turns text into tokens and features; training and reading share it."""

    def __init__(self, tokenizer: bytes) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer.decode("utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        marks: dict[str, int] = {token["content"]: token["id"] for token in json.loads(tokenizer)["added_tokens"]}
        self.start, self.end = marks["[CLS]"], marks["[SEP]"]

    def encode(self, text: str, small: bool) -> Encoded:
        """`small` says whether the page is typed mostly without capitals."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        words, rows = word_features(text, small)
        word_of, word = [], 0
        for start, end in encoded.offsets:
            while word < len(words) and words[word][1] <= start:
                word += 1
            word_of.append(word if word < len(words) and words[word][0] < end else -1)
        features = np.vstack((rows, no_word(small)))[word_of]
        return Encoded(encoded.ids, encoded.offsets, features, words, word_of)


class Tagger:
    """The loaded model. `words` may be called from several threads."""

    def __init__(self, weights: bytes, tokenizer: bytes) -> None:
        self._reader = Reader(tokenizer)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(MOST_THREADS, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        # Idle threads sleep: other workers share the two cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])

    def words(self, text: str, small: bool) -> tuple[Tagged, ...]:
        """Every word of `text`, in order, with the chance that it is part of a name."""
        encoded = self._reader.encode(text, small)
        if not encoded.words:
            return ()
        labels = self._labels(encoded, no_word(small))
        named, begun = np.zeros(len(encoded.words)), np.zeros(len(encoded.words))
        pieces = np.zeros(len(encoded.words))
        for (_, first, inside), word in zip(labels, encoded.word_of, strict=True):
            if word >= 0:
                begun[word] += (first - inside) if not pieces[word] else 0.0
                named[word] += first + inside
                pieces[word] += 1
        chances = named / np.maximum(pieces, 1)
        return tuple(
            Tagged(start, end, float(chances[word]), bool(begun[word] > 0))
            for word, (start, end) in enumerate(encoded.words)
        )

    def _labels(self, encoded: Encoded, blank: NDArray[np.float32]) -> NDArray[np.float32]:
        """The chance of each label for each token. Windows overlap by two margins, each read from the other window."""
        count = len(encoded.ids)
        result = np.zeros((count, 3), np.float32)
        starts = list(range(0, max(count - 2 * MARGIN, 1), WINDOW - 2 * MARGIN))
        for first in range(0, len(starts), BATCH):
            batch = starts[first : first + BATCH]
            for start, rows in zip(batch, self._scores(encoded, batch, blank), strict=True):
                size = min(WINDOW, count - start)
                weights = np.exp(rows[1 : size + 1] - rows[1 : size + 1].max(axis=1, keepdims=True))
                skipped = MARGIN if start else 0
                chances = weights / weights.sum(axis=1, keepdims=True)
                result[start + skipped : start + size] = chances[skipped:]
        return result

    def _scores(self, encoded: Encoded, starts: list[int], blank: NDArray[np.float32]) -> NDArray[np.float32]:
        windows = [encoded.ids[start : start + WINDOW] for start in starts]
        longest = max(map(len, windows)) + 2
        ids = np.zeros((len(windows), longest), np.int64)
        attended = np.zeros((len(windows), longest), np.float32)
        features = np.zeros((len(windows), longest, COUNT), np.float32)
        for row, (start, window) in enumerate(zip(starts, windows, strict=True)):
            ids[row, : len(window) + 2] = [self._reader.start, *window, self._reader.end]
            attended[row, : len(window) + 2] = 1
            features[row, 1 : len(window) + 1] = encoded.features[start : start + len(window)]
            features[row, [0, len(window) + 1]] = blank
        feed = {"ids": ids, "attended": attended, "features": features}
        scores: NDArray[np.float32] = self._session.run(["scores"], feed)[0]
        return scores


def checked(name: str) -> bytes:
    """A file of data/. Raises ModelUnusable where it is missing or another than was examined."""
    try:
        content = (resources.files("redaction.detect") / "data" / name).read_bytes()
    except OSError as error:
        raise ModelUnusable("A file of the trained model could not be read. Install the project again.") from error
    if hashlib.sha256(content).hexdigest() != DIGESTS[name]:
        raise ModelUnusable(f"The trained model's file {name} is not the one that was examined.")
    return content


_LOADING = threading.Lock()


def loaded() -> Tagger:
    """The model, loaded at the first call in this process. Raises ModelUnusable."""
    with _LOADING:
        return _load()


@cache
def _load() -> Tagger:
    return Tagger(checked("tagger.onnx"), checked("tokenizer.json"))
