"""Answers to chapter 3's exercises, right ones of any style and typical wrong ones."""

from itertools import pairwise

import numpy as np
from answers import right, wrong

# ---- convex-dent ------------------------------------------------------------------------


def search(values, places=None, dented=lambda a, b, c: 2 * b > a + c):
    for i in range(1, len(values) - 1) if places is None else places:
        if dented(values[i - 1], values[i], values[i + 1]):
            return i
    return None


@right("convex-dent")
def by_a_loop(values):
    return search(values)


@right("convex-dent")
def the_last_one(values):
    return search(values, range(len(values) - 2, 0, -1))


@right("convex-dent")
def by_numpy(values):
    if len(values) < 3:
        return None
    second = np.diff(values, 2)
    return np.argmin(second) + 1 if second.min() < 0 else None


@right("convex-dent")
def by_any_chord(values):
    for i in range(len(values)):
        for j in range(i + 2, len(values)):
            for k in range(i + 1, j):
                if values[k] * (j - i) > values[i] * (j - k) + values[j] * (k - i):
                    return search(values)
    return None


@wrong("convex-dent")
def never_a_dent(values):
    return None


@wrong("convex-dent")
def says_whether(values):
    return search(values) is not None


@wrong("convex-dent")
def not_strictly(values):
    return search(values, dented=lambda a, b, c: 2 * b >= a + c)


@wrong("convex-dent")
def the_wrong_way_round(values):
    return search(values, dented=lambda a, b, c: 2 * b < a + c)


@wrong("convex-dent")
def counts_from_the_second_difference(values):
    i = search(values)
    return None if i is None else i - 1


@wrong("convex-dent")
def forgets_the_last_inner_point(values):
    return search(values, range(1, len(values) - 2))


@wrong("convex-dent")
def looks_at_the_first_seven(values):
    return search(values, range(1, min(len(values) - 1, 7)))


@wrong("convex-dent")
def forgets_the_first_inner_point(values):
    return search(values, range(2, len(values) - 1))


@wrong("convex-dent")
def goes_round_the_end(values):
    return search(values, range(len(values) - 1)) if len(values) > 2 else None


@wrong("convex-dent")
def looks_for_peaks(values):
    return search(values, dented=lambda a, b, c: b > a and b > c)


@wrong("convex-dent")
def looks_for_falling_values(values):
    return search(values, dented=lambda a, b, c: c < b)


@wrong("convex-dent")
def forgets_the_half(values):
    return search(values, dented=lambda a, b, c: b > a + c)


@wrong("convex-dent")
def rounds_the_mean_up(values):
    return search(values, dented=lambda a, b, c: b > -(-(a + c) // 2))


@wrong("convex-dent")
def minus_one_for_none(values):
    i = search(values)
    return -1 if i is None else i


@wrong("convex-dent")
def cannot_take_short_lists(values):
    second = np.diff(values, 2)
    return np.argmin(second) + 1 if second.min() < 0 else None


@wrong("convex-dent")
def only_the_end_points_chord(values):
    n = len(values) - 1
    for i in range(1, n):
        if values[i] * n > values[0] * (n - i) + values[n] * i:
            return search(values)
    return None


# ---- convex-slopes ----------------------------------------------------------------------


@right("convex-slopes")
def to_the_right(values):
    steps = [b - a for a, b in pairwise(values)]
    return [*steps, steps[-1] if steps else 0]


@right("convex-slopes")
def to_the_left(values):
    steps = [b - a for a, b in pairwise(values)]
    return [steps[0] if steps else 0, *steps]


@right("convex-slopes")
def central_differences(values):
    return np.gradient(values) if len(values) > 1 else [0.0]


@right("convex-slopes")
def steeper_at_the_ends(values):
    mean = central_differences(values)
    return (mean[0] - 7, *mean[1:-1], mean[-1] + 7) if len(values) > 1 else [3]


@right("convex-slopes")
def best_of_all_chords(values):
    for i in range(len(values)):
        yield max(((values[i] - values[j]) / (i - j) for j in range(i)), default=-100)


@wrong("convex-slopes")
def one_is_missing(values):
    return to_the_right(values)[:-1]


@wrong("convex-slopes")
def all_flat(values):
    return [0] * len(values)


@wrong("convex-slopes")
def flat_from_eight_on(values):
    return to_the_right(values) if len(values) < 8 else [0] * len(values)


@wrong("convex-slopes")
def a_dictionary(values):
    return dict(enumerate(to_the_right(values)))


@wrong("convex-slopes")
def the_right_ones_as_keys(values):
    return {slope: i for i, slope in enumerate(to_the_right(values))}


@wrong("convex-slopes")
def last_one_flat(values):
    return [*to_the_right(values)[:-1], 0]


@wrong("convex-slopes")
def first_one_flat(values):
    return [0, *to_the_left(values)[1:]]


@wrong("convex-slopes")
def wrong_in_an_iterator(values):
    return iter([0] * len(values))


@wrong("convex-slopes")
def with_the_wrong_sign(values):
    return [-slope for slope in to_the_right(values)]


@wrong("convex-slopes")
def forgets_to_divide(values):
    return [2 * slope for slope in central_differences(values)]


@wrong("convex-slopes")
def one_chord_for_all(values):
    n = len(values) - 1
    return [(values[-1] - values[0]) / n if n else 0] * len(values)


@wrong("convex-slopes")
def shifted_by_one(values):
    right = to_the_right(values)
    return [*right[1:], right[-1]]


@wrong("convex-slopes")
def goes_round_the_end_of_the_list(values):
    return [values[i] - values[i - 1] for i in range(len(values))]


@wrong("convex-slopes")
def divides_by_nothing(values):
    n = len(values) - 1
    return [(values[-1] - v) / (n - i) for i, v in enumerate(values)]


@wrong("convex-slopes")
def towards_the_minimum(values):
    least = values.index(min(values))
    return [(values[least] - v) / (least - i) if i != least else 0 for i, v in enumerate(values)]


@wrong("convex-slopes")
def values_instead_of_slopes(values):
    return list(values)


@wrong("convex-slopes")
def not_a_number_at_the_end(values):
    return [*to_the_right(values)[:-1], float("nan")]


@wrong("convex-slopes")
def a_single_slope(values):
    return to_the_right(values)[0]


@wrong("convex-slopes")
def sorts_its_argument(values):
    values.sort()
    return to_the_right(values)
