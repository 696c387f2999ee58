"""Descent on a whole objective, against PyTorch's and SciPy's numbers."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar

from dlbook import trees
from dlbook.autodiff import DerivativeError
from dlbook.optimize import GradientDescent, descend, proximal_step

rates = st.floats(1e-3, 10)
seeds = st.integers(0, 99)


def tree(seed):
    rng = np.random.default_rng(seed)
    return {"a": rng.normal(size=(3, 2)), "b": [rng.normal(size=4), (rng.normal(size=()),)]}


def equal(one, other):
    trees.map(np.testing.assert_array_equal, one, other)


def rosenbrock(w):
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


# ---- the proximal step ------------------------------------------------------------------


@given(st.floats(0.1, 10), seeds)
def test_scipy_finds_the_proximal_step(strength, seed):
    w, g = np.random.default_rng(seed).normal(size=(2, 3))
    found = minimize(
        lambda u: (u - w) @ g + strength / 2 * (u - w) @ (u - w),
        np.zeros(3),
        method="BFGS",
        tol=1e-8,
    )
    np.testing.assert_allclose(proximal_step(g, w, strength), found.x, atol=1e-5)


@given(rates, seeds)
def test_the_proximal_step_is_a_step_of_descent(strength, seed):
    params, grads = tree(seed), tree(seed + 100)
    stepped, _ = GradientDescent(1 / strength).update(grads, 0, params)
    trees.map(np.testing.assert_allclose, proximal_step(grads, params, strength), stepped)


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), float("inf"), "1"])
def test_a_strength_is_a_finite_number_above_0(wrong):
    with pytest.raises(ValueError, match=r"strength is .*; expected a finite number > 0"):
        proximal_step(1.0, 1.0, wrong)


# ---- the loop ---------------------------------------------------------------------------


@pytest.mark.torch
@given(st.floats(1e-5, 1e-3), seeds)
def test_descend_has_the_iterates_of_torch(rate, seed):
    torch = pytest.importorskip("torch")
    start = np.random.default_rng(seed).uniform(-1, 1, size=2)
    w = torch.tensor(start, requires_grad=True)
    theirs, optimiser = [], torch.optim.SGD([w], lr=rate)
    for _ in range(20):
        theirs.append(w.detach().numpy().copy())
        optimiser.zero_grad()
        rosenbrock(w).backward()
        optimiser.step()
    ours = list(islice(descend(rosenbrock, start, GradientDescent(rate)), 20))
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


@given(st.lists(st.floats(0.1, 2), min_size=3, max_size=3), seeds)
def test_exact_line_searches_give_the_iterates_of_scipy(curvatures, seed):
    """Steepest descent by SciPy's line search; our schedule is told the lengths that it found."""
    start = np.random.default_rng(seed).normal(size=3)
    a = np.array(curvatures)
    w, lengths, theirs = start, [], [start]
    for _ in range(5):
        found = minimize_scalar(lambda t, w=w: 0.5 * a @ (w - t * a * w) ** 2)
        lengths.append(max(float(found.x), 0.0))
        w = w - lengths[-1] * a * w
        theirs.append(w)
    optimiser = GradientDescent(lambda step: lengths[step - 1])
    ours = list(islice(descend(lambda w: 0.5 * a @ w**2, start, optimiser), 6))
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def test_a_gradient_by_hand_is_used_instead():
    asked = []
    iterates = descend(
        lambda w: pytest.fail("f was called"),
        1.0,
        GradientDescent(0.5),
        gradient=lambda w: asked.append(w) or w,
    )
    assert list(islice(iterates, 3)) == [1.0, 0.5, 0.25]
    assert asked == [1.0, 0.5]  # nothing is computed before it is asked for


@given(seeds)
def test_descend_walks_trees_and_leaves_the_start_alone(seed):
    start = tree(seed)
    before = trees.map(np.copy, start)
    squares = lambda p: sum(0.5 * np.sum(leaf**2) for leaf in trees.leaves(p))  # noqa: E731
    _, halved, quartered = islice(descend(squares, start, GradientDescent(0.5)), 3)
    equal(start, before)
    equal(halved, trees.map(lambda leaf: leaf / 2, start))
    equal(quartered, trees.map(lambda leaf: leaf / 4, start))


def test_a_start_without_derivatives_is_refused():
    iterates = descend(lambda w: w**2, 3, GradientDescent(0.5))
    with pytest.raises(DerivativeError):
        list(islice(iterates, 2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (8.0, abs, GradientDescent(1)),
            r"^f is 8\.0; expected a function .*; are f and x0 swapped",
        ),
        ((8.0, 8.0, GradientDescent(1)), r"^f is 8\.0; expected a function of one argument$"),
        ((abs, 8.0, 0.1), r"^optimiser is 0\.1; expected one with init and update, such as"),
        ((abs, 8.0, GradientDescent), r"^optimiser is <class .*; expected one with init and"),
    ],
)
def test_what_is_confused_is_said_at_once(arguments, message):
    with pytest.raises(TypeError, match=message):
        descend(*arguments)  # before the first iterate is asked for
