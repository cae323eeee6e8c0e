"""The panels of a race: the ground with its paths, and beside it what a person chose to see."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ui import surfaces
from ui.ground import Ground, floor_of
from ui.live.stage import Panel
from ui.race import beside_charts, charts, hill_charts
from ui.race.arrow_charts import arrows
from ui.race.choices import Race
from ui.race.parameters import (
    DEEP,
    EFFECTIVE_RATE,
    GRADIENT_NORM,
    LOSS,
    MEMORY,
    STEP_LENGTH,
    VALLEY,
)
from ui.race.valley import valley
from ui.state import PageState


def panels(state: PageState, race: Race, runs: dict) -> list[Panel]:
    """The paths, and panels over the steps that share a column beside them."""
    ground = surfaces.ground_of(race.surface)
    others = [
        Panel(figure, cursor=True, name=name, labels={"x": "step", "y": name})
        for chosen in state["beside"]
        for name, figure in BESIDE[chosen](race, runs, ground)
    ]
    return [replace(_paths(state, race, runs, ground), span=max(1, len(others))), *others]


def columns(shown: Sequence[Panel]) -> str:
    """The paths are as high as all that stands beside them."""
    return "minmax(0, 5fr) minmax(0, 3fr)" if len(shown) > 1 else "minmax(0, 1fr)"


def _paths(state: PageState, race: Race, runs: dict, ground: Ground) -> Panel:
    surface = race.surface
    if state["view"] == DEEP:
        figure = hill_charts.hills(surface, ground, runs)
    else:
        figure = charts.paths(surface, ground, runs, _arrows(state, race, runs))
    x, y = surface.axes
    return Panel(figure, click="start", name="paths", aspect=surfaces.shape(surface),
                 labels={"x": x, "y": y}, view=state.view(0))  # fmt: skip


def _arrows(state: PageState, race: Race, runs: dict) -> list[dict]:
    """Those of every step, so that the clock finds them; while a hand moves, of its step alone."""
    if not state["arrows"]:
        return []
    at = state["at"]
    only = None if state.settled else race.steps if at is None else at
    return [arrows(each, race.surface, runs[each.name], only) for each in race.optimizers]


Figures = Iterable[tuple[str, dict]]


def _loss(race: Race, runs: dict, ground: Ground) -> Figures:
    yield "loss", charts.losses(runs, floor_of(race.surface), ground, race.steps)


def _gradient_norm(race: Race, runs: dict, ground: Ground) -> Figures:
    yield "gradient norm", charts.gradients(runs, race.steps)


def _memory(race: Race, runs: dict, ground: Ground) -> Figures:
    found = beside_charts.memories(race.surface, runs, race.steps)
    for name, figure in found.items():
        yield name.replace("_", " "), figure
    if not found:
        text = "Nobody in this race remembers anything."
        yield "memory", beside_charts.nothing(text, race.steps)


def _step_length(race: Race, runs: dict, ground: Ground) -> Figures:
    yield "step length", beside_charts.step_lengths(runs, race.steps)


def _effective_rate(race: Race, runs: dict, ground: Ground) -> Figures:
    yield "effective rate", beside_charts.effective_rates(race.surface, runs, race.steps)


def _valley(race: Race, runs: dict, ground: Ground) -> Figures:
    found = valley(race.surface, race.start)
    for draw in (beside_charts.across, beside_charts.along):
        yield draw.__name__, draw(found, race.surface, runs, race.steps)


BESIDE: dict[str, Callable[[Race, dict, Ground], Figures]] = {
    LOSS: _loss,
    GRADIENT_NORM: _gradient_norm,
    MEMORY: _memory,
    STEP_LENGTH: _step_length,
    EFFECTIVE_RATE: _effective_rate,
    VALLEY: _valley,
}
