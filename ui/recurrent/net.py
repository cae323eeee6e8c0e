"""The view on a real net: cells that learn a task, and where their gradients come from."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil

import numpy as np
import streamlit as st

from optcore.checks import check_grad
from optcore.descent import ClipNorm
from optcore.knobs import knobs
from optcore.networks.initializers import Uniform
from optcore.optimizers import Adam
from optcore.recurrent import MemoryPlan, MemoryRecord, MemoryTrainer, lag_norms
from optcore.recurrent.cells import LSTM
from ui import controls, prose, work
from ui.address import Address
from ui.cache import cached
from ui.live.stage import Clock, Panel
from ui.palette import legend
from ui.parameters import slug
from ui.prose import number
from ui.recurrent import net_charts
from ui.recurrent.parameters import Net, Unclipped
from ui.scene import Scene
from ui.state import PageState
from ui.work import asked

KIND = "recurrent"
# Bytes that what trainings leave behind takes at most, as measured.
RECORDS = 60_000_000
# Seconds after which the picture grows.
GLIMPSE = 0.5
LOOKS = 15
SEEDS = 6


def dials(state: Address) -> list[controls.Dials]:
    """The sliders of the net, of its cells, its task, its start and its clipping."""
    task, start, clip = (state[name] for name in ("task", "start", "clip"))
    given = [
        controls.Dials("Net and training", "net", Net()),
        controls.Dials(task.name, "task", task),
        controls.Dials(f"Start: {start.name}", "start", start),
    ]
    if not isinstance(clip, Unclipped):
        given.append(controls.Dials("Clipping", "clip", clip))
    for cell in state["cells"]:
        look = net_charts.LOOKS[cell.name]
        given.append(controls.Dials(cell.name, slug(cell.name), cell, look["colour"]))
    return given


def set_up(state: Address) -> tuple[list[MemoryPlan], list]:
    """The plan of each cell as the sliders stand, and the board that holds these."""
    tuned, board = controls.tune(state, dials(state))
    net, task, start, *rest = tuned
    clip = rest.pop(0) if not isinstance(state["clip"], Unclipped) else None
    assert clip is None or isinstance(clip, ClipNorm)
    plans = [
        MemoryPlan(
            cell, task, net.width, max(net.length, task.shortest), net.batch, start,
            Adam(learning_rate=net.learning_rate), clip, net.steps, net.seed,
        )
        for cell in rest
    ]  # fmt: skip
    return plans, [board]


def finish(state: PageState) -> list[MemoryRecord]:
    """The records of what is asked for, or of as much of it as may be done unasked."""
    plans, _ = set_up(state)
    memory = RECORDS + max((plan.memory for plan in plans), default=0)
    return work.finish(state, KIND, _affordable(state, plans), _begin, memory, GLIMPSE)


def _begin(plan: MemoryPlan) -> MemoryTrainer:
    """Few steps have few exams: these take no longer than what they examine."""
    return MemoryTrainer(plan, max(1, plan.steps // LOOKS, ceil(plan.exam_in_steps)))


def _affordable(state: PageState, plans: Sequence[MemoryPlan]) -> list[MemoryPlan]:
    """The plans, or fewer steps of them with an offer, where they would take long."""
    seconds = sum(plan.seconds for plan in plans)
    if seconds <= work.UNASKED or asked(state, f"long {KIND}", tuple(plans)):
        return list(plans)
    steps = max(1, int(plans[0].steps * work.UNASKED / seconds))
    said = (f"All {plans[0].steps:,} steps of training take about {prose.seconds(seconds)}. Shown "
            f"are the first {steps:,}.")  # fmt: skip
    work.offer(state, f"long {KIND}", tuple(plans), said, f"Train all {plans[0].steps:,} steps")
    return [plan.within(steps) for plan in plans]


def small(plan: MemoryPlan) -> MemoryPlan:
    """The same cell and task, small enough for every weight to be checked within a second."""
    return replace(plan, width=min(plan.width, 6), length=max(plan.task.shortest, 10), batch=4)


def check(records: Sequence[MemoryRecord]) -> None:
    """At a click: back-propagation through time against finite differences, block by block."""
    if not records or not st.button("Check the gradients", icon=":material/fact_check:"):
        return
    for record in records:
        plan = small(record.plan)
        found = check_grad(plan.loss(1), plan.theta)
        st.markdown(
            f"**{plan.cell.name}**, {plan.width} units over {plan.length} steps, "
            f"{plan.net.parameters} weights: {' '.join(found.sentences())}"
        )


@cached
def at_start(plan: MemoryPlan) -> np.ndarray:
    """The gradient by lag before any training, for several seeds (SEEDS, T + 1)."""
    bands = []
    for seed in range(SEEDS):
        theta = plan.net.initial(plan.start, seed, Uniform())
        passed = plan.loss(0, 1).trace(theta).passed
        bands.append(lag_norms(passed)[:, 0])
    return np.array(bands)


def scene(state: PageState, records: Sequence[MemoryRecord]) -> Scene:
    """What the records say; `records` are of the last time that the hand rested."""
    _, boards = set_up(state)
    looks = _looks(records)
    steps = [int(look) for look in looks]
    at = state.clock(steps)
    bands = {record.plan.cell.name: at_start(record.plan) for record in records}
    return Scene(
        [
            Panel(net_charts.losses(records, looks), name="loss",
                  labels={"x": "training step", "y": "loss"}),
            Panel(net_charts.by_lag(records, looks, bands), name="gradient by lag",
                  labels={"x": "lag", "y": "|dh_T/d(state)|"}),
            Panel(net_charts.signal(records, looks), name="signal to noise",
                  labels={"x": "lag", "y": "signal to noise"}),
            *(Panel(net_charts.shares(record, looks), name=f"{record.plan.cell.name}: from when",
                    labels={"x": "training step", "y": "time step"}) for record in records),
        ],
        boards,
        words=lambda: words(records, steps),
        table=lambda: table(records),
        facts=lambda: facts(records),
        columns_of=lambda: columns_of(records),
        program=lambda: program(records),
        clock=Clock(max(len(steps) - 1, 0), at, [f"step {step}" for step in steps], opens=4),
        legend=[legend(name, net_charts.LOOKS[name])
                for name in (each.plan.cell.name for each in records)],
    )  # fmt: skip


def _looks(records: Sequence[MemoryRecord]) -> np.ndarray:
    """The training steps at which any of them was examined."""
    return np.unique(np.concatenate([record.looks for record in records] or [np.zeros(1)]))


def words(records: Sequence[MemoryRecord], steps: Sequence[int]) -> list[str]:
    if not records:
        return ["No cell is chosen: choose one or more above."]
    sentences = [_moment(records, step) for step in steps[:-1]]
    return [*sentences, " ".join(_ending(record) for record in records)]


def _moment(records: Sequence[MemoryRecord], step: int) -> str:
    parts = []
    for record in records:
        at = net_charts.look_at(record, step)
        parts.append(f"{record.plan.cell.name} {number(float(record.exams[at]))}")
    return (
        f"Exam after {step} steps: {', '.join(parts)}; blind {number(records[0].plan.task.blind)}."
    )


def _ending(record: MemoryRecord) -> str:
    name, plan = record.plan.cell.name, record.plan
    exam, blind, step = float(record.exams[-1]), plan.task.blind, int(record.looks[-1])
    if record.exploded:
        return f"{name} exploded at step {len(record.losses) - 1}."
    if record.passed is not None:
        return f"{name} passes its memory exam at step {record.passed}: {number(exam)}."
    if exam > 0.9 * blind:
        return (
            f"{name} fails after {step} steps: {number(exam)} is no better than the "
            f"{number(blind)} of a net that ignores its memory."
        )
    return f"{name} is on its way after {step} steps: {number(exam)}, blind {number(blind)}."


def table(records: Sequence[MemoryRecord]) -> str:
    if not records:
        return ""
    rows = [
        [
            record.plan.cell.name,
            number(float(record.losses[-1])),
            number(float(record.exams[-1])),
            number(record.plan.task.blind),
            number(100 * float(record.right[-1])),
            "never" if record.passed is None else str(record.passed),
            number(float(record.by_lag[-1, -1])),
            number(_largest(record.before)),
            str(record.clipped),
        ]
        for record in records
    ]
    heads = ("Cell", "last loss", "exam", "blind", "right, %", "exam passed at step",
             "gradient at the longest lag", "largest gradient", "steps clipped")  # fmt: skip
    return prose.table(heads, rows, named=True)


def columns_of(records: Sequence[MemoryRecord]) -> dict[str, Iterable[float]]:
    rows = max([len(record.losses) for record in records], default=0)
    found: dict[str, Iterable[float]] = {"step": range(rows)}
    for record in records:
        name = slug(record.plan.cell.name).replace("-", "_")
        found |= {f"{name}_loss": record.losses, f"{name}_gradient": record.before,
                  f"{name}_gradient_clipped": record.after, f"{name}_exam_step": record.looks,
                  f"{name}_exam": record.exams}  # fmt: skip
    return found


def program(records: Sequence[MemoryRecord]) -> str:
    """The plan of each cell as it is, and the exam at the end."""
    parts = [part for record in records
             for part in (record.plan.cell, record.plan.task, record.plan.start,
                          record.plan.optimizer, record.plan.clip) if part is not None]  # fmt: skip
    imports = sorted({f"from {type(p).__module__} import {type(p).__name__}" for p in parts})
    plans = "".join(f"    {record.plan!r},\n" for record in records)
    return "\n".join(
        [
            "# Recurrent nets in training",
            "from optcore.recurrent import MemoryPlan, train_memory",
            *imports,
            "",
            f"plans = [\n{plans}]",
            "for plan in plans:",
            "    record = train_memory(plan)",
            "    print(plan.cell.name, float(record.exams[-1]), plan.task.blind)",
            "",
        ]
    )


def _largest(values: np.ndarray) -> float:
    return float(np.where(np.isnan(values), -np.inf, values).max(initial=0.0))


def _mean(values: np.ndarray) -> float | None:
    """Of those that are numbers; None of none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def facts(records: Sequence[MemoryRecord]) -> dict[str, float | str | None]:
    found: dict[str, float | str | None] = {}
    for record in records:
        plan = record.plan
        found |= {"length": plan.length, "steps": plan.steps, "blind": plan.task.blind}
        half = plan.length // 2
        own = {
            "exam": float(record.exams[-1]),
            "passed": record.passed,
            "passes": "yes" if record.passed is not None else "no",
            "reach_start": float(record.by_lag[0, -1]),
            "reach": float(record.by_lag[-1, -1]),
            "early_share": float(np.nansum(record.shares[-1, :half])),
            "early_share_start": float(np.nansum(record.shares[0, :half])),
            "signal_late": float(record.signal[0, -1]),
            "signal_early": _mean(record.signal[0, 1 : 1 + plan.length // 4]),
            "largest": _largest(record.before),
            "clipped": record.clipped,
            "explodes": "yes" if record.exploded else "no",
        }
        own |= {name: getattr(plan.cell, name) for name in knobs(plan.cell)}
        if isinstance(plan.cell, LSTM):
            own["gate"] = 1 / (1 + np.exp(-plan.cell.forget_bias))
        found |= {f"{slug(plan.cell.name)}.{name}": fact for name, fact in own.items()}
    return found
