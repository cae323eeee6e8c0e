"""Losses with the step at which to stop, the gradient there, and the decay that equals a stop."""

from typing import Any

import numpy as np

from ui.figures import axis, holding, ink, log_axis, log_range, over, positive
from ui.noise.figures import few_decades, figure, framed, moving

# Curvatures, in units of 1 / rate, along which a stop and a decay are compared.
CURVATURES = np.geomspace(1e-4, 1.0, 81)


def losses(case) -> dict[str, Any]:
    rows = case.rows.astype(float)
    data = [moving(name, "curve", "loss", x=rows, y=positive(values))
            for name, values in case.losses.items()]  # fmt: skip
    bounds = log_range([trace["y"] for trace in data], 1e-4, 1e3)
    made = figure(data, "Losses; dotted: where to stop",
                  xaxis=axis("step", over(case.stopping.steps)),
                  yaxis=log_axis("loss", bounds))  # fmt: skip
    return _stopped(made, case)


def gradient(case) -> dict[str, Any]:
    """The norm of the training gradient: nowhere near 0 where it is best to stop."""
    rows = case.rows.astype(float)
    norms = positive(case.run.gradient_norms[case.rows])
    norm = moving("training", "curve", "gradient norm", x=rows, y=norms)
    made = figure([norm], "Norm of the training gradient",
                  xaxis=axis("step", over(case.stopping.steps)),
                  yaxis=few_decades("gradient norm", log_range([norms], 1e-8, 1e3)))  # fmt: skip
    return _stopped(made, case)


def _stopped(made: dict[str, Any], case) -> dict[str, Any]:
    """A line at the stop: a trace, which a question hides with what lies after the clock."""
    low, high = made["layout"]["yaxis"]["range"]
    line = ink("stop here", [case.stop, case.stop], [10.0**low, 10.0**high], dash="dot", width=1.6)
    made["data"].append(line)
    return made


def shares(case) -> dict[str, Any]:
    """How far along each curvature a stop gets, and a decay; below, the decay that equals it."""
    across = np.broadcast_to(CURVATURES, case.shares.shape)
    stop = framed("training", across, case.shares, name="stopped")
    decay = framed("law", across, case.decayed, silent=True, line={"width": 2.0})
    known = np.where(np.isfinite(case.matching), case.matching, np.nan)
    exact = framed("training", across, known, silent=True, yaxis="y2", line={"width": 1.8})
    for trace in (stop, decay, exact):  # the same for every run of so many steps
        trace["meta"]["still"] = True
    return figure(
        [stop, decay, exact, holding("y"), holding("y2")],
        "Share of the way; dashed: decay",
        xaxis=axis(
            "rate × curvature",
            (-4.0, 0.0),
            type="log",
            dtick=1,
            exponentformat="power",
            anchor="y2",
        ),
        yaxis=axis("share", (-0.03, 1.05), domain=[0.45, 1.0]),
        yaxis2=axis("equal decay", (-0.05, 1.15), domain=[0.0, 0.34], nticks=4),
    )
