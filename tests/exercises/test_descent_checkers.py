"""Chapter 6's checkers: right answers of any style pass, typical wrong ones do not."""

from fractions import Fraction
from itertools import islice

import numpy as np
import pytest

from dlbook.exercises import check, names
from dlbook.optimize import SGD, GradientDescent, descend

RIGHT, WRONG = {}, {}


def right(name):
    return lambda function: RIGHT.setdefault(name, []).append(function)


def wrong(name):
    return lambda function: WRONG.setdefault(name, []).append(function)


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


def sides(run, last=-1, weights=slice(0, None), sign=1, squares=lambda v: v * v, half=0.5):
    w, target, rate = points(run), run["target"], run["rate"]
    pairs = zip(w[weights], run["steps"], strict=False)
    left = sum((x - target) * v for x, v in pairs)
    right_side = (target**2 - sign * (w[last] - target) ** 2) * half / rate
    return left, right_side + rate / 2 * sum(map(squares, run["steps"]))


right("descent-regret")(sides)


@right("descent-regret")
def by_numpy(run):
    v, target, rate = np.array(run["steps"]), run["target"], run["rate"]
    w = -rate * np.concatenate([[0], np.cumsum(v)])
    ends = target**2 - (w[-1] - target) ** 2
    return np.array([(w[:-1] - target) @ v, ends / (2 * rate) + rate / 2 * (v @ v)])


@right("descent-regret")
def by_an_optimiser(run):
    sgd, w, left = SGD(run["rate"]), 0.0, 0.0
    for v in run["steps"]:
        left += (w - run["target"]) * v
        w, _ = sgd.update(v, (), w)
    return [left, left]  # the theorem says so


@wrong("descent-regret")
def telescopes_to_the_last_but_one(run):
    return sides(run, last=-2)


@wrong("descent-regret")
def takes_the_point_after_the_step(run):
    return sides(run, weights=slice(1, None))


@wrong("descent-regret")
def drops_the_last_point(run):
    return sides(run, sign=0)


@wrong("descent-regret")
def adds_the_last_point(run):
    return sides(run, sign=-1)


@wrong("descent-regret")
def does_not_square(run):
    return sides(run, squares=abs)


@wrong("descent-regret")
def forgets_the_half(run):
    return sides(run, half=1)


@wrong("descent-regret")
def the_left_side_only(run):
    return sides(run)[0]


@wrong("descent-regret")
def sides_swapped_in_sign(run):
    left, right_side = sides(run)
    return -left, -right_side


@wrong("descent-regret")
def stays_at_the_start(run):
    left = sum(-run["target"] * v for v in run["steps"])
    return left, left


@wrong("descent-regret")
def upwards_along_v(run):
    return sides({**run, "steps": [-v for v in run["steps"]]})


@wrong("descent-regret")
def the_mean(run):
    return tuple(x / len(run["steps"]) for x in sides(run))


@wrong("descent-regret")
def without_the_target(run):
    return sides({**run, "target": 0.0})


@wrong("descent-regret")
def a_bound_instead(run):
    left, _ = sides(run)
    return left, sides(run, sign=0)[1]


# ---- the tests --------------------------------------------------------------------------


def cases(answers):
    """Return what plain `pytest` runs, the first of each exercise, and the rest as slow."""
    return [
        pytest.param(name, function, marks=[pytest.mark.slow] * (i > 0))
        for name, functions in answers.items()
        for i, function in enumerate(functions)
    ]


@pytest.mark.parametrize(
    ("name", "function"), cases(RIGHT), ids=lambda x: getattr(x, "__name__", x)
)
def test_a_right_answer_passes(name, function):
    result = check(name, function)
    assert result.passed, result
    assert result.cases >= 100


@pytest.mark.parametrize(
    ("name", "function"), cases(WRONG), ids=lambda x: getattr(x, "__name__", x)
)
def test_a_wrong_answer_is_caught(name, function):
    result = check(name, function)
    assert not result.passed
    assert result.wrong
    assert eval(result.given) is not None  # it can be pasted


def test_every_checker_is_tested():
    ours = sorted(name for name in names() if name.startswith("descent-"))
    for functions, least in ((RIGHT, 3), (WRONG, 12)):
        assert sorted(functions) == ours
        assert all(len(those) >= least for those in functions.values())


def test_a_complaint_says_what_a_reader_needs():
    least = check("descent-lipschitz", WRONG["descent-lipschitz"][0])
    assert least.given == "[[-1.0]]"
    assert least.wrong == "for x - y = [1.0], of length 1, the gradients differ by 1"
    swapped = check("descent-regret", telescoping := WRONG["descent-regret"][0])
    assert "the right side must equal it" in swapped.wrong, telescoping
