"""What a view shows as a program that prints it again."""

from collections.abc import Mapping


def _program(title: str, imports: Mapping[str, str], *lines: str) -> str:
    """A program from what it imports from which module, and what it sets and prints."""
    wanted = [f"from {module} import {names}" for module, names in sorted(imports.items())]
    return "\n".join([f"# Curvature, {title}", *wanted, "", *lines, ""])


def _on_surface(title: str, surface, imports: Mapping[str, str], *lines: str) -> str:
    """A program that begins with the surface, which needs SymPy for a formula that was typed."""
    if hasattr(surface, "text"):
        source = {"optcore.formula": "formula_surface"}
        made = f"formula_surface({surface.text!r}, {surface.window!r})"
    else:
        source, made = {"optcore.surfaces": type(surface).__name__}, repr(surface)
    return _program(title, {**imports, **source}, f"surface = {made}", *lines)


def step(surface, point, rate: float) -> str:
    return _on_surface(
        "one step",
        surface,
        {"optcore.curvature": "critical_points, forecast"},
        f"step = forecast(surface, {_pair(point)}, {rate!r})",
        'print("slope, bend, measured:", step.first_order, step.second_order, step.measured)',
        'print("best and break-even rate:", step.best_rate, step.break_even)',
        'print("the same in truth:", step.true_best_rate, step.true_break_even)',
        "for each in critical_points(surface):",
        "    print(each)",
    )


def run(surface, point, rate: float, steps: int) -> str:
    return _on_surface(
        "a run",
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


def saddle(surface, place, rate: float, radius: float) -> str:
    return _on_surface(
        "leaving a saddle",
        surface,
        {"optcore.curvature": "escape"},
        f"hover = escape(surface, {_pair(place)}, {rate!r}, {radius!r})",
        "for row in zip(hover.distances, hover.predicted, hover.measured):",
        "    print(*row)",
    )


def network(case, rate: float, steps: int) -> str:
    """The run of an EdgeCase."""
    name = type(case).__name__
    return _program(
        "the training of a network",
        {"optcore.curvature": "edge_run", "optcore.curvature.edge": name},
        f"case = {case!r}",
        f"*_, track = edge_run(case.fit, case.start, {rate!r}, {steps})",
        "for row in zip(track.at, track.values, track.sharpness, track.limit):",
        "    print(*row)",
    )


def chance(n: int, shift: float) -> str:
    return _program(
        "chance",
        {"optcore.curvature": "negative_share, pfaffian_share, positive_share, sampled_spectra"},
        f'print("coins:", positive_share({n}, "coin").value)',
        f'print("random matrices, exactly:", pfaffian_share({n}))',
        f"*_, drawn = sampled_spectra({n}, 20_000)",
        'print("20,000 of them:", drawn.positive)',
        f'print("negative at a shift of {shift!r}:", negative_share({shift!r}).value)',
    )


def _pair(point) -> str:
    return repr(tuple(float(each) for each in point))
