"""What a lesson may say of a check: numbers and words by name, all from its record."""

from optcore.checks.block_check import WRONG
from optcore.checks.grad_check import GradCheck
from optcore.checks.own_gradient import OwnGradient
from optcore.checks.record import CheckRecord


def facts(found: CheckRecord) -> dict[str, float | str | None]:
    """Facts of a check; a block's begin with its name: `W1.error`.

    `W1.first` is the error by the difference alone, before a second look; `start.` begins those of
    the check before training.
    """
    plan, check = found.plan, found.check
    values: dict[str, float | str | None] = {
        "layers": plan.network.depth,
        "h": plan.step.h,
        "samples": len(found.fit.inputs),
        "training_steps": plan.place.training_steps,
    }
    values |= _check(check)
    if found.first is not None:
        values |= {f"start.{name}": fact for name, fact in _check(found.first).items()}
    if found.diagnoses:
        values["line"] = found.diagnoses[0].line.name
    return values


def _check(check: GradCheck) -> dict[str, float | str | None]:
    convicted = check.names(*WRONG)
    layers = sorted({int(name[1:]) for name in convicted if name[1:].isdecimal()})
    values: dict[str, float | str | None] = {
        "error": check.relative_error,
        "flat": check.flat_verdict,
        "verdict": check.verdict,
        "blocks": len(check.blocks),
        "wrong": len(convicted),
        "any_wrong": "yes" if convicted else "no",
        "right": len(check.names("right")),
        "lowest_wrong": layers[0] if layers else None,
        "highest_wrong": layers[-1] if layers else None,
        "kink": "yes" if any(block.kinks for block in check.blocks) else "no",
        "random": "yes" if any(block.cause == "random" for block in check.blocks) else "no",
        "floor_climb": check.blocks[0].first.floor / check.blocks[-2].first.floor,
    }
    for block in check.blocks:
        values |= {
            f"{block.name}.error": block.relative_error,
            f"{block.name}.verdict": block.verdict,
            f"{block.name}.first": block.first.error,
            f"{block.name}.first_floor": block.first.floor,
        }
    return values


def own_facts(own: OwnGradient, checked: GradCheck | None) -> dict[str, float | str | None]:
    """Facts of three typed formulas, checked at the point."""
    if checked is None:
        return {}
    x, y = checked.point
    values: dict[str, float | str | None] = {"x": float(x), "y": float(y)}
    for name, block in zip(("dx", "dy"), range(2), strict=True):
        values |= {
            f"{name}.analytic": float(checked.analytic[block]),
            f"{name}.numeric": float(checked.numeric[block]),
            f"{name}.away": float(checked.absolute_error[block]),
        }
    return values
