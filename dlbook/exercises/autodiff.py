"""The exercises on computations, chapters 10 and 13.

A program is a dictionary from each vertex to a number, for an input, or to a tuple of an operation
and its operands. All values are whole numbers, so that answers are compared exactly.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any

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
}
