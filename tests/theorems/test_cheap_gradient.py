"""thm-cheap-gradient: evaluation and sweep cost at most 5N, counted by numbers that count."""

# Not yet told from its near misses.

from fractions import Fraction
from itertools import combinations_with_replacement
from math import prod

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
    sin, cos = _do(np.sin), _do(np.cos)


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
    elif name == "sin":
        slope = operands[0].cos()
    else:
        slope = Counted(-1).multiply(operands[0].sin())
    return adjoints[0].add(g.multiply(slope)), None


ARITY = dict.fromkeys(["add", "subtract", "multiply", "divide"], 2)
ARITY |= dict.fromkeys(["tanh", "exp", "sin", "cos"], 1)


def counted(n, lines):
    """Return the operations that the proof does, forward and backward."""
    Counted.done = 0
    values = [Counted(1.0 + k) for k in range(n)]
    for name, *operands in lines:
        given = [values[i] for i in operands]
        values.append(getattr(given[0], name)(*given[1:]))
    adjoints = [Counted(0.0) for _ in values]
    adjoints[-1] = Counted(1.0)
    for k in reversed(range(len(lines))):
        (name, *operands), g = lines[k], adjoints[n + k]
        given = [values[i] for i in operands]
        first, then = hand_on(name, g, values[n + k], given, [adjoints[operands[0]]])
        adjoints[operands[0]] = first
        if then:
            adjoints[operands[1]] = then(adjoints[operands[1]])
    return Counted.done


def conclusion(operations, n_operations):
    """The operations, forward and backward, are at most 5N."""
    return operations <= 5 * n_operations


@st.composite
def counted_programs(draw):
    n, lines = draw(st.integers(1, 3)), []
    for k in range(draw(st.integers(1, 12))):
        name = draw(st.sampled_from(sorted(ARITY)))
        i = st.integers(0, n + k - 1)
        lines.append((name, *draw(st.tuples(*[i] * ARITY[name]))))
    return n, lines


@given(counted_programs())
def test_holds(program):
    assert conclusion(counted(*program), len(program[1]))


def test_the_proof_does_as_many_on_a_chain_of_tanh():
    assert counted(1, [("tanh", k) for k in range(50)]) == 5 * 50


def test_without_operands():
    # one product of five numbers: each adjoint that is not yet there takes an operation of its own
    factors = [2, 3, 4, 5, 6]
    value = prod(factors)
    adjoints = {value // x for x in factors} - {*factors, value}
    assert not conclusion(1 + len(adjoints), 1)


PLACES = [Fraction(x) for x in ("-2", "-1", "-1/2", "0", "1", "3")]


def bend(values):
    return tuple(u * abs(u) for u in values)


def one_more(known):
    """Yield what one operation on known numbers gives, at all places."""
    for a, b in combinations_with_replacement(sorted(known), 2):
        pairs = list(zip(a, b, strict=True))
        yield tuple(u + v for u, v in pairs)
        yield tuple(u * v for u, v in pairs)
        yield from (tuple(u - v for u, v in pairs), tuple(v - u for u, v in pairs))
        if all(b):
            yield tuple(u / v for u, v in pairs)
        if all(a):
            yield tuple(v / u for u, v in pairs)
    yield from map(bend, known)


def test_without_slopes():
    # u·|u| has the derivative 2|u|, which no formula of two operations finds
    start = frozenset({tuple(PLACES), bend(PLACES), (Fraction(1),) * 6, (Fraction(2),) * 6})
    once = {start | {new} for new in one_more(start)}
    found = {new for known in once for new in one_more(known)} | set().union(*once)
    assert tuple(u * u + u for u in PLACES) in found
    assert tuple(2 * abs(u) for u in PLACES) not in found
    # at least three for the slope, one to multiply, one to add, one for the evaluation
    assert not conclusion(1 + 3 + 2, 1)
