"""Back-propagation through time, written out: the net unrolled, then its gradient, step by step.

Source: Rumelhart, Hinton and Williams (1986); Werbos (1990), Backpropagation through time. Arrays
have the time first, then a batch of parameter vectors, if any, m sequences and units.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.recurrent.cells import Cell


@dataclass(frozen=True, eq=False)
class Passed:
    """One forward pass: `states`, a tuple of arrays (..., m, H) for each time 0 to T."""

    cell: Cell
    parts: dict[str, np.ndarray]
    inputs: np.ndarray
    states: list
    saved: list
    outputs: np.ndarray

    @cached_property
    def hidden(self) -> np.ndarray:
        """h (T + 1, ..., m, H), the zeros it starts from first."""
        return np.stack([state[0] for state in self.states])

    def of(self, sequences: slice) -> "Passed":
        """The pass of some of the sequences alone."""
        part = (..., sequences, slice(None))
        return Passed(
            self.cell, self.parts, self.inputs[part],
            [tuple(array[part] for array in state) for state in self.states],
            [tuple(array[part] for array in kept) for kept in self.saved],
            self.outputs[part],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Trace:
    """One forward and one backward pass.

    `state_grads`: dL by each array of the state, (T + 1, ..., m, H) each, all later steps and the
    readout of that time included. `drive_grads` and `hidden_grads` (T, ..., m, G H): dL by the
    drive W_input x + b and by W_hidden h. `grads` has the gradient of each block.
    """

    passed: Passed
    state_grads: tuple[np.ndarray, ...]
    drive_grads: np.ndarray
    hidden_grads: np.ndarray
    grads: dict[str, np.ndarray]

    @cached_property
    def norms(self) -> np.ndarray:
        """|dL/dh_t| (T + 1, ...) of the mean loss over all sequences, in h alone."""
        return np.asarray(np.linalg.matrix_norm(self.state_grads[0]))

    @cached_property
    def contributions(self) -> np.ndarray:
        """The part of dL/dW_hidden that each step t = 1 to T adds, as a norm (T, ...)."""
        before = self.passed.hidden[:-1]
        return np.array(
            [
                np.linalg.matrix_norm(grad.mT @ h)
                for grad, h in zip(self.hidden_grads, before, strict=True)
            ]
        )

    @cached_property
    def shares(self) -> np.ndarray:
        """`contributions` over their sum; nan where there are none."""
        total = self.contributions.sum(axis=0)
        return self.contributions / np.where(total > 0, total, np.nan)

    @cached_property
    def signal_to_noise(self) -> np.ndarray:
        """|mean| over its standard error, of each step's part of dL/dW_hidden, (T, ...).

        Over the sequences of the batch; for one vector of parameters at a time. A factor on the
        gradient changes neither: what has sunk below its own noise is not raised by scaling.
        """
        m = self.hidden_grads.shape[-2]
        # A sequence's part is an outer product, whose norm is the product of two norms.
        sizes = (np.abs(self.hidden_grads) ** 2).sum(-1), (self.passed.hidden[:-1] ** 2).sum(-1)
        variance = (m * np.vecdot(*sizes) - self.contributions**2) / max(m - 1, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.contributions / np.sqrt(np.maximum(variance, 0.0))

    @cached_property
    def by_lag(self) -> np.ndarray:
        """The typical |dh_T/d(state_t)| by lag T - t = 0 to T, for each sequence (T + 1, m)."""
        return lag_norms(self.passed)

    def saturation(self, threshold: float = 0.05) -> np.ndarray:
        """The share of sequences in which a unit's slope is below `threshold`, (T, ..., H)."""
        slopes = np.stack([self.passed.cell.slope(saved) for saved in self.passed.saved])
        return (slopes < threshold).mean(axis=-2)


def jacobians(passed: Passed) -> Iterator[np.ndarray]:
    """dh_T/d(state_t) for t = T down to 0, each (m, H, S H): the whole state, S arrays of it."""
    *_, state = passed.states
    m, width = state[0].shape
    # A direction of h_T in front of everything: one backward pass serves all of them.
    by_h = np.broadcast_to(np.eye(width)[:, None, :], (width, m, width))
    grads = (by_h, *(np.zeros_like(by_h) for _ in state[1:]))
    yield _by_sequence(grads)
    for saved in reversed(passed.saved):
        *_, grads = passed.cell.backward(saved, grads, passed.parts["W_hidden"])
        yield _by_sequence(grads)


def _by_sequence(grads) -> np.ndarray:
    return np.moveaxis(np.concatenate(grads, axis=-1), 0, 1)


def lag_norms(passed: Passed) -> np.ndarray:
    """The typical |dh_T/d(state_t)| by lag T - t = 0 to T, for each sequence (T + 1, m).

    The root mean square of what it does to a direction of h_T: 1 at lag 0, and for ever under an
    orthogonal matrix without squashing. The largest is the spectral norm of `jacobians`.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array([np.sqrt((j**2).sum((-1, -2)) / j.shape[-2]) for j in jacobians(passed)])


def forward_through_time(cell: Cell, parts: dict, inputs: np.ndarray, read: int) -> Passed:
    """From h = 0 over inputs (T, m, n_in); the readout of the last `read` steps."""
    steps, m, n_in = inputs.shape
    weights, bias = parts["W_hidden"], parts.get("b_hidden")
    batch, width = weights.shape[:-2], weights.shape[-1]
    # One product for all times: only what depends on the state must wait for it.
    lead = (1,) * len(batch)
    drives = inputs.reshape(steps, *lead, m, n_in) @ np.swapaxes(parts["W_input"], -1, -2)
    drives += parts["b"][..., None, :]
    zero = np.zeros((*batch, m, width), weights.dtype)
    states, saved = [(zero,) * cell.states], []
    for drive in drives:
        state, kept = cell.forward(drive, states[-1], weights, bias)
        states.append(state)
        saved.append(kept)
    last = np.stack([state[0] for state in states[steps + 1 - read :]])
    outputs = last @ np.swapaxes(parts["W_output"], -1, -2) + parts["b_output"][..., None, :]
    return Passed(cell, parts, inputs, states, saved, outputs)


def backward_through_time(passed: Passed, by_outputs: np.ndarray) -> Trace:
    """The gradient of a loss whose derivative by the outputs is (K, ..., m, n_out)."""
    cell, parts = passed.cell, passed.parts
    steps, weights = len(passed.saved), parts["W_hidden"]
    read_from = steps - len(by_outputs)
    by_read = by_outputs @ parts["W_output"]
    start, *_ = passed.states
    grads = tuple(map(np.zeros_like, start))
    state_grads = [grads] * (steps + 1)
    drive_grads, hidden_grads = [grads[0]] * steps, [grads[0]] * steps
    for t in reversed(range(steps)):
        if t >= read_from:
            grads = (grads[0] + by_read[t - read_from], *grads[1:])
        state_grads[t + 1] = grads
        drive_grads[t], hidden_grads[t], grads = cell.backward(passed.saved[t], grads, weights)
    state_grads[0] = grads
    drive, hidden = np.stack(drive_grads), np.stack(hidden_grads)
    blocks = _block_grads(passed, drive, hidden, by_outputs)
    by_state = tuple(np.stack(column) for column in zip(*state_grads, strict=True))
    return Trace(passed, by_state, drive, hidden, blocks)


def _block_grads(passed, drive, hidden, by_outputs) -> dict[str, np.ndarray]:
    """Sums over times and sequences: each step uses the same weights, so its gradients add."""
    before, width = passed.hidden[:-1], passed.hidden.shape[-1]
    last = passed.hidden[len(passed.hidden) - len(by_outputs) :]
    grads = {
        "W_input": _outer(drive, passed.inputs),
        "W_hidden": _outer(hidden, before),
        "b": drive.sum(axis=(0, -2)),
        "W_output": _outer(by_outputs, last),
        "b_output": by_outputs.sum(axis=(0, -2)),
    }
    if passed.cell.hidden_bias:
        grads["b_hidden"] = hidden[..., -width:].sum(axis=(0, -2))
    return grads


def _outer(grads: np.ndarray, read: np.ndarray) -> np.ndarray:
    """The sum over times and sequences of grads (T, ..., m, a) times what was read (T, ..., m, b).

    One matrix product: time and sequences become one axis, a batch stays in front.
    """
    return _together(grads).mT @ _together(read)


def _together(array: np.ndarray) -> np.ndarray:
    steps, *batch, m, width = array.shape
    return np.moveaxis(array, 0, -3).reshape(*batch, steps * m, width)
