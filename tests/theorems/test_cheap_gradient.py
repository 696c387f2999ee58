"""thm-cheap-gradient: one list of at most 5N operations gives all values and adjoints."""

from fractions import Fraction
from itertools import combinations_with_replacement
from math import inf, isfinite, prod

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed
from sweeps import path_sum

#: An operation of two operands, and its partial derivatives.
ARITHMETIC = {
    "add": (np.add, lambda a, b: [1, 1]),
    "subtract": (np.subtract, lambda a, b: [1, -1]),
    "multiply": (np.multiply, lambda a, b: [b, a]),
    "divide": (np.divide, lambda a, b: [1 / b, -a / b**2]),
}

#: A function of one operand, its derivative, and a formula for that from u and c = φ(u).
FUNCTIONS = {
    "tanh": (
        np.tanh,
        lambda u: 1 / np.cosh(u) ** 2,
        lambda do, u, c: do("subtract", 1, do("multiply", c, c)),
    ),
    "exp": (np.exp, np.exp, lambda do, u, c: c),
    "sin": (np.sin, np.cos, lambda do, u, c: do("cos", u)),
    "cos": (np.cos, lambda u: -np.sin(u), lambda do, u, c: do("multiply", -1, do("sin", u))),
    "relu": (  # which has no derivative at 0
        lambda u: np.maximum(u, 0.0),
        lambda u: float(u > 0) if u else np.nan,
        lambda do, u, c: do("divide", c, u),
    ),
}

PLACES = [Fraction(x) for x in ("-2", "-1", "-1/2", "0", "1", "3")]
INPUTS = [
    [1.0, 2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0],
    [-0.5, 0.25, 1.5, 3.0, 4.0, 6.0, 7.0, 8.0, 9.0],
    [0.0, 1.0, -1.0, 2.0, 0.5, 3.0, 4.0, 5.0, 6.0],
]


class Machine:
    """Performs operations on numbers, and keeps the list of what it performed on which.

    A number is a pair of its value and its name: an input, a constant, or a place in the list.
    """

    def __init__(self, functions):
        known = {name: one[0] for name, one in (ARITHMETIC | functions).items()}
        self.known, self.list = known, []

    def do(self, name, *operands):
        operands = [o if isinstance(o, tuple) else (o, f"constant {o}") for o in operands]
        values, names = zip(*operands, strict=True)
        self.list.append((name, *names))
        with np.errstate(all="ignore"):
            return float(self.known[name](*values)), len(self.list)


def rules(do, name, g, c, operands):
    """Yield how each operand gets its share, as the proof says it."""
    if name in ("add", "subtract"):
        return [("add", g), (name, g)]
    a, b = operands
    if name == "multiply":
        return [("add", do("multiply", g, b)), ("add", do("multiply", g, a))]
    t = do("divide", g, b)
    return [("add", t), ("subtract", do("multiply", t, c))]


def unmultiplied(do, name, g, c, operands):
    return [("add", g), ("add", g)] if name == "multiply" else rules(do, name, g, c, operands)


def without_sign(do, name, g, c, operands):
    return [("add", share) for _, share in rules(do, name, g, c, operands)]


def branching(do, name, g, c, operands):
    if name == "multiply" and operands[1][0] == 0:  # then the first share is 0
        return [("add", (0.0, "constant 0")), ("add", do("multiply", g, operands[0]))]
    return rules(do, name, g, c, operands)


NEAR_MISSES = {
    "4N for 5N": {"most": lambda n, N: 4 * N},
    "5n for 5N": {"most": lambda n, N: 5 * n},
    "5N, times .99": {"times": 0.99},
    "a product passes its adjoint on unmultiplied": {"shares": unmultiplied},
    "a quotient adds its second share": {"shares": without_sign},
    "a branch where a factor is 0": {"shares": branching},
    "a share replaces another": {"put": lambda do, kind, old, share: share},
    "the slope at the adjoint": {"at": lambda u, g: g},
    "the slope very near": {"at": lambda u, g: (u[0] * (1 + 2e-8), u[1])},
    "operands in the wrong order": {"read": lambda operands: operands[::-1]},
    "from the last vertex, for r": {"begin": lambda r, last: last},
    "values, a millionth more": {"told": lambda value: value * (1 + 1e-6)},
    "the adjoints of the inputs alone": {"kept": lambda n: range(n)},
    "the adjoint of the first input alone": {"kept": lambda n: range(1)},
    "the adjoints of the operations alone": {"kept": lambda n: range(n, n + 99)},
}


def hypotheses(n, lines, functions, r=-1):
    return {
        "operands": all(
            len(operands) == (2 if name in ARITHMETIC else 1) for name, *operands in lines
        ),
        "slopes": all(map(_has_formula, functions, [functions] * len(functions))),
    }


def _has_formula(name, functions):
    function, derivative, formula = functions[name]
    for u in map(float, PLACES):
        if formula is None:
            return False
        machine = Machine(functions)
        try:
            found = formula(machine.do, (u, "u"), (function(u), "c"))
        except KeyError:  # an operation that is not of the list
            return False
        if len(machine.list) > 2 or abs(found[0] - derivative(u)) > 1e-9:  # where there is one
            return False
    return True


def exact(n, lines, functions, inputs):
    """Return the values, and the edges with their local derivatives."""
    values, edges = list(map(np.float64, inputs[:n])), []
    with np.errstate(all="ignore"):
        for k, (name, *operands) in enumerate(lines):
            given = [values[i] for i in operands]
            if name == "product":
                others = [given[:i] + given[i + 1 :] for i in range(len(given))]
                value, slopes = prod(given), list(map(prod, others))
            else:
                function, derivative = (ARITHMETIC | functions)[name][:2]
                value = function(*given)
                slopes = derivative(*given) if len(operands) == 2 else [derivative(*given)]
            values.append(value)
            edges += [(i, n + k, float(s)) for i, s in zip(operands, slopes, strict=True)]
    return values, edges


def performed(n, lines, functions, inputs, r, *, shares, put, at, read):
    """Return the list of the proof, and the values and adjoints that it computes."""
    machine = Machine(functions)
    numbers = [(x, f"input {k}") for k, x in enumerate(inputs[:n])]
    for name, *operands in lines:
        numbers.append(machine.do(name, *[numbers[i] for i in read(operands)]))
    adjoints = [(0.0, "constant 0")] * len(numbers)
    adjoints[r] = (1.0, "constant 1")
    for k in reversed(range(len(lines))):
        (name, *operands), g, c = lines[k], adjoints[n + k], numbers[n + k]
        given = [numbers[i] for i in operands]
        if name in functions:
            slope = functions[name][2](machine.do, at(given[0], g), c)
            found = [("add", machine.do("multiply", g, slope))]
        else:
            found = shares(machine.do, name, g, c, given)
        for i, (kind, share) in zip(operands, found, strict=True):
            adjoints[i] = put(machine.do, kind, adjoints[i], share)
    return tuple(machine.list), [x for x, _ in numbers], [x for x, _ in adjoints]


def fewest(n, lines, functions):
    """Return a number of operations that every list needs which gives values and adjoints."""
    if any(_kink(lines, functions, v) for v in range(n)):
        return inf  # what the list is made of is differentiable wherever it is defined
    results, known = [], []
    for inputs in INPUTS:
        values, edges = exact(n, lines, functions, inputs)
        results.append([*values[n:], *(path_sum(edges, v, len(values) - 1) for v in range(n))])
        known.append([0, 1, *inputs[:n]])
    return len(set(zip(*results, strict=True)) - set(zip(*known, strict=True)))


def _kink(lines, functions, v, h=1e-6):
    """Whether the adjoint of the one input has different slopes on the two sides of 0."""

    def adjoint(u):
        values, edges = exact(1, lines, functions, [u])
        return path_sum(edges, v, len(values) - 1)

    if v or len(lines) > 1 or len(lines[0]) > 2:
        return False
    return abs((adjoint(h) - adjoint(0.0)) / h - (adjoint(0.0) - adjoint(-h)) / h) > 1e-3


def conclusion(
    n,
    lines,
    functions,
    r=-1,
    *,
    most=lambda n, N: 5 * N,
    times=1.0,
    shares=rules,
    put=lambda do, kind, old, share: do(kind, old, share),
    at=lambda u, g: u,
    read=list,
    begin=lambda r, last: r,
    told=lambda value: value,
    kept=lambda n: range(n + 99),
):
    """One list of at most 5N operations is right for all inputs with an evaluation."""
    bound = times * most(n, len(lines))
    if broken(hypotheses(n, lines, functions)):
        return fewest(n, lines, functions) <= bound
    lists, right = set(), []
    for inputs in INPUTS:
        values, edges = exact(n, lines, functions, inputs)
        if not all(map(isfinite, [*values, *(slope for *_, slope in edges)])):
            continue
        done, found, adjoints = performed(
            *(n, lines, functions, inputs, begin(r, -1)), shares=shares, put=put, at=at, read=read
        )
        lists.add(done)
        right.append(np.allclose([told(x) for x in found], values, rtol=1e-12, atol=0))
        coarse = [(tail, head, abs(slope) + 1) for tail, head, slope in edges]
        end = range(len(values))[r]
        right += [
            abs((v in kept(n)) * adjoints[v] - path_sum(edges, v, end))
            <= 1e-9 * (1 + path_sum(coarse, v, end))
            for v in range(len(values))
        ]
    return len(lists) <= 1 and max(map(len, lists), default=0) <= bound and all(right)


@st.composite
def counted_programs(draw):
    n, lines = draw(st.integers(1, 3)), []
    for k in range(draw(st.integers(1, 7))):
        name = draw(st.sampled_from(sorted(ARITHMETIC | FUNCTIONS)))
        i = st.integers(0, n + k - 1)
        lines.append((name, *draw(st.tuples(*[i] * (2 if name in ARITHMETIC else 1)))))
    return n, lines, draw(st.integers(0, n + len(lines) - 1))


@given(counted_programs())
def test_holds(program):
    n, lines, r = program
    assert not broken(hypotheses(n, lines, FUNCTIONS, r))
    assert conclusion(n, lines, FUNCTIONS, r)


PRODUCT = (2, [("multiply", 0, 1)], FUNCTIONS)
CHAIN = (1, [("tanh", k) for k in range(50)], FUNCTIONS)


def test_near_misses():
    instances = [
        PRODUCT,
        CHAIN,
        (2, [("divide", 0, 1)], FUNCTIONS),
        (2, [("divide", 1, 0)], FUNCTIONS),  # which has no value at one of the inputs
        (3, [("multiply", 1, 0)], FUNCTIONS),  # one of the inputs is 0
        (1, [("sin", 0), ("multiply", 1, 1)], FUNCTIONS),
        (1, [("multiply", 0, 0), ("sin", 1), ("exp", 1)], FUNCTIONS, 2),  # r in the middle
        (1, [("relu", 0)], FUNCTIONS),
        (2, [], FUNCTIONS),
    ]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)
    # Each of them tells, without operations too.
    assert not any(conclusion(*one, kept=lambda n: ()) for one in instances)


def test_tight():
    for n, lines, functions in (PRODUCT, CHAIN):
        assert conclusion(n, lines, functions)
        assert not conclusion(n, lines, functions, times=0.99)


def test_without_operands():
    # a product of many numbers: each adjoint takes an operation of its own
    five, nine = (("product", *range(n)) for n in (5, 9))
    for n, lines in (5, [five]), (9, [nine, ("add", 8, 9)]):
        assert broken(hypotheses(n, lines, FUNCTIONS)) == ["operands"]
        assert not conclusion(n, lines, FUNCTIONS)


def test_without_slopes():
    bend = {"bend": (lambda u: u * abs(u), lambda u: 2 * abs(u), None)}
    for functions in bend, bend | FUNCTIONS:
        instance = (1, [("bend", 0)], functions)
        assert broken(hypotheses(*instance)) == ["slopes"]
        assert not conclusion(*instance)


def test_three_operations_are_too_many():
    def formula(do, u, c):
        return do("multiply", 4, do("multiply", u, do("multiply", u, u)))

    fourth = {"fourth power": (lambda u: u**4, lambda u: 4 * u**3, formula)}
    assert broken(hypotheses(1, [("fourth power", 0)], fourth)) == ["slopes"]


def test_the_slopes_are_made_of_what_is_listed():
    alone = {"sin": FUNCTIONS["sin"]}  # without the cosine
    assert broken(hypotheses(1, [("sin", 0)], alone)) == ["slopes"]


def bend_all(values):
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
    yield from map(bend_all, known)


def test_no_formula_of_two_operations_finds_the_slope_of_the_bend():
    start = frozenset({tuple(PLACES), bend_all(PLACES), (Fraction(1),) * 6, (Fraction(2),) * 6})
    once = {start | {new} for new in one_more(start)}
    found = {new for known in once for new in one_more(known)} | set().union(*once)
    assert tuple(u * u + u for u in PLACES) in found
    assert tuple(2 * abs(u) for u in PLACES) not in found
