"""Drawn graphs are legible: labels apart, edges around nodes, no more crossings than needed."""

import itertools
import os
import shutil
from functools import cache

import networkx as nx
import numpy as np
import pytest
from book_graphs import GRAPHS
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from measures import crossings, dot_lines, straight

from dlbook.graph import DiGraph, topological_generations
from dlbook.plot import GraphDrawing, draw_graph
from dlbook.plot.svg import inline_svg, svg_of

both_ways = pytest.mark.parametrize("down", [False, True], ids=["right", "down"])
each_graph = pytest.mark.parametrize("name", GRAPHS)


@cache
def drawing(name, down):
    graph = GRAPHS[name]
    return GraphDrawing(graph, room=dict.fromkeys(graph, "0.1234"), down=down)


def boxes(layout):
    """Return left, lower, right, upper end of each node."""
    return np.hstack([layout.centres - layout.sizes / 2, layout.centres + layout.sizes / 2])


def overlap(one, two):
    return min(one[2], two[2]) > max(one[0], two[0]) and min(one[3], two[3]) > max(one[1], two[1])


def faults(graph, layout, edge_labels=()):
    """Yield what a reader would stumble over."""
    number = {node: i for i, node in enumerate(graph)}
    there = list(boxes(layout))
    for i, j in itertools.combinations(range(len(there)), 2):
        if overlap(there[i], there[j]):
            yield f"nodes {i} and {j} overlap"
    for (tail, head), route in zip(graph.edges(), layout.routes, strict=True):
        line = route.sampled()
        for end, node in ((line[0], tail), (line[-1], head)):
            left, low, right, high = there[number[node]]
            inside = left - 1e-6 <= end[0] <= right + 1e-6 and low - 1e-6 <= end[1] <= high + 1e-6
            inner = left + 1e-6 < end[0] < right - 1e-6 and low + 1e-6 < end[1] < high - 1e-6
            if not inside or inner:
                yield f"an end of {tail!r} → {head!r} is not at the rim of {node!r}"
        for node, (left, low, right, high) in zip(graph, there, strict=True):
            inner = (
                (line[:, 0] > left + 1e-6)
                & (line[:, 0] < right - 1e-6)
                & (line[:, 1] > low + 1e-6)
                & (line[:, 1] < high - 1e-6)
            )
            if inner.any():
                yield f"{tail!r} → {head!r} runs through {node!r}"
        if (line < -1e-6).any() or (line > np.array([layout.width, layout.height]) + 1e-6).any():
            yield f"{tail!r} → {head!r} leaves the picture"


@both_ways
@each_graph
def test_a_graph_of_the_book_is_legible(name, down):
    assert list(faults(GRAPHS[name], drawing(name, down).layout)) == []


@both_ways
@each_graph
def test_texts_are_in_their_boxes_and_apart(name, down):
    graph = GRAPHS[name]
    edge_labels = [f"∂{i}" if i < 30 else None for i in range(graph.number_of_edges)]
    fig = draw_graph(
        graph, values=dict.fromkeys(graph, -0.12345), edge_labels=edge_labels, down=down
    )
    renderer = FigureCanvasAgg(fig).get_renderer()
    width, height = fig.get_size_inches() * fig.dpi
    texts = fig.axes[0].texts
    assert len(texts) == 2 * len(graph) + min(len(edge_labels), 30)
    seen = [text.get_window_extent(renderer).extents for text in texts]
    for one, two in itertools.combinations(seen, 2):
        # A value stands close below its label: descenders may reach between its digits' tops.
        assert min(one[2], two[2]) <= max(one[0], two[0]) + 0.5 or (
            min(one[3], two[3]) <= max(one[1], two[1]) + 4
        )
    for left, low, right, high in seen:
        assert left >= 0
        assert low >= 0
        assert right <= width
        assert high <= height


@cache
def dots(name, down):
    """Return the lines of `dot` for nodes of the same sizes."""
    if shutil.which("dot") is None:
        reason = "Graphviz is not installed; get its `dot` with `apt install graphviz`"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return dot_lines(GRAPHS[name], drawing(name, down).layout.sizes, down=down)


def ours(name, down):
    return [route.sampled() for route in drawing(name, down).layout.routes]


@both_ways
@each_graph
def test_no_more_crossings_than_dot(name, down):
    assert crossings(ours(name, down)) <= crossings(dots(name, down))


@both_ways
def test_more_edges_are_straight_than_those_of_dot(down):
    along = 0 if down else 1
    here = {name: straight(ours(name, down), along) for name in GRAPHS}
    there = {name: straight(dots(name, down), along) for name in GRAPHS}
    for name in ("two-layer network", "three-layer network"):  # with a trunk
        assert here[name] >= there[name]
    assert all(here[name] >= there[name] - 1 for name in GRAPHS)
    assert sum(here.values()) >= 1.5 * sum(there.values())


@both_ways
@pytest.mark.parametrize("n", [2, 5, 40])
@given(data=st.data())
@settings(max_examples=8)
def test_a_path_is_straight_whatever_hangs_on_its_ends(n, down, data):
    """Long chains neither climb nor fall: what bends is the edge to what branches."""
    ends = [data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))]
    path = list(itertools.pairwise(range(n)))
    into = [(f"in{k}", 0) for k in range(ends[0])]
    out = [(n - 1, f"out{k}") for k in range(ends[1])]
    edges = data.draw(st.permutations([*into, *path, *out]))
    names = {v: "x" * data.draw(st.integers(1, 9)) for v in range(n)}
    layout = GraphDrawing(DiGraph(edges), labels=names, down=down).layout
    lines = [
        route.sampled()
        for edge, route in zip(DiGraph(edges).edges(), layout.routes, strict=True)
        if edge in path
    ]
    assert straight(lines, 0 if down else 1) == len(path)


def test_straight_lines_are_counted():
    line = np.array([[0.0, 0], [10, 0.5], [20, 0]])
    assert (straight([line, line * 4], 1), straight([line], 0)) == (1, 0)


def test_crossings_are_counted():
    line = np.array([[0.0, 0], [10, 0], [20, 0]])
    zigzag = np.array([[5.0, -5], [5, 5], [15, 5], [15, -5]])
    assert crossings([line, zigzag]) == 2
    assert crossings([line, zigzag + np.array([0, 6])]) == 0
    assert crossings([line, np.array([[0.0, 0], [10, 10]])]) == 0  # they part where both begin
    assert crossings([line, np.array([[10.0, -5], [10, 5]])]) == 1  # in a corner of the other


small_graphs = st.integers(1, 9).flatmap(
    lambda n: st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=14).map(
        lambda edges: DiGraph(edges, nodes=range(n))
    )
)


@given(small_graphs, st.booleans(), st.data())
@settings(max_examples=60, deadline=None)
def test_any_graph_is_legible(graph, down, data):
    labels = data.draw(
        st.lists(
            st.sampled_from([None, "x", "long label"]),
            min_size=graph.number_of_edges,
            max_size=graph.number_of_edges,
        )
    )
    names = {v: "two\nlines" if v % 3 == 0 else str(v) * (1 + v % 4) for v in graph}
    layout = GraphDrawing(graph, labels=names, edge_labels=labels, down=down).layout
    assert list(faults(graph, layout)) == []
    assert [route.label is not None for route in layout.routes] == [
        label is not None for label in labels
    ]


def test_the_check_sees_faults():
    graph = GRAPHS["triangle"]
    layout = GraphDrawing(graph).layout
    layout.centres[2] = layout.centres[0]
    report = " ".join(faults(graph, layout))
    assert "nodes 0 and 2 overlap" in report
    assert "not at the rim" in report
    assert "runs through" in report


def test_a_picture_is_the_same_every_time():
    first, second = (GraphDrawing(GRAPHS["two-layer network"]).layout for _ in range(2))
    np.testing.assert_array_equal(first.centres, second.centres)


def test_edges_lead_to_the_right_or_down_unless_they_close_a_cycle():
    graph = GRAPHS["muddle"]
    for down in (False, True):
        layout = GraphDrawing(graph, down=down).layout
        forward = {
            edge: bool((route.points[-1] - route.points[0])[int(down)] * (1 - 2 * down) > 0)
            for edge, route in zip(graph.edges(), layout.routes, strict=True)
        }
        assert [edge for edge, is_forward in forward.items() if not is_forward] == [
            ("taste", "mix")
        ]


@both_ways
@pytest.mark.parametrize("name", ["course function A", "course function B", "two-layer network"])
def test_early_layers_are_the_generations(name, down):
    graph = GRAPHS[name]
    layout = GraphDrawing(graph, down=down, early=True).layout
    assert list(faults(graph, layout)) == []
    place = dict(zip(graph, layout.centres[:, int(down)] * (1 - 2 * down), strict=True))
    columns = [{place[v].round(6) for v in one} for one in topological_generations(graph)]
    assert [len(column) for column in columns] == [1] * len(columns)
    assert columns == sorted(columns, key=min)


def test_characters_stand_before_arrowheads():
    placed = GraphDrawing(DiGraph([("a", "c"), ("b", "c")]))
    texts = placed.figure(tips={1: "2", 0: "1"}).axes[0].texts
    where = {text.get_text(): text.get_position() for text in texts}
    for number, text in enumerate("12"):
        line = placed.layout.routes[number].sampled(500)
        assert np.hypot(*(line - where[text]).T).min() < 0.5
        assert 12 < np.hypot(*(line[-1] - where[text])) <= 13
    with pytest.raises(ValueError, match="tips: there is no edge 2"):
        placed.figure(tips={2: "3"})


def test_marks_and_values_are_drawn():
    graph = DiGraph([("a", "b")])
    placed = GraphDrawing(graph, room={"a": 100})
    plain = placed.figure()
    marked = placed.figure({"a": 1.0}, {"a": "filled", "b": "ringed"}, {("a", "b"): "bold"})
    assert [text.get_text() for text in plain.axes[0].texts] == ["a", "b"]
    assert [text.get_text() for text in marked.axes[0].texts] == ["a", "1", "b"]
    one, two = ([patch.get_facecolor() for patch in fig.axes[0].patches] for fig in (plain, marked))
    assert one != two
    assert plain.get_size_inches().tolist() == marked.get_size_inches().tolist()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"labels": {"z": "Z"}}, "labels: 'z' is not a node of the graph"),
        ({"values": {"z": 1}}, "room: 'z' is not a node of the graph"),
        ({"marks": {"z": "filled"}}, "marks: 'z' is not a node of the graph"),
        ({"links": {"z": "#"}}, "links: 'z' is not a node of the graph"),
        ({"edge_labels": ["1", "2"]}, "edge_labels has 2 entries; expected one for each of 1 edge"),
        ({"edge_labels": []}, "edge_labels has 0 entries; expected one for each of 1 edge"),
        (
            {"marks": {"a": "red"}},
            r"marks\['a'\] is 'red'; expected 'filled', 'ringed', 'strong' or",
        ),
        ({"marks": {"a": ["filled"]}}, r"marks\['a'\] is \['filled'\]; expected"),
        ({"marks": {"a": None}}, r"marks\['a'\] is None; expected"),
        ({"edge_marks": {("a", "b"): "thick"}}, r"\('a', 'b'\)\] is 'thick'; expected 'bold' or"),
        ({"marks": {"z" * 5000: "filled"}}, r"^.{,200}is not a node of the graph$"),
        ({"values": {"a": "z" * 5000}, "labels": {"a" * 5000: ""}}, r"^.{,200}is not a node"),
        ({"edge_marks": {("b", "a"): "bold"}}, r"\('b', 'a'\) is not an edge of the graph"),
    ],
)
def test_what_is_not_of_the_graph_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        draw_graph(DiGraph([("a", "b")]), **given)


def test_a_value_without_room_is_refused():
    with pytest.raises(ValueError, match=r"values\['a'\] is 'much too wide'; make room"):
        GraphDrawing(DiGraph([("a", "b")])).figure({"a": "much too wide"})


@pytest.mark.parametrize("graph", [nx.DiGraph([(1, 2)]), {1: [2]}, [(1, 2)], None])
def test_what_is_not_a_graph_of_ours_is_refused(graph):
    with pytest.raises(TypeError, match=r"expected a dlbook\.graph\.DiGraph"):
        draw_graph(graph)


def shown(figure):
    """Return what a reader sees of each text."""
    return [text._preprocess_math(text.get_text())[0] for text in figure.axes[0].texts]


def test_labels_of_any_kind_are_shown():
    graph = DiGraph([(1, 2)])
    fig = draw_graph(graph, labels={1: 3, 2: 0.25}, values={1: None}, edge_labels=[0])
    assert shown(fig) == ["0", "3", "None", "0.25"]
    assert shown(draw_graph(graph, edge_labels=[""])) == ["1", "2"]
    assert shown(draw_graph(DiGraph([(None, (1, "a"))]))) == ["None", "(1, 'a')"]


@pytest.mark.parametrize("name", ["$5", "$5 and $6", "$$", "a$b$c$d", r"$\alpha$", r"\$x$"])
def test_a_dollar_sign_in_a_name_or_a_value_is_one(name):
    fig = draw_graph(DiGraph(nodes=[name, "other"]), values={"other": name})
    assert shown(fig) == [name, "other", name]
    assert not any(text._preprocess_math(text.get_text())[1] for text in fig.axes[0].texts)
    (width, _), _ = GraphDrawing(DiGraph(nodes=[name, "other"])).layout.sizes
    letters = "".join("m" for _ in name)
    (wide, _), _ = GraphDrawing(DiGraph(nodes=[letters, "other"])).layout.sizes
    assert width <= wide


def test_a_link_is_called_by_its_name():
    fig = draw_graph(DiGraph(nodes=["$5 and $6"]), links={"$5 and $6": "#x"})
    assert 'aria-label="$5 and $6"' in inline_svg(svg_of(fig), "")


def test_mathematics_is_set_in_a_label_that_was_given():
    fig = draw_graph(DiGraph(nodes=["x"]), labels={"x": r"$\bar{x}_1$"})
    assert [text._preprocess_math(text.get_text())[1] for text in fig.axes[0].texts] == [True]


@both_ways
@pytest.mark.parametrize("loops", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["x", "a longer name"])
def test_self_loops_have_an_arrowhead_each_and_do_not_cross(loops, name, down):
    graph = DiGraph([(name, name)] * loops + [(name, "y"), ("y", name)])
    layout = GraphDrawing(graph, down=down).layout
    assert list(faults(graph, layout)) == []
    lines = [
        r.sampled() for r, e in zip(layout.routes, graph.edges(), strict=True) if len({*e}) < 2
    ]
    assert len(lines) == loops
    ends = np.array([line[k] for line in lines for k in (0, -1)])
    apart = min(np.hypot(*(one - two)) for one, two in itertools.combinations(ends, 2))
    assert apart >= (5.2 if loops < 3 else 1.5)  # an arrowhead is 5.2 wide
    assert crossings(lines) == 0
