"""thm-path-sum-derivative: path sums are partial derivatives, judged by quotients."""

import math

from hypothesis import assume, given
from kink_instances import jagged
from near import broken, missed
from smooth_instances import only_partials, partials_at_zero
from sweeps import (
    OPERATIONS,
    Loop,
    Program,
    approximates,
    has_order,
    path_sum,
    programs,
    relu_with,
    twice_relu_with,
)

NEAR_MISSES = {
    "the largest weight, for their sum": {"gather": lambda weights: max(weights, default=0)},
    "the path that comes last": {"gather": lambda weights: weights[-1] if weights else 0},
    "the sum along a path, for the product": {"weigh": sum},
    "no walk of length 0": {"weigh": lambda walk: math.prod(walk) if walk else 0},
    "the last edge alone": {"weigh": lambda walk: walk[-1] if walk else 1},
    "parallel edges count once": {"read": dict.fromkeys},
    "two evaluations, for one": {"evaluations": 2},
}


def hypotheses(program):
    return {"order": has_order(program.edges()), "differentiable": program.is_differentiable()}


def conclusion(program, *, evaluations=1, read=list, weigh=math.prod, gather=sum):
    """Near the inputs there is one evaluation, and every vertex has its path sums for slopes."""
    edges, inputs = program.edges(), range(len(program.inputs))
    how = {"read": read, "weigh": weigh, "gather": gather}
    return all(
        len(program.evaluations([x + h for x in program.inputs])) == evaluations
        for h in (-1e-6, 0, 1e-6)
    ) and all(
        approximates(
            lambda *x, r=r: program.values(x)[r],
            [path_sum(edges, u, r, **how) for u in inputs],
            program.inputs,
        )
        for r in range(len(program.values()))
    )


@given(programs(most=5))
def test_holds(program):
    assume(max(map(abs, program.values())) < 50)
    assert not broken(hypotheses(program))
    assert conclusion(program)


def test_near_misses():
    small = Program([3.0], [("multiply", 0, 0), ("sin", 1), ("multiply", 1, 2)])
    doubled = Program([0.5], [("add", 0, 0), ("tanh", 1)])
    # An operation may have a kink, as long as it is elsewhere.
    bent = Program([0.5], relu_with(0.0).lines, relu_with(0.0).operations)
    # Or as near as one likes.
    smooth = OPERATIONS | {"jagged": (lambda a: a + float(jagged(a)), lambda a: [1.0])}
    near = [(small,), (doubled,), (bent,), (Program([0.0], [("jagged", 0)], smooth),)]
    near += [(Program([0.5, 2.0], [("multiply", 0, 1)]),), (Program([1.0], []),)]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)
    # Each of them tells.
    assert not any(conclusion(*one, weigh=lambda walk: 1.01 * math.prod(walk)) for one in near)


def test_every_result_is_asked_for():
    # Without the first edge the last vertex has its path sum still.
    program = Program([1.0], [("sin", 0), ("sin", 0)])
    assert conclusion(program)
    assert not conclusion(program, read=lambda edges: edges[1:])


def test_without_order():
    program = Loop([3.0])
    assert broken(hypotheses(program)) == ["order"]
    assert not conclusion(program)


def test_without_differentiable():
    for slope in (0.0, 1.0):
        program = relu_with(slope)
        assert broken(hypotheses(program)) == ["differentiable"]
        assert not conclusion(program)
    # The one number that is right above is wrong here.
    assert approximates(lambda x: relu_with(0.5).values([x])[-1], [1.0], [0.0])
    # An operation with partial derivatives has those of the sum, and is not differentiable.
    pinch = (lambda a, b: only_partials((a, b)), lambda a, b: partials_at_zero)
    pinched = Program([0.0, 0.0], [("pinch", 0, 1)], OPERATIONS | {"pinch": pinch})
    for program in twice_relu_with(0.5), pinched:
        assert broken(hypotheses(program)) == ["differentiable"]
        assert not conclusion(program)


def test_one_evaluation_on_both_sides_is_asked_for():
    class Border(Program):
        """The operation is defined on one side alone."""

        def evaluations(self, inputs):
            return [] if inputs[0] < 0 else super().evaluations(inputs)

    assert conclusion(Program([0.0], [("sin", 0)]))
    assert not conclusion(Border([0.0], [("sin", 0)]))
