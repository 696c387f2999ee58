"""The exercises on computations, chapters 10, 13 and 13A.

A program is a dictionary from each vertex to a number, for an input, or to a tuple of an operation
and its operands. All values are integers, so that answers are compared exactly; but for the
layer with tanh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from string import ascii_lowercase
from typing import Any

import numpy as np

from dlbook import graph
from dlbook.exercises.answers import (
    UnfitError,
    close,
    compared,
    many,
    number,
    numbers,
    sequence,
    table,
)
from dlbook.exercises.chapters import graphs
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Program = dict[str, Any]

_ARITY = {"add": 2, "subtract": 2, "multiply": 2, "negate": 1}
_DEEP = 40  # doublings, of which naive recursion would need 2 ** 41 visits
_LONG = 20  # vertices, so that who looks at the first few only is found out


def programs() -> Any:
    """Return a strategy for programs, some with cycles."""
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

    acyclic = of_any_size(0, len(names), lambda n: of_size(n, forward=True))
    cyclic = of_any_size(0, len(names), lambda n: of_size(n, forward=False))
    return acyclic | cyclic


def long_programs() -> Any:
    """Return a strategy for chains: of doublings, or of all but multiplications, in any order."""
    from hypothesis import strategies as st

    names = list(ascii_lowercase[:_LONG])

    def line(k: int) -> Any:
        before, other = st.just(names[k - 1]), st.sampled_from(names[:k])
        two = st.sampled_from(["add", "subtract"])
        return (
            st.tuples(two, before, other)
            | st.tuples(two, other, before)
            | st.tuples(st.just("negate"), before)
        )

    def of_length(n: int) -> Any:
        lines = st.tuples(st.integers(-3, 3), *map(line, range(1, n)))
        return st.tuples(lines, st.permutations(range(n))).map(
            lambda both: {names[k]: both[0][k] for k in both[1]}
        )

    return of_any_size(1, _LONG, of_length) | deep_programs()


def deep_programs() -> Any:
    """Return a strategy for chains of doublings, from the input on or the other way round."""
    from hypothesis import strategies as st

    return st.builds(_doublings, st.integers(1, _DEEP), backwards=st.booleans())


def _doublings(n: int, *, backwards: bool) -> Program:
    names = [f"v{k}" for k in range(n + 1)]
    pairs = zip(names[1:], names, strict=False)
    program = {names[0]: 1} | {v: ("add", before, before) for v, before in pairs}
    return dict(reversed(program.items())) if backwards else program


def _simpler_programs(program: Program) -> Iterator[Program]:
    """Yield a program without a vertex that no other needs, and with other names."""
    operands = _operands(program)
    for v in program:
        if not any(v in needed for u, needed in operands.items() if u != v):
            yield {u: line for u, line in program.items() if u != v}
    for names in graphs.first_letters(program):
        yield {
            names[v]: (line[0], *(names[u] for u in line[1:])) if isinstance(line, tuple) else line
            for v, line in program.items()
        }


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
    return _differs(right, returned, "value")


def _differs(right: dict[str, int], returned: Any, word: str) -> str | None:
    found = table(returned)
    for v, value in right.items():
        if v not in found:
            return f"{v!r} has no value"
        what = f"the {word} of {v!r}"
        if complaint := compared(value, number(found[v], what=what), what):
            return complaint
    extra = [v for v in found if v not in right]
    return f"{extra[0]!r} is not a vertex" if extra else None


def long_operand_lists() -> Any:
    """Return a strategy for acyclic graphs of many vertices, each with its operands."""
    return graphs.long_dags() | deep_programs().map(_operands)


def _not_the_visits(operands: dict[str, list[str]], returned: Any) -> str | None:
    right: dict[str, int] = {}
    for v in graph.topological_sort(_dependencies(operands)):
        right[v] = 1 + sum(right[u] for u in operands[v])
    return _differs(right, returned, "count")


def tapes() -> Any:
    """Return a strategy for tapes: operations on integers, in the order they were done."""
    from hypothesis import strategies as st

    def of_length(n: int) -> Any:
        lines: list[Any] = [st.integers(-3, 3).map(lambda x: ("input", x))]
        for k in range(1, n):
            i = st.integers(0, k - 1)
            two = st.sampled_from(["add", "subtract", "multiply"])
            lines.append(st.tuples(two, i, i) | st.tuples(st.just("square"), i) | lines[0])
        return st.tuples(*lines[:n]).map(list)

    return of_any_size(1, 6, of_length)


def deep_tapes() -> Any:
    """Return a strategy for tapes that double a number again and again."""
    from hypothesis import strategies as st

    return st.integers(1, _DEEP).map(
        lambda n: [("input", 1), *[("add", k, k) for k in range(n)]],
    )


def _not_the_adjoints(tape: list[Any], returned: Any) -> str | None:
    found = numbers(returned, len(tape))
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
    right[-1] = 1
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
    for k, (one, other) in enumerate(zip(right, found, strict=True)):
        if complaint := compared(one, other, f"the adjoint of line {k}"):
            return complaint
    return None


def dense_layers(most: int = 3) -> Any:
    """Return a strategy for layers tanh(XW + b), examples in rows, with the adjoint of the output.

    The entries are small, so that no slope of tanh is lost in rounding.
    """
    from hypothesis import strategies as st

    def entries(n: int) -> Any:
        return st.lists(st.integers(-2, 2).map(lambda k: k / 2), min_size=n, max_size=n)

    def rows(m: int, n: int) -> Any:
        return st.lists(entries(n), min_size=m, max_size=m)

    def of_shape(batch: int, before: int, after: int) -> Any:
        return st.fixed_dictionaries(
            {
                "X": rows(batch, before),
                "W": rows(before, after),
                "b": entries(after),
                "adjoint": rows(batch, after),
            }
        )

    def any_size(make: Callable[[int], Any]) -> Any:
        return of_any_size(1, most, make)

    return any_size(lambda k: any_size(lambda m: any_size(lambda n: of_shape(k, m, n))))


def _not_the_adjoints_of_the_layer(layer: dict[str, Any], returned: Any) -> str | None:
    adjoints = _entries(returned, ["W", "b", "X"])
    x, w, b, g = (np.array(layer[name]) for name in ("X", "W", "b", "adjoint"))

    def shares(g: Any) -> dict[str, Any]:
        return {"W": x.T @ g, "b": g.sum(axis=0), "X": g @ w.T}

    right, without = shares(g * (1 - np.tanh(x @ w + b) ** 2)), shares(g)
    for name in right:
        what = f"the adjoint of {name!r}"
        found = np.array(numbers(adjoints[name], *right[name].shape, what=what), dtype=np.float64)
        if close(found, right[name]):
            continue
        if close(found, without[name]):
            return f"{what} is right for XW + b; pass the adjoint back through tanh first"
        return f"{what} is {np.round(right[name], 6).tolist()}"
    return None


def _entries(returned: Any, names: list[str]) -> dict[str, Any]:
    *first, last = map(repr, names)
    expected = f"a dictionary with {', '.join(first)} and {last}"
    adjoints = table(returned, expected)
    for name in [*names, *adjoints]:
        if (name in adjoints) != (name in names):
            word = "an entry" if name in adjoints else "no"
            raise UnfitError(f"it has {word} {name!r}; expected {expected}")
    return adjoints


def exponents(most: int = 300) -> Any:
    """Return a strategy for exponents."""
    from hypothesis import strategies as st

    return st.integers(1, most)


def _no_short_program(exponent: int, returned: Any) -> str | None:
    products = sequence(returned, "a list of pairs")
    reached = [1]
    for k, product in enumerate(products, 1):
        pair = numbers(product, 2, expected="a pair of numbers", what=f"entry {k - 1}")
        for i in pair:
            if i not in range(k):
                return f"multiplication {k} asks for value {i}; it may use 0, …, {k - 1}"
        reached.append(sum(reached[int(i)] for i in pair))
    if reached[-1] != exponent:
        return f"the last value is the power {reached[-1]}, not {exponent}"
    most = 2 * int(np.log2(exponent))
    if len(products) <= most:
        return None
    return f"it has {len(products)} multiplications; {most} are enough"


def _not_the_visits_of_the_result(operands: dict[str, list[str]], returned: Any) -> str | None:
    walks = dict.fromkeys(operands, 0)
    for v in reversed(graph.topological_sort(_dependencies(operands))):
        walks[v] += not any(v in needed for needed in operands.values())
        for u in operands[v]:
            walks[u] += walks[v]
    return _differs(walks, returned, "count")


def points_of_the_plane(most: int = 3) -> Any:
    """Return a strategy for the values of two inputs."""
    from hypothesis import strategies as st

    value = st.integers(-most, most)
    return st.fixed_dictionaries({"x": value, "y": value})


def _not_the_five_adjoints(given: dict[str, int], returned: Any) -> str | None:
    x, y = given["x"], given["y"]
    right = {"x": y + 1, "y": x + 2 * y + 1, "v1": y + 1, "v2": x + y, "v3": 1}
    return _differs(right, returned, "adjoint")


def jacobian_shapes(most: int = 20) -> Any:
    """Return a strategy for numbers of inputs and results."""
    from hypothesis import strategies as st

    return st.fixed_dictionaries({"inputs": st.integers(1, most), "results": st.integers(1, most)})


def _not_the_sweeps(given: dict[str, int], returned: Any) -> str | None:
    n, m = given["inputs"], given["results"]
    sweeps = table(returned, "a dictionary with 'forward', 'reverse' and 'choice'")
    for name, right in (("forward", n), ("reverse", m)):
        if name not in sweeps:
            raise UnfitError(f"it has no {name!r}")
        if complaint := compared(right, number(sweeps[name], what=name), name):
            return complaint
    choice = "forward" if n <= m else "reverse"
    if sweeps.get("choice") == choice:
        return None
    return f"forward makes {many(n, 'sweep')} and reverse {m}: choose {choice}"


CHECKERS = {
    "graph-powers": Checker(
        exponents,
        _no_short_program,
        "Write the exponent in binary. A digit costs a squaring, a 1 a multiplication more.",
        long=lambda: exponents(10**6),
    ),
    "graph-visits-b": Checker(
        graphs.dags,
        _not_the_visits_of_the_result,
        "From the results back: a visit of a vertex is a visit of each of its operands.",
        long=long_operand_lists,
        smaller=graphs.simpler,
    ),
    "reverse-by-hand": Checker(
        points_of_the_plane,
        _not_the_five_adjoints,
        "The slope of a product in one factor is the other factor. From y there are two paths.",
        long=lambda: points_of_the_plane(1000),
    ),
    "reverse-which": Checker(
        jacobian_shapes,
        _not_the_sweeps,
        "A sweep forward finds a column of the Jacobian, one back a row. Which is dearer?",
        long=lambda: jacobian_shapes(10**6),
    ),
    "graph-evaluate": Checker(
        programs,
        _not_the_values,
        "Give a vertex its value once all its operands have theirs; remember what was found.",
        refuses=_circle,
        long=long_programs,
        smaller=_simpler_programs,
    ),
    "graph-count-calls": Checker(
        graphs.dags,
        _not_the_visits,
        "A visit of v, and for each operand all the visits that it causes. Remember these numbers.",
        long=long_operand_lists,
        smaller=graphs.simpler,
    ),
    "reverse-sweep": Checker(
        tapes,
        _not_the_adjoints,
        "First all values, forward. Then from the last line back: add each share.",
        long=deep_tapes,
    ),
    "layer-adjoints": Checker(
        dense_layers,
        _not_the_adjoints_of_the_layer,
        "First the adjoint times the slopes of tanh, entry by entry. Then look at the shapes.",
        long=lambda: dense_layers(4),
    ),
}
