"""Answers to chapter 11's exercises, right ones of any style and typical wrong ones."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
from answers import each, right, taking, wrong

from dlbook.autodiff import grad
from dlbook.autodiff.numerical import central_difference, forward_difference

# ---- diff-step --------------------------------------------------------------------------


@taking(right("diff-step"))
def by_the_formula(amplitude, frequency, error):
    return (3 * error / abs(amplitude * frequency**3)) ** (1 / 3)


@taking(right("diff-step"))
def in_two_factors(amplitude, frequency, error):
    return np.cbrt(3 * error / np.abs(amplitude)) / np.abs(frequency)


@taking(right("diff-step"))
def by_bisection(amplitude, frequency, error):
    third = abs(amplitude) * abs(frequency) ** 3
    low, high = 1e-12, 1e3
    for _ in range(200):
        h = math.sqrt(low * high)
        low, high = (h, high) if h * third / 3 < error / h**2 else (low, h)
    return low


each(
    wrong("diff-step"),
    {
        "without_absolute_value": lambda a, k, e: np.cbrt(3 * e / (a * k**3)),
        "that_of_the_forward_difference": lambda a, k, e: 2 * math.sqrt(e / abs(a * k**2)),
        "the_second_derivative": lambda a, k, e: (3 * e / abs(a * k**2)) ** (1 / 3),
        "the_first_derivative": lambda a, k, e: (3 * e / abs(a * k)) ** (1 / 3),
        "forgets_the_frequency": lambda a, k, e: (3 * e / abs(a)) ** (1 / 3),
        "forgets_the_amplitude": lambda a, k, e: (3 * e / abs(k) ** 3) ** (1 / 3),
        "forgets_the_three": lambda a, k, e: (e / abs(a * k**3)) ** (1 / 3),
        "equal_errors": lambda a, k, e: (6 * e / abs(a * k**3)) ** (1 / 3),
        "a_usual_step": lambda a, k, e: e ** (1 / 3),
        "always_the_same": lambda a, k, e: 1e-6,
        "as_small_as_can_be": lambda a, k, e: 1e-15,
        "the_square_root": lambda a, k, e: math.sqrt(3 * e / abs(a * k**3)),
        "the_bound": lambda a, k, e: 1.5 * e / (3 * e / abs(a * k**3)) ** (1 / 3),
        "for_random_errors": lambda a, k, e: (3 * e * math.sqrt(2) / abs(a * k**3)) ** (1 / 3),
        "one_per_cent_off": lambda a, k, e: 1.01 * (3 * e / abs(a * k**3)) ** (1 / 3),
        "looks_at_the_sign_of_one": lambda a, k, e: (
            (3 * e / (abs(a) * k**3)) ** (1 / 3) if k > 0 else 1.0
        ),
        "looks_at_the_sign_of_the_other": lambda a, k, e: (
            (3 * e / (a * abs(k) ** 3)) ** (1 / 3) if a > 0 else 1.0
        ),
    },
    "amplitude",
    "frequency",
    "error",
)


# ---- diff-weights -----------------------------------------------------------------------


@right("diff-weights")
def solves_the_equations(points):
    powers = np.array([[float(s) ** k for s in points] for k in range(len(points))])
    return np.linalg.solve(powers, np.arange(len(points)) == 1)


def lagrange(points):
    """Return the slopes at 0 of the polynomials that are 1 at one point and 0 at the others."""
    weights = []
    for s in points:
        others = [t for t in points if t != s]
        below = math.prod(s - t for t in others)
        slope = sum(math.prod(-u for u in others if u != t) for t in others)
        weights.append(Fraction(slope, below))
    return weights


right("diff-weights")(lagrange)


@right("diff-weights")
def as_floats(points):
    return tuple(map(float, lagrange(points)))


def spoilt(change):
    return lambda points: change(list(points), [float(w) for w in lagrange(points)])


for name, answer in {
    "by_position_only": lambda s, w: [-1.0] + [0.0] * (len(s) - 2) + [1.0],
    "divides_the_whole": lambda s, w: [x / (len(s) - 1) for x in w] if len(s) > 2 else w[::-1],
    "backwards": lambda s, w: w[::-1],
    "for_the_sorted_points": lambda s, w: [float(x) for x in lagrange(sorted(s))],
    "wrong_sign": lambda s, w: [-x for x in w],
    "of_the_values": lambda s, w: [math.prod(-t / (u - t) for t in s if t != u) for u in s],
    "two_points": lambda s, w: [
        (i == 1) / (s[1] - s[0]) - (i == 0) / (s[1] - s[0]) for i in range(len(s))
    ],
    "least_squares_line": lambda s, w: [
        (u - np.mean(s)) / sum((t - np.mean(s)) ** 2 for t in s) for u in s
    ],
    "ones": lambda s, w: [1.0] * len(s),
    "the_second_derivative": lambda s, w: np.linalg.solve(
        np.array([[float(u) ** k for u in s] for k in range(len(s))]),
        2.0 * (np.arange(len(s)) == 2),
    ),
    "transposed": lambda s, w: np.linalg.lstsq(
        np.array([[float(u) ** k for k in range(len(s))] for u in s]),
        (np.arange(len(s)) == 1).astype(float),
        rcond=None,
    )[0],
    "one_too_few": lambda s, w: w[:-1],
    "up_to_degree_two": lambda s, w: [float(x) for x in lagrange(s[:3])] + [0.0] * (len(s) - 3),
    "rounded": lambda s, w: [round(x, 3) for x in w],
    "sums_to_one": lambda s, w: [x + 1 / len(s) for x in w],
}.items():
    made = spoilt(answer)
    made.__name__ = name
    wrong("diff-weights")(made)


# ---- diff-complex -----------------------------------------------------------------------


def f(coefficients, u):
    value = 0 * u
    for c in reversed(coefficients):
        value = value * u + c
    return value / (1 + u * u)


@taking(right("diff-complex"))
def by_a_complex_step(coefficients, at):
    return f(coefficients, at + 1e-30j).imag / 1e-30


@taking(right("diff-complex"))
def by_the_quotient_rule(coefficients, at):
    x = Fraction(at)
    p = sum(c * x**k for k, c in enumerate(coefficients))
    slope = sum(k * c * x ** (k - 1) for k, c in enumerate(coefficients) if k)
    return float((slope * (1 + x * x) - p * 2 * x) / (1 + x * x) ** 2)


@taking(right("diff-complex"))
def by_the_library(coefficients, at):
    return grad(lambda u: f(coefficients, u))(float(at))


@taking(right("diff-complex"))
def by_dual_numbers(coefficients, at):
    value, tangent = 0.0, 0.0
    for c in reversed(coefficients):
        value, tangent = value * at + c, tangent * at + value
    below = 1 + at * at
    return (tangent - value * 2 * at / below) / below


each(
    wrong("diff-complex"),
    {
        "forward_difference": lambda c, x: float(forward_difference(lambda u: f(c, u), x)),
        "central_difference": lambda c, x: float(central_difference(lambda u: f(c, u), x)),
        "a_step_that_is_too_long": lambda c, x: f(c, x + 1e-3j).imag / 1e-3,
        "a_step_of_six_digits": lambda c, x: f(c, x + 2e-5j).imag / 2e-5,
        "not_divided": lambda c, x: f(c, x + 1e-20j).imag,
        "the_real_part": lambda c, x: f(c, x + 1e-20j).real,
        "the_modulus": lambda c, x: abs(f(c, x + 1e-20j)) / 1e-20,
        "coefficients_from_the_top": lambda c, x: f(c[::-1], x + 1e-20j).imag / 1e-20,
        "forgets_the_denominator": lambda c, x: (
            (f(c, x + 1e-20j) * (1 + (x + 1e-20j) ** 2)).imag / 1e-20
        ),
        "denominator_at_the_real_point": lambda c, x: (
            (f(c, x + 1e-20j) * (1 + (x + 1e-20j) ** 2) / (1 + x * x)).imag / 1e-20
        ),
        "modulus_in_the_denominator": lambda c, x: (
            (f(c, x + 1e-20j) * (1 + (x + 1e-20j) ** 2) / (1 + abs(x + 1e-20j) ** 2)).imag / 1e-20
        ),
        "conjugated": lambda c, x: f(c, x - 1e-20j).imag / 1e-20,
        "a_tiny_real_step": lambda c, x: (f(c, x + 1e-15) - f(c, x)) / 1e-15,
        "a_real_step_of_zero": lambda c, x: (f(c, x + 1e-20) - f(c, x)) / 1e-20,
        "at_zero": lambda c, x: f(c, 1e-20j).imag / 1e-20,
        "three_coefficients": lambda c, x: f(c[:3], x + 1e-20j).imag / 1e-20,
    },
    "coefficients",
    "at",
)


# ---- diff-audit -------------------------------------------------------------------------


def romberg(column, factor=lambda j: 4**j):
    column, j = list(column), 0
    while len(column) > 1:
        j += 1
        pairs = pairwise(column)
        column = [(factor(j) * b - a) / (factor(j) - 1) for a, b in pairs]
    return column[0]


@taking(right("diff-audit"))
def extrapolates(quotients, claimed):
    return claimed - romberg(quotients)


@taking(right("diff-audit"))
def fits_a_polynomial(quotients, claimed):
    steps = 0.25 ** np.arange(len(quotients))
    powers = np.vander(steps, increasing=True)
    return claimed - np.linalg.solve(powers, quotients)[0]


@taking(right("diff-audit"))
def in_fractions(quotients, claimed):
    column = [Fraction(q) for q in quotients]
    return Fraction(claimed) - romberg(column)


each(
    wrong("diff-audit"),
    {
        "other_sign": lambda d, a: romberg(d) - a,
        "absolute": lambda d, a: abs(a - romberg(d)),
        "relative": lambda d, a: (a - romberg(d)) / (abs(romberg(d)) or 1),
        "the_last_quotient": lambda d, a: a - d[-1],
        "the_first_quotient": lambda d, a: a - d[0],
        "the_average": lambda d, a: a - sum(d) / len(d),
        "one_step_only": lambda d, a: a - (romberg(d[-2:])),
        "the_first_two": lambda d, a: a - romberg(d[:2]),
        "the_first_three": lambda d, a: a - romberg(d[:3]),
        "four_each_time": lambda d, a: a - romberg(d, lambda j: 4),
        "powers_of_two": lambda d, a: a - romberg(d, lambda j: 2**j),
        "powers_of_two_squared_from_sixteen": lambda d, a: a - romberg(d, lambda j: 4 ** (j + 1)),
        "backwards": lambda d, a: a - romberg(d[::-1]),
        "the_limit": lambda d, a: romberg(d),
        "rounded": lambda d, a: round(a - romberg(d), 3) + 1e-4,
    },
    "quotients",
    "claimed",
)
