"""Random addresses of any page, drawn from the table of parameters that it declares."""

import re
import string
from importlib import import_module
from pathlib import Path
from random import Random

from optcore.knobs import Knob, knobs
from ui.backprop_graph.parameters import VIEWS as GRAPH_VIEWS
from ui.check_network.parameters import MODES
from ui.framing import FRAME
from ui.parameters import Choice, Chosen, Parameter, Sliders, Step, name_of, slug
from ui.zoom import View

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "pages" / "index.py"
LETTERS = string.printable + "äπ例🏁\u202e\x00"
FORMULAS = ("x^2+y^2", "sin(x)*y", "log(x)+y", "abs(x*y)", "max(x,y)^2", "x^y", "x^0", "1/x", "3")
PIECES = ("x", "y", "2", "0.5", "pi", "+", "-", "*", "/", "^", "(", ")", "sin(", "exp(", "log(",
          "max(x,", "abs(", ")", ")", "x^2", "y^2", " ")  # fmt: skip

# Between them the links of a page bring up every control whose name has no dot.
VARIANTS = {
    "race": [{}, {"surface": "your-own-function"}, {"race": ""}],
    "shrinking_h": [
        {},
        {"function": "your-own-formula"},
        {"function": "your-own-formula", "formula": "log(x)", "x": "-1"},
    ],
    "check_network": [{"mode": slug(mode)} for mode in MODES],
    "layers": [{"net.depth": "3"}, {"activations": ""}],
    "training": [{"length.steps": "10"}],
    "slow_neuron": [{}, {"show": ""}],
    "recurrent": [{}, {"view": "one-unit"}, {"view": "a-real-net", "net.steps": "10"}],
    "backprop_graph": [
        *({"view": slug(view)} for view in GRAPH_VIEWS),
        {"view": "find-the-bug", "hunt": "detective"},
    ],
    "noise": [
        {},
        {"view": "the-run", "run.budget": "100"},
        {"view": "order"},
        {"view": "what-is-minimized"},
    ],
    "steps": [{}, {"stream": "drawn-by-hand", "details": "1"}],
}


def pages() -> list[str]:
    """The pages of the navigation, by the names of their files."""
    return re.findall(r'st\.Page\("(\w+)\.py"', INDEX.read_text(encoding="utf-8"))


def staged() -> list[str]:
    """The pages among them that have values of their own, and so a stage that shows them."""
    return [page for page in pages() if (ROOT / "ui" / page / "parameters.py").exists()]


def table(page: str) -> tuple:
    """What a page declares, and what its frame does; a page may have no values of its own."""
    own = (ROOT / "ui" / page / "parameters.py").exists()
    declared = import_module(f"ui.{page}.parameters").PARAMETERS if own else ()
    return (*declared, *FRAME)


def names(page: str) -> list[str]:
    """All that a page's address may say."""
    return [name for row in table(page) for name in sorted(row.names)]


def belonging(page: str) -> list:
    """The rows of a page that apply only where one thing is chosen."""
    rows = [row for row in table(page) if isinstance(row, Parameter)]
    return [row for row in rows if isinstance(row.when, Chosen)]


def random_link(page: str, rng: Random) -> dict[str, str]:
    """Some of a page's parameters, most of them right, in the order of its table."""
    link, likely = {}, rng.choice([0.1, 0.3, 0.6])
    for row in table(page):
        drawn, always = sliders(row, rng) if isinstance(row, Sliders) else (text(row, rng), ())
        for name, value in drawn.items():
            if name in always:
                link[name] = value
            elif rng.random() < likely:
                link[name] = value if rng.random() < 0.95 else noise(rng)
    if rng.random() < 0.05:
        link[noise(rng)] = noise(rng)
    return link


def noise(rng: Random) -> str:
    return "".join(rng.choices(LETTERS, k=rng.randint(0, 12)))


def text(row, rng: Random) -> dict[str, str]:
    """A text for a row, by its name; empty for a row that only a hand sets."""
    if not isinstance(row, Parameter):
        return {}
    if isinstance(row, Choice):
        names = [slug(name_of(option)) for option in row.options]
        several = isinstance(row.default, tuple)
        most = min(4, len(names)) if several else 1
        return {row.name: ",".join(rng.sample(names, rng.randint(1 - several, most)))}
    if isinstance(row.default, bool):
        return {row.name: rng.choice("01")}
    if isinstance(row, Step):
        return {row.name: str(rng.randint(0, 80))}
    if isinstance(row, View):
        count = rng.choice([4, 6])
        return {row.name: ",".join(f"{rng.uniform(-3, 3):.4g}" for _ in range(count))}
    if isinstance(row.default, str):
        return {row.name: formula(rng)}
    numbers = [f"{rng.gauss(0, 3):.4g}", f"1e{rng.randint(-17, 3)}"]
    return {row.name: rng.choice([*numbers, formula(rng)])}


def formula(rng: Random) -> str:
    if rng.random() < 0.5:
        return rng.choice(FORMULAS)
    return "".join(rng.choices(PIECES, k=rng.randint(1, 12)))


def sliders(row: Sliders, rng: Random) -> tuple[dict[str, str], set[str]]:
    """A text for each knob of one subject, and the names of those that count something.

    What counts steps, layers or samples decides how long a page works. It always stands in the
    link and stays below its default, so that many links fit into a test.
    """
    specs = {f"{row.prefix}.{name}": spec for name, spec in knobs(rng.choice(row.subjects)).items()}
    counts = {name for name, spec in specs.items() if spec.whole}
    return {name: number(spec, rng) for name, spec in specs.items()}, counts


def number(spec: Knob, rng: Random) -> str:
    """Mostly a number of the knob's range, now and then its ends, beyond them, or none."""
    low = max(spec.low, spec.least) if spec.scale == "log" else spec.low
    high = max(spec.default, low) if spec.whole else spec.high
    kind, share = rng.random(), rng.random()
    if kind < (0.98 if spec.whole else 0.8):
        share = share**3 if spec.whole else share
        at = low * (high / low) ** share if spec.scale == "log" else low + share * (high - low)
        return str(round(at)) if spec.whole else repr(float(at))
    if kind < 0.9:
        return repr(rng.choice([spec.low, spec.high]))
    return str(rng.choice([-1e300, 1e300, spec.high * 1.01 + 1, "nan", "inf", "1e", noise(rng)]))
