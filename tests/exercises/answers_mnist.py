"""Answers to chapter 17's exercises, right ones of any style and typical wrong ones."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import scipy.special
from answers import each, right, wrong

from dlbook import nn

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


each(
    wrong("mnist-parameters"),
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


each(
    wrong("mnist-chance"),
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


each(
    wrong("mnist-start"),
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


# ---- mnist-penalty ----------------------------------------------------------------------


@right("mnist-penalty")
def by_logarithms(given):
    return math.ceil(math.log(given["m"]) / -math.log1p(-1 / given["n"]) - 1e-12)


@right("mnist-penalty")
def step_by_step(given):
    left, steps = Fraction(1), 0
    while given["m"] * left > 1:
        left -= left / given["n"]
        steps += 1
    return steps


@right("mnist-penalty")
def with_integers(given):
    n, m = given["n"], given["m"]
    return next(k for k in range(n * m) if m * (n - 1) ** k <= n**k)


def fewest(n, m):
    return step_by_step({"n": n, "m": m})


each(
    wrong("mnist-penalty"),
    {
        "rounded_down": lambda n, m: math.floor(math.log(m) / -math.log1p(-1 / n)),
        "one_more": lambda n, m: fewest(n, m) + 1,
        "one_less": lambda n, m: fewest(n, m) - 1,
        "not_rounded": lambda n, m: math.log(m) / -math.log1p(-1 / n),
        "rounded": lambda n, m: round(math.log(m) / -math.log1p(-1 / n)),
        "linear": lambda n, m: math.ceil(n * (1 - 1 / m)),
        "for_small_steps": lambda n, m: math.ceil(n * math.log(m)),
        "time_of_the_flow": lambda n, m: round(n * math.log(m)),
        "strictly_less": lambda n, m: next(k for k in range(n * m) if m * (n - 1) ** k < n**k),
        "a_half_always": lambda n, m: fewest(n, 2),
        "an_m_th_gone": lambda n, m: next(
            k for k in range(n * m) if m * (n - 1) ** k <= (m - 1) * n**k
        ),
        "to_one_part_in_e": lambda n, m: math.ceil(1 / -math.log1p(-1 / n)),
        "growing_instead": lambda n, m: math.ceil(math.log(m) / math.log1p(1 / n)),
        "swapped": lambda n, m: fewest(m, n),
    },
    "n",
    "m",
)


# ---- mnist-split ------------------------------------------------------------------------


def where(writers, chosen):
    return [i for i, writer in enumerate(writers) if writer in chosen]


@right("mnist-split")
def the_last_writer_validates(writers):
    last = max(writers)
    return where(writers, set(writers) - {last}), where(writers, {last})


@right("mnist-split")
def half_of_the_writers(writers):
    known = sorted(set(writers))
    half = len(known) // 2
    return where(writers, known[half:]), where(writers, known[:half])


@right("mnist-split")
def with_arrays(writers):
    writers = np.array(writers)
    first = writers == writers[0]
    return np.flatnonzero(first), np.flatnonzero(~first)


each(
    wrong("mnist-split"),
    {
        "in_order": lambda w: (list(range(len(w) // 2)), list(range(len(w) // 2, len(w)))),
        "at_random": lambda w: tuple(
            np.array_split(np.random.default_rng(0).permutation(len(w)), 2)
        ),
        "all_in_training": lambda w: (list(range(len(w))), []),
        "all_in_validation": lambda w: ([], list(range(len(w)))),
        "everything_twice": lambda w: (list(range(len(w))), list(range(len(w)))),
        "every_second": lambda w: (list(range(0, len(w), 2)), list(range(1, len(w), 2))),
        "one_of_each_writer": lambda w: (
            [i for i in range(len(w)) if w[i] in w[:i]],
            [i for i in range(len(w)) if w[i] not in w[:i]],
        ),
        "drops_the_rest": lambda w: (where(w, {min(w)})[:1], where(w, {max(w)})[:1]),
        "drops_an_image": lambda w: (where(w, set(w) - {max(w)})[1:], where(w, {max(w)})),
        "one_image_twice": lambda w: (
            where(w, set(w) - {max(w)}) + where(w, set(w) - {max(w)})[:1],
            where(w, {max(w)}),
        ),
        "two_writers_only": lambda w: (where(w, {"a"}), where(w, {"b"})),
        "a_against_the_rest": lambda w: (where(w, "a"), where(w, "bcd")),
        "sorted_then_cut": lambda w: tuple(
            part.tolist() for part in np.array_split(np.argsort(w, kind="stable"), 2)
        ),
        "writers_not_indices": lambda w: (sorted(set(w))[1:], sorted(set(w))[:1]),
        "runs": lambda w: (
            [i for i in range(len(w)) if i == 0 or w[i] == w[i - 1]],
            [i for i in range(1, len(w)) if w[i] != w[i - 1]],
        ),
        "three_parts": lambda w: (where(w, "a"), where(w, "b"), where(w, "cd")),
    },
)
