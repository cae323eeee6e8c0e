"""A race in small: its paths over the window."""

from optcore.descent.disturbance import GradientNoise
from ui.address import Address
from ui.palette import OPTIMIZER_LOOKS
from ui.race import choices
from ui.race.charts import reached
from ui.race.parameters import Unclipped
from ui.thumbnail import Stroke


def picture(state: Address):
    clip = None if isinstance(state["clip"], Unclipped) else state["clip"]
    conditions = choices.Conditions(state["schedule"], clip, GradientNoise(), state["samples"])
    dials = choices.dials(state["surface"], state["race"], conditions)
    race, _ = choices.set_up(state, *dials, conditions)
    race = choices.affordable(state, race)
    lines = [
        Stroke(OPTIMIZER_LOOKS[name]["colour"], run.points[reached(run)])
        for name, run in choices.runs(race).items()
    ]
    return lines, race.surface.window
