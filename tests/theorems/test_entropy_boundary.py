"""lem-entropy-boundary: a distribution with a zero entry can be improved."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed
from softmax_instances import logits
from test_entropic_projection import objective

NEAR_MISSES = {
    "also at temperature 0": {"cooled": lambda T: 0.0},
    "by a fixed mass of .1": {"masses": [0.1]},
    "by 1 at least": {"gain": 1.0},
    "nothing taken where it is moved from": {"taken": 0.0},
    "twice what is there": {"masses": [2.0]},
}


def conclusion(x, T, y, k, *, cooled=lambda T: T, masses=None, gain=0.0, taken=1.0):
    """Moving some mass from the largest entry to y_k, which is 0, lowers F, inside the simplex."""
    start = int(np.argmax(y))
    lowered = []
    for mass in np.geomspace(1e-30, 0.5, 200) * y[start] if masses is None else masses:
        moved = y.copy()
        moved[start] -= taken * mass
        moved[k] += mass
        if moved.min() < 0 or not np.isclose(moved.sum(), 1, rtol=0, atol=1e-12):
            return False
        if mass < 1e-12:  # the difference is below rounding: its leading terms
            change = (x[start] - x[k]) * mass + cooled(T) * mass * np.log(mass)
            change -= cooled(T) * mass * (np.log(y[start]) + 1)
        else:
            change = objective(moved, x, cooled(T)) - objective(y, x, cooled(T))
        lowered.append(change)
    return min(lowered) < -gain


@given(logits(3, 3), st.sampled_from([0.25, 1.0, 2.0]), st.integers(1, 4))
def test_holds(x, T, part):
    assert conclusion(x, T, np.array([part / 5, 1 - part / 5, 0.0]), 2)
    for k in (0, 2):
        assert conclusion(x, T, np.array([0.0, 1.0, 0.0]), k)


def test_near_misses():
    cold = (np.array([1.0, 0.0]), 0.25, np.array([1.0, 0.0]), 1)
    four = (np.array([5.0, -5.0, 0.0, 1.0]), 1.0, np.array([0.5, 0.0, 0.0, 0.5]))
    near = [cold, (*four, 1), (*four, 2)]
    assert not missed(NEAR_MISSES, near, conclusion)
    # At temperature 0 and with equal entries the objective stays as it is: that is not lower.
    stays = {"also at temperature 0": NEAR_MISSES["also at temperature 0"]}
    equal = (np.zeros(2), 0.25, np.array([1.0, 0.0]), 1)
    assert not missed(stays, [equal], conclusion)


def test_that_this_entry_gets_some_is_asked_for():
    # At temperature 0 another entry, of a larger score, improves the vertex; and this one does not.
    x, vertex = np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])
    assert conclusion(x, 0.25, vertex, 1, cooled=lambda T: 0.0)
    assert conclusion(x, 0.25, vertex, 2)
    assert not conclusion(x, 0.25, vertex, 2, cooled=lambda T: 0.0)
