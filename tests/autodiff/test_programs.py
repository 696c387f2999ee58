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


# NumPy discourages np.matrix, and so do we.
pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")


def listed(text):
    """Return the programs of a list that this NumPy can run."""
    found = []
    for line in text.strip().replace("\n ", "\0").splitlines():
        newer = re.match(r"# (\d)\.(\d): ", line)
        if newer is not None and tuple(map(int, newer.groups())) <= NUMPY:
            line = line[newer.end() :]
        if line and not line.startswith("# "):
            found.append(line.replace("\0", "\n "))
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
    # The value is what the plain program gives, with its type; composed functions may round.
    for traced, expected in zip(trees.leaves(value), trees.leaves(plain), strict=True):
        assert type(traced) is type(expected)
        np.testing.assert_allclose(traced, expected, rtol=1e-15, atol=0)
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


@pytest.mark.parametrize("text", listed(programs.SINGLE))
def test_right_in_single_precision(text):
    names, program = compiled(text)
    args = tuple(programs.ARGUMENTS[name] for name in names)
    plain = program(*args)
    value, pullback = vjp(program, *args)
    assert type(value) is type(plain)
    assert value.dtype == plain.dtype
    np.testing.assert_array_equal(value, plain)
    cotangent = np.asarray(directions(value, 1), value.dtype)
    gradients = pullback(cotangent)
    expected = differences(program, args, cotangent, step=1e-2)
    for gradient, difference in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, difference, rtol=1e-3, atol=1e-4)
    tangents = directions(args, 2)
    _, tangent = jvp(program, args, tangents)
    assert product(tangent, cotangent) == pytest.approx(product(gradients, tangents), rel=1e-5)


REFUSED = [(words, text) for words, texts in programs.REFUSED.items() for text in listed(texts)]
LOUD = [(words, text) for words, texts in programs.LOUD.items() for text in listed(texts)]


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(("words", "text"), REFUSED)
def test_refused(words, text, mode):
    names, program = compiled(text)
    args = tuple(programs.ARGUMENTS[name] for name in names)
    try:
        vjp(program, *args) if mode == "reverse" else jvp(program, args, args)
    except DerivativeError as error:
        what, given, instead = str(error).split("\n")
    else:
        pytest.fail(f"{text} is not refused; if it has a rule now, move it to RIGHT in programs.py")
    assert len(what) > 20
    assert given.startswith("  given:   ")
    assert instead.startswith("  instead: ")
    assert words in instead
    # Nothing of the refusal stays behind.
    assert trees.leaves(vjp(lambda *same: trees.map(lambda v: v * 2.0, same), *args)[0])


@pytest.mark.parametrize(("words", "text"), LOUD)
def test_loud(words, text):
    names, program = compiled(text)
    args = tuple(programs.ARGUMENTS[name] for name in names)
    with pytest.raises(
        (TypeError, AttributeError, ValueError, ArithmeticError, IndexError)
    ) as error:
        vjp(program, *args)
    assert not isinstance(error.value, DerivativeError)
    assert words in f"{type(error.value).__name__}: {error.value}"


def test_there_are_many_programs():
    assert len(listed(programs.RIGHT)) + len(REFUSED) + len(LOUD) >= 600
