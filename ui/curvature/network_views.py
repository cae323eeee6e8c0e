"""The views that need no surface: networks at the edge of stability, and chance."""

from collections.abc import Callable
from functools import partial

from ui import controls
from ui.address import Address
from ui.curvature import (
    chance_charts,
    edge_charts,
    facts,
    networks,
    run_charts,
    step_charts,
    take_away,
    words,
    work,
)
from ui.curvature.networks import NetworkCase, Subject
from ui.curvature.parameters import EdgeDial, Length, Rate, Spectrum
from ui.curvature.shapes import legend
from ui.curvature.where import ALONE, over_steps, run_clock
from ui.live.sliders import Board
from ui.live.stage import Clock, Panel
from ui.scene import Scene
from ui.surfaces import ground_of

# Steps that suffice to tell where a rate ends.
ENOUGH = 1000


def training(state: Address, subject: Subject) -> Scene:
    """The training of a network: loss, gradient and curvature over its steps."""
    found, steps, board = _trained(state, subject)
    return Scene(
        over_steps(run_charts.history(found.tracked, steps, 0.0)),
        [board],
        words=lambda: words.run(found.tracked, found.run.status),
        table=lambda: "",
        facts=lambda: facts.of_run(found.tracked, found.run, 0.0),
        columns_of=lambda: vars(found.tracked),
        program=lambda: take_away.network(subject.case, found.rate, steps),
        clock=run_clock(state, steps),
        legend=legend(run_charts.HISTORY),
        columns=ALONE,
    )


def end_of_training(state: Address, subject: Subject) -> Scene:
    """Why it gets no lower: its gradient over the steps, and the whole spectrum at its end."""
    found, steps, board = _trained(state, subject)
    verdict, eigenvalues = networks.ending(subject, found.rate, steps)
    return Scene(
        over_steps(run_charts.ending(found.tracked, eigenvalues, steps)),
        [board],
        words=lambda: words.stuck(verdict),
        table=lambda: words.twin_table(*networks.twins(subject)),
        facts=lambda: facts.of_ending(verdict, eigenvalues),
        columns_of=lambda: vars(found.tracked),
        program=lambda: take_away.network(subject.case, found.rate, steps),
        clock=run_clock(state, steps),
        legend=legend(run_charts.ENDING),
        columns=ALONE,
    )


def _trained(state: Address, subject: Subject) -> tuple[NetworkCase, int, Board]:
    dials = [controls.Dials("Gradient descent", "step", Rate(subject.learning_rate)),
             controls.Dials("Run", "run", Length(subject.steps))]  # fmt: skip
    (rate, length), board = controls.tune(state, dials)
    given = subject, rate.learning_rate, 1.0, length.steps
    return networks.network_case(*given, not state.settled), length.steps, board


def edge(state: Address) -> Scene:
    """Sharpness against 2 / rate, the minimum that a rate chooses, and rescaled starts."""
    network = state["network"]
    dial = EdgeDial(network.learning_rate, network.factor, network.steps)
    idle = () if network.rescales else ("factor",)
    dials = [controls.Dials(network.name, "edge", dial, idle=idle)]
    (dial,), board = controls.tune(state, dials)
    rate, steps = dial.learning_rate, dial.steps
    factor = dial.factor if network.rescales else 1.0
    found = networks.network_case(network, rate, factor, steps, not state.settled)
    labels, by_rate = {"x": "step", "y": "value"}, {"x": "rate", "y": "sharpness"}
    ends = networks.chosen(network, factor, min(steps, ENOUGH))
    panels = [
        Panel(_descent(network, found, steps), cursor=not network.plane, labels=labels),
        Panel(run_charts.sharpening(found.tracked, steps), cursor=True, labels=labels,
              span=1 if found.same is not None else 2),
        Panel(edge_charts.chosen(ends, rate), name="by rate", labels=by_rate),
    ]  # fmt: skip
    if found.same is not None:
        again = edge_charts.rescalings(networks.FACTORS, found.same, factor)
        panels.append(Panel(again, name="rescaled", labels={"x": "factor", "y": "sharpness"}))
    return Scene(
        panels,
        [board],
        words=lambda: (
            words.edge(found.tracked, rate) + words.rescaled(found.same, networks.FACTORS, factor)
        ),
        table=lambda: "",
        facts=lambda: (
            facts.of_run(found.tracked, found.run, 0.0)
            | facts.of_scaling(found.same, networks.FACTORS, factor)
        ),
        columns_of=lambda: vars(found.tracked),
        program=_program(network, rate, factor, steps),
        clock=run_clock(state, steps),
        legend=legend([*(["Gradient descent"] if network.plane else ["loss", "gradient norm"]),
                       "sharpness", "2 / rate", "here"]),
    )  # fmt: skip


def _descent(network: Subject, found: NetworkCase, steps: int) -> dict:
    """Where two weights go, or how the loss of more of them falls."""
    if not network.plane:
        return run_charts.fall(found.tracked, steps, 0.0)
    surface = found.objective
    path = run_charts.path("Gradient descent", found.run, surface)
    return step_charts.ground(surface, ground_of(surface), None, (), [path])


def _orders(state: Address, n: int) -> Clock:
    """From one eigenvalue to n of them."""
    steps = max(1, n - 1)
    labels = [f"n = {k + 1}" for k in range(steps + 1)]
    return Clock(steps, state.clock(range(steps + 1)), labels, name="Eigenvalues", seconds=3.0)


def _program(subject: Subject, rate: float, factor: float, steps: int) -> Callable[[], str] | None:
    """The run as a program; a rescaled network's start is not written out."""
    if subject.plane:
        return partial(take_away.run, subject.objective, subject.start(factor), rate, steps)
    return partial(take_away.network, subject.case, rate, steps) if factor == 1 else None


def chance(state: Address) -> Scene:
    """How likely all n eigenvalues are positive, and what a height does to a large spectrum."""
    (spectrum,), board = controls.tune(state, [controls.Dials("Spectrum", "spectrum", Spectrum())])
    samples = work.samples(state)
    sample = samples.get(spectrum.n)
    return Scene(
        [
            Panel(chance_charts.shares(spectrum.n, samples), span=2,
                  labels={"x": "n", "y": "probability"}),
            Panel(chance_charts.density(spectrum.shift, sample),
                  labels={"x": "eigenvalue", "y": "density"}),
            Panel(chance_charts.heights(spectrum.shift),
                  labels={"x": "shift", "y": "negative"}),
        ],
        [board],
        words=lambda: words.chance(spectrum.n, spectrum.shift, sample),
        table=lambda: "",
        facts=lambda: facts.of_chance(spectrum.n, spectrum.shift, sample),
        columns_of=chance_charts.columns,
        program=lambda: take_away.chance(spectrum.n, spectrum.shift),
        clock=_orders(state, spectrum.n),
        legend=legend(["coins", "random matrices", "law for large n", "sampled", "here"]),
    )  # fmt: skip
