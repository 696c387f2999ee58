"""The page "Kinks": every column of its tables is computed."""

import re
from pathlib import Path

import numpy as np
import pytest
from derivatives import slope

from dlbook.autodiff import grad, hessian, hvp, jvp, vjp

PAGE = (Path(__file__).parents[2] / "docs" / "api" / "autodiff-kinks.md").read_text("utf-8")
CELL = r"`?([^|`]+?)`?"
ROWS = re.findall(rf"^\| `(.+)` \| `(.+)` \| {CELL} \| {CELL} \| {CELL} \|$", PAGE, re.MULTILINE)
SECOND = re.findall(rf"^\| `([^|]+)` \| `([^|]+)` \| {CELL} \| {CELL} \|$", PAGE, re.MULTILINE)

IN_TORCH = {
    "np.maximum(x, 0.0)": "torch.maximum(x, number(0.0))",
    "np.minimum(x, 1.0)": "torch.minimum(x, number(1.0))",
    "np.clip(x, -1.0, 1.0)": "torch.clamp(x, -1.0, 1.0)",
    "np.max(x)": "torch.amax(x)",
    "np.min(x)": "torch.amin(x)",
    "np.fmax(x, np.nan)": "torch.fmax(x, number(np.nan))",
    "np.hypot(x, 0.0)": "torch.hypot(x, number(0.0))",
    "np.std(x)": "torch.std(x, correction=0)",
    "np.arcsin(x)": "torch.asin(x)",
}

FORWARD = {"np.where(x > 0, np.log(x), 0.0)": "0"}

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def function(text, **names):
    return eval(f"lambda x: {text}", names)


def point(text):
    value = eval(text)
    return np.array(value) if isinstance(value, list) else value


def expected(text):
    return np.array(eval(text, {"nan": np.nan, "inf": np.inf}), float)


def test_the_page_has_its_tables():
    assert len(ROWS) >= 25
    assert len(SECOND) >= 10
    assert len(ROWS) + len(SECOND) == len(re.findall(r"^\| `", PAGE, re.MULTILINE))


@pytest.mark.parametrize(("text", "at", "ours", "_jax", "_torch"), ROWS)
def test_ours(text, at, ours, _jax, _torch):
    f, x = function(text, np=np), point(at)
    np.testing.assert_array_equal(grad(f)(x), expected(ours))
    # Forward mode agrees, along each axis and so in every entry. But it selects where reverse
    # mode multiplies by 0, and so never meets an infinite slope that is not taken.
    ours = FORWARD.get(text, ours)
    if isinstance(x, float):
        np.testing.assert_array_equal(jvp(f, (x,), (1.0,))[1], expected(ours))
    else:
        columns = [jvp(f, (x,), (unit,))[1] for unit in np.eye(len(x))]
        np.testing.assert_array_equal(columns, expected(ours))


@pytest.mark.slow
@pytest.mark.parametrize(("text", "at", "_ours", "jaxs", "_torch"), ROWS)
def test_jax(text, at, _ours, jaxs, _torch):
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        f = function(text.replace("np.", "jnp."), jnp=jax.numpy)
        theirs = jax.grad(f)(jax.numpy.asarray(point(at), dtype=float))
    np.testing.assert_array_equal(theirs, expected(jaxs))


def second_derivatives(f, x):
    """Return the Hessian in each mode of each mode."""
    units = np.eye(len(x)) if np.ndim(x) else [1.0]
    columns = {
        "forward over reverse": [hvp(f, (x,), (unit,)) for unit in units],
        "reverse over reverse": [vjp(grad(f), x)[1](unit)[0] for unit in units],
        "reverse over forward": [
            grad(lambda y, unit=unit: jvp(f, (y,), (unit,))[1])(x) for unit in units
        ],
    }
    return {modes: np.reshape(found, np.shape(x) * 2) for modes, found in columns.items()}


@pytest.mark.parametrize(("text", "at", "ours", "_jax"), SECOND)
def test_our_second_derivatives(text, at, ours, _jax):
    f, x = function(text, np=np), point(at)
    np.testing.assert_array_equal(hessian(f)(x), expected(ours))
    for modes, found in second_derivatives(f, x).items():
        # A reverse sweep over reverse mode does not know which operands move.
        unknown = np.isnan(found) & (modes != "forward over reverse")
        np.testing.assert_array_equal(np.where(unknown, expected(ours), found), expected(ours))
        assert np.isnan(found).any() == np.isnan(expected(ours)).any(), modes


TIPS = {
    "norms of rows": lambda x: np.sum(np.linalg.norm(x, axis=1) ** 2),
    "3-norms of rows": lambda x: np.sum(np.linalg.norm(x, 3, axis=1) ** 2),
    "1.5-norms of rows": lambda x: np.sum(np.linalg.vector_norm(x, ord=1.5, axis=1) ** 2),
    "largest of rows": lambda x: np.sum(np.linalg.norm(x, np.inf, axis=1) ** 2),
    "deviations of rows": lambda x: np.sum(np.std(x, axis=1) ** 2),
    "nan-deviations of rows": lambda x: np.sum(np.nanstd(x, axis=1, keepdims=True) ** 2),
    "masked deviations": lambda x: np.sum(np.std(x, axis=1, where=[True, True, True]) ** 2),
    "hypot": lambda x: np.sum(np.hypot(x, x[:, ::-1]) ** 2),
    "fabs": lambda x: np.sum(np.fabs(x) ** 3),
    "copysign": lambda x: np.sum(np.copysign(x, 1.0) ** 2),
    "square root of a square": lambda x: np.sum(np.sqrt(x**2) ** 2),
}


@pytest.mark.parametrize("f", TIPS.values(), ids=TIPS)
def test_a_second_derivative_is_unknown_at_the_tip_and_right_elsewhere(f):
    x = np.array([[0.0, 0.0, 0.0], [0.3, -0.7, 1.9]])
    direction = np.array([[0.4, 0.5, 0.3], [1.1, 0.2, 0.8]])
    wanted = slope(lambda y: grad(f)(y), (x[1:],), (direction[1:],), step=1e-3)
    for g in (f, lambda y: f(y.astype(np.float64))):
        along = hvp(g, (x,), (direction,))
        assert np.isnan(along[0]).all()
        np.testing.assert_allclose(along[1], wanted, rtol=1e-6, atol=1e-8)
        assert np.isnan(vjp(grad(g), x)[1](direction)[0][0]).all()
        # Where nothing moves in the row of zeros, there is nothing to know.
        still = direction * [[0.0], [1.0]]
        if "sqrt" not in f.__code__.co_names:
            np.testing.assert_allclose(hvp(g, (x,), (still,))[1], wanted, rtol=1e-6, atol=1e-8)
            np.testing.assert_array_equal(hvp(g, (x,), (still,))[0], 0.0)


@pytest.mark.slow
@pytest.mark.parametrize(("text", "at", "_ours", "jaxs"), SECOND)
def test_second_derivatives_of_jax(text, at, _ours, jaxs):
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        f = function(text.replace("np.", "jnp."), jnp=jax.numpy)
        theirs = jax.hessian(f)(jax.numpy.asarray(point(at), dtype=float))
    np.testing.assert_array_equal(theirs, expected(jaxs))


@pytest.mark.torch
@pytest.mark.parametrize(
    ("text", "at", "_ours", "_jax", "torchs"), [row for row in ROWS if row[-1] != "\N{EN DASH}"]
)
def test_torch(text, at, _ours, _jax, torchs):
    torch = pytest.importorskip("torch")

    def number(value):
        return torch.tensor(value, dtype=torch.float64)

    in_torch = IN_TORCH.get(
        text, text.replace("np.", "torch.").replace("torch.inf", "float('inf')")
    )
    f = function(in_torch, torch=torch, number=number, np=np)
    x = torch.tensor(np.asarray(point(at)).tolist(), dtype=torch.float64, requires_grad=True)
    f(x).backward()
    np.testing.assert_array_equal(x.grad.tolist(), expected(torchs))
