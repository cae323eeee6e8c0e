"""Write torch_streams.npz: the points of PyTorch 2.13's optimizers fed given gradients, in float64.

    python -m venv torchenv && torchenv/bin/pip install torch==2.13.0 numpy
    torchenv/bin/python tests/support/torch_streams.py

"gradients/<stream>" is (120, 2); "<method>/<stream>" the 121 points of a parameter that starts at
the origin and whose `grad` is set to them, one a step. "settings" is a JSON text with our
arguments of each method. Nothing here uses optcore.
"""

import json
from pathlib import Path

import numpy as np
import torch

STEPS = 120
# ASGD and NAdam keep their counters in the default type, which would cost half the digits.
torch.set_default_dtype(torch.float64)

# Name of ours, torch class, torch's arguments, the same under our names; the rest are defaults.
METHODS = (
    ("Gradient descent", "SGD", {"lr": 0.1}, {"learning_rate": 0.1}),
    ("Momentum", "SGD", {"lr": 0.1, "momentum": 0.9}, {"learning_rate": 0.1}),
    (
        "Nesterov momentum", "SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        {"learning_rate": 0.1},
    ),
    ("AdaGrad", "Adagrad", {"lr": 0.5}, {"learning_rate": 0.5}),
    ("RMSProp", "RMSprop", {"lr": 0.01, "alpha": 0.9}, {"learning_rate": 0.01, "decay": 0.9}),
    ("AdaDelta", "Adadelta", {"lr": 1.0}, {"learning_rate": 1.0}),
    ("Adam", "Adam", {"lr": 0.1}, {"learning_rate": 0.1}),
    (
        "AdamW", "AdamW", {"lr": 0.1, "weight_decay": 0.1},
        {"learning_rate": 0.1, "weight_decay": 0.1},
    ),
    (
        "AMSGrad", "Adam", {"lr": 0.1, "amsgrad": True, "betas": (0.9, 0.9)},
        {"learning_rate": 0.1, "beta2": 0.9},
    ),
    ("AdaMax", "Adamax", {"lr": 0.1}, {"learning_rate": 0.1}),
    ("NAdam", "NAdam", {"lr": 0.1}, {"learning_rate": 0.1}),
    ("RAdam", "RAdam", {"lr": 0.1, "betas": (0.9, 0.99)}, {"learning_rate": 0.1, "beta2": 0.99}),
    ("Rprop", "Rprop", {"lr": 0.01}, {"learning_rate": 0.01}),
    (
        "Averaged SGD", "ASGD", {"lr": 0.1, "lambd": 0.01, "t0": 50.0},
        {"learning_rate": 0.1, "regularization": 0.01, "averaging_start": 50.0},
    ),
)  # fmt: skip


def streams():
    random = np.random.default_rng(14)
    noise = random.standard_normal((STEPS, 2)) * (1.0, 0.01) + (0.3, 0.003)
    rare = np.zeros((STEPS, 2))
    rare[::7, 0], rare[:, 1] = 3.0, (-1.0) ** np.arange(STEPS)
    return {"noise": noise, "sparse and alternating": rare}


def points(optimizer_class, arguments, gradients):
    parameter = torch.zeros(gradients.shape[1], requires_grad=True)
    optimizer = optimizer_class([parameter], **arguments)
    rows = [parameter.detach().numpy().copy()]
    for gradient in gradients:
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        rows.append(parameter.detach().numpy().copy())
    return np.array(rows)


def main():
    settings = {"torch": torch.__version__, "methods": {}}
    given = streams()
    arrays = {f"gradients/{name}": gradients for name, gradients in given.items()}
    for name, class_name, arguments, ours in METHODS:
        settings["methods"][name] = ours
        for stream, gradients in given.items():
            optimizer_class = getattr(torch.optim, class_name)
            arrays[f"{name}/{stream}"] = points(optimizer_class, arguments, gradients)
    path = Path(__file__).with_suffix(".npz")
    np.savez_compressed(path, settings=np.array(json.dumps(settings)), **arrays)
    print(f"{path}: {len(arrays)} arrays, {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
