"""The views on a surface: a step, a run, its saddles; and which view is the chosen one."""

from ui import controls
from ui.address import Address
from ui.curvature import (
    case,
    facts,
    run_charts,
    saddle_charts,
    step_charts,
    take_away,
    words,
)
from ui.curvature.network_views import chance, edge, end_of_training, training
from ui.curvature.networks import Subject, end_eigenvalues
from ui.curvature.parameters import CHANCE, EDGE, RUN, SADDLES, STEP, Beside
from ui.curvature.shapes import legend
from ui.curvature.where import ALONE, WIDE, Where, ground_panel, over_steps, run_clock, where
from ui.live.stage import Clock, Panel
from ui.prose import number
from ui.scene import Scene


def picture(state: Address, surface) -> Scene:
    """The view that is chosen, as it stands."""
    view, subject = state["view"], state["subject"]
    if view in (CHANCE, EDGE):
        return {CHANCE: chance, EDGE: edge}[view](state)
    if view in (STEP, SADDLES):
        return {STEP: step, SADDLES: saddles}[view](state, surface)
    if isinstance(subject, Subject):
        return (training if view == RUN else end_of_training)(state, subject)
    return (run if view == RUN else end_of_run)(state, surface)


def step(state: Address, surface) -> Scene:
    """One step: what slope and bend promise, and what comes of it as the clock takes it."""
    at, _ = where(state, surface)
    shown, secret = case.step_case(at.surface, at.point, at.rate), asks(state, at)
    traces, asked = step_charts.on_the_ground(shown), asks_in_lesson(state)
    return Scene(
        [
            ground_panel(state, at, traces, 2),
            Panel(step_charts.along_the_gradient(shown, secret, asked), name="along −g",
                  labels={"x": "rate", "y": "change"}),
            Panel(step_charts.bars(shown, secret, asked), name="bars"),
        ],
        at.boards,
        words=lambda: words.promise(shown) if secret else words.step(shown, said(state, at)),
        table=lambda: words.points_table(case.critical(at.surface)),
        facts=lambda: facts.of_step(shown),
        columns_of=lambda: {"rate": shown.rates, "change": shown.change, "slope": shown.line,
                            "slope_and_bend": shown.parabola},
        program=lambda: take_away.step(at.surface, at.point, at.rate),
        clock=_moments(state, at),
        handles=[at.handle],
        legend=legend(["loss", "linear", "quadratic", "step", "Hessian"]),
        columns=WIDE,
    )  # fmt: skip


def asks(state: Address, at: Where) -> bool:
    """Whether a question is open: nobody has guessed yet what this very step does."""
    return state["predict"] and state.memory.get("guess", {}).get("about") != at.question


def asks_in_lesson(state: Address) -> bool:
    """Whether the step of the lesson that is open has a question."""
    opened = state["lesson"]
    return opened is not None and bool(opened.lesson.steps[opened.step].ask)


def said(state: Address, at: Where) -> str:
    """The reply to a guess at this very step; empty without one."""
    guessed = state.memory.get("guess", {})
    return guessed["reply"] if guessed.get("about") == at.question else ""


def guess(state: Address, surface, answer: str) -> None:
    """Takes an answer to what the step will do, and keeps the score."""
    at, _ = where(state, surface)
    right, reply = words.reply(answer, case.step_case(at.surface, at.point, at.rate))
    state.memory["guess"] = {"about": at.question, "reply": reply}
    score = state.memory.setdefault("score", [0, 0])
    if right is not None:
        score[0] += right
        score[1] += 1


def _moments(state: Address, at: Where) -> Clock:
    count = case.MOMENTS
    labels = [number(at.rate * k / count) for k in range(count + 1)]
    return Clock(count, state.clock(range(count + 1)), labels, unit="rate", name="Rate so far",
                 seconds=2.5)  # fmt: skip


def run(state: Address, surface) -> Scene:
    """Gradient descent from the point: loss, gradient and curvature over its steps."""
    at, _ = where(state, surface)
    given = at.surface, at.point, at.rate, at.steps
    followed, tracked = case.descent(*given), case.track(*given)
    path = run_charts.path("Gradient descent", followed, at.surface)
    panels = over_steps(run_charts.history(tracked, at.steps, at.floor))
    return Scene(
        [ground_panel(state, at, [path], 2), *panels],
        at.boards,
        words=lambda: words.run(tracked, followed.status),
        table=lambda: "",
        facts=lambda: facts.of_run(tracked, followed, at.floor),
        columns_of=lambda: vars(tracked),
        program=lambda: take_away.run(*given),
        clock=run_clock(state, at.steps),
        handles=[at.handle],
        legend=legend(run_charts.HISTORY),
        columns=WIDE,
    )


def end_of_run(state: Address, surface) -> Scene:
    """Why the same run gets no lower: its gradient over the steps, and the curvature at its end."""
    at, _ = where(state, surface)
    given = at.surface, at.point, at.rate, at.steps
    followed, tracked, found = case.descent(*given), case.track(*given), case.stuck(*given)
    path = run_charts.path("Gradient descent", followed, at.surface)
    ends = end_eigenvalues(at.surface, followed)
    panels = over_steps(run_charts.ending(tracked, ends, at.steps))
    return Scene(
        [ground_panel(state, at, [path], 2), *panels],
        at.boards,
        words=lambda: words.stuck(found),
        table=lambda: "",
        facts=lambda: facts.of_ending(found, ends),
        columns_of=lambda: vars(tracked),
        program=lambda: take_away.run(*given),
        clock=run_clock(state, at.steps),
        handles=[at.handle],
        legend=legend(run_charts.ENDING),
        columns=WIDE,
    )


def saddles(state: Address, surface) -> Scene:
    """A saddle: gradient descent from beside it, and Newton's two methods from the point."""
    known = case.saddles(state.tune("surface", surface))
    if not known:
        at, _ = where(state, surface)
        return _without_saddle(state, at)
    at, (beside,) = where(state, surface, controls.Dials("Beside the saddle", "beside", Beside()))
    which = min(state["saddle"], len(known) - 1)
    shown = case.saddle_case(at.surface, which, beside.distance, at.point, at.rate, at.steps)
    times = shown.hover.times
    return Scene(
        [
            ground_panel(state, at, saddle_charts.on_the_ground(shown, at.surface), 2),
            Panel(saddle_charts.away(shown.hover, at.steps), name="distance", cursor=True,
                  labels={"x": "step", "y": "distance"}),
            Panel(saddle_charts.times(shown.hover), name="time",
                  labels={"x": "distance", "y": "steps"}),
        ],
        at.boards,
        words=lambda: words.saddle(shown),
        table=lambda: words.points_table(case.critical(at.surface)),
        facts=lambda: facts.of_saddle(shown),
        columns_of=lambda: {"distance": times.distances, "predicted": times.predicted,
                            "measured": times.measured},
        program=lambda: take_away.saddle(at.surface, shown.saddle.point, at.rate, times.radius),
        clock=run_clock(state, at.steps),
        handles=[at.handle],
        legend=legend(["Gradient descent", "quadratic", "Newton", "Saddle-free Newton", "way out"]),
        columns=WIDE,
    )  # fmt: skip


def _without_saddle(state: Address, at: Where) -> Scene:
    """Where no Hessian shows a way out: the three methods from the point, all the same."""
    newton, free = case.newtons(at.surface, at.point)
    walked, known = case.descent(at.surface, at.point, at.rate, at.steps), case.critical(at.surface)
    return Scene(
        [ground_panel(state, at, saddle_charts.three_paths(walked, newton, free, at.surface), 1)],
        at.boards,
        words=lambda: (
            f"{words.no_saddle(at.surface, known)}\n{words.three_ends(walked, newton, free)}"
        ),
        table=lambda: words.points_table(known),
        facts=dict,
        columns_of=None,
        program=None,
        clock=run_clock(state, at.steps),
        handles=[at.handle],
        legend=legend(["Gradient descent", "Newton", "Saddle-free Newton"]),
        columns=ALONE,
    )
