"""Values and gradients as PyTorch has them, kinks and ties too (tests/support/torch_graphs.py)."""

from pathlib import Path

import numpy as np
import pytest

from optcore.graph import examples, parse

STORED = np.load(Path(__file__).parents[2] / "support" / "torch_graphs.npz")
NAMES = tuple(dict.fromkeys(key.split("/")[0] for key in STORED))
TWO = {"add": "a + b", "sub": "a - b", "mul": "a * b", "div": "a / b", "power": "a ^ b",
       "max": "max(a, b)", "min": "min(a, b)"}  # fmt: skip
WRITTEN = {
    **TWO,
    "sum": "sum(x)^2",
    "mean": "mean(x)^2",
    "amax": "max(x)",
    "amin": "min(x)",
    "softmax": examples.SOFTMAX.text,
    "batch norm": examples.BATCH_NORM.text,
    "two layers": examples.TWO_LAYERS.text,
    "recurrent": examples.RECURRENT.text,
    "square": "x^2",
    "transpose": "a'^2",
    "transposed by vector": "a' @ b",
    "matrix by transposed": "a @ b'",
}


def text_of(name):
    name = name.removeprefix("tie ")
    return WRITTEN.get(name) or ("a @ b" if " by " in name else f"{name}(x)")


@pytest.mark.parametrize("name", NAMES)
def test_values_and_gradients_are_those_of_torch(name):
    part = {
        key.removeprefix(f"{name}/"): STORED[key] for key in STORED if key.startswith(f"{name}/")
    }
    inputs = {key[3:]: value for key, value in part.items() if key.startswith("in/")}
    graph = parse(text_of(name))
    np.testing.assert_allclose(graph.forward(inputs)[graph.output], part["value"], rtol=1e-12)
    found = graph.backward(inputs)
    grads = {key[5:]: value for key, value in part.items() if key.startswith("grad/")}
    assert grads
    for key, expected in grads.items():
        # torch takes the gradient of cross-entropy by the labels, too, which are constants here.
        if not (name == "softmax" and key == "y"):
            np.testing.assert_allclose(found[key], expected, rtol=1e-11, atol=1e-14)
