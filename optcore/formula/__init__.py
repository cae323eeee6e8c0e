"""A formula typed by a person: text, tree, program, and the surface or function it is."""

from optcore.formula.functions import FUNCTIONS
from optcore.formula.surface import FormulaError, formula_function, formula_surface

__all__ = ["FUNCTIONS", "FormulaError", "formula_function", "formula_surface"]
