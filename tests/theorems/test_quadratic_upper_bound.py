"""lem-quadratic-upper-bound: a function with a Lipschitz gradient lies below a paraboloid."""

# Not yet told from its near misses.

import numpy as np
from descents import at_most, segment, sums_of_log_cosh, vectors
from hypothesis import given
from hypothesis import strategies as st

from dlbook.autodiff import grad


def conclusion(f, w, u, lipschitz):
    """f(u) ≤ f(w) + ⟨∇f(w), u - w⟩ + L/2 · |u - w|²."""
    return at_most(f(u), f(w) + grad(f)(w) @ (u - w) + lipschitz / 2 * (u - w) @ (u - w))


def is_smooth(f, w, u, lipschitz):
    """The hypothesis, at some points of the segment."""
    gradient = grad(f)
    return all(
        at_most(np.linalg.norm(gradient(x) - gradient(w)), lipschitz * np.linalg.norm(x - w))
        for x in segment(w, u)
    )


@given(st.data(), st.integers(1, 3))
def test_holds(data, d):
    f, rows = data.draw(sums_of_log_cosh(d))
    w, u = data.draw(vectors(d)), data.draw(vectors(d))
    assert is_smooth(f, w, u, np.sum(rows**2))
    assert conclusion(f, w, u, np.sum(rows**2))


def test_without_smooth():
    def steep(w):
        return np.sum(np.abs(w) ** 1.5)

    w, u = np.array([1e-4]), np.array([-0.0149])
    assert not is_smooth(steep, w, u, 1.0)
    assert not conclusion(steep, w, u, 1.0)
