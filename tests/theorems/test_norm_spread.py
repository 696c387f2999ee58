"""prp-norm-spread: the fourth power of the norm grows by 1 + 5/n per layer, in the mean."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "3/n": {"extra": 3.0},
    "5/n, times 1.001": {"extra": 5.005},
    "2/n": {"extra": 2.0},
    "per layer, not multiplied": {"grow": lambda extra, n, L: 1 + L * extra / n},
    "the mean square shrinks": {"square": 0.99},
    "the norm, for its square": {"powers_of_norm": (1, 4)},
    "the square of the norm, for its fourth power": {"powers_of_norm": (2, 2)},
}

# A polynomial of a standard normal number is integrated exactly.
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(12)
NORMAL = tuple(zip(NODES, WEIGHTS / WEIGHTS.sum(), strict=True))
SIGNS = ((1.0, 0.5), (-1.0, 0.5))


def hypotheses(n, L, law, shared=None, norm=1.0):
    """Layers may share their weights, or the units of each layer theirs."""
    moments = [sum(p * x**k for x, p in law) for k in (1, 2, 3, 4, 6)]
    return {
        "normal": bool(np.allclose(moments, [0, 1, 0, 3, 15])) and shared != "units",
        "independent": shared != "layers",
    }


def powers(n, L, law, shared):
    """Return the mean square and mean fourth power of the norm, started at norm 1.

    Given a, the entries of W a are those of a vector of independent numbers of the law, times
    the norm of a and the root of 2/n; for laws other than the normal one, n = 1.
    """
    if shared == "layers":  # one unit: the same weight in every layer
        products = [(max(x, 0.0) ** (2 * L) * 2**L, p) for x, p in law]
        return tuple(sum(p * s**k for s, p in products) for k in (1, 2))
    first = second = 0.0
    for case in product(law, repeat=1 if shared == "units" else n):
        p = np.prod([q for _, q in case])
        s = 2 / len(case) * sum(max(x, 0.0) ** 2 for x, _ in case)
        first, second = first + p * s, second + p * s * s
    return first**L, second**L


def conclusion(
    n,
    L,
    law,
    shared=None,
    norm=1.0,
    *,
    extra=5.0,
    grow=lambda extra, n, L: (1 + extra / n) ** L,
    square=1.0,
    powers_of_norm=(2, 4),
):
    """The two means, relative to those powers of the norm at the start."""
    first, second = powers(n, L, law, shared)
    one, other = (norm**power for power in powers_of_norm)
    return bool(
        np.isclose(norm**2 * first, one * square**L)
        and np.isclose(norm**4 * second, other * grow(extra, n, L), rtol=1e-6)
    )


@given(st.integers(1, 2), st.integers(1, 5), st.sampled_from([0.25, 1.0, 3.0]))
def test_holds(n, L, norm):
    assert not broken(hypotheses(n, L, NORMAL, None, norm))
    assert conclusion(n, L, NORMAL, None, norm)


def test_near_misses():
    near = [(1, 2, NORMAL), (2, 3, NORMAL), (2, 1, NORMAL, None, 3.0), (3, 1, NORMAL)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_a_network_that_is_drawn_has_these_moments():
    rng = np.random.default_rng(0)
    n, networks, norm = 3, 200_000, 2.0
    a = norm * np.ones((networks, n, 1)) / np.sqrt(n)
    for _ in range(2):
        a = np.maximum(np.sqrt(2 / n) * rng.standard_normal((networks, n, n)) @ a, 0)
    squares = np.sum(a**2, axis=(1, 2))
    for found, expected in ((squares, norm**2), (squares**2, (1 + 5 / n) ** 2 * norm**4)):
        assert abs(found.mean() - expected) < 5 * found.std() / np.sqrt(networks)


def test_without_normal():
    assert broken(hypotheses(1, 1, SIGNS)) == ["normal"]
    assert powers(1, 1, SIGNS, None) == (1, 2)
    assert not conclusion(1, 1, SIGNS)
    wider = tuple((1.001 * x, p) for x, p in NORMAL)
    positive = tuple((abs(x), p) for x, p in NORMAL)
    for law in wider, positive:
        assert broken(hypotheses(1, 1, law)) == ["normal"]
        assert not conclusion(1, 1, law)
    # The units of a layer are normal, and always equal.
    assert broken(hypotheses(2, 1, NORMAL, "units")) == ["normal"]
    assert not conclusion(2, 1, NORMAL, "units")


def test_moments_like_those_of_a_normal_number_do_not_make_one():
    root = np.sqrt(3)
    three = ((-root, 1 / 6), (0.0, 2 / 3), (root, 1 / 6))
    assert broken(hypotheses(1, 1, three)) == ["normal"]
    assert conclusion(1, 1, three)


def test_without_independent():
    instance = (1, 2, NORMAL, "layers")
    assert broken(hypotheses(*instance)) == ["independent"]
    assert np.isclose(powers(*instance)[1], 840)
    assert not conclusion(*instance)
