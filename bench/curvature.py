"""Taylor models, critical points, basins, Hessian products and random spectra."""

from bench.measure import side_by_side, timed, typical
from bench.report import Check, Section, Table
from optcore.curvature.basins import basin_map
from optcore.curvature.critical import critical_points
from optcore.curvature.edge import EDGE_CASES, edge_run
from optcore.curvature.forecast import forecast
from optcore.curvature.lanczos import lanczos
from optcore.curvature.products import hessian_products
from optcore.curvature.shares import positive_share
from optcore.networks.activations import Identity, Tanh
from optcore.networks.datasets import random_batch
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SoftmaxCrossEntropy
from optcore.networks.network import FitLoss, Network
from optcore.optimizers import Newton
from optcore.surfaces import SURFACES, Himmelblau

COARSE, FINE = (48, 36), (160, 120)
SIZES = (2, 64, 64, 10)
SAMPLES = 64


def run() -> Section:
    section = Section(
        "Curvature",
        "One drag of the point: Taylor model, forecast with the true best and break-even rates, "
        f"and Newton's map of the window in {COARSE[0]} x {COARSE[1]} starts. Then every critical "
        "point of each of the app's surfaces, and products of a network's Hessian with a vector.",
        beside="torch",
    )
    drags = {surface.name: 1e3 * typical(lambda s=surface: _drag(s), 0.1) for surface in SURFACES}
    found = {surface.name: 1e3 * timed(critical_points, surface) for surface in SURFACES}
    ordered = sorted(found.values())
    case = EDGE_CASES[0]
    section.checks = [
        Check("One drag, Himmelblau", drags["Himmelblau"], "ms", most=15),
        Check("One drag, the slowest surface", max(drags.values()), "ms"),
        Check("Newton's map in 160 x 120 starts, Himmelblau",
              1e3 * typical(lambda: basin_map(Himmelblau(), Newton(), FINE), 0.5), "ms"),
        Check("Critical points of a surface, median of 30", ordered[len(ordered) // 2], "ms",
              most=100),
        Check("100,000 random matrices of order 10",
              timed(lambda: positive_share(10, "orthogonal")), "s", most=3),
        Check(f"{case.name} at the edge, {case.steps} steps with sharpness",
              timed(lambda: list(edge_run(case.fit, case.start, case.learning_rate, case.steps))),
              "s"),
        *_products(),
    ]  # fmt: skip
    section.tables = [
        Table(
            "Every surface",
            ["", "one drag, ms", "critical points, ms", "how many"],
            [[s.name, drags[s.name], found[s.name], len(critical_points(s))] for s in SURFACES],
        )
    ]
    return section


def _drag(surface) -> None:
    found = forecast(surface, surface.start, 0.01)
    _ = found.measured, found.true_best_rate, found.model.eigenvectors
    basin_map(surface, Newton(), COARSE)


def _products() -> list[Check]:
    """A Hessian-vector product and the sharpness of 5,002 parameters."""
    network = Network(SIZES, Tanh(), Identity())
    data = random_batch(network, SoftmaxCrossEntropy(), SAMPLES)
    fit = FitLoss(network, SoftmaxCrossEntropy(), data.inputs, data.targets)
    theta = network.initial(XavierNormal(), seed=1)
    works = [lambda: hessian_products(fit, theta)(theta), lambda: fit.grad(theta)]
    torch = _torch(fit, theta)
    times = side_by_side(works + [torch] * (torch is not None), 0.5)
    ends = lanczos(hessian_products(fit, theta), theta)
    sharp = typical(lambda: lanczos(hessian_products(fit, theta), theta), 0.5)
    return [
        Check(f"Hessian times vector, {len(theta):,} parameters", 1e3 * times[0], "ms",
              plain=1e3 * times[2] if torch else None),
        Check("the same in gradients", times[0] / times[1], ""),
        Check(f"Sharpness of the same, {ends.products} products", 1e3 * sharp, "ms"),
    ]  # fmt: skip


def _torch(fit, theta):
    """The same product by torch's double backward pass, or None without torch."""
    try:
        import torch
    except ImportError:
        return None
    inputs, labels = torch.tensor(fit.inputs), torch.tensor(fit.targets)

    def loss(flat):
        a, shapes = inputs, fit.network.layers(theta)
        at = 0
        for weights, biases in shapes:
            w = flat[at : at + weights.size].reshape(weights.shape)
            at += weights.size
            z = a @ w.T + flat[at : at + biases.size]
            at += biases.size
            a = torch.tanh(z)
        return torch.nn.functional.cross_entropy(z, labels)

    point = torch.tensor(theta)
    return lambda: torch.autograd.functional.hvp(loss, point, point)[1]
