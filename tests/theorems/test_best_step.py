"""lem-best-step: where a rising and a falling power balance."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "the two exponents exchanged": {"root": lambda a, b, p, q: (p * b / (q * a)) ** (1 / (p + q))},
    "equal errors": {"root": lambda a, b, p, q: (b / a) ** (1 / (p + q))},
    "the root of order p": {"root": lambda a, b, p, q: (q * b / (p * a)) ** (1 / p)},
    "one per cent off": {"root": lambda a, b, p, q: 1.01 * best(a, b, p, q)},
    "twice the falling term": {"share": lambda p, q: 2},
    "1 + p/q, for 1 + q/p": {"share": lambda p, q: 1 + p / q},
    "a hundredth more than 1 + q/p": {"share": lambda p, q: 1.01 * (1 + q / p)},
    "the largest value": {"sign": -1},
    "as small everywhere": {"sign": 0},
}


def best(a, b, p, q):
    return np.divide(q * b, p * a) ** (1 / (p + q))


def hypotheses(a, b, p, q):
    return {"positive": a > 0 and b > 0}


def conclusion(a, b, p, q, *, root=best, share=lambda p, q: 1 + q / p, sign=1):
    """φ has its only minimum at h*, and there it is (1 + q/p)·b·h*^-q."""

    def value(h):
        return a * h**p + b * h**-q

    with np.errstate(all="ignore"):
        h = np.float64(root(a, b, p, q))
        others = h * np.array([0.01, 0.5, 0.98, 0.995, 1.005, 1.02, 2, 100])
        least = bool(np.all(sign * (value(others) - value(h)) > 0))
        told = bool(abs(value(h) - share(p, q) * b * h**-q) <= 1e-9 * value(h))
    smallest = least and told
    return smallest


POSITIVE = st.floats(0.1, 10)


@given(POSITIVE, POSITIVE, st.floats(0.5, 5), st.floats(0.5, 5))
def test_holds(a, b, p, q):
    assert not broken(hypotheses(a, b, p, q))
    assert conclusion(a, b, p, q)


def test_near_misses():
    near = [(1.0, 3.0, 1, 1), (2.0, 1.0, 2, 1), (0.5, 1.0, 4, 2), (1.0, 1.0, 1, 3)]
    near += [(1e-3, 1e3, 0.5, 0.3), (1e3, 1e-3, 0.1, 2.5)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # Each of them tells, whatever the exponents.
    for share in (lambda p, q: 1.01 * (1 + q / p), lambda p, q: 0.99 * (1 + q / p)):
        assert not any(conclusion(*one, share=share) for one in near)
    assert not any(conclusion(*one, sign=0) for one in near)


def test_all_others_are_asked_for():
    # A hundredth more than h*, with the value there: some others are larger, and not all.
    assert not conclusion(
        *(1.0, 3.0, 1, 1),
        root=lambda a, b, p, q: 1.01 * best(a, b, p, q),
        share=lambda p, q: 1 + 1.01**2,
    )
    # The value is less than is said, and more.
    for times in (1.001, 0.999):
        assert not conclusion(1.0, 3.0, 1, 1, share=lambda p, q, times=times: times * (1 + q / p))


def test_without_positive():
    # h² gets as small as you like, h² - 1/h even smaller, and 1/h as well: there is no minimum.
    # And h* of -h² - 1/h is where it is largest.
    for a, b in ((1.0, 0.0), (1.0, -1.0), (0.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)):
        instance = (a, b, 2, 1)
        assert broken(hypotheses(*instance)) == ["positive"]
        assert not conclusion(*instance)
