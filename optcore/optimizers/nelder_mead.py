"""The simplex method, which never asks for a gradient."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.optimizers.base import Optimizer


@dataclass(frozen=True)
class NelderMead(Optimizer):
    """A simplex of n + 1 points that crawls, stretches and shrinks; one update is one iteration.

    The point of the run is the best vertex, so the first step may already move to another
    corner of the initial simplex: the start and, for each axis, the start plus `size`.
    """

    name = "Nelder-Mead"
    idea = "a triangle that flips away from its worst corner; it needs no gradient."
    source = "Nelder and Mead (1965), A simplex method for function minimization"
    variant = "the order of tests of Lagarias et al. (1998); ties keep the older vertex"
    uses = ("value",)
    elementwise = False
    rule = (
        "vertices = ordered(simplex)",
        "worst = vertices[-1]",
        "centroid = mean_of(vertices[:-1])",
        "reflected = centroid + reflection * (centroid - worst)",
        "trial = centroid + expansion * (reflected - centroid) if f(reflected) < f(vertices[0])"
        " else reflected if f(reflected) < f(vertices[-2])"
        " else centroid + contraction * (reflected - centroid) if f(reflected) < f(worst)"
        " else centroid + contraction * (worst - centroid)",
        "kept = trial if f(trial) < f(reflected) or f(reflected) >= f(vertices[0]) else reflected",
        "simplex = ordered(joined(vertices[:-1], kept)) if f(reflected) < f(vertices[-2])"
        " else ordered(vertices[0] + shrinkage * (vertices - vertices[0]))"
        " if f(trial) > f(reflected) or f(trial) >= f(worst)"
        " else ordered(joined(vertices[:-1], kept))",
        "values = f(simplex)",
        "step = simplex[0] - point",
    )
    symbols = {
        "simplex": "S",
        "vertices": "x",
        "values": "F",
        "centroid": "c",
        "worst": "w",
        "reflected": "r",
        "trial": "u",
        "kept": "k",
    }

    size: float = knob(0.5, 1e-3, 10.0, scale="log", symbol="s")
    reflection: float = knob(1.0, 0.1, 3.0, symbol=r"\rho")
    expansion: float = knob(2.0, 1.0, 5.0, symbol=r"\chi")
    contraction: float = knob(0.5, 0.05, 0.95, symbol=r"\gamma")
    shrinkage: float = knob(0.5, 0.05, 0.95, symbol=r"\sigma")

    def init(self, point):
        n = point.shape[-1]
        corners = np.concatenate([np.zeros((1, n)), np.eye(n)])
        simplex = point[..., None, :] + np.asarray(self.size)[..., None] * corners
        values = np.full(simplex.shape[:-1], np.nan)
        vectors = dict.fromkeys(("centroid", "worst", "reflected", "trial"), np.zeros_like(point))
        return {"simplex": simplex, "values": values, **vectors}

    def update(self, look, state):
        value = look.objective.value
        simplex, values = state["simplex"], state["values"]
        if np.isnan(values).all():
            values = value(simplex)
        simplex, values = ordered(simplex, values)
        best, worst = simplex[..., 0, :], simplex[..., -1, :]
        centroid = simplex[..., :-1, :].mean(axis=-2)
        reflected = centroid + self.reflection * (centroid - worst)
        at_reflected = value(reflected)
        beats = at_reflected[..., None] < values
        expands, accepts, outside = beats[..., 0], beats[..., -2], beats[..., -1]
        trial = self.second(centroid, worst, reflected, expands, accepts, outside)
        at_trial = value(trial)
        takes_trial = ~expands | (at_trial < at_reflected)
        vertex = np.where(takes_trial[..., None], trial, reflected)
        at_vertex = np.where(takes_trial, at_trial, at_reflected)
        lower = np.where(outside, at_trial <= at_reflected, at_trial < values[..., -1])
        shrinks = ~expands & ~lower
        moved = np.concatenate([simplex[..., :-1, :], vertex[..., None, :]], axis=-2)
        at_moved = np.concatenate([values[..., :-1], at_vertex[..., None]], axis=-1)
        if shrinks.any():
            corner = best[..., None, :]
            smaller = corner + np.asarray(self.shrinkage)[..., None] * (simplex - corner)
            moved = np.where(shrinks[..., None, None], smaller, moved)
            at_moved = np.where(shrinks[..., None], value(smaller), at_moved)
        moved, at_moved = ordered(moved, at_moved)
        return moved[..., 0, :] - look.point, {
            "simplex": moved,
            "values": at_moved,
            "centroid": centroid,
            "worst": worst,
            "reflected": reflected,
            "trial": trial,
        }

    def second(self, centroid, worst, reflected, expands, accepts, outside):
        """The other point to look at: expanded, contracted outside or inside, or no other, which
        is the reflected one again."""
        towards = reflected - centroid
        contracted = np.where(outside[..., None], towards, worst - centroid)
        trial = centroid + np.where(
            expands[..., None], self.expansion * towards, self.contraction * contracted
        )
        return np.where((accepts & ~expands)[..., None], reflected, trial)


def ordered(simplex, values):
    """Vertices from best to worst; equals keep their order and nan counts as worst."""
    order = np.argsort(values, axis=-1, kind="stable")
    vertices = np.take_along_axis(simplex, order[..., None], axis=-2)
    return vertices, np.take_along_axis(values, order, axis=-1)


OPTIMIZERS = (NelderMead(),)
