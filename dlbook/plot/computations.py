"""Computations, drawn and stepped: values that come forward, adjoints that flow back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Protocol

import numpy as np
from matplotlib.figure import Figure

from dlbook.graph import DiGraph
from dlbook.plot.graphs import EdgeMark, GraphDrawing, NodeMark, text_of
from dlbook.plot.stepper import Frame, Question, Stepper, stepper

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
        """Indices of the nodes that it took; ``None`` for a constant."""

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
        """Indices of the nodes that are results; ``None`` for a result that is a constant."""

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
    labels = {i: _formula(formula) for i, formula in _formulas(trace, names).items()}
    values = {}
    for i, node in enumerate(trace.nodes):
        if _is_large(node.value):
            labels[i] += f"\n{_short(node.value)}"
        else:
            values[i] = _short(node.value)
    drawing = GraphDrawing(trace.graph, labels=labels, room=values, down=down, early=early)
    marks: dict[int, NodeMark] = {i: "strong" for i in trace.outputs if i is not None}
    return drawing.figure(values, marks, tips=_positions(trace))


def step_forward(
    trace: Trace,
    names: Sequence[str] = (),
    *,
    tangents: Sequence[float] = (),
    down: bool = False,
    title: str = "Forward evaluation",
    name: str = "",
) -> Stepper:
    """Step the evaluation of a computation, an operation at a time.

    Parameters
    ----------
    trace, names
        As for `draw_computation`.
    tangents
        The tangent of each node, a number, in the order of the nodes. With them the steps show
        the values, which then are numbers too, as dual numbers.
    down
        Edges lead downwards, not to the right.
    title, name
        As for `stepper`.

    Raises
    ------
    ValueError
        If there are tangents, and not one for each node.
    """
    if len(tangents) not in (0, len(trace.nodes)):
        raise ValueError(
            f"tangents has {len(tangents)} entries; "
            f"expected one for each of {len(trace.nodes)} nodes"
        )
    called, formulas = _called(trace, names), _formulas(trace, names)
    values = {i: _short(node.value) for i, node in enumerate(trace.nodes)}
    if len(tangents):
        pairs = zip(trace.nodes, tangents, strict=True)
        values = {i: f"{_added([node.value, float(t)])}ε" for i, (node, t) in enumerate(pairs)}
    labels = {i: _formula(formula) for i, formula in formulas.items()}
    drawing = GraphDrawing(trace.graph, labels=labels, room=values, down=down)

    def frames() -> Iterator[Frame]:
        known = [i for i, node in enumerate(trace.nodes) if node.operation == "input"]
        yield frame(known, None, "The inputs have their values.")
        for i, node in enumerate(trace.nodes):
            if node.operation != "input":
                known.append(i)
                if len(tangents):
                    says = f"{_formula(f'{formulas[i]} = {values[i]}')}."
                elif _is_large(node.value):
                    says = f"{_formula(formulas[i])}{_is(node.value)}."
                else:
                    says = f"{_formula(formulas[i] + _is(node.value))}."
                yield frame(known, i, says)

    def frame(known: list[int], now: int | None, says: str) -> Frame:
        marks: dict[int, NodeMark] = dict.fromkeys(known, "filled")
        return Frame(
            drawing.figure(
                {i: values[i] for i in known},
                marks | ({} if now is None else {now: "ringed"}),
                _into(trace, now),
            ),
            says,
            state={_formula(called[i]): _formula(values[i]) for i in known},
        )

    alt = "The computation, from left to right. Filled: its value is known. Ringed: just found."
    legend = {"ringed": "just found", "filled": "its value is known"}
    return stepper(frames(), title=title, alt=alt, legend=legend, name=name)


def step_backward(
    trace: Trace,
    names: Sequence[str] = (),
    *,
    local: Callable[[int, int], float] | None = None,
    down: bool = False,
    title: str = "Backward sweep",
    name: str = "",
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
    local
        Given the number of an operation and the place of an operand, counted from 0, the local
        derivative, a number. With it the steps show what is passed back along each edge, and
        adjoints that are not complete yet; and a reader who predicts is asked for the adjoint that
        a step completes, or else for what it passes back.
    down
        Edges lead downwards, not to the right.
    title, name
        As for `stepper`.
    """
    called = _called(trace, names)
    labels = {
        i: f"{_formula(formula)}\n{_is(trace.nodes[i].value).lstrip(', ')}"
        for i, formula in _formulas(trace, names).items()
    }
    adjoints = {i: one for i, one in enumerate(trace.adjoints()) if one is not None}
    users = {i: [j for j in trace.graph.successors(i) if j in adjoints] for i in adjoints}
    sums = {i: _sum(trace, i, adjoints, local) for i in adjoints}
    room = {i: max([*_unfinished(one), _short(adjoints[i])], key=len) for i, one in sums.items()}
    slopes = local and _on_edges(trace, lambda head, k: _short(local(head, k)))
    drawing = GraphDrawing(trace.graph, labels=labels, room=room, edge_labels=slopes, down=down)

    def frames() -> Iterator[Frame]:
        swept: list[int] = []
        for i in reversed(range(len(trace.nodes))):
            node = trace.nodes[i]
            if node.operation == "input" or i not in adjoints:
                continue
            adjoint, this = _short(adjoints[i]), _formula(called[i])
            begins = f"The sweep begins at {this}, with adjoint {_formula(adjoint)}"
            says = f"{this} is complete: {_formula(adjoint)}" if swept else begins
            to = [
                _formula(called[j])
                if local is None
                else _formula(
                    f"{adjoint} \N{MIDDLE DOT} {_factor(_short(local(i, k)))} = "
                    f"{_short(adjoints[i] * local(i, k))}"
                )
                + f" to {_formula(called[j])}"
                for k, j in enumerate(node.operands)
                if j is not None
            ]
            back = " and ".join(dict.fromkeys(to) if local is None else to)
            asks = question(swept, i, local) if swept and local else None
            swept.append(i)
            yield frame(swept, i, f"{says}. It passes {'back to ' * (local is None)}{back}.", asks)
        yield frame(swept, None, "All is swept: the inputs' adjoints are the derivatives.")

    def frame(swept: list[int], now: int | None, says: str, asks: Question | None = None) -> Frame:
        values: dict[int, str] = {}
        state: dict[str, str] = {}
        for i in reversed(adjoints):
            waiting = sum(head not in swept for head in users[i])
            if not waiting:
                values[i] = _short(adjoints[i])
                whole = _added(sums[i])
            elif waiting < len(sums[i]):
                values[i] = whole = _unfinished(sums[i])[-waiting]
            else:
                continue
            sum_and_value = " = ".join(dict.fromkeys([whole, values[i]]))
            state[f"adjoint of {_formula(called[i])}"] = _formula(sum_and_value)
        marks: dict[int, NodeMark] = dict.fromkeys(swept, "filled")
        return Frame(
            drawing.figure(
                values, marks | ({} if now is None else {now: "ringed"}), _into(trace, now)
            ),
            says,
            state=state,
            asks=asks,
        )

    def question(swept: list[int], i: int, local: Callable[[int, int], float]) -> Question | None:
        operands = [j for j in trace.nodes[i].operands if j is not None]
        complete = [j for j in operands if set(users[j]) <= {*swept, i}]
        j = max(complete or operands, key=lambda one: len(sums[one]))
        slopes = [local(i, k) for k, one in enumerate(trace.nodes[i].operands) if one == j]
        to = _formula(called[j])
        passed = f"What does it pass to {to}{' in all' if len(slopes) > 1 else ''}?"
        asked = f"What is the adjoint of {to} then?" if complete else passed
        return _ask_for_sum(
            f"{_formula(called[i])} is swept next. {asked}",
            sum(sums[j][: -len(slopes)]) if complete else 0.0,
            adjoints[i],
            slopes,
        )

    alt = "The computation. Ringed: being swept. Filled: swept. Bold: adjoints."
    legend = {"ringed": "being swept", "filled": "swept", "in bold type": "adjoints"}
    return stepper(frames(), title=title, alt=alt, legend=legend, name=name)


def _ask_for_sum(
    text: str, known: float, adjoint: float, slopes: Sequence[float]
) -> Question | None:
    """Ask for known + adjoint · sum(slopes); the other choices are what usual mistakes make of it.

    These are to forget what is known, one of two edges, the slope or the adjoint, to add instead
    of to multiply, and a wrong sign.
    """
    passed = adjoint * sum(slopes)
    right = known + passed
    if not np.isfinite(right):
        return None
    wrong = [
        passed,
        known + adjoint * slopes[0],
        known + adjoint,
        known + sum(slopes),
        known + adjoint + sum(slopes),
        -right,
        2 * right,
        right + 1,
        right - 1,
    ]
    values: dict[str, float] = {}
    for value in [right, *wrong]:
        values.setdefault(_short(value + 0.0), value)  # which has no -0
    choices = sorted(list(values)[:3], key=values.__getitem__)
    return Question(text, choices, _short(right + 0.0))


def _positions(trace: Trace) -> dict[int, str]:
    """Return the number of the operand for each edge into an operation that tells them apart."""

    def position(head: int, k: int) -> str:
        node = trace.nodes[head]
        several = len(node.operands) - node.operands.count(None) > 1
        return str(k + 1) if several and node.operation not in _SYMMETRIC else ""

    return {number: text for number, text in enumerate(_on_edges(trace, position)) if text}


def _into(trace: Trace, node: int | None) -> dict[tuple[int, int], EdgeMark]:
    """Return marks for the edges into a node."""
    if node is None:
        return {}
    return {
        (operand, node): "bold" for operand in trace.nodes[node].operands if operand is not None
    }


def _sum(
    trace: Trace,
    node: int,
    adjoints: Mapping[int, Any],
    local: Callable[[int, int], float] | None,
) -> list[Any]:
    """Return what a node's adjoint is the sum of, in the order of the sweep."""
    if local is None:
        return [adjoints[node]]
    shares = [
        adjoints[head] * local(head, position)
        for head in sorted(set(trace.graph.successors(node)) & set(adjoints), reverse=True)
        for position, operand in enumerate(trace.nodes[head].operands)
        if operand == node
    ]
    seed = adjoints[node] - sum(shares)
    return shares if np.isclose(sum(shares), adjoints[node]) else [seed, *shares]


def _added(shares: Sequence[Any]) -> str:
    """Return a sum as it is written."""
    minus = "\N{MINUS SIGN}"
    return " + ".join(map(_short, shares)).replace(f"+ {minus}", f"{minus} ")


def _unfinished(shares: Sequence[Any]) -> list[str]:
    """Return a sum with its first term, its first two, and so on, short of the last."""
    return [f"{_added(shares[:k])} + \N{HORIZONTAL ELLIPSIS}" for k in range(1, len(shares))]


def _on_edges(trace: Trace, write: Callable[[int, int], str]) -> list[str]:
    """Return a text for each edge, in the order of the graph's edges.

    `write` is given the number of the operation and the place of the operand.
    """
    waiting: dict[tuple[int, int], list[str]] = {}
    for head, node in enumerate(trace.nodes):
        for k, tail in enumerate(node.operands):
            if tail is not None:
                waiting.setdefault((tail, head), []).append(write(head, k))
    return [waiting[edge].pop(0) for edge in trace.graph.edges()]


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


_TEX = {
    "\N{MULTIPLICATION SIGN}": r"\times",
    "\N{MIDDLE DOT}": r"\cdot",
    "\N{MINUS SIGN}": "-",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots",
    " @ ": r"\,",
}


def _formula(text: str) -> str:
    r"""Return a formula of a program as LaTeX between dollar signs; a shape as it is.

    A letter before digits is a symbol with an index; a longer name is upright, as functions are.

    Examples
    --------
    >>> _formula("v3 = exp(x)")
    '$v_{3} = \\mathrm{exp}(x)$'
    """

    def name(found: re.Match[str]) -> str:
        word = found[0].replace("_", r"\_")
        if len(word) == 1:
            return word
        return rf"{word[0]}_{{{word[1:]}}}" if word[1:].isdigit() else rf"\mathrm{{{word}}}"

    if text.startswith("shape "):
        return text
    minus = "\N{MINUS SIGN}"
    # 1e-05 is 1 times a power of ten.
    tex = re.sub(
        f"(?<=\\d)e([-+{minus}])0*(\\d+)",
        lambda e: f" \N{MULTIPLICATION SIGN} 10^{{{e[1].strip('+')}{e[2]}}}",
        text,
    )
    tex = re.sub(rf" \*\* ({minus}?[\w.]+)", r"^{\1}", tex)
    tex = re.sub(r"(?<![\w.])[^\W\d]\w*", name, tex)
    for character, command in _TEX.items():
        tex = tex.replace(character, command)
    return f"${tex}$"


def _factor(number: str) -> str:
    """Return a number as it is written behind a multiplication dot."""
    return f"({number})" if number.startswith("\N{MINUS SIGN}") else number


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
