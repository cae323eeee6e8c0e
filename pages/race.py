"""Race: optimizers on a loss surface."""

import streamlit as st

from optcore.descent import descend
from optcore.optimizers import OPTIMIZERS
from optcore.surfaces import SURFACES
from ui import controls
from ui.charts import race as chart
from ui.charts.ground import ground
from ui.charts.palette import OPTIMIZER_LOOKS, legend
from ui.link import Link
from ui.live.stage import Clock, Handle, Panel, stage

link = Link("race")
surface = controls.choose(link, "surface", "Loss surface", SURFACES)
default = [o for o in OPTIMIZERS if o.name in ("Gradient descent", "Momentum", "RMSProp", "Adam")]
optimizers = controls.choose_some(link, "race", "Optimizers", OPTIMIZERS, default)
link.notices()


@st.fragment
def live():
    x, y = link.get("start", controls.pair(surface.window), surface.start)
    left, right = st.columns([3, 1])
    with right:
        tuned = controls.tune(
            link,
            [
                controls.Dials(o.name, controls.slug(o.name), o, OPTIMIZER_LOOKS[o.name]["colour"])
                for o in optimizers
            ],
            key="race.dials",
        )
    runs = {o.name: descend(surface, o, (x, y), 500) for o in tuned}
    land = ground(surface)

    def heard(change):
        place = (change.get("handles") or {}).get("start")
        if place:
            link.put({"start": tuple(place)}, bool(change.get("settled", True)))

    with left:
        stage(
            [
                Panel(chart.paths(surface, land, runs), height="640px", span=2, click="start"),
                Panel(chart.losses(runs, land.heights.floor, 500), cursor=True, height="316px"),
                Panel(chart.gradients(runs, 500), cursor=True, height="316px"),
            ],
            key="race.stage",
            clock=Clock(500),
            handles=[Handle("start", (x, y), "Start point")],
            legend=[legend(n, OPTIMIZER_LOOKS[n]) for n in runs],
            columns="minmax(0, 3fr) minmax(0, 2fr)",
            on_change=heard,
            live=not link.settled,
        )
    link.publish()


live()
