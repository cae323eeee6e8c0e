"""A view in small: the lines of its first plot that has any in sight."""

import numpy as np

from ui.address import Address
from ui.curvature import choices, views
from ui.curvature.parameters import FIRST
from ui.thumbnail import Stroke, Window, strokes


def picture(state: Address):
    surface = state["surface"] if choices.of_surface(state) else FIRST
    plots = [strokes(panel.figure) for panel in views.picture(state, surface).panels]
    return next((plot for plot in plots if _in_sight(*plot)), plots[0])


def _in_sight(lines: list[Stroke], window: Window | None) -> bool:
    if window is None:
        return True
    low, high = np.transpose(window)
    return any(((each.points >= low) & (each.points <= high)).all(axis=1).sum() > 1
               for each in lines)  # fmt: skip
