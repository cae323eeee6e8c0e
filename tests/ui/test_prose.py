"""One number, one spelling; tables and CSV hold what they are given, as text."""

import csv
import io
import math
import random
import re

import numpy as np
import pytest

from ui.glossary import term
from ui.prose import (
    cell,
    csv_text,
    escaped,
    in_formula,
    number,
    percent,
    quoted,
    seconds,
    spelled,
    table,
)


@pytest.mark.parametrize(
    ("value", "digits", "told"),
    [
        (1.234e-12, 3, "1.23e−12"), (1e-12, 3, "1e−12"), (0.0, 3, "0"), (-0.0, 3, "0"),
        (5e-324, 3, "4.94e−324"), (0.001, 3, "0.001"), (0.00099999, 3, "0.001"),
        (0.000999, 3, "9.99e−4"), (0.0123, 3, "0.0123"), (-0.5, 3, "−0.5"), (1.0, 3, "1"),
        (1234.0, 3, "1230"), (9999.0, 3, "1e4"), (9994.0, 3, "9990"), (12345.0, 3, "1.23e4"),
        (12345.0, 5, "12345"), (-6.6e7, 3, "−6.6e7"), (math.inf, 3, "∞"), (-math.inf, 3, "−∞"),
        (math.nan, 3, "not a number"), (1 / 3, 12, "0.333333333333"),
        (31415.92653589, 10, "31415.92654"),
        (np.float32(0.1), 3, "0.1"), (3, 3, "3"), (1.9e308, 3, "∞"),
    ],
)  # fmt: skip
def test_one_number_one_spelling(value, digits, told):
    assert number(value, digits) == told


def test_a_number_keeps_its_digits_and_never_reads_as_0():
    rng = random.Random(3)
    for _ in range(2000):
        value = rng.choice((-1, 1)) * 10 ** rng.uniform(-300, 300)
        digits = rng.randint(1, 12)
        told = number(value, digits)
        again = float(told.replace("−", "-"))
        assert again == float(f"{value:.{digits}g}")
        assert again != 0
        assert "-" not in told
        assert not re.search(r"\.\d*0(e|$)", told), "no zeros at the end"


def test_a_formula_and_a_table_spell_the_same_digits():
    assert in_formula(-1.5e-7) == r"-1.5 \cdot 10^{-7}"
    assert in_formula(0.25) == "0.25"
    assert in_formula(math.inf) == r"\infty"
    assert cell(math.nan) == "–"
    assert cell(1e-9) == "1e−9"


@pytest.mark.parametrize(
    ("share", "told"), [(0.5, "50 %"), (0.123, "12 %"), (0.00123, "0.12 %"), (1, "100 %")]
)  # fmt: skip
def test_a_share_reads_as_a_percentage(share, told):
    assert percent(share) == told


@pytest.mark.parametrize(
    ("time", "told"), [(0.01, "0.1 s"), (2.34, "2.3 s"), (12.3, "12 s"), (600, "10 min")]
)  # fmt: skip
def test_a_time_is_told_as_long_as_it_matters(time, told):
    assert seconds(time) == told


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("x - 1e-8, well-known -2", "x − 1e−8, well-known −2"),
        ("error 1.2e-07 of 3e+05 (-4)", "error 1.2e−7 of 3e5 (−4)"),
        ("five-point at -0.4: 3e-10, W-1", "five-point at −0.4: 3e−10, W-1"),
    ],
)  # fmt: skip
def test_the_core_s_numbers_are_spelled_alike(sentence, told):
    assert spelled(sentence) == told
    assert spelled(told) == told


def test_markup_in_a_cell_or_a_sentence_is_text():
    nasty = "<img src=x onerror=alert(1)> & \"'"
    told = table(["Name", nasty], [[nasty, "1"]], words=[nasty], meanings={nasty: nasty})
    assert "<img" not in told
    assert told.count("&lt;img") == 3
    assert escaped("a*b_[c](d)") == r"a\*b\_\[c\](d)"
    assert "//" not in quoted("http://example.org")


def test_a_table_has_a_cell_for_every_head_and_is_empty_without_rows():
    told = table(["Block", "Error", "Verdict"], [["W1", "0.1", "wrong"]], words=["Verdict"],
                 named=True, meanings={"Error": "relative"})  # fmt: skip
    assert told == (
        '<table><thead><tr><th scope="col">Block</th><th scope="col">'
        f"{term('Error', 'relative')}</th>"
        '<th scope="col" class="os-text">Verdict</th></tr></thead><tbody><tr>'
        '<th scope="row">W1</th><td>0.1</td><td class="os-text">wrong</td></tr></tbody></table>'
    )
    assert table(["Block"], []) == ""
    with pytest.raises(ValueError, match="shorter"):
        table(["Block", "Error"], [["W1"]])


def test_csv_holds_every_digit():
    told = csv_text(["name", "value"], [["a,b", np.float64(0.1) + 0.2], ["c", 3]])
    rows = list(csv.reader(io.StringIO(told)))
    assert rows == [["name", "value"], ["a,b", "0.30000000000000004"], ["c", "3"]]
