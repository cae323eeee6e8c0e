"""A race in small: its paths over the window."""

from optcore.descent.disturbance import GradientNoise
from ui.address import Address
from ui.palette import OPTIMIZER_LOOKS
from ui.race import choices as racing
from ui.race.charts import reached
from ui.race.parameters import Unclipped
from ui.thumbnail import Line


def picture(state: Address):
    clip = None if isinstance(state["clip"], Unclipped) else state["clip"]
    conditions = racing.Conditions(state["schedule"], clip, GradientNoise())
    setup, _ = racing.set_up(state, *racing.dials(state["surface"], state["race"], conditions))
    lines = [
        Line(OPTIMIZER_LOOKS[name]["colour"], run.points[reached(run)])
        for name, run in racing.runs(setup).items()
    ]
    return lines, setup.surface.window
