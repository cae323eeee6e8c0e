"""A lesson in small: the curves that its view is about."""

import numpy as np

from ui.address import Address
from ui.figures import positive
from ui.noise import aim, gradient, late, order, run, stop
from ui.noise.figures import LOOKS
from ui.noise.parameters import AIM, LATE, ONE, ORDER, RUN
from ui.thumbnail import Stroke


def picture(state: Address):
    """The spread by batch size; paths; distances; losses: of the view that the lesson ends in."""
    view = state["view"]
    if view == ONE:
        case, _ = gradient.set_up(state)
        law = case.expected(case.sizes, case.draw)
        return [_log("batches", np.log10(case.sizes), case.spread),
                _log("uphill", np.log10(case.sizes), law)], None  # fmt: skip
    if view == RUN:
        case, _ = run.set_up(state)
        return [Stroke(LOOKS[name]["colour"], path) for name, path in case.paths.items()], None
    if view == ORDER:
        case, _ = order.set_up(state)
        return [_log(name, case.passes, values) for name, values in case.distances.items()], None
    if view == LATE:
        case, _ = late.set_up(state)
        paths = {name: each.points for name, each in case.runs.items()}
        return [
            Stroke(LOOKS[name]["colour"], path) for name, path in paths.items()
        ], case.bowl.window
    if view == AIM:
        case, _ = aim.set_up(state)
        values = case.run.values[: case.reached]
        return [_log(case.loss.name, np.arange(case.reached), values)], None
    case, _ = stop.set_up(state)
    return [_log(name, case.rows, values) for name, values in case.losses.items()], None


def _log(name: str, x, values) -> Stroke:
    return Stroke(LOOKS[name]["colour"], np.column_stack([x, np.log10(positive(values))]))
