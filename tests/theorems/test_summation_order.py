"""thm-summation-order: what rounding, and another order, can change in a sum of n numbers."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed


def above_one(u, h):
    return (1 + u) ** h - 1


def interval(u, h):
    return (1 + u) ** h - (1 - u) ** h


def absolute(xs):
    return sum(map(abs, xs))


NEAR_MISSES = {
    "hu, for (1 + u)^h - 1": {"one": lambda u, h: h * u},
    "one addition less": {"one": lambda u, h: above_one(u, h - 1)},
    "1 - (1 - u)^h, for (1 + u)^h - 1": {"one": lambda u, h: 1 - (1 - u) ** h},
    "between two orders what is between one and the sum": {"two": above_one},
    "2hu, for the difference of the powers": {"two": lambda u, h: 2 * h * u},
    "between two orders, one addition less": {"two": lambda u, h: interval(u, h - 1)},
    "the absolute value of the sum": {"size": lambda xs: abs(sum(xs))},
    "the largest absolute value": {"size": lambda xs: max(map(abs, xs))},
    "times .99": {"times": Fraction(99, 100)},
}


def added(xs, way):
    """Yield a, b and what was returned for a + b, of each addition; then the result."""
    pairs, add = way
    there = dict(enumerate(xs))
    for step, (i, j) in enumerate(pairs):
        a, b = there[i], there.pop(j)
        there[i] = add(a, b, step)
        yield a, b, there[i]
    (result,) = there.values()
    yield result


def depth(n, pairs):
    parts, depths = [{k} for k in range(n)], [0] * n
    for i, j in pairs:
        parts[i] |= parts[j]
        for k in parts[i]:
            depths[k] += 1
    return max(depths)


def fraction(value):
    return value if isinstance(value, Fraction) else Fraction(float(value))


def finite(*values):
    return all(math.isfinite(value) for value in values)


def hypotheses(xs, u, h, first, second):
    """A way of adding is its pairs of positions, and what each addition returns."""
    assert 0 <= u < 1

    def rounds(a, b, found):
        if not finite(a, b, found):
            return False
        exact = fraction(a) + fraction(b)
        return abs(fraction(found) - exact) <= u * abs(exact)

    return {
        "rounded": all(rounds(*one) for way in (first, second) for one in [*added(xs, way)][:-1]),
        "depth": max(depth(len(xs), pairs) for pairs, _ in (first, second)) <= h,
    }


def conclusion(xs, u, h, first, second, *, one=above_one, two=interval, size=absolute, times=1):
    """Both bounds, exactly."""
    results = [[*added(xs, way)][-1] for way in (first, second)]
    if not finite(*results):
        return False
    values = [fraction(x) for x in xs]
    here, there = map(fraction, results)
    scale = times * size(values)
    near_the_sum = abs(here - sum(values)) <= one(u, h) * scale
    near_each_other = abs(here - there) <= two(u, h) * scale
    return near_the_sum and near_each_other


def with_factors(deltas):
    """Return an addition that multiplies by 1 + δ, with a δ for each step."""
    return lambda a, b, step: (a + b) * (1 + deltas[step])


def one_by_one(n):
    return [(0, k) for k in range(1, n)]


def by_halves(n):
    pairs, there = [], list(range(n))
    while len(there) > 1:
        pairs += zip(there[::2], there[1::2], strict=False)
        there = there[::2]
    return pairs


@st.composite
def orders(draw, n):
    there, pairs = list(range(n)), []
    while len(there) > 1:
        i, j = draw(st.permutations(there))[:2]
        there.remove(j)
        pairs.append((i, j))
    return pairs


@given(st.data(), st.integers(1, 6), st.fractions(0, Fraction(9, 10), max_denominator=20))
def test_holds(data, n, u):
    xs = data.draw(st.lists(st.integers(-5, 5).map(Fraction), min_size=n, max_size=n))
    ways = []
    for _ in range(2):
        shares = st.lists(st.fractions(-1, 1, max_denominator=4), min_size=n, max_size=n)
        deltas = [u * share for share in data.draw(shares)]
        ways.append((data.draw(orders(n)), with_factors(deltas)))
    h = max(depth(n, pairs) for pairs, _ in ways)
    assert not broken(hypotheses(xs, u, h, *ways))
    assert conclusion(xs, u, h, *ways)


@given(st.data(), st.integers(1, 8), st.sampled_from([np.float16, np.float32]))
def test_holds_of_floating_point(data, n, kind):
    numbers = st.floats(-1000, 1000, width=16)
    xs = data.draw(st.lists(numbers, min_size=n, max_size=n).map(lambda xs: [kind(x) for x in xs]))
    u = Fraction(1, 2**11 if kind is np.float16 else 2**24)
    ways = [(data.draw(orders(n)), lambda a, b, step: a + b) for _ in range(2)]
    assert not broken(hypotheses(xs, u, n - 1, *ways))
    assert conclusion(xs, u, n - 1, *ways)


def attained(h, u, shares=(1, -1)):
    """The chapter's instance: 1 takes part in all additions, every δ is u, or -u."""
    xs = [Fraction(1), *[Fraction(0)] * h]
    ways = [(one_by_one(h + 1), with_factors([share * u] * h)) for share in shares]
    return xs, u, h, *ways


TENTH = Fraction(1, 10)


def cancelling(h, u):
    """1 collects h factors, and -1 one."""
    xs, u, h, *ways = attained(h, u, (1, -1))
    return [*xs[:-1], Fraction(-1)], u, h, *ways


def test_near_misses():
    # The -1 is added last, so that the first 1 has all the factors that it does not have.
    cancelled = cancelling(2, TENTH)
    near = [attained(4, TENTH), cancelled, attained(1, TENTH)]
    # Two numbers of which both take part in everything: the sum of the sizes is what counts.
    near.append(([Fraction(1), Fraction(1)], TENTH, 1, *attained(1, TENTH)[3:]))
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    for h in (1, 2, 5):
        for u in (TENTH, Fraction(1, 2**24)):
            for shares in ((1, 1), (1, -1), (-1, 1)):  # the first bound, and both
                instance = attained(h, u, shares)
                assert conclusion(*instance)
                assert not conclusion(*instance, times=Fraction(99, 100))
            # The second one alone.
            assert not conclusion(
                *instance, one=lambda u, h: 2 * h * u * 99, times=Fraction(99, 100)
            )


def test_real_additions_come_near():
    u, n = 2.0**-24, 65
    xs = [np.float32(1), *[np.float32(u)] * (n - 1)]
    there = (one_by_one(n), lambda a, b, step: a + b)
    instance = (xs, Fraction(u), n - 1, there, there)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)
    assert not conclusion(*instance, times=Fraction(99, 100))


def test_without_rounded():
    xs = [np.float16(x) for x in (60000, 60000, -60000)]
    plain = lambda a, b, step: a + b  # noqa: E731
    over, within = (one_by_one(3), plain), ([(1, 2), (0, 1)], plain)
    for ways in (over, within), (within, over):
        instance = (xs, Fraction(1, 2**11), 2, *ways)
        with np.errstate(over="ignore"):
            assert broken(hypotheses(*instance)) == ["rounded"]
            assert not conclusion(*instance)
    # Too much in one addition of one order, or a little too much in both.
    exact, u = (0, 0), TENTH
    for deltas in (
        ((5 * u, 0), exact),
        ((0, 5 * u), exact),
        (exact, (5 * u, 0)),
        (exact, (0, 5 * u)),
    ):
        ways = [(one_by_one(3), with_factors(way)) for way in deltas]
        instance = (attained(2, u)[0], u, 2, *ways)
        assert broken(hypotheses(*instance)) == ["rounded"]
        assert not conclusion(*instance)
    little = Fraction(101, 100) * u
    instance = (attained(1, u)[0], u, 1, *attained(1, little)[3:])
    assert broken(hypotheses(*instance)) == ["rounded"]
    assert not conclusion(*instance)


def test_of_what_cancels_nothing_is_left():
    way = [(0, 1)], lambda a, b, step: TENTH
    assert broken(hypotheses([Fraction(1), Fraction(-1)], TENTH, 1, way, way)) == ["rounded"]


def test_without_depth():
    u, n = 2.0**-24, 257
    xs = [np.float32(1), *[np.float32(u)] * (n - 1)]
    plain = lambda a, b, step: a + b  # noqa: E731
    deep, shallow = (one_by_one(n), plain), (by_halves(n), plain)
    for ways in (deep, deep), (deep, shallow), (shallow, deep):
        instance = (xs, Fraction(u), 9, *ways)
        assert broken(hypotheses(*instance)) == ["depth"]
        assert not conclusion(*instance)
    # One of six takes part in five additions here and in three there: in four on average.
    up, down = with_factors([TENTH] * 5), with_factors([-TENTH] * 5)
    for ways in (
        ((one_by_one(6), up), (by_halves(6), down)),
        ((by_halves(6), down), (one_by_one(6), up)),
    ):
        instance = (attained(5, TENTH)[0], TENTH, 4, *ways)
        assert broken(hypotheses(*instance)) == ["depth"]
        assert not conclusion(*instance)
