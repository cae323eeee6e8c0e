"""A gradient check in words and as a table."""

import numpy as np

from optcore.checks.grad_check import component_name
from ui import prose
from ui.prose import csv_text, fitted, number, spelled


def summary(result, *, hush: bool = False, notes: tuple[str, ...] = ()) -> str:
    """What the check found, in two or three sentences.

    `hush` keeps the suspect line secret, and what the Taylor test says to itself: it is a second
    look, which a level may have taken away, and finds no line.
    """
    check = result.check
    sentences = [flat_sentence(check)]
    if result.first is not None:
        sentences.insert(0, start_sentence(result))
    if not hush:
        sentences.append(suspect_sentence(result))
    sentences += block_sentences(check)
    if not (check.reason or hush):
        sentences.append(taylor_sentence(result))
    return spelled(" ".join(filter(None, [*sentences, *notes])))


def taylor_sentence(result) -> str:
    """What the Taylor test says; where it passes what a block does not, why."""
    taylor = result.taylor
    if taylor.verdict != "right" or result.check.verdict in ("right", "kink"):
        return f"Taylor test: {lower_first(taylor.sentence)}"
    slope = "no linear part" if np.isnan(taylor.slope) else f"slope {fitted(taylor.slope)}"
    if result.check.verdict == "inconclusive":
        return (
            f"Taylor test: {slope}, so no error of the gradient stands out, but what is too small "
            "for the overall number is too small for this test."
        )
    return (
        f"Taylor test: {slope}, passed: like the overall number it weighs all components at "
        "once, and does not see an error in a small block."
    )


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def flat_sentence(check) -> str:
    """The overall number beside the blockwise verdict, and whether they agree."""
    if check.reason:
        return check.reason
    whole = f"All {check.point.size:,} components as one number: {number(check.relative_error, 2)}"
    if check.flat_verdict == check.verdict:
        return f"{whole}, {check.verdict}; block by block the same."
    return f"{whole}, “{check.flat_verdict}”. Block by block: {check.verdict}."


def block_sentences(check) -> tuple[str, ...]:
    """The core's sentences without its own one on the overall number."""
    return () if check.reason else check.sentences()[1:]


def start_sentence(result) -> str:
    first = result.first
    steps = result.plan.place.training_steps
    return (
        f"At the start {number(first.relative_error, 2)}, {first.verdict} block by block; after "
        f"{steps} training steps {number(result.check.relative_error, 2)}, "
        f"{result.check.verdict}."
    )


def suspect_sentence(result) -> str:
    """The line or lines that explain the wrong blocks best."""
    found = result.diagnoses
    if not found:
        return ""
    best = found[0]
    if not best.complete:
        return "No single line explains all wrong blocks: there is more than one slip."
    rest = [each.line.name for each in found[1:]]
    if rest and not best.slips:
        return f"The line: {best.line.name}, or {', '.join(rest[:3])}, which would look the same."
    return f"The line: {best.line.name}. {best.line.reach[0].upper()}{best.line.reach[1:]}."


def table(result) -> str:
    """Every block as an HTML table."""
    heads = ["Block", "By the difference", "Its floor", "Decided at", "Worst component",
             "analytic", "numeric", "Verdict"]  # fmt: skip
    rows = [_row(result, block) for block in result.check.blocks]
    made = prose.table(heads, rows, words=["Verdict"])
    return f'<div style="max-height:300px;overflow:auto">{made}</div>'


def _row(result, block) -> list[str]:
    check = result.check
    return [
        block.name,
        number(block.first.error, 2),
        number(block.first.floor, 2),
        number(block.relative_error, 2),
        component_name(result.fit, block.worst),
        number(check.analytic[block.worst], 6),
        number(check.settled[block.worst], 6),
        verdict_words(block),
    ]


def verdict_words(block) -> str:
    """The verdict with what it rests on, short enough for a table."""
    if block.verdict == "kink":
        return f"kink: {spelled(block.kinks[0].sentence)}"
    if block.verdict == "inconclusive":
        return f"inconclusive: {block.cause or 'below the floor'}"
    return f"{block.verdict}, by {block.second.way}" if block.second else block.verdict


def arena(result) -> str:
    """What the checks people use say of the same gradient, as an HTML table."""
    heads = ["Check", "Says", "It looked at", "and found", "allowed", "What it lets pass"]
    buggy = bool(result.plan.planted(result.fit))
    rows = [
        [
            said.rule.name,
            arena_verdict(said.verdict, buggy),
            said.looked,
            number(said.number, 2),
            number(said.limit, 2) if np.isfinite(said.limit) else "",
            said.rule.lesson,
        ]
        for said in result.arena
    ]
    return prose.table(heads, rows, words=["Says", "It looked at", "What it lets pass"])


def arena_verdict(verdict: str, buggy: bool) -> str:
    """A rule's verdict, and whether it is the truth where the page knows that."""
    if verdict == "right":
        return "right, although a bug is planted" if buggy else "right"
    if verdict in ("wrong", "suspicious"):
        return verdict if buggy else f"{verdict}, although no bug is planted"
    return verdict


# ------------------------------------------------------------------ the report

COLUMNS = ("point", "parameter", "block", "value", "analytic", "numeric", "absolute_error",
           "relative_error", "floor", "h", "block_verdict")  # fmt: skip


def report(result) -> str:
    """Every parameter of every check as CSV."""
    rows = [
        [name, component_name(result.fit, at), block.name, *_numbers(check, at), block.verdict]
        for name, check in result.checks
        for block in check.blocks
        for at in range(block.part.start, block.part.stop)
    ]
    return csv_text(COLUMNS, rows)


def _numbers(check, at: int) -> list[float]:
    """One component as COLUMNS orders its numbers."""
    analytic, numeric = float(check.analytic[at]), float(check.numeric[at])
    error, size = abs(analytic - numeric), abs(analytic) + abs(numeric)
    relative = error / size if size else 0.0
    floor, h = float(check.floor[at]), float(check.h[at])
    return [float(check.point[at]), analytic, numeric, error, relative, floor, h]
