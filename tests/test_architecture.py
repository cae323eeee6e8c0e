"""Imports point down: pages -> ui -> optcore -> numpy, and a few modules know less still."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"pages", "ui", "optcore", "tests", "bench", "app"}
LONGEST = 350


def sources(folder: str) -> list[Path]:
    """Our own files: bench keeps an environment of its own in a hidden folder."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    return [path for path in paths if ".venv" not in path.parts]


def imports(path: Path) -> set[str]:
    """Every module a file imports, those inside functions included, by full dotted name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which way they point"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def every(*folders: str):
    paths = [path for folder in folders for path in sources(folder)]
    assert paths
    return pytest.mark.parametrize(
        "path", paths, ids=[str(path.relative_to(ROOT)) for path in paths]
    )


@every("optcore")
def test_the_core_needs_the_standard_library_and_numpy_alone(path):
    beyond = roots(path) - set(sys.stdlib_module_names) - {"numpy", "optcore"}
    symbolic = path.parent.name == "formula" and path.name == "surface.py"
    assert beyond <= ({"sympy"} if symbolic else set())


@every("ui")
def test_ui_imports_nothing_above_it(path):
    assert roots(path) & OURS <= {"ui", "optcore"}


DRAWN = [
    path for path in sources("ui") if path.stem.endswith(("charts", "words", "ground", "palette"))
]


@pytest.mark.parametrize("path", DRAWN, ids=[str(path.relative_to(ROOT)) for path in DRAWN])
def test_charts_and_words_know_no_streamlit(path):
    assert "streamlit" not in roots(path)
    reached = {name for name in imports(path) if name.startswith("ui.")}
    for name in reached:
        module = ROOT / Path(*name.split(".")).with_suffix(".py")
        if module.exists():
            assert "streamlit" not in roots(module), f"through {name}"


@every("pages")
def test_pages_draw_and_calculate_nothing_themselves(path):
    assert not roots(path) & {"plotly", "numpy", "sympy", "pandas"}
    assert roots(path) & OURS <= {"ui", "optcore"}


@every("pages")
def test_a_page_is_one_direct_script(path):
    """About sixty lines; the only functions are the fragments that answer a hand."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.ClassDef)
        if isinstance(node, ast.FunctionDef):
            called = {ast.unparse(each) for each in node.decorator_list}
            assert called & {"state.fragment", "state.live"}, node.name
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 100


@every("optcore", "ui", "pages", "bench")
def test_a_module_can_be_read_in_one_go_and_says_what_it_is(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(ast.parse(text)) or not text.strip()


@every("optcore", "ui", "pages")
def test_nothing_runs_text(path):
    """Only the recorder compiles, and what it compiles it wrote itself."""
    allowed = {"replay.py"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            running = node.func.id in ("eval", "exec", "compile", "__import__")
            assert not running or path.name in allowed


@every("optcore", "ui", "pages")
def test_modules_are_named_after_the_domain(path):
    assert not {"utils", "util", "helpers", "helper", "common", "manager", "misc"} & {
        path.stem,
        path.parent.name,
    }


def test_no_asset_is_fetched_from_elsewhere():
    """It must work in a classroom without internet."""
    for path in [*(ROOT / "ui").rglob("*.js"), *(ROOT / "ui").rglob("*.css"), *sources("ui")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, path
        assert "https://" not in text, path
