"""The type every optimizer is."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from optcore.objective import Look


@dataclass(frozen=True)
class Optimizer:
    """An update rule whose fields are its hyperparameters.

    `init` makes the memory for a start, `update` turns a look and the memory into a step
    and the new memory; both are pure. The memory is a dict of named arrays: one number per
    coordinate (..., n), per point (..., 1), a matrix per point (..., n, n), or a single
    number (). Hyperparameters may be arrays that broadcast against the points, so a sweep
    is one call.

    `rule` is the update as lines of text (see rule.py): below its line a name means what that line
    gave it. It may use the fields, the memory, `t` (which step this is, from 1) and what was seen:
    `point`, `value`, `grad`, `hessian`, and `f` and `gradient` at any place; it sets `step`, the
    memory and names of its own. `symbols` gives the LaTeX symbol of each memory and each such name.
    A test runs the text beside `update`. `torch` is the same method as a call within torch.optim,
    fields in angle brackets, or empty if torch has no such method; `torch_rate` the statements
    that give torch the rate of a step. A method that torch lacks has `worked` instead: some
    hyperparameters, gradients, and the places they lead to from 0, by a paper or by hand.
    `idea` says in a line what it does, after its name.
    `uses` names what an update asks of the objective. `elementwise` promises that it is
    straight-line arithmetic on each coordinate, so that it can be compiled. `stability` is
    the rule in words for the largest rate that does not diverge on a quadratic, where one is
    known, and `stable_rate` its number.
    """

    name: ClassVar[str]
    source: ClassVar[str]
    variant: ClassVar[str]
    idea: ClassVar[str] = ""
    rule: ClassVar[tuple[str, ...]]
    symbols: ClassVar[dict[str, str]] = {}
    torch: ClassVar[str] = ""
    torch_rate: ClassVar[tuple[str, ...]] = ("optimizer.param_groups[0]['lr'] = rates[step]",)
    worked: ClassVar[tuple[dict[str, float], tuple[float, ...], tuple[float, ...]] | None] = None
    uses: ClassVar[tuple[str, ...]] = ("grad",)
    elementwise: ClassVar[bool] = True
    stability: ClassVar[str] = ""

    @property
    def learning_rate(self) -> Any:
        """A field of every method that follows a schedule, and of no other."""
        raise AttributeError(f"{self.name} has no learning rate")

    @property
    def follows_schedule(self) -> bool:
        """Whether the update uses the learning rate, rather than only the memory's first state."""
        return any("learning_rate" in line for line in self.rule)

    @property
    def follows_gradients(self) -> bool:
        """Whether gradients alone tell it its steps, so that it can be fed a stream of them."""
        return self.uses == ("grad",)

    def init(self, point: np.ndarray) -> dict[str, np.ndarray]:
        return {}

    def asks_at(self, point: np.ndarray, state: dict) -> np.ndarray:
        """Where the gradient is taken that `update` sees: the point, unless it looks ahead."""
        return point

    def update(self, look: Look, state: dict) -> tuple[np.ndarray, dict]:
        raise NotImplementedError

    def stable_rate(self, curvature):
        """The rate above which a quadratic of that largest curvature makes the method diverge."""
        raise NotImplementedError
