"""A run on batches, which does not ask the whole objective what it did not need on its way."""

from functools import cached_property

import numpy as np

from optcore.descent.run import OVERHEAD, Run
from optcore.objective import Objective


class SampledRun(Run):
    """A run whose `values` and `grads`, the whole objective's own, are worked out when asked for.

    They cost a look at every sample for every row. Who draws a few rows alone asks
    `objective.value(run.points[rows])` instead.
    """

    objective: Objective

    def __init__(self, objective: Objective, **pages):
        for name, page in {"objective": objective, **pages}.items():
            object.__setattr__(self, name, page)

    @cached_property
    def _measured(self) -> tuple[np.ndarray, np.ndarray]:
        together = getattr(self.objective, "value_and_grad", None)
        with np.errstate(all="ignore"):
            if together:
                return together(self.points)
            return self.objective.value(self.points), self.objective.grad(self.points)

    @cached_property
    def values(self) -> np.ndarray:
        return self._measured[0]

    @cached_property
    def grads(self) -> np.ndarray:
        return self._measured[1]

    @property
    def nbytes(self) -> int:
        """As of any run, with what is not worked out yet."""
        measured = self.points.nbytes + self.points[..., :1].nbytes
        rows = (self.points, self.seen, self.gradient_evaluations, *self.memory.values())
        return OVERHEAD + measured + sum(array.nbytes for array in rows)
