"""One colour, dash and marker per optimizer and per activation, the same on every page.

The eight hues stay apart for the common kinds of colour blindness (a distance of 20 in CIELAB)
and stand out on both themes (a contrast of 3); dash and marker tell apart those that share one.
"""

from optcore.networks.activations import ACTIVATIONS
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS

HUES = ("#3b93fa", "#bf311d", "#049345", "#ab4572", "#c78609", "#1863b5", "#a006f2", "#8b92b0")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
SYMBOLS = (
    "circle", "square", "triangle-up", "diamond", "pentagon", "triangle-down", "star", "hexagon",
)  # fmt: skip
GOOD, BAD, DOUBT = "#12a07a", "#d43d2a", "#d69a00"

_FIRST = ("Gradient descent", "Momentum", "RMSProp", "Adam", "Nesterov momentum", "AdaGrad",
          "Newton", "BFGS")  # fmt: skip


def _looks(names) -> dict[str, dict[str, str]]:
    return {
        name: {
            "colour": HUES[i % 8],
            "dash": DASHES[i // 8 % 5],
            "symbol": SYMBOLS[(i + i // 8) % 8],
        }
        for i, name in enumerate(names)
    }


_rest = [optimizer.name for optimizer in (*OPTIMIZERS, *MISPRINTS) if optimizer.name not in _FIRST]
OPTIMIZER_LOOKS = _looks([*_FIRST, *_rest])
ACTIVATION_LOOKS = _looks([activation.name for activation in ACTIVATIONS])


def legend(name: str, look: dict[str, str]) -> dict[str, str]:
    """A legend entry for a name with that look."""
    return {"group": name, "name": name, **look}
