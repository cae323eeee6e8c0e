"""Recorded operations written out as lines of Python: over floats, with NumPy or with torch."""

import math
import re

import numpy as np

# What can be recorded, and how it reads over floats. A name may stand several times.
FLOATS = {
    np.add: "{} + {}",
    np.subtract: "{} - {}",
    np.multiply: "{} * {}",
    np.true_divide: "{} / {}",
    np.power: "pow({}, {})",
    np.float_power: "pow({}, {})",
    np.where: "{1} if {0} else {2}",
    np.greater: "{} > {}",
    np.greater_equal: "{} >= {}",
    np.less: "{} < {}",
    np.less_equal: "{} <= {}",
    np.equal: "{} == {}",
    np.not_equal: "{} != {}",
    np.logical_and: "{} and {}",
    np.logical_or: "{} or {}",
    np.bitwise_and: "{} and {}",
    np.bitwise_or: "{} or {}",
    np.maximum: "{0} if {0} >= {1} or {0} != {0} else {1}",
    np.minimum: "{0} if {0} <= {1} or {0} != {0} else {1}",
    np.hypot: "hypot({}, {})",
    np.arctan2: "atan2({}, {})",
    np.negative: "-{}",
    np.positive: "{}",
    np.absolute: "abs({})",
    np.square: "{0} * {0}",
    np.reciprocal: "1.0 / {}",
    np.sqrt: "sqrt({0}) if {0} >= 0.0 else nan",
    np.sign: "1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else {0} * 0.0",
    np.isfinite: "{0} - {0} == 0.0",
    np.isnan: "{0} != {0}",
    np.logical_not: "not {}",
    np.invert: "not {}",
    np.exp: "exp({})",
    np.expm1: "expm1({})",
    np.log: "log({})",
    np.log1p: "log1p({})",
    np.log2: "log2({})",
    np.log10: "log10({})",
    np.sin: "sin({})",
    np.cos: "cos({})",
    np.tan: "tan({})",
    np.sinh: "sinh({})",
    np.cosh: "cosh({})",
    np.tanh: "tanh({})",
    np.arctan: "atan({})",
    np.arcsin: "asin({})",
    np.arccos: "acos({})",
    np.cbrt: "cbrt({})",
}
_MATH = re.compile(r"^[a-z0-9]+\(")
TORCH = {
    function: f"torch.{template}" if _MATH.match(template) else template
    for function, template in FLOATS.items()
} | {
    np.where: "torch.where({0}, {1}, {2})",
    np.maximum: "torch.maximum(torch.as_tensor({}), torch.as_tensor({}))",
    np.minimum: "torch.minimum(torch.as_tensor({}), torch.as_tensor({}))",
    np.sqrt: "torch.sqrt({})",
    np.sign: "torch.sign({})",
    np.logical_and: "{} & {}",
    np.logical_or: "{} | {}",
    np.logical_not: "~{}",
    np.bitwise_and: "{} & {}",
    np.bitwise_or: "{} | {}",
    np.invert: "~{}",
    np.cbrt: "torch.sign({0}) * torch.abs({0}) ** (1 / 3)",
}
# What reads as arithmetic, a comparison or a power reads so over arrays, too.
NUMPY = {
    function: template
    if not re.search("[a-z]", template)
    else f"np.{function.__name__}({', '.join(['{}'] * getattr(function, 'nin', 3))})"
    for function, template in FLOATS.items()
} | {np.power: "{} ** {}", np.float_power: "np.float_power({}, {})"}
NAMES_IN_SCOPE = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}


def lines(operations, language: dict = FLOATS) -> list[str]:
    """A statement for each operation, in their order."""
    return [
        f"{result} = {language[function].format(*map(spelled, operands))}"
        for result, function, operands in operations
    ]


def spelled(operand: str | float) -> str:
    """A variable by its name, a number as Python reads it; a negative one in brackets."""
    if isinstance(operand, str):
        return operand
    text = repr(operand)
    return f"({text})" if text.startswith("-") else text
