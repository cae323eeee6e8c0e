"""Slips in one block: a weight gradient, a bias gradient or the L2 term goes wrong alone."""

import numpy as np

from optcore.checks.bugs.base import PlantedBug


class WeightGradDoubled(PlantedBug):
    name = "dW doubled"
    kind = "weight grad"
    right = r"dW = \delta\, a^\top"
    wrong = r"dW = 2\, \delta\, a^\top"
    lesson = (
        "A constant factor k leaves the relative error |k - 1| / (|k| + 1): here 1/3, but for the "
        "weight decay, which is not doubled."
    )

    def weight_grad(self, fit, forward, layer, delta):
        right = super().weight_grad(fit, forward, layer, delta)
        return 2 * right if self.hits(WeightGradDoubled, layer) else right


class StaleActivation(PlantedBug):
    name = "Stale activation"
    kind = "weight grad"
    right = r"dW = \textstyle\sum_i \delta_i\, a_i^\top"
    wrong = r"dW = \textstyle\sum_i \delta_i\, a_{i-1}^\top"
    lesson = "The cache still held the sample before: right shape, right size, wrong numbers."
    needs = "two samples or more"

    def matters(self, fit):
        return len(fit.inputs) > 1

    def weight_grad(self, fit, forward, layer, delta):
        if self.hits(StaleActivation, layer):
            stale = np.roll(forward.activations[layer], 1, axis=-2)
            return delta.mT @ stale
        return super().weight_grad(fit, forward, layer, delta)


class PreActivationUsed(PlantedBug):
    name = "z in place of a"
    kind = "weight grad"
    right = r"dW = \delta\, a^\top"
    wrong = r"dW = \delta\, z^\top"
    lesson = "What the layer read is the activation, not what it was made from."
    needs = "a hidden layer"

    def fits_layer(self, fit, layer):
        return layer > 1

    def weight_grad(self, fit, forward, layer, delta):
        if self.hits(PreActivationUsed, layer):
            return delta.mT @ forward.pre_activations[layer - 1]
        return super().weight_grad(fit, forward, layer, delta)


class LastElementSkipped(PlantedBug):
    name = "One wrong element"
    kind = "weight grad"
    right = r"dW_{jk},\quad k = 1 \ldots n"
    wrong = r"dW_{jk},\quad k = 1 \ldots n - 1 \text{ in the last row}"
    lesson = "A loop that ends one too early: one element stays 0 among hundreds."

    def weight_grad(self, fit, forward, layer, delta):
        right = super().weight_grad(fit, forward, layer, delta)
        if self.hits(LastElementSkipped, layer):
            right[..., -1, -1] = 0
        return right


class BiasGradSummed(PlantedBug):
    name = "Sum instead of mean for b"
    kind = "bias grad"
    right = r"db = \tfrac1m \textstyle\sum_i \delta_i"
    wrong = r"db = \textstyle\sum_i \delta_i"
    lesson = "The mean was remembered for W and forgotten for b: that block is m times too large."
    needs = "biases and two samples or more"

    def matters(self, fit):
        return fit.network.bias and len(fit.inputs) > 1

    def bias_grad(self, fit, forward, layer, delta):
        right = super().bias_grad(fit, forward, layer, delta)
        return right * forward.samples if self.hits(BiasGradSummed, layer) else right


class BiasGradOnePerMille(PlantedBug):
    name = "b off by 0.1 %"
    kind = "bias grad"
    right = r"db = \textstyle\sum_i \delta_i"
    wrong = r"db = 1.001 \textstyle\sum_i \delta_i"
    lesson = "Relative error 5e-4 in one small block; the number over all parameters hides it."
    needs = "biases"

    def matters(self, fit):
        return fit.network.bias

    def bias_grad(self, fit, forward, layer, delta):
        right = super().bias_grad(fit, forward, layer, delta)
        return 1.001 * right if self.hits(BiasGradOnePerMille, layer) else right


class BiasGradLastSample(PlantedBug):
    name = "db overwritten, not summed"
    kind = "bias grad"
    right = r"db \mathrel{+}= \delta_i"
    wrong = r"db = \delta_i"
    lesson = "An = for a += in the loop over samples: only the last sample is left."
    needs = "biases and two samples or more"

    def matters(self, fit):
        return fit.network.bias and len(fit.inputs) > 1

    def bias_grad(self, fit, forward, layer, delta):
        if self.hits(BiasGradLastSample, layer):
            return delta[..., -1, :]
        return super().bias_grad(fit, forward, layer, delta)


class PenaltyForgotten(PlantedBug):
    name = "L2 term forgotten"
    kind = "penalty"
    right = r"dW \mathrel{+}= \lambda W"
    wrong = r"dW"
    lesson = "The loss has the penalty and the gradient has not: they differ by lambda W exactly."
    needs = "weight decay"

    def matters(self, fit):
        return bool(fit.weight_decay)

    def penalty_grad(self, fit, forward, layer):
        return np.zeros_like(super().penalty_grad(fit, forward, layer))


class PenaltyDoubled(PlantedBug):
    name = "L2 term without its half"
    kind = "penalty"
    right = r"\tfrac{\lambda}{2} \lVert W \rVert^2 \;\to\; \lambda W"
    wrong = r"\tfrac{\lambda}{2} \lVert W \rVert^2 \;\to\; 2 \lambda W"
    lesson = "Half the square in the loss cancels the 2 of its derivative."
    needs = "weight decay"

    def matters(self, fit):
        return bool(fit.weight_decay)

    def penalty_grad(self, fit, forward, layer):
        return 2 * super().penalty_grad(fit, forward, layer)
