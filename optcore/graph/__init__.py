"""Computational graphs typed by a person: values forward, gradients backward, edge by edge."""

from optcore.graph.chains import path_counts, sum_over_paths
from optcore.graph.examples import EXAMPLES, Example
from optcore.graph.objective import GraphObjective
from optcore.graph.reading import parse
from optcore.graph.record import Flow, GraphRun
from optcore.graph.shapes import GraphError
from optcore.graph.structure import Edge, Graph, Node

__all__ = [
    "EXAMPLES", "Edge", "Example", "Flow", "Graph", "GraphError", "GraphObjective", "GraphRun",
    "Node", "parse", "path_counts", "sum_over_paths",
]  # fmt: skip
