"""Answers to chapter 17's exercises, right ones of any style and typical wrong ones."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import scipy.special
from answers import right, wrong

from dlbook import nn


def enter(name, answers, *keys):
    """Enter answers by their names, which take the entries of what is given."""
    for called, function in answers.items():

        def answer(given, function=function):
            return function(*[given[key] for key in keys]) if keys else function(given)

        answer.__name__ = called
        wrong(name)(answer)


# ---- mnist-parameters -------------------------------------------------------------------


@right("mnist-parameters")
def layer_by_layer(widths):
    return sum(a * b + b for a, b in pairwise(widths))


@right("mnist-parameters")
def weights_then_biases(widths):
    return int(np.dot(widths[:-1], widths[1:])) + sum(widths[1:])


@right("mnist-parameters")
def counts_arrays(widths):
    rng = np.random.default_rng(0)
    layers = [nn.Dense(a, b).init(rng) for a, b in pairwise(widths)]
    return sum(p.size for layer in layers for p in layer.values())


enter(
    "mnist-parameters",
    {
        "weights_only": lambda w: sum(a * b for a, b in pairwise(w)),
        "biases_only": lambda w: sum(w[1:]),
        "a_bias_for_each_input": lambda w: sum(a * b + a for a, b in pairwise(w)),
        "one_bias_a_layer": lambda w: sum(a * b + 1 for a, b in pairwise(w)),
        "biases_of_the_inputs_too": lambda w: layer_by_layer(w) + w[0],
        "product": lambda w: math.prod(w),
        "two_layers": lambda w: layer_by_layer(w[:3]),
        "first_layer": lambda w: layer_by_layer(w[:2]),
        "last_layer": lambda w: layer_by_layer(w[-2:]),
        "units": lambda w: sum(w),
        "biases_on_both_sides": lambda w: sum((a + 1) * (b + 1) for a, b in pairwise(w)),
        "no_bias_at_the_end": lambda w: layer_by_layer(w) - w[-1],
        "from_each_to_all_later": lambda w: (
            sum(a * b for i, a in enumerate(w) for b in w[i + 1 :]) + sum(w[1:])
        ),
    },
)


# ---- mnist-chance -----------------------------------------------------------------------


@right("mnist-chance")
def solved(given):
    return math.ceil(Fraction(8 * given["deviation"] ** 2, given["difference"] ** 2))


@right("mnist-chance")
def counted_up(given):
    low, high = 0, 1
    while given["difference"] ** 2 * high < 8 * given["deviation"] ** 2:
        low, high = high, 2 * high
    while high - low > 1:
        n = (low + high) // 2
        enough = given["difference"] ** 2 * n >= 8 * given["deviation"] ** 2
        low, high = (low, n) if enough else (n, high)
    return high


@right("mnist-chance")
def with_whole_numbers(given):
    return -(-8 * given["deviation"] ** 2 // given["difference"] ** 2)


enter(
    "mnist-chance",
    {
        "once_the_deviation": lambda d, s: math.ceil(Fraction(2 * s**2, d**2)),
        "of_one_mean": lambda d, s: math.ceil(Fraction(4 * s**2, d**2)),
        "rounds": lambda d, s: round(8 * s**2 / d**2),
        "rounds_down": lambda d, s: 8 * s**2 // d**2,
        "one_more": lambda d, s: 8 * s**2 // d**2 + 1,
        "does_not_round": lambda d, s: 8 * s**2 / d**2,
        "not_squared": lambda d, s: math.ceil(8 * s / d),
        "upside_down": lambda d, s: math.ceil(Fraction(8 * d**2, s**2)),
        "of_both_together": lambda d, s: math.ceil(Fraction(16 * s**2, d**2)),
        "at_least_two": lambda d, s: max(2, math.ceil(Fraction(8 * s**2, d**2))),
        "three_will_do": lambda d, s: 3,
        "twice_not_squared": lambda d, s: math.ceil(Fraction(4 * s**2, d**2) + Fraction(s, d)),
        "a_thousand_at_most": lambda d, s: min(1000, math.ceil(Fraction(8 * s**2, d**2))),
    },
    "difference",
    "deviation",
)


# ---- mnist-start ------------------------------------------------------------------------


@right("mnist-start")
def by_the_library(z):
    rows = np.tile(np.array(z), (len(z), 1))
    return nn.cross_entropy(rows, np.arange(len(z)))


@right("mnist-start")
def log_sum_exp_minus_mean(z):
    return scipy.special.logsumexp(z) - np.mean(z)


@right("mnist-start")
def shifted(z):
    z = np.array(z) - max(z)
    return -np.mean(z - np.log(np.exp(z).sum()))


enter(
    "mnist-start",
    {
        "log_of_the_number": lambda z: math.log(len(z)),
        "of_the_most_likely": lambda z: scipy.special.logsumexp(z) - max(z),
        "of_the_least_likely": lambda z: scipy.special.logsumexp(z) - min(z),
        "of_the_first": lambda z: scipy.special.logsumexp(z) - z[0],
        "summed": lambda z: len(z) * scipy.special.logsumexp(z) - sum(z),
        "entropy": lambda z: float(scipy.special.entr(scipy.special.softmax(z)).sum()),
        "log_of_the_mean": lambda z: -math.log(np.mean(scipy.special.softmax(z))),
        "clipped": lambda z: -np.mean(np.log(np.clip(scipy.special.softmax(z), 1e-12, 1))),
        "in_bits": lambda z: (scipy.special.logsumexp(z) - np.mean(z)) / math.log(2),
        "sign": lambda z: np.mean(z) - scipy.special.logsumexp(z),
        "only_log_sum_exp": lambda z: scipy.special.logsumexp(z),
        "median": lambda z: scipy.special.logsumexp(z) - np.median(z),
        "overflows": lambda z: math.log(sum(math.exp(min(x, 700)) for x in z)) - np.mean(z),
    },
)
