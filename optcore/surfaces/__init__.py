"""Loss surfaces. Adding one is one class and its name in the tuple that ends its file."""

from typing import Any

from optcore.surfaces import classics, landscapes, learned, multimodal, quadratics
from optcore.surfaces.base import Surface

FAMILIES = (quadratics, classics, landscapes, learned, multimodal)
SURFACES: tuple[Surface, ...] = tuple(surface for family in FAMILIES for surface in family.SURFACES)
_classes = {type(surface).__name__: type(surface) for surface in SURFACES}
__all__ = ["SURFACES", "Surface", *_classes]


def __getattr__(name: str) -> Any:
    """The class of a surface by its name, from whichever file defines it."""
    if name not in _classes:
        raise AttributeError(f"no surface is called {name}")
    return _classes[name]
