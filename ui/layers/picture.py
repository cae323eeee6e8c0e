"""Networks in small: what reaches each layer on the way back, the first layer at the right."""

from ui import controls
from ui.address import Address
from ui.layers import charts, choices
from ui.layers.results import profile
from ui.thumbnail import strokes


def picture(state: Address):
    chosen = choices.chosen(state)
    tuned, _ = controls.tune(state, choices.dials(chosen))
    how = choices.networks(chosen, tuned)
    shown, before = ([profile(plan) for plan in plans] for plans in (how.shown, how.before))
    return strokes(charts.gradients(shown, before, next(iter(charts.GRADIENTS)), charts.Extras()))
