"""Imports point down: pages -> ui/<page> -> ui -> optcore -> numpy, and page folders stand apart.

Rooms of the core stand on each other in one order, and what draws or tells knows no Streamlit.
"""

import ast
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = {"pages", "ui", "optcore", "tests", "bench", "app"}
LONGEST = 350
# A room of the core stands on those before it. A new one is put where it stands.
ROOTS = ("knobs", "pieces", "special", "objective")
ROOMS = (
    "surfaces", "optimizers", "descent", "derivatives", "formula", "networks", "flow", "training",
    "checks", "streams", "samples", "curvature", "recurrent", "graph",
)  # fmt: skip
FOLDERS = {path.name for path in (ROOT / "ui").iterdir() if (path / "__init__.py").exists()}
PAGES = {path.stem for path in (ROOT / "pages").glob("*.py")} & FOLDERS
# Shared modules that know no Streamlit, and endings of a page's modules that know none.
PLAIN = {"cache", "figures", "ground", "palette", "parameters", "prose", "rules", "thumbnail"}
TELLING = ("charts", "words", "facts", "parameters", "scenarios")


def sources(folder: str) -> list[Path]:
    """Our own files: bench keeps an environment of its own in a hidden folder."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    return [path for path in paths if ".venv" not in path.parts]


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(source(path))


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module a file imports, those inside functions included, by full dotted name."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which way they point"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


@cache
def module(name: str) -> Path | None:
    """The file of a module of ours; None for a name within one and for what is not ours."""
    path = ROOT / Path(*name.split("."))
    files = [path.with_suffix(".py"), path / "__init__.py"]
    return next((file for file in files if file.exists()), None)


def reached(path: Path) -> set[Path]:
    """All files of ours that come with a file, however many imports away."""
    found, waiting = set(), [path]
    while waiting:
        for name in imports(waiting.pop()):
            file = module(name)
            if file is not None and file not in found:
                found.add(file)
                waiting.append(file)
    return found


def under(folder: str, path: Path) -> str:
    """The first part of a path below a folder, without its ending."""
    return path.relative_to(ROOT / folder).with_suffix("").parts[0]


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def every(*folders: str) -> list[Path]:
    paths = [path for folder in folders for path in sources(folder)]
    assert paths
    return paths


def test_the_core_needs_the_standard_library_and_numpy_alone():
    for path in every("optcore"):
        beyond = roots(path) - set(sys.stdlib_module_names) - {"numpy", "optcore"}
        symbolic = path.parent.name == "formula" and path.name == "surface.py"
        assert beyond <= ({"sympy"} if symbolic else set()), path


def test_a_room_of_the_core_stands_on_the_rooms_before_it():
    order = (*ROOTS, *ROOMS, "__init__")
    for path in every("optcore"):
        own = under("optcore", path)
        assert own in order, f"say in this test where the room {own} stands"
        parts = [name.split(".") for name in imports(path) if name.startswith("optcore.")]
        wrong = {part[1] for part in parts if module(f"optcore.{part[1]}")
                 and order.index(part[1]) > order.index(own)}  # fmt: skip
        assert not wrong, f"{path}: {own} stands below {', '.join(wrong)}"


def test_every_room_of_the_core_says_what_lives_there():
    found = {path.parent.name for path in (ROOT / "optcore").glob("*/__init__.py")}
    assert found <= set(ROOMS)
    for room in found:
        assert ast.get_docstring(tree(ROOT / "optcore" / room / "__init__.py")), room


def test_ui_imports_nothing_above_it_and_page_folders_stand_apart():
    for path in every("ui"):
        assert roots(path) & OURS <= {"ui", "optcore"}, path
        own = under("ui", path)
        parts = [name.split(".") for name in imports(path) if name.startswith("ui.")]
        others = {part[1] for part in parts} & PAGES - {own}
        shared = f"what {own} and {', '.join(others)} share moves to a shared module"
        assert not others, f"{path}: {shared}"


def test_what_draws_and_tells_knows_no_streamlit():
    """Not through any other module either: it can be tried, and tested, by itself."""
    for path in every("ui"):
        own = under("ui", path)
        if own in PLAIN or (own in PAGES and path.stem.endswith(TELLING)):
            for file in (path, *reached(path)):
                assert "streamlit" not in roots(file), f"{path} through {file}"


def test_every_page_has_a_folder_a_script_and_its_prose():
    for page in PAGES:
        assert (ROOT / "ui" / page / "__init__.py").exists(), page
        assert (ROOT / "ui" / page / "parameters.py").exists(), page
        assert (ROOT / "lessons" / page).is_dir(), page


def test_pages_draw_and_calculate_nothing_themselves():
    for path in every("pages"):
        assert not roots(path) & {"plotly", "numpy", "sympy", "pandas"}, path
        assert roots(path) & OURS <= {"ui"}, path
        folders = {name.split(".")[1] for name in imports(path) if name.startswith("ui.")} & PAGES
        assert folders <= {path.stem}, path


def test_a_page_is_one_direct_script():
    """About sixty lines; the only functions are the fragments that answer a hand."""
    for path in every("pages"):
        for node in ast.walk(tree(path)):
            assert not isinstance(node, ast.ClassDef), path
            if isinstance(node, ast.FunctionDef):
                called = {ast.unparse(each) for each in node.decorator_list}
                assert called & {"state.fragment", "state.live"}, f"{path}: {node.name}"
        assert len(source(path).splitlines()) <= 100, path


def test_a_module_can_be_read_in_one_go_and_says_what_it_is():
    for path in every("optcore", "ui", "pages", "bench"):
        assert len(source(path).splitlines()) <= LONGEST, path
        assert ast.get_docstring(tree(path)) or not source(path).strip(), path


def test_nothing_runs_text():
    """Only the recorder compiles, and what it compiles it wrote itself."""
    for path in every("optcore", "ui", "pages"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                running = node.func.id in ("eval", "exec", "compile", "__import__")
                assert not running or path.name == "replay.py", f"{path}: {node.func.id}"


def test_modules_are_named_after_the_domain():
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    for path in every("optcore", "ui", "pages"):
        assert not vague & {path.stem, path.parent.name}, path


def test_no_asset_is_fetched_from_elsewhere():
    """It must work in a classroom without internet."""
    for path in [*(ROOT / "ui").rglob("*.js"), *(ROOT / "ui").rglob("*.css"), *sources("ui")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, path
        assert "https://" not in text, path
