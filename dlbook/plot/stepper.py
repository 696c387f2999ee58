"""Algorithms, stepped by the reader: a picture, a sentence and the state for each step.

A `Stepper` is HTML that stands on its own: without scripts it shows all steps as small multiples.
``stepper.js``, which the book's pages load and a notebook gets with the HTML, puts buttons, a
slider and keys on it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources

from matplotlib.figure import Figure

from dlbook.plot.graphs import text_of
from dlbook.plot.svg import SMALLEST, inline_svg, svg_of

__all__ = ["Frame", "Stepper", "stepper"]


@dataclass(frozen=True)
class Frame:
    """One step.

    Attributes
    ----------
    figure
        The picture; of the same size for all steps.
    says
        One sentence: what has happened.
    line
        Which line of the algorithm did it, counted from 1.
    state
        Name of a variable to its value, shown beside the picture.
    """

    figure: Figure
    says: str
    line: int | None = None
    state: Mapping[str, object] = field(default_factory=dict)


class Stepper:
    """What `stepper` makes; a notebook and the book's pages show it."""

    def __init__(
        self, frames: Sequence[Frame], title: str, alt: str, lines: Sequence[str], name: str
    ) -> None:
        self.frames = frames
        self.name = name
        glyphs: dict[str, str] = {}
        steps = [self._step(number, frame, alt, glyphs) for number, frame in enumerate(frames, 1)]
        algorithm = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
        shapes = re.sub(r'id="(.*?)"', rf'id="{name}-\1"', "".join(glyphs.values()))
        self._markup = (
            f'<div class="dl-stepper" id="{name}" role="group" aria-label="{html.escape(title)}" '
            f'style="--dl-step:{_legible_width(frames[0].figure)}px">'
            f'<svg class="dl-glyphs" width="0" height="0" aria-hidden="true"><defs>{shapes}</defs>'
            f'</svg><p class="dl-stepper-title">{html.escape(title)}</p>'
            + (f'<ol class="dl-lines">{algorithm}</ol>' if lines else "")
            + f'<ol class="dl-steps">{"".join(steps)}</ol></div>'
        )

    def _step(self, number: int, frame: Frame, alt: str, glyphs: dict[str, str]) -> str:
        label = f"{alt} Step {number} of {len(self.frames)}."
        picture = inline_svg(svg_of(frame.figure), label, glyphs=glyphs)
        for glyph in glyphs:
            picture = picture.replace(f'href="#{glyph}"', f'href="#{self.name}-{glyph}"')
        rows = "".join(
            f"<div><dt>{html.escape(key)}</dt><dd>{html.escape(_shown(value))}</dd></div>"
            for key, value in frame.state.items()
        )
        line = f' data-line="{frame.line}"' if frame.line else ""
        where = f' <span class="dl-line">Line {frame.line}.</span>' if frame.line else ""
        return (
            f'<li class="dl-step" id="{self.name}-{number}"{line}>'
            f'<div class="dl-frame">{picture}</div>'
            f'<p class="dl-says"><span class="dl-count">{number}</span> '
            f"{html.escape(frame.says)}{where}</p>"
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
        return f"Stepper of {len(self.frames)} frames"


def stepper(
    frames: Iterable[Frame],
    *,
    title: str,
    alt: str,
    lines: Sequence[str] = (),
    name: str = "",
) -> Stepper:
    """Let a reader step an algorithm forwards and backwards.

    Parameters
    ----------
    frames
        Each with its picture, its sentence and its state, from whatever yields them.
    title
        What is stepped.
    alt
        What the pictures show, for those who do not see them.
    lines
        The algorithm; while it is stepped, the line that a frame names stands out.
    name
        Beginning of the steps' addresses, such as ``kahn`` for ``#kahn-3``; no other id of the
        page may be the same. By default it is made from the title.

    Raises
    ------
    ValueError
        If there is no frame, frames differ in size, or a frame names a line that is not there.

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
    sizes = {tuple(frame.figure.get_size_inches().round(6).tolist()) for frame in shown}
    if len(sizes) > 1:
        raise ValueError(f"frames have the sizes {sorted(sizes)}, in inches; expected one")
    name = name or re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return Stepper(shown, title, alt, lines, name)


def _legible_width(figure: Figure) -> int:
    """Return how many pixels a picture needs for its type to be nine of them high."""
    return round(float(72 * figure.get_size_inches()[0]) * 9 / SMALLEST)


def _shown(value: object) -> str:
    """Return a value as a reader reads it: items side by side, a dash for nothing."""
    if isinstance(value, Mapping):
        value = [f"{key}: {text_of(one)}" for key, one in value.items()]
    if isinstance(value, (list, tuple, set, frozenset)):
        items = (text_of(one).replace(" ", "\N{NO-BREAK SPACE}") for one in value)
        return ", ".join(items) or "\N{EN DASH}"
    return text_of(value)
