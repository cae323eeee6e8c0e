"""Write torch_initial.json: how PyTorch 2.13 starts linear layers, and how many ReLUs are dead.

    python -m venv peers && peers/bin/pip install torch==2.13.0 numpy
    peers/bin/python tests/support/torch_initial.py

For several (n_in, n_out) the largest |w| and |b| of many `torch.nn.Linear`, and the variances;
for stacks of ReLU layers the share of units that are off on the whole batch, in every layer,
with biases and without, as a mean over networks. Nothing here uses optcore.
"""

import json
from pathlib import Path

import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
SHAPES, COUNT = ((4, 16), (64, 64), (300, 50)), 400
DEPTH, WIDTH, SAMPLES, NETWORKS = 6, 32, 64, 400


def ranges(n_in, n_out) -> dict:
    layers = [torch.nn.Linear(n_in, n_out) for _ in range(COUNT)]
    weights = torch.stack([layer.weight for layer in layers])
    biases = torch.stack([layer.bias for layer in layers])
    return {
        "n_in": n_in, "n_out": n_out,
        "weight": [weights.abs().max().item(), weights.var().item()],
        "bias": [biases.abs().max().item(), biases.var().item()],
    }  # fmt: skip


def dead_shares(bias) -> list[float]:
    totals = torch.zeros(DEPTH)
    for _ in range(NETWORKS):
        a = torch.randn(SAMPLES, WIDTH)
        for layer in range(DEPTH):
            a = torch.relu(torch.nn.Linear(WIDTH, WIDTH, bias=bias)(a))
            totals[layer] += (a == 0).all(0).double().mean()
    return (totals / NETWORKS).tolist()


with torch.no_grad():
    stored = {
        "ranges": [ranges(*shape) for shape in SHAPES],
        "setting": {"depth": DEPTH, "width": WIDTH, "samples": SAMPLES, "networks": NETWORKS},
        "dead": {"with biases": dead_shares(True), "without": dead_shares(False)},
    }
path = Path(__file__).with_name("torch_initial.json")
path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
