"""The backward pass, a line to a method.

`Backprop` is the right one. A subclass that overrides one method is a backward pass with
one slip in it, which is how planted bugs are made.
"""

from dataclasses import dataclass

import numpy as np

from optcore.networks.forward import ForwardPass, normalise_backward


@dataclass(frozen=True)
class Trace:
    """One forward and backward pass. Lists have an entry per layer, input side first.

    `pre_activations` z (..., m, n_out) before any normalisation; `activations` (the inputs
    first, so one entry more); `deltas` = dL/dz with the 1/m of the mean in it;
    `weight_grads` (..., n_out, n_in), weight decay included; `bias_grads` (..., n_out), or
    (..., 0) in a network without biases. `forward` holds the rest.
    """

    forward: ForwardPass
    deltas: list
    weight_grads: list
    bias_grads: list

    @property
    def pre_activations(self) -> list:
        return self.forward.pre_activations

    @property
    def activations(self) -> list:
        return self.forward.activations


@dataclass(frozen=True)
class Backprop:
    """Backpropagation as Rumelhart, Hinton and Williams (1986) give it, layer by layer.

    `fit` is the FitLoss, `forward` the pass to differentiate, `layer` counts from 0 at the
    input side; `upstream` is dL/d(activation) of the layer, `delta` dL/dz. L is a mean over
    samples, so 1/m enters once, in `output_delta`, and everything below inherits it.
    """

    def run(self, fit, forward) -> Trace:
        depth = len(forward.weights)
        deltas, weight_grads, bias_grads = [], [], []
        upstream = None
        for layer in reversed(range(depth)):
            delta = self.delta(fit, forward, layer, upstream)
            deltas.insert(0, delta)
            data_grad = self.weight_grad(fit, forward, layer, delta)
            weight_grads.insert(0, self.penalised(fit, forward, layer, data_grad))
            bias_grads.insert(0, self.bias_grad(fit, forward, layer, delta))
            if layer:
                upstream = self.pass_down(fit, forward, layer, delta, upstream)
        if not fit.network.bias:
            bias_grads = [grad[..., :0] for grad in bias_grads]
        return Trace(forward, deltas, weight_grads, bias_grads)

    def delta(self, fit, forward, layer, upstream):
        """dL/dz of any layer."""
        if forward.is_output(layer):
            return self.output_delta(fit, forward)
        return self.hidden_delta(fit, forward, layer, upstream)

    def output_delta(self, fit, forward):
        """dL/dz of the output layer: the loss knows it, the mean over samples divides it."""
        z, a = forward.pre_activations[-1], forward.activations[-1]
        targets = fit.cast(fit.targets, z.dtype)
        return fit.loss.delta(z, a, targets, fit.network.output) / forward.samples

    def hidden_delta(self, fit, forward, layer, upstream):
        """dL/dz of a hidden layer from dL/da."""
        by_unit = self.dropout_backward(fit, forward, layer, upstream)
        by_normalised = by_unit * self.hidden_derivative(fit, forward, layer)
        if forward.spreads[layer] is None:
            return by_normalised
        return self.norm_backward(fit, forward, layer, by_normalised)

    def hidden_derivative(self, fit, forward, layer):
        """The slope of the activation function at every unit and sample."""
        return fit.network.hidden.derivative(forward.normalised[layer], forward.units[layer])

    def dropout_backward(self, fit, forward, layer, upstream):
        """Dropped units pass nothing; kept ones were divided by keep, so their gradient is."""
        mask = forward.masks[layer]
        return upstream if mask is None else upstream * mask / forward.keep

    def norm_backward(self, fit, forward, layer, by_normalised):
        """dL/dz from dL/d(normalised z)."""
        return normalise_backward(
            by_normalised, forward.normalised[layer], forward.spreads[layer], fit.network.norm
        )

    def pass_down(self, fit, forward, layer, delta, upstream):
        """dL/da of the layer below: through the weights, and along the skip if there is one."""
        through = self.carry_back(fit, forward, layer, delta)
        return through + upstream if fit.network.skips(layer) else through

    def carry_back(self, fit, forward, layer, delta):
        """W^T delta, for every sample."""
        return delta @ forward.weights[layer]

    def weight_grad(self, fit, forward, layer, delta):
        """dL/dW without weight decay: delta times what the layer read, summed over samples."""
        return np.swapaxes(delta, -1, -2) @ forward.activations[layer]

    def bias_grad(self, fit, forward, layer, delta):
        """dL/db: delta summed over samples, which is a mean, as delta has the 1/m in it."""
        return delta.sum(-2)

    def penalty_grad(self, fit, forward, layer):
        """The derivative of weight_decay / 2 times ||W||^2."""
        return fit.weight_decay * forward.weights[layer]

    def penalised(self, fit, forward, layer, data_grad):
        if fit.weight_decay == 0:
            return data_grad
        return data_grad + self.penalty_grad(fit, forward, layer)
