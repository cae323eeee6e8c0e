"""Detective mode: a bug is hidden in a backward pass, and the person names its line."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from optcore.checks.bugs import PLANTED_BUGS, PlantedBug
from optcore.checks.diagnosis import WRONG, diagnose
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


@dataclass(frozen=True)
class Ruling:
    """Whether the person's answer was right, and the evidence in sentences."""

    right: bool
    line: BackpropLine
    sentences: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Case:
    """A FitLoss with a bug that is not to be shown before the person has answered."""

    fit: FitLoss
    bug: PlantedBug

    @property
    def lines(self) -> tuple[BackpropLine, ...]:
        """What the person chooses from."""
        return lines_of(self.fit.network, weight_decay=self.fit.weight_decay > 0)

    def rule(self, answer: BackpropLine, check: GradCheck) -> Ruling:
        """Judge the line the person named by a check of this case's `fit`."""
        network = self.fit.network
        truth = self.bug.line(network)
        told = f"It was {truth.name}, “{self.bug.name}”"
        if answer == truth:
            return Ruling(True, truth, (f"Right. {told}.", *self.evidence(check)))
        return Ruling(
            False, truth, (against(answer, check, network), f"{told}.", *self.evidence(check))
        )

    def evidence(self, check) -> tuple[str, ...]:
        truth = self.bug.line(self.fit.network)
        return next((found.why for found in diagnose(check, self.fit) if found.line == truth), ())


def against(answer: BackpropLine, check: GradCheck, network) -> str:
    """Why the named line does not explain the pattern, or that the pattern alone allows it."""
    reached, wrong = set(answer.blocks(network)), set(check.names(*WRONG))
    spared = [name for name in answer.blocks(network) if name in check.names("right")]
    missed = [name for name in network.blocks if name in wrong - reached]
    if spared:
        return f"Not {answer.name}: {answer.reach}, and {', '.join(spared)} came out right."
    if missed:
        return f"Not {answer.name}: {answer.reach}, and {', '.join(missed)} went wrong too."
    return f"Not {answer.name}, though the pattern alone would allow it: {answer.reach}."


def open_case(fit, theta, seed: int) -> Case:
    """Hide a bug, drawn from `seed`, that a check of `fit` at theta (P,) can see.

    Raises NoCaseError where nothing could be seen, as in a network whose gradient vanishes.
    """
    rng = np.random.default_rng(seed)
    for bug in rng.permutation(np.array(PLANTED_BUGS, dtype=object)):
        places = bug.places(fit)
        for layer in rng.permutation(places) if places else ():
            planted = bug.at(int(layer))
            if visible(fit, theta, planted):
                return Case(dataclasses.replace(fit, backprop=planted), planted)
    raise NoCaseError(
        "No bug could be seen in this network: its gradients lie below the round-off of any "
        "difference. Take fewer layers or larger weights."
    )


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
