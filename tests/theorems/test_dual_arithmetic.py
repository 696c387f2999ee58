"""prp-dual-arithmetic: dual numbers are a ring, and arithmetic in it differentiates quotients."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from near import missed

NEAR_MISSES = {
    "complex numbers": {"square": -1},
    "a unit whose square is 1": {"square": 1},
    "a product whose second factor rests": {"second": 0},
    "a product whose first factor rests": {"first": 0},
    "the sign of the inverse": {"inverse": lambda a, b: (1 / a, b / a**2)},
    "the inverse not squared": {"inverse": lambda a, b: (1 / a, -b / a)},
    "a value off by a thousandth": {"off": Fraction(1, 1000)},
}


def conclusion(
    p, q, a, b, *, square=0, first=1, second=1, inverse=lambda a, b: (1 / a, -b / a**2), off=0
):
    """p(a + bε)·q(a + bε)^-1 = f(a) + f'(a)bε, for f = p/q, in exact arithmetic."""

    def times(x, y):
        real = x[0] * y[0] + square * x[1] * y[1]
        return real, second * x[0] * y[1] + first * x[1] * y[0]

    def at(coefficients):
        value = (Fraction(0), Fraction(0))
        for c in reversed(coefficients):
            value = times(value, (a, b))
            value = value[0] + c, value[1]
        return value

    def exact(coefficients, order):
        powers = enumerate(coefficients)
        return sum(c * (k if order else 1) * a ** (k - order) for k, c in powers if k >= order)

    below = exact(q, 0)
    slope = (exact(p, 1) * below - exact(p, 0) * exact(q, 1)) / below**2
    return times(at(p), inverse(*at(q))) == (exact(p, 0) / below + off, slope * b)


NUMBERS = st.integers(-4, 4).map(Fraction)
POLYNOMIALS = st.lists(NUMBERS, min_size=1, max_size=4)


@given(POLYNOMIALS, POLYNOMIALS, NUMBERS, NUMBERS)
def test_holds(p, q, a, b):
    if sum(c * a**k for k, c in enumerate(q)) == 0:
        q = [Fraction(1)]
    assert conclusion(p, q, a, b)


def test_near_misses():
    p, q = list(map(Fraction, (1, 2, 3))), list(map(Fraction, (2, 0, 1)))
    near = [(p, q, Fraction(2), Fraction(3)), (p, [Fraction(1)], Fraction(2), Fraction(1))]
    near += [(p, q, Fraction(0), Fraction(0)), ([Fraction(0)], q, Fraction(-1), Fraction(5))]
    assert not missed(NEAR_MISSES, near, conclusion)
    # Each of them tells, whatever a and b.
    assert not any(conclusion(*one, off=Fraction(1, 1000)) for one in near)


DUALS = st.tuples(NUMBERS, NUMBERS)


def product(x, y):
    return x[0] * y[0], x[0] * y[1] + x[1] * y[0]


def total(x, y):
    return x[0] + y[0], x[1] + y[1]


def is_commutative_ring(x, y, z, product):
    """Whether the laws of multiplication hold; those of addition are those of pairs."""
    return (
        product(x, y) == product(y, x)
        and product(product(x, y), z) == product(x, product(y, z))
        and product(x, total(y, z)) == total(product(x, y), product(x, z))
        and product(x, (1, 0)) == x
    )


@given(DUALS, DUALS, DUALS)
def test_the_laws_of_a_commutative_ring(x, y, z):
    assert is_commutative_ring(x, y, z, product)


def test_each_law_is_asked_for():
    three = (2, 3), (-1, 4), (3, -2)
    for words, other in {
        "not commutative": lambda x, y: (x[0] * y[0], x[1] * y[0]),
        "not distributive": lambda x, y: (x[0] * y[0], x[1] + y[1]),
        "1 is not neutral": lambda x, y: (x[0] * y[0], 0),
    }.items():
        assert not is_commutative_ring(*three, other), words


@given(DUALS)
def test_an_inverse_exists_if_and_only_if_the_real_part_is_not_zero(x):
    a, b = x
    if a:
        assert product(x, (1 / a, -b / a**2)) == (1, 0)
    else:  # every product with x has real part 0
        assert all(product(x, (Fraction(c), Fraction(d)))[0] == 0 for c in (-1, 2) for d in (0, 3))
