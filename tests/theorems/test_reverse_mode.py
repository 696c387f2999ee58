"""cor-reverse-mode: one backward sweep gives the derivatives by all inputs."""

# Not yet told from its near misses.

from hypothesis import assume, given
from sweeps import Program, programs, sweep
from test_path_sum_derivative import Kink, slope


def conclusion(program, edges=None, order=None):
    """The adjoints of the inputs are the partial derivatives, from both sides."""
    n = len(program.values())
    edges = program.edges() if edges is None else edges
    adjoint = sweep(edges, list(range(n)) if order is None else order, n - 1)
    return all(
        abs(slope(program, i, side) - adjoint[i]) <= 1e-3 * (1 + abs(adjoint[i]))
        for i in range(len(program.inputs))
        for side in (-1, 1)
    )


@given(programs(most=6))
def test_holds(program):
    assume(max(map(abs, program.values())) < 50)
    assert conclusion(program)


def test_without_order():
    # c = a · (a + x) with a = x · x, at 3; the sweep comes to a before it comes to a + x
    program = Program([3.0], [("multiply", 0, 0), ("add", 1, 0), ("multiply", 1, 2)])
    assert conclusion(program)
    assert not conclusion(program, order=[0, 2, 1, 3])


def test_without_differentiable():
    edges = [(0, 1, 0.0), (0, 2, -1), (2, 3, 0.0), (1, 4, 1), (3, 4, -1)]
    assert not conclusion(Kink([0.0], []), edges)
