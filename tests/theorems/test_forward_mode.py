"""thm-forward-mode: on dual numbers a program yields its derivative along a direction."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from kink_instances import jagged
from near import broken, missed
from sweeps import OPERATIONS, Program, programs, relu_with

NEAR_MISSES = {
    "only the first operand moves": {"gather": lambda slopes, b: slopes[0] * b[0]},
    "only the last operand moves": {"gather": lambda slopes, b: slopes[-1] * b[-1]},
    "the slopes alone": {"gather": lambda slopes, b: sum(slopes)},
    "the largest term, for the sum": {
        "gather": lambda slopes, b: max((s * t for s, t in zip(slopes, b, strict=True)), key=abs)
    },
    "the slopes at the tangents": {"at": lambda a, b: b},
    "the slopes very near": {"at": lambda a, b: [x + 1e-4 for x in a]},
    "an input that rests": {"start": lambda way: [0.0, *way[1:]]},
    "a direction of length 1": {"start": lambda way: list(np.array(way) / np.linalg.norm(way))},
    "a value that is less by a millionth": {"shown": lambda value, tangent: value - 1e-6},
    "the value one step on": {"shown": lambda value, tangent: value + 1e-6 * tangent},
}


def hypotheses(program, f, direction):
    near = [1e-3 * np.array(direction), *(1e-3 * np.eye(len(program.inputs)))]
    points = [np.array(program.inputs) + s * h for h in near for s in (0, 1, -1, 0.1)]
    return {
        "fixed": all(abs(program.values(list(p))[-1] - f(*p)) < 1e-12 for p in points),
        "differentiable": program.is_differentiable(),
    }


def weighted(slopes, b):
    return sum(slope * t for slope, t in zip(slopes, b, strict=True))


def conclusion(
    program,
    f,
    direction,
    *,
    gather=weighted,
    at=lambda a, b: a,
    start=list,
    shown=lambda value, tangent: value,
):
    """The last vertex gets f(x) and the derivative of f(x + tẋ) at t = 0."""
    values, tangents = list(program.inputs), list(start(direction))
    for name, *operands in program.lines:
        function, slopes = program.operations[name]
        a, b = [values[i] for i in operands], [tangents[i] for i in operands]
        tangents.append(gather(slopes(*at(a, b)), b))
        values.append(function(*a))
    x, way = np.array(program.inputs), np.array(direction)
    value = bool(abs(shown(values[-1], tangents[-1]) - f(*x)) <= 1e-12)
    derivative = slope_at(lambda t: f(*(x + t * way)))
    return value and bool(abs(tangents[-1] - derivative) <= 1e-6 * (1 + abs(derivative)))


def slope_at(f, h=2.0**-9):
    """Return f'(0), by central differences with four steps, extrapolated three times.

    It is nan if the slopes of the two sides differ.
    """
    ahead, back = ((f(t) - f(0.0)) / t for t in (2.0**-20, -(2.0**-20)))
    if not abs(ahead - back) < 1e-2 * (1 + abs(ahead)):
        return math.nan
    column = [(f(h / 2**k) - f(-h / 2**k)) / (2 * h / 2**k) for k in range(4)]
    for j in (1, 2, 3):
        column = [(4**j * b - a) / (4**j - 1) for a, b in pairwise(column)]
    return column[0]


def last(program):
    return lambda *x: program.values(list(x))[-1]


@given(programs(), st.data())
def test_holds(program, data):
    n = len(program.inputs)
    direction = data.draw(st.lists(st.floats(-2, 2), min_size=n, max_size=n))
    instance = program, last(program), direction
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


@given(programs(), st.data())
def test_a_tangent_is_linear_in_the_direction(program, data):
    n = len(program.inputs)
    way = data.draw(st.lists(st.floats(-2, 2), min_size=n, max_size=n))

    def tangent(direction):
        values, tangents = list(program.inputs), list(direction)
        for name, *operands in program.lines:
            function, slopes = program.operations[name]
            a = [values[i] for i in operands]
            tangents.append(weighted(slopes(*a), [tangents[i] for i in operands]))
            values.append(function(*a))
        return tangents[-1]

    columns = [tangent(unit) for unit in np.eye(n)]
    np.testing.assert_allclose(tangent(way), np.dot(way, columns), rtol=1e-9, atol=1e-9)


SQUARE = Program([1.5], [("multiply", 0, 0), ("tanh", 1)])


def test_near_misses():
    lines = [("multiply", 0, 1), ("sin", 2), ("divide", 3, 0), ("subtract", 4, 1)]
    program = Program([0.7, 1.3], lines)
    near = [(program, last(program), [0.5, -2.0]), (SQUARE, last(SQUARE), [3.0])]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_holds_where_it_says_little():
    near = [(Program([1.5], []), lambda x: x, [2.0]), (Program([1.5], []), lambda x: x, [0.0])]
    # Elsewhere the program does something else; and an operation has a kink elsewhere.
    near += [(SQUARE, lambda x: np.tanh(x * x) if abs(x - 1.5) < 0.1 else 0.0, [3.0])]
    beside = Program([0.5], [("relu", 0)], relu_with(0.0).operations)
    near += [(beside, last(beside), [1.0]), (beside, last(beside), [-1.0])]
    # Or it has kinks as near as one likes.
    smooth = OPERATIONS | {"jagged": (lambda a: a + float(jagged(a)), lambda a: [1.0])}
    bent = Program([0.0], [("jagged", 0)], smooth)
    near += [(bent, last(bent), [2.0])]
    for instance in near:
        assert not broken(hypotheses(*instance))
        assert conclusion(*instance)
        assert not conclusion(*instance, shown=lambda value, tangent: value - 1e-6)


def test_without_fixed():
    # x if x != 0 else 0·x, at 0: the program performs 0·x, and returns x next to 0.
    program = Program([0.0], [("subtract", 0, 0)])
    instance = (program, lambda x: x, [1.0])
    assert broken(hypotheses(*instance)) == ["fixed"]
    assert not conclusion(*instance)
    # The same beside the line along which the derivative is asked for: then no ball will do.
    program = Program([0.0, 0.0], [("add", 0, 1)])
    assert broken(hypotheses(program, lambda x, y: 0.0 if y else x, [1.0, 0.0])) == ["fixed"]


def pinch(u, v):
    return (u**3 + 2 * v**3) / (u**2 + v**2) if u or v else 0.0


def test_without_differentiable():
    kinked = relu_with(0.0)
    instance = (kinked, last(kinked), [1.0])
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)
    # The slopes of |x| on the two sides have a mean, and it is what the rule says.
    modulus = Program([0.0], [("relu", 0), ("negative", 0), ("relu", 2), ("add", 1, 3)])
    modulus.operations = kinked.operations
    instance = (modulus, last(modulus), [1.0])
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)
    # Nor may a later line have such a kink.
    late = Program([0.0], [("negative", 0), ("relu", 1)], kinked.operations)
    instance = (late, last(late), [1.0])
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)
    # Partial derivatives are not enough.
    operations = OPERATIONS | {"pinch": (pinch, lambda u, v: [1.0, 2.0])}
    program = Program([0.0, 0.0], [("pinch", 0, 1)], operations)
    instance = (program, last(program), [-math.cbrt(2), 1.0])
    assert broken(hypotheses(*instance)) == ["differentiable"]
    assert not conclusion(*instance)
