"""What is no formula gets one sentence, whatever was typed."""

import random
import time

import pytest

from optcore.formula.surface import FormulaError, formula_function, formula_surface
from optcore.formula.text import MAX_DEPTH, Grammar, _where_reading_stopped, parse, quoted
from optcore.formula.tree import check_size, fold

ARRAYS = Grammar(arrays=True)
# What was typed, and the words its sentence must contain: the part, or the remedy.
REFUSED = [
    ("", "no formula"),
    ("   ", "no formula"),
    (None, "no formula"),
    (3, "no formula"),
    ("x" * 201, "201 characters"),
    ("2x", "write *"),
    ("x y", "write *"),
    ("x(y + 1)", "write *"),
    ("xy", "x*y"),
    ("(x)(y)", "write *"),
    ("sin x", "sin( )"),
    ("Sin(x)", "write sin"),
    ("ln(x)", "write log"),
    ("z + 1", '"z"'),
    ("f(x, y) = x^2", '"f"'),
    ("x = 2", "="),
    ("x == y", "="),
    ("x²", "^2"),
    ("x − y", "write -"),
    ("|x|", "abs"),
    ("√x", "sqrt"),
    ("квадрат", '"к"'),
    ("平方", '"平"'),
    ("<b>x</b>", '"<"'),
    ("x\ny", "line break"),
    ("x\0", "null byte"),
    ("x\u200b", "invisible"),
    ("𝐱 + y", '"𝐱"'),
    ("х + 1", '"х"'),
    ("x +", 'after "+"'),
    ("* x", 'before "*"'),
    ("x ^* y", "between"),
    ("x + * y", "between"),
    ("()", "between"),
    ("(x", "never closed"),
    ("x)", "never opened"),
    ("(x, y)", "(x, y)"),
    ("x, y", "x, y"),
    ("sin(x, y)", "takes one value, not 2"),
    ("sin()", "between"),
    ("max(x)", "two values"),
    ("min(*x)", "between"),
    ("x // y", "//"),
    ("x % y", "%"),
    ("x.real", "point"),
    ("x.__class__", "point"),
    ("1.real", '"real"'),
    ("__import__('os')", "__import__"),
    ("().__class__", "point"),
    ("lambda: x", "lambda"),
    ("[x for x in y]", "["),
    ("(x := 2)", ":"),
    ("f'{x}'", '"f"'),
    ("'x'", "'"),
    ("x if y else 1", '"if"'),
    ("x and y", '"and"'),
    ("not x", '"not"'),
    ("True", "True"),
    ("None", "None"),
    ("1j*x", "j"),
    ("1_000*x", "_000"),
    ("0x10", "x10"),
    ("1e999*x", "1e999"),
    ("9" * 190 + "*x", "too large"),
    ("9^9^9", "too large"),
    ("10**10**10 + x", "10^10^10"),
    ("x^9999", "power of 9999"),
    ("x^-9999", "power of 9999"),
    ("(((x^9)^9)^9)^9", "power of 729"),
    ("(x + (y^40)^40)^2", "power of 1600"),
    ("exp(exp(exp(9))) + x", "too large"),
    ("x/0", "divides by zero"),
    ("x + 1/(2 - 2)", "divides by zero"),
    ("log(0) + x", "not a real number"),
    ("sqrt(-1)*x", "not a real number"),
    ("(-8)^(1/3) + x", "not a real number"),
    ("2 + 2", "same everywhere"),
    ("(" * 60 + "x" + ")" * 60, "nested"),
    ("-" * 150 + "x", "nested"),
    ("^".join("xy" * 20), "second derivative"),
    ("*".join(["sin(x)"] * 2 + ["(x+y)", "cos(x*y)", "tan(x)", "exp(y)", "log(x)"] * 4), "deriv"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=lambda item: ascii(item)[:24])
def test_what_cannot_be_used_gets_one_sentence(text, words):
    with pytest.raises(FormulaError) as caught:
        formula_surface(text)
    message = str(caught.value)
    assert words in message
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 240


PIECES = [
    *"xyz()+-*/^,.= _'\"[]{}:;@!~<>&|%$#\\\n\t\0", "**", "//", "sin", "cos(", "exp(exp(", "max(",
    "lambda", "import", "__class__", "()", "x.y", "1e999", "1e308", "9**9", "10**10**10", "0x1f",
    "1j", "1_0", "True", "None", "for x in", "if", "else", ":=", "...", "f'", "pi", "e", "²", "π",
    "ｘ", "х", "\u202e", "\ud800", "x^9999", "(((((", ")))))", "await ", "not ", "yield", "0", "1",
]  # fmt: skip


ALLOWED = ["x", "y", "2", "9", "0.5", "pi", "(", ")", ")", "+", "-", "*", "/", "^", ",", " "]
ALLOWED += ["sin(", "exp(exp(", "max(", "x^", "9^9^", "log(", "1e99*"]


@pytest.mark.parametrize("pieces", [PIECES, ALLOWED], ids=["hostile", "allowed"])
def test_any_text_ends_in_a_formula_or_a_sentence_and_at_once(pieces):
    random_ = random.Random(5)
    slowest, sentences = 0.0, set()
    for _ in range(4000):
        drawn = "".join(random_.choices(pieces, k=random_.randint(1, 14)))
        text = drawn * random_.choice((1, 1, 1, 2, 30))
        began = time.process_time()
        for read in (formula_surface, formula_function):
            try:
                read(text)
            except FormulaError as error:
                sentences.add(str(error))
        slowest = max(slowest, time.process_time() - began)
    assert slowest < 1.0
    assert len(sentences) > 100
    assert all(sentence.endswith(".") and len(sentence) < 240 for sentence in sentences)


def test_a_formula_may_be_nested_a_hundred_deep_and_no_deeper():
    deepest = formula_function("-" * MAX_DEPTH + "x")
    assert deepest.value(0.3) == pytest.approx(0.3)
    assert formula_function("+" * MAX_DEPTH + "x").value(0.3) == 0.3
    for sign in "-+":
        with pytest.raises(FormulaError, match=f"nested more than {MAX_DEPTH} deep"):
            formula_function(sign * (MAX_DEPTH + 1) + "x")


@pytest.mark.parametrize("around", ["sin({})", "max(x, x, {}, x)", "[1, {}]"])
def test_what_stands_in_brackets_is_one_deeper(around):
    deepest = "-" * (MAX_DEPTH - 1) + "1"
    parse(around.format(deepest), ("x",), ARRAYS)
    with pytest.raises(FormulaError, match="nested more than"):
        parse(around.format("-" + deepest), ("x",), ARRAYS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[1, 2], [3]]", "differ in length"),
        ("[[1, 2], 3]", "differ in length"),
        ("[[1], [2], [3, 4]]", "differ in length"),
        ("3'", "has no rows to turn"),
        ("f(x)", 'function "f" is not known'),
        ("2(x)", "write * between"),
        ("a" * 17, "17 letters and at most 16"),
        ("lambda", "taken by the language"),
    ],
)
def test_what_arrays_cannot_be_gets_its_sentence(text, words):
    with pytest.raises(FormulaError) as caught:
        parse(text, (), ARRAYS)
    assert words in str(caught.value)


def test_arrays_are_read_by_rows():
    assert parse("[1, -2]", (), ARRAYS).value == (1.0, -2.0)
    assert parse("[[1, 2], [3, 4]]", (), ARRAYS).value == ((1.0, 2.0), (3.0, 4.0))
    assert parse("[[1, 2]]", (), ARRAYS).value == ((1.0, 2.0),)
    for turned in ("x'", "x.T", "xᵀ"):
        assert parse(turned, (), ARRAYS).operation == "transpose"
    assert parse("a" * 16, (), ARRAYS).value == "a" * 16


def test_with_arrays_a_function_of_several_values_takes_one_or_two():
    for text in ("max(x)", "max(x, y)"):
        assert parse(text, (), ARRAYS).operation == "max"


def test_a_part_is_quoted_whole_up_to_forty_characters():
    assert quoted("x" * 40) == '"' + "x" * 40 + '"'
    assert quoted("x" * 41) == '"' + "x" * 37 + '..."'
    assert quoted("x**2") == '"x^2"'


@pytest.mark.parametrize(
    ("text", "operations"),
    [
        # Values, slopes, second derivatives.
        ("x", 1 + 1 + 0),
        ("3*x", 2 + 2 + (2 + 1)),
        ("x + y", 3 + 3 + 1),
        ("x*y", 3 + (2 + 2) + (4 + 2)),
        ("sin(x*y)", 4 + (4 + 3) + (6 + 2 * 4 + 3)),
        ("-x*y", 4 + (3 + 3) + (1 + 2 * 3 + 3)),
        ("max(x, y)", 3 + (2 + 2 * 2) + 2 * 2),
        ("max(x, y, x*y)", 7 + (6 + 4 + 2 * 6) + (4 + 6 + 2 * 6)),
    ],
)
def test_as_long_as_its_derivatives_may_be_a_formula_is_read(monkeypatch, text, operations):
    tree = fold(parse(text, ("x", "y")))
    monkeypatch.setattr("optcore.formula.tree.MAX_SIZE", operations)
    check_size(tree)
    monkeypatch.setattr("optcore.formula.tree.MAX_SIZE", operations - 1)
    with pytest.raises(FormulaError, match=f"about {operations} operations"):
        check_size(tree)


def test_what_may_just_be_read():
    """200 characters, brackets 16 deep, the power 100 and the number 1e100."""
    longest = "x" + " " * 197 + "+y"
    assert len(longest) == 200
    for text in (longest, "(" * 16 + "x" + ")" * 16, "(x^100)^0.5", "1e100*x"):
        assert formula_surface(text).text == text


def test_what_cannot_be_read_is_quoted_from_where_reading_stopped():
    with pytest.raises(FormulaError, match=r'cannot be read at "01 \* y": something'):
        formula_surface("x + 01 * y")
    assert 'at "x^y": something' in _where_reading_stopped("x**y", MemoryError())
