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
from ui.curvature.shown import ALONE, Shown, Where, ground_panel, over_steps, run_clock, where
from ui.live.stage import Clock, Panel
from ui.prose import number


def picture(state: Address, surface) -> Shown:
    """The view that is chosen, as it stands."""
    view, subject = state["view"], state["subject"]
    if view in (CHANCE, EDGE):
        return {CHANCE: chance, EDGE: edge}[view](state)
    if view in (STEP, SADDLES):
        return {STEP: step, SADDLES: saddles}[view](state, surface)
    if isinstance(subject, Subject):
        return (training if view == RUN else end_of_training)(state, subject)
    return (run if view == RUN else end_of_run)(state, surface)


def step(state: Address, surface) -> Shown:
    """One step: what slope and bend promise, and what comes of it as the clock takes it."""
    at, _ = where(state, surface)
    shown, secret = case.step_case(at.surface, at.point, at.rate), asks(state, at)
    told = words.step(shown, said(state, at))
    traces, asked = step_charts.on_the_ground(shown), asks_in_lesson(state)
    return Shown(
        [
            ground_panel(state, at, traces, 2),
            Panel(step_charts.along_the_gradient(shown, secret, asked), name="along −g",
                  labels={"x": "rate", "y": "change"}),
            Panel(step_charts.bars(shown, secret, asked), name="bars"),
        ],
        told[0] if secret else told,
        at.boards,
        ("loss", "linear", "quadratic", "step", "Hessian"),
        _moments(state, at),
        [at.handle],
        _points(state, at),
        facts=facts.of_step(shown),
        sheet={"rate": shown.rates, "change": shown.change, "slope": shown.line,
               "slope_and_bend": shown.parabola},
        program=take_away.step(at.surface, at.point, at.rate),
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


def run(state: Address, surface) -> Shown:
    """Gradient descent from the point: loss, gradient and curvature over its steps."""
    at, _ = where(state, surface)
    given = at.surface, at.point, at.rate, at.steps
    followed, tracked = case.descent(*given), case.track(*given)
    path = run_charts.path("Gradient descent", followed, at.surface)
    panels = over_steps(run_charts.history(tracked, at.steps, at.floor))
    return Shown(
        [ground_panel(state, at, [path], 2), *panels],
        words.run(tracked, followed.status),
        at.boards,
        run_charts.HISTORY,
        run_clock(state, at.steps),
        [at.handle],
        facts=facts.of_run(tracked, followed, at.floor),
        sheet=vars(tracked),
        program=take_away.run(*given),
    )


def end_of_run(state: Address, surface) -> Shown:
    """Why the same run gets no lower: its gradient over the steps, and the curvature at its end."""
    at, _ = where(state, surface)
    given = at.surface, at.point, at.rate, at.steps
    followed, tracked, found = case.descent(*given), case.track(*given), case.stuck(*given)
    path = run_charts.path("Gradient descent", followed, at.surface)
    ends = end_eigenvalues(at.surface, followed)
    panels = over_steps(run_charts.ending(tracked, found, ends, at.steps))
    return Shown(
        [ground_panel(state, at, [path], 2), *panels],
        words.stuck(found),
        at.boards,
        run_charts.ENDING,
        run_clock(state, at.steps),
        [at.handle],
        facts=facts.of_ending(found, ends),
        sheet=vars(tracked),
        program=take_away.run(*given),
    )


def saddles(state: Address, surface) -> Shown:
    """A saddle: gradient descent from beside it, and Newton's two methods from the point."""
    at, (beside,) = where(state, surface, controls.Dials("Beside the saddle", "beside", Beside()))
    known = case.saddles(at.surface)
    if not known:
        return _without_saddle(state, at)
    which = min(state["saddle"], len(known) - 1)
    shown = case.saddle_case(at.surface, which, beside.distance, at.point, at.rate, at.steps)
    return Shown(
        [
            ground_panel(state, at, saddle_charts.on_the_ground(shown, at.surface), 2),
            Panel(saddle_charts.away(shown.hover, at.steps), name="distance", cursor=True,
                  labels={"x": "step", "y": "distance"}),
            Panel(saddle_charts.times(shown.hover), name="time",
                  labels={"x": "distance", "y": "steps"}),
        ],
        words.saddle(shown),
        at.boards,
        ("Gradient descent", "quadratic", "Newton", "Saddle-free Newton", "way out"),
        run_clock(state, at.steps),
        [at.handle],
        _points(state, at),
        facts=facts.of_saddle(shown),
        sheet={"distance": shown.hover.times.distances, "predicted": shown.hover.times.predicted,
               "measured": shown.hover.times.measured},
        program=take_away.saddle(at.surface, shown.saddle.point, at.rate, shown.hover.radius),
    )  # fmt: skip


def _without_saddle(state: Address, at: Where) -> Shown:
    """Where no Hessian shows a way out: the three methods from the point, all the same."""
    newton, free = case.newtons(at.surface, at.point)
    walked = case.descent(at.surface, at.point, at.rate, at.steps)
    told = words.no_saddle(at.surface, case.critical(at.surface))
    return Shown(
        [ground_panel(state, at, saddle_charts.three_paths(walked, newton, free, at.surface), 1)],
        f"{told}\n{words.three_ends(walked, newton, free)}",
        at.boards,
        ("Gradient descent", "Newton", "Saddle-free Newton"),
        run_clock(state, at.steps),
        [at.handle],
        _points(state, at),
        ALONE,
    )


def _points(state: Address, at: Where) -> str:
    return words.points_table(case.critical(at.surface)) if state.settled else ""
