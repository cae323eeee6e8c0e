"""The view on one unit that feeds itself, and on chains of random matrices."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optcore.networks.activations import Activation
from optcore.recurrent import chain_norms, unit_lags
from ui import controls, prose
from ui.address import Address
from ui.live.stage import Clock, Panel
from ui.palette import ACTIVATION_LOOKS, legend
from ui.prose import number
from ui.recurrent import unit_charts
from ui.recurrent.parameters import Chain, Unit
from ui.scene import Scene
from ui.state import PageState

SEEDS = 8


@dataclass(frozen=True)
class UnitChain:
    """One unit with its squashing, others with other weights, and a chain of matrices."""

    squash: Activation
    unit: Unit
    chain: Chain

    @cached_property
    def own(self) -> tuple[np.ndarray, np.ndarray]:
        """h_t and |dh_t/dh_0|, (T + 1,) each."""
        return unit_lags(self.squash, self.unit.w, self.unit.start, self.unit.steps)

    @cached_property
    def others(self) -> np.ndarray:
        """|dh_t/dh_0| for the weights of the thin lines (T + 1, k)."""
        return unit_lags(self.squash, unit_charts.OTHERS, self.unit.start, self.unit.steps)[1]

    @cached_property
    def chains(self) -> tuple[np.ndarray, np.ndarray]:
        """|W_t ... W_1| for one matrix used again and again (T,), and for different ones (T, k)."""
        chain, steps = self.chain, self.unit.steps
        rng = np.random.default_rng(chain.seed)
        scale = chain.gain / chain.width**0.5
        drawn = scale * rng.standard_normal((steps, SEEDS, chain.width, chain.width))
        same = np.broadcast_to(drawn[0, 0], (steps, chain.width, chain.width))
        return chain_norms(same), chain_norms(drawn)


def set_up(state: Address) -> tuple[UnitChain, Any]:
    """The case as the sliders stand, and the board that holds these."""
    squash = state["squash"]
    dials = [
        controls.Dials(f"One unit, {squash.name}", "unit", Unit()),
        controls.Dials("A chain of matrices", "chain", Chain()),
    ]
    (unit, chain), board = controls.tune(state, dials)
    return UnitChain(squash, unit, chain), board


def scene(state: PageState) -> Scene:
    case, board = set_up(state)
    squash, unit = case.squash, case.unit
    return Scene(
        [
            Panel(unit_charts.lags(case), cursor=True, click="clock", span=2,
                  name="gradient by lag", labels={"x": "lag", "y": "|dh_t/dh_0|"}),
            Panel(unit_charts.cobweb(case), aspect=1.0, name="the map",
                  labels={"x": "h now", "y": "h next"}),
            Panel(unit_charts.chains(case), cursor=True, name="same or different",
                  labels={"x": "layers", "y": "norm"}),
        ],
        [board],
        words=lambda: words(case),
        table=lambda: table(case),
        facts=lambda: facts(case),
        columns_of=lambda: {
            "lag": range(unit.steps + 1),
            "h": case.own[0],
            "gradient": case.own[1],
            "same_matrix": [1.0, *case.chains[0]],
        },
        program=lambda: program(case),
        clock=Clock(unit.steps, state.clock(range(unit.steps + 1)), opens=4),
        legend=[legend(squash.name, ACTIVATION_LOOKS[squash.name])],
    )  # fmt: skip


def words(case: UnitChain) -> list[str]:
    values, slopes = case.own
    sentences = [
        f"Lag {t}: h = {number(float(values[t]))}, and a change of the start counts "
        f"{number(float(slopes[t]))} times."
        for t in range(case.unit.steps)
    ]
    return [*sentences, ending(case)]


def ending(case: UnitChain) -> str:
    slopes = case.own[1]
    last, steps = float(slopes[-1]), case.unit.steps
    text = f"w = {number(case.unit.w)}: after {steps} steps the gradient is {number(last)}"
    return f"{text}. {fate(case, factor(slopes))}"


def fate(case: UnitChain, rate: float) -> str:
    """What the gradient does at the last step, which multiplied it by `rate`, and why."""
    values, slopes = case.own
    if slopes[1] == 0:
        return f"{case.squash.name} is off: nothing comes through."
    if rate > 1 + 1e-9:
        word = "explodes" if slopes[-1] > 1e3 else "grows"
        return f"It {word}, by {number(rate)} a step."
    if rate > 1 - 1e-9:
        return "It neither vanishes nor explodes."
    most = case.unit.w * case.squash.steepest
    if most < 1:
        name = f"the weight times the steepest slope, {number(most)},"
        why = "the weight" if case.squash.steepest == 1 else name
        return f"It vanishes, by {number(rate)} a step: {why} is below 1."
    if case.unit.w == case.squash.steepest == 1:
        return (
            f"It falls like a power of the lag: the last step multiplied it by {number(rate)}, "
            "and each next one takes less."
        )
    if abs(values[-1] - values[-2]) > 1e-3 * abs(values[-1]):
        return (
            f"h = {number(values[-1])} is not yet at rest; the last step multiplied the gradient "
            f"by {number(rate)}."
        )
    why = f"the unit has settled where it is flat, at h = {number(values[-1])}"
    return f"It vanishes, by {number(rate)} a step: {why}."


def factor(slopes: np.ndarray) -> float:
    """By how much the gradient was multiplied at the last step that it has a size at."""
    known = np.flatnonzero(np.isfinite(slopes) & (slopes > 1e-300))
    return float(slopes[known[-1]] / slopes[known[-2]]) if known.size > 1 else float("nan")


def table(case: UnitChain) -> str:
    weights = [*unit_charts.OTHERS, case.unit.w]
    rows = [
        [f"w = {number(w)}", number(float(column[-1])), number(factor(column))]
        for w, column in zip(weights, [*case.others.T, case.own[1]], strict=True)
    ]
    heads = ("Weight", f"gradient at lag {case.unit.steps}", "factor a step")
    return prose.table(heads, rows, named=True)


def program(case: UnitChain) -> str:
    squash = type(case.squash).__name__
    return f"""# One unit that feeds itself
from optcore import {squash}, unit_lags

values, slopes = unit_lags({squash}(), {case.unit.w!r}, {case.unit.start!r}, {case.unit.steps})
for lag, (value, slope) in enumerate(zip(values, slopes)):
    print(lag, value, slope)
"""


def facts(case: UnitChain) -> dict[str, float | str | None]:
    values, slopes = case.own
    same, different = case.chains
    last = float(slopes[-1])
    return {
        "steps": case.unit.steps,
        "w": case.unit.w,
        "start": case.unit.start,
        "rests": float(values[-1]),
        "last": last,
        "factor": factor(slopes),
        "fate": "explodes" if last > 1e3 else "vanishes" if last < 1e-3 else "stays",
        "width": case.chain.width,
        "gain": case.chain.gain,
        "same": float(same[-1]),
        "different": float(np.exp(np.log(np.maximum(different[-1], 1e-300)).mean())),
        "spread": float(different[-1].max() / max(different[-1].min(), 1e-300)),
    }
