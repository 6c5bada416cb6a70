"""The trained network as an ONNX file with its weights in eight bits."""

import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from training.network import Network

from redaction.detect.features import COUNT


def write(network: Network, out: Path) -> None:
    shown = torch.zeros(2, 8, dtype=torch.long), torch.ones(2, 8), torch.zeros(2, 8, COUNT)
    axes = {0: "batch", 1: "length"}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            network, shown, str(whole), dynamo=False, opset_version=17,
            input_names=["ids", "attended", "features"], output_names=["scores"],
            dynamic_axes={name: axes for name in ("ids", "attended", "features", "scores")},
        )  # fmt: skip
        quantize_dynamic(whole, out, weight_type=QuantType.QInt8, per_channel=True)
