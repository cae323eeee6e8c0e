"""What a lesson may say of a performance: numbers and words by name, all made from its steps."""

import numpy as np

from optcore.knobs import knobs
from optcore.streams import Response
from optcore.streams.kinds import ReddiStream
from optcore.streams.response import longest_at
from ui.parameters import slug
from ui.steps.case import Playing
from ui.steps.words import terminal

MOMENTS = (2, 5, 6, 10, 20, 50, 100)
NEAR = 0.05


def facts(playing: Playing, responses: dict[str, Response]) -> dict[str, float | str | None]:
    """Facts of each optimizer by its name as links write it: `adam.first`, in learning rates."""
    found: dict[str, float | str | None] = {
        "steps": playing.steps,
        "mean": float(playing.gradients[:, 0].mean()),
        "gradients": int(np.count_nonzero(playing.gradients[:, 0])),
    }
    stream = playing.streams[0]
    found |= {f"stream.{name}": getattr(stream, name) for name in knobs(stream)}
    if isinstance(stream, ReddiStream):
        found["small"] = stream.period - 1
    if playing.two:
        found["times"] = 1 / playing.scales[1]
    bounds, drifts = playing.longest(), playing.drifts()
    for optimizer in playing.optimizers:
        name = optimizer.name
        own = _player(playing, optimizer, responses[name])
        if name in bounds:
            bound = bounds[name]
            beaten = np.nanmax(np.abs(responses[name].in_rates)) > bound.claimed
            own |= {"bound": bound.rates, "claimed": bound.claimed, "ever": bound.ever,
                    "beats": "yes" if beaten else "no"}  # fmt: skip
        if name in drifts:
            own |= {"drift": abs(drifts[name].now), "turning": drifts[name].turning,
                    "drifts": "down" if drifts[name].now < 0 else "up"}  # fmt: skip
        found |= {f"{slug(name)}.{fact}": value for fact, value in own.items()}
    return found


def _player(playing: Playing, optimizer, response: Response) -> dict[str, float | str | None]:
    rates = response.in_rates
    lengths, down = np.abs(rates[:, 0]), -rates[:, 0]
    climbs = np.flatnonzero(response.angles > 90 + 1e-9)
    ends = terminal(playing, optimizer)
    own: dict[str, float | str | None] = {
        name: getattr(optimizer, name) for name in knobs(optimizer)
    }
    own |= {f"step_{k}": float(down[k - 1]) for k in MOMENTS if k <= playing.steps}
    own |= {
        "first": float(lengths[0]),
        "last": float(lengths[-1]),
        "longest": float(np.nanmax(lengths)),
        "longest_at": longest_at(lengths) + 1,
        "way": float(response.travelled[-1, 0] / response.learning_rate),
        "place": float(response.points[-1, 0] / response.learning_rate),
        "goes": "down" if response.points[-1, 0] < 0 else "up",
        "climbs": len(climbs),
        "climbs_at": int(climbs[0]) + 1 if len(climbs) else None,
        "terminal": None if ends is None else float(ends[0]),
        "settles": _settles(down, ends),
    }
    foretold = playing.foretold(optimizer)
    if foretold is not None:
        own["foretold_longest"] = float(np.abs(foretold[:, 0]).max() / response.learning_rate)
    if playing.two:
        own |= {
            "last_second": float(abs(rates[-1, 1])),
            "ratio": float(lengths[-1] / abs(rates[-1, 1])) if rates[-1, 1] else None,
        }
    return own


def _settles(down: np.ndarray, ends: np.ndarray | None) -> int | None:
    """The step from which on all are within 5 % of where they end."""
    if ends is None or not np.isfinite(ends[0]) or ends[0] == 0:
        return None
    away = np.flatnonzero(np.abs(down / ends[0] - 1) > NEAR)
    first = int(away[-1]) + 2 if away.size else 1
    return first if first <= len(down) else None
