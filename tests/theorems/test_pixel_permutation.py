"""prp-pixel-permutation: permuted pixels and permuted weights train to the same answers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from saddle_instances import LOGISTIC, gradient

NEAR_MISSES = {
    "the weights themselves": {"back": lambda W, order: W},
    "the inverse permutation": {"back": lambda W, order: W[np.argsort(order)]},
    "the others shrunk by a millionth": {"others": 1 - 1e-6},
    "the second without momentum": {"memory": lambda momentum: 0.0},
    "what the first answers to the permuted image": {"asked": lambda x, order: x[:, order]},
}


def hypotheses(order, seed, momentum=0.0, start=None, rates=None):
    order = np.array(order)
    return {
        "start": start is None or np.array_equal(start, order),
        "alike": rates is None or len(set(rates)) == 1,
    }


def conclusion(
    order,
    seed,
    momentum=0.0,
    start=None,
    rates=None,
    *,
    back=lambda W, order: W[order],
    others=1.0,
    asked=lambda x, order: x,
    memory=lambda momentum: momentum,
):
    """Train both for four steps; `start` permutes the second one's weights, `order` its images."""
    order, rng = np.array(order), np.random.default_rng(seed)
    d = len(order)
    x, labels = rng.normal(size=(6, d)), (0, 1, 2, 0, 1, 2)
    first = [rng.normal(size=shape) for shape in ((d, 2), (2,), (2, 3), (3,))]
    second = [first[0][order if start is None else np.array(start)], *first[1:]]
    rows = np.ones((d, 1)) if rates is None else np.array(rates)[:, None]
    ends = []
    momenta = momentum, memory(momentum)
    for beta, images, params in zip(momenta, (x, x[:, order]), (first, second), strict=True):
        at, sums = [p.copy() for p in params], [0.0] * 4
        for _ in range(4):
            slopes = gradient(images, labels, at, 0.1, LOGISTIC)
            sums = [beta * v + g for v, g in zip(sums, slopes, strict=True)]
            steps = [rows * sums[0], *sums[1:]]
            at = [p - 0.5 * v for p, v in zip(at, steps, strict=True)]
        ends.append(at)
    one, two = ends

    def answers(x, params):
        return LOGISTIC.value(x @ params[0] + params[1]) @ params[2] + params[3]

    pairs = [(back(one[0], order), two[0])]
    pairs += [(others * p, q) for p, q in zip(one[1:], two[1:], strict=True)]
    pairs += [(answers(asked(x, order), one), answers(x[:, order], two))]
    return all(np.allclose(p, q, rtol=1e-9, atol=1e-9) for p, q in pairs)


@given(st.permutations(range(4)), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5, 0.9]))
def test_holds(order, seed, momentum):
    assert not broken(hypotheses(order, seed, momentum))
    assert conclusion(order, seed, momentum)


def test_near_misses():
    near = [((1, 2, 0), 0), ((1, 0, 2), 1, 0.9)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_start():
    instance = ((1, 2, 0), 0, 0.0, (0, 1, 2))
    assert broken(hypotheses(*instance)) == ["start"]
    assert not conclusion(*instance)


def test_without_alike():
    for rates in (1.0, 0.5, 1.0), (0.5, 1.0, 1.0), (1.0, 1.0, 0.5):
        instance = ((1, 2, 0), 0, 0.0, None, rates)
        assert broken(hypotheses(*instance)) == ["alike"]
        assert not conclusion(*instance)
