"""Algorithms, stepped by the reader: a figure, a sentence and the state for each step.

A `Stepper` is HTML that stands on its own: without scripts it shows all steps as small multiples.
``stepper.js``, which the book's pages load and a notebook gets with the HTML, puts buttons, a
slider and keys on it, and lets a reader who wants to predict each step before it is shown. What
is asked, and the answer, come from the frames: their own questions, or which node of a drawn
graph gets a mark, or whether a number of the state rises or falls. `choice` puts several steppers
of one algorithm into one, and lets the reader choose among their graphs.

Texts may hold formulas between dollar signs, as in Markdown. A notebook sets them, and so does the
book when it is built.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from itertools import pairwise
from typing import Any, get_args

from matplotlib.figure import Figure

from dlbook.plot.graphs import EdgeMark, NodeMark, drawn_nodes, text_of
from dlbook.plot.svg import SMALLEST, inline_svg, svg_of

__all__ = ["Frame", "Question", "Stepper", "choice", "stepper"]


@dataclass(frozen=True)
class Question:
    """What a reader may be asked before a step is shown.

    Attributes
    ----------
    text
        The question.
    choices
        From which the reader picks.
    answer
        The right one.
    """

    text: str
    choices: Sequence[str]
    answer: str


@dataclass(frozen=True)
class Frame:
    """One step.

    Attributes
    ----------
    figure
        The figure; of the same size for all steps.
    says
        One sentence: what has happened. It also answers a reader who has predicted the step.
    line
        Which line of the algorithm did it, counted from 1.
    state
        Name of a variable to its value, shown next to the figure; what is new in it since the last
        step is marked.
    asks
        What a reader who predicts is asked before this step is shown. If no frame asks anything,
        the questions are made from the figures or the states.
    """

    figure: Figure
    says: str
    line: int | None = None
    state: Mapping[str, object] = field(default_factory=dict)
    asks: Question | None = None


@dataclass(frozen=True)
class _Run:
    """An algorithm's steps on one graph.

    Attributes
    ----------
    frames, alt
        As for `stepper`.
    drawn
        The frames' figures as SVG.
    graph
        What a reader who chooses among several calls it.
    """

    frames: Sequence[Frame]
    alt: str
    drawn: Sequence[str]
    graph: str = ""


class Stepper:
    """What `stepper` and `choice` make; a notebook and the book's pages show it.

    Attributes
    ----------
    frames
        The steps; where there is a choice, those on the first graph.
    name
        With which the addresses of the steps begin.
    """

    def __init__(
        self,
        runs: Sequence[_Run],
        title: str,
        lines: Sequence[str],
        legend: Mapping[str, str],
        name: str,
        label: str = "",
    ) -> None:
        self.frames = runs[0].frames
        self.name = name
        self._runs, self._lines, self._legend = runs, list(lines), dict(legend)
        asked = [dict(_asked(run.frames, legend)) for run in runs]
        self._asks_of_nodes = any("nodes" in one for asks in asked for one in asks.values())
        glyphs: dict[str, str] = {}
        lists = []
        for k, run in enumerate(runs):
            begins = f"{name}-{k + 1}" if k else name
            steps = "".join(
                self._step(run, number, f"{begins}-{number}", asked[k].get(number), glyphs)
                for number in range(1, len(run.frames) + 1)
            )
            chosen = f' data-graph="{plain_of(run.graph)}"' if run.graph else ""
            hidden = ' hidden=""' if k else ""
            lists.append(
                f'<ol class="dl-steps"{chosen}{hidden} '
                f'style="--dl-step:{_legible_width(run.frames[0].figure)}px">{steps}</ol>'
            )
        algorithm = "".join(f"<li>{html_of(line)}</li>" for line in lines)
        keys = "".join(
            f'<li><span class="dl-key dl-key-{mark}"></span><span>{html_of(meaning)}</span></li>'
            if mark in _MARKS
            else f"<li><span>{html_of(mark)}: {html_of(meaning)}</span></li>"
            for mark, meaning in legend.items()
        )
        first = f"<span>{plain_of(runs[0].graph)}</span>"
        shapes = re.sub(r'id="(.*?)"', rf'id="{name}-\1"', "".join(glyphs.values()))
        self._markup = (
            f'<div class="dl-stepper" id="{name}" role="group" aria-label="{plain_of(title)}">'
            f'<svg class="dl-glyphs" width="0" height="0" aria-hidden="true"><defs>{shapes}</defs>'
            f'</svg><p class="dl-stepper-title">{html_of(title)}</p>'
            + (f'<ol class="dl-lines">{algorithm}</ol>' if lines else "")
            + (f'<ul class="dl-legend">{keys}</ul>' if legend else "")
            + (f'<p class="dl-graph">{plain_of(label)}: {first}</p>' if label else "")
            + "".join(lists)
            + "</div>"
        )

    def _step(
        self,
        run: _Run,
        number: int,
        address: str,
        asked: dict[str, Any] | None,
        glyphs: dict[str, str],
    ) -> str:
        frame = run.frames[number - 1]
        last = run.frames[number - 2].state if number > 1 else frame.state
        graph = f"{spoken_of(run.graph)}. " if run.graph else ""
        label = f"{graph}{run.alt} Step {number} of {len(run.frames)}."
        svg = run.drawn[number - 1]
        picture = inline_svg(svg, label, glyphs=glyphs, nodes=self._asks_of_nodes)
        for glyph in glyphs:
            picture = picture.replace(f'href="#{glyph}"', f'href="#{self.name}-{glyph}"')
        rows = "".join(_row(key, value, last.get(key, ())) for key, value in frame.state.items())
        line = f' data-line="{frame.line}"' if frame.line else ""
        where = f' <span class="dl-line">Line {frame.line}.</span>' if frame.line else ""
        # In single quotes, since JSON is full of double ones.
        ask = "" if asked is None else f" data-ask='{held(asked)}'"
        said = plain_of(frame.says) + (f" Line {frame.line}." if frame.line else "")
        return (
            f'<li class="dl-step" id="{address}"{line} data-says="{said}"{ask}>'
            f'<div class="dl-frame">{picture}</div>'
            f'<p class="dl-says"><span class="dl-count">{number}</span> '
            f"{html_of(frame.says)}{where}</p>"
            + (f'<dl class="dl-state">{rows}</dl>' if rows else "")
            + "</li>"
        )

    def to_html(self) -> str:
        """Return the steps as HTML, without script and style."""
        return self._markup

    def _repr_html_(self) -> str:
        style, script = (
            resources.files("dlbook.plot").joinpath(f"stepper.{kind}").read_text("utf-8")
            for kind in ("css", "js")
        )
        return f"<style>{style}</style>{self._markup}<script>{script}</script>"

    def __repr__(self) -> str:
        counts = " or ".join(str(len(run.frames)) for run in self._runs)
        return f"Stepper of {counts} frames"


def stepper(
    frames: Iterable[Frame],
    *,
    title: str,
    alt: str,
    lines: Sequence[str] = (),
    legend: Mapping[str, str] | None = None,
    name: str = "",
) -> Stepper:
    """Let a reader step an algorithm forwards and backwards.

    Parameters
    ----------
    frames
        Each with its figure, its sentence and its state, from whatever yields them.
    title
        What is stepped.
    alt
        What the figures show, for those who do not see them.
    lines
        The algorithm; while it is stepped, the line that a frame names stands out.
    legend
        Mark of a node or an edge (`NodeMark`, `EdgeMark`), or any other part of the figure in
        words, to its meaning. The first mark of the legend that a step gives to exactly one node
        is what a reader can predict.
    name
        Beginning of the steps' addresses, such as ``kahn`` for ``#kahn-3``; no other id of the
        page may be the same. By default it is made from the title.

    Raises
    ------
    ValueError
        If there is no frame, sizes differ, or a line or answer that a frame names is not there.

    Examples
    --------
    >>> from dlbook.graph import DiGraph, topological_sort
    >>> from dlbook.plot import GraphDrawing
    >>> graph, states = DiGraph([("a", "b")]), []
    >>> order = topological_sort(graph, observe=states.append)
    >>> drawing = GraphDrawing(graph, room=states[0].remaining)
    >>> stepper(
    ...     (
    ...         Frame(drawing.figure(state.remaining), f"Listed: {state.taken}.")
    ...         for state in states
    ...     ),
    ...     title="Kahn's algorithm",
    ...     alt="An edge from a to b.",
    ... )
    Stepper of 3 frames
    """
    shown = list(frames)
    if not shown:
        raise ValueError("frames is empty; give at least one")
    for number, frame in enumerate(shown, 1):
        if frame.line is not None and lines and not 1 <= frame.line <= len(lines):
            raise ValueError(f"frame {number} names line {frame.line} of {len(lines)}")
        if frame.asks and frame.asks.answer not in frame.asks.choices:
            raise ValueError(
                f"frame {number} asks {frame.asks.text!r}, and {frame.asks.answer!r} is not among "
                f"the choices {list(frame.asks.choices)}"
            )
    require_one_size(shown)
    run = _Run(shown, alt, [svg_of(frame.figure) for frame in shown])
    return Stepper([run], title, lines, legend or {}, name or _name_from(title))


def choice(
    steppers: Mapping[str, Stepper], *, title: str, label: str = "Graph", name: str = ""
) -> Stepper:
    """Let a reader choose on which graph to step an algorithm.

    The first graph is seen at first, and without scripts alone; the one that is chosen is printed.

    Parameters
    ----------
    steppers
        What the graph is called, to the algorithm's steps on it, from `stepper`. All have the same
        lines and the same legend.
    title
        What is stepped.
    label
        What is chosen.
    name
        As for `stepper`; the steps on the second graph have addresses such as ``#kahn-2-3``.

    Raises
    ------
    ValueError
        If there are fewer than two steppers, one is itself a choice, or lines or legends differ.

    Examples
    --------
    >>> from dlbook.graph import DiGraph
    >>> from dlbook.plot import draw_graph
    >>> graphs = {"an edge": DiGraph([("a", "b")]), "a loop": DiGraph([("a", "a")])}
    >>> choice(
    ...     {
    ...         called: stepper([Frame(draw_graph(graph), "Done.")], title="None", alt=called)
    ...         for called, graph in graphs.items()
    ...     },
    ...     title="An algorithm without steps",
    ... )
    Stepper of 1 or 1 frames
    """
    if len(steppers) < 2:
        raise ValueError(f"steppers names {len(steppers)} graphs; expected two or more")
    runs = []
    (_, first), *_ = steppers.items()
    for graph, one in steppers.items():
        if len(one._runs) > 1:
            raise ValueError(f"steppers[{graph!r}] is itself a choice; expected one of `stepper`")
        for what, other, expected in (
            ("lines", one._lines, first._lines),
            ("legend", one._legend, first._legend),
        ):
            if other != expected:
                raise ValueError(
                    f"steppers[{graph!r}] has another {what} than the first: {other}; "
                    f"expected {expected}"
                )
        runs.append(replace(one._runs[0], graph=graph))
    name = name or _name_from(title)
    return Stepper(runs, title, first._lines, first._legend, name, label)


def _name_from(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def require_one_size(frames: Iterable[Frame]) -> None:
    """Raise a `ValueError` if figures differ in size."""
    sizes = {tuple(frame.figure.get_size_inches().round(6).tolist()) for frame in frames}
    if len(sizes) > 1:
        raise ValueError(f"frames have the sizes {sorted(sizes)}, in inches; expected one")


def _legible_width(figure: Figure) -> int:
    """Return how many pixels a picture needs for its type to be nine of them high."""
    return round(float(72 * figure.get_size_inches()[0]) * 9 / SMALLEST)


def _asked(
    frames: Sequence[Frame], legend: Mapping[str, str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each step before which there is something to predict, and what.

    That is the text of the question, the choices and the number of the right one, and of what
    nodes the choices are, if they are nodes.
    """
    if any(frame.asks for frame in frames):
        for number, frame in enumerate(frames[1:], 1):
            if asks := frame.asks:
                choices = [spoken_of(one) for one in asks.choices]
                answer = list(asks.choices).index(asks.answer)
                yield number, {"asks": spoken_of(asks.text), "choices": choices, "answer": answer}
        return
    nodes = [drawn_nodes(frame.figure) for frame in frames]
    rows = _rows_to_predict(frames)
    for number, (frame, after) in enumerate(pairwise(frames), 1):
        before, then = nodes[number - 1 : number + 1]
        for mark in [one for one in legend if one in get_args(NodeMark)]:
            others = [i for i, (old, _) in before.items() if old != mark]
            new = [i for i in others if then.get(i, ("", ""))[0] == mark]
            if len(new) == 1:
                yield (
                    number,
                    {
                        "asks": f"Which node is {mark} next ({spoken_of(legend[mark])})?",
                        "choices": [spoken_of(before[i][1]) for i in others],
                        "answer": others.index(new[0]),
                        "nodes": others,
                    },
                )
                break
        else:
            if rows and not before:
                row = rows[number % len(rows)]
                value = text_of(frame.state[row])
                change = _change(value, after.state[row])
                yield (
                    number,
                    {
                        "asks": f"{spoken_of(row)} is {spoken_of(value)}. What does it do next?",
                        "choices": ["it falls", "it stays", "it rises"],
                        "answer": 1 + (change or 0),
                    },
                )


def _rows_to_predict(frames: Sequence[Frame]) -> list[str]:
    """Return the names of the numbers that do not change the same way in all steps."""
    found = []
    for row in frames[0].state:
        values = [frame.state.get(row) for frame in frames]
        changes = {_change(one, other) for one, other in pairwise(values)}
        if None not in changes and len(changes) > 1:
            found.append(row)
    return found


def _change(one: object, other: object) -> int | None:
    """Return -1, 0 or 1 as a number falls, stays or rises, as it is shown; ``None`` without one.

    Examples
    --------
    >>> _change("0.50", "-1"), _change(2, 2), _change("1.5", 10.0), _change([1], 2)
    (-1, 0, 1, None)
    """
    try:
        first, second = (
            float(text_of(value).replace("\N{MINUS SIGN}", "-")) for value in (one, other)
        )
    except ValueError:
        return None
    return (second > first) - (second < first)


def spoken_of(text: str) -> str:
    """Return text with its formulas in plain characters."""
    return html.unescape(plain_of(text))


def held(data: object) -> str:
    """Return data as JSON, as an attribute in single quotes holds it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return html.escape(text, quote=False).replace("'", "&#39;")


_MARKS = {*get_args(NodeMark), *get_args(EdgeMark)}
_FORMULA = re.compile(r"(?<!\\)\$([^$]+)(?<!\\)\$")


def html_of(text: str) -> str:
    r"""Return text as HTML, its formulas in elements of the class ``math``.

    Examples
    --------
    >>> html_of("If $d(v) < 1$, it costs \\$5.")
    'If <span class="math">$d(v) &lt; 1$</span>, it costs $5.'
    """
    parts = _FORMULA.split(text)
    return "".join(
        f'<span class="math">${html.escape(part, quote=False)}$</span>'
        if i % 2
        else html.escape(part.replace(r"\$", "$"), quote=False)
        for i, part in enumerate(parts)
    )


def plain_of(text: str) -> str:
    r"""Return text as an attribute holds it, its formulas in plain characters.

    Examples
    --------
    >>> plain_of(r"It is $v_{12} = 2 \\cdot x^2$.")
    'It is v12 = 2 · x^2.'
    """

    def spoken(formula: re.Match[str]) -> str:
        words = formula[1]
        for command, character in _CHARACTERS.items():
            words = words.replace(command, character)
        return re.sub(r"\\[a-z]+|[{}_\\]", "", words)

    return html.escape(_FORMULA.sub(spoken, text).replace(r"\$", "$"))


_CHARACTERS = {
    r"\times": "\N{MULTIPLICATION SIGN}",
    r"\cdot": "\N{MIDDLE DOT}",
    r"\ldots": "\N{HORIZONTAL ELLIPSIS}",
    r"\,": " ",
}


def _row(name: str, value: object, before: object) -> str:
    """Return a variable and its value, in which is marked what was not there before."""
    items, known = items_of(value), Counter(items_of(before))
    changed = items != items_of(before)
    shown = []
    for item in items:
        new = known[item] == 0
        known[item] -= not new
        shown.append(f"<mark>{html_of(item)}</mark>" if new else html_of(item))
    values = ", ".join(shown) or "\N{EN DASH}"
    kind = ' class="dl-changed"' if changed else ""
    return f"<div{kind}><dt>{html_of(name)}</dt><dd>{values}</dd></div>"


def items_of(value: object) -> list[str]:
    """Return what a value consists of, as a reader reads it."""
    if isinstance(value, Mapping):
        value = [f"{key}: {text_of(one)}" for key, one in value.items()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [text_of(one).replace(" ", "\N{NO-BREAK SPACE}") for one in value]
    return [text_of(value)]
