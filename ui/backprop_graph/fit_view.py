"""The view in which a line is fitted to three points: the loop of learning in one picture."""

from dataclasses import dataclass

import numpy as np

from optcore.descent import Run, descend
from optcore.graph.examples import LINE_FIT
from optcore.optimizers import GradientDescent
from ui import controls
from ui.address import Address
from ui.backprop_graph import drawing, words
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.facts import facts
from ui.backprop_graph.parameters import ACROSS, PAIRS, UP, Descent, InitialWeights, Points
from ui.backprop_graph.programs import program
from ui.figures import axis, layout, log_axis, log_range, marks, over, positive, track
from ui.live.stage import Clock, Handle, Panel
from ui.palette import HUES
from ui.prose import number
from ui.scene import Scene
from ui.state import PageState

LOOK = {"colour": HUES[0], "dash": "solid", "symbol": "circle"}
DOTS = {"colour": HUES[1], "dash": "none", "symbol": "square"}


@dataclass(frozen=True, eq=False)
class Fit:
    """A descent, and the graph at each of its steps."""

    descent: Descent
    run: Run
    cases: list[Case]

    @property
    def points(self) -> np.ndarray:
        """w and b at each step (t, 2)."""
        return self.run.points[: len(self.cases)]


def set_up(state: Address) -> tuple[Fit, list]:
    dials = [
        controls.Dials("Descent", "fit", Descent()),
        controls.Dials("Line at first", "line", InitialWeights()),
        controls.Dials("Points", "points", Points()),
    ]
    (descent, line, points), board = controls.tune(state, dials)
    values = {"w": line.w, "b": line.b}
    values |= {name: getattr(points, name) for pair in PAIRS for name in pair}
    objective = LINE_FIT.graph.objective(values, over=LINE_FIT.learned)
    method = GradientDescent(learning_rate=descent.learning_rate)
    run = descend(objective, method, (line.w, line.b), descent.steps)
    reached = run.points[: int(run.ended) + 1]
    cases = [work_out(LINE_FIT.text, values | {"w": w, "b": b}) for w, b in reached.tolist()]
    return Fit(descent, run, cases), [board]


def scene(state: PageState) -> Scene:
    fit, boards = set_up(state)
    last = len(fit.cases) - 1
    figure = {
        "data": [drawing.film(fit.cases[0].graph, [drawing.whole(case) for case in fit.cases])],
        "layout": drawing.frame(fit.cases[0].graph),
    }
    first = fit.cases[0].run
    return Scene(
        [
            Panel(figure, name="graph", span=2),
            Panel(_points(fit), name="line", labels={"x": "x", "y": "y"}),
            Panel(_losses(fit), name="loss", cursor=True, labels={"x": "step", "y": "loss"}),
        ],
        boards,
        words=lambda: sentences(fit),
        table=lambda: words.listed(fit.cases[-1]),
        facts=lambda: _facts(fit),
        columns_of=lambda: _columns_of(fit),
        program=lambda: program(fit.cases[0]),
        clock=Clock(last, state.clock(range(last + 1)), opens=5),
        handles=[
            Handle(f"p{at}", (float(first.value(x)), float(first.value(y))),
                   f"Point {at}: drag it, or use the arrow keys", panel=1)
            for at, (x, y) in enumerate(PAIRS, 1)
        ],
        legend=drawing.FLOWS,
        columns="minmax(0, 5fr) minmax(0, 2fr)",
    )  # fmt: skip


def _points(fit: Fit) -> dict:
    values = fit.cases[0].values
    x = np.array(ACROSS)
    lines = fit.points[:, :1] * x + fit.points[:, 1:]
    line = track("line", LOOK, "frame")
    line["meta"] |= {"x": np.broadcast_to(x, lines.shape), "y": np.clip(lines, -1e6, 1e6),
                     "across": 10.0}  # fmt: skip
    dots = marks("points", DOTS, [values[x] for x, _ in PAIRS], [values[y] for _, y in PAIRS],
                 size=10)  # fmt: skip
    xaxis, yaxis = axis("x", ACROSS), axis("y", UP)
    return {
        "data": [line, dots],
        "layout": layout("fit", "The line and its points", xaxis=xaxis, yaxis=yaxis),
    }


def _losses(fit: Fit) -> dict:
    losses = positive(fit.run.values[: len(fit.cases)])
    curve = track("loss", LOOK, "curve", y=losses)
    curve["meta"] |= {"log": True, "across": 10.0}
    xaxis, yaxis = (
        axis("step", over(max(1, len(losses) - 1))),
        log_axis("", log_range([losses], 1e-12)),
    )
    return {"data": [curve], "layout": layout("loss", "Loss", xaxis=xaxis, yaxis=yaxis)}


def _columns_of(fit: Fit) -> dict[str, np.ndarray]:
    (w, b), (grad_w, grad_b) = fit.points.T, fit.run.grads[: len(fit.cases)].T
    return {"step": np.arange(len(w)), "w": w, "b": b, "loss": fit.run.values[: len(w)],
            "gradient_w": grad_w, "gradient_b": grad_b}  # fmt: skip


def sentences(fit: Fit) -> list[str]:
    """What each step does, with its numbers."""
    found = []
    rate = fit.descent.learning_rate
    for step, (case, (w, b)) in enumerate(zip(fit.cases, fit.points.tolist(), strict=True)):
        grad = fit.run.grads[step]
        loss = number(float(case.run.values[case.output]))
        here = f"Step {step}: loss {loss}. w = {number(w)}, its gradient {number(grad[0])}; " \
               f"b = {number(b)}, its gradient {number(grad[1])}."  # fmt: skip
        slope = number(grad[0]) if grad[0] >= 0 else f"({number(grad[0])})"
        move = f" Next w − {number(rate)} × {slope} = {number(w - rate * grad[0])}."
        found.append(here + (move if step < len(fit.cases) - 1 else ""))
    if bool(fit.run.diverged):
        found[-1] += " It has diverged: the rate is too large."
    return found


def _facts(fit: Fit) -> dict:
    steps = len(fit.cases) - 1
    return {
        **facts(fit.cases[0]),
        "rate": fit.descent.learning_rate,
        "steps": steps,
        "loss.first": float(fit.run.values[0]),
        "loss.next": float(fit.run.values[min(1, steps)]),
        "loss.last": float(fit.run.values[steps]),
        "w.next": float(fit.points[min(1, steps), 0]),
        "b.next": float(fit.points[min(1, steps), 1]),
        "w.last": float(fit.points[-1, 0]),
        "b.last": float(fit.points[-1, 1]),
        "fate": "diverges" if bool(fit.run.diverged) else
                "falls" if fit.run.values[steps] < fit.run.values[0] else "rises",
    }  # fmt: skip
