"""The digits a loss loses beyond those of its value: what they do to values and slopes."""

from dataclasses import dataclass, replace

import numpy as np

from optcore.networks.backprop import Backprop

DRAWS = 4


@dataclass(frozen=True)
class RoundingPass(Backprop):
    """A backward pass of rounding errors (m, n_out) in place of the output delta."""

    errors: np.ndarray

    def output_delta(self, fit, forward):
        return self.errors / forward.samples


def value_rounding(fit, theta) -> float:
    """The rounding error of L at theta (P,)."""
    errors = of_outputs(fit, fit.forward(theta), fit.loss.rounding).sum(axis=1)
    return float(np.linalg.norm(errors)) / len(errors)


def slope_rounding(fit, theta) -> np.ndarray:
    """The rounding error (P,) of dL/dtheta that its loss makes beyond eps dL/dtheta.

    Independent errors of that size are carried back, and the root mean square of a few draws
    is taken.
    """
    forward = fit.forward(theta)
    errors = of_outputs(fit, forward, fit.loss.delta_rounding)
    if not errors.any():
        return np.zeros(theta.shape)
    plain, signs = replace(fit, weight_decay=0.0), np.random.default_rng(0)
    carried = [
        plain.flatten(RoundingPass(np.where(turned, -errors, errors)).run(plain, forward))
        for turned in signs.choice([True, False], (DRAWS, *errors.shape))
    ]
    return np.sqrt(np.mean(np.square(carried), axis=0))


def of_outputs(fit, forward, rounding) -> np.ndarray:
    """The loss's own account of it, (m, n_out)."""
    z, a = forward.pre_activations[-1], forward.activations[-1]
    return rounding(z, a, fit.cast(fit.targets, z.dtype), fit.network.output)
