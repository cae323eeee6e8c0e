"""Rows of a page's table for what is seen of a panel: a part of a plane, or a view of a solid."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ui.parameters import Parameter, always, part_of, several
from ui.prose import quoted


@dataclass(frozen=True, kw_only=True)
class View(Parameter):
    """What is seen of a panel, as the stage tells it; empty is the usual view.

    `seen` says whether the panel shows what this tells of at present.
    """

    panel: int = 0
    seen: Callable[[Any], bool] = always
    default: str = ""

    def moved(self, report: Mapping, state) -> dict[str, Any]:
        text = part_of(report, "views").get(str(self.panel))
        if not isinstance(text, str) or not self.seen(state):
            return {}
        try:
            return {self.name: self.parse(text)}
        except ValueError:
            return {}


def _zoom(text: str) -> str:
    ends = several(4, 1e6)(text)
    x_low, x_high, y_low, y_high = map(float, ends.split(",")) if ends else (0, 1, 0, 1)
    if x_low >= x_high or y_low >= y_high:
        raise ValueError(f"{quoted(text)} ends before it begins, so all is shown.")
    return ends


def zoom(name: str = "zoom", **rules) -> View:
    """What is shown of a plane, as `low,high,low,high` of x and y."""
    return View(name=name, parse=_zoom, **rules)


def camera(name: str = "camera", **rules) -> View:
    """The eye and what it looks at, each as x, y, z, where the cube of the plot has edges of 1."""
    return View(name=name, parse=several(6, 100.0), **rules)
