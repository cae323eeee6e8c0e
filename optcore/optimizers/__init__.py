"""Optimizers. Adding one is one class and its name in the tuple."""

from optcore.optimizers.adam import Adam, AdaMax, AdamW, AMSGrad, QHAdam
from optcore.optimizers.adam_corrected import NAdam, RAdam
from optcore.optimizers.adaptive import AdaDelta, AdaGrad, RMSProp, RMSPropNesterov
from optcore.optimizers.base import Optimizer
from optcore.optimizers.first_order import (
    QHM,
    AveragedSGD,
    GradientDescent,
    Momentum,
    NesterovMomentum,
)
from optcore.optimizers.line_search import BFGS, ConjugateGradient, LineSearch
from optcore.optimizers.nelder_mead import NelderMead
from optcore.optimizers.newton import Newton, SaddleFreeNewton
from optcore.optimizers.sign_based import DeltaBarDelta, Lion, Rprop

OPTIMIZERS: tuple[Optimizer, ...] = (
    GradientDescent(),
    Momentum(),
    NesterovMomentum(),
    AdaGrad(),
    RMSProp(),
    RMSPropNesterov(),
    AdaDelta(),
    Adam(),
    AdamW(),
    AMSGrad(),
    AdaMax(),
    NAdam(),
    RAdam(),
    Lion(),
    Rprop(),
    DeltaBarDelta(),
    QHM(),
    QHAdam(),
    AveragedSGD(),
    LineSearch(),
    ConjugateGradient(),
    BFGS(),
    Newton(),
    SaddleFreeNewton(),
    NelderMead(),
)

__all__ = ["OPTIMIZERS", "Optimizer", *(type(optimizer).__name__ for optimizer in OPTIMIZERS)]
