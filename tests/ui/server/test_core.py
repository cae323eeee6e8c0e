"""What a server has read before its first visitor comes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_no_visitor_s_thread_is_the_first_to_read_a_room_of_the_core():
    rooms = {f"optcore.{path.parent.name}" for path in (ROOT / "optcore").glob("*/__init__.py")}
    asked = "import app, sys; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert rooms
    assert rooms <= set(ran.stdout.split())
