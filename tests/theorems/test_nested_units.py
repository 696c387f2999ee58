"""prp-nested-units: two units keep two derivatives apart."""

from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "without the direction": {"mixed": lambda way: 1},
    "without the mixed derivative": {"mixed": lambda way: 0},
    "twice the mixed derivative": {"mixed": lambda way: 2 * way},
    "the derivative by the other variable": {"variable": 0},
    "the second derivative, not the mixed one": {"second": True},
}


#: A ring: its ε2 by coordinates at 1, ε1, η, ε1·η, and whether ε1·η is not 0.
RINGS = {
    "two": ((0, 0, 1, 0), 1),
    "two, turned": ((0, 0, 1, 1), 1),
    "one": ((0, 1, 0, 0), 1),
    "one, doubled": ((0, 2, 0, 0), 1),
    "no product": ((0, 0, 1, 0), 0),
}


def times(a, b, units):
    """Multiply, where the squares of ε1 and η are 0."""
    both = a[0] * b[3] + a[1] * b[2] + a[2] * b[1] + a[3] * b[0]
    first, second = (a[0] * b[k] + a[k] * b[0] for k in (1, 2))
    return a[0] * b[0], first, second, RINGS[units][1] * both


def basis(units):
    """Return 1, ε1, ε2 and ε1·ε2."""
    first, second = (0, 1, 0, 0), RINGS[units][0]
    return (1, 0, 0, 0), first, second, times(first, second, units)


def hypotheses(h, x, y, way, units):
    return {"distinct": bool(np.linalg.matrix_rank(np.array(basis(units), float)) == 4)}


@cache
def is_unique(units):
    """Whether no P and Q but 0 and 0 give 0, so that two pairs give two numbers."""
    others = product((-2, -1, 0, 1, 2), repeat=4)
    return all(any(combined(w, basis(units))) for w in others if any(w))


def combined(weights, elements):
    return tuple(
        sum(w * e for w, e in zip(weights, column, strict=True))
        for column in zip(*elements, strict=True)
    )


def evaluated(h, x, y, way, units):
    """Return h(x + ẋε1, y + ε2)."""
    u, v = combined((x, way, 0, 0), basis(units)), combined((y, 0, 1, 0), basis(units))
    total = (0, 0, 0, 0)
    for (m, n), c in h.items():
        term = (c, 0, 0, 0)
        for factor in [u] * m + [v] * n:
            term = times(term, factor, units)
        total = combined((1, 1), (total, term))
    return total


def derivative(h, x, y, i, j):
    def fall(k, order):
        return 1 if order == 0 else k if order == 1 else k * (k - 1)

    return sum(
        c * fall(m, i) * x ** max(m - i, 0) * fall(n, j) * y ** max(n - j, 0)
        for (m, n), c in h.items()
    )


def conclusion(h, x, y, way, units, *, mixed=lambda way: way, variable=1, second=False):
    """h(x + ẋε1, y + ε2) = P + Qε2 for one P and one Q, and Q = ∂₂h(x, y) + ∂₁∂₂h(x, y)·ẋ·ε1."""
    orders = (0, 1) if variable == 1 else (1, 0)
    first, cross = derivative(h, x, y, *orders), derivative(h, x, y, *(0, 2) if second else (1, 1))
    taken = combined((0, 0, first, cross * mixed(way)), basis(units))
    rest = combined((1, -1), (evaluated(h, x, y, way, units), taken))
    return rest[2:] == (0, 0) and is_unique(units)  # the rest is P = a + bε1


NUMBERS = st.integers(-3, 3).map(Fraction)
EXPONENTS = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(st.dictionaries(EXPONENTS, NUMBERS, max_size=5), NUMBERS, NUMBERS, NUMBERS)
def test_holds(h, x, y, way):
    assert not broken(hypotheses(h, x, y, way, "two"))
    assert conclusion(h, x, y, way, "two")


POLYNOMIAL = {(2, 1): Fraction(1), (1, 2): Fraction(3), (0, 1): Fraction(1)}


def test_near_misses():
    near = [(POLYNOMIAL, Fraction(2), Fraction(3), Fraction(-2), "two")]
    near += [(POLYNOMIAL, Fraction(0), Fraction(0), Fraction(0), "two")]
    near += [(*near[0][:-1], "two, turned")]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # Nothing is false of the polynomial 0.
    assert conclusion({}, *near[0][1:])
    # Each but the last of them tells, whatever the numbers and the ring.
    assert not any(conclusion(*one, variable=0) for one in near)


def test_without_distinct():
    # One unit, a unit and its double, and two units with the product 0.
    for h in ({(1, 0): Fraction(1), (0, 1): Fraction(1)}, {(1, 1): Fraction(1)}, {}):
        for units in ("one", "one, doubled", "no product"):
            instance = (h, Fraction(3), Fraction(2), Fraction(1), units)
            assert broken(hypotheses(*instance)) == ["distinct"]
            assert not conclusion(*instance)
