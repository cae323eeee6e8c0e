"""The environment with torch and JAX, if there is one: they are not needed for anything else."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

OWN = Path(__file__).parent / ".venv" / "bin" / "python"


@cache
def python() -> str:
    """The interpreter that has torch: OPTSCOPE_TORCH_PYTHON, bench/.venv, or the one in use."""
    for candidate in (os.environ.get("OPTSCOPE_TORCH_PYTHON"), OWN):
        if candidate and Path(candidate).exists():
            found = subprocess.run([candidate, "-c", "import numpy, torch"], capture_output=True)
            if found.returncode == 0:
                return str(candidate)
    return sys.executable


@cache
def peer_version(name: str) -> str | None:
    """The version of a package over there, None if it is missing."""
    answer = subprocess.run(
        [python(), "-c", f"from importlib.metadata import version; print(version({name!r}))"],
        capture_output=True, text=True,
    )  # fmt: skip
    return answer.stdout.strip() or None
