"""Answers to chapter 2's exercises, right ones of any style and typical wrong ones."""

from fractions import Fraction

import numpy as np
from answers import right, wrong

# ---- critical-sort ----------------------------------------------------------------------


def sort(matrix, tolerance=1e-9, values=np.linalg.eigvalsh):
    eigenvalues = values(np.array(matrix))
    up, down = np.any(eigenvalues > tolerance), np.any(eigenvalues < -tolerance)
    if up and down:
        return "saddle"
    if np.all(np.abs(eigenvalues) > tolerance):
        return "minimum" if up else "maximum"
    return "not decided"


@right("critical-sort")
def by_eigenvalues(matrix):
    return sort(matrix)


@right("critical-sort")
def by_general_eigenvalues(matrix):
    return sort(matrix, values=lambda a: np.linalg.eigvals(a).real, tolerance=1e-6)


@right("critical-sort")
def by_elimination(matrix):
    """Sylvester's law: congruence keeps the signs, and fractions are exact."""
    a = [[Fraction(x) for x in row] for row in matrix]
    signs = []
    while a:
        n = len(a)
        pivot = next((i for i in range(n) if a[i][i]), None)
        if pivot is None:
            pair = next(((i, j) for i in range(n) for j in range(i) if a[i][j]), None)
            if pair is None:
                signs += [0] * n
                break
            i, j = pair  # add row and column j to row and column i
            a[i] = [x + y for x, y in zip(a[i], a[j], strict=True)]
            for row in a:
                row[i] += row[j]
            pivot = i
        p = a[pivot][pivot]
        signs.append(1 if p > 0 else -1)
        rest = [k for k in range(n) if k != pivot]
        a = [[a[k][m] - a[k][pivot] * a[pivot][m] / p for m in rest] for k in rest]
    if 1 in signs and -1 in signs:
        return "saddle"
    if 0 in signs:
        return "not decided"
    return "minimum" if 1 in signs else "maximum"


@wrong("critical-sort")
def without_a_tolerance(matrix):
    return sort(matrix, tolerance=0.0)


@wrong("critical-sort")
def too_coarse(matrix):
    return sort(matrix, tolerance=0.5)


@wrong("critical-sort")
def by_the_determinant(matrix):
    d = np.linalg.det(np.array(matrix))
    return "minimum" if d > 1e-9 else "saddle" if d < -1e-9 else "not decided"


@wrong("critical-sort")
def by_the_trace(matrix):
    trace = np.trace(np.array(matrix))
    return "minimum" if trace > 0 else "maximum" if trace < 0 else "saddle"


@wrong("critical-sort")
def by_the_diagonal(matrix):
    return sort(np.diag(np.diag(np.array(matrix))))


@wrong("critical-sort")
def by_the_entries(matrix):
    return sort(matrix, values=np.ravel)


@wrong("critical-sort")
def zero_spoils_the_saddle(matrix):
    eigenvalues = np.linalg.eigvalsh(np.array(matrix))
    return "not decided" if np.any(np.abs(eigenvalues) < 1e-9) else sort(matrix)


@wrong("critical-sort")
def semidefinite_is_enough(matrix):
    eigenvalues = np.linalg.eigvalsh(np.array(matrix))
    if np.all(eigenvalues > -1e-9):
        return "minimum"
    return "maximum" if np.all(eigenvalues < 1e-9) else "saddle"


@wrong("critical-sort")
def the_other_way_round(matrix):
    return {"minimum": "maximum", "maximum": "minimum"}.get(sort(matrix), sort(matrix))


@wrong("critical-sort")
def never_a_maximum(matrix):
    return {"maximum": "saddle"}.get(sort(matrix), sort(matrix))


@wrong("critical-sort")
def whether_it_is_a_minimum(matrix):
    return sort(matrix) == "minimum"


@wrong("critical-sort")
def other_words(matrix):
    return sort(matrix).replace("not decided", "undecided")


@wrong("critical-sort")
def first_two_rows(matrix):
    return sort(np.array(matrix)[:2, :2])


# ---- critical-centre --------------------------------------------------------------------


@right("critical-centre")
def the_mean(points):
    return np.mean(points, axis=0)


@right("critical-centre")
def by_hand(points):
    return [sum(column) / len(points) for column in zip(*points, strict=True)]


@right("critical-centre")
def by_one_newton_step(points):
    x, w = np.array(points), np.array(points[0])
    return w - np.sum(2 * (w - x), axis=0) / (2 * len(x))


@right("critical-centre")
def one_after_another(points):
    w = np.zeros(len(points[0]))
    for t, x in enumerate(points, 1):
        w = w + (np.array(x) - w) / t
    return w


@wrong("critical-centre")
def the_median(points):
    return np.median(points, axis=0)


@wrong("critical-centre")
def the_sum(points):
    return np.sum(points, axis=0)


@wrong("critical-centre")
def the_middle_of_the_box(points):
    return (np.min(points, axis=0) + np.max(points, axis=0)) / 2


@wrong("critical-centre")
def the_best_of_the_points(points):
    x = np.array(points)
    return min(x, key=lambda w: np.sum((x - w) ** 2))


@wrong("critical-centre")
def the_first(points):
    return points[0]


@wrong("critical-centre")
def the_origin(points):
    return [0.0] * len(points[0])


@wrong("critical-centre")
def the_wrong_axis(points):
    return np.mean(points, axis=1)


@wrong("critical-centre")
def one_number(points):
    return np.mean(points)


@wrong("critical-centre")
def one_too_few(points):
    return np.sum(points, axis=0) / max(len(points) - 1, 1)


@wrong("critical-centre")
def one_too_many(points):
    return np.sum(points, axis=0) / (len(points) + 1)


@wrong("critical-centre")
def first_and_last(points):
    return (np.array(points[0]) + np.array(points[-1])) / 2


@wrong("critical-centre")
def without_repetitions(points):
    return np.mean(sorted(set(map(tuple, points))), axis=0)


@wrong("critical-centre")
def rounded(points):
    return np.round(np.mean(points, axis=0), 2)


# ---- critical-flat ----------------------------------------------------------------------


def first_power(coefficients):
    return next(k for k, c in enumerate(coefficients) if k and c)


@right("critical-flat")
def by_the_first_power(coefficients):
    k = first_power(coefficients)
    if k % 2:
        return "neither"
    return "minimum" if coefficients[k] > 0 else "maximum"


@right("critical-flat")
def by_derivatives(coefficients):
    g = np.polynomial.Polynomial(coefficients)
    for order in range(1, len(coefficients)):
        if value := g.deriv(order)(0.0):
            return "neither" if order % 2 else ("maximum", "minimum")[int(value > 0)]
    return None


@right("critical-flat")
def by_values_nearby(coefficients):
    """With exact fractions, so near that one term decides."""
    c = [Fraction(x) for x in coefficients]

    def rise(w):
        return sum(a * w**k for k, a in enumerate(c) if k)

    left, here = rise(Fraction(-1, 100)) > 0, rise(Fraction(1, 100)) > 0
    return "neither" if left != here else ("maximum", "minimum")[here]


@wrong("critical-flat")
def by_the_second_derivative(coefficients):
    c = [*coefficients, 0, 0, 0][:3]
    return "neither" if c[1] else "minimum" if c[2] > 0 else "maximum" if c[2] < 0 else "neither"


@wrong("critical-flat")
def counts_the_constant(coefficients):
    k = next(k for k, c in enumerate(coefficients) if c)
    return "neither" if k % 2 else "minimum" if coefficients[k] > 0 else "maximum"


@wrong("critical-flat")
def by_the_last_power(coefficients):
    k = max(k for k, c in enumerate(coefficients) if c)
    return "neither" if k % 2 else "minimum" if coefficients[k] > 0 else "maximum"


@wrong("critical-flat")
def whatever_the_sign(coefficients):
    return "neither" if first_power(coefficients) % 2 else "minimum"


@wrong("critical-flat")
def whatever_the_power(coefficients):
    return "minimum" if coefficients[first_power(coefficients)] > 0 else "maximum"


@wrong("critical-flat")
def only_to_the_right(coefficients):
    rise = sum(c * 0.01**k for k, c in enumerate(coefficients) if k)
    return "minimum" if rise > 0 else "maximum"


@wrong("critical-flat")
def not_near_enough(coefficients):
    g = np.polynomial.Polynomial([0, *coefficients[1:]])
    left, here = g(-1.0) > 0, g(1.0) > 0
    return "neither" if left != here else ("maximum", "minimum")[int(here)]


@wrong("critical-flat")
def rounds(coefficients):
    g = np.polynomial.Polynomial([0, *coefficients[1:]])
    left, here = g(-1e-3).round(6), g(1e-3).round(6)
    return "minimum" if min(left, here) > 0 else "maximum" if max(left, here) < 0 else "neither"


@wrong("critical-flat")
def signs_exchanged(coefficients):
    return {"minimum": "maximum", "maximum": "minimum"}.get(
        by_the_first_power(coefficients), "neither"
    )


@wrong("critical-flat")
def calls_it_a_saddle(coefficients):
    return by_the_first_power(coefficients).replace("neither", "saddle")


@wrong("critical-flat")
def up_to_the_fourth_power(coefficients):
    return by_the_first_power([*coefficients[:5], 1.0])


@wrong("critical-flat")
def all_coefficients_count(coefficients):
    total = sum(coefficients[1:])
    return "minimum" if total > 0 else "maximum" if total < 0 else "neither"


@wrong("critical-flat")
def a_number(coefficients):
    return first_power(coefficients)
