"""thm-descent-rate: the average of T iterates is as good as any point of the ball, nearly."""

import numpy as np
from convex_instances import chords_above
from descents import at_most, iterates, log_cosh, sums_of_log_cosh, treacherous, vectors
from hypothesis import assume, given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.autodiff import grad

NEAR_MISSES = {
    "the bound, times .99": {"times": 0.99},
    "the bound, times .9": {"times": 0.9},
    "the bound, times .5": {"times": 0.5},
    "the exponent .6": {"exponent": 0.6},
    "the exponent 1": {"exponent": 1},
    "the last iterate": {"point": lambda ws: ws[-2]},
    "the point after the last step": {"point": lambda ws: ws[-1]},
    "the average of w_2 … w_{T+1}": {"point": lambda ws: np.mean(ws[1:], axis=0)},
    "the average of the first half": {"point": lambda ws: np.mean(ws[: len(ws) // 2], axis=0)},
    "a step twice as long": {"length": 2},
    "a step ten times as long": {"length": 10},
    "a step half as long": {"length": 0.5},
    "a rival at distance B/.7": {"further": 1 / 0.7},
    "and no better than the rival": {"least": 0.0},
    "half the bound on the slopes": {"flatter": 0.5},
}


def hypotheses(f, star, radius, slope, steps, start, rate):
    """The function is tried on chords between iterates, rival, and points around."""
    ws = iterates(f, start, rate, steps)
    slopes = [np.linalg.norm(grad(f)(w)) for w in ws]
    some = [*ws[:: max(1, steps // 3)], star, -star, (ws[-1] + star) / 2]
    return {
        "convex": chords_above(f, some, gap=-1e-9 * (1 + max(abs(f(w)) for w in some))),
        "start": not np.any(start),
        "step": abs(rate - radius / (slope * np.sqrt(steps))) <= 1e-12 * rate,
        "radius": bool(np.linalg.norm(star) <= radius * (1 + 1e-12)),
        "slope": bool(max(slopes) <= slope * (1 + 1e-12)),
    }


def conclusion(
    f,
    star,
    radius,
    slope,
    steps,
    start,
    rate,
    *,
    point=lambda ws: np.mean(ws[:-1], axis=0),
    length=1,
    further=1,
    flatter=1,
    exponent=0.5,
    times=1.0,
    least=-np.inf,
):
    """f(average of w_1 … w_T) - f(w*) ≤ radius · slope / √T."""
    ws = iterates(f, start, rate * length / flatter, steps + 1)
    bound = times * radius * flatter * slope / steps**exponent
    gap = f(point(ws)) - f(further * star)
    return at_most(gap, bound) and at_most(least, gap)


def run(f, star, radius=1.0, slope=1.0, steps=100, *, start=None, rate=None):
    """Return an instance; where nothing is said, it starts at 0 with the step of the theorem."""
    star = np.atleast_1d(np.asarray(star, float))
    start = 0 * star if start is None else np.array([start])
    rate = radius / (slope * np.sqrt(steps)) if rate is None else rate
    return f, star, radius, slope, steps, start, rate


@given(st.data(), st.integers(1, 3), st.integers(1, 30), st.floats(1, 3), st.floats(1, 3))
def test_holds(data, d, steps, wider, steeper):
    f, rows = data.draw(sums_of_log_cosh(d))
    star = data.draw(vectors(d, 3))
    radius, slope = np.linalg.norm(star), np.sum(np.linalg.norm(rows, axis=1))
    assume(radius > 1e-3 and slope > 1e-3)
    instance = run(f, star, wider * radius, steeper * slope, steps)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def kinked(center, width=1e-3):
    """|w - center| without its kink."""
    return lambda w: np.sum(width * log_cosh((w - center) / width))


def folded(w):
    """Slope -1 up to .95, slope 100 from there on."""
    return np.sum(-w + 101e-3 * np.logaddexp(0.0, (w - 0.95) / 1e-3))


# Just inside the ball a kink makes the bound as good as attained, if T is a square.
TIGHT = run(kinked(1 - 1e-5, 1e-5 / 40), 1 - 1e-5, steps=16)


def test_near_misses():
    f, star, slope = treacherous(30)
    near = [
        TIGHT,
        run(kinked(0.25), 0.25),
        run(kinked(1 - 1e-5, 1e-5 / 40), 1 - 1e-5, steps=100),
        run(f, star, 1.0, slope, 30),
        run(folded, 0.95, steps=1),  # the first step leads where it is steep
        run(lambda w: np.sum(w), -1.0, steps=4),
        run(lambda w: np.sum(w), 0.5, radius=2.0, slope=3.0, steps=2),  # no minimiser
        run(lambda w: np.sum(kinked(0.5)(w)), np.array([0.3, -0.4]), 1.0, 2.0, 3),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    assert conclusion(*TIGHT)
    assert not conclusion(*TIGHT, times=0.99)


def test_without_convex():
    instance = run(lambda w: np.sum(np.cos(w)), np.pi, np.pi)
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)


def test_without_start():
    # On the line, and along either axis of the plane.
    for e in (np.ones(1), *np.eye(2)):
        f, star, *rest, _, rate = run(lambda w, e=e: kinked(1.0)(e @ w), e)
        instance = (f, star, *rest, -10 * e, rate)
        assert broken(hypotheses(*instance)) == ["start"]
        assert not conclusion(*instance)


def test_without_radius():
    # Ten times too far, and a tenth too far.
    for f, star in ((lambda w: np.sum(log_cosh(w - 10)), 10.0), (kinked(1.1 - 1e-5, 1e-6), 1.1)):
        instance = run(f, star)
        assert broken(hypotheses(*instance)) == ["radius"]
        assert not conclusion(*instance)
    # A tenth too far along a diagonal, where no entry is as large as the radius.
    way, f = np.ones(2) / np.sqrt(2), kinked(1.1 - 1e-5, 1e-6)
    instance = run(lambda w: f(way @ w), 1.1 * way)
    assert broken(hypotheses(*instance)) == ["radius"]
    assert not conclusion(*instance)


def test_without_slope():
    # Twice a small gradient is enough, and one iterate with a large one.
    for f, star, steps in (
        (lambda w: 15 * np.sum((w - 1) ** 2), 1.0, 10),
        (lambda w: 2 * kinked(0.8)(w), 0.8, 4),
        (folded, 0.95, 100),
    ):
        instance = run(f, star, steps=steps)
        assert broken(hypotheses(*instance)) == ["slope"]
        assert not conclusion(*instance)


def test_without_step():
    for rate in (1.0, 1e-3):
        instance = run(kinked(0.25), 0.25, rate=rate)
        assert broken(hypotheses(*instance)) == ["step"]
        assert not conclusion(*instance)


def test_the_slope_is_a_length():
    # Of length 1.4, and no entry is larger than 1.
    way, f = np.ones(2) / np.sqrt(2), kinked(0.8)
    instance = run(lambda w: 1.4 * f(way @ w), 0.8 * way, steps=4)
    assert broken(hypotheses(*instance)) == ["slope"]


def test_it_is_the_largest_slope():
    # From slope 2 one step leads to the minimiser: of four slopes the mean is a half.
    instance = run(lambda w: np.sum((w - 1) ** 2), 1.0, steps=4)
    assert broken(hypotheses(*instance)) == ["slope"]


def test_it_is_the_value_of_the_average():
    # The iterates are 0, 2, 0, 2: their mean is the minimiser, and the mean of the values is 1.
    instance = run(kinked(1.0), 1.0, steps=4, rate=2.0)
    assert broken(hypotheses(*instance)) == ["step"]
    assert conclusion(*instance)
