"""Computational graphs typed by a person: values forward, gradients backward, edge by edge."""

from optcore.graph.bugs import GRAPH_BUGS
from optcore.graph.chains import path_counts, sum_over_paths
from optcore.graph.costs import Costs, ProductCosts, costs, jacobian
from optcore.graph.detective import GraphCase, lines_of, open_graph_case, places_for
from optcore.graph.examples import EXAMPLES, Example
from optcore.graph.filling import judge_edge, judge_node, typed_number
from optcore.graph.graph import Graph
from optcore.graph.modes import Mode, both_modes, fan, fan_operations
from optcore.graph.multiply import MULTIPLY_NODES, Multiply, NodeRun, run_node
from optcore.graph.objective import GraphObjective
from optcore.graph.opened import Opened, opened
from optcore.graph.planting import BackwardLine, GraphBug, Slips
from optcore.graph.reading import parse
from optcore.graph.record import Flow, GraphRun
from optcore.graph.shapes import GraphError
from optcore.graph.shifts import Finding, find_bugs
from optcore.graph.structure import Edge, Node

__all__ = [
    "EXAMPLES", "GRAPH_BUGS", "MULTIPLY_NODES", "BackwardLine", "Costs", "Edge", "Example",
    "Finding", "Flow", "Graph", "GraphBug", "GraphCase", "GraphError", "GraphObjective", "GraphRun",
    "Mode", "Multiply", "Node", "NodeRun", "Opened", "ProductCosts", "Slips", "both_modes", "costs",
    "fan", "fan_operations", "find_bugs", "jacobian", "judge_edge", "judge_node", "lines_of",
    "open_graph_case", "opened", "parse", "path_counts", "places_for", "run_node",
    "sum_over_paths", "typed_number",
]  # fmt: skip
