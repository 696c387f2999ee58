"""Computations are drawn and stepped as they were traced."""

import html
import io
import re
from functools import partial

import numpy as np
import pytest
from matplotlib.patches import FancyBboxPatch

from dlbook.autodiff import trace_graph
from dlbook.graph import DiGraph
from dlbook.plot import draw_computation, draw_graph, step_backward, step_forward
from dlbook.plot.computations import _formula
from dlbook.plot.stepper import plain_of


@pytest.fixture
def trace():
    """Return f(x, y) = (x + y)(y + 1) at (2, 3): ∂f/∂x = y + 1, ∂f/∂y = x + 2y + 1."""
    return trace_graph(lambda x, y: (x + y) * (y + 1), 2.0, 3.0)


def read(text):
    """Return what a reader sees of text with formulas."""
    return html.unescape(plain_of(text)).replace("-", "−")  # noqa: RUF001


def state(frame):
    return {read(name): read(value) for name, value in frame.state.items()}


def texts(figure):
    return [read(text.get_text()) for text in figure.axes[0].texts]


def test_a_computation_is_drawn_with_its_values(trace):
    shown = texts(draw_computation(trace, ["x", "y"]))
    assert shown[:4] == ["x", "2", "y", "3"]
    assert {"v1 = x + y", "v2 = y + 1", "v3 = v1 × v2", "20"} <= set(shown)  # noqa: RUF001


def test_forward_evaluation_finds_a_value_a_step(trace):
    frames = step_forward(trace, ["x", "y"]).frames
    assert [read(frame.says) for frame in frames] == [
        "The inputs have their values.",
        "v1 = x + y = 5.",
        "v2 = y + 1 = 4.",
        "v3 = v1 × v2 = 20.",  # noqa: RUF001
    ]
    assert list(state(frames[1]).items()) == [("x", "2"), ("y", "3"), ("v1", "5")]
    assert "20" not in texts(frames[2].figure)
    assert "20" in texts(frames[3].figure)


def test_with_tangents_the_values_are_dual_numbers(trace):
    frames = step_forward(trace, ["x", "y"], tangents=[0, -1, -1, -1, -9]).frames
    assert [read(frame.says) for frame in frames[1:]] == [
        "v1 = x + y = 5 − 1ε.",  # noqa: RUF001
        "v2 = y + 1 = 4 − 1ε.",  # noqa: RUF001
        "v3 = v1 × v2 = 20 − 9ε.",  # noqa: RUF001
    ]
    assert state(frames[1])["x"] == "2 + 0ε"
    assert "20 − 9ε" in texts(frames[3].figure)  # noqa: RUF001
    with pytest.raises(ValueError, match="tangents has 2 entries; expected one for each of 5"):
        step_forward(trace, ["x", "y"], tangents=[1, 0])


def test_backward_sweep_shows_an_adjoint_once_all_uses_are_swept(trace):
    frames = step_backward(trace, ["x", "y"]).frames
    found = [list(state(frame).items()) for frame in frames]
    last = [("adjoint of v3", "1"), ("adjoint of v2", "5"), ("adjoint of v1", "4")]
    assert found[0] == last
    assert found[1] == last  # y is also used by v1, which is not swept yet
    assert found[2] == [*last, ("adjoint of y", "9"), ("adjoint of x", "4")]
    assert found[3] == found[2]
    assert read(frames[1].says) == "v2 is complete: 5. It passes back to y."


def of_operands(trace, head, position):
    """Return the local derivative of a sum or a product, by the values of the operands."""
    node = trace.nodes[head]
    if node.operation == "add":
        return 1.0
    return trace.nodes[node.operands[1 - position]].value


def test_backward_sweep_shows_what_is_passed_back_and_what_is_missing(trace):
    stepped = step_backward(trace, ["x", "y"], local=partial(of_operands, trace))
    assert [read(frame.says) for frame in stepped.frames] == [
        "The sweep begins at v3, with adjoint 1. It passes 1 · 4 = 4 to v1 and 1 · 5 = 5 to v2.",
        "v2 is complete: 5. It passes 5 · 1 = 5 to y.",
        "v1 is complete: 4. It passes 4 · 1 = 4 to x and 4 · 1 = 4 to y.",
        "All is swept: the inputs' adjoints are the derivatives.",
    ]
    assert [state(frame).get("adjoint of y") for frame in stepped.frames[:3]] == [
        None,
        "5 + …",
        "5 + 4 = 9",
    ]
    assert "5 + …" in texts(stepped.frames[1].figure)
    assert {"9", "5 + …"} & set(texts(stepped.frames[2].figure)) == {"9"}


def asked(trace, **options):
    frames = step_backward(trace, local=partial(of_operands, trace), **options).frames
    return [frame.asks and (read(frame.asks.text), frame.asks.answer) for frame in frames]


def test_before_a_step_of_the_sweep_its_adjoint_is_asked_for_or_what_is_passed(trace):
    assert asked(trace, names=["x", "y"]) == [
        None,
        ("v2 is swept next. What does it pass to y?", "5"),
        ("v1 is swept next. What is the adjoint of y then?", "9"),
        None,
    ]
    square = trace_graph(lambda x: (x * x) * x, 3.0)
    assert asked(square)[1] == ("v1 is swept next. What is the adjoint of x1 then?", "27")


@pytest.mark.parametrize("seed", range(10))
def test_the_answers_are_the_numbers_that_the_steps_show(seed):
    rng = np.random.default_rng(seed)

    def program(x, y):
        made = [x, y]
        for _ in range(rng.integers(2, 4)):
            one, other = (made[i] for i in rng.integers(len(made), size=2))
            made.append(one * other if rng.random() < 0.6 else one + other)
        return made[-1] * made[rng.integers(len(made))]

    trace = trace_graph(program, *rng.integers(-2, 3, size=2).astype(float))
    frames = step_backward(trace, ["x", "y"], local=partial(of_operands, trace)).frames
    for frame in frames[1:-1]:
        question = frame.asks
        assert len(set(question.choices)) == 3
        assert question.answer in question.choices
        asks = re.search(r"(adjoint of|pass to) (\w+)( then| in all)?\?$", read(question.text))
        kind, node = asks[1], asks[2]
        if kind == "adjoint of":
            shown = state(frame)[f"adjoint of {node}"]
            assert shown.rpartition(" = ")[2] == question.answer
        else:
            shares = re.findall(rf"(?:= )?(−?[\d.e+]+) to {node}\b", read(frame.says))  # noqa: RUF001
            assert sum(map(number, shares)) == pytest.approx(number(question.answer))


def number(text):
    return float(text.replace("−", "-"))  # noqa: RUF001


def test_without_local_derivatives_or_finite_numbers_no_adjoint_is_asked_for(trace):
    assert all(frame.asks is None for frame in step_backward(trace).frames)
    frames = step_backward(trace, local=lambda *_: np.inf).frames
    assert all(frame.asks is None for frame in frames)


def test_an_operand_taken_twice_gets_two_shares_and_the_edges_carry_their_derivatives():
    trace = trace_graph(lambda x, y: y * (x * x - y), 3.0, 4.0)
    signs = {"subtract": (1.0, -1.0)}

    def local(head, position):
        node = trace.nodes[head]
        return signs.get(node.operation, (0, 0))[position] or of_operands(trace, head, position)

    frames = step_backward(trace, ["x", "y"], local=local, down=True).frames
    assert state(frames[-1])["adjoint of x"] == "12 + 12 = 24"
    assert state(frames[-1])["adjoint of y"] == "5 − 4 = 1"  # noqa: RUF001
    # Six edges; a 1 and a 4 are adjoints.
    on_edges = [text for text in texts(frames[0].figure) if text in {"1", "−1", "3", "4", "5"}]  # noqa: RUF001
    assert sorted(on_edges) == ["1", "1", "3", "3", "4", "4", "5", "−1"]  # noqa: RUF001


def test_an_adjoint_is_complete_without_those_on_which_nothing_depends():
    def unused(x):
        np.exp(x)  # recorded, and no part of the result
        return x * x

    trace = trace_graph(unused, 3.0)
    last = step_backward(trace, ["x"]).frames[-1]
    assert state(last)["adjoint of x"] == "6"


def test_a_result_that_is_used_further_on_begins_with_one():
    def twice(x):
        y = x * x
        return [y, 2.0 * y]

    trace = trace_graph(twice, 3.0)
    frames = step_backward(trace, ["x"], local=lambda head, _: 3.0 if head == 1 else 2.0).frames
    assert state(frames[0])["adjoint of v1"] == "1 + 2 = 3"
    assert state(frames[-1])["adjoint of x"] == "9 + 9 = 18"


def test_arrays_show_their_shape_and_small_ones_their_numbers():
    trace = trace_graph(np.matmul, np.ones((2, 3)), np.array([1.0, -2.5, 0.5]))
    figure = draw_computation(trace)
    shown = texts(figure)
    assert shown[:2] == ["1", "2"]  # which operand of the product, upon the edges
    assert shown[2:] == ["x1", "shape (2, 3)", "x2", "[1, −2.5, 0.5]", "v1 = x1 x2", "[−1, −1]"]  # noqa: RUF001
    bold = {text.get_text() for text in figure.axes[0].texts if text.get_weight() == "bold"}
    assert bold == {"[1, −2.5, 0.5]", "[−1, −1]"}  # noqa: RUF001
    large = step_forward(trace_graph(lambda x: x + 1, np.ones(5))).frames[-1]
    assert read(large.says) == "v1 = x1 + 1, of shape (5,)."
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


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("v12 = x + W1", "v_{12} = x + W_{1}"),
        ("v3 = logaddexp(v1, 0) = 2", r"v_{3} = \mathrm{logaddexp}(v_{1}, 0) = 2"),
        ("v1 = log1p(my_x2)", r"v_{1} = \mathrm{log1p}(\mathrm{my\_x2})"),
        ("v5 = v4 ** v3", "v_{5} = v_{4}^{v_{3}}"),
        ("v2 = x ** −0.5", "v_{2} = x^{-0.5}"),  # noqa: RUF001
        ("v1 = 1e−05 × v2", r"v_{1} = 1 \times 10^{-5} \times v_{2}"),  # noqa: RUF001
        ("2.5e+20", r"2.5 \times 10^{20}"),
        ("x @ y", r"x\,y"),
        ("5 · [1, −2]", r"5 \cdot [1, -2]"),  # noqa: RUF001
        ("12 + …", r"12 + \ldots"),
    ],
)
def test_a_formula_of_a_program_is_set(text, formula):
    assert _formula(text) == f"${formula}$"
    draw_graph(DiGraph(nodes=[1]), labels={1: _formula(text)}).savefig(io.BytesIO(), format="svg")


def test_names_for_other_inputs_are_refused(trace):
    with pytest.raises(ValueError, match="names has 1 entries; expected one for each of 2 inputs"):
        draw_computation(trace, ["x"])
