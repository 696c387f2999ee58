"""Computations are drawn and stepped as they were traced."""

import re

import numpy as np
import pytest
from matplotlib.patches import FancyBboxPatch

from dlbook.autodiff import trace_graph
from dlbook.plot import draw_computation, step_backward, step_forward


@pytest.fixture
def trace():
    """Return f(x, y) = (x + y)(y + 1) at (2, 3): ∂f/∂x = y + 1, ∂f/∂y = x + 2y + 1."""
    return trace_graph(lambda x, y: (x + y) * (y + 1), 2.0, 3.0)


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
    assert list(frames[1].state.items()) == [("x", "2"), ("y", "3"), ("v1", "5")]
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
    trace = trace_graph(np.matmul, np.ones((2, 3)), np.array([1.0, -2.5, 0.5]))
    figure = draw_computation(trace)
    shown = texts(figure)
    assert shown[:2] == ["1", "2"]  # which operand of the product, upon the edges
    assert shown[2:] == ["x1", "shape (2, 3)", "x2", "[1, −2.5, 0.5]", "v1 = x1 @ x2", "[−1, −1]"]  # noqa: RUF001
    bold = {text.get_text() for text in figure.axes[0].texts if text.get_weight() == "bold"}
    assert bold == {"[1, −2.5, 0.5]", "[−1, −1]"}  # noqa: RUF001
    large = step_forward(trace_graph(lambda x: x + 1, np.ones(5))).frames[-1]
    assert large.says == "v1 = x1 + 1, of shape (5,)."
    assert texts(large.figure).count("shape (5,)") == 2


def numerals(figure):
    """Return what stands upon lines, from top to bottom."""
    upon = [text for text in figure.axes[0].texts if text.get_bbox_patch()]
    return [text.get_text() for text in sorted(upon, key=lambda text: -text.get_position()[1])]


def test_edges_are_numbered_where_operands_cannot_change_places(trace):
    assert numerals(draw_computation(trace)) == []
    assert numerals(draw_computation(trace_graph(lambda x, y: x - y, 2.0, 3.0))) == ["1", "2"]
    # The arrow from x still enters above, and is now the second.
    assert numerals(draw_computation(trace_graph(lambda x, y: y - x, 2.0, 3.0))) == ["2", "1"]
    assert numerals(draw_computation(trace_graph(lambda x: x / x, 2.0))) == ["1", "2"]
    assert numerals(draw_computation(trace_graph(lambda x: 1 - x**2, 2.0))) == []


def test_results_have_a_thick_outline(trace):
    def thick(figure):
        boxes = [one for one in figure.axes[0].patches if isinstance(one, FancyBboxPatch)]
        return [box.get_linewidth() > 1 for box in boxes]

    assert thick(draw_computation(trace)) == [False] * 4 + [True]
    constant = trace_graph(lambda x: (5.0, x + 1), 2.0)
    assert thick(draw_computation(constant)) == [False, True]


def test_names_for_other_inputs_are_refused(trace):
    with pytest.raises(ValueError, match="names has 1 entries; expected one for each of 2 inputs"):
        draw_computation(trace, ["x"])
