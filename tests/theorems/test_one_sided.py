"""prp-one-sided: with directional rules, forward mode yields derivatives from the right."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

NEAR_MISSES = {
    "the slope 0 at every kink": {"relu": lambda a, b: b if a > 0 else 0.0},
    "the slope 1 at every kink": {"relu": lambda a, b: b if a >= 0 else 0.0},
    "the slope ½ at every kink": {"relu": lambda a, b: b * (np.sign(a) + 1) / 2},
    "the absolute value of the tangent": {"relu": lambda a, b: abs(b) if a >= 0 else 0.0},
    "the derivative from the left": {"side": -1},
    "the slope .999": {"relu": lambda a, b: 0.999 * RELU(a, b)},
}

#: An operation, and its derivative at a in the direction b.
RULES = {
    "relu": (lambda u: max(u, 0.0), lambda a, b: b if a > 0 or (a == 0 and b > 0) else 0.0),
    "negative": (lambda u: -u, lambda a, b: -b),
    "add": (lambda u, v: u + v, lambda a, b: b[0] + b[1]),
    "multiply": (lambda u, v: u * v, lambda a, b: a[0] * b[1] + a[1] * b[0]),
    "maximum": (
        max,
        lambda a, b: max(b) if a[0] == a[1] else b[0] if a[0] > a[1] else b[1],
    ),
    # Both leave 0 along a parabola alone, the first at once, the second as u does.
    "jump": (lambda u, v: 1.0 if u > 0 and v == u * u else 0.0, lambda a, b: 0.0),
    "ridge": (lambda u, v: u if u > 0 and v == u * u else 0.0, lambda a, b: 0.0),
}


RELU = RULES["relu"][1]


def run(lines, inputs):
    values = list(inputs)
    for name, *operands in lines:
        values.append(RULES[name][0](*[values[i] for i in operands]))
    return values


def hypotheses(lines, inputs, direction):
    """Whether quotients are bounded near the values, tried at pairs of near points."""
    values = run(lines, inputs)
    lipschitz = True
    for name, *operands in lines:
        a = np.array([values[i] for i in operands])
        for h in (1e-3, 1e-6):
            shifts = (h, -h, h * h, 0.0)
            near = [a + np.array(s) for s in pairs(shifts, len(a))]
            for p in near:
                for q in near:
                    change = abs(RULES[name][0](*p) - RULES[name][0](*q))
                    lipschitz &= bool(change <= 100 * np.linalg.norm(p - q))
    return {"lipschitz": lipschitz}


def pairs(shifts, size):
    return [(s,) for s in shifts] if size == 1 else [(s, t) for s in shifts for t in shifts]


def conclusion(lines, inputs, direction, *, relu=RELU, side=1):
    """The tangent is the limit of (r(x + tẋ) - r(x))/t as t falls to 0."""
    values, tangents = list(inputs), list(direction)
    for name, *operands in lines:
        function, rule = RULES[name]
        rule = relu if name == "relu" else rule
        a, b = [values[i] for i in operands], [tangents[i] for i in operands]
        tangents.append(rule(a[0], b[0]) if len(a) == 1 else rule(a, b))
        values.append(function(*a))
    x, way = np.array(inputs, float), np.array(direction, float)
    quotients = [
        (run(lines, x + side * t * way)[-1] - values[-1]) / (side * t)
        for t in (2.0**-k for k in (20, 24))
    ]
    return np.allclose(quotients, tangents[-1], rtol=1e-4, atol=1e-4)


@st.composite
def kinked(draw):
    """Draw a program on integers, so that many of its operations are at their kinks."""
    inputs = draw(st.lists(st.integers(-1, 1).map(float), min_size=1, max_size=3))
    direction = [float(draw(st.integers(-2, 2))) for _ in inputs]
    lines = []
    for k in range(draw(st.integers(0, 6))):
        name = draw(st.sampled_from(["relu", "negative", "add", "multiply", "maximum"]))
        i = st.integers(0, len(inputs) + k - 1)
        lines.append((name, *draw(st.tuples(*[i] * (1 if name in ("relu", "negative") else 2)))))
    return lines, inputs, direction


@given(kinked())
def test_holds(instance):
    lines, inputs, direction = instance
    assert not broken(hypotheses(lines, inputs, direction))
    assert conclusion(lines, inputs, direction)


def test_near_misses():
    # relu(x) - relu(-x), which is x, and |x| = relu(x) + relu(-x), in both directions.
    identity = [("relu", 0), ("negative", 0), ("relu", 2), ("negative", 3), ("add", 1, 4)]
    modulus = [("relu", 0), ("negative", 0), ("relu", 2), ("add", 1, 3)]
    near = [(lines, [0.0], [way]) for lines in (identity, modulus) for way in (1.0, -1.0, 2.0)]
    # max(x, y) = relu(x - y) + y where x = y, times a third variable.
    larger = [("negative", 1), ("add", 0, 3), ("relu", 4), ("add", 5, 1), ("multiply", 6, 2)]
    near += [(larger, [1.0, 1.0, -2.0], [2.0, -1.0, 0.5])]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # Each of them tells, whatever the inputs and the direction.
    slope = {"relu": lambda a, b: 0.999 * RELU(a, b)}
    assert not any(conclusion(*one, **slope) for one in near)


def test_without_lipschitz():
    # The operands (t, t²) move in the direction (1, 0), along which nothing changes. Compared with
    # the value at 0 alone, the ridge is not steep.
    for name in ("jump", "ridge"):
        instance = ([("multiply", 0, 0), (name, 0, 1)], [0.0], [1.0])
        assert broken(hypotheses(*instance)) == ["lipschitz"]
        assert not conclusion(*instance)
