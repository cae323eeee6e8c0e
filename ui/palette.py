"""One colour, dash and marker per optimizer and per activation, the same on every page.

The eight hues stay apart for the common kinds of colour blindness (a distance of 20 in CIELAB)
and stand out on both themes (a contrast of 3). The first four, which most people meet first, are
farther apart (18 in CIEDE2000, to any eye), and each has a dash of its own. Dash and marker
together tell all apart without any colour.
"""

from collections.abc import Iterable, Sequence
from zlib import crc32

from optcore.networks.activations import ACTIVATIONS
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS

HUES = ("#3b93fa", "#964b69", "#2d781e", "#d27878", "#f00f2d", "#785aa5", "#a006f2", "#8b92b0")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
SYMBOLS = (
    "circle", "square", "triangle-up", "diamond", "pentagon", "triangle-down", "star", "hexagon",
)  # fmt: skip
GOOD, BAD, DOUBT = "#12a07a", "#d43d2a", "#d69a00"

# The place of a name decides its look, which it keeps for ever: none is moved or left out. A
# newcomer needs no place here; one puts it last to fix its look before others come.
OPTIMIZER_PLACES = (
    "Gradient descent", "Momentum", "RMSProp", "Adam", "Nesterov momentum", "AdaGrad", "Newton",
    "BFGS", "RMSProp with Nesterov momentum", "AdaDelta", "AdamW", "AMSGrad", "AdaMax", "NAdam",
    "RAdam", "Lion", "Rprop", "Delta-bar-delta", "QHM", "QHAdam", "Averaged SGD",
    "Gradient descent with line search", "Conjugate gradient", "Saddle-free Newton", "Nelder-Mead",
    "Adam without bias correction",
)  # fmt: skip
ACTIVATION_PLACES = (
    "Sigmoid", "Tanh", "ReLU", "Leaky ReLU", "PReLU", "ELU", "SELU", "GELU", "SiLU", "Mish",
    "Softplus", "Identity", "Hard sigmoid", "Misprinted tanh",
)  # fmt: skip


def looks(names: Iterable[str], kept: Sequence[str]) -> dict[str, dict[str, str]]:
    """A look for each name: that of its place in `kept`, else the first free one from where the
    letters of the name say, wherever in the registry it stands."""
    places = {name: place for place, name in enumerate(kept)}
    for name in sorted(set(names) - set(kept)):
        wanted = crc32(name.encode())
        free = (wanted + further for further in range(PLACES))
        places[name] = next(at % PLACES for at in free if at % PLACES not in places.values())
    return {name: _look(places[name]) for name in names}


def _look(place: int) -> dict[str, str]:
    row, column = divmod(place, len(HUES))
    return {
        "colour": HUES[column],
        "dash": DASHES[(row + column % 4) % len(DASHES)],
        "symbol": SYMBOLS[(column + 4 * row) % len(SYMBOLS)],
    }


PLACES = len(HUES) * len(DASHES)
OPTIMIZER_LOOKS = looks([each.name for each in (*OPTIMIZERS, *MISPRINTS)], OPTIMIZER_PLACES)
ACTIVATION_LOOKS = looks([each.name for each in ACTIVATIONS], ACTIVATION_PLACES)


def legend(name: str, look: dict[str, str]) -> dict[str, str]:
    """A legend entry for a name with that look."""
    return {"group": name, "name": name, **look}
