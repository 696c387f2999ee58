"""What must hold of the derivatives of a sample: the checks that every rule has to pass.

A sample is a function of floating-point arrays and a place. Numbers come from differences,
extrapolated by Richardson's method: with steps of 0.02 on values of size 1 they are right to
about 1e-10, so that a relative error of 1e-6 is the rule's.
"""

import contextlib

import numpy as np

from dlbook import trees
from dlbook.autodiff import grad, jvp, vjp
from dlbook.exercises.samples import Sample, flat, like, slope

RTOL = 1e-6


def summed(f):
    def sums(*args):
        return sum((np.sum(leaf) for leaf in trees.leaves(f(*args))), start=0.0)

    return sums


def close(found, wanted, scale, what, sample, rtol=RTOL, noise=1e-10):
    """Assert that each entry is right, relative to the terms that it is a sum of."""
    found, wanted, scale = np.ravel(found), np.ravel(wanted), np.ravel(scale)
    assert found.shape == wanted.shape, f"{sample}: {what}: {found.shape}, not {wanted.shape}"
    wrong = ~(np.abs(found - wanted) <= rtol * scale + noise)
    if wrong.any():
        i = int(np.argmax(wrong))
        raise AssertionError(f"{sample}: {what}: entry {i} is {found[i]!r}, not {wanted[i]!r}")


def check_values(sample, value):
    """The value of a traced run is that of the plain run."""
    wanted, structure = trees.flatten(sample.value)
    found, same = trees.flatten(value)
    assert structure == same, f"{sample}: {same}, not {structure}"
    for one, other in zip(found, wanted, strict=True):
        assert type(one) is type(other), f"{sample}: {type(one)}, not {type(other)}"
        assert np.shape(one) == np.shape(other), f"{sample}: {np.shape(one)}, {np.shape(other)}"
        if isinstance(other, np.ndarray | np.generic):
            assert one.dtype == other.dtype, f"{sample}: {one.dtype}, not {other.dtype}"
        if sample.exact:
            np.testing.assert_array_equal(one, other, err_msg=str(sample))
        else:
            eps = np.finfo(np.asarray(other).dtype).eps
            np.testing.assert_allclose(
                one, other, rtol=32 * eps, atol=32 * eps, err_msg=str(sample)
            )


def check_first(sample):
    """Values and first derivatives, both modes, argument by argument."""
    tangents = sample.directions(1)
    weights = sample.weights(sample.value)
    w = flat(weights)

    value, pullback = vjp(sample.f, *sample.args)
    check_values(sample, value)
    gradients = pullback(weights)
    for i, (gradient, matrix) in enumerate(zip(gradients, sample.jacobian, strict=True)):
        check_like(gradient, sample.args[i], sample)
        scale = np.abs(matrix).T @ np.abs(w)
        close(gradient, matrix.T @ w, scale, f"reverse, argument {i}", sample)

    # A sum hands one number to what came before, which stands for the same everywhere.
    for i, gradient in enumerate(
        grad(summed(sample.f), tuple(range(len(sample.args))))(*sample.args)
    ):
        matrix = sample.jacobian[i]
        check_like(gradient, sample.args[i], sample)
        wanted, scale = matrix.sum(axis=0), np.abs(matrix).sum(axis=0)
        close(gradient, wanted, scale, f"reverse of the sum, argument {i}", sample)

    total = 0.0
    for i, matrix in enumerate(sample.jacobian):
        alone = tuple(
            [t if i == j else like(np.zeros(np.shape(t)), t) for j, t in enumerate(tangents)]
        )
        value, moved = jvp(sample.f, sample.args, alone)
        check_values(sample, value)
        trees.map(lambda m, v: check_like(m, v, sample), moved, value)
        t = np.ravel(tangents[i])
        scale = np.abs(matrix) @ np.abs(t)
        close(flat(moved), matrix @ t, scale, f"forward, argument {i}", sample)
        total = total + float(w @ flat(moved))
    check_fresh([*sample.args, *trees.leaves(weights)], gradients, sample)
    check_fresh([*sample.args, *tangents], trees.leaves([value, moved]), sample)

    # The modes agree: the inner product of cotangent and tangent is the same on both sides.
    both = sum(float(np.sum(g * t)) for g, t in zip(gradients, tangents, strict=True))
    scale = sum(
        np.abs(w) @ np.abs(m) @ np.ravel(t) for m, t in zip(sample.jacobian, tangents, strict=True)
    )
    close(both, total, scale, "inner product", sample, rtol=1e-9)


def check_like(derivative, value, sample):
    """A derivative has the shape, the type and the dtype of what it belongs to."""
    assert np.shape(derivative) == np.shape(value), f"{sample}: {np.shape(derivative)}"
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f":
        assert isinstance(derivative, type(value)), f"{sample}: {type(derivative)}"
        assert derivative.dtype == value.dtype, f"{sample}: {derivative.dtype}"


def check_fresh(given, found, sample):
    """Results share memory with nothing."""
    found = [a for a in found if isinstance(a, np.ndarray) and a.size]
    others = [a for a in given if isinstance(a, np.ndarray)]
    for i, one in enumerate(found):
        assert one.flags.writeable, f"{sample}: a result is read-only"
        for other in [*others, *found[:i]]:
            assert not np.shares_memory(one, other), f"{sample}: results share memory"


def check_second(sample):
    """The derivative of the derivative, in each mode of each mode."""
    f, args = sample.f, sample.args
    u, v = sample.directions(2), sample.directions(3)
    weights = sample.weights(sample.value)

    def reverse(*x):
        return vjp(f, *x)[1](weights)

    def forward(*x):
        return jvp(f, x, u)[1]

    wanted = slope(reverse, args, u)  # the second derivative is symmetric: along u from here on
    size = np.max(np.abs(wanted), initial=0.0)
    noise = 1e-3 * np.max(np.abs(flat(reverse(*args))), initial=0.0)
    scale = np.full(wanted.shape, size + noise)
    found = {
        "forward over reverse": jvp(reverse, args, u)[1],
        "reverse over reverse": vjp(reverse, *args)[1](u),
        "reverse over forward": vjp(forward, *args)[1](weights),
    }
    for modes, product in found.items():
        close(flat(product), wanted, scale, modes, sample, noise=1e-9)
    wanted = slope(forward, args, v)
    scale = np.max(np.abs(wanted), initial=0.0)
    scale = scale + 1e-3 * np.max(np.abs(flat(forward(*args))), initial=0.0)
    moved = jvp(forward, args, v)[1]
    close(flat(moved), wanted, scale, "forward over forward", sample, noise=1e-9)


def narrow(sample):
    """Return the sample in float32."""

    def single(a):
        return a.astype(np.float32) if isinstance(a, np.ndarray | np.generic) else a

    args = tuple([single(a) for a in sample.args])
    return Sample(sample.f, args, sample.note + " in float32", sample.exact, seed=sample.seed)


def check_single(sample):
    """In float32 everything is float32, and nearly what it is in float64."""
    single = narrow(sample)
    tangents, weights = single.directions(1), single.weights(single.value)
    value, pullback = vjp(single.f, *single.args)
    check_values(single, value)
    t = [np.ravel(a).astype(float) for a in tangents]
    w = flat(weights)
    scale = sum([np.abs(m) @ np.abs(one) for m, one in zip(sample.jacobian, t, strict=True)])
    size = np.max(np.abs(scale), initial=0.0)
    for i, gradient in enumerate(pullback(weights)):
        check_like(gradient, single.args[i], single)
        matrix = sample.jacobian[i]
        largest = np.max(np.abs(matrix).T @ np.abs(w), initial=0.0)
        close(gradient, matrix.T @ w, largest, f"reverse, argument {i}", single, rtol=2e-4)
    value, moved = jvp(single.f, single.args, tangents)
    check_values(single, value)
    trees.map(lambda m, v: check_like(m, v, single), moved, value)
    wanted = sum([m @ one for m, one in zip(sample.jacobian, t, strict=True)])
    close(flat(moved), wanted, size, "forward", single, rtol=2e-4)


@contextlib.contextmanager
def replaced(rule, **fields):
    """Change a rule of the table for a while."""
    before = {name: getattr(rule, name) for name in fields}
    for name, value in fields.items():
        object.__setattr__(rule, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            object.__setattr__(rule, name, value)
