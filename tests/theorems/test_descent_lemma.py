"""thm-descent-lemma: a step with λ ≥ L lowers the function by |∇f|²/(2λ) at least."""

# Not yet told from its near misses.

import numpy as np
from descents import at_most, sums_of_log_cosh, vectors
from hypothesis import given
from hypothesis import strategies as st

from dlbook.autodiff import grad
from dlbook.optimize import proximal_step


def conclusion(f, w, strength):
    """f(w - ∇f(w)/λ) ≤ f(w) - |∇f(w)|²/(2λ)."""
    g = grad(f)(w)
    return at_most(f(proximal_step(g, w, strength)), f(w) - np.sum(g * g) / (2 * strength))


@given(st.data(), st.integers(1, 3), st.floats(1, 10))
def test_holds(data, d, times):
    f, rows = data.draw(sums_of_log_cosh(d))
    lipschitz = np.sum(rows**2) or 1.0
    assert conclusion(f, data.draw(vectors(d)), times * lipschitz)


def test_without_smooth():
    assert not conclusion(lambda w: np.abs(w) ** 1.5, 1e-4, 1.0)


def test_without_strong():
    def bowl(w):
        return w**2 / 2  # L = 1

    for strength in (0.99, 0.6, 0.5, 1 / 3):
        assert not conclusion(bowl, 1.0, strength)
    assert conclusion(bowl, 1.0, 1.0)
