"""Bugs to plant: each one slip in one line of the backward pass.

A planted bug is a `Backprop` that overrides one method, so `FitLoss(..., backprop=bug)` is a
network whose gradient has just that error. Adding one is one class and its name in the tuple.
"""

from optcore.checks.bugs import blocks, deltas
from optcore.checks.bugs.base import PlantedBug, plant

__all__ = ["PLANTED_BUGS", "PlantedBug", "plant"]

PLANTED_BUGS: tuple[PlantedBug, ...] = (
    deltas.TanhSlopeOneMinusA(),
    deltas.MisprintedSlope(),
    deltas.SlopeAtActivation(),
    deltas.SlopeForgotten(),
    deltas.TransposedWeights(),
    deltas.SkipForgotten(),
    deltas.FrozenNormalisation(),
    deltas.DropoutUnscaled(),
    deltas.DropoutMaskForgotten(),
    deltas.MissingMean(),
    deltas.SignFlipped(),
    deltas.OutputSlopeTwice(),
    deltas.OutputSlopeForgotten(),
    blocks.WeightGradDoubled(),
    blocks.StaleActivation(),
    blocks.PreActivationUsed(),
    blocks.LastElementSkipped(),
    blocks.BiasGradSummed(),
    blocks.BiasGradOnePerMille(),
    blocks.BiasGradLastSample(),
    blocks.PenaltyForgotten(),
    blocks.PenaltyDoubled(),
)
