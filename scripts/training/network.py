"""The network: a six-layer BERT that begins with Rampart's weights, plus what `redaction.detect.features` knows."""

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

LAYERS, HIDDEN, INNER, HEADS = 6, 384, 1536, 12
BLOCK = 32  # weights that share one scale in Rampart's file


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(HIDDEN, HIDDEN) for _ in range(3))
        self.attended = nn.Linear(HIDDEN, HIDDEN)
        self.attended_norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.wide = nn.Linear(HIDDEN, INNER)
        self.narrow = nn.Linear(INNER, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(0.1)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        def heads(part: Tensor) -> Tensor:
            return part.unflatten(-1, (HEADS, HIDDEN // HEADS)).transpose(1, 2)

        query, key, value = heads(self.query(hidden)), heads(self.key(hidden)), heads(self.value(hidden))
        weights = query @ key.transpose(-1, -2) * (HIDDEN // HEADS) ** -0.5 + mask
        mixed = (torch.softmax(weights, -1) @ value).transpose(1, 2).flatten(2)
        hidden = self.attended_norm(hidden + self.dropout(self.attended(mixed)))
        inner = self.narrow(nn.functional.gelu(self.wide(hidden)))
        out: Tensor = self.norm(hidden + self.dropout(inner))
        return out


class Network(nn.Module):
    """`ids` [batch, length], `attended` the same with 1 for real tokens, `features` [batch, length, COUNT]: three
    scores for each token."""

    def __init__(self, vocabulary: int, features: int) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, HIDDEN)
        self.places = nn.Embedding(512, HIDDEN)
        self.known = nn.Linear(features, HIDDEN, bias=False)
        nn.init.zeros_(self.known.weight)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(0.1)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.labels = nn.Linear(HIDDEN, 3)

    def forward(self, ids: Tensor, attended: Tensor, features: Tensor) -> Tensor:
        places = self.places(torch.arange(ids.shape[1]))
        hidden = self.dropout(self.norm(self.words(ids) + places + self.known(features)))
        mask = (1.0 - attended[:, None, None, :].to(hidden.dtype)) * -10000.0
        for layer in self.layers:
            hidden = layer(hidden, mask)
        scores: Tensor = self.labels(hidden)
        return scores


def from_rampart(path: Path, features: int) -> Network:
    """The network with the weights of Rampart's ONNX file, put back from their four bits."""
    graph = onnx.load(str(path)).graph
    stored = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    words = _embedding(stored, "word")
    network = Network(len(words), features)
    weights: dict[str, NDArray[np.float32]] = {
        "words.weight": words,
        "places.weight": _embedding(stored, "position") + _embedding(stored, "token_type")[:1],
        "norm.weight": stored["bert.embeddings.LayerNorm.weight"],
        "norm.bias": stored["bert.embeddings.LayerNorm.bias"],
    }
    matrices = {
        node.name: _matrix(stored[node.input[1]], stored[node.input[2]])
        for node in graph.node
        if node.op_type == "MatMulNBits"
    }
    parts = {
        "query": "attention/self/query", "key": "attention/self/key", "value": "attention/self/value",
        "attended": "attention/output/dense", "wide": "intermediate/dense", "narrow": "output/dense",
    }  # fmt: skip
    norms = {"attended_norm": "attention.output.LayerNorm", "norm": "output.LayerNorm"}
    for number in range(LAYERS):
        theirs, ours = f"bert.encoder.layer.{number}.", f"layers.{number}."
        for part, name in parts.items():
            weights[f"{ours}{part}.weight"] = matrices[f"/bert/encoder/layer.{number}/{name}/MatMul_Q4"]
            weights[f"{ours}{part}.bias"] = stored[theirs + name.replace("/", ".") + ".bias"]
        for part, name in norms.items():
            for end in ("weight", "bias"):
                weights[f"{ours}{part}.{end}"] = stored[f"{theirs}{name}.{end}"]
    state = {name: torch.tensor(np.array(value, np.float32)) for name, value in weights.items()}
    missing, surplus = network.load_state_dict(state, strict=False)
    if surplus or set(missing) != {"known.weight", "labels.weight", "labels.bias"}:
        raise ValueError(f"Rampart's file is not as expected: {missing} {surplus}")
    return network


def _embedding(stored: dict[str, NDArray[np.float32]], name: str) -> NDArray[np.float32]:
    lead = f"bert.embeddings.{name}_embeddings.weight"
    whole = stored[f"{lead}_quantized"].astype(np.float32)
    return (whole - stored[f"{lead}_zero_point"].astype(np.float32)) * stored[f"{lead}_scale"]


def _matrix(packed: NDArray[np.uint8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """A matrix [out, in] from its packed half bytes [out, blocks, 16] and its scales [out, blocks]."""
    pairs = np.stack((packed & 15, packed >> 4), axis=-1).reshape(*packed.shape[:2], BLOCK)
    return ((pairs.astype(np.float32) - 8) * scales.reshape(*packed.shape[:2], 1)).reshape(len(packed), -1)
