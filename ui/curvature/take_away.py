"""What a view shows as a program that prints it again."""

from collections.abc import Mapping
from typing import NamedTuple

from ui.written_out import written_out


class Program(NamedTuple):
    """What a program imports from which module, what it sets, and what it prints."""

    imports: Mapping[str, str]
    lines: tuple[str, ...]

    def text(self, title: str) -> str:
        """As a program that needs NumPy alone, and SymPy for a formula that was typed."""
        wanted = [f"from {module} import {names}" for module, names in sorted(self.imports.items())]
        return written_out("\n".join([f"# {title}", *wanted, "", *self.lines, ""]))


def on_surface(surface, imports: Mapping[str, str], *lines: str) -> Program:
    """A program that begins with the surface."""
    if hasattr(surface, "text"):
        source = {"optcore.formula": "formula_surface"}
        made = f"formula_surface({surface.text!r}, {surface.window!r})"
    else:
        source, made = {"optcore.surfaces": type(surface).__name__}, repr(surface)
    return Program({**imports, **source}, (f"surface = {made}", *lines))


def step(surface, point, rate: float) -> Program:
    return on_surface(
        surface,
        {"optcore.curvature": "critical_points, forecast"},
        f"step = forecast(surface, {_pair(point)}, {rate!r})",
        'print("slope, bend, measured:", step.first_order, step.second_order, step.measured)',
        'print("best and break-even rate:", step.best_rate, step.break_even)',
        'print("the same in truth:", step.true_best_rate, step.true_break_even)',
        "for each in critical_points(surface):",
        "    print(each)",
    )


def run(surface, point, rate: float, steps: int) -> Program:
    return on_surface(
        surface,
        {
            "optcore.curvature": "curvature_along, why_stuck",
            "optcore.descent": "descend",
            "optcore.optimizers": "GradientDescent",
        },
        f"run = descend(surface, GradientDescent({rate!r}), {_pair(point)}, {steps})",
        "track = curvature_along(surface, run)",
        'print("loss:", track.values[[0, -1]], "gradient norm:", track.gradient_norms[[0, -1]])',
        'print("sharpness:", track.sharpness[[0, -1]], "2 / rate:", track.limit[0])',
        "print(why_stuck(surface, run))",
    )


def saddle(surface, place, rate: float, radius: float) -> Program:
    return on_surface(
        surface,
        {"optcore.curvature": "escape"},
        f"hover = escape(surface, {_pair(place)}, {rate!r}, {radius!r})",
        "for row in zip(hover.distances, hover.predicted, hover.measured):",
        "    print(*row)",
    )


def network(case, rate: float, steps: int) -> Program:
    """The run of an EdgeCase."""
    name = type(case).__name__
    return Program(
        {"optcore.curvature": "edge_run", "optcore.curvature.edge": name},
        (
            f"case = {case!r}",
            f"*_, track = edge_run(case.fit, case.start, {rate!r}, {steps})",
            "for row in zip(track.at, track.values, track.sharpness, track.limit):",
            "    print(*row)",
        ),
    )


def chance(n: int, shift: float) -> Program:
    return Program(
        {"optcore.curvature": "negative_share, pfaffian_share, positive_share, sampled_spectra"},
        (
            f'print("coins:", positive_share({n}, "coin").value)',
            f'print("random matrices, exactly:", pfaffian_share({n}))',
            f"*_, drawn = sampled_spectra({n}, 20_000)",
            'print("20,000 of them:", drawn.positive)',
            f'print("negative at a shift of {shift!r}:", negative_share({shift!r}).value)',
        ),
    )


def _pair(point) -> str:
    return repr(tuple(float(each) for each in point))
