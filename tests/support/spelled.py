"""Reads numbers as pages write them (ui/prose.py)."""


def value_of(text: str) -> float:
    """The number that a page wrote; ValueError for what is none."""
    return float(text.replace("−", "-").replace("∞", "inf").replace("–", "nan"))
