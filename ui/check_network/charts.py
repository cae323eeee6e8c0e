"""A gradient check as pictures: errors by block, numeric against analytic, the Taylor slope."""

import numpy as np

from optcore.checks.block_check import WRONG
from optcore.checks.grad_check import SEVERITY
from optcore.checks.measurement import BANDS
from ui.figures import axis, ink, layout, marks, note, power
from ui.palette import BAD, DOUBT, GOOD, HUES
from ui.prose import number, spelled

VERDICT_LOOKS = {
    "right": {"colour": GOOD, "symbol": "circle"},
    "inconclusive": {"colour": HUES[7], "symbol": "hexagon"},
    "kink": {"colour": HUES[6], "symbol": "diamond"},
    "suspicious": {"colour": DOUBT, "symbol": "triangle-up"},
    "wrong": {"colour": BAD, "symbol": "square"},
}
FLAT, FLOOR, START, FIRST = "flat", "floor", "start", "first"
LOWEST, HIGHEST = -13.5, 0.35
TINTS = (
    ("rgba(18,160,122,0.13)", "right"),
    ("rgba(214,154,0,0.13)", "suspicious"),
    ("rgba(212,61,42,0.17)", "wrong"),
)
MOST_LABELS = 12
# Decades that the picture of the components spans at most.
SPAN = 10


def legend(result) -> list[dict]:
    """Who is who on the stage: the verdicts that occur, the floor, the overall number."""
    occurring = {block.verdict for block in result.check.blocks}
    entries = [
        {"group": verdict, "name": verdict, "dash": "none", **VERDICT_LOOKS[verdict]}
        for verdict in reversed(SEVERITY)
        if verdict in occurring
    ]
    if reconsidered(result.check):
        entries.append(
            {"group": FIRST, "name": "by the difference alone", "colour": HUES[7], "dash": "dot",
             "symbol": "circle-open"}
        )  # fmt: skip
    entries.append(
        {"group": FLOOR, "name": "round-off floor", "colour": HUES[7], "dash": "dot",
         "symbol": "none"}
    )  # fmt: skip
    entries.append(
        {"group": FLAT, "name": "all as one number", "colour": "ink", "dash": "dash",
         "symbol": "none"}
    )  # fmt: skip
    if result.first is not None:
        entries.append(
            {"group": START, "name": "at the start", "colour": HUES[5], "dash": "none",
             "symbol": "triangle-down"}
        )  # fmt: skip
    return entries


# ------------------------------------------------------------------ errors by block


def errors(result, *, with_sentences: bool = True) -> dict:
    """The relative error of every block on a log axis, over the verdict bands and the floor."""
    check = result.check
    blocks = check.blocks
    floors = floor_steps(np.array([block.first.floor for block in blocks]))
    data = [floors, overall(check, len(blocks)), *first_looks(check)]
    if result.first is not None:
        data += before(result.first)
    for verdict in SEVERITY:
        data += verdict_marks(blocks, verdict, with_sentences)
    return {"data": data, "layout": error_layout([block.name for block in blocks])}


def reconsidered(check) -> list[int]:
    """The blocks that a second look put elsewhere than the first."""
    return [
        at
        for at, block in enumerate(check.blocks)
        if block.second is not None and not np.isclose(*on_axis(
            [block.first.error, block.relative_error]), rtol=0.5)
    ]  # fmt: skip


def first_looks(check) -> list[dict]:
    """Where the chosen difference alone put a block, and a line to where the second look did."""
    at = reconsidered(check)
    if not at:
        return []
    x = np.repeat(np.array(at, dtype=float), 3)
    ends = [(check.blocks[each].first.error, check.blocks[each].relative_error) for each in at]
    y = np.concatenate([[*on_axis(pair), np.nan] for pair in ends])
    look = {"symbol": "circle-open", "colour": HUES[7]}
    trace = marks("by the difference alone", look, x, y, size=11)
    trace["marker"] |= {"size": [11, 0, 0] * len(at)}
    trace |= {"mode": "lines+markers", "line": {"color": HUES[7], "width": 1.2, "dash": "dot"}}
    trace["meta"] |= {"group": FIRST, "silent": True}
    return [trace]


def on_axis(error) -> np.ndarray:
    """Errors as the log axis can show them: 0 at its lower end, nan as the largest."""
    error = np.nan_to_num(np.asarray(error, dtype=np.float64), nan=1.0)
    return np.clip(error, 10.0 ** (LOWEST + 0.15), 1.0)


def verdict_marks(blocks, verdict: str, with_sentences: bool) -> list[dict]:
    at = [index for index, block in enumerate(blocks) if block.verdict == verdict]
    if not at:
        return []
    look = VERDICT_LOOKS[verdict]
    error = on_axis([blocks[index].relative_error for index in at])
    trace = marks(verdict, look, np.array(at, dtype=float), error, size=15)
    if with_sentences:
        trace["meta"]["sentences"] = [spelled(blocks[index].sentence) for index in at]
    return [trace]


def floor_steps(floors) -> dict:
    """The floor as a step for every block, filled down to the axis."""
    heights = on_axis(floors)
    edges = np.arange(len(heights) + 1) - 0.5
    x = np.concatenate([edges[:1], np.repeat(edges[1:-1], 2), edges[-1:]])
    bottom = 10.0**LOWEST
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "round-off floor",
        "x": np.concatenate([x[:1], x, x[-1:]]),
        "y": np.concatenate([[bottom], np.repeat(heights, 2), [bottom]]),
        "line": {"color": HUES[7], "width": 1.6, "dash": "dot"},
        "fill": "toself",
        "fillcolor": "rgba(123,135,148,0.20)",
        "meta": {"play": "still", "group": FLOOR, "silent": True},
    }


def overall(check, blocks: int) -> dict:
    """The number most people look at: one line across all blocks."""
    line = ink("all components as one number", [-0.5, blocks - 0.5],
               np.repeat(on_axis(check.relative_error), 2), width=1.8, dash="dash")  # fmt: skip
    text = f"{number(check.relative_error, 2)} ({flat_verdict(check)})"
    line["meta"] |= {"group": FLAT, "readout": "=", "reads": [text]}
    return line


def flat_verdict(check) -> str:
    """The band of the overall number, in quotation marks where the blocks say otherwise."""
    agree = check.flat_verdict == check.verdict
    return check.flat_verdict if agree else f"“{check.flat_verdict}”"


def before(check) -> list[dict]:
    """The errors of the check at the start, smaller, beside those after training."""
    places = np.arange(len(check.blocks), dtype=float)
    error = on_axis([block.relative_error for block in check.blocks])
    look = {"colour": HUES[5], "symbol": "triangle-down"}
    trace = marks("at the start", look, places, error, size=11)
    trace["meta"] |= {
        "group": START,
        "sentences": [f"At the start. {spelled(b.sentence)}" for b in check.blocks],
    }
    return [trace]


def error_layout(names: list[str]) -> dict:
    wanted = list(range(len(names)))
    if len(names) > MOST_LABELS:
        weights = [at for at in wanted if names[at].startswith("W")]
        wanted = weights[:: -(-len(weights) // MOST_LABELS)]
    edges = [LOWEST, *np.log10(BANDS), HIGHEST]
    shapes, notes = [], []
    for low, high, (tint, word) in zip(edges, edges[1:], TINTS, strict=False):
        band = {"x0": 0, "x1": 1, "y0": 10**low, "y1": 10**high, "fillcolor": tint}
        shapes.append({"type": "rect", "layer": "below", "xref": "paper", "line": {"width": 0},
                       **band})  # fmt: skip
        notes.append(note(word, 0.995, high - 0.02, size=11, xref="paper", xanchor="right",
                          yanchor="top", opacity=0.75))  # fmt: skip
    across = axis(
        "input side  →  output side", [-0.6, len(names) - 0.4], showgrid=False,
        tickvals=wanted, ticktext=[names[at] for at in wanted],
    )  # fmt: skip
    up = axis("", [LOWEST, HIGHEST], type="log", exponentformat="power", dtick=2)
    return layout(
        f"errors/{len(names)}", "Relative error ‖a − n‖ / (‖a‖ + ‖n‖) of each block",
        (58, 8, 28, 40), xaxis=across, yaxis=up, shapes=shapes, annotations=notes,
    )  # fmt: skip


# ------------------------------------------------------------------ numeric against analytic


def components(result, names=None) -> dict:
    """Every component: its numeric value against its analytic one, both on signed log axes.

    `names` are those of the components, for whoever points at one.
    """
    check = result.check
    low, high = span_of(np.concatenate([check.analytic, check.numeric]))
    edge = high - low + 0.5
    shown = component_verdicts(check)
    x, y = (signed_log(part, low) for part in (check.analytic, check.numeric))
    data = [ink("numeric = analytic", [-edge, edge], [-edge, edge], width=1, dash="dot")]
    for verdict in SEVERITY:
        at = np.flatnonzero(shown == verdict)
        if len(at):
            trace = marks(verdict, VERDICT_LOOKS[verdict], x[at], y[at], size=8)
            if names is not None:
                trace["meta"]["sentences"] = [component_sentence(check, names, i) for i in at]
            data.append(trace)
    ticks = signed_ticks(low, high)
    across, up = (
        axis(name, [-edge, edge], **ticks | {"zeroline": True}) for name in ("analytic", "numeric")
    )
    frame = layout(f"components/{low}/{high}", "Numeric against analytic, each component",
                   (58, 8, 28, 38), xaxis=across, yaxis=up)  # fmt: skip
    return {"data": data, "layout": frame}


def component_verdicts(check) -> np.ndarray:
    """The verdict of each component's block, or "right" where it agrees to its own floor."""
    shown = np.empty(check.point.size, dtype=object)
    for block in check.blocks:
        shown[block.part] = block.verdict
    floor = np.minimum(check.floor, check.settled_floor)
    agrees = check.absolute_error <= floor + BANDS[0] * np.abs(check.analytic)
    shown[agrees & np.isin(shown, (*WRONG, "kink"))] = "right"
    return shown


def component_sentence(check, names, at: int) -> str:
    analytic, numeric = (number(part[at], 6) for part in (check.analytic, check.numeric))
    return f"{names[at]}\nanalytic {analytic}\nnumeric {numeric}"


def span_of(values) -> tuple[int, int]:
    """The decades from the smallest to the largest size, at most SPAN and at least 2."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)]).astype(np.float64)
    if not len(sizes):
        return -8, 0
    high = int(np.ceil(np.log10(sizes.max())))
    low = int(np.floor(np.log10(np.quantile(sizes, 0.02))))
    return min(max(low, high - SPAN), high - 2), high


def signed_log(values, low: int) -> np.ndarray:
    """Decades above 10^low with the sign kept; straight through zero."""
    values = np.asarray(values, dtype=np.float64)
    finite = np.nan_to_num(values, nan=0.0, posinf=1e300, neginf=-1e300)
    return np.sign(finite) * np.log10(1 + np.abs(finite) / 10.0**low)


def signed_ticks(low: int, high: int) -> dict:
    every = max(1, -(-(high - low) // 3))
    powers = list(range(high, low, -every))
    sizes = signed_log(10.0 ** np.array(powers), low)
    return {
        "tickvals": [*(-sizes), 0.0, *sizes[::-1]],
        "ticktext": [*(power(each, "−") for each in powers), "0", *map(power, powers[::-1])],
    }
