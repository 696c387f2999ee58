"""The page "Kinks": every column of its tables is computed."""

import re
from pathlib import Path

import numpy as np
import pytest

from dlbook.autodiff import grad, jvp

PAGE = (Path(__file__).parents[2] / "docs" / "api" / "autodiff-kinks.md").read_text("utf-8")
CELL = r"`?([^|`]+?)`?"
ROWS = re.findall(rf"^\| `(.+)` \| `(.+)` \| {CELL} \| {CELL} \| {CELL} \|$", PAGE, re.MULTILINE)

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
    assert len(ROWS) == len(re.findall(r"^\| `", PAGE, re.MULTILINE))


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
