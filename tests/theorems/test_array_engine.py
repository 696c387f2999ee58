"""cor-array-engine: with transposes of derivatives along an order, the sweep is the gradient."""

from operator import add

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from kink_instances import jagged
from near import broken, missed
from smooth_instances import only_partials

STEP = 1e-5


class Operation:
    """A function of arrays, with a push rule and a pull rule for each operand."""

    def __init__(self, function, *rules):
        self.function, self.rules = function, rules


def elementwise(function, *slopes):
    rules = [(lambda t, *xs, s=s: s(*xs) * t, lambda g, *xs, s=s: s(*xs) * g) for s in slopes]
    return Operation(function, *rules)


MATRIX = np.array([[1.0, 2.0], [3.0, 5.0]])
OPERATIONS = {
    "add": elementwise(np.add, lambda a, b: 1, lambda a, b: 1),
    "multiply": elementwise(np.multiply, lambda a, b: b, lambda a, b: a),
    "sin": elementwise(np.sin, np.cos),
    "abs": elementwise(np.abs, np.sign),
    "turn": Operation(lambda a: MATRIX @ a, (lambda t, a: MATRIX @ t, lambda g, a: MATRIX.T @ g)),
    "sum": Operation(
        lambda a: np.sum(a, keepdims=True),
        (lambda t, a: np.sum(t, keepdims=True), lambda g, a: g * np.ones(a.shape)),
    ),
}
WRONG = OPERATIONS | {
    "turn": Operation(lambda a: MATRIX @ a, (lambda t, a: MATRIX @ t, lambda g, a: MATRIX @ g)),
    "half": Operation(  # whose first row alone is transposed
        lambda a: MATRIX @ a, (lambda t, a: MATRIX @ t, lambda g, a: MATRIX.T @ (g * [1, 2]))
    ),
    "sin": elementwise(np.sin, np.sin),
    "pinch": elementwise(
        lambda a, b: np.array(only_partials((a, b))), lambda a, b: 1, lambda a, b: 2
    ),
    "root": elementwise(lambda a: np.sqrt(np.abs(a)), lambda a: 0 * a),
}


class Program:
    """Inputs of any shapes, lines (name, operands), and the table of operations."""

    def __init__(self, inputs, lines, table=OPERATIONS):
        self.inputs, self.lines, self.table = [np.array(x, float) for x in inputs], lines, table

    def values(self, inputs=None):
        values = list(self.inputs if inputs is None else inputs)
        for name, *operands in self.lines:
            values.append(self.table[name].function(*[values[i] for i in operands]))
        return values

    def edges(self):
        n = len(self.inputs)
        return [(tail, n + k) for k, (_, *tails) in enumerate(self.lines) for tail in tails]


def units(x):
    return [unit.reshape(x.shape) for unit in np.eye(x.size)]


def slope(f, x, t, h=STEP):
    """Return the derivative along t, and how far the quotients of both sides are apart."""
    ahead, back = (f(x + h * t) - f(x)) / h, (f(x) - f(x - h * t)) / h
    return (ahead + back) / 2, np.abs(ahead - back).max()


def _add_up(program):
    """Whether operands that move together move each result by what the push rules add up to."""
    values, rng = program.values(), np.random.default_rng(0)
    for name, *operands in program.lines:
        operation, xs = program.table[name], [values[i] for i in operands]
        for _ in range(3):
            ways = [rng.normal(size=np.shape(x)) for x in xs]

            def moved(h, operation=operation, xs=xs, ways=ways):
                return operation.function(*[x + h * t for x, t in zip(xs, ways, strict=True)])

            found, apart = slope(moved, 0.0, 1.0)
            pushed = sum(push(t, *xs) for (push, _), t in zip(operation.rules, ways, strict=True))
            if apart > 1e-2 or not np.allclose(pushed, found, rtol=1e-5, atol=1e-5):
                return False
    return True


def _are_transposes(program):
    values = program.values()
    return all(
        abs(np.sum(g * push(t, *xs)) - np.sum(pull(g, *xs) * t)) < 1e-12
        for name, *operands in program.lines
        for xs in [[values[i] for i in operands]]
        for x, (push, pull) in zip(xs, program.table[name].rules, strict=True)
        for t in units(x)
        for g in units(np.ones(np.shape(program.table[name].function(*xs))))
    )


def hypotheses(program, order, r=-1):
    place = {v: i for i, v in enumerate(order)}
    return {
        "order": all(place[tail] < place[head] for tail, head in program.edges()),
        "derivatives": _add_up(program),
        "transposes": _are_transposes(program),
    }


NEAR_MISSES = {
    "along the list forwards": {"along": list},
    "a share replaces another": {"put": lambda old, share: share},
    "the adjoint begins at 2": {"start": 2.0},
    "pushing back, for pulling": {"rule": 0},
    "the transposed gradient": {"read": lambda adjoint: adjoint[::-1]},
    "a thousandth more": {"read": lambda adjoint: 1.001 * adjoint},
    "of the last vertex, for r": {"of": lambda r: -1},
    "all adjoints begin at 1": {"others": 1.0},
    "the last input alone": {"heard": lambda found: [0 * x for x in found[:-1]] + found[-1:]},
}


def adjoints(program, order, r, along, put, start, rule, others):
    values, n = program.values(), len(program.inputs)
    found = [others * np.ones(np.shape(value)) for value in values]
    found[r] = start * np.ones(np.shape(values[r]))
    for v in along(order):
        if v < n:
            continue
        name, *operands = program.lines[v - n]
        xs = [values[i] for i in operands]
        for u, rules in zip(operands, program.table[name].rules, strict=True):
            found[u] = put(found[u], rules[rule](found[v], *xs))
    return found[:n]


def conclusion(
    program,
    order,
    r=-1,
    *,
    along=reversed,
    put=add,
    start=1.0,
    rule=1,
    read=lambda adjoint: adjoint,
    of=lambda r: r,
    others=0.0,
    heard=list,
):
    """The entries of the inputs' adjoints are the partial derivatives of r, by default the last."""
    found = heard(adjoints(program, order, of(r), along, put, start, rule, others))

    def partial(k, x):
        def of_one(x):
            return program.values([*program.inputs[:k], x, *program.inputs[k + 1 :]])[r].sum()

        return np.reshape([slope(of_one, x, t)[0] for t in units(x)], x.shape)

    return all(
        np.allclose(read(found[k]), partial(k, x), rtol=1e-5, atol=1e-5)
        for k, x in enumerate(program.inputs)
    )


@st.composite
def programs(draw):
    """Draw a program whose values stay small and whose last line is a sum."""
    number = st.floats(-1, 1)
    vector = st.lists(number, min_size=2, max_size=2)
    inputs = draw(st.lists(vector, min_size=1, max_size=2))
    lines = []
    for k in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(["add", "multiply", "sin", "turn"]))
        i = st.integers(0, len(inputs) + k - 1)
        lines.append((name, *draw(st.tuples(*[i] * (1 if name in ("sin", "turn") else 2)))))
    return Program(inputs, [*lines, ("sum", len(inputs) + len(lines) - 1)])


@given(programs())
def test_holds(program):
    order = list(range(len(program.values())))
    if max(np.abs(value).max() for value in program.values()) > 20:
        return
    assert not broken(hypotheses(program, order))
    assert conclusion(program, order)


# c = sum of a∘b, b = sin(a), a = Mx, and the product of x with itself beside it
LINES = [("turn", 0), ("sin", 1), ("multiply", 1, 2), ("sum", 3)]


def test_near_misses():
    beside = Program([[0.5, -0.25]], [("sum", 0), ("sin", 0), ("turn", 2)])
    instances = [
        (Program([[0.5, -0.25]], LINES), [0, 1, 2, 3, 4]),
        (beside, [0, 2, 1, 3], 1),  # r in the middle
    ]
    # Of two inputs the second is not used; and an operation has kinks as near as one likes.
    table = OPERATIONS | {"jagged": elementwise(lambda a: a + jagged(a), lambda a: 1)}
    unused = [[0.5, -0.25], [1.0, 2.0]]
    instances += [
        (Program(unused, [("sin", 0), ("sum", 2)]), [0, 1, 2, 3]),
        (Program([[0.0, 0.0]], [("jagged", 0), ("sum", 1)], table), [0, 1, 2]),
    ]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)
    # Each of them tells; and that of an unused input is asked for, which is 0.
    assert not any(conclusion(*one, start=2.0) for one in instances)
    assert not conclusion(*instances[2], heard=lambda found: [found[0], found[1] + 1])


def test_arrays_of_any_shape_in_any_order():
    matrix, number = [[0.5, -0.25, 1.0], [2.0, -1.0, 0.25]], 0.5
    for instance in (
        (Program([matrix], LINES), [0, 1, 2, 3, 4]),
        (Program([matrix, matrix], [("abs", 1), ("multiply", 0, 2), ("sum", 3)]), [1, 2, 0, 3, 4]),
        (Program([number, -2.0], [("sin", 0), ("multiply", 1, 2)]), [1, 0, 2, 3]),
    ):
        assert not broken(hypotheses(*instance))
        assert conclusion(*instance)
        assert not conclusion(*instance, start=1.001)


def test_without_order():
    instance = Program([[0.5, -0.25]], LINES), [0, 2, 1, 3, 4]
    assert broken(hypotheses(*instance)) == ["order"]
    assert not conclusion(*instance)


def test_without_derivatives():
    wrong = Program([[0.5, -0.25]], [("sin", 0), ("sum", 1)], WRONG)
    kink = Program([[0.0, 1.0]], [("multiply", 0, 0), ("root", 1), ("sum", 2)], WRONG)
    # Partial derivatives are not enough.
    pinched = Program([0.0], [("pinch", 0, 0)], WRONG)
    for program in wrong, kink, pinched:
        instance = program, list(range(len(program.values())))
        assert broken(hypotheses(*instance)) == ["derivatives"]
        assert not conclusion(*instance)


def test_without_transposes():
    one, two = [[0.5, -0.25]], [[0.5, -0.25], [1.0, 2.0]]
    for program in (
        Program(one, [("turn", 0), ("sum", 1)], WRONG),
        Program(one, [("half", 0), ("sum", 1)], WRONG),
        Program(two, [("turn", 1), ("add", 0, 2), ("sum", 3)], WRONG),  # right of the first input
    ):
        instance = program, list(range(len(program.values())))
        assert broken(hypotheses(*instance)) == ["transposes"]
        assert not conclusion(*instance)
