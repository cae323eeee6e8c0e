"""Powers of a matrix and gradients by lag, against closed forms."""

import numpy as np
import pytest

from optcore.networks.activations import ReLU, Tanh
from optcore.networks.initializers import LeCunNormal, Orthogonal
from optcore.networks.losses import SquaredError
from optcore.recurrent import (
    CELLS,
    LSTM,
    IdentityStart,
    LinearCell,
    Powers,
    RecurrentNet,
    SequenceLoss,
    carried,
    chain_norms,
    jacobians,
    lag_norms,
    powers,
    unit_lags,
    with_eigenvalue,
)

JORDAN = [[0.9, 1.0], [0.0, 0.9]]


def turn(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def test_one_number():
    assert powers([[0.9]], 50).norms[-1] == pytest.approx(0.00515378, abs=5e-9)
    assert powers([[1.1]], 50).norms[-1] == pytest.approx(117.390853, abs=5e-7)


def test_a_jordan_block_grows_first():
    """W^t = [[r^t, t r^(t-1)], [0, r^t]]; its norm from the two singular values in closed form."""
    found = powers(JORDAN, 200)
    assert found.peak == (9, pytest.approx(3.912567, abs=5e-7))
    assert found.grows_first
    t = np.arange(1, 201)
    a, b = 0.9**t, t * 0.9 ** (t - 1.0)
    size, det = 2 * a**2 + b**2, a**2
    expected = np.sqrt((size + np.sqrt(size**2 - 4 * det**2)) / 2)
    np.testing.assert_allclose(found.norms, expected, rtol=1e-12)
    assert found.radius == pytest.approx(0.9, abs=1e-7)
    assert found.norms[-1] < 1e-6


def test_a_rotation_keeps_every_length():
    found = powers(turn(0.7), 500)
    np.testing.assert_allclose(found.norms, 1, rtol=1e-12)
    assert found.peak[0] == 0 or found.peak[1] == pytest.approx(1, rel=1e-12)
    assert found.departure == pytest.approx(0, abs=1e-7)
    assert found.kreiss == pytest.approx(1, rel=1e-5)
    np.testing.assert_allclose(np.abs(found.eigenvalues), 1)


def test_a_normal_matrix_never_grows_first():
    q = turn(0.3)
    found = powers(q @ np.diag([0.95, -0.4]) @ q.T, 60)
    np.testing.assert_allclose(found.norms, 0.95 ** np.arange(1, 61), rtol=1e-11)
    assert not found.grows_first
    assert found.peak == (0, 1.0)
    assert found.stretch == pytest.approx(found.radius)


@pytest.mark.parametrize("seed", range(6))
def test_the_kreiss_constant_bounds_the_peak_from_both_sides(seed):
    """K <= sup |W^t| <= e n K."""
    rng = np.random.default_rng(seed)
    matrix = np.triu(rng.standard_normal((3, 3)) * 3)
    np.fill_diagonal(matrix, rng.uniform(-0.95, 0.95, 3))
    found = powers(matrix, 1000)
    assert found.kreiss <= found.peak[1] * (1 + 1e-9)
    assert found.peak[1] <= np.e * 3 * found.kreiss


@pytest.mark.parametrize("entry", [0.5, 3.0])
def test_a_matrix_without_eigenvalues_has_all_of_its_departure(entry):
    """Henrici: what of |W|_F^2 the eigenvalues, 0 and 0, do not make up."""
    assert powers([[0.0, entry], [0.0, 0.0]], 3).departure == 1
    # Eigenvalues 3 and 3 make up 18 of 18 + entry^2.
    found = powers([[3.0, entry], [0.0, 3.0]], 3).departure
    assert found == pytest.approx(entry / np.sqrt(18 + entry**2), rel=1e-6)
    assert powers(np.zeros((2, 2)), 3).departure == 0


def test_the_kreiss_constant_of_a_jordan_block():
    """By hand for r = 0 and entry b: sup (x - 1)|(z - W)^-1| at |z| = x, in one variable."""
    b = 10.0
    x = np.linspace(1.0001, 400, 2_000_000)
    size = 2 * x**2 + b**2
    smallest = np.sqrt((size - np.sqrt(size**2 - 4 * x**4)) / 2)
    expected = max(1.0, ((x - 1) / smallest).max())
    assert powers([[0.0, b], [0.0, 0.0]], 3).kreiss == pytest.approx(expected, rel=1e-5)
    assert powers([[1.0, 1.0], [0.0, 1.0]], 3).kreiss == np.inf
    assert powers([[1.1]], 3).kreiss == np.inf
    assert powers([[1.1]], 1).norms.tolist() == [1.1]
    assert powers(np.eye(2), 3).kreiss == pytest.approx(1, rel=1e-5)
    assert powers(1.9 * turn(0.7), 3).kreiss == np.inf


@pytest.mark.parametrize("angle", [0.742, 2.345])
def test_the_kreiss_constant_does_not_turn_with_the_matrix(angle):
    """exp(i angle) W as a real matrix: the same on the circle at another place, and its mirror."""
    block = np.array([[0.95, 4.0], [-0.02, -0.57]])
    turned = np.kron(turn(angle), block)
    expected = powers(block, 3).kreiss
    assert expected > 1.2
    assert powers(turned, 3).kreiss == pytest.approx(expected, rel=2e-7)


def test_the_kreiss_constant_of_a_large_matrix_is_found_far_out():
    """With b for the entry of a shear, sup (x - 1)|(z - W)^-1| tends to b / 4 at x = 2."""
    b = 1e6
    assert powers([[0.0, b], [0.0, 0.0]], 2).kreiss == pytest.approx(b / 4, rel=1e-6)


def made(radius, peak, matrix=((0.0,),)):
    return Powers(np.array(matrix), np.array([radius]), np.array([peak]), np.array([peak, 0.1]))


def test_a_matrix_grows_first_if_its_radius_is_below_1_and_its_peak_above():
    assert made(0.5, 1.5).grows_first
    assert made(0.999, 1 + 3e-12).grows_first
    assert not made(0.5, 1 + 1e-12).grows_first
    assert not made(0.5, 1.0).grows_first
    assert not made(1.0, 3.0).grows_first
    assert not made(1.5, 3.0).grows_first


def test_only_an_eigenvalue_on_the_circle_makes_a_large_constant_endless():
    """Of a shear by 1 with both eigenvalues at 1 it is beyond 1e5 where the search begins."""
    shear = [[1.0, 1.0], [0.0, 1.0]]
    assert made(1.0, 1.0, shear).kreiss == np.inf
    assert made(1 - 0.5e-9, 1.0, shear).kreiss == np.inf
    assert 1e5 < made(1 - 1e-9, 1.0, shear).kreiss < np.inf
    # Outside the circle it needs no search, on it alone it is not enough.
    assert made(1.5, 1.0, [[0.5]]).kreiss == np.inf
    assert made(1.0, 1.0, [[0.5]]).kreiss == pytest.approx(1, abs=1e-6)


def test_vectors_go_forward_and_gradients_come_back():
    matrix = np.array([[0.5, 1.0], [-0.3, 0.8]])
    cloud = np.random.default_rng(0).standard_normal((7, 2))
    forward, back = carried(matrix, cloud, 12), carried(matrix.T, cloud, 12)
    twelfth = np.linalg.matrix_power(matrix, 12)
    np.testing.assert_allclose(forward[12], cloud @ twelfth.T, rtol=1e-12)
    np.testing.assert_allclose(carried(matrix, cloud[3], 12)[12], forward[12, 3], rtol=1e-12)
    apart = carried(matrix, cloud[:6].reshape(2, 3, 2), 12)
    np.testing.assert_allclose(apart[12].reshape(6, 2), forward[12, :6], rtol=1e-12)
    # <W^t x, g> = <x, (W^t)^T g> for every pair.
    np.testing.assert_allclose(forward[12] @ cloud.T, cloud @ back[12].T, rtol=1e-11, atol=1e-13)


def test_a_chain_of_one_matrix_is_its_powers_and_of_different_ones_their_product():
    matrix = np.array(JORDAN)
    found = chain_norms(np.broadcast_to(matrix, (30, 2, 2)))
    np.testing.assert_allclose(found, powers(matrix, 30).norms, rtol=1e-12)
    many = np.random.default_rng(0).standard_normal((4, 5, 3, 3))
    whole = many[3, 2] @ many[2, 2] @ many[1, 2] @ many[0, 2]
    assert chain_norms(many)[3, 2] == pytest.approx(np.linalg.norm(whole, 2), rel=1e-12)
    burst = chain_norms(np.stack([np.full((5, 1, 1), 1e200), np.ones((5, 1, 1))], axis=1))
    assert np.isinf(burst[-1, 0])
    assert burst[-1, 1] == 1


@pytest.mark.parametrize("value", [0.5 + 0.3j, -0.2 - 0.9j, 0.7 + 0j, -1.1 + 0j, 1e-9j])
@pytest.mark.parametrize(
    "matrix", [JORDAN, turn(0.7), np.eye(2), [[0.5, 1.0], [-0.3, 0.8]], [[0.2, 0.0], [3.0, 0.9]],
               np.zeros((2, 2))]
)  # fmt: skip
def test_an_eigenvalue_can_be_moved(matrix, value):
    moved = with_eigenvalue(matrix, value)
    found = np.linalg.eigvals(moved)
    assert np.abs(found - value).min() < 1e-6
    assert np.abs(found - value.conjugate()).min() < 1e-6 or value.imag == 0
    again = with_eigenvalue(moved, value)
    np.testing.assert_allclose(np.sort_complex(np.linalg.eigvals(again)), np.sort_complex(found),
                               atol=1e-6)  # fmt: skip


def test_a_real_eigenvalue_leaves_the_other_where_it_is():
    moved = with_eigenvalue([[0.9, 1.0], [0.0, 0.2]], 0.7 + 0j)
    np.testing.assert_allclose(np.sort(np.linalg.eigvals(moved).real), [0.2, 0.7])
    # And the shape of what is off the diagonal: still upper triangular.
    assert moved[1, 0] == 0


MOVED = [
    # Real for real: the other stays, and all off the diagonal shrinks as the halves do.
    ([[0.9, 1.0], [0.0, 0.2]], 0.7, [[0.7, 5 / 7], [0.0, 0.2]]),
    ([[0.9, 1.0], [0.0, 0.2]], 0.4, [[0.9, 5 / 7], [0.0, 0.4]]),
    ([[0.9, 1.0], [0.0, 0.2]], 0.2, [[0.9, 1.0], [0.0, 0.2]]),
    # A double one moves as a whole; so does a pair, on to the real line.
    (JORDAN, 0.7, [[0.7, 1.0], [0.0, 0.7]]),
    ([[0.5, -2.0], [0.5, 0.5]], 0.3, [[0.3, -2.0], [0.0, 0.3]]),
    # A pair for a pair, here of half the angle.
    ([[0.5, -2.0], [0.5, 0.5]], 0.3 + 0.5j, [[0.3, -1.0], [0.25, 0.3]]),
    ([[0.5, -2.0], [0.5, 0.5]], 0.3 - 0.5j, [[0.3, -1.0], [0.25, 0.3]]),
    # A pair for a double one: about its shear, or a turn to the left where it has next to none.
    ([[0.9, 0.5], [0.0, 0.9]], 0.4 + 0.3j, [[0.4, 0.5], [-0.18, 0.4]]),
    ([[0.9, -0.5], [0.0, 0.9]], 0.4 + 0.3j, [[0.4, -0.5], [0.18, 0.4]]),
    ([[0.9, 1e-3], [0.0, 0.9]], 0.4 + 0.3j, [[0.4, -0.3], [0.3, 0.4]]),
    # Two that were all but one are parted along the axes.
    ([[0.5 + 1e-9, 0.0], [0.0, 0.5 - 1e-9]], 0.9, [[0.9, 0.0], [0.0, 0.5]]),
]


@pytest.mark.parametrize(("matrix", "value", "expected"), MOVED)
def test_what_an_eigenvalue_takes_along(matrix, value, expected):
    np.testing.assert_allclose(with_eigenvalue(matrix, complex(value)), expected, atol=1e-8)


def test_an_overflow_is_infinite():
    found = powers([[1e100]], 5)
    assert np.isfinite(found.norms[:3]).all()
    assert np.isinf(found.norms[3:]).all()
    assert len(powers([[1.0]], 5000).norms) == 5000


@pytest.mark.parametrize(
    ("matrix", "steps", "says"),
    [
        ([[1.0, 2.0]], 5, "square"),
        ([[np.nan]], 5, "not finite"),
        ([[1.0]], 0, "whole number"),
        ([[1.0]], 2.5, "whole number"),
        ([[1.0]], 5001, "from 1 to 5000"),
        ([1.0], 2, "square"),
    ],
)
def test_what_has_no_powers_is_refused(matrix, steps, says):
    with pytest.raises(ValueError, match=says):
        powers(matrix, steps)


def test_vectors_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="coordinates"):
        carried(np.eye(2), np.zeros(3), 2)


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (4, 4)], ids=str)
def test_the_identity_says_how_much_its_entries_vary(shape):
    drawn = IdentityStart().draw(None, *shape)
    assert drawn.shape == shape
    assert IdentityStart().unit_variance(*shape) == (drawn**2).mean()


def passed(cell, start, steps=30, width=6, scale=1.0, m=3):
    rng = np.random.default_rng(1)
    net = RecurrentNet(cell, 2, width, 1)
    inputs = scale * rng.standard_normal((steps, m, 2))
    fit = SequenceLoss(net, SquaredError(), inputs, np.zeros((1, m, 1)))
    return fit, net.initial(start, 2)


@pytest.mark.parametrize("cell", CELLS, ids=lambda c: c.name)
def test_jacobians_are_those_of_the_complex_step(cell):
    """dh_T/d(state_t) by pushing each coordinate of the state at t by 1e-30 i."""
    fit, theta = passed(cell, LeCunNormal(), steps=6, width=3, m=2)
    parts, run = fit.net.unpack(theta), fit.trace(theta).passed
    drives = fit.inputs @ parts["W_input"].T + parts["b"]
    found = list(jacobians(run))[::-1]
    np.testing.assert_allclose(lag_norms(run)[0], 1, rtol=1e-12)
    for t in (0, 2, 5):
        for k in range(3 * cell.states):
            which, unit = divmod(k, 3)
            state = tuple(array.astype(complex) for array in run.states[t])
            state[which][:, unit] += 1e-30j
            for drive in drives[t:]:
                state, _ = cell.forward(drive, state, parts["W_hidden"], parts.get("b_hidden"))
            expected = state[0].imag / 1e-30
            np.testing.assert_allclose(found[t][:, :, k], expected, rtol=1e-10, atol=1e-14)


def test_a_linear_orthogonal_net_carries_for_ever():
    fit, theta = passed(LinearCell(), Orthogonal(), steps=100)
    np.testing.assert_allclose(fit.trace(theta).by_lag, 1, rtol=1e-12)
    fit, theta = passed(LinearCell(), Orthogonal(gain=0.9), steps=50)
    by_lag = lag_norms(fit.trace(theta).passed)
    np.testing.assert_allclose(by_lag, 0.9 ** np.arange(51)[:, None] * np.ones(3), rtol=1e-12)


def test_with_tanh_inputs_spoil_the_orthogonal_start():
    quiet, loud = (
        lag_norms(fit.trace(theta).passed)[-1].mean()
        for fit, theta in (
            passed(TANH, Orthogonal(), scale=scale, steps=60) for scale in (1e-6, 3.0)
        )
    )
    assert quiet == pytest.approx(1, rel=1e-6)
    assert loud < 1e-6


TANH = CELLS[0]


def test_an_lstm_carries_as_its_forget_gate_says():
    """With no weights the cell only forgets: dh_T/dc_t = o tanh'(c) f^lag."""
    net = RecurrentNet(LSTM(forget_bias=5.0), 1, 2, 1)
    theta = net.initial(IdentityStart(gain=0.0), 0)
    parts = net.unpack(theta)
    parts["W_input"] = 0 * parts["W_input"]
    fit = SequenceLoss(net, SquaredError(), np.ones((40, 1, 1)), np.zeros((1, 1, 1)))
    found = list(jacobians(fit.trace(net.pack(parts)).passed))
    forget = 1 / (1 + np.exp(-5))
    for lag in (0, 1, 20, 40):
        by_cell = found[lag][0][:, 2:]
        np.testing.assert_allclose(by_cell, 0.5 * forget**lag * np.eye(2) * (lag > 0), rtol=1e-12)


def test_one_unit_vanishes_on_both_sides_of_one():
    weights = np.array([0.5, 0.9, 1.0, 1.1, 2.0])
    values, slopes = unit_lags(Tanh(), weights, 0.5, 4000)
    assert (slopes[200, [0, 1, 3, 4]] < 1e-8).all()
    assert slopes[200, 2] > 1e-5
    # At 1: h ~ sqrt(3/(2t)), so the product of 1 - h^2 goes as t^(-3/2).
    order = np.log(slopes[4000, 2] / slopes[2000, 2]) / np.log(2)
    assert order == pytest.approx(-1.5, abs=0.01)
    assert values[4000, 2] == pytest.approx(np.sqrt(1.5 / 4000), rel=0.01)
    # Below 1 the slope is w^t but for a constant; above, w (1 - h*^2) at the fixed point.
    assert slopes[101, 1] / slopes[100, 1] == pytest.approx(0.9, rel=1e-6)
    fixed = values[400, 4]
    assert fixed == pytest.approx(np.tanh(2 * fixed), rel=1e-12)
    assert slopes[51, 4] / slopes[50, 4] == pytest.approx(2 * (1 - fixed**2), rel=1e-9)


def test_one_relu_unit_is_a_power():
    _, slopes = unit_lags(ReLU(), np.array([0.9, 1.1]), 1.0, 50)
    np.testing.assert_allclose(slopes[50], [0.9**50, 1.1**50], rtol=1e-12)
