"""The core is read before anybody comes."""

from importlib import import_module
from pkgutil import iter_modules

import optcore


def read_core() -> None:
    """Imports every room of `optcore`.

    Pages run on threads. Of two that begin at once with a room and with a module in it each waits
    for what the other holds, which Python ends by showing one of them a room that is half made.
    """
    for room in iter_modules(optcore.__path__, "optcore."):
        import_module(room.name)
