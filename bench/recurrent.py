"""Recurrent nets: one loss and gradient through time beside torch, and what a live drag asks."""

import numpy as np

from bench.measure import side_by_side, typical
from bench.report import Check, Section, Table
from optcore.networks.initializers import Orthogonal
from optcore.recurrent import CELLS, Adding, RecurrentNet, SequenceLoss, carried, powers

WIDTH, LENGTH, BATCH = 64, 100, 32


def run() -> Section:
    section = Section(
        "recurrent",
        f"Width {WIDTH}, length {LENGTH}, batch {BATCH}, in float64, one core: the adding problem, "
        "forward and back through time, torch's layer (autograd) in turn with ours (by hand).",
    )
    cloud = np.random.default_rng(0).standard_normal((60, 2))
    matrix = np.array([[0.9, 1.0], [0.0, 0.9]])

    def drag():
        powers(matrix, 100).kreiss  # noqa: B018, the search for it is what is timed
        carried(matrix, cloud, 100)

    section.checks = [
        Check("powers, Kreiss constant and a cloud of 60 vectors, 100 steps", 1e3 * typical(drag),
              "ms", most=10)
    ]  # fmt: skip
    table = Table(
        "One loss and its gradient",
        ["cell", "ms", "torch, ms", "ours over torch's"],
        [],
        "torch has no leaky cell and no linear one.",
    )
    for cell in CELLS:
        ours, theirs = _beside(cell)
        ratio = ours / theirs if theirs else None
        table.rows.append([cell.name, 1e3 * ours, theirs and 1e3 * theirs, ratio])
        if ratio and cell.name == "LSTM":
            section.checks.append(Check("LSTM over torch's time", ratio, ""))
    section.tables = [table]
    return section


def _beside(cell) -> tuple[float, float | None]:
    inputs, targets = Adding().batch(0, BATCH, LENGTH)
    net = RecurrentNet(cell, 2, WIDTH, 1)
    fit, theta = SequenceLoss(net, Adding.loss, inputs, targets), net.initial(Orthogonal(), 0)
    other = _torch(cell.name, inputs, targets)
    if other is None:
        return typical(lambda: fit.grad(theta)), None
    ours, theirs = side_by_side([lambda: fit.grad(theta), other])
    return ours, theirs


def _torch(name, inputs, targets):
    try:
        import torch
    except ImportError:
        return None
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    kinds = {
        "Tanh": (torch.nn.RNN, {}), "ReLU": (torch.nn.RNN, {"nonlinearity": "relu"}),
        "LSTM": (torch.nn.LSTM, {}), "GRU": (torch.nn.GRU, {}),
    }  # fmt: skip
    if name not in kinds:
        return None
    kind, arguments = kinds[name]
    layer, readout = kind(2, WIDTH, **arguments), torch.nn.Linear(WIDTH, 1)
    x, y = torch.tensor(inputs), torch.tensor(targets[0])

    def once():
        layer.zero_grad()
        readout.zero_grad()
        hidden, _ = layer(x)
        ((readout(hidden[-1]) - y) ** 2).mean().backward()

    return once
