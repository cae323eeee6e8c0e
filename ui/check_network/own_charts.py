"""The errors of two typed partial derivatives over the window, and in words."""

from html import escape
from itertools import pairwise

import numpy as np

from optcore.checks.diagnosis import WRONG
from optcore.checks.measurement import BANDS
from optcore.checks.own_gradient import NAMES, slip
from ui.check_network.charts import VERDICT_LOOKS, title
from ui.palette import BAD, DOUBT, GOOD

DEEPEST = -10.0
TICKS = {-10: "≤ 10<sup>−10</sup>", -7: "10<sup>−7</sup>", -4: "10<sup>−4</sup>",
         -2: "10<sup>−2</sup>", 0: "1"}  # fmt: skip


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
        "colorbar": {
            "thickness": 10,
            "len": 0.95,
            "tickvals": list(TICKS),
            "ticktext": list(TICKS.values()),
        },
        "meta": {"still": True},
    }
    (left, right), (low, high) = own.surface.window
    verdict = found.verdict(which)
    layout = {
        "uirevision": f"own/{which}/{own.surface.window}",
        "title": title(f"{NAMES[which]} = {own.partials[which].text[:48]}: {verdict}"),
        "margin": {"l": 40, "r": 8, "t": 28, "b": 34},
        "showlegend": False,
        "xaxis": {"range": [left, right], "title": {"text": "x", "standoff": 2}},
        "yaxis": {"range": [low, high], "title": {"text": "y", "standoff": 2}},
    }
    return {"data": [heat, levels(found, heights), *crosshair(point, own, verdict)],
            "layout": layout}  # fmt: skip


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


def crosshair(point, own, verdict: str) -> list[dict]:
    """Lines through the point, so that both maps show where it is."""
    (left, right), (low, high) = own.surface.window
    x, y = point
    found = []
    for ends in (([left, right], [y, y]), ([x, x], [low, high])):
        found.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": "the point",
                "x": np.array(ends[0], dtype=float),
                "y": np.array(ends[1], dtype=float),
                "line": {"color": "#18202b", "width": 1, "dash": "dot"},
                "meta": {"play": "still", "silent": True},
            }
        )
    return found


def summary(own, found, check, point) -> str:
    """Which partial is wrong, where, and what is right at the point."""
    told = [window_sentence(found, which) for which in (0, 1)]
    return " ".join([*told, *(point_sentences(own, check, point) if check else ())])


def point_sentences(own, check, point) -> list[str]:
    """What the check at the point found, with the right value of what is wrong."""
    place = f"({point[0]:.4g}, {point[1]:.4g})"
    right = own.right(np.array(point))
    told = [
        f"At {place} {NAMES[which]} should be {right[which]:.6g}, and yours gives "
        f"{check.analytic[which]:.6g}."
        for which, block in enumerate(check.blocks)
        if block.verdict in WRONG
    ]
    if check.verdict == "right":
        told.append(f"At {place} both are right: ({right[0]:.6g}, {right[1]:.6g}).")
    told += [block.sentence for block in check.blocks if block.verdict in ("kink", "inconclusive")]
    return told


def window_sentence(found, which: int) -> str:
    name, verdict = NAMES[which], found.verdict(which)
    if verdict == "right":
        return f"{name} is right everywhere in the window."
    share = found.wrong_share(which)
    if np.isnan(share):
        return f"{name} has no value anywhere in the window."
    where = "at every place tried" if share == 1 else f"at {percent(share)} of the places"
    return f"{name} is {verdict} {where} in the window. {slip(found, which)}".strip()


def percent(share: float) -> str:
    """A share that is never rounded to all or nothing."""
    if share > 0.99:
        return "all but a few"
    return f"{100 * share:.2g} %" if share >= 0.001 else "a few"


def table(own, check, point) -> str:
    """Both partials at the point as an HTML table."""
    if check is None:
        return ""
    right = own.right(np.array(point))
    heads = ["Partial", "Yours", "Right (exact)", "Central difference", "Relative error"]
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    rows = []
    for which, block in enumerate(check.blocks):
        cells = [NAMES[which], *(f"{value:.9g}" for value in
                 (check.analytic[which], right[which], check.settled[which])),
                 f"{block.relative_error:.1e}"]  # fmt: skip
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr>{cells}<td class="os-text">{escape(block.verdict)}</td></tr>')
    return (
        f'<table><thead><tr>{head}<th class="os-text">Verdict at ({point[0]:.4g}, '
        f"{point[1]:.4g})</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


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
