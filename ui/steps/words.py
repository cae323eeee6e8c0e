"""A performance in words and in a table, both made from its numbers."""

import numpy as np

from optcore.streams import LongestStep, Response, closed_form, law_of
from optcore.streams.kinds import ConstantStream
from optcore.streams.response import longest_at
from ui import prose
from ui.prose import number
from ui.steps.case import Drift, Playing
from ui.steps.parameters import ANGLE, DRIFT, LONGEST

LATE = 1e12
NOBODY = "Nobody listens yet: choose one or more optimizers above."


def by_step(playing: Playing, responses: dict[str, Response], view: str, known: dict) -> list[str]:
    """A sentence for each step of the clock, 0 to T; the last says what came of it all.

    `known` is what the view in force has worked out besides: longest steps, or drifts, by name.
    """
    if not responses:
        return [NOBODY] * (playing.steps + 1)
    moments = [_moment(playing, responses, k) for k in range(1, playing.steps)]
    start = f"{playing.steps} gradients wait: play them, or draw your own in the upper plot."
    if not playing.gradients.any():
        start = "No gradient yet: press in the upper plot and move, and hear what they make of it."
    return [start, *moments, ending(playing, responses, view, known)]


def ending(playing: Playing, responses: dict[str, Response], view: str, known: dict) -> str:
    """What the whole stream came to, as the view in force sees it."""
    if view == LONGEST:
        return " ".join(_longest(name, each, known.get(name)) for name, each in responses.items())
    if view == DRIFT:
        text = " ".join(_drift(name, each) for name, each in known.items())
        return text or "None of these has a known drift under this stream."
    if view == ANGLE:
        return _climbs(playing, responses)
    parts = [_last(playing, each, responses[each.name]) for each in playing.optimizers]
    return f"Step {playing.steps}, in rates: {'; '.join(parts)}.{_unforetold(playing)}"


def _unforetold(playing: Playing) -> str:
    """Whose broad, pale line is missing, since nothing foretells it."""
    if playing.scheduled or not all(stream.pulses(1) for stream in playing.streams):
        return ""
    names = [each.name for each in playing.optimizers if playing.foretold(each) is None]
    return f" Nothing foretells {', '.join(names)}." if names else ""


def _moment(playing: Playing, responses: dict[str, Response], k: int) -> str:
    steps = [f"{name} {_numbers(-each.in_rates[k - 1])}" for name, each in responses.items()]
    gradient = _numbers(playing.gradients[k - 1])
    return f"Step {k}: gradient {gradient}; steps down, in rates: {', '.join(steps)}."


def _last(playing: Playing, optimizer, response: Response) -> str:
    """The last step, beside where it leads if the gradient stays as it is."""
    last = -response.in_rates[-1]
    text = f"{optimizer.name} {_numbers(last)}"
    ends = terminal(playing, optimizer)
    if ends is None:
        return text
    if not np.isfinite(ends).all():
        return f"{text}, growing for ever"
    if (np.abs(ends) < 1e-5).all():
        return f"{text}, going to 0"
    if np.allclose(last, ends, rtol=5e-3):
        return f"{text}, settled"
    return f"{text}, going to {_numbers(ends)}"


def terminal(playing: Playing, optimizer) -> np.ndarray | None:
    """The step down in rates that a constant stream leads to; None where none is known."""
    constant = all(isinstance(stream, ConstantStream) for stream in playing.streams)
    if not constant or (playing.scheduled and optimizer.follows_schedule):
        return None
    ends = []
    with np.errstate(all="ignore"):
        for stream, scale in zip(playing.streams, playing.scales, strict=True):
            end = closed_form(optimizer, stream, [LATE], (scale,))
            if end is None:
                return None
            ends.append(-end[0, 0])
        return np.array(ends) / optimizer.learning_rate


def _climbs(playing: Playing, responses: dict[str, Response]) -> str:
    """Who climbs how often, and how wide the angle of the others gets."""
    up, down = [], []
    for name, response in responses.items():
        climbing = np.flatnonzero(response.angles > 90 + 1e-9)
        if climbing.size:
            up.append(f"{name} at {_steps(climbing.size)}, first at {climbing[0] + 1}")
        else:
            known = response.angles[np.isfinite(response.angles)]
            down.append(f"{name} {known.max(initial=0.0):.1f}")
    parts = [f"It climbs: {'; '.join(up)}."] if up else []
    if down:
        parts.append(f"Never climbing, widest angle in degrees: {', '.join(down)}.")
    return " ".join(parts)


def _longest(name: str, response: Response, bound: LongestStep | None) -> str:
    lengths = np.nan_to_num(np.abs(response.in_rates).max(axis=-1))
    at = longest_at(lengths)
    text = f"{name}'s longest step is {_rates(lengths[at])}, at step {at + 1}"
    if bound is None:
        return f"{text}."
    share = 100 * lengths[at] / bound.rates
    return (
        f"{text}: {number(share)} % of the {number(bound.rates)} that {len(response.steps)} "
        f"gradients allow. Any number of them allow {number(bound.ever)}; the paper's bound is "
        f"{number(bound.claimed)}."
    )


def _drift(name: str, drift: Drift) -> str:
    way = "downhill" if drift.now < 0 else "uphill, the wrong way," if drift.now > 0 else "nowhere"
    text = f"{name} goes {way} by {number(abs(drift.now))} rates a period"
    if drift.turning is None:
        return f"{text}, the same way for every β₂."
    return f"{text}; it turns at β₂ = {number(drift.turning, 4)}."


def table(playing: Playing, responses: dict[str, Response]) -> str:
    """The results as an HTML table."""
    if not responses:
        return ""
    heads = (
        "Optimizer",
        "First step",
        "Last step",
        "Foretold",
        "Longest",
        "Way",
        "Place",
        "Climbs",
    )
    rows = [_row(playing, each, responses[each.name]) for each in playing.optimizers]
    caption = (
        f"After {_steps(playing.steps)}, in learning rates; climbs: steps that go up as seen by "
        "their gradient"
    )
    return prose.table(heads, rows, named=True, caption=caption)


def _row(playing: Playing, optimizer, response: Response) -> tuple[str, ...]:
    foretold, rate = playing.law(optimizer), response.learning_rate
    return (
        optimizer.name,
        _numbers(-response.in_rates[0]),
        _numbers(-response.in_rates[-1]),
        "no law" if foretold is None else _numbers(-foretold[-1] / rate),
        number(np.nanmax(np.abs(np.nan_to_num(response.in_rates)))),
        _numbers(response.travelled[-1] / rate),
        _numbers(response.points[-1] / rate),
        str(int((response.angles > 90 + 1e-9).sum())),
    )


def law_line(playing: Playing, optimizer) -> str:
    """The law with its source, as Markdown, or why there is none."""
    law, formula = law_of(optimizer), law_formula(playing, optimizer)
    if law is None or not formula:
        return f"**{optimizer.name}**: nothing foretells it. {_why_none(playing, optimizer)}"
    return f"**{optimizer.name}**: $|\\Delta\\theta_k| = {formula}$. {law.source}."


def law_formula(playing: Playing, optimizer) -> str:
    """The law in LaTeX; empty where none foretells the steps."""
    law = law_of(optimizer)
    if law is None or playing.law(optimizer) is None:
        return ""
    constant = all(isinstance(stream, ConstantStream) for stream in playing.streams)
    return law.constant if constant else law.latex


def _why_none(playing: Playing, optimizer) -> str:
    if playing.scheduled and optimizer.follows_schedule:
        return "The schedule changes the rate of each step; the law holds for a constant one."
    if not all(stream.pulses(1) for stream in playing.streams):
        return "What a hand draws follows no formula, so nothing can be summed beforehand."
    if any(stream.random for stream in playing.streams):
        return "It depends on every single gradient, and chance decides these."
    return "Its size meets both its limits, or its decay takes more than the whole of the point."


def _rates(length: float) -> str:
    return "1 rate" if (told := number(length)) == "1" else f"{told} rates"


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _numbers(values) -> str:
    """One number, or two with "and" between."""
    return " and ".join(number(float(value)) for value in np.ravel(values))
