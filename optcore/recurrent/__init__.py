"""Recurrent nets: powers of a matrix, cells, back-propagation through time, tasks for a memory."""

from optcore.recurrent.cells import CELLS, Cell
from optcore.recurrent.lags import IdentityStart, unit_lags
from optcore.recurrent.net import RecurrentNet, SequenceLoss
from optcore.recurrent.powers import Powers, carried, chain_norms, powers, with_eigenvalue
from optcore.recurrent.tasks import TASKS, MeanSquaredError, Task
from optcore.recurrent.through_time import Trace, jacobians, lag_norms
from optcore.recurrent.training import MemoryPlan, MemoryRecord, MemoryTrainer, train_memory
from optcore.recurrent.unrolled import UnrolledUnit

_ENTRIES = {type(entry).__name__: type(entry) for entry in (*CELLS, *TASKS)}
globals().update(_ENTRIES)

__all__ = [
    "CELLS", "TASKS", "Cell", "IdentityStart", "MeanSquaredError", "MemoryPlan", "MemoryRecord",
    "MemoryTrainer", "Powers", "RecurrentNet", "SequenceLoss", "Task", "Trace", "UnrolledUnit",
    "carried", "chain_norms", "jacobians", "lag_norms", "powers", "train_memory", "unit_lags",
    "with_eigenvalue", *_ENTRIES,
]  # fmt: skip
