"""The view on the powers of a matrix: a cloud goes forward, a gradient comes back."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optcore.recurrent import Powers, carried, powers
from ui import controls, prose
from ui.address import Address
from ui.live.stage import Clock, Handle, Panel
from ui.palette import legend
from ui.prose import number
from ui.recurrent import powers_charts
from ui.recurrent.parameters import Course, Matrix
from ui.scene import Scene
from ui.state import PageState

CLOUD = 36
GRADIENT = np.array([1.0, 0.0])


@dataclass(frozen=True)
class MatrixPowers:
    """The matrix of one step back in time, D W, where D holds the slopes of both units."""

    matrix: Matrix
    course: Course

    @cached_property
    def step(self) -> np.ndarray:
        return np.diag([1.0, self.course.slope]) @ self.matrix.array

    @cached_property
    def powers(self) -> Powers:
        return powers(self.step, self.course.steps)

    @cached_property
    def unsquashed(self) -> Powers:
        """Of W itself, as if no unit were saturated."""
        if self.course.slope == 1:
            return self.powers
        return powers(self.matrix.array, self.course.steps)

    @cached_property
    def cloud(self) -> np.ndarray:
        """(T + 1, points, 2): vectors on the unit circle and where they go."""
        angle = np.linspace(0, 2 * np.pi, CLOUD + 1)
        return carried(self.step, np.stack([np.cos(angle), np.sin(angle)], axis=-1),
                       self.course.steps)  # fmt: skip

    @cached_property
    def back(self) -> np.ndarray:
        """(T + 1, 2): a gradient that comes back through the transpose."""
        return carried(self.step.T, GRADIENT, self.course.steps)


def set_up(state: Address) -> tuple[MatrixPowers, Any]:
    """The case as the sliders stand, and the board that holds these."""
    dials = [
        controls.Dials("Weights", "w", Matrix()),
        controls.Dials("Course", "course", Course()),
    ]
    (matrix, course), board = controls.tune(state, dials)
    return MatrixPowers(matrix, course), board


def scene(state: PageState) -> Scene:
    case, board = set_up(state)
    matrix, course = case.matrix, case.course
    eigenvalue = case.unsquashed.eigenvalues[0]
    return Scene(
        [
            Panel(powers_charts.plane(case), span=2, name="forward and back", aspect=1.0,
                  labels={"x": "first unit", "y": "second unit"}),
            Panel(powers_charts.norms(case), cursor=True, click="clock", name="norms",
                  labels={"x": "step", "y": "norm"}),
            Panel(powers_charts.spectrum(case), aspect=1.0, name="eigenvalues",
                  labels={"x": "real", "y": "imaginary"}),
        ],
        [board],
        columns="minmax(0, 3fr) minmax(0, 2fr)",
        words=lambda: words(case),
        table=lambda: table(case),
        facts=lambda: facts(case),
        columns_of=lambda: {
            "step": range(course.steps + 1),
            "norm_of_power": [1.0, *case.powers.norms],
            "gradient_1": case.back[:, 0],
            "gradient_2": case.back[:, 1],
        },
        program=lambda: program(case),
        clock=Clock(course.steps, state.clock(range(course.steps + 1)), opens=4),
        handles=[
            Handle("first", (matrix.w11, matrix.w21), "First column of W: where (1, 0) goes"),
            Handle("second", (matrix.w12, matrix.w22), "Second column of W: where (0, 1) goes"),
            Handle("eigenvalue", (eigenvalue.real, abs(eigenvalue.imag)),
                   "An eigenvalue of W: drag it, W follows", panel=2),
        ],
        legend=[legend(name, look) for name, look in powers_charts.LOOKS.items()],
    )  # fmt: skip


def words(case: MatrixPowers) -> list[str]:
    """A sentence for each step; the last says what came of it."""
    found = case.powers
    norms = np.concatenate([[1.0], found.norms])
    sentences = [
        f"After {t} steps the longest arrow is {number(norms[t])} long; the gradient has come back "
        f"as {number(float(np.linalg.norm(case.back[t])))}."
        for t in range(case.course.steps)
    ]
    return [*sentences, ending(case)]


def ending(case: MatrixPowers) -> str:
    found = case.powers
    at, peak = found.peak
    rho, sigma = number(found.radius), number(found.stretch)
    if found.radius > 1 + 1e-9:
        fate = f"ρ = {rho} is above 1: the powers explode, and the gradient with them."
    elif found.radius > 1 - 1e-9:
        grows = "grow all the same" if found.kreiss == np.inf else "neither vanish nor explode"
        fate = f"ρ = 1: the powers {grows}."
    elif found.grows_first:
        fate = (
            f"ρ = {rho} is below 1, so the powers vanish in the end; but first they grow to "
            f"{number(peak)}, at step {at} (Kreiss: at least {number(found.kreiss)})."
        )
    else:
        fate = f"ρ = {rho} is below 1: the powers vanish, and never exceed 1 on the way."
    slopes = ""
    if case.course.slope < 1 and case.unsquashed.radius < 1 < found.radius:
        slopes = (
            f" W alone has ρ = {number(case.unsquashed.radius)}: it is the saturated unit that "
            "makes it explode."
        )
    return f"{fate}{slopes} σ = {sigma}."


def table(case: MatrixPowers) -> str:
    rows = [
        [name, number(each.radius), number(each.stretch), number(each.peak[1]), str(each.peak[0]),
         number(each.kreiss), number(each.departure), number(float(each.norms[-1]))]
        for name, each in (("W", case.unsquashed), ("with the slopes", case.powers))
    ]  # fmt: skip
    heads = ("Matrix", "ρ", "σ", "largest power", "at step", "Kreiss constant",
             "departure from normal", f"|W^{case.course.steps}|")  # fmt: skip
    return prose.table(heads, rows, named=True)


def program(case: MatrixPowers) -> str:
    """With NumPy alone."""
    return f"""# The powers of a matrix, and a gradient that comes back through them.
import numpy as np

W = np.array({case.step.tolist()!r})
gradient, power = np.array({GRADIENT.tolist()!r}), np.eye(2)
for t in range(1, {case.course.steps} + 1):
    power, gradient = power @ W, W.T @ gradient
    print(t, np.linalg.norm(power, 2), *gradient)
"""


def facts(case: MatrixPowers) -> dict[str, float | str | None]:
    found, alone = case.powers, case.unsquashed
    at, peak = found.peak
    return {
        "steps": case.course.steps,
        "slope": case.course.slope,
        "rho": found.radius,
        "rho_alone": alone.radius,
        "sigma": found.stretch,
        "peak": peak,
        "peak_at": at,
        "kreiss": found.kreiss,
        "last": float(found.norms[-1]),
        "last_alone": float(alone.norms[-1]),
        "fate": "explodes" if found.radius > 1 + 1e-9 else
                "vanishes" if found.radius < 1 - 1e-9 else "stays",
        "grows_first": "yes" if found.grows_first else "no",
        "back": float(np.linalg.norm(case.back[-1])),
        **{f"norm_{t}": float(found.norms[t - 1]) for t in (1, 10, 50) if t <= len(found.norms)},
    }  # fmt: skip
