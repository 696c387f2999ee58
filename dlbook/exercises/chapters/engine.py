"""The exercises on engines and on Newton's method, chapters 14 and 14A.

Arrays are given as lists of numbers or of rows; an answer may be an array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.exercises.answers import close, compared, named, number, numbers, table
from dlbook.exercises.checker import Checker, of_any_size

__all__ = ["CHECKERS"]

Case = dict[str, Any]

_DOUBLINGS = 40  # more paths than anybody can walk
_LONG = 30  # vertices


def _lists(size: int, entries: Any) -> Any:
    from hypothesis import strategies as st

    return st.lists(entries, min_size=size, max_size=size)


def _rows(m: int, n: int, entries: Any) -> Any:
    return _lists(m, _lists(n, entries))


def _array(shape: tuple[int, ...], entries: Any) -> Any:
    return _lists(shape[0], entries) if len(shape) == 1 else _rows(shape[0], shape[1], entries)


def _halves(least: int, most: int) -> Any:
    """Return a strategy for the halves of integers, which are exact."""
    from hypothesis import strategies as st

    return st.integers(least, most).map(lambda k: k / 2)


# ---- a product with broadcasting ---------------------------------------------------------


def products(most: int = 3) -> Any:
    """Return a strategy for two arrays of integers that broadcast, with a product's adjoint."""
    from hypothesis import strategies as st

    integers = st.integers(-3, 3)

    def of_size(m: int, n: int) -> Any:
        shapes = [(n,), (m, n), (1, n), (m, 1), (1,)]

        def of_shapes(x: tuple[int, ...], y: tuple[int, ...]) -> Any:
            return st.fixed_dictionaries(
                {
                    "x": _array(x, integers),
                    "y": _array(y, integers),
                    "adjoint": _array(np.broadcast_shapes(x, y), integers),
                }
            )

        return st.sampled_from([of_shapes(x, y) for x in shapes for y in shapes]).flatmap(
            lambda strategy: strategy
        )

    return of_any_size(1, most, lambda m: of_any_size(1, most, lambda n: of_size(m, n)))


def _summed(share: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    extra = share.ndim - len(shape)
    ones = [extra + k for k, n in enumerate(shape) if n == 1]
    return np.asarray(share.sum((*range(extra), *ones)).reshape(shape))


def _not_the_pull(product: Case, returned: Any) -> str | None:
    found = named(returned, ["x", "y"])
    x, y, g = (np.array(product[name]) for name in ("x", "y", "adjoint"))
    for name, operand, other in (("x", x, y), ("y", y, x)):
        what = f"the adjoint of {name!r}"
        right = _summed(g * other, operand.shape)
        if complaint := _other_entries(right, found[name], what):
            return complaint
    return None


def _other_entries(right: NDArray[Any], found: Any, what: str) -> str | None:
    """Say that an array has other entries; the shape is asked for first."""
    answer = np.array(numbers(found, *right.shape, what=what), dtype=np.float64)
    return None if close(answer, right) else f"{what} is {np.round(right, 6).tolist()}"


# ---- a sweep -----------------------------------------------------------------------------


def weighted_graphs(most: int = 5) -> Any:
    """Return a strategy for acyclic graphs, their edges in any order, and a result."""
    from hypothesis import strategies as st

    slopes = st.integers(-3, 3)

    def of_size(n: int) -> Any:
        pairs = [(i, j) for j in range(n) for i in range(j)]
        edge = st.tuples(st.sampled_from(pairs), slopes) if pairs else st.nothing()
        edges = (
            st.lists(edge, min_size=min(1, len(pairs)), max_size=2 * n) if pairs else st.just([])
        )
        names = st.permutations([chr(ord("a") + k) for k in range(n)])
        return st.tuples(edges, names, st.integers(0, n - 1)).map(_with_names)

    return of_any_size(1, most, of_size)


def _with_names(drawn: tuple[Any, Any, int]) -> Case:
    edges, names, result = drawn
    named = [(names[i], names[j], slope) for (i, j), slope in edges]
    return {"edges": named, "result": names[result]}


def deep_graphs() -> Any:
    """Return a strategy for chains of doublings and long chains, their edges in any order."""
    from hypothesis import strategies as st

    def of_length(n: int, parallel: int) -> Any:
        names = [f"v{k}" for k in range(n + 1)]
        edges = [(names[k], names[k + 1], 1) for k in range(n) for _ in range(parallel)]
        return st.permutations(edges).map(lambda edges: {"edges": edges, "result": names[n]})

    doublings = of_any_size(20, _DOUBLINGS, lambda n: of_length(n, 2))
    return doublings | of_any_size(10, _LONG, lambda n: of_length(n, 1))


def _not_the_sweep(given: Case, returned: Any) -> str | None:
    found = table(returned)
    right = _adjoints(given)
    for v, adjoint in right.items():
        if v not in found:
            return f"{v!r} has no adjoint"
        what = f"the adjoint of {v!r}"
        if complaint := compared(adjoint, number(found[v], what=what), what):
            return complaint
    extra = [v for v in found if v not in right]
    return f"{extra[0]!r} is not a vertex" if extra else None


def _adjoints(given: Case) -> dict[str, int]:
    """Return the path sums to the result, each vertex asked once."""
    edges, known = given["edges"], {given["result"]: 1}
    leaving: dict[str, list[tuple[str, int]]] = {given["result"]: []}
    for tail, head, slope in edges:
        leaving.setdefault(head, [])
        leaving.setdefault(tail, []).append((head, slope))

    def adjoint(v: str) -> int:
        if v not in known:
            known[v] = sum(slope * adjoint(head) for head, slope in leaving[v])
        return known[v]

    return {v: adjoint(v) for v in leaving}


# ---- log-sum-exp as a primitive ----------------------------------------------------------


def exponents(most: int = 3) -> Any:
    """Return a strategy for vectors, some with entries in the thousands, a tangent, an adjoint."""
    from hypothesis import strategies as st

    def of_size(n: int) -> Any:
        near = st.tuples(_lists(n, _halves(-6, 6)), st.sampled_from([0.0, 0.0, 2000.0, -2000.0]))
        return st.fixed_dictionaries(
            {
                "z": near.map(lambda drawn: [z + drawn[1] for z in drawn[0]]),
                "tangent": _lists(n, _halves(-4, 4)),
                "adjoint": _halves(-4, 4),
            }
        )

    return of_any_size(1, most, of_size)


def _not_the_primitive(case: Case, returned: Any) -> str | None:
    found = named(returned, ["value", "push", "pull"])
    z, tangent = np.array(case["z"]), np.array(case["tangent"])
    shifted = np.exp(z - z.max())
    share = shifted / shifted.sum()
    for name, right in {
        "value": z.max() + np.log(shifted.sum()),
        "push": share @ tangent,
    }.items():
        what = f"the entry {name!r}"
        if abs(float(number(found[name], what=what)) - right) > 1e-9 * max(1.0, abs(right)):
            return f"{what} is {right:.9g}"
    return _other_entries(case["adjoint"] * share, found["pull"], "the entry 'pull'")


# ---- a Hessian-vector product ------------------------------------------------------------


def curved(most: int = 3) -> Any:
    """Return a strategy for sums of log cosh of linear functions, a point and a direction."""
    from hypothesis import strategies as st

    def of_size(m: int, d: int) -> Any:
        return st.fixed_dictionaries(
            {
                "A": _rows(m, d, _halves(-3, 3)),
                "w": _lists(d, _halves(-2, 2)),
                "v": _lists(d, _halves(-4, 4)),
            }
        )

    return of_any_size(1, most, lambda m: of_any_size(1, most, lambda d: of_size(m, d)))


def _not_the_product(case: Case, returned: Any) -> str | None:
    A, w, v = (np.array(case[name]) for name in ("A", "w", "v"))
    right = A.T @ ((1 - np.tanh(A @ w) ** 2) * (A @ v))
    return _other_entries(right, returned, "the product")


# ---- the minimiser of a quadratic model --------------------------------------------------


def models(most: int = 3) -> Any:
    """Return a strategy for a point, a gradient there and an invertible Hessian of integers."""
    from hypothesis import strategies as st

    def of_size(d: int) -> Any:
        def symmetric(entries: list[int]) -> list[list[int]]:
            matrix = np.zeros((d, d), int)
            matrix[np.triu_indices(d)] = entries
            return (matrix + np.triu(matrix, 1).T).tolist()  # type: ignore[no-any-return]

        def with_larger_diagonal(rows: list[list[int]]) -> list[list[int]]:
            return [[x + 3 * (i == j) for j, x in enumerate(row)] for i, row in enumerate(rows)]

        any_sign = _lists(d * (d + 1) // 2, st.integers(-3, 3)).map(symmetric)
        hessian = (any_sign | any_sign.map(with_larger_diagonal)).filter(
            lambda rows: abs(np.linalg.det(rows)) > 0.5
        )
        return st.fixed_dictionaries(
            {
                "point": _lists(d, _halves(-4, 4)),
                "gradient": _lists(d, st.integers(-4, 4)),
                "hessian": hessian,
            }
        )

    return of_any_size(1, most, of_size)


def _without_a_minimiser(model: Case) -> str | None:
    lowest = float(np.linalg.eigvalsh(np.array(model["hessian"], float)).min())
    return None if lowest > 0 else f"the Hessian has the eigenvalue {lowest:.3g}"


def _not_the_minimiser(model: Case, returned: Any) -> str | None:
    H, g, w = (np.array(model[name], float) for name in ("hessian", "gradient", "point"))
    right = w - np.linalg.solve(H, g)
    return _other_entries(right, returned, "the minimiser")


CHECKERS = {
    "build-broadcast": Checker(
        products,
        _not_the_pull,
        "The adjoint times the other operand; then add up over the axes that broadcasting spread.",
        long=lambda: products(5),
    ),
    "build-sweep": Checker(
        weighted_graphs,
        _not_the_sweep,
        "A vertex passes its adjoint back once all edges that leave it have been used.",
        long=deep_graphs,
    ),
    "build-primitive": Checker(
        exponents,
        _not_the_primitive,
        "Subtract the largest entry before taking exponentials; the gradient is a softmax.",
        long=lambda: exponents(8),
    ),
    "newton-hvp": Checker(
        curved,
        _not_the_product,
        "Differentiate the gradient along v: the slope of tanh is 1 - tanh².",
        long=lambda: curved(5),
    ),
    "newton-minimiser": Checker(
        models,
        _not_the_minimiser,
        "The eigenvalues say whether there is a minimiser; then solve a linear system.",
        refuses=_without_a_minimiser,
        long=lambda: models(4),
    ),
}
