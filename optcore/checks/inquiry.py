"""A detective's case as it is answered: which line, then which slip in it, two tries each."""

from collections.abc import Iterable
from dataclasses import dataclass

from optcore.checks.bugs import PlantedBug
from optcore.checks.detective import Case
from optcore.checks.grad_check import GradCheck
from optcore.networks.backprop_lines import BackpropLine

# What an answer is worth at the first try and at the second.
WORTH = (2, 1)
LINE, SLIP = "line", "slip"


@dataclass(frozen=True)
class Reply:
    """An answer to a question: what it named, the line it speaks of, whether it is right, and the
    bug that was revealed with it, if one was."""

    asked: str
    answer: str
    line: BackpropLine
    right: bool
    revealed: PlantedBug | None


class Inquiry:
    """What was answered in a case so far, what it was worth, and what is asked next.

    Each bug is asked for twice, for its line and then for the slip in it. An answer that is wrong
    for the second time ends the question, and the truth is told.
    """

    def __init__(self, case: Case):
        self.case = case
        self.hidden = list(case.bugs)
        self.bug: PlantedBug | None = None
        self.wrong: list[str] = []
        self.replies: list[Reply] = []
        self.points = 0
        self.most = 2 * WORTH[0] * len(case.bugs)

    @property
    def asks(self) -> str:
        """LINE, SLIP, or nothing once all is told."""
        if not self.hidden:
            return ""
        return SLIP if self.bug else LINE

    @property
    def options(self) -> tuple[str, ...]:
        """The names that may be answered now."""
        if self.bug:
            names = [slip.name for slip in self.case.slips(self.case.line(self.bug))]
        else:
            known = {self.case.line(bug) for bug in self.case.bugs if bug not in self.hidden}
            names = [line.name for line in self.case.lines if line not in known]
        return tuple(name for name in names if name not in self.wrong) if self.hidden else ()

    def answer(self, name: str | None) -> None:
        """Take an answer; one that is none of the options says nothing."""
        if name not in self.options:
            return
        possible = [self.bug] if self.bug else self.hidden
        revealed = next((bug for bug in possible if self._name(bug) == name), None)
        right = revealed is not None
        if right:
            self.points += WORTH[len(self.wrong)]
        else:
            self.wrong.append(name)
            revealed = possible[0] if len(self.wrong) == len(WORTH) else None
        self.replies.append(Reply(self.asks, name, self._line(name), right, revealed))
        if revealed:
            self._turn(revealed)

    def _name(self, bug: PlantedBug) -> str:
        return bug.name if self.bug else self.case.line(bug).name

    def _line(self, name: str) -> BackpropLine:
        """The line that an answer speaks of."""
        if self.bug:
            return self.case.line(self.bug)
        return next(line for line in self.case.lines if line.name == name)

    def _turn(self, bug: PlantedBug) -> None:
        """On from a line to its slip, or from a slip to the next bug."""
        self.wrong = []
        if self.bug:
            self.hidden.remove(bug)
        self.bug = None if self.bug else bug


def sentences(case: Case, reply: Reply, check: GradCheck) -> tuple[str, ...]:
    """What there is to say to an answer, with the evidence of a check of the case."""
    line, bug = reply.line, reply.revealed
    if reply.asked == LINE:
        if reply.right:
            return (f"Right: {line.name}. {line.reach[0].upper()}{line.reach[1:]}.",)
        said = case.against(line, check)
        return (said, f"It is {case.line(bug).name}.") if bug else (said,)
    evidence = case.evidence(bug, check) if bug else ()
    if reply.right:
        return (f"Right: “{reply.answer}”.", *evidence)
    slip = next(each for each in case.slips(line) if each.name == reply.answer)
    said = case.unlike(slip, check)
    return (said, f"It was “{bug.name}”.", *evidence) if bug else (said,)


def follow(case: Case, answers: Iterable[str]) -> Inquiry:
    """The inquiry after these answers, names in order."""
    inquiry = Inquiry(case)
    for name in answers:
        inquiry.answer(name)
    return inquiry
