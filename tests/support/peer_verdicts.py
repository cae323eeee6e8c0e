"""Write peer_verdicts.json: what PyTorch 2.13, SciPy 1.17 and JAX 0.10 say of gradients of ours.

    python -m venv peers && peers/bin/pip install torch==2.13.0 scipy==1.17.1 jax==0.10.2
    PYTHONPATH=. peers/bin/python tests/support/peer_verdicts.py

An entry for each `case`: whether gradcheck, its fast mode and check_grads pass the gradient, and
the number SciPy's check_grad gives. The tests need none of the three.
"""

import dataclasses
import json
from pathlib import Path

import numpy as np

from optcore.checks.bugs import PLANTED_BUGS
from optcore.networks.activations import ACTIVATIONS, Identity
from optcore.networks.datasets import random_batch
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SoftmaxCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network

STORED = Path(__file__).with_name("peer_verdicts.json")
COUNT = 60


def case(number: int) -> tuple[FitLoss, np.ndarray]:
    """A small network at a random point, buggy two times out of three, of large or small scale."""
    draw = np.random.default_rng(number)
    loss = (SquaredError(), SoftmaxCrossEntropy())[number % 2]
    hidden = ACTIVATIONS[int(draw.integers(len(ACTIVATIONS)))]
    network = Network((3, *[4] * int(draw.integers(1, 5)), 2), hidden, Identity())
    data = random_batch(network, loss, 6, float(draw.choice([0.1, 1.0])), number)
    fit = FitLoss(network, loss, data.inputs, data.targets, weight_decay=0.01)
    theta = network.initial(XavierNormal(gain=float(draw.choice([0.2, 1.0]))), number)
    theta += 0.1 * draw.standard_normal(theta.size)
    bugs = [bug for bug in PLANTED_BUGS if bug.places(fit)]
    if number % 3:
        bug = bugs[int(draw.integers(len(bugs)))]
        fit = dataclasses.replace(fit, backprop=bug.at(int(draw.choice(bug.places(fit)))))
    return fit, theta.astype((np.float64, np.float32)[number % 5 == 4])


def torch_says(fit, theta) -> dict:
    """Whether gradcheck passes the gradient, in full and in its fast mode."""
    import torch

    class Given(torch.autograd.Function):
        @staticmethod
        def forward(context, *blocks):
            flat = np.concatenate([block.detach().numpy().ravel() for block in blocks])
            context.flat = flat
            return torch.tensor(fit.value(flat))

        @staticmethod
        def backward(context, upstream):
            gradient = fit.grad(context.flat)
            return tuple(upstream * torch.tensor(gradient[part]) for part in fit.blocks.values())

    blocks = [torch.tensor(theta[part], requires_grad=True) for part in fit.blocks.values()]
    said = {}
    for name, fast in (("torch gradcheck", False), ("torch gradcheck, fast mode", True)):
        said[name] = torch.autograd.gradcheck(
            Given.apply, blocks, fast_mode=fast, raise_exception=False,
            check_undefined_grad=False, nondet_tol=0.0,
        )  # fmt: skip
    return said


def jax_says(fit, theta) -> bool:
    """Whether check_grads passes it, in reverse mode."""
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)

    def ask(function, shape):
        answer = jax.ShapeDtypeStruct(shape, theta.dtype)
        return lambda at: jax.pure_callback(
            lambda point: np.asarray(function(np.asarray(point)), theta.dtype), answer, at
        )

    @jax.custom_vjp
    def loss(at):
        return ask(fit.value, ())(at)

    loss.defvjp(lambda at: (loss(at), at), lambda at, by: (by * ask(fit.grad, theta.shape)(at),))
    try:
        check_grads(loss, (theta,), order=1, modes=["rev"])
    except AssertionError:
        return False
    return True


def main() -> None:
    import warnings

    from scipy.optimize import check_grad

    warnings.simplefilter("ignore")
    stored = []
    for number in range(COUNT):
        fit, theta = case(number)
        stored.append({
            **torch_says(fit, theta),
            "JAX check_grads": jax_says(fit, theta),
            "SciPy check_grad": float(check_grad(fit.value, fit.grad, theta)),
        })  # fmt: skip
    STORED.write_text(json.dumps(stored, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
