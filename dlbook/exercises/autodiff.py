"""The exercises on computations, chapters 10 and 13.

A program is a dictionary from each vertex to a number, for an input, or to a tuple of an operation
and its operands. All values are whole numbers, so that answers are compared exactly.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from dlbook import graph
from dlbook.exercises import graphs
from dlbook.exercises.checker import Checker

__all__ = ["CHECKERS"]

Program = dict[str, Any]

_ARITY = {"add": 2, "subtract": 2, "multiply": 2, "negate": 1}
_DEEP = 40  # doublings, of which naive recursion would need 2 ** 41 visits


def programs() -> Any:
    """Return a strategy for programs, some with cycles, one of them deep."""
    from hypothesis import strategies as st

    names = list("abcde")

    def line(operands: list[str]) -> Any:
        if not operands:
            return st.integers(-3, 3)
        vertex = st.sampled_from(operands)
        operations = [st.tuples(st.just(name), *[vertex] * arity) for name, arity in _ARITY.items()]
        return st.one_of(st.integers(-3, 3), *operations)

    def of_size(n: int, *, forward: bool) -> Any:
        lines = [line(names[: k if forward else n]) for k in range(n)]
        pairs = st.tuples(st.tuples(*lines), st.permutations(range(n)))
        return pairs.map(lambda both: {names[k]: both[0][k] for k in both[1]})

    size = st.integers(0, len(names))
    acyclic = size.flatmap(lambda n: of_size(n, forward=True))
    return acyclic | size.flatmap(lambda n: of_size(n, forward=False)) | deep_programs()


def deep_programs() -> Any:
    """Return a strategy for chains of doublings."""
    from hypothesis import strategies as st

    return st.integers(1, _DEEP).map(_doublings)


def _doublings(n: int) -> Program:
    names = [f"v{k}" for k in range(n + 1)]
    pairs = zip(names[1:], names, strict=False)
    return {names[0]: 1} | {v: ("add", before, before) for v, before in pairs}


def _operands(program: Program) -> dict[str, list[str]]:
    return {v: list(one[1:]) if isinstance(one, tuple) else [] for v, one in program.items()}


def _dependencies(operands: dict[str, list[str]]) -> graph.DiGraph[str]:
    return graph.DiGraph([(u, v) for v in operands for u in operands[v]], nodes=operands)


def _circle(program: Program) -> str | None:
    cycle = graph.find_cycle(_dependencies(_operands(program)))
    if cycle is None:
        return None
    return "there is the cycle " + " → ".join([cycle[0][0], *(v for _, v in cycle)])


def _value(name: str, operands: list[int]) -> int:
    if name == "negate":
        return -operands[0]
    one, other = operands
    return {"add": one + other, "subtract": one - other, "multiply": one * other}[name]


def _not_the_values(program: Program, returned: Any) -> str | None:
    right: dict[str, int] = {}
    for v in graph.topological_sort(_dependencies(_operands(program))):
        one = program[v]
        is_input = isinstance(one, int)
        right[v] = one if is_input else _value(one[0], [right[u] for u in one[1:]])
    return _differs(right, returned)


def _differs(right: dict[str, int], returned: Any) -> str | None:
    if not isinstance(returned, dict):
        return f"it is of type {type(returned).__name__}; expected a dictionary"
    for v, value in right.items():
        if v not in returned:
            return f"{v!r} has no value"
        if not isinstance(returned[v], Integral | float) or returned[v] != value:
            return f"{v!r} should have {value}"
    extra = [v for v in returned if v not in right]
    return f"{extra[0]!r} is no vertex" if extra else None


def operand_lists() -> Any:
    """Return a strategy for acyclic graphs, each vertex with its operands, some of them deep."""
    return graphs.dags() | deep_programs().map(_operands)


def _not_the_visits(operands: dict[str, list[str]], returned: Any) -> str | None:
    right: dict[str, int] = {}
    for v in graph.topological_sort(_dependencies(operands)):
        right[v] = 1 + sum(right[u] for u in operands[v])
    return _differs(right, returned)


def tapes() -> Any:
    """Return a strategy for tapes: operations on whole numbers, in the order they were done."""
    from hypothesis import strategies as st

    def of_length(n: int) -> Any:
        lines: list[Any] = [st.integers(-3, 3).map(lambda x: ("input", x))]
        for k in range(1, n):
            i = st.integers(0, k - 1)
            two = st.sampled_from(["add", "subtract", "multiply"])
            lines.append(st.tuples(two, i, i) | st.tuples(st.just("square"), i) | lines[0])
        return st.tuples(*lines[:n]).map(list)

    deep = st.integers(1, _DEEP).map(
        lambda n: [("input", 1), *[("add", k, k) for k in range(n)]],
    )
    return st.integers(0, 6).flatmap(of_length) | deep


def _not_the_adjoints(tape: list[Any], returned: Any) -> str | None:
    if not isinstance(returned, list | tuple) or len(returned) != len(tape):
        return f"expected a list of {len(tape)} numbers"
    values: list[int] = []
    for name, *rest in tape:
        given = rest if name == "input" else [values[i] for i in rest]
        one, other = given[0], given[-1]
        values.append(
            {
                "input": one,
                "add": one + other,
                "subtract": one - other,
                "multiply": one * other,
                "square": one * one,
            }[name]
        )
    right = [0] * len(tape)
    right[-1:] = [1] if tape else []
    for k in reversed(range(len(tape))):
        name, *rest = tape[k]
        if name == "input":
            continue
        one, other = values[rest[0]], values[rest[-1]]
        slopes = {
            "add": [1, 1],
            "subtract": [1, -1],
            "multiply": [other, one],
            "square": [2 * one],
        }[name]
        for i, slope in zip(rest, slopes, strict=True):
            right[i] += right[k] * slope
    for k, (one, other) in enumerate(zip(right, returned, strict=True)):
        if not isinstance(other, Integral | float) or one != other:
            return f"the adjoint of line {k} is {one}"
    return None


def layers() -> Any:
    """Return a strategy for linear layers with whole numbers, of up to three by three."""
    from hypothesis import strategies as st

    def numbers(n: int) -> Any:
        return st.lists(st.integers(-3, 3), min_size=n, max_size=n)

    def of_shape(shape: tuple[int, int]) -> Any:
        m, n = shape
        rows = st.lists(numbers(n), min_size=m, max_size=m)
        return st.fixed_dictionaries({"W": rows, "h": numbers(n), "g": numbers(m)})

    return st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(of_shape)


def _not_the_pullback(layer: dict[str, Any], returned: Any) -> str | None:
    if not isinstance(returned, dict) or set(returned) != {"W", "h"}:
        return "expected a dictionary with 'W' and 'h'"
    weights, before, g = (np.array(layer[name]) for name in ("W", "h", "g"))
    for name, right in (("W", g[:, None] * before), ("h", weights.T @ g)):
        found = np.array(returned[name])
        if found.shape != right.shape:
            return f"the adjoint of {name!r} has shape {found.shape}; expected {right.shape}"
        if not np.array_equal(found, right):
            return f"the adjoint of {name!r} is {right.tolist()}"
    return None


CHECKERS = {
    "graph-evaluate": Checker(
        programs,
        _not_the_values,
        "Give a vertex its value once all its operands have theirs; remember what was found.",
        refuses=_circle,
    ),
    "graph-count-calls": Checker(
        operand_lists,
        _not_the_visits,
        "A visit of v, and for each operand all the visits that it causes. Remember these numbers.",
    ),
    "reverse-sweep": Checker(
        tapes,
        _not_the_adjoints,
        "First all values, forward. Then from the last line back: add each share.",
    ),
    "reverse-layer": Checker(
        layers,
        _not_the_pullback,
        "The adjoint of an array has its shape. Which products of W, h and g have it?",
    ),
}
