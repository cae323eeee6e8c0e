"""The glossary has one meaning for a spelling, and its symbols explain themselves in HTML."""

import dataclasses
import pkgutil
import re
from html import unescape
from importlib import import_module

import pytest

import optcore
import ui
from optcore.checks.bugs import PLANTED_BUGS
from optcore.knobs import knobs
from optcore.networks.backprop_lines import BackpropLine
from optcore.streams.laws import LAWS
from optcore.surfaces import SURFACES
from ui.controls import symbol
from ui.glossary import NORM, explained, glossary, letters, meaning, pattern, slider, sliders, term
from ui.lessons import as_html
from ui.live.assets import contents
from ui.prose import table

SHOWN = re.compile(
    r'<span class="os-term" tabindex="0" role="note" aria-description="(.*?)">(.*?)<'
)


def told(html: str) -> list[tuple[str, str]]:
    """The symbols that explain themselves in a text, and what they say."""
    return [(unescape(symbol), unescape(text)) for text, symbol in SHOWN.findall(html)]


@pytest.mark.parametrize("symbol", ["λ_max", "λmax", "lambda_max", "χ", "ξ", "q*", "σ_w", "‖∇‖"])
def test_the_symbols_of_the_pages_are_explained(symbol):
    html = explained(f"2/{symbol} = 0.1")
    assert told(html) == [(symbol, glossary()[symbol])]
    assert re.sub("<.*?>", "", html) == f"2/{symbol} = 0.1"


def test_the_longest_spelling_wins_and_every_norm_is_one():
    assert [symbol for symbol, _ in told(explained("λmax, λ and ξ signal"))] == [
        "λmax", "λ", "ξ signal",
    ]  # fmt: skip
    assert told(explained("‖a − n‖"))[0] == ("‖a − n‖", glossary()[NORM])
    assert meaning("‖δ‖") != meaning("‖a − n‖") == glossary()[NORM]


def test_plain_text_stays_as_it_is():
    assert explained("A lambda of its own | 2 * 3") == "A lambda of its own | 2 * 3"
    assert term("<b>", '"x"').count("<") == 2


def test_tables_and_lessons_are_explained():
    html = table(["Network", "χ", "per layer"], [["a", "1", "2"]], meanings={"per layer": "each"})
    assert [symbol for symbol, _ in told(html)] == ["χ", "per layer"]
    words = as_html("It is **2/λ_max**, *χ* and <i>")
    assert [symbol for symbol, _ in told(words)] == ["λ_max", "χ"]
    assert "&lt;i&gt;" in words


def test_browsers_get_the_same_glossary():
    script = next(content for name, content in contents().items() if name.endswith("optscope.js"))
    first = script.decode().split("\n", 1)[0]
    assert "GLOSSARY" in first
    assert len(re.findall(r'": "', first)) >= len(glossary())
    assert re.compile(pattern()).fullmatch("q*")


def owners() -> set[type]:
    """Every class of the core and the pages whose fields become sliders."""
    modules = [
        import_module(each.name)
        for package in (optcore, ui)
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    found = {each for module in modules for each in vars(module).values() if isinstance(each, type)}
    return {each for each in found if dataclasses.is_dataclass(each) and knobs(each)}


def test_every_letter_beside_a_slider_is_explained_and_no_line_explains_nothing():
    named = {(owner, name): spec for owner in owners() for name, spec in knobs(owner).items()}
    silent = [f"{owner.__name__}.{name}" for (owner, name), spec in named.items()
              if symbol(spec.symbol) and not slider(owner, name)]  # fmt: skip
    assert not silent
    known = {name for _, name in named} | {f"{owner.__name__}.{name}" for owner, name in named}
    assert not set(sliders()) - known


def test_a_class_may_say_what_its_own_slider_sets():
    by_name = {owner.__name__: owner for owner in owners()}
    assert slider(by_name["Adam"], "beta2") == slider(by_name["NAdam"], "beta2") != ""
    assert slider(by_name["AdaMax"], "beta2") == sliders()["AdaMax.beta2"]
    assert slider(by_name["Three"], "x1") == ""


KINDS = ("output delta", "delta", "weight grad", "bias grad", "penalty")
FORMULAS = [
    *((surface.latex, type(surface)) for surface in SURFACES),
    *((text, law.optimizer) for law in LAWS for text in (law.latex, law.constant)),
    *((text, type(bug)) for bug in PLANTED_BUGS for text in (bug.right, bug.wrong)),
    *((BackpropLine(kind, 2).latex, object) for kind in KINDS),
]
GREEK = r"\\(?:alpha|beta|delta|epsilon|eta|kappa|lambda|mu|nu|phi|rho|sigma|theta|var\w+|ell)"


def test_every_letter_of_a_formula_is_explained():
    found = {formula: unexplained(formula, owner) for formula, owner in FORMULAS}
    assert not {formula: left for formula, left in found.items() if left}


def unexplained(formula: str, owner) -> set[str]:
    """Letters of a formula that nothing explains: it defines them itself or counts with others."""
    told = re.findall(r"^- \$(.*?)\$: ", letters(formula, owner), flags=re.MULTILINE)
    rest = re.sub(r"\\(?:text|operatorname)\{.*?\}", "", formula)
    for letter in sorted(told, key=len, reverse=True):
        rest = re.sub(rf"{re.escape(letter)}(?![A-Za-z])", " ", rest)
    left = {*re.findall(rf"{GREEK}|(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])", rest)}
    defined = r"\b{}(?:_k|\(x\))? =|\b{} \\text"
    return {each for each in left - {*told, *"eijkl"}
            if not re.search(defined.replace("{}", re.escape(each)), formula)}  # fmt: skip


def test_a_formula_explains_what_is_in_it_and_nothing_else():
    told = letters(r"\cos\theta + k\,x^2", type(SURFACES[1]))
    assert [line.split("$")[1] for line in told.splitlines()] == [r"\theta", "x"]
    assert letters(r"\tfrac12 \sin 3") == ""
    assert "how steep the walls" in letters("b", next(type(each) for each in SURFACES
                                                     if each.name == "Rosenbrock"))  # fmt: skip
