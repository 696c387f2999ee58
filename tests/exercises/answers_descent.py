"""Answers to chapter 6's exercises, right ones of any style and typical wrong ones."""

from fractions import Fraction
from itertools import islice

import numpy as np
from answers import right, wrong

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
