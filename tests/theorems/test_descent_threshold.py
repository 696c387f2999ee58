"""prp-descent-threshold: below 2/L every step from a slope leads down."""

import numpy as np
from descents import bowl, is_smooth, sums_of_log_cosh, vectors, wavy
from hypothesis import assume, given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.autodiff import grad

NEAR_MISSES = {
    "a step four times as long": {"length": 4},
    "a step up the gradient": {"length": -1},
    "down by a tenth of |∇f|²": {"least": 0.1},
}


def hypotheses(f, w, rate, lipschitz):
    return {
        "smooth": is_smooth(f, w, w - rate * grad(f)(w), lipschitz),
        "short": bool(0 < rate < 2 / lipschitz),
        "slope": bool(np.any(grad(f)(w) != 0)),
    }


def conclusion(f, w, rate, lipschitz, *, length=1, least=0):
    """f(w - η∇f(w)) < f(w)."""
    g = grad(f)(w)
    return bool(f(w - length * rate * g) < f(w) - least * np.sum(g * g))


@given(st.data(), st.integers(1, 3), st.floats(0.01, 1.99))
def test_holds(data, d, part):
    f, rows = data.draw(sums_of_log_cosh(d))
    w, lipschitz = data.draw(vectors(d, 3)), np.sum(rows**2)
    assume(lipschitz > 0.1)
    rate = part / lipschitz
    # What the statement promises must be more than rounding, to be seen.
    promised = rate * (1 - part / 2) * np.sum(grad(f)(w) ** 2)
    assume(promised > 1e-12 * (1 + f(w)))
    assert not broken(hypotheses(f, w, rate, lipschitz))
    assert conclusion(f, w, rate, lipschitz)


ONE = np.array([1.0])


def test_near_misses():
    near = [(bowl, ONE, rate, 1.0) for rate in (0.05, 0.5, 1.0, 1.99)]
    near += [(bowl, np.array([0.0, 1.0, 0.0]), 1.0, 1.0)]
    near += [(lambda w: w[0] - bowl(w), ONE / 2, 1.9, 1.0)]
    # Between other points of the segment, and off it, the slope changes faster.
    near += [(wavy, ONE, 1.0, 1.0)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_smooth():
    def hollow(w):  # with the slope 1 at 0 and at 1, and another between
        return np.sum(w - 4.5 * w**2 + 3 * w**3)

    for instance in (
        (lambda w: np.sum(np.abs(w) ** 1.5), 1e-4 * ONE, 1.0, 1.0),
        (hollow, ONE, 1.0, 1.0),
    ):
        assert broken(hypotheses(*instance)) == ["smooth"]
        assert not conclusion(*instance)


def test_without_short():
    for rate in (2.0, 2.01, 8.0, 0.0, -0.1):
        instance = (bowl, ONE, rate, 1.0)
        assert broken(hypotheses(*instance)) == ["short"]
        assert not conclusion(*instance)


def test_without_slope():
    instance = (bowl, 0 * ONE, 1.0, 1.0)
    assert broken(hypotheses(*instance)) == ["slope"]
    assert not conclusion(*instance)


def test_other_dimensions_constants_and_rates():
    assert not conclusion(bowl, np.ones(2), 2.5, 1.0)
    assert not conclusion(lambda w: 2 * bowl(w), ONE, 1.0, 2.0)
    assert not conclusion(bowl, ONE, 1.5, 1.0, least=0.5)
