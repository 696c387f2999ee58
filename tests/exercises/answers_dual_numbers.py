"""Answers to chapter 12's exercises, right ones of any style and typical wrong ones."""

from fractions import Fraction
from math import factorial

import numpy as np
from answers import right, taking, wrong

from dlbook.autodiff import jvp

# ---- forward-quotient -------------------------------------------------------------------


def refusing(answer):
    """Refuse as is right, and otherwise answer."""

    def refused(over, under):
        if under[0] == 0:
            raise ValueError
        return answer(*over, *under)

    return refused


@taking(right("forward-quotient"))
def by_the_formula(over, under):
    (a, b), (c, d) = over, under
    if c == 0:
        raise ValueError("no inverse")
    return [a / c, (b * c - a * d) / c**2]


@taking(right("forward-quotient"))
def by_matrices(over, under):
    (a, b), (c, d) = over, under
    if not c:
        raise ValueError
    quotient = np.linalg.solve([[c, d], [0, c]], [[a, b], [0, a]])
    return quotient[0]


@taking(right("forward-quotient"))
def by_equations(over, under):
    (a, b), (c, d) = ([Fraction(x) for x in one] for one in (over, under))
    try:
        first = a / c
    except ZeroDivisionError as error:
        raise ValueError from error
    return (first, (b - first * d) / c)


@taking(right("forward-quotient"))
def by_the_librarys_forward_mode(over, under):
    if under[0] == 0:
        raise ValueError
    return jvp(lambda u, v: u / v, (over[0], under[0]), (over[1], under[1]))


for name, answer in {
    "sum_for_difference": lambda a, b, c, d: [a / c, (b * c + a * d) / c**2],
    "other_sign": lambda a, b, c, d: [a / c, (a * d - b * c) / c**2],
    "quotient_of_tangents": lambda a, b, c, d: [a / c, b / d if d else 0.0],
    "only_the_first_moves": lambda a, b, c, d: [a / c, b / c],
    "only_the_second_moves": lambda a, b, c, d: [a / c, -a * d / c**2],
    "not_squared": lambda a, b, c, d: [a / c, (b * c - a * d) / c],
    "not_divided": lambda a, b, c, d: [a / c, b * c - a * d],
    "squared_twice": lambda a, b, c, d: [a / c, b / c - a * d / c**3],
    "as_complex_numbers": lambda a, b, c, d: [
        ((a + b * 1j) / (c + d * 1j)).real,
        ((a + b * 1j) / (c + d * 1j)).imag,
    ],
    "the_product": lambda a, b, c, d: [a * c, a * d + b * c],
    "upside_down": lambda a, b, c, d: [c / a, (d * a - c * b) / a**2] if a else [0.0, 0.0],
    "exchanged": lambda a, b, c, d: [(b * c - a * d) / c**2, a / c],
    "rounded": lambda a, b, c, d: [round(a / c, 3), round((b * c - a * d) / c**2, 3)],
    "the_tangent_only": lambda a, b, c, d: (b * c - a * d) / c**2,
}.items():
    made = refusing(answer)
    made.__name__ = name
    taking(wrong("forward-quotient"))(made)


@taking(wrong("forward-quotient"))
def refuses_nothing(over, under):
    (a, b), (c, d) = over, under
    return [a / c, (b * c - a * d) / c**2] if c else [0.0, 0.0]


@taking(wrong("forward-quotient"))
def refuses_a_zero_tangent(over, under):
    if under[0] == 0 or under[1] == 0:
        raise ValueError
    return by_the_formula(over, under)


@taking(wrong("forward-quotient"))
def divides_by_a_zero(over, under):
    (a, b), (c, d) = over, under
    return [a / c, (b * c - a * d) / c**2]


# ---- forward-jvp ------------------------------------------------------------------------

RULES = {
    "add": lambda a, b, da, db: da + db,
    "subtract": lambda a, b, da, db: da - db,
    "multiply": lambda a, b, da, db: a * db + da * b,
    "square": lambda a, b, da, db: 2 * a * da,
}
VALUES = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "square": lambda a, b: a * a,
}


def pushed(tape, direction, rules=RULES):
    values, moved, given = [], [], iter(direction)
    for name, *rest in tape:
        if name == "input":
            values.append(rest[0])
            moved.append(next(given))
            continue
        i, j = rest[0], rest[-1]
        moved.append(rules[name](values[i], values[j], moved[i], moved[j]))
        values.append(VALUES[name](values[i], values[j]))
    return moved


@taking(right("forward-jvp"))
def in_one_loop(tape, direction):
    return pushed(tape, direction)


@taking(right("forward-jvp"))
def as_an_array(tape, direction):
    return np.array(pushed(tape, direction), dtype=float)


@taking(right("forward-jvp"))
def one_input_at_a_time(tape, direction):
    total = [0] * len(tape)
    for k, factor in enumerate(direction):
        unit = [int(i == k) for i in range(len(direction))]
        total = [t + factor * u for t, u in zip(total, pushed(tape, unit), strict=True)]
    return total


@taking(right("forward-jvp"))
def pairs(tape, direction):
    duals, given = [], iter(direction)
    for name, *rest in tape:
        if name == "input":
            duals.append((rest[0], next(given)))
            continue
        (a, da), (b, db) = duals[rest[0]], duals[rest[-1]]
        duals.append((VALUES[name](a, b), Fraction(RULES[name](a, b, da, db))))
    return tuple(d for _, d in duals)


def with_rule(name, rule):
    return lambda tape, direction: pushed(tape, direction, RULES | {name: rule})


def at_inputs(change):
    return lambda tape, direction: pushed(tape, change(direction))


for name, answer in {
    "only_the_first_factor_moves": with_rule("multiply", lambda a, b, da, db: da * b),
    "only_the_second_factor_moves": with_rule("multiply", lambda a, b, da, db: a * db),
    "product_of_tangents": with_rule("multiply", lambda a, b, da, db: da * db),
    "own_factor": with_rule("multiply", lambda a, b, da, db: a * da + b * db),
    "product_of_all": with_rule("multiply", lambda a, b, da, db: a * db + da * b + da * db),
    "forgets_the_sign": with_rule("subtract", lambda a, b, da, db: da + db),
    "forgets_the_two": with_rule("square", lambda a, b, da, db: a * da),
    "forgets_the_inner_tangent": with_rule("square", lambda a, b, da, db: 2 * a),
    "slope_at_the_tangent": with_rule("square", lambda a, b, da, db: 2 * da * da),
    "square_of_the_tangent": with_rule("square", lambda a, b, da, db: da * da),
    "the_first_summand": with_rule("add", lambda a, b, da, db: da),
    "directions_of_one": at_inputs(lambda d: [1] * len(d)),
    "directions_backwards": at_inputs(lambda d: d[::-1]),
    "the_first_input_only": at_inputs(lambda d: [*d[:1], *[0] * (len(d) - 1)]),
    "the_last_line_only": lambda tape, direction: pushed(tape, direction)[-1],
    "without_inputs": lambda tape, direction: [
        t for t, line in zip(pushed(tape, direction), tape, strict=True) if line[0] != "input"
    ],
    "five_lines": lambda tape, direction: pushed(tape[:5], direction) + [0] * (len(tape) - 5),
}.items():
    answer.__name__ = name
    taking(wrong("forward-jvp"))(answer)


@taking(wrong("forward-jvp"))
def by_recursion(tape, direction):
    """Walk every path to the inputs."""
    inputs = [k for k, line in enumerate(tape) if line[0] == "input"]
    at = dict(zip(inputs, direction, strict=True))

    def dual(k):
        name, *rest = tape[k]
        if name == "input":
            return rest[0], at[k]
        (a, da), (b, db) = dual(rest[0]), dual(rest[-1])
        return VALUES[name](a, b), RULES[name](a, b, da, db)

    return [dual(k)[1] for k in range(len(tape))]


# ---- forward-taylor ---------------------------------------------------------------------


def derivative(c, order=1):
    for _ in range(order):
        c = [k * a for k, a in enumerate(c)][1:]
    return c


def value(c, x):
    return sum(a * x**k for k, a in enumerate(c))


@taking(right("forward-taylor"))
def term_by_term(coefficients, at):
    return [value(derivative(coefficients, k), at) for k in range(3)]


def horner(coefficients, at, factor=2, keep=lambda b, c, x: c * x + b):
    a = b = c = 0
    for k in reversed(coefficients):
        a, b, c = a * at + k, b * at + a, keep(b, c, at)
    return [a, b, factor * c]


@taking(right("forward-taylor"))
def by_horners_scheme(coefficients, at):
    return horner(coefficients, at)


@taking(right("forward-taylor"))
def by_poly1d(coefficients, at):
    p = np.poly1d(coefficients[::-1])
    return np.array([p(at), p.deriv()(at), p.deriv(2)(at)])


@taking(right("forward-taylor"))
def by_shifting(coefficients, at):
    """Read the derivatives off the coefficients of p(x + u)."""
    found = [Fraction(0)] * max(3, len(coefficients))
    for k, a in enumerate(coefficients):
        for j in range(k + 1):
            binomial = factorial(k) // factorial(j) // factorial(k - j)
            found[j] += a * binomial * Fraction(at) ** (k - j)
    return [found[0], found[1], 2 * found[2]]


for name, answer in {
    "half_of_it": lambda c, x: horner(c, x, factor=1),
    "six_for_two": lambda c, x: horner(c, x, factor=6),
    "squared_by_dual_numbers": lambda c, x: horner(c, x, keep=lambda b, c, x: 0),
    "not_shifted": lambda c, x: horner(c, x, keep=lambda b, c, x: c * x),
    "new_for_old": lambda c, x: horner(c, x, keep=lambda b, c, x: c * x + b * x),
    "coefficients_from_the_top": lambda c, x: horner(c[::-1], x),
    "backwards": lambda c, x: horner(c, x)[::-1],
    "without_the_value": lambda c, x: horner(c, x)[1:],
    "second_only": lambda c, x: horner(c, x)[2],
    "at_zero": lambda c, x: horner(c, 0),
    "three_coefficients": lambda c, x: horner(c[:3], x),
    "four_coefficients": lambda c, x: horner(c[:4], x),
    "square_of_the_first": lambda c, x: [*horner(c, x)[:2], horner(c, x)[1] ** 2],
    "by_differences": lambda c, x: [
        value(c, x),
        (value(c, x + 1e-4) - value(c, x - 1e-4)) / 2e-4,
        (value(c, x + 1e-4) - 2 * value(c, x) + value(c, x - 1e-4)) / 1e-8,
    ],
    "off_by_one_power": lambda c, x: [
        value(c, x),
        value([k * a for k, a in enumerate(c)], x),
        value(derivative(c, 2), x),
    ],
}.items():

    def of_both(given, answer=answer):
        return answer(given["coefficients"], given["at"])

    of_both.__name__ = name
    wrong("forward-taylor")(of_both)
