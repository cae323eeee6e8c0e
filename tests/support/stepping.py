"""The shortest loop around an optimizer, for tests that look at single steps."""

import numpy as np

from optcore.objective import Look


def look_at(objective, point, optimizer=None, memory=None):
    """What a method sees at a point: the gradient there, or where it looks ahead."""
    place = optimizer.asks_at(point, memory) if optimizer else point
    return Look(objective, point, objective.value(point), objective.grad(place))


def run(optimizer, objective, start, steps):
    """The points (steps + 1, ..., n) and the memory after each step."""
    point = np.asarray(start, float)
    points, memories = [point], [optimizer.init(point)]
    for _ in range(steps):
        look = look_at(objective, point, optimizer, memories[-1])
        step, memory = optimizer.update(look, memories[-1])
        point = point + step
        points.append(point)
        memories.append(memory)
    return np.array(points), memories


class Quadratic:
    """x' A x / 2 - b' x in any number of variables."""

    def __init__(self, matrix, offset=None):
        self.matrix = np.asarray(matrix, float)
        self.offset = np.zeros(len(self.matrix)) if offset is None else np.asarray(offset, float)

    @property
    def minimum(self):
        return np.linalg.solve(self.matrix, self.offset)

    def value(self, point):
        bent = 0.5 * (point @ self.matrix * point).sum(axis=-1)
        return bent - point @ self.offset

    def grad(self, point):
        return point @ self.matrix - self.offset

    def hessian(self, point):
        return np.broadcast_to(self.matrix, (*point.shape, point.shape[-1]))


class Terraces:
    """Levels, on which many points are equally low; from halves and quarters all is exact."""

    def value(self, point):
        x, y = point[..., 0], point[..., 1]
        return np.floor(np.abs(x + 0.25)) + np.floor(np.abs(2 * y - x) / 2)

    def grad(self, point):
        return np.zeros_like(point)


class Slope:
    """A function whose gradients are a given list, one per look, whatever the point."""

    def __init__(self, grads):
        self.grads = iter(np.asarray(grads, float))

    def value(self, point):
        return np.zeros(point.shape[:-1])

    def grad(self, point):
        return next(self.grads)
