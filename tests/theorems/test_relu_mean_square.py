"""thm-relu-mean-square: a layer multiplies the mean square by half of variance times fan-in."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from variance_instances import (
    AXES,
    CYCLE,
    SIGNS,
    SKEWED,
    SKEWED_ROW,
    TWINS,
    independent,
    mean,
    relu,
    row_moments,
    same_law,
    symmetric,
)

NEAR_MISSES = {
    "no half": {"half": 1.0},
    "half, times 1.01": {"half": 0.505},
    "the fan-out": {"fan": lambda m, n: n},
    "the mean of the fans": {"fan": lambda m, n: (m + n) / 2},
    "the deviation": {"of": np.sqrt},
    "one layer fewer": {"layers": lambda all_: all_[1:]},
    "the sum over the units": {"per_unit": lambda n: 1},
    "the variance of the units": {"square": lambda a: np.sum((a - a.mean()) ** 2)},
}


def hypotheses(joint, v):
    """Of cases ((a_0, [W_1, …], [b_1, …]), probability)."""
    layers = [[(case[1][k], p) for case, p in joint] for k in range(len(v))]
    parts = [[(case[0], p) for case, p in joint], *layers]
    split = [
        (np.concatenate([np.ravel(x) for x, _ in chosen]), np.prod([p for _, p in chosen]))
        for chosen in product(*map(merged, parts))
    ]
    together = [
        (np.concatenate([np.ravel(case[0]), *map(np.ravel, case[1])]), p) for case, p in joint
    ]
    return {
        "variance": all(
            np.allclose(row, vk * np.eye(len(row)))
            for law, vk in zip(layers, v, strict=True)
            for row in row_moments(law)
        ),
        "symmetric": all(map(symmetric, layers)),
        "independent": same_law(split, together),
        "bias": all(not np.any(b) for case, _ in joint for b in case[2]),
    }


def merged(law):
    found = {}
    for value, p in law:
        key = value.tobytes()
        found[key] = (value, found.get(key, (value, 0))[1] + p)
    return list(found.values())


def conclusion(
    joint,
    v,
    *,
    half=0.5,
    fan=lambda m, n: m,
    of=lambda v: v,
    layers=lambda all_: all_,
    per_unit=lambda n: n,
    square=lambda a: np.sum(a * a),
):
    def last(case):
        a, weights, biases = case
        for W, b in zip(weights, biases, strict=True):
            a = relu(W @ a + b)
        return square(a) / per_unit(len(a))

    start = mean(joint, lambda case: square(case[0]) / per_unit(len(case[0])))
    shapes = [W.shape for W in joint[0][0][1]]
    for (n, m), vk in layers(list(zip(shapes, v, strict=True))):
        start *= fan(m, n) * of(vk) * half
    return bool(np.isclose(mean(joint, last), start))


def network(starts, laws):
    """Return the cases of a network without biases from the laws of its parts."""
    return [
        (
            (a, [W for W, _ in chosen], [np.zeros(len(W)) for W, _ in chosen]),
            q * np.prod([p for _, p in chosen]),
        )
        for a, q in starts
        for chosen in product(*laws)
    ]


def start_of(*entries):
    return [(np.array(entries, float), 1.0)]


@given(
    st.lists(st.integers(1, 2), min_size=2, max_size=3),
    st.lists(st.integers(1, 4).map(float), min_size=2, max_size=2),
    st.lists(st.integers(-2, 2).map(float), min_size=4, max_size=4),
)
def test_holds(sizes, v, entries):
    v = v[: len(sizes) - 1]
    laws = [
        independent((n, m), scale=np.sqrt(vk))
        for m, n, vk in zip(sizes, sizes[1:], v, strict=False)
    ]
    starts = [(np.array(entries[k : k + sizes[0]]), p) for k, p in ((0, 0.25), (2, 0.75))]
    joint = network(starts, laws)
    assert not broken(hypotheses(joint, v))
    assert conclusion(joint, v)


def test_near_misses():
    narrower = network(start_of(1, 3), [independent((1, 2), scale=np.sqrt(3))])
    deeper = network(start_of(1, 3), [independent((1, 2), scale=np.sqrt(3)), independent((2, 1))])
    still = network(start_of(1, 3), [[(np.zeros((1, 2)), 1.0)]])
    near = [(narrower, [3]), (deeper, [3, 1]), (still, [0])]
    # Entries that are not independent, equal rows, a row of another law, and two layers of them.
    other_law = [(np.stack([A[0], W[0]]), p * q) for A, p in AXES for W, q in independent((1, 2))]
    for laws in ([AXES], [TWINS], [other_law], [TWINS, AXES]):
        near += [(network(start_of(1, 3), laws), [1] * len(laws))]
    near += [(network(start_of(-3), [CYCLE]), [1])]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


ROOT = np.sqrt(2)


def test_without_variance():
    rows = [(np.array([[s, s]]), p) for s, p in SIGNS]
    instance = (network(start_of(1, 1), [rows]), [1])
    assert broken(hypotheses(*instance)) == ["variance"]
    assert not conclusion(*instance)
    for place, scale in product(range(3), (1.1, 0.9)):  # in one layer of three
        laws = [independent((1, 1), scale=scale if k == place else 1.0) for k in range(3)]
        instance = (network(start_of(1), laws), [1] * 3)
        assert broken(hypotheses(*instance)) == ["variance"]
        assert not conclusion(*instance)


def test_each_row_has_the_variance():
    scales = np.sqrt([[1.5], [0.5]])
    law = [(scales * W, p) for W, p in independent((2, 1))]
    assert broken(hypotheses(network(start_of(1), [law]), [1])) == ["variance"]


def test_without_symmetric():
    second_row = [(np.array([[s], [w / ROOT]]), p * q) for s, p in SIGNS for w, q in SKEWED]
    for instance in (
        (network(start_of(1), [independent((1, 1), SKEWED)] * 2), [2, 2]),
        (network(start_of(1), [second_row]), [1]),
        (network(start_of(1, 1), [SKEWED_ROW]), [1]),
    ):
        assert broken(hypotheses(*instance)) == ["symmetric"]
        assert not conclusion(*instance)
    for place in range(3):  # in one layer of three
        laws = [independent((1, 1), SKEWED if k == place else SIGNS) for k in range(3)]
        instance = (network(start_of(1), laws), [2 if k == place else 1 for k in range(3)])
        assert broken(hypotheses(*instance)) == ["symmetric"]
        assert not conclusion(*instance)


def test_without_independent():
    joint = [((np.ones(1), [np.array([[ROOT * s]])] * 2, [np.zeros(1)] * 2), p) for s, p in SIGNS]
    assert broken(hypotheses(joint, [2, 2])) == ["independent"]
    assert not conclusion(joint, [2, 2])
    # The matrices are, and the signal at the start has the sign of the first weight.
    joint = [
        ((s * np.ones(1), [np.array([[s]]), np.array([[t]])], [np.zeros(1)] * 2), p * q)
        for s, p in SIGNS
        for t, q in SIGNS
    ]
    assert broken(hypotheses(joint, [1, 1])) == ["independent"]
    assert not conclusion(joint, [1, 1])
    # Any two of the three are, and the second weight is the product of the other two.
    joint = [
        ((s * np.ones(1), [np.array([[t]]), np.array([[s * t]])], [np.zeros(1)] * 2), p * q)
        for s, p in SIGNS
        for t, q in SIGNS
    ]
    assert broken(hypotheses(joint, [1, 1])) == ["independent"]
    assert not conclusion(joint, [1, 1])


def test_without_bias():
    joint = [
        ((np.ones(1), [np.array([[ROOT * s]])], [np.array([t])]), p * q)
        for s, p in SIGNS
        for t, q in SIGNS
    ]
    assert broken(hypotheses(joint, [2])) == ["bias"]
    assert not conclusion(joint, [2])
    for place in range(3):  # in one layer of three, and not always there
        biases = [np.array([float(k == place)]) for k in range(3)]
        joint = [
            ((a, weights, [share * b for b in biases]), p / 3)
            for (a, weights, _), p in network(start_of(1), [independent((1, 1))] * 3)
            for share in (0, 1, 0)
        ]
        assert broken(hypotheses(joint, [1] * 3)) == ["bias"]
        assert not conclusion(joint, [1] * 3)
    for b in np.eye(2):  # of one unit of two
        joint = [((a, W, [b]), p) for (a, W, _), p in network(start_of(1), [independent((2, 1))])]
        assert broken(hypotheses(joint, [1])) == ["bias"]
        assert not conclusion(joint, [1])
