"""Every cell, forward and back through time: against torch, the complex step and by hand."""

from pathlib import Path

import numpy as np
import pytest

from optcore.checks import check_grad
from optcore.descent import ClipNorm, descend
from optcore.networks.initializers import LeCunNormal, Orthogonal
from optcore.networks.losses import SoftmaxCrossEntropy, SquaredError
from optcore.optimizers import Adam, Momentum
from optcore.recurrent import (
    CELLS,
    GRU,
    LSTM,
    Adding,
    IdentityStart,
    Leaky,
    LinearCell,
    RecurrentNet,
    SequenceLoss,
    TanhCell,
)

STORED = np.load(Path(__file__).parents[2] / "support" / "torch_recurrent.npz")
every = pytest.mark.parametrize("cell", CELLS, ids=lambda c: c.name)
BY_NAME = {cell.name: cell for cell in CELLS}


def given(cell, width=4, steps=7, read=3, seed=0, samples=5):
    """A loss and a theta at which no unit is dead."""
    rng = np.random.default_rng(seed)
    net = RecurrentNet(cell, 3, width, 2)
    theta = net.initial(Orthogonal(), seed) + 0.1 * rng.standard_normal(net.parameters)
    inputs, targets = (rng.standard_normal(shape) for shape in ((steps, samples, 3),
                                                               (read, samples, 2)))  # fmt: skip
    return SequenceLoss(net, SquaredError(), inputs, targets), theta


@pytest.mark.parametrize("name", ["Tanh", "ReLU", "LSTM", "GRU"])
def test_forward_and_backward_equal_torch(name):
    net = RecurrentNet(BY_NAME[name], 3, 4, 2)
    fit = SequenceLoss(net, SquaredError(), STORED["inputs"], STORED["targets"])
    for k, theta in enumerate(STORED[f"{name}/theta"]):
        trace = fit.trace(theta)
        np.testing.assert_allclose(
            trace.passed.hidden[1:], STORED[f"{name}/hidden"][k], rtol=1e-10, atol=1e-13
        )
        assert fit.value(theta) == pytest.approx(STORED[f"{name}/loss"][k], rel=1e-10)
        np.testing.assert_allclose(
            net.pack(trace.grads), STORED[f"{name}/grad"][k], rtol=1e-10, atol=1e-13
        )


@every
def test_the_gradient_is_that_of_the_complex_step(cell):
    fit, theta = given(cell)
    directions = np.eye(len(theta))
    exact = fit.value(theta + 1e-30j * directions).imag / 1e-30
    np.testing.assert_allclose(fit.grad(theta), exact, rtol=1e-11, atol=1e-14)


@every
def test_a_batch_of_parameters_is_each_alone(cell):
    fit, theta = given(cell)
    many = theta * np.array([[1.0], [0.5], [-0.8]])
    np.testing.assert_allclose(fit.value(many), [fit.value(one) for one in many], rtol=1e-13)
    np.testing.assert_allclose(
        fit.grad(many), [fit.grad(one) for one in many], rtol=1e-11, atol=1e-15
    )


@every
def test_it_can_be_checked_and_descended_like_any_objective(cell):
    fit, theta = given(cell)
    check = check_grad(fit, theta)
    assert {block.name for block in check.blocks} == set(fit.blocks)
    assert check.verdict in ("right", "inconclusive", "kink")
    run = descend(fit, Adam(learning_rate=0.02), theta, 60, clip=ClipNorm(1.0))
    assert run.last_value < 0.85 * run.values[0]
    assert descend(fit, Momentum(learning_rate=1e-3), theta, 5).last_value < run.values[0]


@every
def test_float32_stays_float32(cell):
    fit, theta = given(cell)
    small = theta.astype(np.float32)
    assert fit.grad(small).dtype == np.float32
    np.testing.assert_allclose(fit.grad(small), fit.grad(theta), rtol=2e-3, atol=2e-5)


@every
def test_the_state_gradients_are_those_of_a_shifted_state(cell):
    """The total derivative by each array of each state, by a central difference of the rest."""
    fit, theta = given(cell, steps=5, read=2)
    trace, parts = fit.trace(theta), fit.net.unpack(theta)
    drives = fit.inputs @ parts["W_input"].T + parts["b"]

    def rest(t, state):
        """The loss of the steps after t, and of the readout at t, from a given state."""
        total = 0.0
        for k in range(t, len(fit.inputs) + 1):
            if k > t:
                state, _ = cell.forward(drives[k - 1], state, parts["W_hidden"],
                                        parts.get("b_hidden"))  # fmt: skip
            if k > len(fit.inputs) - 2:
                answer = state[0] @ parts["W_output"].T + parts["b_output"]
                total += ((answer - fit.targets[k - len(fit.inputs) - 1]) ** 2).sum() / 20
        return total

    for t in (1, 3, 4, 5):
        for which in range(cell.states):
            shift = np.zeros_like(trace.passed.states[t][which])
            shift[2, 1] = 1e-6
            ends = [
                rest(t, tuple(array + sign * shift * (i == which)
                              for i, array in enumerate(trace.passed.states[t])))
                for sign in (1, -1)
            ]  # fmt: skip
            numeric = (ends[0] - ends[1]) / 2e-6
            assert trace.state_grads[which][t][2, 1] == pytest.approx(numeric, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("samples", [2, 5])
@every
def test_what_the_steps_add_is_the_gradient(cell, samples):
    fit, theta = given(cell, samples=samples)
    trace = fit.trace(theta)
    before = trace.passed.hidden[:-1]
    parts = np.einsum("tma,tmb->tab", trace.hidden_grads, before)
    np.testing.assert_allclose(parts.sum(axis=0), trace.grads["W_hidden"], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(trace.contributions, np.linalg.norm(parts, axis=(1, 2)), rtol=1e-12)
    assert trace.shares.sum() == pytest.approx(1, rel=1e-12)
    assert trace.norms.shape == (8,)
    single = np.einsum("tma,tmb->mtab", trace.hidden_grads, before) * samples
    error = np.sqrt(single.var(axis=0, ddof=1).sum(axis=(1, 2)) / samples)
    with np.errstate(invalid="ignore"):
        expected = trace.contributions / error
    np.testing.assert_allclose(trace.signal_to_noise[1:], expected[1:], rtol=1e-9)


def test_steps_that_add_nothing_have_no_shares():
    fit, theta = given(TanhCell())
    parts = fit.net.unpack(theta)
    trace = fit.trace(fit.net.pack(parts | {"W_output": 0 * parts["W_output"]}))
    assert np.isnan(trace.shares).all()


def test_scaling_the_loss_leaves_signal_to_noise_where_it_was():
    fit, theta = given(TanhCell(), steps=20, read=1)
    louder = SequenceLoss(fit.net, SquaredError(), fit.inputs, fit.targets * 1.0)
    trace = louder.trace(theta)
    scaled = type(trace)(trace.passed, trace.state_grads, trace.drive_grads,
                         1000 * trace.hidden_grads, trace.grads)  # fmt: skip
    np.testing.assert_allclose(scaled.signal_to_noise[1:], trace.signal_to_noise[1:], rtol=1e-9)
    np.testing.assert_allclose(scaled.contributions, 1000 * trace.contributions, rtol=1e-12)


def test_a_step_of_each_cell_by_hand():
    """One unit, no input: z = w h. Numbers from the defining formulas at h = 0.5, w = 1."""
    h, one = np.array([[0.5]]), np.array([[1.0]])
    (after,), _ = Leaky(leak=0.25).forward(np.zeros((1, 1)), (h,), one, None)
    assert after[0, 0] == pytest.approx(0.75 * 0.5 + 0.25 * np.tanh(0.5), rel=1e-15)
    gate = 1 / (1 + np.exp(-0.5))
    (after, cell), _ = LSTM().forward(np.zeros((1, 4)), (h, h), np.ones((4, 1)), None)
    inside = gate * 0.5 + gate * np.tanh(0.5)
    assert cell[0, 0] == pytest.approx(inside, rel=1e-15)
    assert after[0, 0] == pytest.approx(gate * np.tanh(inside), rel=1e-15)
    (after,), _ = GRU().forward(np.zeros((1, 3)), (h,), np.ones((3, 1)), np.array([0.1]))
    new = np.tanh(gate * 0.6)
    assert after[0, 0] == pytest.approx((1 - gate) * new + gate * 0.5, rel=1e-15)


def test_the_slope_of_a_gated_unit_is_that_of_its_tanh():
    """An LSTM's at its cell; a GRU's at its candidate, of which half is what comes out here."""
    zero, none = np.zeros((1, 1)), np.zeros((4, 1))
    (_, cell), saved = LSTM().forward(np.array([[0.3, -0.2, 2.0, 0.5]]), (zero, zero), none, None)
    np.testing.assert_allclose(LSTM().slope(saved), np.cosh(cell) ** -2, rtol=1e-12)
    (after,), saved = GRU().forward(np.array([[0.3, 0.0, 0.9]]), (zero,), none[:3], np.zeros(1))
    np.testing.assert_allclose(GRU().slope(saved), 1 - 4 * after**2, rtol=1e-12)
    np.testing.assert_allclose(2 * after, np.tanh(0.9), rtol=1e-12)


def test_a_leak_of_one_is_the_tanh_cell():
    fit, theta = given(TanhCell())
    leaky = SequenceLoss(RecurrentNet(Leaky(leak=1.0), 3, 4, 2), fit.loss, fit.inputs, fit.targets)
    np.testing.assert_allclose(leaky.grad(theta), fit.grad(theta), rtol=1e-13)


def test_the_starts():
    net = RecurrentNet(LSTM(forget_bias=5.0), 2, 3, 1)
    parts = net.unpack(net.initial(IdentityStart(gain=0.5), 0))
    np.testing.assert_array_equal(parts["W_hidden"], np.tile(0.5 * np.eye(3), (4, 1)))
    np.testing.assert_array_equal(parts["b"], [0, 0, 0, 5, 5, 5, 0, 0, 0, 0, 0, 0])
    parts = net.unpack(net.initial(Orthogonal(), 0))
    gates = parts["W_hidden"].reshape(4, 3, 3)
    np.testing.assert_allclose(gates @ gates.transpose(0, 2, 1), np.tile(np.eye(3), (4, 1, 1)),
                               atol=1e-12)  # fmt: skip
    first, again = net.initial(LeCunNormal(), 4), net.initial(LeCunNormal(), 4)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(net.pack(net.unpack(first)), first)


def test_the_blocks_are_named_and_in_order():
    assert list(RecurrentNet(GRU(), 2, 3, 1).blocks) == [
        "W_input", "W_hidden", "b", "b_hidden", "W_output", "b_output",
    ]  # fmt: skip
    net = RecurrentNet(LSTM(), 2, 3, 1)
    assert net.parameters == 12 * 2 + 12 * 3 + 12 + 3 + 1


def test_saturation_counts_flat_units():
    net = RecurrentNet(TanhCell(), 1, 2, 1)
    theta = net.pack(
        {
            "W_input": np.array([[5.0], [0.1]]), "W_hidden": np.zeros((2, 2)), "b": np.zeros(2),
            "W_output": np.ones((1, 2)), "b_output": np.zeros(1),
        }
    )  # fmt: skip
    inputs = np.array([[[1.0], [0.0], [0.0], [-1.0]]])
    fit = SequenceLoss(net, SquaredError(), inputs, np.zeros((1, 4, 1)))
    np.testing.assert_array_equal(fit.trace(theta).saturation(), [[0.5, 0.0]])
    linear = SequenceLoss(RecurrentNet(LinearCell(), 1, 2, 1), fit.loss, inputs, fit.targets)
    np.testing.assert_array_equal(linear.trace(theta).saturation(1.0), [[0.0, 0.0]])


def test_an_examination_tells_probabilities_and_the_loss_they_make():
    net = RecurrentNet(LinearCell(), 1, 2, 3)
    chosen = np.eye(3)[None, [0, 2, 2, 1, 0, 1]]
    fit = SequenceLoss(net, SoftmaxCrossEntropy(), np.ones((4, 6, 1)), chosen)
    theta = net.initial(Orthogonal(), 0)
    answers, loss = fit.examine(theta, 6)
    assert answers.shape == (1, 6, 3)
    np.testing.assert_allclose(answers.sum(-1), 1)
    np.testing.assert_allclose(loss, -np.log(answers[chosen == 1]).mean())
    assert loss == fit.value(theta)
    for at_once in (1, 4, 100):
        for part, whole in zip(fit.examine(theta, at_once), (answers, loss), strict=True):
            np.testing.assert_allclose(part, whole, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"inputs": np.zeros((4, 2))}, "inputs must have shape"),
        ({"inputs": np.zeros((4, 2, 2))}, "inputs must have shape"),
        ({"targets": np.zeros((1, 2, 5))}, "targets must have shape"),
        ({"targets": np.zeros((9, 2, 1))}, "do not fit"),
        ({"targets": np.zeros((1, 3, 1))}, "do not fit"),
    ],
)
def test_what_does_not_fit_is_refused(change, says):
    arrays = {"inputs": np.zeros((4, 2, 1)), "targets": np.zeros((1, 2, 1)), **change}
    with pytest.raises(ValueError, match=says):
        SequenceLoss(RecurrentNet(TanhCell(), 1, 2, 1), SquaredError(), **arrays)


def test_widths_and_lengths_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        RecurrentNet(TanhCell(), 1, 0, 1)
    net = RecurrentNet(TanhCell(), 1, 2, 1)
    with pytest.raises(ValueError, match="theta must have"):
        net.unpack(np.zeros(3))
    with pytest.raises(ValueError, match="at least 2 steps"):
        Adding().batch(0, 4, 1)
