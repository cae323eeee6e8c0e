"""Detective mode: bugs are hidden in a backward pass, and the person names their lines."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from optcore.checks.block_check import WRONG
from optcore.checks.bugs import PLANTED_BUGS, PlantedBug, plant
from optcore.checks.diagnosis import clear_names, diagnose, slips_of
from optcore.checks.grad_check import GradCheck
from optcore.checks.measurement import VALUE_ROUNDING, norm, relative
from optcore.derivatives.differences import CENTRAL
from optcore.networks.backprop_lines import BackpropLine, lines_of
from optcore.networks.network import FitLoss

# A hidden bug must change each block it reaches by this much, and stand out of round-off.
VISIBLE = 1e-4
ABOVE_FLOOR = 10.0


class NoCaseError(ValueError):
    """A network in which no bug could be seen."""


@dataclass(frozen=True, eq=False)
class Case:
    """A FitLoss with bugs that are not to be shown before the person has answered."""

    fit: FitLoss
    bugs: tuple[PlantedBug, ...]

    @property
    def lines(self) -> tuple[BackpropLine, ...]:
        """What the person chooses from."""
        return lines_of(self.fit.network, weight_decay=bool(self.fit.weight_decay))

    def line(self, bug: PlantedBug) -> BackpropLine:
        return bug.line(self.fit.network)

    def slips(self, line: BackpropLine) -> tuple[PlantedBug, ...]:
        """The known slips that this line can have in this network."""
        return slips_of(self.fit, line)

    def evidence(self, bug: PlantedBug, check: GradCheck) -> tuple[str, ...]:
        """What a check of this case's `fit` says for the bug's line, in sentences."""
        found = diagnose(check, self.fit)
        return next((each.why for each in found if each.line == self.line(bug)), ())

    def against(self, answer: BackpropLine, check: GradCheck) -> str:
        """Why the named line does not explain the pattern, or that the pattern alone allows it."""
        network, wrong = self.fit.network, set(check.names(*WRONG))
        if not wrong:
            return f"Not {answer.name}. From this point nobody could tell: no block is convicted."
        reached = answer.blocks(network)
        clear = clear_names(check, self.fit)
        spared = [name for name in reached if name in clear]
        missed = [name for name in network.blocks if name in wrong - set(reached)]
        if spared:
            return f"Not {answer.name}: {answer.reach}, and {', '.join(spared)} came out right."
        if missed and len(self.bugs) == 1:
            return f"Not {answer.name}: {answer.reach}, and {', '.join(missed)} went wrong too."
        return f"Not {answer.name}, though the pattern alone would allow it: {answer.reach}."

    def unlike(self, slip: PlantedBug, check: GradCheck) -> str:
        """In which block the gradient with this slip is furthest from the checked one, and how
        far."""
        others = (bug for bug in self.bugs if self.line(bug) != self.line(slip))
        replayed = dataclasses.replace(self.fit, backprop=plant(slip, *others)).grad(check.point)
        away = {
            name: relative(replayed[part] - check.analytic[part], replayed[part],
                           check.analytic[part])
            for name, part in self.fit.blocks.items()
        }  # fmt: skip
        name = max(away, key=lambda each: away[each])
        return (
            f"Not “{slip.name}”: replayed in {self.line(slip).name}, it gives a gradient that "
            f"differs from this one by {away[name]:.2g} in {name}."
        )


def open_case(
    fit, theta, seed: int, count: int = 1, unseen: Callable[[PlantedBug], bool] = lambda bug: True
) -> Case:
    """Hide `count` bugs, drawn from `seed`, that a check of `fit` at theta (P,) can see.

    Each leaves a block wrong that no other reaches, and is `unseen` wherever else that asks for.
    Raises NoCaseError where nothing could be seen, as in a network whose gradient vanishes.
    """
    fitting = cache(lambda bug: visible(fit, theta, bug) and unseen(bug))
    for bugs in combinations(candidates(fit, seed), count):
        if apart(bugs, fit.network) and all(map(fitting, bugs)):
            return Case(dataclasses.replace(fit, backprop=plant(*bugs)), bugs)
    raise NoCaseError(
        "No such case could be made of this network: a bug in it lies below the round-off of any "
        "difference, or shows where it should not. Take fewer layers or another activation."
    )


def candidates(fit, seed: int) -> Iterator[PlantedBug]:
    """Every bug in every layer that it can be in, as `seed` orders them."""
    rng = np.random.default_rng(seed)
    for bug in rng.permutation(np.array(PLANTED_BUGS, dtype=object)):
        places = bug.places(fit)
        for layer in rng.permutation(places) if places else ():
            yield bug.at(int(layer))


def apart(bugs, network) -> bool:
    """Whether the bugs are of different kinds and none hides behind what another corrupts."""
    reaches = [set(bug.corrupts(network)) for bug in bugs]
    nested = any(one <= other for one in reaches for other in reaches if one is not other)
    return not nested and len({bug.name for bug in bugs}) == len(bugs)


def visible(fit, theta, bug: PlantedBug) -> bool:
    """Whether every block the bug reaches changes enough for a central difference to tell."""
    right = fit.grad(theta)
    wrong = dataclasses.replace(fit, backprop=bug).grad(theta)
    floor = VALUE_ROUNDING * np.finfo(theta.dtype).eps * abs(float(fit.value(theta)))
    floor *= ABOVE_FLOOR / CENTRAL.typical_h(theta.dtype)
    changes = []
    for name in bug.corrupts(fit.network):
        before, after = right[fit.blocks[name]], wrong[fit.blocks[name]]
        least = floor * np.sqrt(before.size)
        # A gradient that is 0 with and without the bug, as a bias before batch
        # normalisation has, neither shows nor hides anything.
        if norm(before) + norm(after) > least:
            large = norm(before - after) > least
            changes.append(large and relative(before - after, before, after) > VISIBLE)
    return bool(changes) and all(changes)
