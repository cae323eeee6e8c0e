"""Modules as one: each once, after those it imports, and nothing left for a browser to ask for."""

import re

import pytest

from ui.live import assets
from ui.live.bundle import bundled

LOW = "export const one = 1;\nexport function two() { return 2; }\n"
HIGH = (
    'import { one, two as deux } from "./low.js";\n'
    "const own = 3;\nexport class Sum {}\n"
    "export default function (given) { return one + deux(); }\n"
)


def test_a_module_comes_after_those_it_imports_and_names_are_kept_apart():
    text = bundled({"high.js": HIGH, "low.js": LOW})
    assert text.index("const $low_js") < text.index("const $high_js")
    assert "const { one, two: deux } = $low_js;" in text
    assert "return { one, two };" in text
    assert "function default_(given)" in text
    assert "return { Sum, default: default_ };" in text
    assert text.endswith('export const parts = { "high.js": $high_js, "low.js": $low_js };\n')


def test_modules_that_import_each_other_are_refused():
    with pytest.raises(ValueError, match=r"a\.js -> b\.js -> a\.js"):
        bundled({
            "a.js": 'import { b } from "./b.js";\nexport const a = 1;\n',
            "b.js": 'import { a } from "./a.js";\nexport const b = 1;\n',
        })  # fmt: skip


@pytest.mark.parametrize(
    "line", ['import x from "./x.js";', 'import "./x.js";', "export { a };", "export default 3;"]
)
def test_what_is_written_otherwise_is_refused(line):
    with pytest.raises(ValueError, match=r"odd\.js cannot be bundled"):
        bundled({"odd.js": f"{line}\n"})


def test_everything_of_ours_is_in_the_bundle_once():
    names = [path.name for path in assets.FOLDER.glob("*.js")]
    text = assets.script()
    assert len(names) > 15
    for name in names:
        assert text.count(f"const ${re.sub(r'[^a-z0-9]', '_', name)} = (() => {{") == 1
    assert not re.search(r"^(import|export) (?!const parts)", text, re.MULTILINE)


def test_addresses_tell_of_the_content():
    found = assets.contents()
    assert {address.rsplit("/", 1)[1] for address in found} == {
        "optscope.js", "optscope.css", "plotly.min.js"
    }  # fmt: skip
    assert assets.address("plotly.min.js").encode() in found[assets.address("optscope.js")]
    assert assets.version() in assets.address("optscope.js")
    assert assets.address("optscope.js") in assets.stub("stage.js")


def test_a_pen_of_svg_can_all_that_is_asked_of_a_pen():
    """What is drawn on a canvas is drawn in a picture, too: a method that is new is new there."""
    drawing = ("overlay", "shapes", "marks", "arrows", "graph", "handle", "legend", "picture")
    text = {path.stem: path.read_text(encoding="utf-8") for path in assets.FOLDER.glob("*.js")}
    asked = {name for each in drawing for name in re.findall(r"\bpen\.(\w+)\(", text[each])}
    # What a canvas is cleared and filled with is its own business.
    own = {"clearRect", "setTransform", "drawImage"}
    has = set(re.findall(r"^  (\w+)\(.*\) \{$", text["svg_pen"], re.MULTILINE))
    assert len(asked) > 15
    assert asked - own <= has
