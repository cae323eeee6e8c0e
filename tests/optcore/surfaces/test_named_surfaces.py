"""Published optima and values, and what a surface with a lesson of its own does there."""

import math

import numpy as np
import pytest

from optcore import surfaces

# The optimum as published: Jamil and Yang (2013) for the benchmark functions, the closed form
# for the others.
OPTIMA = {
    surfaces.Rosenbrock(): 0.0,
    surfaces.Himmelblau(): 0.0,
    surfaces.Beale(): 0.0,
    surfaces.Booth(): 0.0,
    surfaces.Matyas(): 0.0,
    surfaces.ThreeHumpCamel(): 0.0,
    surfaces.SixHumpCamel(): -1.031628453489877,
    surfaces.Rastrigin(): 0.0,
    surfaces.Ackley(): 0.0,
    surfaces.Griewank(): 0.0,
    surfaces.StyblinskiTang(): 2 * -39.16616570377142,
    surfaces.GoldsteinPrice(): 3.0,
    surfaces.McCormick(): -math.sqrt(3) / 2 - math.pi / 3,
    surfaces.Easom(): -1.0,
    surfaces.Levy13(): 0.0,
    surfaces.SaddleBetweenMinima(): -0.25,
    surfaces.WrongSideOfTheHill(): -1.0,
    surfaces.Diamond(): 0.0,
    surfaces.TwoLayerLinear(): 0.0,
    surfaces.Cliff(): 0.0,
    surfaces.LineFit(): 0.125,
    surfaces.SigmoidSquaredError(): 0.0,
    surfaces.SigmoidCrossEntropy(): -0.1 * math.log(0.1) - 0.9 * math.log(0.9),
}


@pytest.mark.parametrize("surface", OPTIMA, ids=lambda s: s.name)
def test_the_optimum_is_the_published_one(surface):
    values = surface.value(np.array(surface.minima))
    np.testing.assert_allclose(values, OPTIMA[surface], rtol=1e-12, atol=1e-15)


# Values off the minimum, published (Beale, Goldstein-Price's local minima, the camels', Ackley)
# or worked by hand.
VALUES = [
    (surfaces.Bowl(), (3, 4), 25),
    (surfaces.Ravine(condition=10, rotation=0), (2, 1), 7),
    (surfaces.Ravine(condition=9, rotation=45), (-1, 1), 9),
    (surfaces.Ravine(condition=9, rotation=45), (1, 1), 1),
    (surfaces.Ravine(condition=10, rotation=90), (2, 0), 20),
    (surfaces.Rosenbrock(), (-1.2, 1), 24.2),
    (surfaces.Rosenbrock(b=10), (0, 1), 11),
    (surfaces.Saddle(), (3, 2), 5),
    (surfaces.SaddleBetweenMinima(), (2, 1), 2.5),
    (surfaces.MonkeySaddle(), (2, 1), 2),
    (surfaces.Plateau(), (0, 2), 0.7202),
    (surfaces.WrongSideOfTheHill(), (-1, 2), 3),
    (surfaces.NoMinimum(), (0, 2), math.log(2) + 2),
    (surfaces.NoMinimum(), (-1000, 0), 1000),
    (surfaces.NoMinimum(), (50, 0), math.exp(-50)),
    (surfaces.Himmelblau(), (0, 0), 170),
    (surfaces.Himmelblau(), (1, 1), 106),
    (surfaces.Beale(), (0, 0), 14.203125),
    (surfaces.Beale(), (1, 0), 4.453125),
    (surfaces.Booth(), (0, 0), 74),
    (surfaces.Matyas(), (1, -1), 1),
    (surfaces.ThreeHumpCamel(), (-1.7475523, 0.8737762), 0.29863844),
    (surfaces.SixHumpCamel(), (-1.7036067, 0.7960836), -0.21546382),
    (surfaces.SixHumpCamel(), (1.6071047, 0.5686515), 2.10425031),
    (surfaces.Rastrigin(), (0.5, 0.5), 40.5),
    (surfaces.Rastrigin(), (1, 2), 5),
    (surfaces.Ackley(), (1, 1), 3.6253849384403627),
    (surfaces.Griewank(), (math.pi, 0), 2 + math.pi**2 / 4000),
    (surfaces.StyblinskiTang(), (1, 1), -10),
    (surfaces.GoldsteinPrice(), (1, 1), 1876),
    (surfaces.GoldsteinPrice(), (-0.6, -0.4), 30),
    (surfaces.GoldsteinPrice(), (1.8, 0.2), 84),
    (surfaces.GoldsteinPrice(), (1.2, 0.8), 840),
    (surfaces.McCormick(), (math.pi, 0), math.pi**2 - 1.5 * math.pi + 1),
    (surfaces.Easom(), (0, 0), -math.exp(-2 * math.pi**2)),
    (surfaces.Levy13(), (0, 0), 2),
    (surfaces.Levy13(), (0, 0.5), 2.25),
    (surfaces.Levy13(), (1, 0.25), 1.125),
    (surfaces.BowlWithTwoWells(), (0, 0), -2.5 * math.exp(-2.25)),
    (surfaces.Diamond(k=3), (-2, 1), 5),
    (surfaces.TwoLayerLinear(), (2, 3), 25),
    (surfaces.LineFit(), (1, 0), 3.5 / 3),
    (surfaces.SigmoidSquaredError(), (0, 0), 0.08),
    (surfaces.SigmoidCrossEntropy(), (0, 0), math.log(2)),
]


@pytest.mark.parametrize(("surface", "point", "value"), VALUES)
def test_known_values(surface, point, value):
    assert surface.value(np.array(point, dtype=float)) == pytest.approx(value, rel=3e-8)


def test_the_cliff_is_the_unrolled_unit():
    def unrolled(w, b, steps, target):
        state = math.log(target / (1 - target))
        for _ in range(steps):
            state = w / (1 + math.exp(-state)) + b
        return (1 / (1 + math.exp(-state)) - target) ** 2

    cliff = surfaces.Cliff()
    for w, b in ((3.2, -1.1), (5.0, -2.0), (5.0, -2.6), (6.5, -4.0)):
        assert cliff.value(np.array([w, b])) == pytest.approx(unrolled(w, b, 50, 0.7), rel=1e-9)


def test_the_cliff_is_a_wall_beside_flat_land():
    cliff = surfaces.Cliff()
    edge = cliff.minima[0][1] + 0.7 * (cliff.minima[0][0] - 6.0)
    steepness = np.linalg.norm(
        cliff.grad(np.array([[6.0, edge - 1e-6], [6.0, edge + 0.5]])), axis=1
    )
    assert steepness[0] > 1e4
    assert steepness[1] < 0.1


def test_the_cliff_throws_descent_out_and_clipping_holds_it():
    cliff = surfaces.Cliff()

    def longest_step(limit):
        point, longest = np.array(cliff.start), 0.0
        for _ in range(100):
            step = -0.3 * cliff.grad(point)
            step = step * min(1.0, limit / np.linalg.norm(step))
            point, longest = point + step, max(longest, np.linalg.norm(step))
        return longest, cliff.value(point)

    thrown, stuck_at = longest_step(np.inf)
    held, reached = longest_step(0.15)
    assert thrown > 10 > held
    assert stuck_at > 0.08 > 0.01 > reached


def test_a_plateau_stalls_and_then_falls():
    surface = surfaces.Plateau()
    point, losses = np.array(surface.start), []
    for _ in range(3000):
        losses.append(float(surface.value(point)))
        point = point - 0.05 * surface.grad(point)
    # A thousand steps for 1 % of the height, then the rest of it in another thousand.
    assert 0.5 < losses[1500] < losses[500] < 1.02 * losses[1500]
    assert losses[2500] < 1e-9


def test_newton_falls_into_the_saddle_between_two_minima():
    surface = surfaces.SaddleBetweenMinima()
    point = np.array(surface.start)
    for _ in range(8):
        point = point - np.linalg.solve(surface.hessian(point), surface.grad(point))
    np.testing.assert_allclose(point, 0, atol=1e-12)
    assert np.linalg.eigvalsh(surface.hessian(point))[0] < 0


def test_descent_on_the_wrong_side_goes_left_for_ever():
    surface = surfaces.WrongSideOfTheHill()
    point = np.array(surface.start)
    reached = []
    for _ in range(3000):
        reached.append(point[0])
        point = point - 0.2 * surface.grad(point)
    assert np.all(np.diff(reached) < 0)
    assert point[0] < -8
    assert surface.value(point) > 0 > surface.value(np.array([1.0, 0.0]))


def test_both_sigmoid_losses_share_data_and_minimum_and_only_one_has_a_plateau():
    squared, entropy = surfaces.SigmoidSquaredError(), surfaces.SigmoidCrossEntropy()
    assert squared.minima == entropy.minima
    assert squared.start == entropy.start
    badly_wrong = np.array([-10.0, 0.0])
    assert np.linalg.norm(squared.grad(badly_wrong)) < 1e-4
    assert np.linalg.norm(entropy.grad(badly_wrong)) > 0.5
