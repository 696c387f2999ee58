"""prp-batch-norm: the derivatives of batch normalisation, by the statistics of the batch."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "for the shift the mean, not the sum": {"shift": lambda g, hat: g.mean()},
    "for the scale x, not x̂": {"scale": lambda g, hat, x: np.sum(g * x)},
    "without the mean of g": {"first": 0},
    "without the part along x̂": {"second": 0},
    "without the scale": {"factor": lambda gamma: 1},
    "with m - 1": {"by": lambda m: m - 1},
    "the last one not at all": {"shown": lambda by_x: np.append(by_x[:-1], 0)},
    "the first one not at all": {"shown": lambda by_x: np.append(0, by_x[1:])},
    "the shift, a thousandth more": {"shift": lambda g, hat: 1.001 * g.sum()},
    "the scale, a thousandth more": {"scale": lambda g, hat, x: 1.001 * np.sum(g * hat)},
    "x, a thousandth more": {"factor": lambda gamma: 1.001 * gamma},
}


def of_the_batch(x):
    return x.mean(), np.mean((x - x.mean()) ** 2)


def normalised(x, gamma, beta, eps, statistics):
    mu, variance = statistics(x)
    return gamma * (x - mu) / np.sqrt(variance + eps) + beta


def hypotheses(x, gamma, beta, eps, weights, statistics=of_the_batch):
    others = [x, x + 1, 2 * x, x**2]
    return {"batch": all(np.allclose(statistics(z), of_the_batch(z)) for z in others)}


def conclusion(
    x,
    gamma,
    beta,
    eps,
    weights,
    statistics=of_the_batch,
    *,
    shift=lambda g, hat: g.sum(),
    scale=lambda g, hat, x: np.sum(g * hat),
    first=1,
    second=1,
    factor=lambda gamma: gamma,
    by=len,
    shown=lambda by_x: by_x,
):
    """The formulas for the three derivatives are the slopes of Σ weights·y + Σ y²/2."""

    def loss(x, gamma, beta):
        y = normalised(x, gamma, beta, eps, statistics)
        return weights @ y + y @ y / 2

    def slope(f, h=1e-4):
        return (f(h) - f(-h)) / (2 * h)

    g = weights + normalised(x, gamma, beta, eps, statistics)
    mu, variance = statistics(x)
    r = 1 / np.sqrt(variance + eps)
    hat, m = r * (x - mu), by(x) if by is len else by(len(x))
    by_x = factor(gamma) * r * (g - first * g.sum() / m - second * hat * np.sum(g * hat) / m)
    measured = [slope(lambda t, e=e: loss(x + t * e, gamma, beta)) for e in np.eye(len(x))]
    scale_of = 1e-6 * (1 + np.abs(g).sum()) * (1 + np.abs(x).max())
    beta_moves = slope(lambda t: loss(x, gamma, beta + t))
    gamma_moves = slope(lambda t: loss(x, gamma + t, beta))
    return (
        abs(shift(g, hat) - beta_moves) < scale_of
        and abs(scale(g, hat, x) - gamma_moves) < scale_of
        and bool(np.all(np.abs(shown(by_x) - measured) < scale_of))
    )


values = st.lists(st.integers(-4, 4), min_size=1, max_size=5).map(lambda v: np.array(v, float))


@given(values, st.sampled_from([0.5, 1.0, -2.0]), st.sampled_from([0.25, 0.5, 1.0]))
def test_holds(x, gamma, eps):
    instance = (x, gamma, 0.5, eps, np.cos(np.arange(len(x))))
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


four, first = np.array([1.0, 2.0, 3.0, 6.0]), np.array([1.0, 0.0, 0.0, 0.0])


def test_near_misses():
    near = [
        (four, 2.0, 0.5, 0.5, first),
        (four[:2], -1.0, 0.0, 1.0, first[:2]),
        (-four[:3], 1.0, -1.5, 2.0, first[:3]),
    ]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_less_and_more_are_told():
    instance = (four, 2.0, 0.5, 0.5, first)
    for times in (1.001, 0.999):
        assert not conclusion(*instance, shift=lambda g, hat, times=times: times * g.sum())
        assert not conclusion(
            *instance, scale=lambda g, hat, x, times=times: times * np.sum(g * hat)
        )


def test_without_batch():
    across = np.array([2.0, -1.0, 0.0, 0.0])
    # Constants for both, for the mean alone, for the variance alone; half the variance; and what
    # agrees with the mean on all multiples of these numbers.
    for statistics in (
        lambda x: (3.0, 3.5),
        lambda x: (3.0, of_the_batch(x)[1]),
        lambda x: (of_the_batch(x)[0], 3.5),
        lambda x: (of_the_batch(x)[0], of_the_batch(x)[1] / 2),
        lambda x: (of_the_batch(x)[0] + across @ x, of_the_batch(x)[1]),
    ):
        instance = (four, 1.0, 0.0, 0.5, first, statistics)
        assert broken(hypotheses(*instance)) == ["batch"]
        assert not conclusion(*instance)
