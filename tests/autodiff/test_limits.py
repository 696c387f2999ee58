"""The page "What cannot be differentiated": each line of its tables, each case below them."""

import re
from pathlib import Path

import numpy as np
import programs
import pytest
from test_programs import assert_right, compiled

from dlbook.autodiff import DerivativeError, grad, jvp, stop_gradient, vjp

pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")

PAGE = (Path(__file__).parents[2] / "docs" / "api" / "autodiff-limits.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(.+)` \| `(.+)` \|$", PAGE, re.MULTILINE)


def test_the_page_has_its_tables():
    assert len(ROWS) >= 40
    assert len(ROWS) == len(re.findall(r"^\| `", PAGE, re.MULTILINE))


@pytest.mark.parametrize(("refused", "_"), ROWS)
def test_the_left_side_is_refused(refused, _):
    names, program = compiled(refused)
    args = tuple(programs.ARGUMENTS[name] for name in names)
    for transform in (lambda: vjp(program, *args), lambda: jvp(program, args, args)):
        with pytest.raises(DerivativeError):
            transform()


@pytest.mark.parametrize(("_", "replacement"), ROWS)
def test_the_right_side_is_right(_, replacement):
    assert_right(replacement)


EXACT = [
    "np.array([s, 1.0])",
    "np.array([[s, 1.0], [s, s]])",
    "np.asarray([v * v for v in x])",
    "np.array([[v, 1.0] for v in x])",
    "np.sum([s, s * s])",
    "np.mean([v * v for v in x])",
    "np.max([s, 0.2], axis=0)",
    "np.prod((s, 2.0))",
    "np.exp([s, s])",
    "np.diag([s, s])",
    "np.dot([s, s], a[:2])",
    "np.concatenate([[s], a])",
    "np.concatenate([[s, s], [1.0]])",
    "np.stack([[s, 1.0], [s, s]])",
    "np.linalg.norm([s, 1.0])",
]


@pytest.mark.parametrize("refused", EXACT)
def test_the_replacement_for_a_list_of_values_is_the_very_line(refused):
    names, program = compiled(refused)
    args = tuple(programs.ARGUMENTS[name] for name in names)
    with pytest.raises(DerivativeError) as error:
        vjp(program, *args)
    replacement = str(error.value).split("instead: ")[1].split("; in general")[0]
    assert_right(replacement)
    found, right = compiled(replacement)[1](*args), program(*args)
    np.testing.assert_array_equal(found, right)


# ---- what no tracer can see --------------------------------------------------------------

CASES = set(re.findall(r"^\(limits-(\w+)\)=$", PAGE, re.MULTILINE))


def cells():
    """Return what the cells of the page define."""
    namespace = {}
    for cell in re.findall(r"```\{code-cell\} python\n(.*?)```", PAGE, re.DOTALL):
        exec(cell, namespace)
    return namespace


@pytest.fixture(name="page", scope="module")
def _page():
    return cells()


def slope(f, x, step=1e-6):
    return (f(x + step) - f(x - step)) / (2 * step)


def test_comparisons(page):
    assert grad(page["bisected_root"])(0.7) == 0.0
    assert grad(page["root"])(0.7) == pytest.approx(0.5 / np.sqrt(0.7))
    # Rounding, counting and choosing from a plain grid are of the same kind.
    grid = np.linspace(-1, 1, 201)
    for f in (
        lambda s: np.round(s, 3),
        lambda s: np.count_nonzero(np.arange(10) < 10 * s) * 1.0,
        lambda s: grid[np.argmax(-((grid - s) ** 2))],
        lambda s: np.searchsorted(grid, stop_gradient(s)) * 0.01,
    ):
        assert grad(f)(0.7) == 0.0


def test_branch(page):
    assert grad(page["square"])(1.0) == 0.0
    assert slope(page["square"], 1.0) == pytest.approx(2.0)
    assert grad(lambda x: page["sinc"](x) if x != 0 else 1.0 - x * x / 6)(0.0) == 0.0


def test_type(page):
    assert grad(lambda x: np.sum(page["doubled"](x)))(np.ones(2)).tolist() == [3.0, 3.0]
    assert grad(lambda x: np.sum(page["doubled_rightly"](x)))(np.ones(2)).tolist() == [2.0, 2.0]


def test_text(page):
    assert grad(page["through_text"])(0.7) == pytest.approx(0.7)


def test_state():
    squared = 0.7 * 0.7
    assert grad(lambda s: squared * s)(0.7) == pytest.approx(0.49)
    cache = {}

    def remembered(s):
        key = round(stop_gradient(s), 9)
        if key not in cache:
            cache[key] = stop_gradient(s) ** 2
        return cache[key] * s

    assert grad(remembered)(0.7) == pytest.approx(0.49)
    # A cache that holds traced values says so when they are used too late.
    stale = {}
    grad(lambda s: stale.setdefault("square", s * s))(0.7)
    with pytest.raises(DerivativeError, match="after its transformation has ended"):
        grad(lambda s: stale["square"] * s)(0.7)


def test_randomness(page):
    assert grad(page["kept"])(0.3, np.random.default_rng(0)) == 0.0
    draws = [
        grad(lambda mu, k=k: (mu + np.random.default_rng(k).normal()) ** 2)(0.3) for k in range(400)
    ]
    assert np.mean(draws) == pytest.approx(0.6, abs=4 * 2 / 20)  # where the draw is apart, right


def test_converged(page):
    assert grad(page["newton_root"])(0.49, 1.0) == pytest.approx(0.5 / 0.7)
    assert grad(page["newton_root"])(0.49, 0.7) == 0.0


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_infinity(page):
    zero = np.array([0.0, 4.0])
    assert np.isnan(grad(page["guarded_late"])(zero)[0])
    assert grad(page["guarded_early"])(zero).tolist() == [0.0, 0.25]
    assert np.isnan(grad(lambda x: 1 / (1 + np.exp(-x)))(-710.0))
    assert 0 <= grad(lambda x: 0.5 * (1 + np.tanh(x / 2)))(-710.0) < 1e-300


def test_every_case_of_the_page_is_here():
    assert {f"test_{case}" for case in CASES} <= set(globals())
    assert len(CASES) == 8
