"""A lesson in small: the curve that its view is about, and nothing that takes a training."""

import numpy as np

from ui.address import Address
from ui.palette import ACTIVATION_LOOKS
from ui.recurrent import cliff, cliff_charts, net, net_charts, powers, powers_charts, unit
from ui.recurrent.parameters import CLIFF, POWERS, UNIT
from ui.thumbnail import Stroke


def picture(state: Address):
    """The logarithm of what comes back, by lag; on the cliff, both paths."""
    view = state["view"]
    if view == CLIFF:
        case, _ = cliff.set_up(state)
        paths = [Stroke(cliff_charts.LOOKS[name]["colour"], run.points)
                 for name, run in case.runs.items()]  # fmt: skip
        return paths, case.surface.window
    if view == POWERS:
        case, _ = powers.set_up(state)
        colour = powers_charts.LOOKS["forward"]["colour"]
        return [_falling(colour, np.concatenate([[1.0], case.powers.norms]))], None
    if view == UNIT:
        case, _ = unit.set_up(state)
        return [_falling(ACTIVATION_LOOKS[case.squash.name]["colour"], case.own[1])], None
    plans, _ = net.set_up(state)
    return [
        _falling(net_charts.LOOKS[plan.cell.name]["colour"], net.at_start(plan).mean(axis=0))
        for plan in plans
    ], None


def _falling(colour: str, values: np.ndarray) -> Stroke:
    known = np.where(values > 0, values, np.nan)
    return Stroke(colour, np.column_stack([np.arange(len(known)), np.log10(known)]))
