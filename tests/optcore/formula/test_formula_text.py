"""What is no formula gets one sentence, whatever was typed."""

import random
import re
import time

import pytest

from optcore.formula.surface import FormulaError, formula_function, formula_surface
from optcore.formula.text import MAX_DEPTH, quoted

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


def test_a_part_is_quoted_whole_up_to_forty_characters():
    assert quoted("x" * 40) == '"' + "x" * 40 + '"'
    assert quoted("x" * 41) == '"' + "x" * 37 + '..."'
    assert quoted("x**2") == '"x^2"'


def test_a_quotient_s_derivatives_are_longer_than_a_product_s():
    """By the rules u, v and, beside their derivatives, twice both more in (u'v - uv') / v^2; the
    same twice over in the second."""
    tower = "^".join("xy" * 20)
    u, v = 40 + 39, 1

    def counted(text):
        with pytest.raises(FormulaError) as caught:
            formula_surface(text)
        return int(re.search(r"about (\d+) operations", str(caught.value))[1])

    assert counted(f"({tower})/x") - counted(f"({tower})*x") == (1 + 2) * 2 * (u + v)


def test_what_cannot_be_read_is_quoted_from_where_reading_stopped():
    with pytest.raises(FormulaError, match=r'cannot be read at "01 \* y": something'):
        formula_surface("x + 01 * y")
