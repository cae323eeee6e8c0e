"""Loss surfaces. Adding one is one class and its name in a tuple."""

from optcore.surfaces.base import Surface
from optcore.surfaces.classics import (
    Beale,
    GoldsteinPrice,
    Himmelblau,
    McCormick,
    Rosenbrock,
    SixHumpCamel,
    ThreeHumpCamel,
)
from optcore.surfaces.learned import (
    Cliff,
    LineFit,
    SigmoidCrossEntropy,
    SigmoidSquaredError,
    TwoLayerLinear,
)
from optcore.surfaces.quadratics import Booth, Bowl, Matyas, Ravine, Saddle

SURFACES: tuple[Surface, ...] = (
    Rosenbrock(),
    Bowl(),
    Ravine(),
    Saddle(),
    Cliff(),
    Himmelblau(),
    Beale(),
    Booth(),
    Matyas(),
    ThreeHumpCamel(),
    SixHumpCamel(),
    GoldsteinPrice(),
    McCormick(),
    TwoLayerLinear(),
    LineFit(),
    SigmoidSquaredError(),
    SigmoidCrossEntropy(),
)
