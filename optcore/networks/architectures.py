"""How the hidden layers of a network are joined."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Architecture:
    """Skips around hidden layers and normalisation in them, as `Network` takes both."""

    name: str
    residual: bool = False
    norm: Literal["layer", "batch"] | None = None


ARCHITECTURES = (
    Architecture("Plain"),
    Architecture("Residual", residual=True),
    Architecture("Layer norm", norm="layer"),
    Architecture("Batch norm", norm="batch"),
    Architecture("Residual and layer norm", residual=True, norm="layer"),
)
