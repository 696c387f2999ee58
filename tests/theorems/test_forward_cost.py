"""prp-forward-cost: values, and tangents in k directions, by at most (1 + 3k)N operations."""

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed


def of_product(do, a, b, da, db):
    return do("add", do("multiply", a, db), do("multiply", da, b))


NEAR_MISSES = {
    "the bound, times .99": {"times": 0.99},
    "3kN, for (1 + 3k)N": {"once": 0},
    "(1 + 2k)N": {"each": 2},
    "the bound for one direction": {"many": lambda k: 1},
    "a product whose second factor rests": {
        "product": lambda do, a, b, da, db: do("multiply", da, b)
    },
    "a product of tangents": {"product": lambda do, a, b, da, db: do("multiply", da, db)},
    "a product, a thousandth more": {
        "product": lambda do, a, b, da, db: 1.001 * of_product(do, a, b, da, db)
    },
}

ARITHMETIC = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
}
#: A function, and its slope by the operations that it takes.
FUNCTIONS = {
    "tanh": (math.tanh, lambda do, u, c: do("subtract", 1.0, do("multiply", c, c))),
    "exp": (math.exp, lambda do, u, c: c),
    "power": (  # u to the u
        lambda u: u**u,
        lambda do, u, c: do("multiply", c, do("add", 1.0, do("log", u))),
    ),
}
ONE_OPERAND = {name: function for name, (function, _) in FUNCTIONS.items()} | {"log": math.log}


class Counter:
    def __init__(self):
        self.done = 0

    def __call__(self, name, *operands):
        self.done += 1
        if name == "product":
            return math.prod(operands)
        return (ARITHMETIC | ONE_OPERAND)[name](*operands)


def hypotheses(lines, inputs, directions):
    def short(name):
        do = Counter()
        FUNCTIONS[name][1](do, 1.5, FUNCTIONS[name][0](1.5))
        return do.done <= 2

    names = [name for name, *_ in lines]
    return {
        "operands": all(name in ARITHMETIC or name in FUNCTIONS for name in names),
        "slopes": all(short(name) for name in names if name in FUNCTIONS),
    }


def tangent(do, name, c, a, da, slope, product):
    """Return the tangent of an operation in one direction, as the proof finds it."""
    if name in ("add", "subtract"):
        return do(name, *da)
    if name == "multiply":
        return product(do, *a, *da)
    if name == "divide":
        return do("divide", do("subtract", da[0], do("multiply", c, da[1])), a[1])
    if name == "product":  # each factor moves once
        terms = [do("product", *a[:i], d, *a[i + 1 :]) for i, d in enumerate(da)]
        found = terms[0]
        for term in terms[1:]:
            found = do("add", found, term)
        return found
    return do("multiply", slope, da[0])


def conclusion(
    lines, inputs, directions, *, times=1.0, once=1, each=3, many=lambda k: k, product=of_product
):
    """At most (1 + 3k)N operations find all values and tangents."""
    do, values = Counter(), list(inputs)
    tangents = [list(one) for one in directions]
    for name, *operands in lines:
        a = [values[i] for i in operands]
        c = do(name, *a)
        slope = FUNCTIONS[name][1](do, a[0], c) if name in FUNCTIONS else None
        for one in tangents:
            one.append(tangent(do, name, c, a, [one[i] for i in operands], slope, product))
        values.append(c)
    few = bool(do.done <= times * (once + each * many(len(directions))) * len(lines) + 1e-9)
    return few and all(
        right(lines[: k + 1], inputs, way, one[len(inputs) + k])
        for way, one in zip(directions, tangents, strict=True)
        for k in range(len(lines))
    )


def right(lines, inputs, way, found):
    """Return whether a tangent is the slope of the last value along a direction."""

    def last(t):
        values = [x + t * d for x, d in zip(inputs, way, strict=True)]
        for name, *operands in lines:
            values.append(Counter()(name, *[values[i] for i in operands]))
        return values[-1]

    h = 1e-3
    whole, half = ((last(s) - last(-s)) / (2 * s) for s in (h, h / 2))
    return bool(abs((4 * half - whole) / 3 - found) <= 1e-5 * (1 + abs(found)))


@st.composite
def lists(draw):
    """Draw operations whose values stay between ½ and a few."""
    inputs = draw(st.lists(st.floats(0.5, 2), min_size=1, max_size=3))
    k = draw(st.integers(1, 3))
    directions = [[draw(st.floats(-1, 1)) for _ in inputs] for _ in range(k)]
    lines = []
    for n in range(draw(st.integers(1, 5))):
        name = draw(st.sampled_from(["add", "subtract", "multiply", "divide", "tanh"]))
        i = st.integers(0, len(inputs) + n - 1)
        if name == "divide":  # by an input, which is not small
            lines.append((name, draw(i), draw(st.integers(0, len(inputs) - 1))))
        else:
            lines.append((name, *draw(st.tuples(*[i] * (1 if name == "tanh" else 2)))))
    return lines, inputs, directions


@given(lists())
def test_holds(instance):
    lines, inputs, directions = instance
    assert not broken(hypotheses(lines, inputs, directions))
    assert conclusion(lines, inputs, directions)


def products(n, k):
    """Return a list of products, which takes the most."""
    lines = [("multiply", i, i + 1) for i in range(n)]
    return lines, [1.1, 0.9], [[1.0, 0.5 * j] for j in range(1, k + 1)]


def test_near_misses():
    near = [products(4, 3), products(1, 1), ([("tanh", 0)], [0.5], [[1.0]])]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # Of one of these directions all products are right.
    products_alone = {words: moved for words, moved in NEAR_MISSES.items() if "product" in moved}
    for directions in ([[0.0, 0.0], [1.0, 0.5]], [[1.0, 0.5], [0.0, 0.0]]):
        still = ([("multiply", 0, 1)], [1.1, 0.9], directions)
        assert not missed(products_alone, [still], conclusion, hypotheses)
    # The tangent of a result is asked for that no later operation uses.
    beside = ([("multiply", 0, 1), ("add", 0, 1)], [1.1, 0.9], [[1.0, 0.5]])
    assert not missed(products_alone, [beside], conclusion, hypotheses)


def test_tight():
    for n, k in itertools.product((1, 2, 3, 5, 8), (1, 2, 3, 6)):
        assert conclusion(*products(n, k))
        assert not conclusion(*products(n, k), times=0.99)


def test_without_operands():
    alone = [("product", 0, 1, 2)]
    amid = [("add", 0, 1), ("product", 0, 1, 2, 0, 1), ("add", 3, 4)]
    for lines in alone, amid:
        instance = (lines, [1.5, 2.0, 0.5], [[1.0, -1.0, 2.0]])
        assert broken(hypotheses(*instance)) == ["operands"]
        assert not conclusion(*instance)


def test_without_slopes():
    for lines in [("power", 0)], [("tanh", 0), ("power", 1), ("tanh", 2)]:
        instance = (lines, [1.5], [[1.0]])
        assert broken(hypotheses(*instance)) == ["slopes"]
        assert not conclusion(*instance)
