"""PEPit, which computes exact worst cases, finds the values that the book quotes from it."""

import json
from pathlib import Path

import pytest

PEPit = pytest.importorskip("PEPit")
functions = pytest.importorskip("PEPit.functions")
# The solver says so where it stops short of its own tolerance; how close it came is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:Solution may be inaccurate:UserWarning")

KEPT = Path(__file__).parents[2] / "docs" / "published" / "goujaud2024.json"
TABLE = json.loads(KEPT.read_text(encoding="utf-8"))
STEPS = dict(zip((1, 2, 5, 10), range(4), strict=True))
steps = pytest.mark.parametrize("number", STEPS)


def worst(problem):
    return problem.solve(wrapper="cvxpy", solver="CLARABEL", verbose=0)


def descent(number, mu=0.0, of=1.0):
    """Return a problem with smooth descent in it: L = 1, step 1, a start at distance 1."""
    problem = PEPit.PEP()
    f = problem.declare_function(functions.SmoothStronglyConvexFunction, mu=mu, L=1.0)
    best = f.stationary_point()
    points = [problem.set_initial_point()]
    for _ in range(number):
        points.append(points[-1] - of * f.gradient(points[-1]))
    return problem, f, best, points


def test_the_columns_are_named():
    assert TABLE["columns"] == "T = " + ", ".join(map(str, STEPS))


@steps
@pytest.mark.parametrize("row", ["gap", "gap_of_average", "squared_gradient"])
def test_smooth_descent(number, row):
    problem, f, best, points = descent(number)
    problem.set_initial_condition((points[0] - best) ** 2 <= 1)
    average = sum(points[2:], start=points[1]) / number
    measure = {
        "gap": lambda: f(points[-1]) - f(best),
        "gap_of_average": lambda: f(average) - f(best),
        "squared_gradient": lambda: f.gradient(points[-1]) ** 2,
    }
    problem.set_performance_metric(measure[row]())
    assert worst(problem) == pytest.approx(TABLE[row][STEPS[number]], abs=2e-6)


@steps
@pytest.mark.parametrize("row", ["squared_distance", "gap_over_first", "gap"])
def test_strongly_convex_descent(number, row):
    problem, f, best, points = descent(number, mu=0.1)
    if row == "gap_over_first":
        problem.set_initial_condition(f(points[0]) - f(best) <= 1)
    else:
        problem.set_initial_condition((points[0] - best) ** 2 <= 1)
    if row == "squared_distance":
        problem.set_performance_metric((points[-1] - best) ** 2)
    else:
        problem.set_performance_metric(f(points[-1]) - f(best))
    assert worst(problem) == pytest.approx(TABLE["strong"][row][STEPS[number]], abs=2e-6)


@steps
def test_the_last_iterate_of_chapter_6(number):
    """Subgradients of length at most 1, η = 1/√T; the kept value is the gap times √T."""
    problem = PEPit.PEP()
    f = problem.declare_function(functions.ConvexLipschitzFunction, M=1.0)
    best = f.stationary_point()
    w = problem.set_initial_point()
    problem.set_initial_condition((w - best) ** 2 <= 1)
    for _ in range(number - 1):
        w = w - f.gradient(w) / number**0.5
    problem.set_performance_metric(f(w) - f(best))
    expected = TABLE["chapter_6_last"][STEPS[number]]
    assert worst(problem) * number**0.5 == pytest.approx(expected, abs=1e-4)
