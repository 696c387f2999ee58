"""thm-orbit-average: an average over a group is invariant, and its loss is not larger."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

# The inputs are 0, …, n - 1. A map is a tuple of images, (1, 0) the exchange of two inputs. Scores
# have a row for each input, a law has the probability of input x with class y at [x][y].

NEAR_MISSES = {
    "over all maps except the last": {"over": lambda maps: maps[:-1] or maps},
    "of the first map alone": {"over": lambda maps: maps[:1]},
    "the sum, for the average": {"mean": lambda rows: rows.sum(axis=0)},
    "the largest, for the average": {"mean": lambda rows: rows.max(axis=0)},
    "at least, for at most": {"sign": -1},
    "the bound, times .99": {"times": 0.99},
}


def cross_entropy(z, y):
    return float(np.log(np.sum(np.exp(z - np.max(z)))) + np.max(z) - z[y])


def squares(z, y):
    return float(np.sum((z - np.eye(len(z))[y]) ** 2))


def margin(z, y):
    """Neither differentiable nor positive."""
    return float(np.max(z) - z[y]) - 5.0


def mistake(z, y):
    return float(np.argmax(z) != y)


def product_of_two(z, y):
    """Convex in each of the scores, and not in both."""
    return float(z[0] * z[1])


def moved(law, g):
    """Return the law of (g(x), y)."""
    found = np.zeros(np.shape(law))
    np.add.at(found, list(g), law)
    return found


def hypotheses(maps, scores, law, loss):
    everything = np.asarray(scores, float)
    points = [*everything, everything.mean(axis=0)]
    return {
        "group": all(sorted(g) == list(range(len(g))) for g in maps)
        and all(tuple(g[h[x]] for x in range(len(h))) in set(maps) for g in maps for h in maps),
        "same": all(np.allclose(moved(law, g), law) for g in maps),
        "convex": all(
            loss((1 - t) * a + t * b, y) <= (1 - t) * loss(a, y) + t * loss(b, y) + 1e-9
            for a in points
            for b in points
            for t in (0.25, 0.5)
            for y in range(len(a))
        ),
    }


def conclusion(
    maps,
    scores,
    law,
    loss,
    *,
    over=lambda maps: maps,
    mean=lambda rows: rows.mean(axis=0),
    sign=1,
    times=1.0,
):
    scores, law = np.asarray(scores, float), np.asarray(law, float)
    averaged = mean(np.array([scores[list(g)] for g in over(maps)]))

    def risk(f):
        return sum(law[x, y] * loss(f[x], y) for x, y in np.ndindex(law.shape))

    invariant = all(np.allclose(averaged[list(g)], averaged, atol=1e-9) for g in maps)
    below = sign * risk(averaged) <= sign * times * risk(scores) + 1e-9
    return invariant and bool(below)


def powers(g):
    """Return the group that one map generates, the identity last."""
    found, power = [], tuple(range(len(g)))
    while power not in found:
        found.append(power)
        power = tuple(g[x] for x in power)
    return found[1:] + found[:1]


ALONE = [(0, 1)]
MIRROR = [(1, 0), (0, 1)]
TURNS = powers((1, 2, 3, 0))
TURNS_AND_MIRRORS = [*TURNS, *(tuple(g[3 - x] for x in range(4)) for g in TURNS)]
# Three inputs that change places, and two more: the orbits differ in size.
UNEQUAL = powers((1, 2, 0, 4, 3))


@st.composite
def instances(draw):
    maps = draw(st.sampled_from([ALONE, MIRROR, TURNS, TURNS_AND_MIRRORS, UNEQUAL]))
    n, classes = len(maps[0]), draw(st.integers(2, 3))
    numbers = st.integers(-3, 3)
    scores = [[draw(numbers) for _ in range(classes)] for _ in range(n)]
    weights = np.array([[draw(st.integers(0, 3)) for _ in range(classes)] for _ in range(n)], float)
    weights[0, 0] += not weights.any()
    law = np.mean([weights[list(g)] for g in maps], axis=0)
    return maps, scores, law / law.sum(), draw(st.sampled_from([cross_entropy, squares, margin]))


@given(instances())
def test_holds(instance):
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


HALVES = [[0.25, 0.25], [0.25, 0.25]]
ALIKE = [[1.0, 0.0], [1.0, 0.0]]  # the scores are invariant, so the average changes nothing


def test_near_misses():
    near = [
        (MIRROR, ALIKE, HALVES, cross_entropy),
        (MIRROR, [[1.0, 0.0], [0.0, 3.0]], [[0.5, 0.0], [0.5, 0.0]], cross_entropy),
        (TURNS, [[0.0, 0.0], [0, 1], [1, 0], [2, 0]], [[0.25, 0.0]] * 4, cross_entropy),
        (TURNS, [[0.0, 0.0], [1, 1], [2, 2], [3, 3]], [[0.25, 0.0]] * 4, cross_entropy),
        (UNEQUAL, np.eye(5)[:, :2], [[0.2, 0.0]] * 5, squares),
        (MIRROR, [[1.0, 0.0], [0.0, 3.0]], [[0.5, 0.0], [0.5, 0.0]], margin),
        (ALONE, [[1.0, 0.0], [0.0, 3.0]], [[0.3, 0.1], [0.2, 0.4]], squares),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    instance = (MIRROR, ALIKE, HALVES, cross_entropy)
    assert conclusion(*instance)
    assert not conclusion(*instance, times=0.99)


def test_inputs_that_never_come_are_asked_for():
    # The first three change places, and only the last two have a probability.
    scores, law = np.eye(5)[:, :2], [[0.0, 0.0]] * 3 + [[0.5, 0.0]] * 2
    assert conclusion(UNEQUAL, scores, law, squares)
    assert not conclusion(UNEQUAL, scores, law, squares, over=lambda maps: maps[:1])


def test_without_group():
    """Shifts by 0 and 1 of three pixels in a circle: no shift by 2."""
    for maps in [(0, 1, 2), (1, 2, 0)], [(1, 2, 3, 0), (3, 0, 1, 2)]:
        n = len(maps[0])
        instance = (maps, np.eye(n)[:, :2], [[1 / n, 0.0]] * n, cross_entropy)
        assert broken(hypotheses(*instance)) == ["group"]
        assert not conclusion(*instance)
    # Two mirrors of a triangle: each with its square, and not the turn that they make together.
    mirrors = (
        [(0, 1, 2), (1, 0, 2), (0, 2, 1)],
        np.eye(3)[:, :2],
        [[1 / 3, 0.0]] * 3,
        cross_entropy,
    )
    # Closed under composition, but one of the two maps is not bijective.
    constant = ([(0, 1), (0, 0)], np.eye(2), [[1.0, 0.0], [0.0, 0.0]], cross_entropy)
    for instance in mirrors, constant:
        assert broken(hypotheses(*instance)) == ["group"]
        assert not conclusion(*instance)


def test_without_same():
    """An arrow and its mirror image are of two classes; and an image that is a little likelier."""
    arrows = (MIRROR, [[3.0, 0.0], [0.0, 3.0]], [[0.5, 0.0], [0.0, 0.5]], cross_entropy)
    likelier = (MIRROR, [[0.0, 0.0], [0.01, 0.0]], [[0.4, 0.0], [0.6, 0.0]], cross_entropy)
    other_class = (MIRROR, [[0.0, 0.0], [0.0, 0.01]], [[0.0, 0.4], [0.0, 0.6]], cross_entropy)
    for instance in arrows, likelier, other_class:
        assert broken(hypotheses(*instance)) == ["same"]
        assert not conclusion(*instance)


def test_without_convex():
    """The share of mistakes: right by little on one view, wrong by more on the other."""
    for margin in 3.0, 1.01:
        instance = (MIRROR, [[1.0, 0.0], [0.0, margin]], [[0.5, 0.0], [0.5, 0.0]], mistake)
        assert broken(hypotheses(*instance)) == ["convex"]
        assert not conclusion(*instance)


def test_convex_in_each_score_is_not_enough():
    instance = (MIRROR, np.eye(2), [[0.5, 0.0], [0.5, 0.0]], product_of_two)
    assert broken(hypotheses(*instance)) == ["convex"]
    assert not conclusion(*instance)


def test_convex_in_one_class_is_not_enough():
    scores, law = np.array([[1.0, 0.0], [0.0, 3.0]]), np.array([[0.5, 0.0], [0.5, 0.0]])
    for counted in (0, 1):

        def loss(z, y, counted=counted):
            return mistake(z, y) if y == counted else cross_entropy(z, y)

        order = [counted, 1 - counted]
        instance = (MIRROR, scores[:, order], law[:, order], loss)
        assert broken(hypotheses(*instance)) == ["convex"]
        assert not conclusion(*instance)
