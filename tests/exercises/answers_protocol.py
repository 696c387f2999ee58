"""Answers to chapter 19's exercises, right ones of any style and typical wrong ones."""

import math
import statistics

import numpy as np
from answers import right, wrong

# ---- better-early-stopping --------------------------------------------------------------


@right("better-early-stopping")
def by_argmax(accuracies):
    return int(np.argmax(accuracies)) + 1


@right("better-early-stopping")
def by_index(accuracies):
    return accuracies.index(max(accuracies)) + 1


@right("better-early-stopping")
def by_a_loop(accuracies):
    kept, best = 0, -1.0
    for epoch, accuracy in enumerate(accuracies, start=1):
        if accuracy > best:
            kept, best = epoch, accuracy
    return kept


@wrong("better-early-stopping")
def counted_from_zero(accuracies):
    return accuracies.index(max(accuracies))


@wrong("better-early-stopping")
def the_last_of_equals(accuracies):
    return max(range(len(accuracies)), key=lambda i: (accuracies[i], i)) + 1


@wrong("better-early-stopping")
def the_last_epoch(accuracies):
    return len(accuracies)


@wrong("better-early-stopping")
def the_accuracy_itself(accuracies):
    return max(accuracies)


@wrong("better-early-stopping")
def before_the_first_decrease(accuracies):
    for i in range(1, len(accuracies)):
        if accuracies[i] < accuracies[i - 1]:
            return i
    return len(accuracies)


@wrong("better-early-stopping")
def before_the_first_that_is_no_better(accuracies):
    for i in range(1, len(accuracies)):
        if accuracies[i] <= accuracies[i - 1]:
            return i
    return len(accuracies)


@wrong("better-early-stopping")
def the_worst(accuracies):
    return accuracies.index(min(accuracies)) + 1


@wrong("better-early-stopping")
def among_the_first_four(accuracies):
    return by_argmax(accuracies[:4])


@wrong("better-early-stopping")
def the_greatest_rise(accuracies):
    return int(np.argmax(np.diff(accuracies, prepend=0.0))) + 1


@wrong("better-early-stopping")
def all_of_equals(accuracies):
    return [i + 1 for i, a in enumerate(accuracies) if a == max(accuracies)]


@wrong("better-early-stopping")
def rounded(accuracies):
    return by_argmax([round(a, 1) for a in accuracies])


@wrong("better-early-stopping")
def as_text(accuracies):
    return str(by_argmax(accuracies))


# ---- better-candidates ------------------------------------------------------------------


@right("better-candidates")
def by_the_exponential(case):
    return math.floor(math.exp(2 * case["examples"] * case["bias"] ** 2))


@right("better-candidates")
def with_numpy(case):
    return np.floor(np.exp(2 * case["examples"] * case["bias"] ** 2))


@right("better-candidates")
def by_bisection(case):
    n, b = case["examples"], case["bias"]
    low, high = 1, 10**10  # the first is allowed, the second is not
    while high - low > 1:
        middle = (low + high) // 2
        if math.log(middle) <= 2 * n * b * b:
            low = middle
        else:
            high = middle
    return low


def exponent(case):
    return 2 * case["examples"] * case["bias"] ** 2


@wrong("better-candidates")
def not_rounded(case):
    return math.exp(exponent(case))


@wrong("better-candidates")
def rounded_up(case):
    return math.ceil(math.exp(exponent(case)))


@wrong("better-candidates")
def rounded_to_nearest(case):
    return round(math.exp(exponent(case)))


@wrong("better-candidates")
def without_the_two(case):
    return math.floor(math.exp(exponent(case) / 2))


@wrong("better-candidates")
def not_squared(case):
    return math.floor(math.exp(min(2 * case["examples"] * case["bias"], 600)))


@wrong("better-candidates")
def not_solved(case):
    return math.floor(exponent(case))


@wrong("better-candidates")
def power_of_two(case):
    return math.floor(2 ** exponent(case))


@wrong("better-candidates")
def the_square_root(case):
    return math.floor(math.exp(math.sqrt(exponent(case))))


@wrong("better-candidates")
def one_less(case):
    return by_the_exponential(case) - 1


@wrong("better-candidates")
def one_more(case):
    return by_the_exponential(case) + 1


@wrong("better-candidates")
def at_least_two(case):
    return max(by_the_exponential(case), 2)


@wrong("better-candidates")
def at_most_a_thousand(case):
    return min(by_the_exponential(case), 1000)


# ---- better-paired ----------------------------------------------------------------------


@right("better-paired")
def with_arrays(case):
    differences = np.subtract(case["without"], case["all"])
    return differences.mean(), differences.std(ddof=1) / np.sqrt(len(differences))


@right("better-paired")
def with_statistics(case):
    differences = [b - a for a, b in zip(case["all"], case["without"], strict=True)]
    return [statistics.mean(differences), statistics.stdev(differences) / len(differences) ** 0.5]


@right("better-paired")
def from_sums(case):
    d = np.array(case["without"]) - np.array(case["all"])
    n, mean = len(d), sum(d) / len(d)
    return np.array([mean, math.sqrt(sum((x - mean) ** 2 for x in d) / (n * (n - 1)))])


@wrong("better-paired")
def the_other_sign(case):
    mean, error = with_arrays(case)
    return -mean, error


@wrong("better-paired")
def unpaired(case):
    a, b = np.array(case["all"]), np.array(case["without"])
    return b.mean() - a.mean(), np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))


@wrong("better-paired")
def divided_by_n(case):
    d = np.subtract(case["without"], case["all"])
    return d.mean(), d.std() / np.sqrt(len(d))


@wrong("better-paired")
def the_deviation(case):
    d = np.subtract(case["without"], case["all"])
    return d.mean(), d.std(ddof=1)


@wrong("better-paired")
def divided_by_n_again(case):
    d = np.subtract(case["without"], case["all"])
    return d.mean(), d.std(ddof=1) / len(d)


@wrong("better-paired")
def the_variance(case):
    d = np.subtract(case["without"], case["all"])
    return d.mean(), d.var(ddof=1) / len(d)


@wrong("better-paired")
def the_median(case):
    d = np.subtract(case["without"], case["all"])
    return np.median(d), d.std(ddof=1) / np.sqrt(len(d))


@wrong("better-paired")
def of_absolute_differences(case):
    d = np.abs(np.subtract(case["without"], case["all"]))
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))


@wrong("better-paired")
def in_the_other_order(case):
    return with_arrays(case)[::-1]


@wrong("better-paired")
def the_mean_alone(case):
    return with_arrays(case)[0]


@wrong("better-paired")
def relative_difference(case):
    d = np.subtract(case["without"], case["all"]) / case["all"]
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))


@wrong("better-paired")
def of_the_first_four(case):
    return with_arrays({name: values[:4] for name, values in case.items()})


@wrong("better-paired")
def sorted_first(case):
    return with_arrays({name: sorted(values) for name, values in case.items()})


@wrong("better-early-stopping")
def nearly_the_best(accuracies):
    return next(k for k, a in enumerate(accuracies, 1) if a > max(accuracies) - 0.004)
