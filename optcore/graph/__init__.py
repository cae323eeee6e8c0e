"""Computational graphs typed by a person: values forward, gradients backward, edge by edge."""

from optcore.graph.objective import GraphObjective
from optcore.graph.reading import parse
from optcore.graph.record import Flow, GraphRun
from optcore.graph.shapes import GraphError
from optcore.graph.structure import Edge, Graph, Node

__all__ = ["Edge", "Flow", "Graph", "GraphError", "GraphObjective", "GraphRun", "Node", "parse"]
