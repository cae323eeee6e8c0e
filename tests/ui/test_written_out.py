"""A program written out does what it did, where nothing of ours can be imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from ui.written_out import written_out

ROOT = Path(__file__).parents[2]
PROGRAMS = {
    # Fields that are asked for their knobs, functions that are kept in a cache, text that is run.
    "a run": """\
# A run.
from optcore import Adam, ClipNorm, Rosenbrock, descend

for clip in (None, ClipNorm(1.0)):
    run = descend(Rosenbrock(), Adam(learning_rate=0.03), (1.0, 2.0), 30, clip=clip)
    print(run.last.tolist(), run.status)
""",
    # Definitions of one name in two modules.
    "a study": """\
from optcore.curvature import curvature_along, why_stuck
from optcore.descent import descend
from optcore.optimizers import GradientDescent
from optcore.surfaces import Rosenbrock

surface = Rosenbrock()
run = descend(surface, GradientDescent(0.001), (1.0, 2.0), 50)
print(curvature_along(surface, run).sharpness.tolist())
print(why_stuck(surface, run))
""",
    "a function": """\
import numpy as np
from optcore import Tanh, unit_lags

values, slopes = unit_lags(Tanh(), 1.5, 0.3, 20)
print(np.round(values, 12).tolist(), np.round(slopes, 12).tolist())
""",
}


def told(*arguments, **how) -> str:
    run = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, **how)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_tells_the_same_without_the_project(name, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(text := written_out(PROGRAMS[name]))
    assert "import optcore" not in text
    assert "from optcore" not in text
    alone = told("-I", "-W", "error", program, cwd=tmp_path)
    assert alone == told("-c", PROGRAMS[name], cwd=ROOT)
    assert alone


def test_only_what_is_reached_goes_along():
    text = written_out(PROGRAMS["a function"])
    assert "class Tanh" in text
    assert "class Sigmoid" not in text
    assert len(text.splitlines()) < 100
    assert written_out(PROGRAMS["a run"]).startswith("# A run.\n")
