"""The errors of two typed partial derivatives over the window, and in words."""

from itertools import pairwise

import numpy as np

from optcore.checks.block_check import WRONG
from optcore.checks.measurement import BANDS
from optcore.checks.own_gradient import NAMES, slip
from ui import prose
from ui.check_network.charts import VERDICT_LOOKS
from ui.figures import axis, colour_bar, ink, layout, power
from ui.palette import BAD, DOUBT, GOOD
from ui.prose import number, percent, spelled

DEEPEST = -10.0
TICKS = (-10, -7, -4, -2, 0)


def colours() -> list[list]:
    """One colour per verdict band on the log axis of the error, paler where it is smaller."""
    edges = [DEEPEST, *np.log10(BANDS), 0.0]
    shades = [("#bfe3d6", GOOD), ("#f3dfae", DOUBT), ("#f2b8a4", BAD)]
    scale = []
    for (low, high), pair in zip(pairwise(edges), shades, strict=True):
        scale += [[float((low - DEEPEST) / -DEEPEST), pair[0]],
                  [float((high - DEEPEST) / -DEEPEST), pair[1]]]  # fmt: skip
    return scale


def error_map(own, found, which: int, point, heights) -> dict:
    """The relative error of one partial over the window, the contours of f, and the point."""
    error = np.maximum(found.error[which], 10.0**DEEPEST)
    heat = {
        "type": "heatmap",
        "x": found.x,
        "y": found.y,
        "z": np.log10(error),
        "zmin": DEEPEST,
        "zmax": 0.0,
        "colorscale": colours(),
        "hoverinfo": "skip",
        "colorbar": colour_bar(TICKS, [f"≤ {power(TICKS[0])}", *map(power, TICKS[1:])]),
        "meta": {"still": True},
    }
    (left, right), (low, high) = own.surface.window
    verdict = found.verdict(which)
    frame = layout(
        f"own/{which}/{own.surface.window}",
        f"{NAMES[which]} = {own.partials[which].text[:48]}: {verdict}",
        (40, 8, 28, 34), xaxis=axis("x", [left, right]), yaxis=axis("y", [low, high]),
    )  # fmt: skip
    data = [heat, levels(found, heights), *crosshair(point, own)]
    return {"data": data, "layout": frame}


def levels(found, heights) -> dict:
    """Lines of equal f, for orientation."""
    return {
        "type": "contour",
        "x": found.x,
        "y": found.y,
        "z": heights,
        "contours": {"coloring": "none"},
        "ncontours": 14,
        "line": {"width": 0.7, "color": "rgba(60,70,85,0.45)"},
        "showscale": False,
        "hoverinfo": "skip",
        "meta": {"still": True},
    }


def crosshair(point, own) -> list[dict]:
    """Lines through the point, so that both maps show where it is."""
    across, up = own.surface.window
    x, y = point
    lines = [ink("the point", *ends, width=1, dash="dot")
             for ends in ((across, [y, y]), ([x, x], up))]  # fmt: skip
    for line in lines:
        line["line"]["color"] = "#18202b"
    return lines


def summary(own, found, check, point) -> str:
    """Which partial is wrong, where, and what is right at the point."""
    sentences = [window_sentence(found, which) for which in (0, 1)]
    sentences += point_sentences(own, check, point) if check else ()
    return spelled(" ".join(sentences))


def point_sentences(own, check, point) -> list[str]:
    """What the check at the point found, with the right value of what is wrong."""
    place = pair(point, 4)
    right = own.right(np.array(point))
    sentences = [
        f"At {place} {NAMES[which]} should be {number(right[which], 6)}, and yours gives "
        f"{number(check.analytic[which], 6)}."
        for which, block in enumerate(check.blocks)
        if block.verdict in WRONG
    ]
    if check.verdict == "right":
        sentences.append(f"At {place} both are right: {pair(right, 6)}.")
    sentences += [
        block.sentence for block in check.blocks if block.verdict in ("kink", "inconclusive")
    ]
    return sentences


def pair(values, digits: int) -> str:
    return f"({number(values[0], digits)}, {number(values[1], digits)})"


def window_sentence(found, which: int) -> str:
    name, verdict = NAMES[which], found.verdict(which)
    if verdict == "right":
        return f"{name} is right everywhere in the window."
    share = found.wrong_share(which)
    if np.isnan(share):
        return f"{name} has no value anywhere in the window."
    where = "at every place tried" if share == 1 else f"at {most_of(share)} of the places"
    return f"{name} is {verdict} {where} in the window. {slip(found, which)}".strip()


def most_of(share: float) -> str:
    """A share that is never rounded to all or nothing."""
    if share > 0.99:
        return "all but a few"
    return percent(share) if share >= 0.001 else "a few"


def table(own, check, point) -> str:
    """Both partials at the point as an HTML table."""
    if check is None:
        return ""
    right = own.right(np.array(point))
    verdict = f"Verdict at {pair(point, 4)}"
    heads = ["Partial", "Yours", "Right (exact)", "Central difference", "Relative error", verdict]
    rows = []
    for which, block in enumerate(check.blocks):
        values = (check.analytic[which], right[which], check.settled[which])
        rows.append([NAMES[which], *(number(value, 9) for value in values),
                     number(block.relative_error, 2), block.verdict])  # fmt: skip
    return prose.table(heads, rows, words=[verdict])


def legend() -> list[dict]:
    names = {"right": "right: below 1e-7", "suspicious": "suspicious: up to 1e-4",
             "wrong": "wrong: above"}  # fmt: skip
    return [
        {
            "group": verdict,
            "name": name,
            "dash": "none",
            **VERDICT_LOOKS[verdict],
            "symbol": "square",
        }
        for verdict, name in names.items()
    ]
