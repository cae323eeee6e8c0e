"""What an optimizer looks at, and how often it is asked for."""

import numpy as np

from optcore.objective import Counted, Look


class Watched:
    """x^2 / 2 in two dimensions."""

    def __init__(self):
        self.asked = 0

    def value(self, point):
        return 0.5 * (point * point).sum(axis=-1)

    def grad(self, point):
        return point

    def hessian(self, point):
        self.asked += 1
        return np.eye(2)


def test_a_hessian_is_worked_out_when_it_is_first_asked_for_and_once():
    surface = Watched()
    look = Look(surface, np.ones(2), 1.0, np.ones(2))
    assert surface.asked == 0
    assert look.hessian is look.hessian
    assert surface.asked == 1


def test_gradients_are_counted_and_nothing_else_is():
    surface = Watched()
    counted = Counted(surface)
    assert counted.grad_calls == 0
    for calls in (1, 2):
        assert counted.grad(np.ones(2)).tolist() == [1, 1]
        assert (counted.value(np.ones(2)), counted.grad_calls) == (1, calls)
    assert counted.hessian(np.ones(2)).tolist() == [[1, 0], [0, 1]]
    assert (surface.asked, counted.grad_calls) == (1, 2)
