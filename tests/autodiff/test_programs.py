"""The one-line programs of `programs`: right ones against differences, in both modes."""

import ast
import linecache
import re

import numpy as np
import programs
import pytest

from dlbook import trees
from dlbook.autodiff import DerivativeError, jvp, vjp

NUMPY = tuple(int(part) for part in np.__version__.split(".")[:2])


def listed(text):
    """Return the programs of a list that this NumPy can run."""
    found = []
    for line in text.strip().splitlines():
        newer = re.match(r"# (\d)\.(\d): ", line)
        if newer is not None and NUMPY >= tuple(map(int, newer.groups())):
            line = line[newer.end() :]
        if line and not line.startswith("# "):
            found.append(line)
    return found


def compiled(text, **more):
    """Return the arguments that a program names, and the program as their function."""
    body = text if re.search(r"\breturn\b", text) else f"return ({text})"
    used = {node.id for node in ast.walk(ast.parse(f"def f():\n {body}")) if type(node) is ast.Name}
    names = [name for name in programs.ARGUMENTS if name in used]
    namespace = programs.NAMES | programs.plain_values() | more
    source = f"def program({', '.join(names)}, *, {', '.join(programs.plain_values())}):\n {body}"
    exec(compile(source, text, "exec"), namespace)
    linecache.cache[text] = (len(source), None, source.splitlines(keepends=True), text)

    def program(*args):
        return namespace["program"](*args, **programs.plain_values())

    return names, program


def directions(tree, seed):
    """Return a tree of fixed random numbers, like a tree."""
    rng = np.random.default_rng(seed)
    return trees.map(lambda leaf: rng.normal(size=np.shape(leaf))[()], tree)


def product(tree, other):
    """Return the inner product of two trees."""
    pairs = zip(trees.leaves(tree), trees.leaves(other), strict=True)
    return sum(float(np.sum(np.multiply(u, v))) for u, v in pairs)


def differences(f, args, cotangent, step=1e-6):
    """Return the gradient of ⟨cotangent, f(args)⟩ by central differences."""
    found = []
    for position, arg in enumerate(args):
        gradient = np.empty(np.shape(arg))
        for index in np.ndindex(gradient.shape):
            ends = []
            for change in (step, -step):
                moved = arg + change if isinstance(arg, float) else arg.copy()
                if not isinstance(arg, float):
                    moved[index] += change
                moved_args = (*args[:position], moved, *args[position + 1 :])
                ends.append(product(cotangent, f(*moved_args)))
            gradient[index] = (ends[0] - ends[1]) / (2 * step)
        found.append(gradient)
    return found


def assert_right(text):
    names, program = compiled(text)
    args = tuple(programs.ARGUMENTS[name] for name in names)
    plain = program(*args)
    value, pullback = vjp(program, *args)
    cotangent = directions(value, 1)
    gradients = pullback(cotangent)
    # The value is what the plain program gives, to the type.
    for traced, expected in zip(trees.leaves(value), trees.leaves(plain), strict=True):
        assert type(traced) is type(expected)
        np.testing.assert_array_equal(traced, expected)
        assert getattr(traced, "dtype", None) == getattr(expected, "dtype", None)
    for gradient, arg, expected in zip(
        gradients, args, differences(program, args, cotangent), strict=True
    ):
        assert type(gradient) is type(arg)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)
    tangents = directions(args, 2)
    again, tangent = jvp(program, args, tangents)
    assert trees.flatten(again)[1] == trees.flatten(value)[1]
    assert product(tangent, cotangent) == pytest.approx(product(gradients, tangents), rel=1e-12)


@pytest.mark.parametrize("text", listed(programs.RIGHT))
def test_right(text):
    assert_right(text)
