"""thm-cheap-gradient: evaluation and sweep cost at most 5N, counted by numbers that count."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st


class Counted:
    """A number that counts what is done with it."""

    done = 0

    def __init__(self, value):
        self.value = value

    @staticmethod
    def _do(function):
        def operation(*numbers):
            Counted.done += 1
            with np.errstate(all="ignore"):
                return Counted(function(*[np.float64(one.value) for one in numbers]))

        return operation

    add, subtract, multiply = _do(np.add), _do(np.subtract), _do(np.multiply)
    divide, tanh, exp = _do(np.divide), _do(np.tanh), _do(np.exp)


def hand_on(name, g, c, operands, adjoints):
    """Add the shares, as the proof does it."""
    if name in ("add", "subtract"):
        adjoints[0] = adjoints[0].add(g)
        put = Counted.add if name == "add" else Counted.subtract
        return adjoints[0], lambda old: put(old, g)
    if name == "multiply":
        a, b = operands
        return adjoints[0].add(g.multiply(b)), lambda old: old.add(g.multiply(a))
    if name == "divide":
        t = g.divide(operands[1])
        return adjoints[0].add(t), lambda old: old.subtract(t.multiply(c))
    if name == "tanh":
        slope = Counted(1).subtract(c.multiply(c))
    elif name == "exp":
        slope = c
    else:  # a slope that is found by a polynomial of degree 50
        slope = operands[0]
        for _ in range(50):
            slope = slope.multiply(operands[0]).add(operands[0])
    return adjoints[0].add(g.multiply(slope)), None


ARITY = {"add": 2, "subtract": 2, "multiply": 2, "divide": 2, "tanh": 1, "exp": 1, "long": 1}


def conclusion(n, lines):
    """The counted operations, forward and backward, are at most 5N."""
    Counted.done = 0
    values = [Counted(1.0 + k) for k in range(n)]
    for name, *operands in lines:
        given = [values[i] for i in operands]
        if name == "sum":  # of many operands, counted as one
            Counted.done += 1
            values.append(Counted(sum(one.value for one in given)))
        elif name == "long":
            values.append(given[0].exp())
        else:
            values.append(getattr(given[0], name)(*given[1:]))
    adjoints = [Counted(0.0) for _ in values]
    adjoints[-1] = Counted(1.0)
    for k in reversed(range(len(lines))):
        (name, *operands), g = lines[k], adjoints[n + k]
        if name == "sum":
            for i in operands:
                adjoints[i] = adjoints[i].add(g)
            continue
        given = [values[i] for i in operands]
        first, then = hand_on(name, g, values[n + k], given, [adjoints[operands[0]]])
        adjoints[operands[0]] = first
        if then:
            adjoints[operands[1]] = then(adjoints[operands[1]])
    return Counted.done <= 5 * len(lines)


@st.composite
def counted_programs(draw):
    n, lines = draw(st.integers(1, 3)), []
    for k in range(draw(st.integers(1, 12))):
        name = draw(st.sampled_from(sorted(set(ARITY) - {"long"})))
        i = st.integers(0, n + k - 1)
        lines.append((name, *draw(st.tuples(*[i] * ARITY[name]))))
    return n, lines


@given(counted_programs())
def test_holds(program):
    assert conclusion(*program)


def test_a_chain_of_tanh_attains_the_bound():
    assert conclusion(1, [("tanh", k) for k in range(50)])
    assert Counted.done == 5 * 50


def test_without_operands():
    assert not conclusion(9, [("sum", *range(9))])


def test_without_slopes():
    assert not conclusion(1, [("long", 0)])
