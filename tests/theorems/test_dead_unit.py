"""prp-dead-unit: a unit that is silent on all inputs, with b ≤ 0, stays so."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "the penalty on the bias as well, growing it": {"bias_step": -1.0},
    "with the derivative of a leaky ReLU": {"slope": 0.1},
    "strictly below 0": {"margin": 0.01},
    "on inputs that no hypothesis speaks of": {"extra": -1.0},
    "the unit's weights stay": {"still": True},
}


def hypotheses(x, w, b, eta, alpha, signals):
    return {
        "dead": bool((np.dot(x, w) + b <= 0).all()),
        "bias": b <= 0,
        "short": 0 <= eta * alpha <= 1,
    }


def conclusion(
    x, w, b, eta, alpha, signals, *, slope=0.0, margin=0.0, extra=None, bias_step=0.0, still=False
):
    """Each step has a batch, and for each example in it what comes back to the unit."""
    x, first = np.array(x, dtype=float), np.array(w, dtype=float)
    w, path = first, [(first, b)]
    watched = x if extra is None else extra * x
    for batch in signals:
        rows = x[[row for row, _ in batch]]
        back = np.array([signal for _, signal in batch]) * np.where(rows @ w + b > 0, 1.0, slope)
        w, b = w - eta * (back @ rows + alpha * w), b - eta * (back.sum() + alpha * bias_step)
        path.append((w, b))
    return all(
        (watched @ w + b <= -margin).all() and (not still or (w == first).all()) for w, b in path
    )


rows = st.lists(st.integers(-3, 3), min_size=2, max_size=2)


@given(
    st.lists(rows, min_size=1, max_size=4),
    rows,
    st.integers(-3, 0),
    st.floats(0, 1),
    st.lists(
        st.lists(st.tuples(st.just(0), st.integers(-5, 5)), min_size=1, max_size=3), max_size=6
    ),
)
def test_holds(x, w, b, eta_alpha, signals):
    x = [row if np.dot(row, w) + b <= 0 else [-r for r in row] for row in x]
    x = [row for row in x if np.dot(row, w) + b <= 0] or [[0, 0]]
    instance = (x, w, float(b), 0.5, eta_alpha / 0.5, signals)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


SIGNALS = [[(0, -1.0)], [(1, -1.0)], [(0, -1.0), (1, -1.0)]] * 15


def test_near_misses():
    near = [
        ([[1.0, 0.0], [0.0, 1.0]], [-1.0, 0.0], 0.0, 0.5, 0.1, SIGNALS),
        ([[1.0, 0.0], [0.0, 1.0]], [-1.0, -2.0], -0.1, 0.5, 0.1, SIGNALS),
        ([[1.0, 0.0], [0.0, 1.0]], [-1.0, -2.0], -0.1, 0.5, 2.0, SIGNALS),  # gone in one step
        ([[1.0, 2.0], [0.0, 1.0]], [-1.0, -1.0], 0.0, 0.5, 0.0, SIGNALS),  # no penalty
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_every_example_of_a_batch_is_asked_for():
    # Only for the last example of each batch does anything come back.
    x, signals = [[-1.0], [1.0]], [[(0, 0.0), (1, -1.0)]] * 20
    assert conclusion(x, [0.0], 0.0, 0.5, 0.1, signals)
    assert not conclusion(x, [0.0], 0.0, 0.5, 0.1, signals, slope=0.1)


def test_how_it_stays_dead_is_not_said():
    # With the derivative of a leaky ReLU both parameters decrease here, and it is as dead.
    assert conclusion([[1.0]], [-1.0], 0.0, 0.5, 0.0, [[(0, 1.0)]], slope=0.1)


def test_without_dead():
    for instance in (
        ([[1.0], [-1.0]], [1.0], 0.0, 0.1, 1.0, [[(1, -1.0)]] * 5),
        ([[-1.0], [1.0]], [1.0], 0.0, 0.1, 1.0, [[(0, -1.0)]] * 5),
        ([[1.0]], [1.0], 0.0, 0.5, 0.1, [[(0, 1.0)]] * 5),  # which is silent at last
    ):
        assert broken(hypotheses(*instance)) == ["dead"]
        assert not conclusion(*instance)


def test_without_bias():
    for bias, steps in ((1.0, 10), (0.01, 60)):
        instance = ([[1.0]], [-2.0], bias, 0.1, 1.0, [[(0, 0.0)]] * steps)
        assert broken(hypotheses(*instance)) == ["bias"]
        assert not conclusion(*instance)


def test_without_short():
    for eta in (2.0, 1.01, 1.0001):
        instance = ([[1.0]], [-1.0], 0.0, eta, 1.0, [[(0, 0.0)]])
        assert broken(hypotheses(*instance)) == ["short"]
        assert not conclusion(*instance)
    for alpha in (-1.0, -0.01):  # weights that grow
        instance = ([[1.0]], [1.0], -1.5, 1.0, alpha, [[(0, 0.0)]] * 50)
        assert broken(hypotheses(*instance)) == ["short"]
        assert not conclusion(*instance)
