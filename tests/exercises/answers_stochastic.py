"""Answers to chapter 8's exercises, right ones of any style and typical wrong ones."""

import math

import numpy as np
from answers import right, taking, wrong

# ---- sgd-rate ---------------------------------------------------------------------------


@right("sgd-rate")
def solved(w):
    square = (w - 0.5) ** 2
    return 8 * square / (4 * square + 9)


@right("sgd-rate")
def by_the_ratio(w):
    return 2 / (1 + 9 / (2 * w - 1) ** 2)


@right("sgd-rate")
def bisected(w):
    low, high = 0.0, 2.0
    for _ in range(100):
        eta = (low + high) / 2
        falls = (2 - eta) * (w - 0.5) ** 2 > 9 * eta / 4
        low, high = (eta, high) if falls else (low, eta)
    return low


@wrong("sgd-rate")
def two(w):
    return 2.0


@wrong("sgd-rate")
def forgets_the_minimiser(w):
    return 8 * w**2 / (4 * w**2 + 9)


@wrong("sgd-rate")
def forgets_the_square(w):
    return 8 * abs(w - 0.5) / (4 * abs(w - 0.5) + 9)


@wrong("sgd-rate")
def the_best_rate(w):
    return solved(w) / 2


@wrong("sgd-rate")
def the_stationary_variance(w):
    return 9 * solved(w) / (4 * (2 - solved(w)))


@wrong("sgd-rate")
def without_the_two(w):
    return 4 * (w - 0.5) ** 2 / 9


@wrong("sgd-rate")
def for_small_rates(w):
    return 8 * (w - 0.5) ** 2 / 9


@wrong("sgd-rate")
def variance_of_one_target(w):
    square = (w - 0.5) ** 2
    return 2 * square / (square + 9)


@wrong("sgd-rate")
def standard_deviation(w):
    square = (w - 0.5) ** 2
    return 4 * square / (2 * square + 3)


@wrong("sgd-rate")
def the_root(w):
    return math.sqrt(solved(w))


@wrong("sgd-rate")
def one_at_most(w):
    return min(solved(w), 0.5)


@wrong("sgd-rate")
def rounded(w):
    return round(solved(w), 4)


# ---- sgd-moments ------------------------------------------------------------------------


@taking(right("sgd-moments"))
def by_the_law(targets, w, rate):
    return [(1 - rate) * w + rate * np.mean(targets), rate**2 * np.var(targets)]


@taking(right("sgd-moments"))
def by_all_results(targets, w, rate):
    after = np.array([w - rate * (w - x) for x in targets])
    return [after.mean(), after.var()]


@taking(right("sgd-moments"))
def in_python(targets, w, rate):
    mean = math.fsum(targets) / len(targets)
    spread = math.fsum((x - mean) ** 2 for x in targets) / len(targets)
    return w + rate * (mean - w), rate * rate * spread


@taking(wrong("sgd-moments"))
def unbiased(targets, w, rate):
    spread = np.var(targets, ddof=1) if len(targets) > 1 else 0.0
    return [(1 - rate) * w + rate * np.mean(targets), rate**2 * spread]


@taking(wrong("sgd-moments"))
def rate_not_squared(targets, w, rate):
    return [(1 - rate) * w + rate * np.mean(targets), rate * np.var(targets)]


@taking(wrong("sgd-moments"))
def standard_deviations(targets, w, rate):
    return [(1 - rate) * w + rate * np.mean(targets), rate * np.std(targets)]


@taking(wrong("sgd-moments"))
def second_moment(targets, w, rate):
    after = np.array([w - rate * (w - x) for x in targets])
    return [after.mean(), np.mean(after**2)]


@taking(wrong("sgd-moments"))
def uphill(targets, w, rate):
    return [w + rate * (w - np.mean(targets)), rate**2 * np.var(targets)]


@taking(wrong("sgd-moments"))
def forgets_to_shrink(targets, w, rate):
    return [w + rate * np.mean(targets), rate**2 * np.var(targets)]


@taking(wrong("sgd-moments"))
def the_sum_of_the_gradients(targets, w, rate):
    after = w - rate * sum(w - x for x in targets)
    return [after, rate**2 * np.var(targets)]


@taking(wrong("sgd-moments"))
def no_variance(targets, w, rate):
    return [(1 - rate) * w + rate * np.mean(targets), 0.0]


@taking(wrong("sgd-moments"))
def the_median(targets, w, rate):
    return [(1 - rate) * w + rate * np.median(targets), rate**2 * np.var(targets)]


@taking(wrong("sgd-moments"))
def the_other_way_round(targets, w, rate):
    return [rate**2 * np.var(targets), (1 - rate) * w + rate * np.mean(targets)]


@taking(wrong("sgd-moments"))
def variance_of_the_start_too(targets, w, rate):
    return [
        (1 - rate) * w + rate * np.mean(targets),
        (1 - rate) ** 2 * w**2 + rate**2 * np.var(targets),
    ]


@taking(wrong("sgd-moments"))
def the_mean_alone(targets, w, rate):
    return (1 - rate) * w + rate * np.mean(targets)


@taking(wrong("sgd-moments"))
def the_first_six(targets, w, rate):
    some = targets[:6]
    return [(1 - rate) * w + rate * np.mean(some), rate**2 * np.var(some)]


@taking(wrong("sgd-moments"))
def of_one_target_no_mean(targets, w, rate):
    after = [(1 - rate) * w + rate * x for x in targets]
    return np.mean(after) if len(after) > 1 else w, np.var(after)


# ---- sgd-pass ---------------------------------------------------------------------------


def steps(w, rate, order, of=lambda w, x, rate: w - rate * (w - x)):
    for x in order:
        w = of(w, x, rate)
    return w


@taking(right("sgd-pass"))
def two_steps_each(targets, w, rate):
    return [steps(w, rate, targets), steps(w, rate, targets[::-1])]


@taking(right("sgd-pass"))
def by_the_weights(targets, w, rate):
    a, b = targets
    rest = (1 - rate) ** 2 * w
    early, late = rate * (1 - rate), rate
    return np.array([rest + early * a + late * b, rest + early * b + late * a])


@taking(right("sgd-pass"))
def matrices(targets, w, rate):
    a, b = targets
    step = {x: np.array([[1 - rate, rate * x], [0, 1]]) for x in targets}
    return [float((step[y] @ step[x] @ [w, 1])[0]) for x, y in ((a, b), (b, a))]


@taking(wrong("sgd-pass"))
def the_other_order(targets, w, rate):
    return two_steps_each(targets, w, rate)[::-1]


@taking(wrong("sgd-pass"))
def one_result(targets, w, rate):
    return steps(w, rate, targets)


@taking(wrong("sgd-pass"))
def twice_the_same(targets, w, rate):
    return [steps(w, rate, targets)] * 2


@taking(wrong("sgd-pass"))
def full_gradient(targets, w, rate):
    return [w - rate * sum(w - x for x in targets)] * 2


@taking(wrong("sgd-pass"))
def goes_on_from_the_first(targets, w, rate):
    first = steps(w, rate, targets)
    return [first, steps(first, rate, targets[::-1])]


@taking(wrong("sgd-pass"))
def after_one_step(targets, w, rate):
    return [steps(w, rate, targets[:1]), steps(w, rate, targets[1:])]


@taking(wrong("sgd-pass"))
def both_steps_from_the_start(targets, w, rate):
    a, b = targets
    return [w - rate * (w - a) - rate * (w - b)] * 2


@taking(wrong("sgd-pass"))
def uphill_steps(targets, w, rate):
    up = lambda w, x, rate: w + rate * (w - x)  # noqa: E731
    return [steps(w, rate, targets, up), steps(w, rate, targets[::-1], up)]


@taking(wrong("sgd-pass"))
def twice_the_slope(targets, w, rate):
    return two_steps_each(targets, w, 2 * rate)


@taking(wrong("sgd-pass"))
def the_mean_of_both(targets, w, rate):
    return [np.mean(two_steps_each(targets, w, rate))] * 2


@taking(wrong("sgd-pass"))
def a_smaller_second_step(targets, w, rate):
    def both(order):
        return steps(steps(w, rate, order[:1]), rate / 2, order[1:])

    return [both(targets), both(targets[::-1])]


@taking(wrong("sgd-pass"))
def the_targets(targets, w, rate):
    return targets
