"""prp-kink-errors: how a common change of all values runs through the slopes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from interpolation_instances import matrix
from near import missed

NEAR_MISSES = {
    "without the sign": {"factor": lambda theta: theta / (1 - theta)},
    "theta for the factor": {"factor": lambda theta: -theta},
    "never by more than before": {"factor": lambda theta: max(ratio(theta), -1.0)},
    "never by less than before": {"factor": lambda theta: min(ratio(theta), -1.0)},
    "one power more": {"shift": 1},
    "the first change without the gap": {"first": lambda theta, gap: 1 / (1 - theta)},
    "the first change without the fraction": {"first": lambda theta, gap: 1 / gap},
    "of the weights": {"of": lambda w: w},
    "the last slope stays": {"shown": lambda promised: np.append(promised[:-1], 0)},
    "the factor, a thousandth more": {"factor": lambda theta: -1.001 * theta / (1 - theta)},
    "the first change, a thousandth more": {
        "first": lambda theta, gap: 1.001 * at_first(theta, gap)
    },
}


def ratio(theta):
    return -theta / (1 - theta)


def at_first(theta, gap):
    return 1 / ((1 - theta) * gap)


def conclusion(
    y, theta, gap, c, start=1.0, *, factor=ratio, shift=0, first=at_first, of=np.cumsum, shown=list
):
    z = start + gap * np.arange(len(y))
    m = matrix(z, z - (1 - theta) * gap)
    change = of(np.linalg.solve(m, y + c)) - of(np.linalg.solve(m, y))
    promised = c * first(theta, gap) * factor(theta) ** (np.arange(len(y)) + shift)
    return np.abs(change - shown(promised)).max() < 1e-8


@given(
    st.lists(st.integers(-3, 3), min_size=1, max_size=5),
    st.sampled_from([0.0, 0.25, 0.5, 0.75]),
    st.sampled_from([0.5, 1.0, 2.0]),
    st.integers(-2, 2),
    st.sampled_from([-3.0, 0.0, 1.0]),
)
def test_holds(y, theta, gap, c, start):
    assert conclusion(np.array(y, dtype=float), theta, gap, c, start)


def test_near_misses():
    near = [
        (np.array([1.0, 3, -2]), 0.25, 2.0, 1.0),
        (np.array([2.0, 1, 0]), 0.75, 0.5, -2.0, -3.0),
    ]
    assert not missed(NEAR_MISSES, near, conclusion)
    # Of three slopes, and of four, the last one is asked for.
    last = {"the last slope stays": NEAR_MISSES["the last slope stays"]}
    for n in 3, 4:
        assert not missed(last, [(np.zeros(n), 0.75, 1.0, 1.0)], conclusion)
    # Of these the only change is less than promised, or more.
    more = {
        "the first change, a thousandth more": NEAR_MISSES["the first change, a thousandth more"]
    }
    for c in 1.0, -1.0:
        assert not missed(more, [(np.ones(1), 0.25, 2.0, c)], conclusion)
