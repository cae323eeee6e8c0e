"""`check_grad` on whole networks, beside torch.autograd.gradcheck."""

import numpy as np

from bench.measure import timed, typical
from bench.report import Check, Section, Table
from optcore.checks.grad_check import check_grad
from optcore.networks.activations import Identity, Tanh
from optcore.networks.datasets import random_batch
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SoftmaxCrossEntropy
from optcore.networks.network import FitLoss, Network

# 5,002 parameters.
SIZES = (2, 64, 64, 10)
SAMPLES = 64
GROWTH = ((2, 16, 16, 10), (2, 32, 32, 10), SIZES, (2, 90, 90, 10), (2, 128, 128, 10))


def run() -> Section:
    fit, theta = _case(SIZES)
    ours = typical(lambda: check_grad(fit, theta), 2)
    section = Section(
        "Gradient check of a network",
        f"Layers {' – '.join(map(str, SIZES))}, tanh, softmax cross-entropy, {SAMPLES} samples, "
        f"float64: {fit.network.parameters:,} parameters, every one of them checked by the "
        "central rule at h and at 2h, with a verdict for every block. torch.autograd.gradcheck "
        "checks the same loss at the same parameters against its own autograd; its fast mode "
        "compares one random projection, not every component.",
    )
    section.tables = [_peers(fit, theta, ours, section), _growth()]
    return section


def _case(sizes):
    network = Network(sizes, Tanh(), Identity())
    data = random_batch(network, SoftmaxCrossEntropy(), SAMPLES)
    fit = FitLoss(network, SoftmaxCrossEntropy(), data.inputs, data.targets)
    return fit, network.initial(XavierNormal(), seed=1)


def _peers(fit, theta, ours: float, section: Section) -> Table:
    found = check_grad(fit, theta)
    table = Table(
        "The same network, side by side",
        ["", "s", "of ours", "result"],
        [["Optscope, check_grad", ours, "1.00", f"{found.verdict}: {found.relative_error:.1e}"]],
    )
    plain = None
    for name, work in _torch(fit, theta).items():
        said = []
        seconds = timed(lambda work=work, said=said: said.append(work()))
        plain = plain or seconds
        table.rows.append([name, seconds, f"{seconds / ours:.2f}", said[0]])
    if plain is None:
        table.rows.append(["torch: not installed", None, None, None])
    section.beside = "torch gradcheck"
    section.checks.append(
        Check(f"{fit.network.parameters:,} parameters checked", ours, "s", most=1, plain=plain)
    )
    return table


def _torch(fit, theta) -> dict:
    """gradcheck of the same loss, in full and in its fast mode; each says whether it passed."""
    try:
        import torch
    except ImportError:
        return {}
    inputs, targets = torch.tensor(fit.inputs), torch.tensor(fit.targets)

    def loss(*parameters):
        a = inputs
        for at in range(0, len(parameters), 2):
            z = a @ parameters[at].T + parameters[at + 1]
            a = torch.tanh(z)
        return torch.nn.functional.cross_entropy(z, targets)

    parameters = [
        torch.tensor(part, requires_grad=True)
        for layer in fit.network.layers(theta) for part in layer
    ]  # fmt: skip
    ours, theirs = float(fit.value(theta)), loss(*parameters).item()
    if not np.isclose(ours, theirs, rtol=1e-12):
        raise RuntimeError(f"the two losses differ: {ours} and {theirs}")

    def check(fast):
        return "pass" if torch.autograd.gradcheck(loss, parameters, fast_mode=fast) else "fail"

    return {
        "torch.autograd.gradcheck": lambda: check(False),
        "the same, fast mode": lambda: check(True),
    }


def _growth() -> Table:
    table = Table("Growth with parameters", ["parameters", "layers", "s", "µs per parameter"], [])
    for sizes in GROWTH:
        fit, theta = _case(sizes)
        count = fit.network.parameters
        seconds = typical(lambda fit=fit, theta=theta: check_grad(fit, theta), 1, least=2)
        layers = " – ".join(map(str, sizes))
        table.rows.append([f"{count:,}", layers, seconds, 1e6 * seconds / count])
    return table
