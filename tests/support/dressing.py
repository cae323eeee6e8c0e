"""Figures through Plotly's own validation, with colours for the roles that the theme fills."""

import plotly.graph_objects as go

ROLES = {"ink": "#101010", "paper": "#fafafa", "ground": [[0, "#6f8fb5"], [1, "#f8fafc"]]}


def validated(figure: dict) -> go.Figure:
    """The figure as Plotly's object; ValueError for what Plotly would not draw."""
    return go.Figure(_dressed(figure))


def _dressed(node, name=""):
    if isinstance(node, dict):
        return {name: _dressed(child, name) for name, child in node.items()}
    if isinstance(node, list | tuple):
        return [_dressed(child) for child in node]
    return ROLES.get(node, node) if "color" in name and isinstance(node, str) else node
