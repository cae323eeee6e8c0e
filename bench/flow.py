"""Forward and backward passes of deep networks, and the band over seeds, beside torch."""

import numpy as np

from bench.measure import side_by_side, typical
from bench.report import Check, Section, Table
from optcore.flow.band import flow_band, seed_flows
from optcore.flow.layer_flow import layer_flow
from optcore.networks.activations import Identity, ReLU, Sigmoid
from optcore.networks.datasets import random_batch
from optcore.networks.initializers import HeNormal
from optcore.networks.losses import SoftmaxCrossEntropy
from optcore.networks.network import FitLoss, Network

DEPTH, WIDTH, BATCH, SEEDS = 20, 128, 256, 30
OUTPUTS = 10
ACTIVATIONS = (Sigmoid(), ReLU())


def run() -> Section:
    section = Section(
        "Gradient flow through layers",
        f"Depth {DEPTH}, width {WIDTH}, batch {BATCH}, {OUTPUTS} outputs, softmax cross-entropy, "
        "sigmoid and ReLU: for each a forward and a backward pass and the norm of delta and of "
        "dL/dW in every layer. The band does this for 30 draws of the weights, drawing included. "
        "torch does the same passes by autograd, deltas retained, and takes the same norms.",
        beside="torch",
    )
    fits = [_fit(activation) for activation in ACTIVATIONS]
    for fit in fits:
        _agree(fit)
    ours = [lambda fit=fit: _norms(fit) for fit in fits]
    theirs = [work for fit in fits if (work := _torch(fit))]
    once = side_by_side([lambda: [work() for work in ours], lambda: [work() for work in theirs]], 2)
    bands = side_by_side([lambda: _bands(fits), lambda: _torch_bands(fits)], 3, least=2)
    section.checks = [
        Check("Two activations, once", 1e3 * once[0], "ms",
              plain=1e3 * once[1] if theirs else None),
        Check("Band over 30 seeds, two activations", bands[0], "s", most=1,
              plain=bands[1] if theirs else None),
    ]  # fmt: skip
    if not theirs:
        section.words += " torch is not installed here."
    section.tables = _growth()
    return section


def _fit(activation, depth=DEPTH, width=WIDTH, batch=BATCH) -> FitLoss:
    network = Network((width,) * depth + (OUTPUTS,), activation, Identity())
    data = random_batch(network, SoftmaxCrossEntropy(), batch)
    return FitLoss(network, SoftmaxCrossEntropy(), data.inputs, data.targets)


def _norms(fit: FitLoss):
    flow = layer_flow(fit, fit.network.initial(HeNormal(), seed=0))
    return flow.delta_norms, flow.weight_grad_norms


def _bands(fits):
    return [flow_band(list(seed_flows(fit, HeNormal(), range(SEEDS)))) for fit in fits]


# ------------------------------------------------------------------ torch


def _torch(fit: FitLoss, seed: int = 0, single: bool = False):
    """The same passes as a call without arguments, or None without torch."""
    try:
        import torch
    except ImportError:
        return None
    dtype = torch.float32 if single else torch.float64
    squash = torch.sigmoid if isinstance(fit.network.hidden, Sigmoid) else torch.relu
    inputs = torch.tensor(fit.inputs, dtype=dtype)
    targets = torch.tensor(fit.targets, dtype=dtype)

    def passes():
        theta = fit.network.initial(HeNormal(), seed)
        layers = [
            tuple(torch.tensor(part, dtype=dtype, requires_grad=True) for part in layer)
            for layer in fit.network.layers(theta)
        ]
        a, zs = inputs, []
        for weights, biases in layers:
            z = torch.nn.functional.linear(a, weights, biases)
            z.retain_grad()
            zs.append(z)
            a = squash(z)
        torch.nn.functional.cross_entropy(zs[-1], targets).backward()
        return ([float(z.grad.norm()) for z in zs],
                [float(weights.grad.norm()) for weights, _ in layers])  # fmt: skip

    return passes


def _agree(fit: FitLoss) -> None:
    """Raises RuntimeError unless torch finds the same norms."""
    passes = _torch(fit)
    if passes is None:
        return
    deltas, weight_grads = passes()
    ours = _norms(fit)
    theirs = np.sqrt(len(fit.inputs)) * np.array(deltas), np.array(weight_grads)
    if not np.allclose(ours, theirs, rtol=1e-8):
        raise RuntimeError("torch's passes are not the passes it is compared with")


def _torch_bands(fits) -> None:
    for fit in fits:
        for seed in range(SEEDS):
            work = _torch(fit, seed, single=True)
            if work:
                work()


# ------------------------------------------------------------------ growth


def _growth() -> list[Table]:
    def row(label, fit):
        return [str(label), 1e3 * typical(lambda: _norms(fit), 0.3)]

    title = "Growth with {}, one activation (ReLU)"
    return [
        Table(title.format("depth"), ["depth", "ms"],
              [row(d, _fit(ReLU(), depth=d)) for d in (5, 10, 20, 40, 64)]),
        Table(title.format("width"), ["width", "ms"],
              [row(w, _fit(ReLU(), width=w)) for w in (32, 64, 128, 256, 512)]),
        Table(title.format("batch"), ["batch", "ms"],
              [row(b, _fit(ReLU(), batch=b)) for b in (16, 64, 256, 1024)]),
    ]  # fmt: skip
