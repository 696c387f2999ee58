"""Answers to chapter 5's exercises, right ones of any style and typical wrong ones."""

import math

import numpy as np
from answers import right, taking, wrong


def softmax(z):
    e = np.exp(np.array(z) - np.max(z))
    return e / e.sum()


# ---- entropic-mirror --------------------------------------------------------------------


@taking(right("entropic-mirror"))
def by_the_softmax(point, gradient, rate):
    return softmax(np.log(point) - rate * np.array(gradient))


@taking(right("entropic-mirror"))
def multiplied_and_normalised(point, gradient, rate):
    y = np.array(point) * np.exp(-rate * np.array(gradient))
    return y / y.sum()


@taking(right("entropic-mirror"))
def in_python(point, gradient, rate):
    y = [p * math.exp(-rate * g) for p, g in zip(point, gradient, strict=True)]
    return [one / math.fsum(y) for one in y]


@taking(wrong("entropic-mirror"))
def uphill(point, gradient, rate):
    return softmax(np.log(point) + rate * np.array(gradient))


@taking(wrong("entropic-mirror"))
def without_the_point(point, gradient, rate):
    return softmax(-rate * np.array(gradient))


@taking(wrong("entropic-mirror"))
def without_the_logarithm(point, gradient, rate):
    return softmax(np.array(point) - rate * np.array(gradient))


@taking(wrong("entropic-mirror"))
def without_the_rate(point, gradient, rate):
    return softmax(np.log(point) - np.array(gradient))


@taking(wrong("entropic-mirror"))
def divided_by_the_rate(point, gradient, rate):
    return softmax(np.log(point) - np.array(gradient) / rate)


@taking(wrong("entropic-mirror"))
def not_normalised(point, gradient, rate):
    return np.array(point) * np.exp(-rate * np.array(gradient))


@taking(wrong("entropic-mirror"))
def a_plain_step(point, gradient, rate):
    return np.array(point) - rate * np.array(gradient)


@taking(wrong("entropic-mirror"))
def clipped_and_normalised(point, gradient, rate):
    y = np.maximum(np.array(point) - rate * np.array(gradient), 1e-12)
    return y / y.sum()


@taking(wrong("entropic-mirror"))
def the_point_itself(point, gradient, rate):
    return point


@taking(wrong("entropic-mirror"))
def only_the_best(point, gradient, rate):
    best = int(np.argmin(gradient))
    return [1.0 * (i == best) for i in range(len(point))]


@taking(wrong("entropic-mirror"))
def the_point_squared(point, gradient, rate):
    return softmax(2 * np.log(point) - rate * np.array(gradient))


@taking(wrong("entropic-mirror"))
def half_of_the_gradient(point, gradient, rate):
    return softmax(np.log(point) - rate * np.array(gradient) / 2)


# ---- entropic-sparsemax -----------------------------------------------------------------


def project(scores, above=lambda k, u, sums: 1 + k * u > sums):
    x = np.array(scores)
    u = np.sort(x)[::-1]
    sums, k = np.cumsum(u), np.arange(1, len(u) + 1)
    count = k[above(k, u, sums)][-1]
    return np.maximum(x - (sums[count - 1] - 1) / count, 0)


@right("entropic-sparsemax")
def by_sorting(scores):
    return project(scores)


@right("entropic-sparsemax")
def with_ties_let_in(scores):
    return project(scores, lambda k, u, sums: 1 + k * u >= sums)


@right("entropic-sparsemax")
def by_bisection(scores):
    low, high = min(scores) - 1, max(scores)
    for _ in range(100):
        tau = (low + high) / 2
        low, high = (tau, high) if sum(max(s - tau, 0) for s in scores) > 1 else (low, tau)
    return [max(s - low, 0) for s in scores]


@right("entropic-sparsemax")
def by_dropping_the_smallest(scores):
    x = np.array(scores)
    keep = np.ones(len(x), bool)
    while True:
        tau = (x[keep].sum() - 1) / keep.sum()
        if np.all(x[keep] >= tau):
            return np.where(keep, x - tau, 0.0)
        keep &= x > tau


@wrong("entropic-sparsemax")
def clips_and_normalises(scores):
    y = np.maximum(scores, 0)
    return y / y.sum() if y.sum() else np.ones(len(y)) / len(y)


@wrong("entropic-sparsemax")
def subtracts_and_clips(scores):
    x = np.array(scores)
    return np.maximum(x - (x.sum() - 1) / len(x), 0)


@wrong("entropic-sparsemax")
def subtracts_clips_and_normalises(scores):
    y = subtracts_and_clips(scores)
    return y / y.sum()


@wrong("entropic-sparsemax")
def onto_the_plane_only(scores):
    x = np.array(scores)
    return x - (x.sum() - 1) / len(x)


@wrong("entropic-sparsemax")
def the_softmax(scores):
    return softmax(scores)


@wrong("entropic-sparsemax")
def one_hot(scores):
    best = int(np.argmax(scores))
    return [1.0 * (i == best) for i in range(len(scores))]


@wrong("entropic-sparsemax")
def the_first_that_fails(scores):
    x = np.array(scores)
    u = np.sort(x)[::-1]
    count = min(2, len(u))
    return np.maximum(x - (u[:count].sum() - 1) / count, 0)


@wrong("entropic-sparsemax")
def sorted_upwards(scores):
    x = np.array(scores)
    u = np.sort(x)
    sums, k = np.cumsum(u), np.arange(1, len(u) + 1)
    count = k[1 + k * u > sums][-1]
    return np.maximum(x - (sums[count - 1] - 1) / count, 0)


@wrong("entropic-sparsemax")
def in_sorted_order(scores):
    return np.sort(project(scores))[::-1]


@wrong("entropic-sparsemax")
def forgets_the_one(scores):
    x = np.array(scores)
    return np.maximum(x - x.mean(), 0)


@wrong("entropic-sparsemax")
def by_the_largest(scores):
    return np.maximum(np.array(scores) - (max(scores) - 1), 0)


@wrong("entropic-sparsemax")
def uniform(scores):
    return np.ones(len(scores)) / len(scores)


@wrong("entropic-sparsemax")
def with_four_entries_at_most(scores):
    x = np.array(scores)
    u = np.sort(x)[::-1][:4]
    sums, k = np.cumsum(u), np.arange(1, len(u) + 1)
    count = k[1 + k * u > sums][-1]
    return np.maximum(x - (sums[count - 1] - 1) / count, 0)


# ---- entropic-temperature ---------------------------------------------------------------


@taking(right("entropic-temperature"))
def solved(scores, share):
    return (scores[0] - scores[1]) / math.log(share / (1 - share))


@taking(right("entropic-temperature"))
def by_the_inverse_hyperbolic_tangent(scores, share):
    return (scores[0] - scores[1]) / (2 * math.atanh(2 * share - 1))


@taking(right("entropic-temperature"))
def bisected(scores, share):
    low, high = 1e-6, 1e6
    for _ in range(200):
        middle = math.sqrt(low * high)
        reached = 1 / (1 + math.exp(-min((scores[0] - scores[1]) / middle, 700)))
        low, high = (middle, high) if reached > share else (low, middle)
    return low


@taking(wrong("entropic-temperature"))
def the_inverse(scores, share):
    return 1 / solved(scores, share)


@taking(wrong("entropic-temperature"))
def the_share_alone(scores, share):
    return (scores[0] - scores[1]) / -math.log(share)


@taking(wrong("entropic-temperature"))
def the_other_share(scores, share):
    return (scores[0] - scores[1]) / -math.log(1 - share)


@taking(wrong("entropic-temperature"))
def the_other_sign(scores, share):
    return -solved(scores, share)


@taking(wrong("entropic-temperature"))
def the_first_score(scores, share):
    return scores[0] / math.log(share / (1 - share))


@taking(wrong("entropic-temperature"))
def the_sum_of_the_scores(scores, share):
    return (scores[0] + scores[1]) / math.log(share / (1 - share))


@taking(wrong("entropic-temperature"))
def base_ten(scores, share):
    return (scores[0] - scores[1]) / math.log10(share / (1 - share))


@taking(wrong("entropic-temperature"))
def without_the_difference(scores, share):
    return 1 / math.log(share / (1 - share))


@taking(wrong("entropic-temperature"))
def twice_too_hot(scores, share):
    return 2 * solved(scores, share)


@taking(wrong("entropic-temperature"))
def always_one(scores, share):
    return 1.0


@taking(wrong("entropic-temperature"))
def odds_without_a_logarithm(scores, share):
    return (scores[0] - scores[1]) * (1 - share) / share


@taking(wrong("entropic-temperature"))
def one_per_cent_off(scores, share):
    return 1.01 * solved(scores, share)
