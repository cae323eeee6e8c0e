"""Write torch_trajectories.npz: what PyTorch 2.13 does on three functions, in float64.

    python -m venv torchenv && torchenv/bin/pip install torch==2.13.0 numpy
    torchenv/bin/python tests/support/torch_trajectories.py

Per method and function the file holds the 301 points of a run of 300 steps under
"<method>/<function>" and, for ASGD, the average under "<method>/<function>/average". Per
schedule it holds the rate at each step under "schedule/<name>". "settings" is a JSON text
with the arguments of each run and the defaults of each torch class.

Nothing here uses optcore: the functions are written anew and differentiated by torch.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch

STEPS = 300
# ASGD and NAdam keep their counters in the default type, which would cost half the digits.
torch.set_default_dtype(torch.float64)


def rosenbrock(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


def beale(p):
    x, y = p[0], p[1]
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def ravine(p):
    angle = math.radians(30)
    along = math.cos(angle) * p[0] + math.sin(angle) * p[1]
    across = math.cos(angle) * p[1] - math.sin(angle) * p[0]
    return 0.5 * along**2 + 0.5 * 50 * across**2


FUNCTIONS = {
    "Rosenbrock": (rosenbrock, (-1.5, 2.0)),
    "Beale": (beale, (1.0, 1.5)),
    "Ravine": (ravine, (-2.5, -0.6)),
}

# Name of ours, torch class, arguments, rates on the three functions in the order above.
METHODS = (
    ("Gradient descent", "SGD", {}, (1e-3, 0.01, 0.03)),
    ("Momentum", "SGD", {"momentum": 0.9}, (1e-3, 5e-3, 0.02)),
    ("Nesterov momentum", "SGD", {"momentum": 0.9, "nesterov": True}, (5e-4, 5e-3, 0.01)),
    ("AdaGrad", "Adagrad", {}, (0.5, 0.5, 0.5)),
    ("RMSProp", "RMSprop", {"alpha": 0.98}, (2e-3, 0.01, 0.01)),
    ("AdaDelta", "Adadelta", {}, (1.0, 2.0, 1.0)),
    ("Adam", "Adam", {}, (0.05, 0.05, 0.05)),
    ("AdamW", "AdamW", {"weight_decay": 0.1}, (0.05, 0.05, 0.05)),
    ("AMSGrad", "Adam", {"amsgrad": True, "betas": (0.9, 0.98)}, (0.1, 0.1, 0.1)),
    ("AdaMax", "Adamax", {"betas": (0.8, 0.98)}, (0.01, 0.05, 0.02)),
    ("NAdam", "NAdam", {"momentum_decay": 0.02}, (0.02, 0.05, 0.05)),
    ("RAdam", "RAdam", {}, (5e-3, 0.01, 0.03)),
    ("Rprop", "Rprop", {}, (0.01, 0.01, 0.02)),
    ("Averaged SGD", "ASGD", {"lambd": 0.01, "t0": 100.0}, (1e-3, 0.01, 0.03)),
)


def trajectory(optimizer_class, arguments, function, start):
    """The points of a run (301, 2) and, where the method keeps them, its averages."""
    point = torch.tensor(start, requires_grad=True)
    optimizer = optimizer_class([point], **arguments)
    points, averages = [point.detach().numpy().copy()], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        function(point).backward()
        optimizer.step()
        points.append(point.detach().numpy().copy())
        if "ax" in optimizer.state[point]:
            averages.append(optimizer.state[point]["ax"].numpy().copy())
    return np.array(points), np.array(averages)


def schedule_rates(make, steps):
    """The rate a torch scheduler uses at each of `steps` steps."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    scheduler, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def warmup_cosine(optimizer):
    kinds = torch.optim.lr_scheduler
    warm = kinds.LinearLR(optimizer, start_factor=0.1, total_iters=12)
    cosine = kinds.CosineAnnealingLR(optimizer, T_max=108, eta_min=0.01)
    return kinds.SequentialLR(optimizer, [warm, cosine], milestones=[12])


def schedules(steps=120):
    kinds = torch.optim.lr_scheduler
    makers = {
        "Linear decay": lambda o: kinds.LinearLR(
            o, start_factor=1.0, end_factor=0.01, total_iters=90
        ),
        "Step": lambda o: kinds.StepLR(o, step_size=25, gamma=0.1),
        "Exponential": lambda o: kinds.ExponentialLR(o, gamma=0.99),
        "Cosine": lambda o: kinds.CosineAnnealingLR(o, T_max=steps, eta_min=0.01),
        "Warm-up + cosine": warmup_cosine,
        "One-cycle": lambda o: kinds.OneCycleLR(
            o, max_lr=0.5, total_steps=steps + 1, cycle_momentum=False
        ),
    }
    return {f"schedule/{name}": schedule_rates(make, steps) for name, make in makers.items()}


def main():
    arrays, settings = schedules(), {"torch": torch.__version__, "runs": {}, "defaults": {}}
    for name, class_name, fixed, rates in METHODS:
        optimizer_class = getattr(torch.optim, class_name)
        defaults = optimizer_class([torch.zeros(1)]).defaults
        settings["defaults"][name] = {"class": class_name, **defaults}
        for (label, (function, start)), rate in zip(FUNCTIONS.items(), rates, strict=True):
            arguments = {"lr": rate, **fixed}
            points, averages = trajectory(optimizer_class, arguments, function, start)
            arrays[f"{name}/{label}"] = points
            if len(averages):
                arrays[f"{name}/{label}/average"] = averages
            settings["runs"][f"{name}/{label}"] = arguments
    path = Path(__file__).with_suffix(".npz")
    np.savez_compressed(path, settings=np.array(json.dumps(settings)), **arrays)
    print(f"{path}: {len(arrays)} arrays, {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
