"""The view on what a gradient costs: passes of both modes, and paths against edges."""

import time
from collections.abc import Callable
from functools import lru_cache

from optcore.graph import Mode, both_modes, fan, fan_operations, parse, sum_over_paths
from optcore.graph.chains import residual_chain
from ui import controls
from ui.address import Address
from ui.backprop_graph import why_charts
from ui.backprop_graph.parameters import Sizes
from ui.backprop_graph.scene import Scene
from ui.lessons import Facts
from ui.live.stage import Panel
from ui.palette import legend
from ui.prose import csv_text, table
from ui.state import PageState

HEADS = ("Way", "passes or paths", "operations", "measured")


def scene(state: PageState) -> Scene:
    sizes, board = set_up(state)
    return Scene(
        [
            Panel(why_charts.passes(sizes), name="passes"),
            Panel(why_charts.paths(sizes), name="paths"),
        ],
        [board],
        words=lambda: told(sizes),
        table=lambda: table(HEADS, rows(sizes), named=True),
        facts=lambda: facts(sizes),
        sheet=lambda: sheet(sizes),
        program=lambda: program(sizes),
        legend=[legend(name, look) for name, look in why_charts.LOOKS.items()],
        columns="minmax(0, 1fr) minmax(0, 1fr)",
    )


def set_up(state: Address) -> tuple[Sizes, controls.Board]:
    (sizes,), board = controls.tune(state, [controls.Dials("Sizes", "sizes", Sizes())])
    return sizes, board


# ------------------------------------------------------------------ measured once, and kept


@lru_cache(maxsize=64)
def modes(inputs: int, outputs: int) -> tuple[Mode, Mode]:
    """Both modes on a fan; the second time counts, for the first fills caches."""
    graph = parse(fan(inputs, outputs))
    values = dict.fromkeys(graph.inputs, 0.1)
    both_modes(graph, values)
    return both_modes(graph, values)


@lru_cache(maxsize=64)
def chain(blocks: int) -> dict[str, float]:
    """What a residual chain has, and how many seconds both ways to its derivative take."""
    graph = parse(residual_chain("tanh", blocks))
    run = graph.run({"x0": 0.5})
    walked = sum_over_paths(run, "x0")
    return {
        "paths": walked.paths,
        "edges": len(graph.edges),
        "multiplications": walked.multiplications,
        "walked": _seconds(lambda: sum_over_paths(run, "x0")),
        "swept": _seconds(lambda: graph.backward({"x0": 0.5})),
    }


def _seconds(work: Callable) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# ------------------------------------------------------------------ told


def told(sizes: Sizes) -> str:
    forward, reverse = modes(sizes.inputs, sizes.outputs)
    found = chain(sizes.blocks)
    cheaper = "Reverse" if reverse.operations < forward.operations else "Forward"
    if reverse.operations == forward.operations:
        cheaper = "Either"
    return (
        f"{_count(sizes.inputs, 'input')}, {_count(sizes.outputs, 'output')}: forward mode takes "
        f"{_count(forward.passes, 'pass')}, {_time(forward.seconds)}, reverse mode "
        f"{_count(reverse.passes, 'pass')}, {_time(reverse.seconds)}. {cheaper} mode is the way "
        f"here. {_count(sizes.blocks, 'block')}: {_count(found['paths'], 'path')} over "
        f"{found['edges']:,} edges; path by path {_time(found['walked'])}, backward "
        f"{_time(found['swept'])}."
    )


def _count(number: float, word: str) -> str:
    ending = "es" if word.endswith("s") else "s"
    return f"{number:,.0f} {word}{ending if number != 1 else ''}"


def _time(seconds: float) -> str:
    return f"{1e3 * seconds:.2g} ms"


def rows(sizes: Sizes) -> list[list[str]]:
    forward, reverse = modes(sizes.inputs, sizes.outputs)
    found = chain(sizes.blocks)
    return [
        ["forward mode", f"{forward.passes:,}", f"{forward.operations:,}", _time(forward.seconds)],
        ["reverse mode", f"{reverse.passes:,}", f"{reverse.operations:,}", _time(reverse.seconds)],
        ["path by path", f"{found['paths']:,}", f"{found['multiplications']:,}",
         _time(found["walked"])],
        ["backward", "1", f"{found['edges']:,} edges", _time(found["swept"])],
    ]  # fmt: skip


def facts(sizes: Sizes) -> Facts:
    """`forward.passes`, `reverse.operations`, `paths`, `edges`, `cheaper`, and the sliders."""
    forward, reverse = fan_operations(sizes.inputs, sizes.outputs)
    return {
        "inputs": float(sizes.inputs),
        "outputs": float(sizes.outputs),
        "blocks": float(sizes.blocks),
        "forward.passes": float(sizes.inputs),
        "reverse.passes": float(sizes.outputs),
        "forward.operations": float(forward),
        "reverse.operations": float(reverse),
        "cheaper": "reverse" if reverse < forward else "forward",
        "paths": float(2**sizes.blocks),
        "edges": float(3 * sizes.blocks),
    }


def sheet(sizes: Sizes) -> str:
    listed = [[m, *fan_operations(sizes.inputs, m)] for m in why_charts.OUTPUTS]
    return csv_text(["outputs", "forward_operations", "reverse_operations"], listed)


def program(sizes: Sizes) -> str:
    """Both modes by hand on the same function, in NumPy."""
    return f"""import numpy as np

n, m = {sizes.inputs}, {sizes.outputs}
x = np.full(n, 0.1)
j = np.arange(1, m + 1)
s = np.tanh(x).sum()  # y_j = sin(j s)

forward = np.empty((m, n))
for i in range(n):  # a pass for each input
    tangent = (1 - np.tanh(x[i]) ** 2) * 1.0
    forward[:, i] = np.cos(j * s) * j * tangent

reverse = np.empty((m, n))
for k in range(m):  # a pass for each output
    adjoint = 1.0 * np.cos(j[k] * s) * j[k]
    reverse[k] = adjoint * (1 - np.tanh(x) ** 2)

print(n, "passes forward,", m, "back; the same Jacobian:", np.allclose(forward, reverse))
"""
