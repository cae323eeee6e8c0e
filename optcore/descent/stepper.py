"""One look and one step of every run, plainly: the definition that what is quicker must meet."""

from collections import deque

import numpy as np

from optcore.descent.setting import Setting
from optcore.objective import Counted, Look


class Stepper:
    """After `look`, `value`, `grad` and `seen` belong to `point` and `state`; `move` steps on.

    With batches the objective as a whole is not asked: `value` is then 0 and `grad` what is seen.
    """

    def __init__(self, setting: Setting):
        self.setting, self.batches = setting, setting.batches
        self.objective = Counted(setting.objective)
        self.point, self.state = setting.start, setting.optimizer.init(setting.start)
        # The places where gradients were taken that are not seen yet; at first, the start's alone.
        self.past = deque(maxlen=setting.lag + 1)

    @property
    def grad_calls(self) -> int:
        return self.objective.grad_calls

    def look(self, t: int) -> None:
        asked_at = self.setting.optimizer.asks_at(self.point, self.state)
        if self.batches:
            self.value, there = np.zeros(()), None
            self.objective.grad_calls += 1
        else:
            self.value = self.objective.value(self.point)
            self.grad = self.objective.grad(self.point)
            there = self.grad if asked_at is self.point else self.objective.grad(asked_at)
        self.past.append((asked_at, there))
        place, grad = self.past[0]
        moved = asked_at - place if place is not asked_at else 0.0
        self.seen = self.setting.seen(t, place, grad, moved)
        if self.batches:
            self.grad = self.seen

    def move(self, t: int, going: np.ndarray) -> None:
        look, rule = Look(self.objective, self.point, self.value, self.seen), self.setting.rule(t)
        if self.batches:
            look = self._on_batch(t)
        step, self.state = rule.update(look, self.state)
        self.point = np.where(going[..., None], self.point + step, np.nan)
        if self.batches:
            self.objective.grad_calls += look.objective.grad_calls

    def _on_batch(self, t: int) -> Look:
        """A search, too, goes by the samples of the step."""
        assert self.batches is not None
        batch = Counted(self.batches.objective(t))
        value = batch.value(self.point) if "value" in self.setting.optimizer.uses else self.value
        return Look(batch, self.point, value, self.seen)
