"""lem-forward-variance: the outputs of a linear layer are centred and uncorrelated."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from variance_instances import AXES, HALF_SKEWED, SIGNS, SKEWED, independent, mean, same_law

NEAR_MISSES = {
    "the variance of the signal, for its mean square": {
        "size": lambda a, m: np.sum(a * a) - np.sum(a) ** 2 / m
    },
    "the mean over the inputs": {"size": lambda a, m: np.sum(a * a) / m},
    "the mean square of the signal alone": {"weights": lambda v: 1},
    "times 1.01": {"times": 1.01},
    "outputs equally correlated": {"cross": 0.5},
    "a mean of v": {"centre": 1.0},
}


def hypotheses(joint, v):
    """Of cases ((W, a, b), probability)."""
    weights = [(W, p) for (W, _, _), p in joint]
    second = mean(weights, lambda W: np.outer(W, W))
    signals = [(a, p) for (_, a, _), p in joint]
    split = [(np.append(W, a), p * q) for W, p in weights for a, q in signals]
    return {
        "centred": bool(np.allclose(mean(weights, lambda W: W), 0)),
        "uncorrelated": bool(np.allclose(second, v * np.eye(len(second)))),
        "independent": same_law(split, [(np.append(W, a), p) for (W, a, _), p in joint]),
        "bias": all(not np.any(b) for (_, _, b), _ in joint),
    }


def conclusion(
    joint,
    v,
    *,
    size=lambda a, m: np.sum(a * a),
    weights=lambda v: v,
    times=1.0,
    cross=0.0,
    centre=0.0,
):
    outputs = [(W @ a + b, p) for (W, a, b), p in joint]
    n, m = joint[0][0][0].shape
    expected = weights(v) * mean(joint, lambda case: size(case[1], m)) * times
    second = mean(outputs, lambda z: np.outer(z, z))
    matrix = expected * ((1 - cross) * np.eye(n) + cross)
    return bool(np.allclose(mean(outputs, lambda z: z), centre * v) and np.allclose(second, matrix))


def layer(law_of_w, law_of_a, b):
    return [((W, a, b), p * q) for W, p in law_of_w for a, q in law_of_a]


vectors = st.lists(st.integers(-2, 2).map(float), min_size=2, max_size=2).map(np.array)


@given(st.integers(1, 2), st.sampled_from([SIGNS, SKEWED]), vectors, vectors)
def test_holds(n, law, a, c):
    v = {SIGNS: 1, SKEWED: 2}[law]
    joint = layer(independent((n, 2), law), [(a, 0.25), (c, 0.75)], np.zeros(n))
    assert not broken(hypotheses(joint, v))
    assert conclusion(joint, v)


def test_near_misses():
    signal = [(np.array([1.0, 2.0]), 0.5), (np.array([1.0, -1.0]), 0.5)]
    still = [(np.zeros((2, 2)), 1.0)]
    laws = (independent((2, 2)), 1), (still, 0), (AXES, 1), (HALF_SKEWED, 1)
    near = [(layer(law, signal, np.zeros(len(law[0][0]))), v) for law, v in laws]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


ONE, ZERO = np.ones(1), np.zeros(1)


def test_without_centred():
    instance = ([((np.ones((1, 1)), ONE, ZERO), 1.0)], 1)
    assert broken(hypotheses(*instance)) == ["centred"]
    assert not conclusion(*instance)
    # Entries with the means r and -r, which add up to zero.
    r = np.sqrt(2)
    joint = [((np.array([w]), np.eye(2)[0], ZERO), 0.5) for w in ([r, 0.0], [0.0, -r])]
    assert broken(hypotheses(joint, 1)) == ["centred"]
    assert not conclusion(joint, 1)
    # The same in a column: the means of the outputs add up to zero.
    joint = [((W.T, ONE, np.zeros(2)), p) for (W, _, _), p in joint]
    assert broken(hypotheses(joint, 1)) == ["centred"]
    assert not conclusion(joint, 1)
    for turn in (1, -1):  # one entry of two is always 1
        joint = [((np.array([[1.0, s][::turn]]), np.ones(2), ZERO), p) for s, p in SIGNS]
        assert broken(hypotheses(joint, 1)) == ["centred"]
        assert not conclusion(joint, 1)


def test_without_uncorrelated():
    row = [((np.array([[s, s]]), np.ones(2), ZERO), p) for s, p in SIGNS]
    equal_rows = [((np.array([[s], [s]]), ONE, np.zeros(2)), p) for s, p in SIGNS]
    two = independent((2, 1))
    wider, narrower = (
        [((np.array([[1.0], [r]]) * W, ONE, np.zeros(2)), p) for W, p in two] for r in (1.1, 0.9)
    )
    # Of a square matrix the entries of one diagonal are equal, and not those of a row or column.
    crossed = [
        ((np.array([[s, t], [u, s]]), np.ones(2), np.zeros(2)), p)
        for ((s,), (t,), (u,)), p in independent((3, 1))
    ]
    for joint in row, equal_rows, wider, narrower, crossed:
        assert broken(hypotheses(joint, 1)) == ["uncorrelated"]
        assert not conclusion(joint, 1)


def test_without_independent():
    joint = [((np.array([[s]]), np.array([s]), ZERO), p) for s, p in SIGNS]
    assert broken(hypotheses(joint, 1)) == ["independent"]
    assert not conclusion(joint, 1)
    # Uncorrelated is not enough: the signal is 1 where the weight is large, and otherwise 0.
    joint = [
        ((np.array([[k * s]]), np.array([k // 2]), ZERO), p / 2) for s, p in SIGNS for k in (1, 3)
    ]
    assert broken(hypotheses(joint, 5)) == ["independent"]
    assert not conclusion(joint, 5)


def test_without_bias():
    for b in ONE, np.array([1.0, -1.0]), *np.eye(2):
        joint = [((W, ONE, b), p) for W, p in independent((len(b), 1))]
        assert broken(hypotheses(joint, 1)) == ["bias"]
        assert not conclusion(joint, 1)
    either = [((W, ONE, b * ONE), p * q) for W, p in independent((1, 1)) for b, q in SIGNS]
    assert broken(hypotheses(either, 1)) == ["bias"]
    assert not conclusion(either, 1)
    rarely = [((W, ONE, np.array([b])), p / 3) for b in (0, 1, 0) for W, p in independent((1, 1))]
    assert broken(hypotheses(rarely, 1)) == ["bias"]
    assert not conclusion(rarely, 1)
