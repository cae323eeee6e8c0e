"""What CONTRIBUTING shows works as it stands there."""

import re
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType

import numpy as np
from stepping import Slope, run
from streamlit.testing.v1 import AppTest
from visits import messages, settled

from optcore.knobs import knob
from optcore.optimizers import Adam
from optcore.surfaces.base import Surface, coordinates, symmetric, vector

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
# Lines of a surface or an optimizer, which are all that adds it.
SHORT = 25
SHOWN = {
    "dataclass": dataclass, "np": np, "knob": knob, "Adam": Adam, "Surface": Surface,
    "coordinates": coordinates, "vector": vector, "symmetric": symmetric, "Slope": Slope,
    "run": run,
}  # fmt: skip


def shown(*starts: str) -> dict:
    """The names that the blocks with these beginnings define."""
    names = dict(SHOWN)
    for start in starts:
        (block,) = [block for block in BLOCKS if start in block]
        exec(block, names)
    return names


def length(start: str) -> int:
    """The lines of the block with that beginning, but for empty ones."""
    (block,) = [block for block in BLOCKS if start in block]
    return len([line for line in block.splitlines() if line])


def test_the_surface_is_short_and_has_its_own_gradient_and_hessian():
    assert length("class Trough") <= SHORT
    trough = shown("class Trough")["Trough"]()
    points = np.random.default_rng(0).uniform(-2, 2, (20, 2))
    for axis, along in enumerate(np.eye(2)):
        stepped = points + 1e-30j * along
        slope = trough.value(stepped).imag / 1e-30
        np.testing.assert_allclose(trough.grad(points)[:, axis], slope, rtol=1e-12)
        bend = trough.grad(stepped).imag / 1e-30
        np.testing.assert_allclose(trough.hessian(points)[:, axis], bend, rtol=1e-12)


def test_the_optimizer_is_short_and_its_oracle_holds():
    yogi = shown("class Yogi")["Yogi"]
    knobs, grads, places = yogi.worked
    points, _ = run(yogi(**knobs), Slope([[each] for each in grads]), [0.0], len(grads))
    np.testing.assert_allclose(points[1:, 0], places, rtol=1e-14)
    assert length("class Yogi") <= SHORT
    (block,) = [block for block in BLOCKS if "class Yogi" in block]
    assert {field.name for field in fields(yogi)} <= set(re.findall(r"\w+", block))


def test_the_page_opens_and_shows_its_schedules(monkeypatch):
    for name, start in (
        ("parameters", "address of the page Schedules"),
        ("charts", "rates of sch"),
    ):
        (block,) = [block for block in BLOCKS if block.startswith('"""') and start in block]
        module = ModuleType(f"ui.schedules.{name}")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(block, vars(module))
    monkeypatch.setitem(sys.modules, "ui.schedules", ModuleType("ui.schedules"))
    (script,) = [block for block in BLOCKS if block.startswith('"""Schedules: the rate')]
    app = AppTest.from_string(script, default_timeout=60)
    app.query_params["shown"] = "cosine"
    (told,) = messages(settled(app.run()))
    (curve,) = told["panels"][0]["figure"]["data"]
    rates = 0.05 * (1 + np.cos(np.pi * np.arange(300) / 300))
    np.testing.assert_allclose(curve["y"], rates, rtol=1e-4, atol=1e-6)
    shown = [block for block in BLOCKS if "schedules" in block.lower() and block.startswith('"""')]
    assert sum(len(block.splitlines()) for block in shown) < 150
