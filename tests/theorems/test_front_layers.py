"""prp-front-layers: a point's front is the length of the longest chain of dominators."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.train import agnostic

NEAR_MISSES = {
    "where equal points dominate": {"beats": lambda p, q: all(np.greater_equal(p, q))},
    "where all objectives must be larger": {"beats": lambda p, q: all(np.greater(p, q))},
    "the number of dominators, for the longest chain": {
        "chain": lambda points, i, beats: 1 + sum(beats(p, points[i]) for p in points)
    },
    "the longest chain below": {
        "chain": lambda points, i, beats: longest(points, i, lambda p, q: beats(q, p))
    },
    "counted from 0": {"first": 0},
    "and the first front has a point": {"fewest": 1},
}


class Naturals:
    """The numbers 0, 1, 2, …, each dominated by all larger ones; the number 0 stands for all."""

    def __len__(self):
        return 1

    def __getitem__(self, i):
        return (i,)


def dominates(p, q):
    return all(np.greater_equal(p, q)) and any(np.greater(p, q))


def longest(points, i, beats):
    """The number of points in a longest chain that ends here; as many as there are, if endless."""

    def length(j, seen):
        before = [k for k in range(len(points)) if k not in seen and beats(points[k], points[j])]
        return 1 + max((length(k, seen | {k}) for k in before), default=0)

    return np.inf if isinstance(points, Naturals) else length(i, {i})


def peeled(points, beats, first):
    """Fronts by the definition; a point that is in none has no entry."""
    front, left, level = {}, list(range(len(points))), first
    if isinstance(points, Naturals):
        return front  # n + 1 dominates n, so that none is in the first
    while left:
        best = [i for i in left if not any(beats(points[j], points[i]) for j in left if j != i)]
        front |= dict.fromkeys(best, level)
        left = [i for i in left if i not in best]
        level += 1
        if not best:
            break
    return front


def hypotheses(points):
    return {"finite": not isinstance(points, Naturals)}


def conclusion(points, *, beats=dominates, chain=longest, first=1, fewest=0):
    """Each point is in the front that its longest chain says."""
    front = peeled(points, beats, first)
    said = all(front.get(i) == chain(points, i, dominates) for i in range(len(points)))
    return said and len(front) >= fewest


CLOUDS = st.integers(1, 4).flatmap(
    lambda m: st.lists(st.tuples(*[st.integers(-1, 2)] * m), max_size=7)
)


@given(CLOUDS)
def test_holds(points):
    assert not broken(hypotheses(points))
    assert conclusion(points)


@given(CLOUDS.filter(len))
def test_the_library_sorts_so(points):
    assert (agnostic.fronts(np.array(points)) + 1).tolist() == [
        longest(points, i, dominates) for i in range(len(points))
    ]


def test_near_misses():
    points = [(3, 0), (3, 0), (2, 0), (1, 1), (0, 0), (0, 2)]
    three = [(0, 0, 1), (0, 0, 0), (1, 0, 0), (1, 1, 1), (0, 2, -1)]
    near = [(points,), (three,), ([(2,), (0,), (1,)],), ([],)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # The third objective counts like the others.
    flat = {"by the first two objectives": {"beats": lambda p, q: dominates(p[:2], q[:2])}}
    assert not missed(flat, [(three,)], conclusion, hypotheses)


def test_without_finite():
    assert broken(hypotheses(Naturals())) == ["finite"]
    assert not conclusion(Naturals())
