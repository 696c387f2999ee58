"""cor-reverse-mode: one backward sweep gives the derivatives with respect to all inputs."""

from operator import add, mul

from hypothesis import assume, given
from kink_instances import jagged
from near import broken, missed
from smooth_instances import only_partials, partials_at_zero
from sweeps import OPERATIONS, Program, approximates, is_order, programs, relu_with, sweep

NEAR_MISSES = {
    "along the list forwards": {"along": list},
    "a share replaces another": {"put": lambda old, share: share},
    "the adjoint passed on unmultiplied": {"share": lambda adjoint, slope: adjoint},
    "the local derivative alone": {"share": lambda adjoint, slope: slope},
    "the result starts at 2": {"start": (0, 2)},
    "all adjoints start at 1": {"start": (1, 1)},
    "the first input alone": {"read": lambda edges: [e for e in edges if e[0] != 1]},
}


def hypotheses(program, order):
    return {
        "order": is_order(program.edges(), order),
        "differentiable": program.is_differentiable(),
    }


def conclusion(program, order, *, along=reversed, put=add, share=mul, start=(0, 1), read=list):
    """The adjoints of the inputs are the partial derivatives, whichever vertex is the result."""
    edges, inputs = program.edges(), range(len(program.inputs))
    how = {"along": along, "put": put, "share": share, "start": start}
    return all(
        approximates(
            lambda *x, r=r: program.values(x)[r],
            [sweep(read(edges), order, r, **how)[u] for u in inputs],
            program.inputs,
        )
        for r in order
    )


@given(programs(most=6))
def test_holds(program):
    assume(max(map(abs, program.values())) < 50)
    order = list(range(len(program.values())))
    assert not broken(hypotheses(program, order))
    assert conclusion(program, order)


def small():
    """Return c = a · (a + x) with a = x · x, at 3."""
    return Program([3.0], [("multiply", 0, 0), ("add", 1, 0), ("multiply", 1, 2)])


def test_near_misses():
    # An operation may have a kink, as long as it is elsewhere.
    bent = Program([0.5], relu_with(0.0).lines, relu_with(0.0).operations)
    instances = [(small(), [0, 1, 2, 3]), (bent, [0, 2, 1, 3, 4])]
    # It may have kinks as near as one likes; there are two inputs; and the result is an input.
    smooth = OPERATIONS | {"jagged": (lambda a: a + float(jagged(a)), lambda a: [1.0])}
    instances += [
        (Program([0.0], [("jagged", 0)], smooth), [0, 1]),
        (Program([0.5, 2.0], [("multiply", 0, 1)]), [1, 0, 2]),
        (Program([1.0], []), [0]),
        (Program([1.0, 2.0], []), [1, 0]),
    ]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)
    # Each of them tells; of the last, that an input has adjoint 0 which is not used.
    assert not any(conclusion(*one, start=(0, 2)) for one in instances)
    assert not conclusion(*instances[-1], start=(1, 1))


def test_every_result_is_asked_for():
    # A sweep that sees the last vertex alone is right where that is the result.
    program = Program([1.0], [("sin", 0), ("sin", 0)])
    assert conclusion(program, [0, 1, 2])
    assert not conclusion(program, [0, 1, 2], along=lambda order: order[-1:])


def test_without_order():
    # The sweep comes to a before it comes to a + x, or comes to it twice.
    for order in ([0, 2, 1, 3], [0, 1, 1, 2, 3]):
        assert broken(hypotheses(small(), order)) == ["order"]
        assert not conclusion(small(), order)


def test_without_differentiable():
    # Partial derivatives of an operation are not enough.
    pinch = (lambda a, b: only_partials((a, b)), lambda a, b: partials_at_zero)
    pinched = Program([0.0], [("pinch", 0, 0)], OPERATIONS | {"pinch": pinch})
    for instance in (relu_with(0.0), [0, 1, 2, 3, 4]), (pinched, [0, 1]):
        assert broken(hypotheses(*instance)) == ["differentiable"]
        assert not conclusion(*instance)
