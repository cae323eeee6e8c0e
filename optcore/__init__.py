"""The numbers behind Optscope: objectives, optimizers, networks and derivatives, in NumPy.

`from optcore import descend, Adam, Rosenbrock, check_grad, Network`: every public name of a room
is here, too, and its room is opened when the name is first used.
"""

from importlib import import_module
from typing import Any

# In this order: a name that two rooms share (a surface and a loss may be called alike) is the
# first one's.
ROOMS = (
    "surfaces", "optimizers", "descent", "samples", "networks", "derivatives", "checks", "flow",
    "formula", "training", "streams", "recurrent", "curvature", "graph",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    """A public name of a room; raises AttributeError where no room has it."""
    if not name.startswith("_"):
        for room in ROOMS:
            module = import_module(f"optcore.{room}")
            if name in module.__all__:
                return globals().setdefault(name, getattr(module, name))
    raise AttributeError(f"optcore has no {name!r}; its rooms are {', '.join(ROOMS)}.")


def __dir__() -> list[str]:
    return sorted({name for room in ROOMS for name in import_module(f"optcore.{room}").__all__})
