"""Figures of directed graphs: dependencies, computations, networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, Literal, get_args
from urllib.parse import quote, unquote

import matplotlib
import numpy as np
from matplotlib import cbook
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.textpath import text_to_path

from dlbook.graph import DiGraph
from dlbook.graph.digraph import Node, require_digraph
from dlbook.graph.given import shown
from dlbook.plot.layout import STUB, Route, lay_out
from dlbook.plot.style import PALETTE, STYLE

__all__ = ["EdgeMark", "GraphDrawing", "NodeMark", "draw_graph", "text_of"]

#: How a node stands out: filled, with a thick ring in colour, or with a thick or a dotted outline.
NodeMark = Literal["filled", "ringed", "strong", "dotted"]
#: How an edge stands out: thick, or dotted.
EdgeMark = Literal["bold", "dotted"]

_SIZE = 9.5  # of type, in points
_LINE = 12.5  # from line to line
_PAD = (7.0, 4.5)  # beside and above the text of a node
_EDGE = 3.0  # around the whole picture
_TIP = 13.0  # from the end of an edge back to the character upon it


class GraphDrawing(Generic[Node]):
    """A graph whose nodes have their places, to be drawn once or, with other marks, again.

    Parameters
    ----------
    graph
        Cycles, parallel edges and self-loops are drawn as what they are.
    labels
        Node to its text, which may have several lines, and mathematics between dollar signs; by
        default ``str(node)``, in which a dollar sign is a dollar sign.
    room
        Node to the longest value that will stand below its label; none without.
    edge_labels
        One text or number for each edge, in the order of :meth:`~dlbook.graph.DiGraph.edges`;
        ``None`` for an edge without.
    links
        Node to the address that it leads to, on a page.
    down
        Edges lead downwards, not to the right.
    early
        Each node stands in the first layer that its edges allow: in that of its generation, if
        the graph is acyclic and no edge has a label.

    Raises
    ------
    TypeError
        If this is not a `DiGraph`.
    ValueError
        If what is given for nodes names others, or `edge_labels` has another length.

    Examples
    --------
    >>> drawing = GraphDrawing(DiGraph([("a", "b"), ("a", "b")]), room={"a": 10, "b": 10})
    >>> first, then = drawing.figure({"a": 0, "b": 2}), drawing.figure({"b": 0}, {"a": "filled"})
    """

    def __init__(
        self,
        graph: DiGraph[Node],
        *,
        labels: Mapping[Node, object] | None = None,
        room: Mapping[Node, object] | None = None,
        edge_labels: Sequence[object] | None = None,
        links: Mapping[Node, str] | None = None,
        down: bool = False,
        early: bool = False,
    ) -> None:
        require_digraph(graph)
        self.graph = graph
        self.links = dict(links or {})
        room = dict(room or {})
        self._check(labels=labels, room=room, links=links)
        given = {node: text_of(label) for node, label in (labels or {}).items()}
        self.labels = {node: _literal(str(node)) for node in graph} | given
        texts = [None] * graph.number_of_edges if edge_labels is None else list(edge_labels)
        if len(texts) != graph.number_of_edges:
            raise ValueError(
                f"edge_labels has {len(texts)} entries; "
                f"expected one for each of {graph.number_of_edges} edges"
            )
        self.edge_labels = [None if text is None else text_of(text) or None for text in texts]
        self.layout = lay_out(
            _numbered(graph),
            [
                _box(self.labels[node], *([_literal(text_of(room[node]))] if node in room else []))
                for node in graph
            ],
            label_sizes={i: _box(text) for i, text in enumerate(self.edge_labels) if text},
            down=down,
            early=early,
        )

    def figure(
        self,
        values: Mapping[Node, object] | None = None,
        marks: Mapping[Node, NodeMark] | None = None,
        edge_marks: Mapping[tuple[Node, Node], EdgeMark] | None = None,
        tips: Mapping[int, str] | None = None,
    ) -> Figure:
        """Draw the graph.

        Parameters
        ----------
        values
            Node to what stands below its label: text, or a number, of which four digits are shown.
        marks
            Node to how it stands out.
        edge_marks
            Edge to how it stands out, with those parallel to it.
        tips
            Number of an edge, in the order of :meth:`~dlbook.graph.DiGraph.edges`, to a character
            that stands before its arrowhead.

        Returns
        -------
        matplotlib.figure.Figure
            As large as the graph.

        Raises
        ------
        ValueError
            If nodes or edges are not the graph's, there is no such mark, or a value is wider than
            its node.
        """
        values, marks, edge_marks = dict(values or {}), dict(marks or {}), dict(edge_marks or {})
        self._check(values=values, marks=marks)
        _check_marks("marks", marks, get_args(NodeMark))
        edges = list(self.graph.edges())
        if strange := edge_marks.keys() - set(edges):
            first = shown(min(strange, key=repr))
            raise ValueError(f"edge_marks: {first} is not an edge of the graph")
        _check_marks("edge_marks", edge_marks, get_args(EdgeMark))
        tips = dict(tips or {})
        if beyond := tips.keys() - range(len(edges)):
            raise ValueError(f"tips: there is no edge {min(beyond)}")
        layout = self.layout
        with matplotlib.rc_context(STYLE):
            size = (layout.width + 2 * _EDGE) / 72, (layout.height + 2 * _EDGE) / 72
            fig = Figure(figsize=size)
            fig.set_layout_engine("none")
            axes = fig.add_axes((0, 0, 1, 1), xlim=(-_EDGE, layout.width + _EDGE))
            axes.set_ylim(-_EDGE, layout.height + _EDGE)
            axes.set_axis_off()
            for edge, text, route in zip(edges, self.edge_labels, layout.routes, strict=True):
                _draw_edge(axes, route, edge_marks.get(edge), text)
            for number, tip in tips.items():
                _draw_tip(axes, layout.routes[number], tip)
            for i, node in enumerate(self.graph):
                value = _literal(text_of(values[node])) if node in values else ""
                if _box(self.labels[node], value)[0] > layout.sizes[i, 0] + 1e-6:
                    raise ValueError(f"values[{shown(node)}] is {shown(value)}; make room for it")
                self._draw_node(axes, node, i, value, marks.get(node))
        return fig

    def _draw_node(self, axes: Any, node: Node, i: int, value: str, mark: NodeMark | None) -> None:
        (x, y), (width, height) = self.layout.centres[i], self.layout.sizes[i]
        filled = mark == "filled"
        colour = PALETTE["accent" if node in self.links else "fg"]
        ink = PALETTE["bg"] if filled else colour
        outline = {"filled": PALETTE["c0"], "ringed": PALETTE["c1"]}.get(
            mark or "", PALETTE["fg" if mark == "strong" else "muted"]
        )
        box = FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=4",
            facecolor=PALETTE["c0" if filled else "bg"],
            edgecolor=outline,
            linewidth={"ringed": 2.4, "strong": 2.0}.get(mark or "", 0.9),
            linestyle=":" if mark == "dotted" else "-",
            clip_on=False,
            gid=f"node {i} {mark or 'plain'} {quote(_in_one_line(self.labels[node]))}",
        )
        axes.add_artist(box)
        lines = self.labels[node].split("\n") + ([value] if value else [])
        for k, line in enumerate(lines):
            axes.text(
                x,
                y + ((len(lines) - 1) / 2 - k) * _LINE - 0.5,
                line,
                size=_SIZE,
                color=ink,
                weight="bold" if value and k == len(lines) - 1 else "normal",
                ha="center",
                va="center_baseline",
            )
        if node in self.links:
            # On top of the text, so that the pointer meets it everywhere in the box.
            axes.add_artist(
                FancyBboxPatch(
                    (x - width / 2, y - height / 2),
                    width,
                    height,
                    boxstyle="round,pad=0,rounding_size=4",
                    fill=False,
                    edgecolor=outline,
                    linewidth=0.9,
                    clip_on=False,
                    url=self.links[node],
                    gid="name " + _in_one_line(self.labels[node]).replace(r"\$", "$"),
                )
            )

    def _check(self, **given: Mapping[Node, object] | None) -> None:
        for name, mapping in given.items():
            for node in mapping or ():
                if node not in self.graph:
                    raise ValueError(f"{name}: {shown(node)} is not a node of the graph")


def draw_graph(
    graph: DiGraph[Node],
    *,
    labels: Mapping[Node, object] | None = None,
    values: Mapping[Node, object] | None = None,
    edge_labels: Sequence[object] | None = None,
    marks: Mapping[Node, NodeMark] | None = None,
    edge_marks: Mapping[tuple[Node, Node], EdgeMark] | None = None,
    links: Mapping[Node, str] | None = None,
    down: bool = False,
    early: bool = False,
) -> Figure:
    """Draw a graph in layers, once; the parameters are those of `GraphDrawing`.

    Examples
    --------
    >>> fig = draw_graph(DiGraph([("x", "x + x"), ("x", "x + x")]), values={"x": 0.1})
    >>> [text.get_text() for text in fig.axes[0].texts]
    ['x', '0.1', 'x + x']
    """
    drawing = GraphDrawing(
        graph,
        labels=labels,
        room=values,
        edge_labels=edge_labels,
        links=links,
        down=down,
        early=early,
    )
    return drawing.figure(values, marks, edge_marks)


def _numbered(graph: DiGraph[Node]) -> DiGraph[int]:
    number = {node: i for i, node in enumerate(graph)}
    edges = ((number[tail], number[head]) for tail, head in graph.edges())
    return DiGraph(edges, nodes=range(len(graph)))


def _check_marks(name: str, marks: Mapping[Any, object], known: tuple[str, ...]) -> None:
    for key, mark in marks.items():
        if mark not in known:
            expected = " or ".join([", ".join(map(repr, known[:-1])), repr(known[-1])])
            raise ValueError(f"{name}[{shown(key)}] is {shown(mark)}; expected {expected}")


def _literal(text: str) -> str:
    """Return text in which matplotlib takes no dollar sign for the beginning of mathematics."""
    return text.replace("$", r"\$")


def _in_one_line(label: str) -> str:
    return label.replace("\n", " ")


def drawn_nodes(figure: Figure) -> dict[int, tuple[str, str]]:
    """Return number → mark and label of each node that `GraphDrawing` drew in a figure.

    Examples
    --------
    >>> drawn_nodes(GraphDrawing(DiGraph([("a", "b")])).figure(marks={"b": "filled"}))
    {0: ('plain', 'a'), 1: ('filled', 'b')}
    """
    found = {}
    for box in figure.findobj(FancyBboxPatch):
        kind, *told = (box.get_gid() or "").split(" ")
        if kind == "node":
            number, mark, label = told
            found[int(number)] = mark, unquote(label)
    return found


def text_of(value: object) -> str:
    """Return four digits of a number, and whatever else as it is."""
    if isinstance(value, (float, np.floating)):
        return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")
    return str(value)


def _box(*texts: str) -> tuple[float, float]:
    """Return width and height of the box around texts, one below the other."""
    lines = [line for text in texts for line in text.split("\n")]
    width = max(_width(line, bold=len(texts) > 1 and line is lines[-1]) for line in lines)
    return width + 2 * _PAD[0], len(lines) * _LINE + 2 * _PAD[1]


@lru_cache(maxsize=4096)
def _width(line: str, *, bold: bool) -> float:
    if not line:
        return 0.0
    font = FontProperties(size=_SIZE, weight="bold" if bold else "normal")
    mathematics = cbook.is_math_text(line)
    text = line if mathematics else line.replace(r"\$", "$")
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=mathematics)[0])


def _draw_edge(axes: Any, route: Route, mark: EdgeMark | None, text: str | None) -> None:
    colour = PALETTE["c1" if mark == "bold" else "muted"]
    width = 2.2 if mark == "bold" else 1.0
    points = route.points.copy()
    tip, back = points[-1].copy(), points[-1] - points[-2]
    back /= np.hypot(*back)
    length, half = (STUB, 3.6) if mark == "bold" else (6.0, 2.6)
    points[-2:] -= 0.7 * length * back
    codes = [Path.MOVETO] + [Path.CURVE4] * (len(points) - 1)
    axes.add_artist(
        PathPatch(
            Path(points, codes),
            fill=False,
            edgecolor=colour,
            linewidth=width,
            linestyle=":" if mark == "dotted" else "-",
            capstyle="butt",
            clip_on=False,
        )
    )
    across = np.array([-back[1], back[0]]) * half
    base = tip - length * back
    axes.add_artist(
        Polygon([tip, base + across, base - across], color=colour, linewidth=0, clip_on=False)
    )
    if text and route.label:
        axes.text(
            *route.label,
            text,
            size=_SIZE,
            color=PALETTE["c1" if mark == "bold" else "fg"],
            ha="center",
            va="center_baseline",
            bbox={"facecolor": PALETTE["bg"], "edgecolor": "none", "pad": 1.5},
        )


def _draw_tip(axes: Any, route: Route, text: str) -> None:
    """Write a character upon a line, as far before the arrowhead as it needs."""
    line = route.sampled()[::-1]
    walked = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    axes.text(
        *(np.interp(_TIP, walked, line[:, k]) for k in (0, 1)),
        text,
        size=_SIZE,
        color=PALETTE["fg"],
        ha="center",
        va="center_baseline",
        bbox={"facecolor": PALETTE["bg"], "edgecolor": "none", "pad": 0.4},
    )
