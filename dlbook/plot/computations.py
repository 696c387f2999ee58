"""Computations, drawn and stepped: values that come forward, adjoints that flow back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Protocol

import numpy as np
from matplotlib.figure import Figure

from dlbook.graph import DiGraph
from dlbook.plot.graphs import EdgeMark, GraphDrawing, NodeMark, text_of
from dlbook.plot.stepper import Frame, Stepper, stepper

__all__ = ["Operation", "Trace", "draw_computation", "step_backward", "step_forward"]

_INFIX = {
    "add": "+",
    "subtract": "\N{MINUS SIGN}",
    "multiply": "\N{MULTIPLICATION SIGN}",
    "divide": "/",
    "matmul": "@",
    "power": "**",
}
#: Operations whose operands may change places.
_SYMMETRIC = {"add", "multiply", "maximum", "minimum"}


class Operation(Protocol):
    """One node of a trace."""

    @property
    def operation(self) -> str:
        """What was done, such as ``multiply``; ``input`` where nothing was."""

    @property
    def operands(self) -> tuple[int | None, ...]:
        """Numbers of the nodes that it took; ``None`` for a constant."""

    @property
    def constants(self) -> tuple[Any, ...]:
        """The constants that it took; ``None`` for a node."""

    @property
    def value(self) -> Any:
        """What came out."""


class Trace(Protocol):
    """What a drawable computation holds: its nodes are 0 to N - 1, in the order they were made."""

    @property
    def graph(self) -> DiGraph[int]:
        """An edge from each operand to its operation, as often as it is taken."""

    @property
    def nodes(self) -> Sequence[Operation]:
        """The operations."""

    @property
    def outputs(self) -> Sequence[int | None]:
        """Numbers of the nodes that are results; ``None`` for a result that is a constant."""

    def adjoints(self, *cotangents: Any) -> Sequence[Any]:
        """Return the adjoint of each node; ``None`` where there is none."""


def draw_computation(
    trace: Trace, names: Sequence[str] = (), *, down: bool = False, early: bool = False
) -> Figure:
    """Draw a computation with the value of each node; results have a thick outline.

    Of a large array its shape is shown. Where operands cannot change places, the edges into an
    operation are numbered.

    Parameters
    ----------
    trace
        For instance from :func:`~dlbook.autodiff.trace_graph`.
    names
        Of the inputs; by default x1, x2, …
    down
        Edges lead downwards, not to the right.
    early
        Each generation has a layer of its own.

    Returns
    -------
    matplotlib.figure.Figure
    """
    labels, values = _formulas(trace, names), {}
    for i, node in enumerate(trace.nodes):
        if _is_large(node.value):
            labels[i] += f"\n{_short(node.value)}"
        else:
            values[i] = _short(node.value)
    drawing = GraphDrawing(trace.graph, labels=labels, room=values, down=down, early=early)
    marks: dict[int, NodeMark] = {i: "strong" for i in trace.outputs if i is not None}
    return drawing.figure(values, marks, tips=_positions(trace))


def step_forward(
    trace: Trace, names: Sequence[str] = (), *, title: str = "Forward evaluation", name: str = ""
) -> Stepper:
    """Step the evaluation of a computation, an operation at a time.

    Parameters
    ----------
    trace, names
        As for `draw_computation`.
    title, name
        As for `stepper`.
    """
    called, formulas = _called(trace, names), _formulas(trace, names)
    values = {i: _short(node.value) for i, node in enumerate(trace.nodes)}
    drawing = GraphDrawing(trace.graph, labels=formulas, room=values)

    def frames() -> Iterator[Frame]:
        known = [i for i, node in enumerate(trace.nodes) if node.operation == "input"]
        yield frame(known, None, "The inputs have their values.")
        for i, node in enumerate(trace.nodes):
            if node.operation != "input":
                known.append(i)
                yield frame(known, i, f"{formulas[i]}{_is(node.value)}.")

    def frame(known: list[int], now: int | None, says: str) -> Frame:
        marks: dict[int, NodeMark] = dict.fromkeys(known, "filled")
        return Frame(
            drawing.figure(
                {i: values[i] for i in known},
                marks | ({} if now is None else {now: "ringed"}),
                _into(trace, now),
            ),
            says,
            state={called[i]: values[i] for i in known},
        )

    alt = "The computation, from left to right. Filled: its value is known. Ringed: just found."
    return stepper(frames(), title=title, alt=alt, name=name)


def step_backward(
    trace: Trace, names: Sequence[str] = (), *, title: str = "Backward sweep", name: str = ""
) -> Stepper:
    """Step the backward sweep through a computation: the adjoints, from the result to the inputs.

    A node's adjoint is complete, and shown, once all operations that use the node have been
    swept.

    Parameters
    ----------
    trace
        With adjoints.
    names
        As for `draw_computation`.
    title, name
        As for `stepper`.
    """
    called = _called(trace, names)
    labels = {
        i: f"{formula}\n{_is(trace.nodes[i].value).lstrip(', ')}"
        for i, formula in _formulas(trace, names).items()
    }
    found = {i: one for i, one in enumerate(trace.adjoints()) if one is not None}
    adjoints = {i: _short(one) for i, one in found.items()}
    drawing = GraphDrawing(trace.graph, labels=labels, room=adjoints)

    def frames() -> Iterator[Frame]:
        swept: list[int] = []
        for i in reversed(range(len(trace.nodes))):
            node = trace.nodes[i]
            if node.operation == "input" or i not in adjoints:
                continue
            to = " and ".join(dict.fromkeys(called[j] for j in node.operands if j is not None))
            adjoint = f"of {adjoints[i]}" if _is_large(found[i]) else adjoints[i]
            says = (
                f"All that uses {called[i]} is swept: its adjoint is {adjoint}"
                if swept
                else f"The sweep begins at {called[i]}, with the adjoint {adjoints[i]}"
            )
            swept.append(i)
            yield frame(swept, i, f"{says}, and its share goes to {to}.")
        yield frame(swept, None, "All is swept: the inputs' adjoints are the derivatives.")

    def frame(swept: list[int], now: int | None, says: str) -> Frame:
        complete = [i for i in adjoints if set(trace.graph.successors(i)) <= {*swept}]
        marks: dict[int, NodeMark] = dict.fromkeys(swept, "filled")
        return Frame(
            drawing.figure(
                {i: adjoints[i] for i in complete},
                marks | ({} if now is None else {now: "ringed"}),
                _into(trace, now),
            ),
            says,
            state={f"adjoint of {called[i]}": adjoints[i] for i in reversed(complete)},
        )

    alt = "The computation, from left to right. Ringed: being swept. Bold: adjoints."
    return stepper(frames(), title=title, alt=alt, name=name)


def _positions(trace: Trace) -> dict[int, str]:
    """Return the number of the operand for each edge into an operation that tells them apart."""
    waiting: dict[tuple[int, int], list[str]] = {}
    for head, node in enumerate(trace.nodes):
        if len(node.operands) - node.operands.count(None) > 1:
            for position, tail in enumerate(node.operands, 1):
                if tail is not None and node.operation not in _SYMMETRIC:
                    waiting.setdefault((tail, head), []).append(str(position))
    numbers = enumerate(trace.graph.edges())
    return {number: waiting[edge].pop(0) for number, edge in numbers if edge in waiting}


def _into(trace: Trace, node: int | None) -> dict[tuple[int, int], EdgeMark]:
    """Return marks for the edges into a node."""
    if node is None:
        return {}
    return {
        (operand, node): "bold" for operand in trace.nodes[node].operands if operand is not None
    }


def _called(trace: Trace, names: Sequence[str]) -> list[str]:
    """Return what each node is called: an input by its name, the k-th operation vk."""
    inputs = sum(node.operation == "input" for node in trace.nodes)
    if names and len(names) != inputs:
        raise ValueError(
            f"names has {len(names)} entries; expected one for each of {inputs} inputs"
        )
    given = iter(names or [f"x{k}" for k in range(1, inputs + 1)])
    operation = count(1)
    return [
        next(given) if node.operation == "input" else f"v{next(operation)}" for node in trace.nodes
    ]


def _formulas(trace: Trace, names: Sequence[str]) -> dict[int, str]:
    """Return for each node how it comes about, such as ``v3 = v1 + v2``."""
    called = _called(trace, names)
    formulas = dict(enumerate(called))
    for i, node in enumerate(trace.nodes):
        operands = [
            _short(constant) if j is None else called[j]
            for j, constant in zip(node.operands, node.constants, strict=True)
        ]
        if len(operands) == 2 and node.operation in _INFIX:
            formulas[i] += f" = {operands[0]} {_INFIX[node.operation]} {operands[1]}"
        elif node.operation != "input":
            formulas[i] += f" = {node.operation}({', '.join(operands)})"
    return formulas


def _is_large(value: Any) -> bool:
    """Whether of a value only the shape is shown."""
    return np.ndim(value) > 0 and np.size(value) > 3


def _is(value: Any) -> str:
    """Return what stands between a formula and the end of the sentence: its value, or shape."""
    return f", of {_short(value)}" if _is_large(value) else f" = {_short(value)}"


def _short(value: Any) -> str:
    """Return a number as it is, of an array up to three numbers, of a larger one the shape."""
    array = np.asarray(value)
    if array.ndim == 0:
        return text_of(array.item())
    if _is_large(array):
        return f"shape {array.shape}"
    return "[" + ", ".join(text_of(float(one)) for one in array.ravel()) + "]"
