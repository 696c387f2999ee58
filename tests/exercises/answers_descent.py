"""Answers to chapter 6's and 6A's exercises, right ones of any style and typical wrong ones."""

import math
from fractions import Fraction
from itertools import islice

import numpy as np
from answers import each, right, taking, wrong

from dlbook.optimize import GradientDescent, descend

# ---- descent-average --------------------------------------------------------------------


def walk(problem, slope=lambda a, b, w: a.T @ (a @ w - b), start=0.0, more=0, rate=None):
    a, b = np.array(problem["matrix"]), np.array(problem["target"])
    w = np.full(a.shape[1], start)
    iterates = [w]
    for _ in range(problem["steps"] - 1 + more):
        w = w - (rate or problem["rate"]) * slope(a, b, w)
        iterates.append(w)
    return iterates


@right("descent-average")
def by_arrays(problem):
    return np.mean(walk(problem), axis=0)


@right("descent-average")
def by_the_library(problem):
    a, b = np.array(problem["matrix"]), np.array(problem["target"])
    w = descend(
        lambda w: 0.5 * np.sum((a @ w - b) ** 2),
        np.zeros(a.shape[1]),
        GradientDescent(problem["rate"]),
    )
    return list(sum(islice(w, problem["steps"])) / problem["steps"])


@right("descent-average")
def by_fractions(problem):
    rows, b = problem["matrix"], problem["target"]
    columns = range(len(rows[0]))
    w = total = [Fraction(0)] * len(rows[0])
    for step in range(problem["steps"]):
        if step:
            rest = [
                sum(Fraction(x) * y for x, y in zip(row, w, strict=True)) - Fraction(z)
                for row, z in zip(rows, b, strict=True)
            ]
            slope = [
                sum(Fraction(row[j]) * r for row, r in zip(rows, rest, strict=True))
                for j in columns
            ]
            w = [x - Fraction(problem["rate"]) * s for x, s in zip(w, slope, strict=True)]
        total = [x + y for x, y in zip(total, w, strict=True)]
    return tuple(float(x / problem["steps"]) for x in total)


@wrong("descent-average")
def five_steps_at_most(problem):
    return by_arrays({**problem, "steps": min(problem["steps"], 5)})


@wrong("descent-average")
def the_last_iterate(problem):
    return walk(problem)[-1]


@wrong("descent-average")
def one_iterate_more(problem):
    return np.mean(walk(problem, more=1), axis=0)


@wrong("descent-average")
def without_the_start(problem):
    return np.mean(walk(problem, more=1)[1:], axis=0)


@wrong("descent-average")
def upwards(problem):
    return np.mean(walk(problem, lambda a, b, w: a.T @ (b - a @ w)), axis=0)


@wrong("descent-average")
def twice_the_gradient(problem):
    return np.mean(walk(problem, lambda a, b, w: 2 * a.T @ (a @ w - b)), axis=0)


@wrong("descent-average")
def the_sum(problem):
    return np.sum(walk(problem), axis=0)


@wrong("descent-average")
def starts_at_one(problem):
    return np.mean(walk(problem, start=1.0), axis=0)


@wrong("descent-average")
def forgets_the_target(problem):
    return np.mean(walk(problem, lambda a, b, w: a.T @ (a @ w)), axis=0)


@wrong("descent-average")
def never_moves_the_point_of_the_gradient(problem):
    return np.mean(walk(problem, lambda a, b, w: -a.T @ b), axis=0)


@wrong("descent-average")
def a_rate_of_its_own(problem):
    return np.mean(walk(problem, rate=0.1), axis=0)


@wrong("descent-average")
def averages_the_coordinates(problem):
    return np.mean(walk(problem))


@wrong("descent-average")
def normalises_the_gradient(problem):
    def slope(a, b, w):
        g = a.T @ (a @ w - b)
        return g / (np.linalg.norm(g) or 1)

    return np.mean(walk(problem, slope), axis=0)


@wrong("descent-average")
def returns_the_iterates(problem):
    return walk(problem)


@wrong("descent-average")
def changes_its_argument(problem):
    problem["steps"] -= 1
    return [0.0] * len(problem["matrix"][0])


# ---- descent-lipschitz ------------------------------------------------------------------


@right("descent-lipschitz")
def by_eigenvalues(matrix):
    return np.abs(np.linalg.eigvalsh(np.array(matrix))).max()


@right("descent-lipschitz")
def by_the_spectral_norm(matrix):
    return float(np.linalg.norm(np.array(matrix), 2))


@right("descent-lipschitz")
def by_singular_values(matrix):
    return np.linalg.svd(np.array(matrix), compute_uv=False)[0]


@right("descent-lipschitz")
def by_the_square(matrix):
    a = np.array(matrix)
    return np.sqrt(max(np.linalg.eigvalsh(a @ a).max(), 0))


wrong("descent-lipschitz")(lambda matrix: np.linalg.eigvalsh(np.array(matrix)).max())
wrong("descent-lipschitz")(lambda matrix: by_eigenvalues([row[:3] for row in matrix[:3]]))
wrong("descent-lipschitz")(lambda matrix: -np.linalg.eigvalsh(np.array(matrix)).min())
wrong("descent-lipschitz")(lambda matrix: np.linalg.norm(np.array(matrix)))
wrong("descent-lipschitz")(lambda matrix: np.linalg.norm(np.array(matrix), 1))
wrong("descent-lipschitz")(lambda matrix: np.abs(np.array(matrix)).max())
wrong("descent-lipschitz")(lambda matrix: np.trace(np.array(matrix)))
wrong("descent-lipschitz")(lambda matrix: np.abs(np.diag(np.array(matrix))).max())
wrong("descent-lipschitz")(lambda matrix: np.linalg.norm(np.array(matrix), 2) / 2)
wrong("descent-lipschitz")(lambda matrix: 2 * np.linalg.norm(np.array(matrix), 2))
wrong("descent-lipschitz")(lambda matrix: np.linalg.norm(np.array(matrix), 2) ** 2)
wrong("descent-lipschitz")(lambda matrix: abs(np.linalg.det(np.array(matrix))))
wrong("descent-lipschitz")(lambda matrix: np.abs(np.linalg.eigvalsh(np.array(matrix))))
wrong("descent-lipschitz")(lambda matrix: None)
wrong("descent-lipschitz")(lambda matrix: float("nan"))


# ---- descent-regret ---------------------------------------------------------------------


def points(run):
    w = [0.0]
    for v in run["steps"]:
        w.append(w[-1] - run["rate"] * v)
    return w


def terms(run, last=-1, weights=slice(0, None), squares=lambda v: v * v):
    w, target = points(run), run["target"]
    left = sum((x - target) * v for x, v in zip(w[weights], run["steps"], strict=False))
    return left, (w[last] - target) ** 2, sum(map(squares, run["steps"]))


right("descent-regret")(terms)


@right("descent-regret")
def by_numpy(run):
    v, target, rate = np.array(run["steps"]), run["target"], run["rate"]
    w = -rate * np.concatenate([[0], np.cumsum(v)])
    return np.array([(w[:-1] - target) @ v, (w[-1] - target) ** 2, v @ v])


@right("descent-regret")
def by_an_optimiser(run):
    descent, w, left = GradientDescent(run["rate"]), 0.0, 0.0
    state = descent.init(w)
    for v in run["steps"]:
        left += (w - run["target"]) * v
        w, state = descent.update(v, state, w)
    return [left, abs(w - run["target"]) ** 2, np.linalg.norm(run["steps"]) ** 2]


@right("descent-regret")
def by_the_identity(run):
    _, distance, squares = terms(run)
    rate = run["rate"]
    left = (run["target"] ** 2 - distance) / (2 * rate) + rate / 2 * squares
    return Fraction(left), np.float32(distance), squares


@wrong("descent-regret")
def the_left_side_twice(run):
    return terms(run)[0], terms(run)[0]


@wrong("descent-regret")
def the_left_side_thrice(run):
    return (terms(run)[0],) * 3


@wrong("descent-regret")
def stops_one_point_early(run):
    return terms(run, last=-2)


@wrong("descent-regret")
def takes_the_point_after_the_step(run):
    return terms(run, weights=slice(1, None))


@wrong("descent-regret")
def measures_from_zero(run):
    left, _, squares = terms(run)
    return left, points(run)[-1] ** 2, squares


@wrong("descent-regret")
def forgets_to_square_the_distance(run):
    left, distance, squares = terms(run)
    return left, distance**0.5, squares


@wrong("descent-regret")
def does_not_square(run):
    return terms(run, squares=abs)


@wrong("descent-regret")
def squares_the_sum(run):
    return *terms(run)[:2], sum(run["steps"]) ** 2


@wrong("descent-regret")
def the_left_side_only(run):
    return terms(run)[0]


@wrong("descent-regret")
def both_sides_as_before(run):
    left, distance, squares = terms(run)
    rate = run["rate"]
    return left, (run["target"] ** 2 - distance) / (2 * rate) + rate / 2 * squares


@wrong("descent-regret")
def a_sum_of_another_sign(run):
    left, *rest = terms(run)
    return -left, *rest


@wrong("descent-regret")
def stays_at_the_start(run):
    return sum(-run["target"] * v for v in run["steps"]), *terms(run)[1:]


@wrong("descent-regret")
def upwards_along_v(run):
    return terms({**run, "rate": -run["rate"]})


@wrong("descent-regret")
def the_mean(run):
    left, distance, squares = terms(run)
    return left / len(run["steps"]), distance, squares / len(run["steps"])


@wrong("descent-regret")
def without_the_target(run):
    return terms({**run, "target": 0.0})


@wrong("descent-regret")
def few_steps_only(run):
    return terms({**run, "steps": run["steps"][:5]})


# ---- descent-by-hand --------------------------------------------------------------------


@taking(right("descent-by-hand"))
def powers_of_the_factor(curvature, start, rate, steps):
    return [start * (1 - rate * curvature) ** t for t in range(steps + 1)]


@taking(right("descent-by-hand"))
def step_by_step(curvature, start, rate, steps):
    w = [start]
    for _ in range(steps):
        w.append(w[-1] - rate * curvature * w[-1])
    return np.array(w)


@taking(right("descent-by-hand"))
def yields_them(curvature, start, rate, steps):
    yield start
    for _ in range(steps):
        start -= rate * curvature * start
        yield start


@taking(wrong("descent-by-hand"))
def from_the_first_step(curvature, start, rate, steps):
    return powers_of_the_factor(curvature, start, rate, steps + 1)[1:]


@taking(wrong("descent-by-hand"))
def a_step_too_few(curvature, start, rate, steps):
    return powers_of_the_factor(curvature, start, rate, steps)[:-1]


@taking(wrong("descent-by-hand"))
def the_last_only(curvature, start, rate, steps):
    return powers_of_the_factor(curvature, start, rate, steps)[-1]


@taking(wrong("descent-by-hand"))
def uphill(curvature, start, rate, steps):
    return [start * (1 + rate * curvature) ** t for t in range(steps + 1)]


@taking(wrong("descent-by-hand"))
def curvature_one(curvature, start, rate, steps):
    return [start * (1 - rate) ** t for t in range(steps + 1)]


@taking(wrong("descent-by-hand"))
def twice_the_slope(curvature, start, rate, steps):
    return [start * (1 - 2 * rate * curvature) ** t for t in range(steps + 1)]


@taking(wrong("descent-by-hand"))
def along_the_first_gradient(curvature, start, rate, steps):
    return [start * (1 - t * rate * curvature) for t in range(steps + 1)]


@taking(wrong("descent-by-hand"))
def never_across(curvature, start, rate, steps):
    return [start * max(1 - rate * curvature, 0) ** t for t in range(steps + 1)]


@taking(wrong("descent-by-hand"))
def the_values(curvature, start, rate, steps):
    return [curvature / 2 * w * w for w in powers_of_the_factor(curvature, start, rate, steps)]


@taking(wrong("descent-by-hand"))
def the_sign_of_the_gradient(curvature, start, rate, steps):
    w = [start]
    for _ in range(steps):
        w.append(w[-1] - rate * np.sign(w[-1]))
    return w


@taking(wrong("descent-by-hand"))
def the_first_three(curvature, start, rate, steps):
    return (powers_of_the_factor(curvature, start, rate, steps)[:4] + [0.0] * steps)[: steps + 1]


@taking(wrong("descent-by-hand"))
def falling_rate(curvature, start, rate, steps):
    w = [start]
    for t in range(1, steps + 1):
        w.append(w[-1] * (1 - rate * curvature / t))
    return w


# ---- descent-wrong-guess ----------------------------------------------------------------


@taking(right("descent-wrong-guess"))
def both_terms(radius, slope, step_size, steps):
    return radius**2 / (2 * step_size * steps) + step_size * slope**2 / 2


@taking(right("descent-wrong-guess"))
def by_the_factor(radius, slope, step_size, steps):
    c = step_size * slope * math.sqrt(steps) / radius
    return (c + 1 / c) / 2 * radius * slope / math.sqrt(steps)


@taking(right("descent-wrong-guess"))
def over_a_common_denominator(radius, slope, step_size, steps):
    return (radius**2 + step_size**2 * slope**2 * steps) / (2 * step_size * steps)


BOUNDS = {
    "as_if_right": lambda B, rho, eta, T: B * rho / math.sqrt(T),
    "first_term": lambda B, rho, eta, T: B**2 / (2 * eta * T),
    "second_term": lambda B, rho, eta, T: eta * rho**2 / 2,
    "not_averaged": lambda B, rho, eta, T: B**2 / (2 * eta) + eta * rho**2 * T / 2,
    "forgets_T": lambda B, rho, eta, T: B**2 / (2 * eta) + eta * rho**2 / 2,
    "forgets_a_half": lambda B, rho, eta, T: B**2 / (eta * T) + eta * rho**2 / 2,
    "forgets_both_halves": lambda B, rho, eta, T: B**2 / (eta * T) + eta * rho**2,
    "slope_not_squared": lambda B, rho, eta, T: B**2 / (2 * eta * T) + eta * rho / 2,
    "radius_not_squared": lambda B, rho, eta, T: B / (2 * eta * T) + eta * rho**2 / 2,
    "steps_under_a_root": lambda B, rho, eta, T: B**2 / (2 * eta * T**0.5) + eta * rho**2 / 2,
    "the_larger_term": lambda B, rho, eta, T: max(B**2 / (eta * T), eta * rho**2) / 2,
    "a_difference": lambda B, rho, eta, T: abs(B**2 / (2 * eta * T) - eta * rho**2 / 2),
}
each(wrong("descent-wrong-guess"), BOUNDS, "radius", "slope", "step_size", "steps")


# ---- descent-smooth ---------------------------------------------------------------------


@taking(right("descent-smooth"))
def rounds_up(smoothness, distance, gap):
    return max(1, math.ceil(smoothness * distance**2 / 2 / gap))


@taking(right("descent-smooth"))
def counts_until_it_holds(smoothness, distance, gap):
    half, low, high = smoothness * distance**2 / 2, 0, 1
    while half / high > gap:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if half / middle <= gap else (middle, high)
    return high


@taking(right("descent-smooth"))
def with_whole_numbers(smoothness, distance, gap):
    quotient = Fraction(smoothness) * Fraction(distance) ** 2 / (2 * Fraction(gap))
    return max(-(-quotient.numerator // quotient.denominator), 1)


FEWEST = {
    "rounds_down": lambda L, R, gap: max(1, math.floor(L * R**2 / 2 / gap)),
    "rounds": lambda L, R, gap: max(1, round(L * R**2 / 2 / gap)),
    "one_more": lambda L, R, gap: math.floor(L * R**2 / 2 / gap) + 1,
    "does_not_round": lambda L, R, gap: max(1, L * R**2 / 2 / gap),
    "may_take_none": lambda L, R, gap: math.floor(L * R**2 / 2 / gap),
    "forgets_the_half": lambda L, R, gap: max(1, math.ceil(L * R**2 / gap)),
    "distance_not_squared": lambda L, R, gap: max(1, math.ceil(L * R / 2 / gap)),
    "squares_the_quotient": lambda L, R, gap: max(1, math.ceil((L * R / gap) ** 2)),
    "forgets_the_smoothness": lambda L, R, gap: max(1, math.ceil(R**2 / 2 / gap)),
    "divides_by_it": lambda L, R, gap: max(1, math.ceil(R**2 / (2 * L) / gap)),
    "the_exact_rate": lambda L, R, gap: max(1, math.ceil((L * R**2 / gap - 2) / 4)),
    "the_bound": lambda L, R, gap: L * R**2 / 2,
    "a_thousand_at_most": lambda L, R, gap: min(max(1, math.ceil(L * R**2 / 2 / gap)), 1000),
}
each(wrong("descent-smooth"), FEWEST, "smoothness", "distance", "gap")


# ---- descent-last -----------------------------------------------------------------------


def harmonic(n):
    return sum(1 / k for k in range(1, n + 1))


@taking(right("descent-last"))
def with_a_sum(radius, slope, steps):
    return (1 + harmonic(steps - 1) / 2) * radius * slope / math.sqrt(steps)


@taking(right("descent-last"))
def with_numpy(radius, slope, steps):
    factor = 1 + np.sum(1 / np.arange(1, steps)) / 2
    return factor * radius * slope / np.sqrt(steps)


@taking(right("descent-last"))
def exactly(radius, slope, steps):
    factor = 1 + sum((Fraction(1, 2 * k) for k in range(1, steps)), Fraction(0))
    return float(factor) * radius * slope / steps**0.5


LAST = {
    "a_term_too_many": lambda B, rho, T: (1 + harmonic(T) / 2) * B * rho / math.sqrt(T),
    "a_term_too_few": lambda B, rho, T: (1 + harmonic(max(T - 2, 0)) / 2) * B * rho / T**0.5,
    "of_the_average": lambda B, rho, T: B * rho / math.sqrt(T),
    "forgets_the_half": lambda B, rho, T: (1 + harmonic(T - 1)) * B * rho / math.sqrt(T),
    "forgets_the_one": lambda B, rho, T: harmonic(T - 1) / 2 * B * rho / math.sqrt(T),
    "a_logarithm": lambda B, rho, T: (1 + math.log(T) / 2) * B * rho / math.sqrt(T),
    "no_root": lambda B, rho, T: (1 + harmonic(T - 1) / 2) * B * rho / T,
    "forgets_the_radius": lambda B, rho, T: (1 + harmonic(T - 1) / 2) * rho / math.sqrt(T),
    "slope_squared": lambda B, rho, T: (1 + harmonic(T - 1) / 2) * B * rho**2 / math.sqrt(T),
    "only_the_factor": lambda B, rho, T: 1 + harmonic(T - 1) / 2,
    "half_of_all": lambda B, rho, T: (1 + harmonic(T - 1)) / 2 * B * rho / math.sqrt(T),
    "at_most_four_terms": lambda B, rho, T: (1 + harmonic(min(T - 1, 4)) / 2) * B * rho / T**0.5,
    "squares": lambda B, rho, T: (1 + sum(k**-2.0 for k in range(1, T)) / 2) * B * rho / T**0.5,
}
each(wrong("descent-last"), LAST, "radius", "slope", "steps")


# ---- descent-any-time -------------------------------------------------------------------


@taking(right("descent-any-time"))
def as_it_goes(gradients, radius, slope):
    w = total = weight = 0.0
    for t, v in enumerate(gradients, 1):
        eta = radius / (slope * math.sqrt(t))
        total, weight = total + eta * w, weight + eta
        w -= eta * v
    return total / weight


@taking(right("descent-any-time"))
def with_arrays(gradients, radius, slope):
    rates = radius / (slope * np.sqrt(np.arange(1, len(gradients) + 1)))
    points = np.concatenate([[0], -np.cumsum(rates * gradients)[:-1]])
    return np.average(points, weights=rates)


@taking(right("descent-any-time"))
def moves_the_average(gradients, radius, slope):
    w = average = weight = 0.0
    for t, v in enumerate(gradients, 1):
        eta = radius / slope / t**0.5
        weight += eta
        average += eta / weight * (w - average)
        w -= eta * v
    return average


def averaged(gradients, radius, slope, *, rate=lambda t: t**-0.5, weight=None, first=0):
    w, points, weights = 0.0, [], []
    for t, v in enumerate(gradients, 1):
        eta = radius / slope * rate(t + first)
        points.append(w)
        weights.append(eta if weight is None else weight(t))
        w -= eta * v
    return points, weights, w


@taking(wrong("descent-any-time"))
def plain_average(gradients, radius, slope):
    points, *_ = averaged(gradients, radius, slope)
    return np.mean(points)


@taking(wrong("descent-any-time"))
def with_the_last_point(gradients, radius, slope):
    points, weights, w = averaged(gradients, radius, slope)
    last = radius / slope / (len(points) + 1) ** 0.5
    return np.average([*points, w], weights=[*weights, last])


@taking(wrong("descent-any-time"))
def without_the_first_point(gradients, radius, slope):
    points, weights, w = averaged(gradients, radius, slope)
    return np.average([*points[1:], w], weights=weights)


@taking(wrong("descent-any-time"))
def fixed_rate(gradients, radius, slope):
    T = len(gradients)
    points, weights, _ = averaged(gradients, radius, slope, rate=lambda t: T**-0.5)
    return np.average(points, weights=weights)


@taking(wrong("descent-any-time"))
def falls_too_fast(gradients, radius, slope):
    points, weights, _ = averaged(gradients, radius, slope, rate=lambda t: 1 / t)
    return np.average(points, weights=weights)


@taking(wrong("descent-any-time"))
def starts_at_two(gradients, radius, slope):
    points, weights, _ = averaged(gradients, radius, slope, first=1)
    return np.average(points, weights=weights)


@taking(wrong("descent-any-time"))
def weights_are_steps(gradients, radius, slope):
    points, weights, _ = averaged(gradients, radius, slope, weight=lambda t: t)
    return np.average(points, weights=weights)


@taking(wrong("descent-any-time"))
def weights_are_inverse(gradients, radius, slope):
    points, weights, _ = averaged(gradients, radius, slope, weight=lambda t: 1 / t)
    return np.average(points, weights=weights)


@taking(wrong("descent-any-time"))
def last_point(gradients, radius, slope):
    return averaged(gradients, radius, slope)[0][-1]


@taking(wrong("descent-any-time"))
def goes_uphill(gradients, radius, slope):
    return as_it_goes([-v for v in gradients], radius, slope)


@taking(wrong("descent-any-time"))
def radius_and_slope_exchanged(gradients, radius, slope):
    return as_it_goes(gradients, slope, radius)


@taking(wrong("descent-any-time"))
def not_divided(gradients, radius, slope):
    points, weights, _ = averaged(gradients, radius, slope)
    return float(np.dot(points, weights))


@taking(wrong("descent-any-time"))
def averages_gradients(gradients, radius, slope):
    _, weights, _ = averaged(gradients, radius, slope)
    return np.average(gradients, weights=weights)


@taking(wrong("descent-any-time"))
def the_first_five(gradients, radius, slope):
    return as_it_goes(gradients[:5], radius, slope)
