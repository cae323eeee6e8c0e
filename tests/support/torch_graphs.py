"""Write torch_graphs.npz: PyTorch 2.13's values and gradients of small graphs, in float64.

    python -m venv torchenv && torchenv/bin/pip install torch==2.13.0 numpy
    torchenv/bin/python tests/support/torch_graphs.py

For each case "<case>/in/<name>", "<case>/value" (what its last line gives) and
"<case>/grad/<name>", by autograd of the sum of its entries. The cases named "tie" are taken where
there is no derivative. Nothing here uses optcore.
"""

from pathlib import Path

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
RNG = np.random.default_rng(2016)


def normal(*shape):
    return RNG.standard_normal(shape)


def positive(*shape):
    return RNG.uniform(0.3, 2.0, shape)


FUNCTIONS = {
    name: getattr(torch, name)
    for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "sigmoid",
                 "relu", "abs")
} | {"softplus": torch.nn.functional.softplus}  # fmt: skip


def softmax(z, y):
    return torch.nn.functional.cross_entropy(z[None], y[None])


def batch_norm(x, gamma, beta, g):
    normed = torch.nn.functional.batch_norm(x[:, None], None, None, training=True, eps=1e-5)[:, 0]
    return (g * (gamma * normed + beta)).sum()


def two_layers(W1, x, b1, W2, b2, t):
    hidden = torch.sigmoid(torch.nn.functional.linear(x, W1, b1))
    return torch.nn.functional.mse_loss(torch.nn.functional.linear(hidden, W2, b2), t)


def recurrent(w, u, h0, x1, x2, x3, y):
    h = h0
    for x in (x1, x2, x3):
        h = torch.tanh(w * h + u * x)
    return (h - y) ** 2


CASES = {
    **{name: (function, {"x": positive(2, 3) * (1 if name in ("log", "sqrt") else
                                                RNG.choice([-1.0, 1.0], (2, 3)))})
       for name, function in FUNCTIONS.items()},
    "add": (torch.add, {"a": normal(2, 3), "b": normal(3)}),
    "sub": (torch.sub, {"a": normal(), "b": normal(2, 3)}),
    "mul": (torch.mul, {"a": normal(2, 1), "b": normal(1, 3)}),
    "div": (torch.div, {"a": normal(3), "b": positive(2, 3)}),
    "power": (torch.pow, {"a": positive(2, 3), "b": normal(3)}),
    "max": (torch.maximum, {"a": normal(2, 3), "b": normal(3)}),
    "min": (torch.minimum, {"a": normal(2, 3), "b": normal()}),
    "matrix by matrix": (torch.matmul, {"a": normal(2, 4), "b": normal(4, 3)}),
    "matrix by vector": (torch.matmul, {"a": normal(2, 4), "b": normal(4)}),
    "vector by matrix": (torch.matmul, {"a": normal(4), "b": normal(4, 3)}),
    "vector by vector": (torch.matmul, {"a": normal(4), "b": normal(4)}),
    "sum": (lambda x: torch.sum(x) ** 2, {"x": normal(3, 4)}),
    "mean": (lambda x: torch.mean(x) ** 2, {"x": normal(3, 4)}),
    "amax": (torch.amax, {"x": normal(3, 4)}),
    "amin": (torch.amin, {"x": normal(4)}),
    "softmax": (softmax, {"z": normal(4), "y": np.array([0.0, 0, 1, 0])}),
    "batch norm": (batch_norm, {"x": normal(4), "gamma": normal(), "beta": normal(),
                                "g": normal(4)}),
    "two layers": (two_layers, {"W1": normal(3, 2), "x": normal(2), "b1": normal(3),
                                "W2": normal(2, 3), "b2": normal(2), "t": normal(2)}),
    "recurrent": (recurrent, dict(zip(("w", "u", "h0", "x1", "x2", "x3", "y"), normal(7),
                                      strict=True))),
    "tie abs": (torch.abs, {"x": np.array([0.0, 1.0])}),
    "tie relu": (torch.relu, {"x": np.array([0.0, -1.0])}),
    "tie sqrt": (torch.sqrt, {"x": np.array([0.0, 4.0])}),
    "tie max": (torch.maximum, {"a": np.array([1.0, 2.0]), "b": np.array([1.0, 3.0])}),
    "tie min": (torch.minimum, {"a": np.array([1.0, 2.0]), "b": np.array([1.0, 3.0])}),
    "tie amax": (torch.amax, {"x": np.array([2.0, 5.0, 5.0, 5.0])}),
    "tie amin": (torch.amin, {"x": np.array([[2.0, 5.0], [2.0, 5.0]])}),
    "tie power": (torch.pow, {"a": np.array([0.0, 0.0, 0.0]), "b": np.array([0.0, 2.0, 1.0])}),
    "tie square": (lambda x: x**2, {"x": np.array([0.0, -3.0])}),
    "transpose": (lambda a: a.T**2, {"a": normal(2, 3)}),
    "transposed by vector": (lambda a, b: a.T @ b, {"a": normal(4, 3), "b": normal(4)}),
    "matrix by transposed": (lambda a, b: a @ b.T, {"a": normal(2, 3), "b": normal(4, 3)}),
}  # fmt: skip


def main():
    arrays = {}
    for name, (function, inputs) in CASES.items():
        given = {key: torch.tensor(value, requires_grad=True) for key, value in inputs.items()}
        value = function(*given.values())
        value.sum().backward()
        arrays[f"{name}/value"] = value.detach().numpy()
        for key, tensor in given.items():
            arrays[f"{name}/in/{key}"] = tensor.detach().numpy()
            if tensor.grad is not None:
                arrays[f"{name}/grad/{key}"] = tensor.grad.numpy()
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **arrays)


if __name__ == "__main__":
    main()
