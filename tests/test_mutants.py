"""The mutants of a file: each differs in one place and can still be read."""

import ast

from mutants import ROOT, counted, explained, mutants_of

TEXT = '''"""Two - 1 words."""
LIMIT: float = 3 / 2
WIDE = knob(1.0, 0.0, 4.0)


def bent(x: "int | None", ends=(0, -1)):
    """x < 3 is not broken here."""
    if x is None or not (x <
            LIMIT):
        raise ValueError(f"{x + 1} is too large")
    x **= 2
    return (x) * (x - "é".count("é")) >= LIMIT and -x in ends
'''


def test_every_mutant_breaks_one_place():
    found = mutants_of("bent.py", TEXT)
    assert [mutant.name.partition(": ")[2] for mutant in found] == [
        "LIMIT: float = 3 [/ -> *] 2",
        "if x [is -> is not] None or not (x <",
        "if x is None [or -> and] not (x <",
        "if x is None or [not -> ](x <",
        "if x is None or not (x [< -> <=]",
        "x [** -> *]= 2",
        "x **= [2 -> 3]",
        'return (x) [* -> /] (x - "é".count("é")) >= LIMIT and -x in ends',
        'return (x) * (x [- -> +] "é".count("é")) >= LIMIT and -x in ends',
        'return (x) * (x - "é".count("é")) [>= -> >] LIMIT and -x in ends',
        'return (x) * (x - "é".count("é")) >= LIMIT [and -> or] -x in ends',
        'return (x) * (x - "é".count("é")) >= LIMIT and [- -> ]x in ends',
        'return (x) * (x - "é".count("é")) >= LIMIT and -x [in -> not in] ends',
    ]
    for mutant in found:
        ast.parse(mutant.broken)
        assert mutant.broken != TEXT


def test_operators_and_constants_are_counted_apart():
    found = mutants_of("bent.py", TEXT)
    constants = [mutant for mutant in found if mutant.kind == "constants"]
    assert [mutant.text[mutant.begin : mutant.end] for mutant in constants] == ["2"]
    assert counted(found, [found[0], *constants], {found[0].name: "it is tried"}).splitlines() == [
        "operators and constants: 2 of 13 alive, 1 of them unexplained",
        "operators: 1 of 12 alive, 0 of them unexplained",
        "constants: 1 of 1 alive, 1 of them unexplained",
    ]


def test_what_is_explained_still_stands_in_the_code():
    for path in {name.partition(":")[0] for name in explained()}:
        found = {mutant.name for mutant in mutants_of(path, (ROOT / path).read_text("utf-8"))}
        missing = {name for name in explained() if name.startswith(f"{path}:")} - found
        assert not missing
