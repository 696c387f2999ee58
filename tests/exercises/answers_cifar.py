"""Answers to chapter 22's exercises, right ones of any style and typical wrong ones."""

import math

import numpy as np
from answers import each, right, taking, wrong
from scipy.special import entr

# ---- cifar-count ------------------------------------------------------------------------


@right("cifar-count")
def layer_by_layer(widths):
    channels, side, parameters, products = 3, 32, 0, 0
    for width in widths:
        weights = 9 * channels * width
        parameters += weights + 2 * width
        products += weights * side**2
        channels, side = width, side // 2
    inputs = channels * side**2
    return parameters + (inputs + 1) * 10, products + inputs * 10


@right("cifar-count")
def by_sums(widths):
    ins = np.array([3, *widths[:-1]])
    outs, sides = np.array(widths), 32 // 2 ** np.arange(len(widths) + 1)
    last = sides[-1] ** 2 * outs[-1]
    parameters = (9 * ins * outs).sum() + 2 * outs.sum() + 10 * last + 10
    return np.array([parameters, (9 * ins * outs * sides[:-1] ** 2).sum() + 10 * last])


@right("cifar-count")
def by_recursion(widths, channels=3, side=32):
    if not widths:
        inputs = channels * side * side
        return [10 * inputs + 10, 10 * inputs]
    first, *rest = widths
    parameters, products = by_recursion(rest, first, side // 2)
    here = 9 * channels * first
    return [parameters + here + 2 * first, products + here * side * side]


def counted(
    widths,
    *,
    bias=0,
    norm=2,
    area=9,
    dense_bias=10,
    colours=3,
    pooled_first=False,
    pools=True,
    dense=True,
    batch=0,
):
    channels, side, parameters, products = colours, 32, 0, 0
    for width in widths:
        if pooled_first:
            side //= 2
        weights = area * channels * width
        parameters += weights + (norm + bias) * width
        products += weights * side**2 + batch * width * side**2
        channels, side = width, side if pooled_first or not pools else side // 2
    inputs = channels * side**2
    return parameters + 10 * inputs + dense_bias, products + dense * 10 * inputs


COUNTS = {
    "with_biases": lambda widths: counted(widths, bias=1),
    "no_scale_and_shift": lambda widths: counted(widths, norm=0),
    "running_statistics_too": lambda widths: counted(widths, norm=4),
    "a_scale_only": lambda widths: counted(widths, norm=1),
    "kernels_of_one_row": lambda widths: counted(widths, area=3),
    "kernels_of_five": lambda widths: counted(widths, area=25),
    "no_bias_at_the_end": lambda widths: counted(widths, dense_bias=0),
    "grey": lambda widths: counted(widths, colours=1),
    "after_pooling": lambda widths: counted(widths, pooled_first=True),
    "never_pools": lambda widths: counted(widths, pools=False),
    "forgets_the_dense_products": lambda widths: counted(widths, dense=False),
    "counts_the_norm": lambda widths: counted(widths, batch=1),
    "the_wrong_way_round": lambda widths: counted(widths)[::-1],
    "the_first_two_blocks": lambda widths: counted(widths[:2]),
    "for_a_batch": lambda widths: (counted(widths)[0], 64 * counted(widths)[1]),
    "backward_too": lambda widths: (counted(widths)[0], 3 * counted(widths)[1]),
}
each(wrong("cifar-count"), COUNTS)


# ---- cifar-orbits -----------------------------------------------------------------------


@taking(right("cifar-orbits"))
def by_powers(scores, map):
    powers, power = [], list(range(len(map)))
    while power not in powers:
        powers.append(power)
        power = [map[x] for x in power]
    return [np.mean([scores[g[x]] for g in powers], axis=0) for x in range(len(scores))]


@taking(right("cifar-orbits"))
def by_cycles(scores, map):
    found = [None] * len(scores)
    for x in range(len(scores)):
        if found[x] is None:
            orbit = [x]
            while map[orbit[-1]] != x:
                orbit.append(map[orbit[-1]])
            mean = [sum(scores[y][c] for y in orbit) / len(orbit) for c in range(2)]
            for y in orbit:
                found[y] = mean
    return found


@taking(right("cifar-orbits"))
def by_matrices(scores, map):
    n = len(map)
    step = np.eye(n)[map]
    rounds = math.lcm(*range(1, n + 1))
    total, power = np.zeros((n, n)), np.eye(n)
    for _ in range(rounds):
        total, power = total + power, power @ step
    return total @ np.array(scores) / rounds


def averaged(scores, map, powers, *, mean=True):
    total, at = np.zeros((len(scores), 2)), list(range(len(map)))
    for _ in range(powers):
        total += np.array(scores, float)[at]
        at = [map[x] for x in at]
    return total / powers if mean else total


def order(map):
    lengths = []
    for x in range(len(map)):
        length, y = 1, map[x]
        while y != x:
            length, y = length + 1, map[y]
        lengths.append(length)
    return math.lcm(*lengths)


ORBITS = {
    "the_map_alone": lambda s, m: averaged(s, m, 2),
    "unchanged": lambda s, m: s,
    "mapped": lambda s, m: [s[x] for x in m],
    "as_many_powers_as_images": lambda s, m: averaged(s, m, len(m)),
    "one_power_too_many": lambda s, m: averaged(s, m, order(m) + 1),
    "without_itself": lambda s, m: (
        (averaged(s, m, order(m), mean=False) - np.array(s)) / max(order(m) - 1, 1)
    ),
    "the_sum": lambda s, m: averaged(s, m, order(m), mean=False),
    "mean_of_all": lambda s, m: [np.mean(s, axis=0)] * len(s),
    "the_largest": lambda s, m: [
        np.max([s[y] for y in cycle(m, x)], axis=0) for x in range(len(s))
    ],
    "the_median": lambda s, m: [
        np.median([s[y] for y in cycle(m, x)], axis=0) for x in range(len(s))
    ],
    "three_powers": lambda s, m: averaged(s, m, min(order(m), 3)),
    "rounded": lambda s, m: np.round(averaged(s, m, order(m))),
    "the_first_image_of_each_orbit": lambda s, m: [s[min(cycle(m, x))] for x in range(len(s))],
    "six_powers": lambda s, m: averaged(s, m, 6),
    "classes_mixed": lambda s, m: [[row.mean()] * 2 for row in averaged(s, m, order(m))],
}


def cycle(map, x):
    found = [x]
    while map[found[-1]] != x:
        found.append(map[found[-1]])
    return found


each(wrong("cifar-orbits"), ORBITS, "scores", "map")


# ---- cifar-mirror -----------------------------------------------------------------------


def layer(kernel, x):
    return np.correlate(np.pad(np.array(x, float), len(kernel) // 2), kernel, "valid")


def apart(kernel, x):
    return not np.array_equal(layer(kernel, x[::-1]), layer(kernel, x)[::-1])


@taking(right("cifar-mirror"))
def single_pixels(kernel, size):
    for pixel in np.eye(size):
        if apart(kernel, pixel):
            return pixel
    return None


@taking(right("cifar-mirror"))
def by_symmetry(kernel, size):
    reach = len(kernel) // 2
    for d in range(1, min(reach, size - 1) + 1):
        if kernel[reach + d] != kernel[reach - d]:
            # Pixel 0 reaches position d by the entry at -d, and mirrored by the one at d.
            return [1] + [0] * (size - 1)
    return None


@taking(right("cifar-mirror"))
def by_the_matrix(kernel, size):
    M = np.array([layer(kernel, column) for column in np.eye(size)]).T
    difference = M[::-1] - M[:, ::-1]
    columns = np.flatnonzero(np.abs(difference).any(axis=0))
    return None if len(columns) == 0 else [int(k == size - 1 - columns[0]) for k in range(size)]


@taking(right("cifar-mirror"))
def with_large_numbers(kernel, size):
    x = [10.0**k for k in range(size)]
    return x if apart(kernel, x) else None


def asymmetric(kernel):
    return list(kernel) != list(kernel)[::-1]


def flipped_entries(kernel, size):
    if kernel == kernel[::-1]:
        return None
    return [float(k == size // 2) for k in range(size)]


MIRRORS = {
    "never_one": lambda w, n: None,
    "always_the_first_pixel": lambda w, n: [1] + [0] * (n - 1),
    "whatever_the_size": lambda w, n: [1] + [0] * (n - 1) if asymmetric(w) else None,
    "all_ones": lambda w, n: [1] * n if apart(w, [1] * n) else None,
    "all_ones_if_asymmetric": lambda w, n: [1] * n if asymmetric(w) else None,
    "the_pixel_in_the_middle": flipped_entries,
    "symmetric_pairs_only": lambda w, n: (
        [int(k in (0, n - 1)) for k in range(n)]
        if single_pixels(kernel=w, size=n) is not None
        else None
    ),
    "nearest_entries_only": lambda w, n: (
        [1] + [0] * (n - 1)
        if len(w) > 1 and n > 1 and w[len(w) // 2 - 1] != w[len(w) // 2 + 1]
        else None
    ),
    "outermost_entries_only": lambda w, n: [1] + [0] * (n - 1) if w[0] != w[-1] else None,
    "compares_with_the_layer": lambda w, n: next(
        (e for e in np.eye(n) if not np.array_equal(layer(w, e[::-1]), layer(w, e))), None
    ),
    "mirrors_twice": lambda w, n: next(
        (e for e in np.eye(n) if not np.array_equal(layer(w, e[::-1])[::-1], layer(w, e)[::-1])),
        None,
    ),
    "turns_the_kernel_too": lambda w, n: next(
        (e for e in np.eye(n) if not np.array_equal(layer(w[::-1], e[::-1]), layer(w, e)[::-1])),
        None,
    ),
    "in_a_circle": lambda w, n: next(
        (e for e in np.eye(n) if not np.array_equal(circular(w, e[::-1]), circular(w, e)[::-1])),
        None,
    ),
    "the_zero_image": lambda w, n: [0] * n if asymmetric(w) else None,
    "tells_whether": lambda w, n: asymmetric(w),
}


def circular(kernel, x):
    reach, n = len(kernel) // 2, len(x)
    return np.array(
        [sum(w * x[(i + k - reach) % n] for k, w in enumerate(kernel)) for i in range(n)]
    )


each(wrong("cifar-mirror"), MIRRORS, "kernel", "size")


# ---- cifar-floor ------------------------------------------------------------------------


@taking(right("cifar-floor"))
def entropy(classes, smoothing):
    target = np.full(classes, smoothing / classes)
    target[0] += 1 - smoothing
    target = target[target > 0]
    return -(target * np.log(target)).sum()


@taking(right("cifar-floor"))
def in_two_parts(classes, smoothing):
    if smoothing == 0:
        return 0
    wrong = smoothing / classes
    right = 1 - (classes - 1) * wrong
    return -right * math.log(right) - (classes - 1) * wrong * math.log(wrong)


@taking(right("cifar-floor"))
def by_scipy(classes, smoothing):
    spread = smoothing / classes
    return entr([1 - smoothing + spread] + [spread] * (classes - 1)).sum()


def share(p):
    return -p * math.log(p) if p > 0 else 0.0


FLOORS = {
    "zero": lambda C, s: 0.0,
    "spread_over_the_wrong_ones": lambda C, s: share(1 - s) + (C - 1) * share(s / (C - 1)),
    "the_right_class_only": lambda C, s: -math.log(1 - s + s / C),
    "its_share_of_the_right_class": lambda C, s: share(1 - s + s / C),
    "one_wrong_class": lambda C, s: share(1 - s + s / C) + share(s / C),
    "all_classes_wrong": lambda C, s: share(1 - s) + C * share(s / C),
    "of_a_coin": lambda C, s: share(s) + share(1 - s),
    "uniform": lambda C, s: math.log(C),
    "between_none_and_uniform": lambda C, s: s * math.log(C),
    "in_bits": lambda C, s: entropy(classes=C, smoothing=s) / math.log(2),
    "negative": lambda C, s: -entropy(classes=C, smoothing=s),
    "with_a_certain_answer": lambda C, s: s * (C - 1) / C,
    "divergence": lambda C, s: math.log(C) - entropy(classes=C, smoothing=s),
    "without_the_case_of_zero": lambda C, s: (
        -((1 - s + s / C) * np.log(1 - s + s / C) + (C - 1) * s / C * np.log(np.float64(s / C)))
    ),
    "for_ten_classes": lambda C, s: entropy(classes=10, smoothing=s),
    "for_a_tenth": lambda C, s: entropy(classes=C, smoothing=0.1),
}
each(wrong("cifar-floor"), FLOORS, "classes", "smoothing")


@taking(wrong("cifar-orbits"))
def as_many_powers_as_in_the_longest_circle(**problem):
    mapped, scores = problem["map"], np.array(problem["scores"], dtype=float)
    places, total, most = np.arange(len(mapped)), 0 * scores, 1
    for x in range(len(mapped)):
        length, y = 1, mapped[x]
        while y != x:
            length, y = length + 1, mapped[y]
        most = max(most, length)
    for _ in range(most):
        total, places = total + scores[places], np.array(mapped)[places]
    return total / most
