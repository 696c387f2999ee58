"""Pictures whose parameter the reader moves: a slider, without a kernel.

A `Slider` is HTML that stands on its own: without scripts, and in print, it is one of its frames.
``slider.js``, which the book's pages load and a notebook gets with the HTML, adds the control. The
picture is there once; of the other frames only the attributes are stored in which they differ,
such as the points of a curve.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from importlib import resources
from typing import Any
from xml.etree import ElementTree

from matplotlib.figure import Figure

from dlbook.plot.stepper import (
    Frame,
    held,
    html_of,
    items_of,
    plain_of,
    require_one_size,
    spoken_of,
)
from dlbook.plot.svg import inline_svg, svg_of

__all__ = ["Slider", "slider"]

_SVG = "http://www.w3.org/2000/svg"


class Slider:
    """What `slider` makes; a notebook and the book's pages show it."""

    def __init__(
        self,
        frames: Mapping[str, Frame],
        start: str,
        title: str,
        label: str,
        alt: str,
        name: str,
    ) -> None:
        self.frames = frames
        self.name = name
        picture, slots, moves = _moving(frames, start, alt, name)
        kept = [
            {
                "at": at,
                "says": spoken_of(frame.says),
                "state": [_in_words(value) for value in frame.state.values()],
                "moves": moves[at],
            }
            for at, frame in frames.items()
        ]
        data = held({"start": list(frames).index(start), "slots": slots, "frames": kept})
        rows = "".join(
            f"<div><dt>{html_of(key)}</dt>"
            f"<dd>{html.escape(_in_words(value), quote=False)}</dd></div>"
            for key, value in frames[start].state.items()
        )
        self._markup = (
            f'<div class="dl-slider" id="{name}" role="group" aria-label="{plain_of(title)}" '
            f"data-frames='{data}'>"
            f'<p class="dl-stepper-title">{html_of(title)}</p>'
            f'<p class="dl-at"><span id="{name}-label">{html_of(label)}</span> '
            f"<strong>{html.escape(start, quote=False)}</strong></p>"
            f'<div class="dl-frame">{picture}</div>'
            f'<p class="dl-says">{html.escape(spoken_of(frames[start].says), quote=False)}</p>'
            + (f'<dl class="dl-state">{rows}</dl>' if rows else "")
            + "</div>"
        )

    def to_html(self) -> str:
        """Return the picture with what its frames change, as HTML, without script and style."""
        return self._markup

    def _repr_html_(self) -> str:
        style, script = (
            resources.files("dlbook.plot").joinpath(file).read_text("utf-8")
            for file in ("stepper.css", "slider.js")
        )
        return f"<style>{style}</style>{self._markup}<script>{script}</script>"

    def __repr__(self) -> str:
        return f"Slider of {len(self.frames)} frames"


def slider(
    frames: Mapping[str, Frame],
    *,
    start: str,
    title: str,
    label: str,
    alt: str,
    name: str = "",
) -> Slider:
    """Let a reader move a parameter of a figure.

    The figures are drawn when this is called; the reader's slider goes through them.

    Parameters
    ----------
    frames
        The parameter's value, as it is shown, to the frame with its figure, its sentence and its
        state; in the order of the slider. All figures consist of the same curves, marks and
        letters, in other places or colours, and all states have the same names. Formulas in
        sentences and in values of the state are written in plain characters. Panels are where
        they are in the frame that is shown first.
    start
        The value whose frame is shown first, printed, and seen without scripts: the most telling.
    title
        What the picture is about.
    label
        What is moved.
    alt
        What the figures show, for those who do not see them.
    name
        The picture's address; no other id of the page may be the same. By default it is made from
        the title.

    Raises
    ------
    ValueError
        If `start` is not the value of a frame, or frames differ in more than places and colours.

    Examples
    --------
    >>> from dlbook.plot import figure
    >>> def frame(slope):
    ...     fig, axes = figure()
    ...     axes.plot([0, 1], [0, slope])
    ...     axes.set(ylim=(0, 2))
    ...     return Frame(fig, "A line.", state={"at 1": slope})
    >>> slider(
    ...     {f"a = {a}": frame(a) for a in (0.5, 1.0, 2.0)},
    ...     start="a = 1.0",
    ...     title="Lines through the origin",
    ...     label="Slope",
    ...     alt="A line that begins at the origin.",
    ... )
    Slider of 3 frames
    """
    shown = dict(frames)
    if start not in shown:
        raise ValueError(f"start is {start!r}; expected one of the frames' values {list(shown)}")
    for at, frame in shown.items():
        if frame.line is not None:
            raise ValueError(f"frame {at!r} names line {frame.line}; a slider has no algorithm")
        if list(frame.state) != list(shown[start].state):
            raise ValueError(
                f"the state of frame {at!r} has the names {list(frame.state)}, "
                f"that of {start!r} {list(shown[start].state)}; expected the same"
            )
    require_one_size(shown.values())
    name = name or re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return Slider(shown, start, title, label, alt, name)


def _in_words(value: object) -> str:
    return spoken_of(", ".join(items_of(value)))


def _moving(
    frames: Mapping[str, Frame], start: str, alt: str, name: str
) -> tuple[str, list[list[Any]], dict[str, list[str]]]:
    """Return the picture of a frame, what changes in it, and how in each frame.

    What changes is a list of pairs: the number that an element has as ``data-k``, and the name of
    an attribute. A frame has a value for each.
    """
    figures = [frame.figure for frame in frames.values()]
    drawn = dict(zip(frames, _drawn(figures, frames[start].figure), strict=True))
    pictures = {
        at: ElementTree.fromstring(_numbered(inline_svg(svg, alt, name=name)))
        for at, svg in drawn.items()
    }
    _complete_marks(list(pictures.values()))
    trees = {at: list(picture.iter()) for at, picture in pictures.items()}
    first = trees[start]
    for at, tree in trees.items():
        if (difference := _difference(first, tree)) is not None:
            raise ValueError(
                f"the figure of {at!r} has other {difference} than that of {start!r}; draw the "
                "same curves, marks and letters for each value, on axes with the same limits, "
                "and write what changes into the frame's sentence or state"
            )
    slots: list[list[Any]] = []
    moves: dict[str, list[str]] = {at: [] for at in trees}
    number = 0
    for alike in zip(*trees.values(), strict=True):
        changing = [key for key in alike[0].attrib if len({one.get(key) for one in alike}) > 1]
        for key in changing:
            slots.append([number, key])
            for at, one in zip(trees, alike, strict=True):
                moves[at].append(_compact(one.attrib[key]) if key in _PLACES else one.attrib[key])
        if changing:
            first_one = alike[list(trees).index(start)]
            first_one.set("data-k", str(number))
            number += 1
    ElementTree.register_namespace("", _SVG)
    return ElementTree.tostring(first[0], encoding="unicode"), slots, moves


def _drawn(figures: Iterable[Figure], first: Figure) -> Iterator[str]:
    """Yield figures as SVG, panels where one of them has them: they stay, and are placed once."""
    shown = svg_of(first)
    for figure in figures:
        if figure is not first:
            figure.set_layout_engine("none")
            for panel, model in zip(figure.axes, first.axes, strict=False):
                panel.set_position(model.get_position(original=True))
        yield shown if figure is first else svg_of(figure)


def _numbered(svg: str) -> str:
    """Return a picture in which shapes are called by their number, not by how they look.

    Examples
    --------
    >>> _numbered('<path id="it-m0123456789"/><use href="#it-m0123456789"/>')
    '<path id="it-0"/><use href="#it-0"/>'
    """
    found = dict.fromkeys(re.findall(r'id="([^"]*-)(\w*[0-9a-f]{10})"', svg))
    for number, (before, shape) in enumerate(found):
        svg = svg.replace(before + shape, f"{before}{number}")
    return svg


def _complete_marks(pictures: list[Any]) -> None:
    """Put marks that a picture lacks out of sight: matplotlib draws none beyond its edges."""
    for groups in zip(*(picture.iter(f"{{{_SVG}}}g") for picture in pictures), strict=False):
        marks = [[child for child in group if child.get("x")] for group in groups]
        most = max(marks, key=len)
        for group, there in zip(groups, marks, strict=True):
            for mark in most[len(there) :]:
                group.append(deepcopy(mark))
                group[-1].attrib |= {"x": "-99", "y": "-99"}


def _difference(one: list[Any], other: list[Any]) -> str | None:
    """Return in what two pictures differ besides the values of attributes."""
    if [element.tag for element in one] != [element.tag for element in other]:
        return "elements"
    for first, second in zip(one, other, strict=True):
        if first.attrib.keys() != second.attrib.keys() or first.text != second.text:
            return "elements"
        if any(first.get(key) != second.get(key) for key in _NAMES):  # a letter is a name
            return "letters"
    return None


_PLACES = {"d", "x", "y"}
_NAMES = {"id", "href", "clip-path"}


def _compact(places: str) -> str:
    """Return coordinates to a tenth of a point, with no more between them than they need.

    Examples
    --------
    >>> _compact("M 10 20.04 L 10.33 20 L 11 -0.04 L 12 1")
    'M10 20L10.3 20 11 0 12 1'
    >>> _compact("12.97")
    '13'
    """
    return "".join(_written(places))


def _written(places: str) -> Iterator[str]:
    last, free = "", True
    for word in places.split():
        if word.isalpha():
            if word != last or word in "MZz":
                yield word
                last, free = word, True
        else:
            number = f"{float(word):.1f}".removesuffix(".0")
            yield ("" if free else " ") + ("0" if number == "-0" else number)
            free = False
