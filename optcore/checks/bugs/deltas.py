"""Slips in a delta: the layer goes wrong, and everything towards the input with it."""

import numpy as np

from optcore.checks.bugs.base import PlantedBug
from optcore.networks.activations import Identity, MisprintedTanh, ReLU, Sigmoid, Tanh
from optcore.networks.losses import CrossEntropy, SquaredError


class TanhSlopeOneMinusA(PlantedBug):
    name = "tanh' = 1 - a"
    kind = "delta"
    right = r"\varphi'(z) = 1 - a^2"
    wrong = r"\varphi'(z) = 1 - a"
    lesson = "Right where a = 0, so small weights hide it; at scale 1 it is glaring."
    needs = "tanh units"

    def matters(self, fit):
        return isinstance(fit.network.hidden, Tanh)

    def hidden_derivative(self, fit, forward, layer):
        if self.hits(TanhSlopeOneMinusA, layer):
            return 1 - forward.units[layer]
        return super().hidden_derivative(fit, forward, layer)


class MisprintedSlope(PlantedBug):
    name = "Misprinted tanh with 1 - a²"
    kind = "delta"
    right = r"a = \tfrac{1 - e^{-z}}{1 + e^{-z}},\quad \varphi' = \tfrac12 (1 - a^2)"
    wrong = r"a = \tfrac{1 - e^{-z}}{1 + e^{-z}},\quad \varphi' = 1 - a^2"
    lesson = "The formula is tanh(z/2): with the slope of tanh each such delta doubles."
    needs = "misprinted tanh units"

    def matters(self, fit):
        return isinstance(fit.network.hidden, MisprintedTanh)

    def hidden_derivative(self, fit, forward, layer):
        right = super().hidden_derivative(fit, forward, layer)
        return 2 * right if self.hits(MisprintedSlope, layer) else right


class SlopeAtActivation(PlantedBug):
    name = "Slope taken at a"
    kind = "delta"
    right = r"\varphi'(z)"
    wrong = r"\varphi'(a)"
    lesson = "A derivative written for z but handed a; with ReLU nobody would notice."
    needs = "curved units"

    def matters(self, fit):
        return not isinstance(fit.network.hidden, ReLU | Identity)

    def hidden_derivative(self, fit, forward, layer):
        if self.hits(SlopeAtActivation, layer):
            return fit.network.hidden.derivative(forward.units[layer])
        return super().hidden_derivative(fit, forward, layer)


class SlopeForgotten(PlantedBug):
    name = "Slope forgotten"
    kind = "delta"
    right = r"\delta = (W^\top \delta) \odot \varphi'(z)"
    wrong = r"\delta = W^\top \delta"
    lesson = "For tanh near 0 the slope is 1, so a check at tiny weights lets this pass."
    needs = "units that are not the identity"

    def matters(self, fit):
        return not isinstance(fit.network.hidden, Identity)

    def hidden_derivative(self, fit, forward, layer):
        right = super().hidden_derivative(fit, forward, layer)
        return np.ones_like(right) if self.hits(SlopeForgotten, layer) else right


class TransposedWeights(PlantedBug):
    name = "Weights not transposed"
    kind = "delta"
    right = r"W^\top \delta"
    wrong = r"W \delta"
    lesson = "Only square layers allow it, and there no shape error gives it away."
    needs = "two hidden or output layers of the same width in a row"

    def fits_layer(self, fit, layer):
        n_in, n_out = fit.network.sizes[layer : layer + 2]
        return n_in == n_out > 1

    def carry_back(self, fit, forward, layer, delta):
        if self.hits(TransposedWeights, layer - 1):
            return delta @ forward.weights[layer].mT
        return super().carry_back(fit, forward, layer, delta)


class SkipForgotten(PlantedBug):
    name = "Skip forgotten on the way back"
    kind = "delta"
    right = r"W^\top \delta + \partial L / \partial a"
    wrong = r"W^\top \delta"
    lesson = "The forward pass adds the skip; the backward pass must add its gradient too."
    needs = "a residual network"

    def fits_layer(self, fit, layer):
        return fit.network.skips(layer)

    def pass_down(self, fit, forward, layer, delta, upstream):
        if self.hits(SkipForgotten, layer - 1):
            return self.carry_back(fit, forward, layer, delta)
        return super().pass_down(fit, forward, layer, delta, upstream)


class FrozenNormalisation(PlantedBug):
    name = "Normalisation treated as constant"
    kind = "delta"
    right = r"\delta = \tfrac1s \left(g - \bar g - \hat z\, \overline{g \hat z}\right)"
    wrong = r"\delta = \tfrac1s\, g"
    lesson = "Mean and spread depend on every z they were taken from."
    needs = "layer or batch normalisation"

    def matters(self, fit):
        return fit.network.norm is not None

    def norm_backward(self, fit, forward, layer, by_normalised):
        if self.hits(FrozenNormalisation, layer):
            return by_normalised / forward.spreads[layer]
        return super().norm_backward(fit, forward, layer, by_normalised)


class DropoutUnscaled(PlantedBug):
    name = "Dropout without 1/keep"
    kind = "delta"
    right = r"\delta \odot \text{mask} / \text{keep}"
    wrong = r"\delta \odot \text{mask}"
    lesson = "The forward pass divides by keep, so the backward pass has to."
    needs = "dropout"

    def matters(self, fit):
        return bool(fit.dropout)

    def dropout_backward(self, fit, forward, layer, upstream):
        right = super().dropout_backward(fit, forward, layer, upstream)
        return right * forward.keep if self.hits(DropoutUnscaled, layer) else right


class DropoutMaskForgotten(PlantedBug):
    name = "Dropout mask forgotten"
    kind = "delta"
    right = r"\delta \odot \text{mask} / \text{keep}"
    wrong = r"\delta / \text{keep}"
    lesson = "A dropped unit did nothing for the loss, so nothing may flow back through it."
    needs = "dropout"

    def matters(self, fit):
        return bool(fit.dropout)

    def dropout_backward(self, fit, forward, layer, upstream):
        if self.hits(DropoutMaskForgotten, layer):
            return upstream / forward.keep
        return super().dropout_backward(fit, forward, layer, upstream)


class MissingMean(PlantedBug):
    name = "Missing 1/m"
    kind = "output delta"
    right = r"\delta^L = \tfrac1m\, (a - y)"
    wrong = r"\delta^L = a - y"
    lesson = "Every block is m times too large: training works, with another learning rate."
    needs = "two samples or more"

    def matters(self, fit):
        return len(fit.inputs) > 1

    def output_delta(self, fit, forward):
        return super().output_delta(fit, forward) * forward.samples


class SignFlipped(PlantedBug):
    name = "Sign flipped"
    kind = "output delta"
    right = r"\delta^L = a - y"
    wrong = r"\delta^L = y - a"
    lesson = (
        "The gradient points uphill: relative error 1 in every b, and in every W but for its "
        "weight decay."
    )

    def output_delta(self, fit, forward):
        return -super().output_delta(fit, forward)


class OutputSlopeTwice(PlantedBug):
    name = "Cross-entropy with an extra slope"
    kind = "output delta"
    right = r"\delta^L = a - y"
    wrong = r"\delta^L = (a - y) \odot a (1 - a)"
    lesson = "The slope of the sigmoid cancels in the cross-entropy; here it was put back."
    needs = "a sigmoid cross-entropy behind sigmoid units"

    def matters(self, fit):
        loss, output = fit.loss, fit.network.output
        return isinstance(loss, CrossEntropy) and loss.fused(output)

    def output_delta(self, fit, forward):
        slope = fit.network.output.derivative(forward.pre_activations[-1])
        return super().output_delta(fit, forward) * slope


class OutputSlopeForgotten(PlantedBug):
    name = "Squared error without the output's slope"
    kind = "output delta"
    right = r"\delta^L = (a - y) \odot \varphi'(z)"
    wrong = r"\delta^L = a - y"
    lesson = "That is the delta of the cross-entropy: it learns faster, but not this loss."
    needs = "a squared error behind sigmoid or tanh units"

    def matters(self, fit):
        return isinstance(fit.loss, SquaredError) and isinstance(fit.network.output, Sigmoid | Tanh)

    def output_delta(self, fit, forward):
        a = forward.activations[-1]
        return (a - fit.cast(fit.targets, a.dtype)) / forward.samples
