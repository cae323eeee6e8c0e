"""Runs the tests that compute long once more as other processors compute them: `make kernels`.

OpenBLAS chooses its sums and NumPy its vector instructions by the processor, and the last bits
differ between them. What trains or iterates long may hold on one and fail on the next. Where the
environment names a kernel (OPENBLAS_CORETYPE) that one stays and only NumPy's instructions
change, unless OPTSCOPE_KERNELS=all.
"""

import os
import subprocess
import sys

import numpy as np

# What trains or iterates long, and the lessons that tell of it.
ROOMS = ("training", "recurrent", "samples", "descent", "checks", "flow", "curvature", "networks")
TOLD = ("tests/pages/test_lessons.py", "tests/pages/test_training_lessons.py")
PLACES = [*(f"tests/optcore/{room}" for room in ROOMS), *TOLD]
TESTS = [*PLACES, "-n", "2", "--dist", "worksteal"]
SECONDS = 600
# A kernel of OpenBLAS and the newest of NumPy's vector instructions that go with it.
PROCESSORS = {"Nehalem": "X86_V2", "Zen": "X86_V3", "SkylakeX": "X86_V4"}


def environments() -> list[dict[str, str]]:
    """What makes this processor compute like each of those it can stand for."""
    vectors = np.show_config(mode="dicts")["SIMD Extensions"]
    known = vectors["baseline"] + vectors.get("found", [])
    named = "OPENBLAS_CORETYPE" in os.environ and os.environ.get("OPTSCOPE_KERNELS") != "all"
    made = []
    for kernel, newest in PROCESSORS.items():
        if newest in known:
            off = " ".join(known[known.index(newest) + 1 :])
            made.append({"NPY_DISABLE_CPU_FEATURES": off})
            if not named:
                made[-1]["OPENBLAS_CORETYPE"] = kernel
    # With the kernel the same, the newest instructions are what the suite ran with.
    return made[:-1] if named else made


def main() -> int:
    failed = 0
    for changed in environments():
        print("As on another processor:", *(f"{name}={value!r}" for name, value in changed.items()))
        command = [sys.executable, "-m", "pytest", *TESTS]
        failed |= subprocess.run(command, env=os.environ | changed, timeout=SECONDS).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
