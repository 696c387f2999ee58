"""thm-selection-bias: the best of m on n examples looks better by at most √(log m / 2n)."""

from itertools import combinations, product
from math import prod

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

# A law of examples is a dict: from who is right on an example, such as (1, 0), to a probability.
# An instance has the law of new examples, that of all n validation examples, and n.

NEAR_MISSES = {
    "the bound, times .9": {"times": 0.9},
    "√(log m / 4n)": {"bound": lambda m, n: np.sqrt(np.log(m) / (4 * n))},
    "log m / 2n": {"bound": lambda m, n: np.log(m) / (2 * n)},
    "√(log m)/2n": {"bound": lambda m, n: np.sqrt(np.log(m)) / (2 * n)},
    "√(log(m - 1)/2n)": {"bound": lambda m, n: np.sqrt(np.log(max(m - 1, 1)) / (2 * n))},
    "0": {"bound": lambda m, n: 0.0},
    "against one that is always wrong": {"against": lambda p, k: 0.0},
}


def independent_law(law, n):
    """Return the law of n independent examples: from tuples of them to probabilities."""
    return {drawn: prod(law[one] for one in drawn) for drawn in product(law, repeat=n)}


def copies(law, n):
    return {(one,) * n: weight for one, weight in law.items()}


def shares(law):
    return sum(weight * np.array(one, dtype=float) for one, weight in law.items())


def marginals(validation, n):
    found = [{} for _ in range(n)]
    for drawn, weight in validation.items():
        for place, one in zip(found, drawn, strict=True):
            place[one] = place.get(one, 0.0) + weight
    return found


def agree(one, other):
    return all(abs(one.get(k, 0.0) - other.get(k, 0.0)) < 1e-9 for k in one.keys() | other.keys())


def hypotheses(law, n, validation=None, memorised=False):
    validation = independent_law(law, n) if validation is None else validation
    each = marginals(validation, n)
    joint = {  # of what is drawn at all, which has all the weight
        drawn: prod(place.get(one, 0.0) for place, one in zip(each, drawn, strict=True))
        for drawn in validation
    }
    return {
        "fixed": not memorised,
        "same": all(agree(place, law) for place in each),
        "independent": agree(joint, validation),
    }


def conclusion(
    law,
    n,
    validation=None,
    memorised=False,
    *,
    times=1.0,
    bound=lambda m, n: np.sqrt(np.log(m) / (2 * n)),
    against=lambda p, k: p[k],
):
    """Classifiers that memorise the validation examples are right on each of them."""
    validation = independent_law(law, n) if validation is None else validation
    p, bias = shares(law), 0.0
    for drawn, weight in validation.items():
        accuracies = np.ones(len(p)) if memorised else np.mean(drawn, axis=0)
        k = int(np.argmax(accuracies))
        bias += weight * (accuracies[k] - against(p, k))
    return bias <= times * bound(len(p), n) + 1e-12


@given(st.data(), st.integers(1, 3), st.integers(1, 3))
def test_holds(data, m, n):
    weights = data.draw(st.lists(st.integers(0, 5), min_size=2**m, max_size=2**m))
    weights[0] += not any(weights)
    total = sum(weights)
    law = {
        one: weight / total
        for one, weight in zip(product((0, 1), repeat=m), weights, strict=True)
        if weight
    }
    assert not broken(hypotheses(law, n))
    assert conclusion(law, n)


def apart(m):
    """Return the law by which always exactly one of m is right, each as often as the others."""
    return {tuple(int(i == k) for i in range(m)): 1 / m for k in range(m)}


WORST = apart(4), 1


def test_near_misses():
    near = [WORST, (apart(2), 1), (apart(2), 3), (apart(3), 2), ({(0,): 0.5, (1,): 0.5}, 2)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_tight():
    """With n = 1 the exact worst case is 1 - 1/m, .9 of the bound at m = 4."""
    ratio = 0.75 / np.sqrt(np.log(4) / 2)
    assert conclusion(*WORST)
    assert conclusion(*WORST, times=ratio)
    assert not conclusion(*WORST, times=0.99 * ratio)


def projective_maps():
    """Yield maps z ↦ (az + b)/(cz + d) of 0, …, 10 and ∞, here 11, by integers modulo 11.

    Any two points are taken to any other two, by the same number of maps.
    """

    def image(a, b, c, d, z):
        up, down = (a, c) if z == 11 else (a * z + b, c * z + d)
        return up * pow(down, -1, 11) % 11 if down % 11 else 11

    tops = [(0, 1), *((1, b) for b in range(11))]
    for (a, b), c, d in product(tops, range(11), range(11)):
        if (a * d - b * c) % 11:
            yield [image(a, b, c, d, z) for z in range(12)]


def pairwise_independent():
    """Return an example of which two of four are right, and a law of 12 such examples.

    Any two of them are independent. But one of the four is always right on 9 of the 12: how often
    two are right together is chosen such that pairs of examples show nothing of it.
    """
    kinds = [tuple(int(i in two) for i in range(4)) for two in combinations(range(4), 2)]
    maps, validation = list(projective_maps()), {}
    for lucky in range(4):
        for extra, weight in (None, 2 / 3), (0, 1 / 9), (1, 1 / 9), (2, 1 / 9):
            there = []
            for k, kind in enumerate(kinds):
                more = 0 if extra is None else 2 if extra in (k, 5 - k) else -1
                there += [kind] * (1 + 2 * kind[lucky] + more)
            for places in maps:
                drawn = tuple(there[z] for z in places)
                validation[drawn] = validation.get(drawn, 0.0) + weight / 4 / len(maps)
    return dict.fromkeys(kinds, 1 / 6), 12, validation


COIN = {(0,): 0.5, (1,): 0.5}


def test_without_fixed():
    assert broken(hypotheses(COIN, 2, None, True)) == ["fixed"]
    assert not conclusion(COIN, 2, None, True)
    # Both have memorised the example, and the first of them is wrong on all others.
    instance = ({(0, 1): 1.0}, 1, None, True)
    assert broken(hypotheses(*instance)) == ["fixed"]
    assert not conclusion(*instance)


def test_without_same():
    easy = {((1,), (1,)): 1.0}
    second_easy = {((0,), (1,)): 0.5, ((1,), (1,)): 0.5}
    first_easy = {((1,), (0,)): 0.5, ((1,), (1,)): 0.5}
    for validation in easy, second_easy, first_easy:
        assert broken(hypotheses(COIN, 2, validation)) == ["same"]
        assert not conclusion(COIN, 2, validation)


def test_the_same_chances_are_not_the_same_distribution():
    together = {((0, 0),): 0.5, ((1, 1),): 0.5}
    assert broken(hypotheses(apart(2), 1, together)) == ["same"]
    one_of_two = {((1,), (0,)): 1.0}
    assert broken(hypotheses(COIN, 2, one_of_two)) == ["same"]


def test_without_independent():
    law = apart(2)
    for instance in (law, 4, copies(law, 4)), pairwise_independent():
        assert broken(hypotheses(*instance)) == ["independent"]
        assert not conclusion(*instance)


def test_two_of_these_examples_show_nothing():
    law, n, validation = pairwise_independent()
    for i, j in combinations(range(n), 2):
        found = {}
        for drawn, weight in validation.items():
            found[drawn[i], drawn[j]] = found.get((drawn[i], drawn[j]), 0.0) + weight
        assert agree(found, independent_law(law, 2))
