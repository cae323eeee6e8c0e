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
from optcore.surfaces.landscapes import (
    Diamond,
    MonkeySaddle,
    NoMinimum,
    Plateau,
    SaddleBetweenMinima,
    WrongSideOfTheHill,
)
from optcore.surfaces.learned import (
    Cliff,
    LineFit,
    SigmoidCrossEntropy,
    SigmoidSquaredError,
    TwoLayerLinear,
)
from optcore.surfaces.multimodal import (
    Ackley,
    BowlWithTwoWells,
    Easom,
    Griewank,
    Levy13,
    Rastrigin,
    StyblinskiTang,
)
from optcore.surfaces.quadratics import Booth, Bowl, Matyas, Ravine, Saddle

SURFACES: tuple[Surface, ...] = (
    Rosenbrock(),
    Bowl(),
    Ravine(),
    LineFit(),
    Saddle(),
    SaddleBetweenMinima(),
    MonkeySaddle(),
    Plateau(),
    Cliff(),
    WrongSideOfTheHill(),
    NoMinimum(),
    Diamond(),
    TwoLayerLinear(),
    SigmoidSquaredError(),
    SigmoidCrossEntropy(),
    BowlWithTwoWells(),
    Himmelblau(),
    Beale(),
    Booth(),
    Matyas(),
    ThreeHumpCamel(),
    SixHumpCamel(),
    StyblinskiTang(),
    GoldsteinPrice(),
    McCormick(),
    Rastrigin(),
    Ackley(),
    Griewank(),
    Levy13(),
    Easom(),
)

__all__ = ["SURFACES", "Surface", *(type(surface).__name__ for surface in SURFACES)]
