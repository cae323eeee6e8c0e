"""The view on why gradients go backward: passes of both modes, and paths beside edges."""

import time
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optcore.graph import Mode, both_modes, fan, fan_operations, parse, sum_over_paths
from optcore.graph.chains import residual_chain
from ui import controls
from ui.address import Address
from ui.backprop_graph import drawing
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.drawing import FLOWS, Frame
from ui.backprop_graph.parameters import Chain, Sides
from ui.backprop_graph.programs import program
from ui.backprop_graph.words import columns_of
from ui.figures import axis, layout, log_axis, needle, track
from ui.live.stage import Clock, Panel
from ui.prose import number, table
from ui.scene import Scene

START = 0.4
MANY = np.unique(np.geomspace(1, 1000, 60).round())
TANGENT = FLOWS[0] | {"group": "forward mode", "name": "forward mode: one input moves"}
ADJOINT = FLOWS[1] | {"group": "reverse mode", "name": "reverse mode: one output asks"}


@dataclass(frozen=True)
class Timed:
    """A chain's derivative path by path, and by one pass back: how many, and seconds."""

    paths: int
    edges: int
    by_paths: float
    by_pass: float


@lru_cache(maxsize=64)
def modes(inputs: int, outputs: int) -> tuple[Mode, Mode]:
    case = case_of(inputs, outputs)
    return both_modes(case.graph, case.values)


def case_of(inputs: int, outputs: int) -> Case:
    return work_out(fan(inputs, outputs), {f"x{i}": START / i for i in range(1, inputs + 1)})


@lru_cache(maxsize=32)
def timed(blocks: int) -> Timed:
    """Measured when it is first asked for."""
    graph, values = parse(residual_chain("tanh", blocks)), {"x0": START}
    graph.run(values)  # The first pass over a graph finds its shapes, too.
    began = time.perf_counter()
    run = graph.run(values)
    passed = time.perf_counter()
    walked = sum_over_paths(run, "x0")
    return Timed(walked.paths, len(graph.edges), time.perf_counter() - passed, passed - began)


def scene(state: Address) -> Scene:
    dials = [controls.Dials("Inputs and outputs", "why", Sides()),
             controls.Dials("Blocks f(x) + x", "chain", Chain())]  # fmt: skip
    (sides, chain), board = controls.tune(state, dials)
    case = case_of(sides.inputs, sides.outputs)
    n, m = sides.inputs, sides.outputs
    figure = {"data": [drawing.film(case.graph, frames(case), (TANGENT, ADJOINT))],
              "layout": drawing.frame(case.graph)}  # fmt: skip
    return Scene(
        [
            Panel(figure, name="passes", span=2),
            Panel(_operations(n, m), name="operations",
                  labels={"x": "inputs", "y": "operations"}),
            Panel(_paths(chain.blocks), name="paths", labels={"x": "blocks", "y": "count"}),
        ],
        [board],
        words=lambda: sentences(case, sides, timed(chain.blocks)),
        table=lambda: _table(modes(n, m), timed(chain.blocks)),
        facts=lambda: facts(sides, timed(chain.blocks)),
        columns_of=lambda: columns_of(case),
        program=lambda: program(case),
        clock=Clock(n + m, state.clock(range(n + m + 1)), labels=labels(n, m), opens=5),
        legend=[TANGENT, ADJOINT],
        columns="minmax(0, 5fr) minmax(0, 3fr)",
    )  # fmt: skip


def labels(n: int, m: int) -> list[str]:
    forward = [f"forward {i} / {n}" for i in range(1, n + 1)]
    return ["values", *forward, *(f"reverse {j} / {m}" for j in range(1, m + 1))]


def frames(case: Case) -> list[Frame]:
    """The values; then a pass for each input, forward, and one for each output, back."""
    graph, run = case.graph, case.run
    none = [""] * len(graph.nodes)
    rest = np.zeros((2, len(graph.edges)))
    found = [Frame([drawing.on_card(value) for value in run.values], none, rest)]
    for name in graph.inputs:
        moved = run.tangents({name: 1.0})
        sizes = [abs(float(moved[edge.start])) for edge in graph.edges]
        texts = ["" if not float(each) else number(float(each)) for each in moved]
        found.append(Frame(texts, none, np.array([drawing.shares_of(sizes), rest[1]])))
    for name in graph.outputs:
        asked = graph.run(case.values, of=name)
        sizes = [asked.flows[edge].size if edge in asked.flows else 0.0 for edge in graph.edges]
        texts = ["" if each is None else number(float(each)) for each in asked.adjoints]
        found.append(Frame(none, texts, np.array([rest[0], drawing.shares_of(sizes)])))
    return found


def _operations(n: int, m: int) -> dict:
    """What a whole Jacobian takes by either mode, over the number of inputs."""
    counts = np.array([fan_operations(int(each), m) for each in MANY], float)
    data = [track(look["name"].split(":")[0], look, "still", x=MANY, y=counts[:, at])
            for at, look in enumerate((TANGENT, ADJOINT))]  # fmt: skip
    for trace, look in zip(data, (TANGENT, ADJOINT), strict=True):
        trace["meta"] |= {"group": look["group"], "log": True, "across": 8.0}
    here = needle(np.array([float(n)]), (1.0, 1e8))
    xaxis, yaxis = log_axis("inputs", [0, 3]), log_axis("", [0, 7])
    title = f"Operations of the Jacobian, {m} output{'s' * (m > 1)}"
    return {"data": [*data, here], "layout": layout("operations", title, xaxis=xaxis, yaxis=yaxis)}


def _paths(blocks: int) -> dict:
    """Paths and edges of the chain, over its length."""
    length = np.arange(1.0, 41.0)
    looks = ((TANGENT, "paths", 2.0**length), (ADJOINT, "edges", 3 * length))
    data = [track(name, look, "still", x=length, y=counts) for look, name, counts in looks]
    for trace in data:
        trace["meta"] |= {"group": None, "log": True, "across": 12.0}
    here = needle(np.array([float(blocks)]), (1.0, 1e13))
    xaxis, yaxis = axis("blocks", [0, 40.5]), log_axis("", [0, 12])
    title = "A chain of x + f(x): paths, and edges"
    return {"data": [*data, here], "layout": layout("paths", title, xaxis=xaxis, yaxis=yaxis)}


def sentences(case: Case, sides: Sides, chain: Timed) -> list[str]:
    n, m = sides.inputs, sides.outputs
    inputs, outputs = case.graph.inputs, case.graph.outputs
    counted = f"{n} input{'s' * (n > 1)}, {m} output{'s' * (m > 1)}"
    found = [f"{counted}: the Jacobian has {n * m} numbers. Play the passes."]
    found += [f"Forward mode, pass {i}: how all nodes move with {name}. One column of {n}."
              for i, name in enumerate(inputs, 1)]  # fmt: skip
    found += [f"Reverse mode, pass {j}: how {name} depends on all nodes. One row of {m}."
              for j, name in enumerate(outputs, 1)]  # fmt: skip
    forward, reverse = fan_operations(n, m)
    found[-1] = (
        f"All of it: forward {n} pass{'es' * (n > 1)}, {forward} operations; reverse {m}, "
        f"{reverse}. A chain: {chain.paths:,} paths took {number(1e3 * chain.by_paths)} ms, one "
        f"pass over {chain.edges} edges {number(1e3 * chain.by_pass)} ms."
    )
    return found


def _table(both: tuple[Mode, Mode], chain: Timed) -> str:
    rows = [
        (name, str(mode.passes), f"{mode.operations:,}", number(1e3 * mode.seconds))
        for name, mode in zip(("forward mode", "reverse mode"), both, strict=True)
    ]
    rows.append(("the chain, path by path", f"{chain.paths:,} paths", "–",
                 number(1e3 * chain.by_paths)))  # fmt: skip
    rows.append(("the chain, one pass", "1", "–", number(1e3 * chain.by_pass)))
    return table(("Way", "passes", "operations", "ms"), rows, named=True)


def facts(sides: Sides, chain: Timed) -> dict:
    forward, reverse = fan_operations(sides.inputs, sides.outputs)
    return {
        "inputs": sides.inputs,
        "outputs": sides.outputs,
        "forward": forward,
        "reverse": reverse,
        "cheaper": "forward" if forward < reverse else "reverse",
        "paths": chain.paths,
        "edges": chain.edges,
        "slower": chain.by_paths / chain.by_pass,
    }
