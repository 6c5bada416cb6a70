"""Trains the recogniser of names, writes it as ONNX in eight bits, and prints how it does by itself.

    python scripts/training/train.py OUT.onnx --rampart MODEL_Q4.ONNX [--start OUT.PT] [--epochs N] [--rate R]
        [--without NAME]... [--judgments PATH] [--threads N]

--without keeps the records of one author (a file of records/) out, to measure on them: the last line then says how the
network alone does on those. What is needed says README.md; an hour on two cores.
"""

import argparse
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from training.encoding import Example, examples
from training.network import Network, from_rampart
from training.records import Record, judgments, scored, written
from training.varied import Names, varied

from redaction.detect.features import COUNT

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SEED = 20261127
BATCH = 16
NEW_RATE = 12  # weights that were not trained before take steps so many times as long
WARM_UP = 0.06
FIXTURES = ROOT / "tests" / "fixtures"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--judgments", type=Path)
    parser.add_argument("--rampart", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="go on from the weights of an earlier run (its OUT.pt)")
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--records", type=Path, default=HERE / "records")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(options.threads)
    chance = random.Random(SEED)
    taught, kept_out = _records(options)
    network = from_rampart(options.rampart, COUNT)
    if options.start:
        network.load_state_dict(torch.load(options.start))
    _train(network, taught, options, chance)
    network.eval()
    from training.export import write  # the exporter is slow to load

    write(network, options.out)
    if kept_out:
        print("kept out:", _alone(network, kept_out))


def _records(options: argparse.Namespace) -> tuple[list[Record], list[Record]]:
    taught: list[Record] = []
    kept_out: list[Record] = []
    for path in sorted(options.records.glob("*.txt")):
        (kept_out if path.stem in options.without else taught).extend(written(path))
    for name in ("devset", "styles/dev", "voices/dev"):
        if name not in options.without:
            taught += scored(FIXTURES / name)
    if options.judgments:
        taught += judgments(options.judgments)[::4]  # the others measure (scripts/benchmarks/detection.py)
    return taught, kept_out


def _train(network: Network, taught: list[Record], options: argparse.Namespace, chance: random.Random) -> None:
    names = Names(taught)
    steps: torch.optim.Optimizer | None = None
    began = time.monotonic()
    for number in range(1, options.epochs + 1):
        guises = [record for each in taught for record in (each, varied(each, names, chance))]
        batches = _batches([e for record in guises for e in examples(record, chance)], chance)
        if steps is None:
            steps, plan = _steps(network, options.rate, len(batches) * options.epochs)
        network.train()
        losses = [_learn(network, batch, steps, plan) for batch in batches]
        torch.save(network.state_dict(), options.out.with_suffix(".pt"))
        seconds = time.monotonic() - began
        loss = sum(losses) / len(losses)
        print(f"round {number}: {len(batches)} steps, loss {loss:.4f}, {seconds:.0f} s", flush=True)


def _steps(
    network: Network, rate: float, count: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    new = [p for name, p in network.named_parameters() if name.startswith(("known", "labels"))]
    old = [p for name, p in network.named_parameters() if not name.startswith(("known", "labels"))]
    steps = torch.optim.AdamW([{"params": old}, {"params": new}], lr=rate, weight_decay=0.01)
    # Rounds differ by a few batches, as records look different in each: so some steps are kept in hand.
    plan = torch.optim.lr_scheduler.OneCycleLR(
        steps, [rate, rate * NEW_RATE], total_steps=int(count * 1.1), pct_start=WARM_UP, anneal_strategy="linear"
    )
    return steps, plan


def _learn(
    network: Network,
    batch: list[Example],
    steps: torch.optim.Optimizer,
    plan: torch.optim.lr_scheduler.LRScheduler,
) -> float:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = network(*_tensors(batch))
    loss = _loss(scores.float(), batch)
    steps.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    steps.step()
    plan.step()
    return float(loss.detach())


def _batches(found: list[Example], chance: random.Random) -> list[list[Example]]:
    """Batches of examples of about one length, in any order."""
    found.sort(key=lambda e: len(e.ids) + chance.random() * 8)
    batches = [found[start : start + BATCH] for start in range(0, len(found), BATCH)]
    chance.shuffle(batches)
    return batches


def _tensors(batch: list[Example]) -> tuple[Tensor, Tensor, Tensor]:
    longest = max(len(e.ids) for e in batch)
    ids, attended = torch.zeros(len(batch), longest, dtype=torch.long), torch.zeros(len(batch), longest)
    features = torch.zeros(len(batch), longest, COUNT)
    for row, e in enumerate(batch):
        ids[row, : len(e.ids)] = torch.tensor(e.ids)
        attended[row, : len(e.ids)] = 1
        features[row, : len(e.ids)] = torch.tensor(np.asarray(e.features))
    return ids, attended, features


def _loss(scores: Tensor, batch: list[Example]) -> Tensor:
    labels = torch.full(scores.shape[:2], -100)
    for row, e in enumerate(batch):
        labels[row, : len(e.labels)] = torch.tensor(e.labels)
    return torch.nn.functional.cross_entropy(scores.flatten(0, 1), labels.flatten(), label_smoothing=0.02)


def _alone(network: Network, kept_out: list[Record]) -> str:
    chance = random.Random(SEED)
    found = gold = taken = right = 0
    with torch.no_grad():
        for record in kept_out:
            for e in examples(record, chance):
                said = (network(*_tensors([e]))[0].softmax(-1)[:, 0] < 0.5).tolist()
                for says, label in zip(said, e.labels, strict=True):
                    gold += label > 0
                    taken += says and label >= 0
                    found += says and label > 0
                    right += says and label > 0
    return f"pieces recall {found / gold:.4f} precision {right / max(taken, 1):.4f}"


if __name__ == "__main__":
    main()
