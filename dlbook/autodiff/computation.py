"""A computation as a graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dlbook import trees
from dlbook.autodiff.fitting import filled
from dlbook.autodiff.reverse import Tape
from dlbook.autodiff.transforms import Recorded, like
from dlbook.graph import DiGraph

__all__ = ["Node", "Trace", "trace_graph"]


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of a computation, or an input of it.

    Attributes
    ----------
    operation
        Such as ``"multiply"``; ``"input"`` for an input.
    operands
        For each operand the node that it is the value of, or ``None`` for a constant.
    constants
        For each operand its value if it is a constant, else ``None``.
    value
        What the operation gave.
    """

    operation: str
    operands: tuple[int | None, ...]
    constants: tuple[Any, ...]
    value: Any


@dataclass(frozen=True, eq=False)
class Trace:
    """What a function did, operation by operation.

    Attributes
    ----------
    nodes
        In the order in which they were computed, inputs first.
    graph
        The indices of the nodes, with an edge to a node from each of its operands, in the order
        of the operands: ``a + a`` has two. The numbers are a topological order of it.
    inputs, outputs
        Indices of the nodes of the arguments and of the result, leaf by leaf; ``None`` for an
        output that does not depend on the inputs.
    """

    nodes: tuple[Node, ...]
    graph: DiGraph[int]
    inputs: tuple[int, ...]
    outputs: tuple[int | None, ...]
    _tape: Tape

    def edges(self) -> list[tuple[int, int, int]]:
        """Return each edge as (tail, head, position of the operand)."""
        return [
            (tail, head, position)
            for head, node in enumerate(self.nodes)
            for position, tail in enumerate(node.operands)
            if tail is not None
        ]

    def adjoints(self, *cotangents: Any) -> list[Any]:
        """Return each node's adjoint, by a backward sweep; ``None`` where nothing depends on it.

        Parameters
        ----------
        cotangents
            One for each output; 1 for each without any.
        """
        given = cotangents or (1.0,) * len(self.outputs)
        seeds: dict[int, Any] = {}
        for c, node in zip(given, self.outputs, strict=True):
            if node is not None:
                c = like(c, self.nodes[node].value, "cotangent")
                seeds[node] = seeds[node] + c if node in seeds else c
        found = zip(self._tape.pull(seeds, keep=True), self.nodes, strict=True)
        return [None if g is None else filled(g, node.value) for g, node in found]

    def tangents(self, *tangents: Any) -> list[Any]:
        """Return each node's tangent, by a forward sweep; ``None`` where it is 0.

        Parameters
        ----------
        tangents
            One for each input; ``None`` for one that does not move.
        """
        pairs = zip(tangents, self.inputs, strict=True)
        return self._tape.push(
            [None if t is None else like(t, self.nodes[i].value, "tangent") for t, i in pairs]
        )


def trace_graph(f: Callable[..., Any], *args: Any) -> Trace:
    """Return the graph of what a function does at some arguments.

    Parameters
    ----------
    f
        Takes and returns floating-point numbers, arrays or trees of them.
    args
        Its arguments.

    Raises
    ------
    DerivativeError
        As `vjp`.

    Examples
    --------
    >>> trace = trace_graph(lambda x, y: (x + y) * (y + 1), 2.0, 3.0)
    >>> [node.operation for node in trace.nodes]
    ['input', 'input', 'add', 'add', 'multiply']
    >>> trace.edges()
    [(0, 2, 0), (1, 2, 1), (1, 3, 0), (2, 4, 0), (3, 4, 1)]
    >>> trace.adjoints()
    [4.0, 9.0, 4.0, 5.0, 1.0]
    """
    run = Recorded(f, args, {}, copies=True)
    run.level.release()
    tape = run.level.tape
    nodes: list[Node] = []
    edges: list[tuple[int, int]] = []
    for rule, (answer, values, parents, _) in zip(tape.rules, tape.calls, strict=True):
        operands = tuple([None if p < 0 else p for p in parents])
        pairs = zip(operands, values, strict=True)
        constants = tuple([value if p is None else None for p, value in pairs])
        edges += [(p, len(nodes)) for p in operands if p is not None]
        nodes.append(Node("input" if rule is None else rule.name, operands, constants, answer))
    graph = DiGraph(edges, nodes=range(len(nodes)))
    inputs = tuple(range(len(trees.leaves(args))))
    return Trace(tuple(nodes), graph, inputs, tuple(run.nodes), tape)
