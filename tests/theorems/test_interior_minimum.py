"""thm-interior-minimum: at an interior local minimiser all partial derivatives are zero."""

import numpy as np
from convex_instances import convex_functions, vectors
from hypothesis import given
from level_instances import square, ways
from near import broken, missed

NEAR_MISSES = {
    "at points nearby as well": {"away": 0.1},
    "the value is zero": {"of": lambda g, w: np.array([g(w)])},
    "the second derivatives are zero": {
        "of": lambda g, w: np.array([g(w + e) - 2 * g(w) + g(w - e) for e in np.eye(len(w))])
    },
}


def everywhere(w):
    return True


def hypotheses(g, w, inside=everywhere):
    """The domain is {w : inside(w)}."""
    around = [w + h * u for h in (1e-3, 1e-2) for u in ways(len(w))]
    return {
        "interior": all(map(inside, around)),
        "minimum": all(g(x) >= g(w) - 1e-12 for x in around if inside(x)),
    }


def partials(g, w, h=1e-5):
    return np.array([(g(w + h * e) - g(w - h * e)) / (2 * h) for e in np.eye(len(w))])


def conclusion(g, w, inside=everywhere, *, away=0.0, of=partials):
    """Every partial derivative is zero."""
    return np.abs(of(g, w + away)).max() < 1e-6


@given(convex_functions(2), vectors(2))
def test_holds(g, w):
    g = g.with_gradient_zero_at(w)
    assert not broken(hypotheses(g, w))
    assert conclusion(g, w)


def valleys(w):
    """Two valleys, the right one not as deep as the left."""
    return (w[0] ** 2 - 1) ** 2 + 0.3 * w[0] + np.sum(np.square(w[1:]))


RIGHT = np.sort(np.roots([4, 0, -4, 0.3]).real)[2]


def test_near_misses():
    near = [
        (lambda w: square(w) + 1, np.zeros(2)),
        (lambda w: square(w) + 1, np.zeros(1), lambda w: abs(w[0]) < 0.5),
        (lambda w: square(w) - 1, np.zeros(3)),
        (lambda w: 1.0, np.ones(2)),  # not a strict one
        (valleys, np.array([RIGHT])),  # not a global one
        (valleys, np.array([RIGHT, 0.0])),
        (lambda w: np.sqrt(abs(w[0] * w[1])), np.zeros(2)),  # not differentiable
        (lambda w: abs(w[0]) ** 1.5 * (1 + np.floor(9 * abs(w[0]) % 2)), np.zeros(1)),  # with jumps
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_interior():
    instance = (lambda w: w[0], np.zeros(1), lambda w: 0 <= w[0] <= 1)
    assert broken(hypotheses(*instance)) == ["interior"]
    assert not conclusion(*instance)


def test_without_minimum():
    for w in (np.ones(1), -np.ones(1), *np.eye(2)):
        instance = (square, w)
        assert broken(hypotheses(*instance)) == ["minimum"]
        assert not conclusion(*instance)


def test_the_ball_is_asked_for():
    for e in np.eye(3):
        assert broken(hypotheses(square, e)) == ["minimum"]
        assert not conclusion(square, e)
    # A maximiser; a minimiser along the axes alone; a domain that consists of the axes.
    assert broken(hypotheses(lambda w: -square(w), np.zeros(2))) == ["minimum"]
    assert broken(hypotheses(np.prod, np.zeros(2))) == ["minimum"]
    assert broken(hypotheses(square, np.zeros(2), lambda w: not np.prod(w))) == ["interior"]
