"""Computations are drawn and stepped as they were traced."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from dlbook.graph import DiGraph
from dlbook.plot import draw_computation, step_backward, step_forward


def node(operation, value, *operands):
    return SimpleNamespace(operation=operation, operands=operands, value=value)


@pytest.fixture
def trace():
    """Return f(x, y) = (x + y)(y + 1) at (2, 3): ∂f/∂x = y + 1, ∂f/∂y = x + 2y + 1."""
    nodes = [
        node("input", 2.0),
        node("input", 3.0),
        node("add", 5.0, 0, 1),
        node("constant", 1.0),
        node("add", 4.0, 1, 3),
        node("multiply", 20.0, 2, 4),
    ]
    edges = [(tail, head) for head, one in enumerate(nodes) for tail in one.operands]
    return SimpleNamespace(
        graph=DiGraph(edges, nodes=range(len(nodes))),
        nodes=nodes,
        adjoints=[4.0, 9.0, 4.0, None, 5.0, 1.0],
    )


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_computation_is_drawn_with_its_values(trace):
    shown = texts(draw_computation(trace, ["x", "y"]))
    assert shown[:4] == ["x", "2", "y", "3"]
    assert {"v1 = x + y", "v2 = y + 1", "v3 = v1 × v2", "20"} <= set(shown)  # noqa: RUF001


def test_forward_evaluation_finds_a_value_a_step(trace):
    frames = step_forward(trace, ["x", "y"]).frames
    assert [frame.says for frame in frames] == [
        "The inputs have their values.",
        "v1 = x + y = 5.",
        "v2 = y + 1 = 4.",
        "v3 = v1 × v2 = 20.",  # noqa: RUF001
    ]
    assert list(frames[1].state.items()) == [("x", "2"), ("y", "3"), ("1", "1"), ("v1", "5")]
    assert "20" not in texts(frames[2].figure)
    assert "20" in texts(frames[3].figure)


def test_backward_sweep_shows_an_adjoint_once_all_uses_are_swept(trace):
    frames = step_backward(trace, ["x", "y"]).frames
    found = [list(frame.state.items()) for frame in frames]
    last = [("adjoint of v3", "1"), ("adjoint of v2", "5"), ("adjoint of v1", "4")]
    assert found[0] == last
    assert found[1] == last  # y is also used by v1, which is not swept yet
    assert found[2] == [*last, ("adjoint of y", "9"), ("adjoint of x", "4")]
    assert found[3] == found[2]
    assert re.search("adjoint is 5, and its share goes to y.$", frames[1].says)


def test_arrays_show_their_shape_and_small_ones_their_numbers():
    nodes = [
        node("input", np.ones((2, 3))),
        node("input", np.array([1.0, -2.5, 0.1])),
        node("matmul", np.array([1.0, 2.0]), 0, 1),
    ]
    trace = SimpleNamespace(
        graph=DiGraph([(0, 2), (1, 2)], range(3)), nodes=nodes, adjoints=[None] * 3
    )
    shown = texts(draw_computation(trace))
    assert shown == ["x1", "2×3", "x2", "[1, −2.5, 0.1]", "v1 = x1 @ x2", "[1, 2]"]  # noqa: RUF001


def test_names_for_other_inputs_are_refused(trace):
    with pytest.raises(ValueError, match="names has 1 entries; expected one for each of 2 inputs"):
        draw_computation(trace, ["x"])
