"""prp-last-iterate: a largest of linear functions whose last iterate is high."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed

NEAR_MISSES = {
    "the point after the last step": {"after": 1},
    "the point before the last step": {"after": -1},
    "the last plane of those that are level": {"chosen": lambda level: level[-1]},
    "k - 2, for k - 3": {"shift": 2},
    "without the second sum": {"second": 0},
    "the sum of t planes at w_t": {"moved": lambda t, steps: 1},
    "the sum of t planes at w_1 alone": {"moved": lambda t, steps: int(t == 1)},
    "the sum of t planes at w_T alone": {"moved": lambda t, steps: int(t == steps)},
    "the first sum to T": {"until": 0},
    "1/8 of the logarithm's sum, for b/4": {"first": 0.125},
}


def planes(steps):
    """Return the rows h_i, and b."""
    a = 1 / (4 * (steps + 2 - np.arange(1, steps + 2)))
    b = np.sqrt(1 - a @ a)
    return np.array([[*a[:i], -b, *np.zeros(steps - i)] for i in range(steps + 1)]), b


def conclusion(
    steps,
    rate,
    *,
    after=0,
    chosen=lambda level: level[0],
    shift=3,
    first=0.25,
    second=1,
    until=1,
    moved=lambda t, steps: 0,
):
    """The iterates w_1, …, w_T, and the value of the last."""
    h, b = planes(steps)
    ws = [np.zeros(steps + 1)]
    for _ in range(steps):
        heights = h @ ws[-1]
        level = np.flatnonzero(heights >= heights.max() - 1e-9 * rate)
        ws.append(ws[-1] - rate * h[chosen(level)])
    sums = [-rate * h[: t - 1 + moved(t, steps)].sum(axis=0) for t in range(1, steps + 1)]
    k = np.arange(3, steps + 1 + until)
    height = rate * np.sum(first * b / k - second * (k - shift) / (16 * k**2))
    found = np.max(h @ ws[steps - 1 + after])
    return bool(np.allclose(ws[:steps], sums) and abs(found - height) < 1e-9 * rate)


@given(st.integers(2, 40), st.floats(0.01, 10))
def test_holds(steps, rate):
    assert conclusion(steps, rate)


def test_near_misses():
    assert not missed(NEAR_MISSES, [(2, 1.0), (3, 0.5), (12, 0.1)], conclusion)


def test_the_iterates_are_asked_for():
    # Of the same values at the end of other ways the first clause is false.
    assert not conclusion(3, 1.0, chosen=lambda level: level[-1])


def test_it_grows_like_a_logarithm():
    for steps in (2, 10, 100, 400):
        h, _ = planes(steps)
        last = np.max(h @ -h[: steps - 1].sum(axis=0))
        assert last >= np.log((steps + 2) / 3) / 6


def test_the_numbers_of_two_steps():
    h, b = planes(2)
    assert abs(b**2 + 1 / 144 + 1 / 64 + 1 / 16 - 1) < 1e-12
    assert np.allclose(h, [[-b, 0, 0], [1 / 12, -b, 0], [1 / 12, 1 / 8, -b]])
    assert not conclusion(2, 5.0, first=0.125)
