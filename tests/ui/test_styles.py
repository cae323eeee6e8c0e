"""What the style sheets may ask of a page that changes sixty times a second."""

import re
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "ui"


@pytest.mark.parametrize("path", sorted(UI.rglob("*.css")), ids=lambda path: path.name)
def test_no_rule_asks_every_element_what_it_has(path):
    """A browser then looks at the whole page again for each tick that Plotly measures."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert not re.findall(r"(?:^|[\s>+~,*}]):has\([^{]*", text), "name what is asked"
    assert not re.findall(r":has\([^{,]*\)\s*[>\s]\s*\*[^{]*", text), "hide what has it instead"
