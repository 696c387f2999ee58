"""prp-nested-units: two units keep two derivatives apart."""

from fractions import Fraction
from itertools import product

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


def hypotheses(h, x, y, way, units):
    """The units are two, or two whose product is 0, or one and the same."""
    return {"distinct": units == "two"}


def evaluated(h, x, y, way, units):
    """Return h(x + ẋε1, y + ε2) by its coefficients at 1, ε1, ε2, ε1·ε2."""

    def times(a, b):
        # Numbers by the set of units in them; no unit occurs twice.
        found = dict.fromkeys(a, Fraction(0))
        for (s, one), (t, other) in product(a.items(), b.items()):
            if not s & t:
                found[s | t] += one * other
        return found

    none, first, second = frozenset(), frozenset({1}), frozenset({2})
    both = first | second
    if units == "one":
        second = both = first
    keys = dict.fromkeys([none, first, second, both], Fraction(0))
    one = keys | {none: Fraction(1)}
    u, v = keys | {none: x, first: way}, keys | {none: y, second: Fraction(1)}
    total = dict(keys)
    for (m, n), c in h.items():
        term = one
        for factor in [u] * m + [v] * n:
            term = times(term, factor)
        total = {s: total[s] + c * term[s] for s in total}
    if units == "no product":
        total[both] = Fraction(0)
    # With one unit, all of its coefficient is that of "ε2".
    return total[second], (total[both] if units == "two" else Fraction(0))


def derivative(h, x, y, i, j):
    def fall(k, order):
        return 1 if order == 0 else k if order == 1 else k * (k - 1)

    return sum(
        c * fall(m, i) * x ** max(m - i, 0) * fall(n, j) * y ** max(n - j, 0)
        for (m, n), c in h.items()
    )


def conclusion(h, x, y, way, units, *, mixed=lambda way: way, variable=1, second=False):
    """Q = ∂₂h(x, y) + ∂₁∂₂h(x, y)·ẋ·ε1."""
    real, tangent = evaluated(h, x, y, way, units)
    orders = (0, 1) if variable == 1 else (1, 0)
    first, cross = derivative(h, x, y, *orders), derivative(h, x, y, *(0, 2) if second else (1, 1))
    return (real, tangent) == (first, cross * mixed(way))


NUMBERS = st.integers(-3, 3).map(Fraction)
EXPONENTS = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(st.dictionaries(EXPONENTS, NUMBERS, max_size=5), NUMBERS, NUMBERS, NUMBERS)
def test_holds(h, x, y, way):
    assert not broken(hypotheses(h, x, y, way, "two"))
    assert conclusion(h, x, y, way, "two")


POLYNOMIAL = {(2, 1): Fraction(1), (1, 2): Fraction(3), (0, 1): Fraction(1)}


def test_near_misses():
    near = [(POLYNOMIAL, Fraction(2), Fraction(3), Fraction(-2), "two")]
    near += [(POLYNOMIAL, Fraction(0), Fraction(0), Fraction(0), "two"), ({}, *near[0][1:])]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_distinct():
    for h in ({(1, 0): Fraction(1), (0, 1): Fraction(1)}, {(1, 1): Fraction(1)}):
        instance = (h, Fraction(3), Fraction(2), Fraction(1), "one")
        assert broken(hypotheses(*instance)) == ["distinct"]
        assert not conclusion(*instance)
    # Two units, neither a multiple of the other, with the product 0.
    instance = ({(1, 1): Fraction(1)}, Fraction(3), Fraction(2), Fraction(1), "no product")
    assert broken(hypotheses(*instance)) == ["distinct"]
    assert not conclusion(*instance)
