"""Computations, drawn and stepped: values that come forward, adjoints that flow back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.figure import Figure

from dlbook.graph import DiGraph
from dlbook.plot.graphs import GraphDrawing, NodeMark, text_of
from dlbook.plot.stepper import Frame, Stepper, stepper

__all__ = ["Operation", "Trace", "draw_computation", "step_backward", "step_forward"]

_INFIX = {
    "add": "+",
    "subtract": "\N{MINUS SIGN}",
    "multiply": "\N{MULTIPLICATION SIGN}",
    "divide": "/",
    "matmul": "@",
    "power": "^",
}


class Operation(Protocol):
    """One node of a trace."""

    @property
    def operation(self) -> str:
        """What was done, such as ``multiply``; ``input`` or ``constant`` where nothing was."""

    @property
    def operands(self) -> tuple[int, ...]:
        """Numbers of the nodes that it took."""

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
    def adjoints(self) -> Sequence[Any]:
        """The adjoint of each node; ``None`` where there is none."""


def draw_computation(trace: Trace, names: Sequence[str] = (), *, down: bool = False) -> Figure:
    """Draw a computation with the value of each node.

    Parameters
    ----------
    trace
        For instance from ``dlbook.autodiff.trace_graph``.
    names
        Of the inputs; by default x1, x2, …
    down
        Edges lead downwards, not to the right.

    Returns
    -------
    matplotlib.figure.Figure
    """
    values = {i: _short(node.value) for i, node in enumerate(trace.nodes)}
    drawing = GraphDrawing(trace.graph, labels=_formulas(trace, names), room=values, down=down)
    return drawing.figure(values)


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
        known = [i for i, node in enumerate(trace.nodes) if not node.operands]
        yield frame(known, None, "The inputs have their values.")
        for i, node in enumerate(trace.nodes):
            if node.operands:
                known.append(i)
                yield frame(known, i, f"{formulas[i]} = {values[i]}.")

    def frame(known: list[int], now: int | None, says: str) -> Frame:
        marks: dict[int, NodeMark] = dict.fromkeys(known, "filled")
        operands = () if now is None else trace.nodes[now].operands
        return Frame(
            drawing.figure(
                {i: values[i] for i in known},
                marks | ({} if now is None else {now: "ringed"}),
                {(operand, now): "bold" for operand in operands if now is not None},
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
        i: f"{formula}\n= {_short(trace.nodes[i].value)}" if trace.nodes[i].operands else formula
        for i, formula in _formulas(trace, names, values=True).items()
    }
    adjoints = {i: _short(one) for i, one in enumerate(trace.adjoints) if one is not None}
    drawing = GraphDrawing(trace.graph, labels=labels, room=adjoints)

    def frames() -> Iterator[Frame]:
        swept: list[int] = []
        for i in reversed(range(len(trace.nodes))):
            node = trace.nodes[i]
            if not node.operands or i not in adjoints:
                continue
            begins = not swept
            swept.append(i)
            to = " and ".join(dict.fromkeys(called[j] for j in node.operands if j in adjoints))
            says = (
                f"The sweep begins at {called[i]}, with the adjoint {adjoints[i]}; its share goes "
                f"to {to}."
                if begins
                else f"All that uses {called[i]} is swept: its adjoint is {adjoints[i]}, and its "
                f"share goes to {to}."
            )
            yield frame(swept, i, says)
        yield frame(swept, None, "All is swept: the inputs' adjoints are the derivatives.")

    def frame(swept: list[int], now: int | None, says: str) -> Frame:
        complete = [i for i in adjoints if all(user in swept for user in trace.graph.successors(i))]
        marks: dict[int, NodeMark] = dict.fromkeys(swept, "filled")
        operands = () if now is None else trace.nodes[now].operands
        return Frame(
            drawing.figure(
                {i: adjoints[i] for i in complete},
                marks | ({} if now is None else {now: "ringed"}),
                {(operand, now): "bold" for operand in operands if now is not None},
            ),
            says,
            state={f"adjoint of {called[i]}": adjoints[i] for i in reversed(complete)},
        )

    alt = "The computation, from left to right. Ringed: being swept. Bold: adjoints."
    return stepper(frames(), title=title, alt=alt, name=name)


def _called(trace: Trace, names: Sequence[str]) -> list[str]:
    """Return what each node is called: an input by its name, the k-th operation vk."""
    inputs = sum(node.operation == "input" for node in trace.nodes)
    if names and len(names) != inputs:
        raise ValueError(
            f"names has {len(names)} entries; expected one for each of {inputs} inputs"
        )
    given = iter(names or [f"x{k}" for k in range(1, inputs + 1)])
    called = []
    operations = 0
    for node in trace.nodes:
        if node.operation == "input":
            called.append(next(given))
        elif node.operands:
            operations += 1
            called.append(f"v{operations}")
        else:
            called.append(_short(node.value))
    return called


def _formulas(trace: Trace, names: Sequence[str], *, values: bool = False) -> Mapping[int, str]:
    """Return for each node how it comes about, such as ``v3 = v1 + v2``."""
    called = _called(trace, names)
    formulas = {}
    for i, node in enumerate(trace.nodes):
        operands = [called[j] for j in node.operands]
        if not operands:
            shown = values and node.operation == "input"
            formulas[i] = f"{called[i]} = {_short(node.value)}" if shown else called[i]
        elif len(operands) == 2 and node.operation in _INFIX:
            formulas[i] = f"{called[i]} = {operands[0]} {_INFIX[node.operation]} {operands[1]}"
        else:
            formulas[i] = f"{called[i]} = {node.operation}({', '.join(operands)})"
    return formulas


def _short(value: Any) -> str:
    """Return a number as it is, of an array up to three numbers, of a larger one the shape."""
    array = np.asarray(value)
    if array.ndim == 0:
        return text_of(array.item())
    if array.size <= 3:
        return "[" + ", ".join(text_of(float(one)) for one in array.ravel()) + "]"
    return "\N{MULTIPLICATION SIGN}".join(map(str, array.shape))
