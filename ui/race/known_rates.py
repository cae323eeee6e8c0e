"""What is known of a racer's rate, as marks on its slider: where it diverges, and what is best."""

from collections.abc import Sequence
from dataclasses import replace

from optcore.descent.delay import delay_limit
from optcore.knobs import knobs
from optcore.optimizers import GradientDescent, Momentum
from ui.live.sliders import Board
from ui.live.turn import give_way
from ui.parameters import slug
from ui.race.choices import Conditions, Race, swept
from ui.race.valley import Valley, valley

CURVATURE, LIMIT, BEST, FIRST = "curvature", "limit", "best", "first"
# So many steps, those of all racers together, are swept over while a person waits.
AT_ONCE = 2500
DIGITS = 4


def marked(boards: Sequence[Board], race: Race, *, settled: bool) -> list[Board]:
    """The sliders of a race with what is known on the first of them, the racers' own."""
    racers, *others = boards
    return [replace(racers, ticks=marks(race, settled=settled)), *others]


def marks(race: Race, *, settled: bool) -> dict[str, list[dict]]:
    """Marks by slider. While a hand moves, and where it would take long, the best rate is one of
    them only if it has been worked out before."""
    below = valley(race.surface, race.start)
    rated = [each for each in race.optimizers if "learning_rate" in knobs(each)]
    quick = settled and len(rated) * race.steps <= AT_ONCE
    found = {}
    for each in rated:
        swept = sweep(race, each) if quick else known_sweep(race, each)
        best = [] if swept is None or swept.best is None else [_mark(swept.best, "best rate", BEST)]
        limits = _limits(each, below, race.conditions)
        found[f"{slug(each.name)}.learning_rate"] = [*limits, *best]
        if isinstance(each, Momentum) and below.exact and not race.conditions.delay.on:
            found[f"{slug(each.name)}.momentum"] = _momenta(each, below)
        give_way()
    return found


def _limits(optimizer, below: Valley, conditions: Conditions) -> list[dict]:
    """By the largest curvature at the minimum, or at the start where no minimum is known: gradient
    descent's limit and the method's own, for methods whose step is a sum of gradients. Where these
    are late only that of gradient descent is known."""
    steepest, late = float(below.curvatures[-1]), conditions.delay
    if not optimizer.stability or steepest <= 0:
        return []
    where = "at the minimum" if below.known else "at the start"
    plain, own = 2 / steepest, optimizer.stable_rate(steepest)
    rule = optimizer.stability.replace("lambda_max", "λ_max").replace("momentum", "μ")
    if late.on:
        if late.compensation or not isinstance(optimizer, GradientDescent):
            return []
        own = float(delay_limit(late.steps)) / steepest
        rule = f"2 sin(π/{2 * (2 * late.steps + 1)})/λ_max"
    found = [] if plain == own else [_mark(plain, f"2/λ_max {where}", CURVATURE)]
    return [*found, _mark(own, f"its limit {where}", LIMIT, rule)]


def _momenta(optimizer: Momentum, below: Valley) -> list[dict]:
    best = below.best_momentum(optimizer.learning_rate)
    return [] if best is None else [_mark(best, "arrives first at this rate", FIRST)]


def _mark(at: float, label: str, kind: str, rule: str = "") -> dict:
    return {"at": float(f"{at:.{DIGITS}g}"), "label": label, "kind": kind, "rule": rule}


# ------------------------------------------------------------------ sweeps


def sweep(race: Race, optimizer):
    """Every rate tried for one optimizer in this race, whatever its own rate."""
    return swept(*_asked(race, optimizer))


def known_sweep(race: Race, optimizer):
    """The same if it is kept, else None."""
    return swept.known(*_asked(race, optimizer))


def _asked(race: Race, optimizer) -> tuple:
    given = tuple(race.conditions.given.items())
    return race.surface, replace(optimizer, learning_rate=1.0), race.start, race.steps, given
