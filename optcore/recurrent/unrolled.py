"""The loss of one unit unrolled in time, as a surface over its weight and its bias: a cliff."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.special import squared_sech
from optcore.surfaces.base import Surface, symmetric, vector


@dataclass(frozen=True)
class UnrolledUnit(Surface):
    """h <- tanh(w h + b), `lag` times from h = 1/2, is to end at `target`: (h - target)^2.

    Where the start lies on the border between two resting states a hair of w or b decides in
    which of them it ends: there the loss has a wall, and its gradient grows as the lag does.
    """

    name = "Unrolled unit"
    lesson = "Flat plains, and a wall between them: that is what a long memory looks like."
    source = "Pascanu, Mikolov and Bengio (2013), figure 6, with tanh in place of the sigmoid"
    axes = ("w", "b")
    latex = r"(h_T - y)^2, \quad h_t = \tanh(w h_{t-1} + b)"
    window = ((0.5, 4.0), (-2.5, 0.5))
    start = (2.6, -0.55)

    lag: int = knob(25, 1, 100, symbol="T", whole=True)
    target: float = knob(0.5, -0.99, 0.99, symbol="y")

    def value(self, point):
        w, b = point[..., 0], point[..., 1]
        h = 0.5
        for _ in range(self.lag):
            h = np.tanh(w * h + b)
        return (h - self.target) ** 2

    def grad(self, point):
        """Carried forward beside h: dh/dw and dh/db."""
        w, b = point[..., 0], point[..., 1]
        h = 0.5
        by_w = by_b = 0.0
        for _ in range(self.lag):
            z = w * h + b
            slope = squared_sech(z)
            by_w, by_b = slope * (h + w * by_w), slope * (1 + w * by_b)
            h = np.tanh(z)
        error = 2 * (h - self.target)
        return vector(error * by_w, error * by_b)

    def hessian(self, point):
        """The second derivatives of h carried along as well."""
        w, b = point[..., 0], point[..., 1]
        h = 0.5
        by_w = by_b = by_ww = by_wb = by_bb = 0.0
        for _ in range(self.lag):
            z_w, z_b = h + w * by_w, 1 + w * by_b
            z_ww, z_wb, z_bb = 2 * by_w + w * by_ww, by_b + w * by_wb, w * by_bb
            z = w * h + b
            h, slope = np.tanh(z), squared_sech(z)
            bend = -2 * h * slope
            by_ww, by_wb, by_bb = (
                slope * z_ww + bend * z_w * z_w,
                slope * z_wb + bend * z_w * z_b,
                slope * z_bb + bend * z_b * z_b,
            )
            by_w, by_b = slope * z_w, slope * z_b
        error = 2 * (h - self.target)
        return symmetric(
            error * by_ww + 2 * by_w * by_w,
            error * by_wb + 2 * by_w * by_b,
            error * by_bb + 2 * by_b * by_b,
        )
