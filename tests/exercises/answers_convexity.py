"""Answers to chapter 3's and 3A's exercises, right ones of any style and typical wrong ones."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import scipy.special
from answers import right, taking, wrong

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


# ---- convex-not -------------------------------------------------------------------------


def bend(coefficients, least=-2.0, most=2.0, number=4001):
    """The place where the second derivative is smallest."""
    places = np.linspace(least, most, number)
    second = np.polynomial.Polynomial(coefficients).deriv(2)
    return float(places[np.argmin(second(places))])


def around(x, half):
    x = min(max(x, half - 2), 2 - half)
    return x - half, x + half


@right("convex-not")
def a_short_chord(coefficients):
    return around(bend(coefficients), 1e-3)


@right("convex-not")
def the_best_of_many(coefficients):
    g = np.polynomial.Polynomial(coefficients)
    x = np.linspace(-2, 2, 81)
    above = g((x[:, None] + x) / 2) - (g(x)[:, None] + g(x)) / 2
    i, j = np.unravel_index(above.argmax(), above.shape)
    return [x[i], x[j]]


@right("convex-not")
def shorter_and_shorter(coefficients):
    g, x, half = np.polynomial.Polynomial(coefficients), bend(coefficients), 2.0
    while True:
        half /= 2
        low, high = around(x, half)
        if g((low + high) / 2) > (g(low) + g(high)) / 2 + 1e-12:
            return np.array([low, high])


@wrong("convex-not")
def the_whole_interval(coefficients):
    return -2, 2


@wrong("convex-not")
def from_zero(coefficients):
    return 0, 2


@wrong("convex-not")
def to_zero(coefficients):
    return -2, 0


@wrong("convex-not")
def where_it_bends_up(coefficients):
    return around(bend([-c for c in coefficients]), 1e-3)


@wrong("convex-not")
def a_point(coefficients):
    return bend(coefficients), bend(coefficients)


@wrong("convex-not")
def leaves_the_domain(coefficients):
    x = bend(coefficients)
    return x - 1e-3, x + 1e-3


@wrong("convex-not")
def too_long_a_chord(coefficients):
    return around(bend(coefficients), 1.0)


@wrong("convex-not")
def one_third_too_long(coefficients):
    return around(bend(coefficients), 0.5)


@wrong("convex-not")
def where_it_falls(coefficients):
    places = np.linspace(-2, 2, 401)
    x = places[np.argmin(np.polynomial.Polynomial(coefficients).deriv()(places))]
    return around(float(x), 1e-3)


@wrong("convex-not")
def coefficients_backwards(coefficients):
    return around(bend(coefficients[::-1]), 1e-3)


@wrong("convex-not")
def ends_in_between(coefficients):
    return around(bend(coefficients, number=5), 0.4)


@wrong("convex-not")
def first_four_coefficients(coefficients):
    return around(bend([*coefficients, 0, 0][:4]), 1e-3)


@wrong("convex-not")
def with_the_middle(coefficients):
    low, high = around(bend(coefficients), 1e-3)
    return low, (low + high) / 2, high


# ---- convex-least-squares ---------------------------------------------------------------


@taking(right("convex-least-squares"))
def by_lstsq(X, y):
    return np.linalg.lstsq(np.array(X), np.array(y))[0]


@taking(right("convex-least-squares"))
def by_the_pseudoinverse(X, y):
    return (np.linalg.pinv(X) @ y).tolist()


@taking(right("convex-least-squares"))
def another_of_many(X, y):
    """A minimiser plus something that X takes to zero."""
    *_, rows = np.linalg.svd(np.array(X))
    rank = np.linalg.matrix_rank(X)
    return by_lstsq(X, y) + 3 * rows[rank:].sum(axis=0)


@taking(right("convex-least-squares"))
def normal_equations(X, y):
    X = np.array(X)
    return np.linalg.lstsq(X.T @ X, X.T @ y)[0]


@taking(wrong("convex-least-squares"))
def a_little_ridge(X, y):
    X = np.array(X)
    return np.linalg.solve(X.T @ X + 1e-3 * np.eye(X.shape[1]), X.T @ y)


@taking(wrong("convex-least-squares"))
def needs_full_rank(X, y):
    X = np.array(X)
    return np.linalg.solve(X.T @ X, X.T @ y)


@taking(wrong("convex-least-squares"))
def from_the_left(X, y):
    return np.array(X).T @ y


@taking(wrong("convex-least-squares"))
def one_step(X, y):
    X = np.array(X)
    return X.T @ y / np.sum(X * X) if X.any() else np.ones(X.shape[1])


@taking(wrong("convex-least-squares"))
def always_zero(X, y):
    return np.zeros(len(X[0]))


@taking(wrong("convex-least-squares"))
def each_column_alone(X, y):
    X = np.array(X)
    lengths = np.sum(X * X, axis=0)
    return X.T @ y / np.where(lengths > 0, lengths, 1)


@taking(wrong("convex-least-squares"))
def forgets_the_sign(X, y):
    return -by_lstsq(X, y)


@taking(wrong("convex-least-squares"))
def twice_too_large(X, y):
    return 2 * by_lstsq(X, y)


@taking(wrong("convex-least-squares"))
def a_thousandth_off(X, y):
    return 1.001 * by_lstsq(X, y)


@taking(wrong("convex-least-squares"))
def without_the_last_row(X, y):
    return by_lstsq(X[:-1], y[:-1]) if len(X) > 1 else by_lstsq(X, y)


@taking(wrong("convex-least-squares"))
def with_an_intercept(X, y):
    y = np.array(y)
    return by_lstsq(X, y - y.mean())


@taking(wrong("convex-least-squares"))
def hundred_steps_of_descent(X, y):
    X, w = np.array(X), np.zeros(len(X[0]))
    for _ in range(100):
        w = w - 0.01 * X.T @ (X @ w - y)
    return w


@taking(wrong("convex-least-squares"))
def the_residual(X, y):
    return np.array(X) @ by_lstsq(X, y) - y


# ---- convex-means -----------------------------------------------------------------------


@right("convex-means")
def through_logarithms(a):
    return np.exp(np.mean(np.log(a)))


@right("convex-means")
def root_by_root(a):
    return math.prod(x ** (1 / len(a)) for x in a)


@right("convex-means")
def with_exact_powers(a):
    return 2 ** (sum(math.log2(x) for x in a) / len(a))


@wrong("convex-means")
def product_first(a):
    return float(np.prod(a)) ** (1 / len(a))


@wrong("convex-means")
def arithmetic(a):
    return np.mean(a)


@wrong("convex-means")
def harmonic(a):
    return len(a) / sum(1 / x for x in a)


@wrong("convex-means")
def median(a):
    return np.median(a)


@wrong("convex-means")
def square_root(a):
    return math.sqrt(math.prod(a))


@wrong("convex-means")
def middle_of_the_range(a):
    return math.sqrt(min(a) * max(a))


@wrong("convex-means")
def the_logarithm(a):
    return np.mean(np.log(a))


@wrong("convex-means")
def the_sum_of_logarithms(a):
    return np.exp(np.sum(np.log(a)))


@wrong("convex-means")
def natural_and_common(a):
    return np.exp(np.mean(np.log10(a)))


@wrong("convex-means")
def of_the_sorted_half(a):
    return through_logarithms(sorted(a)[: max(1, len(a) - 1)])


@wrong("convex-means")
def without_the_first(a):
    return through_logarithms(a[1:] or a)


@wrong("convex-means")
def quadratic(a):
    return np.sqrt(np.mean(np.square(a)))


@wrong("convex-means")
def an_approximation(a):
    return 1.0000001 * through_logarithms(a)


# ---- convex-gibbs -----------------------------------------------------------------------


@taking(right("convex-gibbs"))
def term_by_term(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


@taking(right("convex-gibbs"))
def by_scipy(p, q):
    return scipy.special.rel_entr(p, q).sum()


@taking(right("convex-gibbs"))
def cross_entropy_minus_entropy(p, q):
    p, q = np.array(p), np.array(q)
    entropy = -np.sum(p * np.log(np.where(p > 0, p, 1)))
    return -np.sum(p * np.log(q)) - entropy


@taking(wrong("convex-gibbs"))
def zero_times_minus_infinity(p, q):
    with np.errstate(all="ignore"):
        return float(np.sum(np.array(p) * np.log(np.array(p) / q)))


@taking(wrong("convex-gibbs"))
def exchanged(p, q):
    return sum(b * math.log(b / a) for a, b in zip(p, q, strict=True) if a > 0)


@taking(wrong("convex-gibbs"))
def sign_forgotten(p, q):
    return -term_by_term(p, q)


@taking(wrong("convex-gibbs"))
def cross_entropy_only(p, q):
    return -sum(a * math.log(b) for a, b in zip(p, q, strict=True))


@taking(wrong("convex-gibbs"))
def entropy_only(p, q):
    return -sum(a * math.log(a) for a in p if a > 0)


@taking(wrong("convex-gibbs"))
def in_bits(p, q):
    return term_by_term(p, q) / math.log(2)


@taking(wrong("convex-gibbs"))
def with_a_small_number(p, q):
    return sum((a + 1e-4) * math.log((a + 1e-4) / b) for a, b in zip(p, q, strict=True))


@taking(wrong("convex-gibbs"))
def mean_not_sum(p, q):
    return term_by_term(p, q) / len(p)


@taking(wrong("convex-gibbs"))
def unweighted(p, q):
    return sum(math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


@taking(wrong("convex-gibbs"))
def absolute_values(p, q):
    return sum(a * abs(math.log(a / b)) for a, b in zip(p, q, strict=True) if a > 0)


@taking(wrong("convex-gibbs"))
def squared_distance(p, q):
    return sum((a - b) ** 2 for a, b in zip(p, q, strict=True))


@taking(wrong("convex-gibbs"))
def stops_at_the_first_zero(p, q):
    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a == 0:
            break
        total += a * math.log(a / b)
    return total


@taking(wrong("convex-gibbs"))
def renormalises(p, q):
    kept = [(a, b) for a, b in zip(p, q, strict=True) if a > 0]
    rest = sum(b for _, b in kept)
    return sum(a * math.log(a * rest / b) for a, b in kept)


# ---- convex-one-sided -------------------------------------------------------------------


def touching(lines, x, tolerance=0.0):
    top = max(a * x + b for a, b in lines)
    return [a for a, b in lines if a * x + b >= top - tolerance]


@taking(right("convex-one-sided"))
def extremes_of_those_that_touch(lines, x):
    return min(touching(lines, x)), max(touching(lines, x))


@taking(right("convex-one-sided"))
def by_short_quotients(lines, x):
    def g(w):
        return max(Fraction(a) * w + Fraction(b) for a, b in lines)

    h, x = Fraction(1, 10**6), Fraction(x)
    return [float((g(x) - g(x - h)) / h), float((g(x + h) - g(x)) / h)]


@taking(right("convex-one-sided"))
def sorted_by_height(lines, x):
    rows = sorted((a * x + b, a) for a, b in lines)
    high = [a for height, a in rows if height == rows[-1][0]]
    return np.array([high[0], high[-1]])


@taking(wrong("convex-one-sided"))
def exchanged_sides(lines, x):
    return max(touching(lines, x)), min(touching(lines, x))


@taking(wrong("convex-one-sided"))
def of_all_lines(lines, x):
    return min(a for a, _ in lines), max(a for a, _ in lines)


@taking(wrong("convex-one-sided"))
def the_first_that_touches(lines, x):
    return [touching(lines, x)[0]] * 2


@taking(wrong("convex-one-sided"))
def the_last_that_touches(lines, x):
    return [touching(lines, x)[-1]] * 2


@taking(wrong("convex-one-sided"))
def symmetric_quotient(lines, x):
    return [sum(extremes_of_those_that_touch(lines, x)) / 2] * 2


@taking(wrong("convex-one-sided"))
def first_and_last(lines, x):
    return touching(lines, x)[0], touching(lines, x)[-1]


@taking(wrong("convex-one-sided"))
def long_quotients(lines, x):
    def g(w):
        return max(a * w + b for a, b in lines)

    return g(x) - g(x - 1), g(x + 1) - g(x)


@taking(wrong("convex-one-sided"))
def too_tolerant(lines, x):
    near = touching(lines, x, tolerance=0.6)
    return min(near), max(near)


@taking(wrong("convex-one-sided"))
def at_the_origin(lines, x):
    return extremes_of_those_that_touch(lines, 0.0)


@taking(wrong("convex-one-sided"))
def of_the_minimum(lines, x):
    low = min(a * x + b for a, b in lines)
    slopes = [a for a, b in lines if a * x + b == low]
    return min(slopes), max(slopes)


@taking(wrong("convex-one-sided"))
def left_sign(lines, x):
    return -min(touching(lines, x)), max(touching(lines, x))


@taking(wrong("convex-one-sided"))
def first_three_lines(lines, x):
    return extremes_of_those_that_touch(lines[:3], x)


@taking(wrong("convex-one-sided"))
def heights_for_slopes(lines, x):
    return min(a * x + b for a, b in lines), max(a * x + b for a, b in lines)
