"""cor-taylor-segment: Taylor's theorem along a segment, of first and of second order."""

import numpy as np
from convex_instances import convex_functions, vectors
from hypothesis import assume, given
from near import broken, missed

NEAR_MISSES = {
    "twice the slope": {"slope": 2},
    "the slope the other way": {"slope": -1},
    "without the half": {"half": 1},
    "a quarter, for the half": {"half": 0.25},
    "the second order with the gradient at y": {"start": lambda x, y: y},
    "points beyond y": {"until": 1.5, "since": 1.0},
}


def hypotheses(f, gradient, hessian, x, y):
    """Quotients along the segment, from both sides, are near what the gradient says."""
    way, h, errors = y - x, 1e-7, []
    for t in np.linspace(0, 1, 41):
        p = x + t * way
        quotients = ((f(p + side * way) - f(p)) / side for side in (h, -h))
        errors += [abs(quotient - gradient(p) @ way) for quotient in quotients]
    return {"differentiable": bool(max(errors) < 1e-2 * (1 + np.abs(gradient(x) @ way)))}


def conclusion(
    f,
    gradient,
    hessian,
    x,
    y,
    *,
    slope=1,
    half=0.5,
    start=lambda x, y: x,
    since=0.0,
    until=1.0,
):
    """Some θ, not an end, makes each formula true; sought on a fine grid."""
    way = y - x
    inside = np.clip(np.linspace(since, until, 401), since + 1e-6, until - 1e-6)
    between = [x + t * way for t in inside]
    first = [slope * gradient(p) @ way for p in between]
    second = [half * way @ hessian(p) @ way for p in between]
    rise = f(y) - f(x)
    return _among(rise, first) and _among(rise - gradient(start(x, y)) @ way, second)


def _among(needed, values):
    """Whether a value is the needed one, or it is passed without a jump."""
    above = np.array(values) - needed
    passed = above[:-1] * above[1:] <= 0
    short = np.abs(np.diff(above)) < 0.1 * (1 + np.ptp(above))
    return bool(np.abs(above).min() <= 1e-6 * (1 + abs(needed)) or np.any(passed & short))


@given(convex_functions(2), vectors(2), vectors(2))
def test_holds(f, x, y):
    assume(np.any(x != y))
    assert not broken(hypotheses(f, f.gradient, f.hessian, x, y))
    assert conclusion(f, f.gradient, f.hessian, x, y)


def hat(p):
    return abs(p[0])


def parabola(p):
    return p[0] ** 2


def line(p):
    return 3 * p[0]


def cubic(p):
    return p[0] ** 3


def test_near_misses():
    ends = np.array([0.5]), np.array([2.0])
    # The points that make it true are next to the end.
    steep = (
        lambda p: p[0] ** 200,
        lambda p: 200 * p**199,
        lambda p: np.array([200 * 199 * p**198]),
    )
    # Kinks, and a jump, off the segment.
    folded = (lambda p: abs(p[0] + 1), np.sign, lambda p: np.zeros((1, 1)))
    beside = (
        lambda p: p[0] ** 2 + abs(p[1] - 1) + (p[1] > 2),
        lambda p: np.array([2 * p[0], -1.0]),
        lambda p: np.diag([2.0, 0.0]),
    )
    near = [
        (*folded, *ends),
        (*beside, np.array([-1.0, 0.0]), np.array([2.0, 0.5])),
        (*steep, np.array([0.0]), np.array([1.0])),
        (parabola, lambda p: 2 * p, lambda p: np.array([[2.0]]), *ends),
        (line, lambda p: np.array([3.0]), lambda p: np.array([[0.0]]), *ends),
        (cubic, lambda p: 3 * p**2, lambda p: np.array([6 * p]), *ends),
        (
            lambda p: p[0] * p[1] + p[2] ** 2,
            lambda p: np.array([p[1], p[0], 2 * p[2]]),
            lambda p: np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 2.0]]),
            np.array([1.0, 2.0, 0.0]),
            np.array([-1.0, 0.0, 3.0]),
        ),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_points_off_the_segment_do_not_count():
    cube = (cubic, lambda p: 3 * p**2, lambda p: np.array([6 * p]))
    instance = (*cube, np.array([0.5]), np.array([2.0]))
    assert conclusion(*instance)
    # A point that makes it true there is before x; then behind y.
    for moved in ({"slope": 8}, {"half": 3}, {"slope": 0.4}, {"half": 0.2}):
        assert not conclusion(*instance, **moved)


def test_the_ends_do_not_count():
    def at_the_ends(inner, value):
        return lambda p: inner(p) if abs(p[0]) < 1 else value + 0 * inner(p)

    ends = np.array([-1.0]), np.array([1.0 + 1e-7])
    flat = (hat, at_the_ends(np.sign, 0.0), lambda p: np.zeros((1, 1)), *ends)
    assert broken(hypotheses(*flat)) == ["differentiable"]
    assert not conclusion(*flat)
    # Of second order: in between the second derivative is 1 or -1, and -½ is asked for.
    bent = at_the_ends(lambda p: np.sign(p)[:, None], -0.5)
    assert not conclusion(lambda p: p[0] * abs(p[0]) / 2, np.abs, bent, *ends)


def test_without_differentiable():
    instance = (hat, np.sign, lambda p: np.zeros((1, 1)), np.array([-1.0]), np.array([1.0 + 1e-7]))
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)
