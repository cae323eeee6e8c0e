"""The usual way to show optimizers in Streamlit, for comparison.

A `go.Figure` with frames that each hold the paths so far, handed to `st.plotly_chart`; a native
slider for each value; the whole script runs again when one moves. Descents are Optscope's own,
so that only the way to the screen differs. A frame every five steps spares it most of the work.
"""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from optcore.descent.loop import descend
from optcore.optimizers import OPTIMIZERS
from optcore.surfaces import SURFACES

EVERY = 5
RACE = ("Gradient descent", "Momentum", "RMSProp", "Adam")
LONG_RACE = (*RACE, "Nesterov momentum", "AdaGrad", "AdamW", "NAdam")

long = st.query_params.get("race") == "long"
names, steps = (LONG_RACE, 1000) if long else (RACE, 500)
surface = next(s for s in SURFACES if s.name == "Rosenbrock")
x = st.slider("Start x", -2.0, 2.0, -1.5, 0.01)
rate = st.slider("Learning rate, thousandths", 0.1, 2.0, 1.0, 0.01)

runs = {}
for optimizer in OPTIMIZERS:
    if optimizer.name in names:
        tuned = type(optimizer)(learning_rate=rate / 1000)
        runs[optimizer.name] = descend(surface, tuned, (x, 2.0), steps)

across, along = np.linspace(-2, 2, 100), np.linspace(-1, 3, 100)
heights = surface.value(np.stack(np.meshgrid(across, along), axis=-1))
ground = go.Contour(x=across, y=along, z=np.log10(1 + heights), showscale=False)


def paths(step):
    return [
        go.Scatter(
            x=run.points[: step + 1, 0], y=run.points[: step + 1, 1], mode="lines", name=name
        )
        for name, run in runs.items()
    ]


figure = go.Figure(
    data=[ground, *paths(steps)],
    frames=[
        go.Frame(data=paths(step), traces=list(range(1, len(runs) + 1)), name=str(step))
        for step in range(0, steps + 1, EVERY)
    ],
)
play = {
    "label": "Play",
    "method": "animate",
    "args": [None, {"frame": {"duration": 0}, "transition": {"duration": 0}, "fromcurrent": False}],
}
figure.update_layout(
    height=640,
    xaxis={"range": [-2, 2]},
    yaxis={"range": [-1, 3]},
    updatemenus=[{"type": "buttons", "buttons": [play]}],
)
st.plotly_chart(figure)
