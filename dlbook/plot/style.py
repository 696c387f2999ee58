"""The book's one figure style: colours, sizes and the way a notebook shows a figure.

The colours stand in ``palette.json``, each with a light and a dark value. Figures are drawn
with the light ones; the built page replaces them by CSS custom properties made from the same
file, so that one vector picture serves both.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from importlib import resources
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.figure import Figure

__all__ = ["CYCLE", "PALETTE", "STYLE", "WIDTH", "figure", "read_palette", "use_style"]


def read_palette() -> dict[str, dict[str, str]]:
    """Return name → ``{"light": colour, "dark": colour}`` of the book's palette."""
    text = resources.files("dlbook.plot").joinpath("palette.json").read_text("utf-8")
    palette: dict[str, dict[str, str]] = json.loads(text)
    return palette


#: Name of a colour (``"c0"`` to ``"c5"``, ``"fg"``, ``"muted"``, ``"grid"``, ``"bg"``,
#: ``"accent"``) to its light value.
PALETTE: Mapping[str, str] = {name: pair["light"] for name, pair in read_palette().items()}

#: Colour and line style of the first, second, … curve: told apart in grey by the dashes.
CYCLE: tuple[tuple[str, Any], ...] = tuple(
    zip(
        (PALETTE[f"c{i}"] for i in range(6)),
        ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1))),
        strict=True,
    )
)

#: Width of a figure in inches. At the 328 px that a phone leaves, type of 9.5 points drawn at
#: this width is still 9 px high.
WIDTH = 4.8

STYLE: dict[Any, Any] = {
    "axes.edgecolor": PALETTE["muted"],
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": PALETTE["fg"],
    "axes.labelsize": 10,
    "axes.prop_cycle": cycler(
        color=[colour for colour, _ in CYCLE], linestyle=[dashes for _, dashes in CYCLE]
    ),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": PALETTE["fg"],
    "axes.titlesize": 10.5,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "figure.figsize": (WIDTH, 3.2),
    "font.size": 10,
    "grid.color": PALETTE["grid"],
    "grid.linewidth": 0.6,
    "legend.edgecolor": PALETTE["grid"],
    "legend.facecolor": "none",
    "legend.fontsize": 9.5,
    "legend.labelcolor": PALETTE["fg"],
    "lines.linewidth": 1.8,
    "savefig.facecolor": "none",
    "svg.fonttype": "path",
    # Ids inside the SVG come from this salt, so that two builds give the same bytes.
    "svg.hashsalt": "dlbook",
    "text.color": PALETTE["fg"],
    "xtick.color": PALETTE["muted"],
    "xtick.labelcolor": PALETTE["fg"],
    "xtick.labelsize": 9.5,
    "ytick.color": PALETTE["muted"],
    "ytick.labelcolor": PALETTE["fg"],
    "ytick.labelsize": 9.5,
}


def use_style() -> None:
    """Draw in the book's style from here on; in a notebook, show figures as SVG.

    They come as PNG too, since Jupyter shows no SVG of a notebook that its reader has not run.

    Examples
    --------
    >>> use_style()
    >>> matplotlib.rcParams["svg.hashsalt"]
    'dlbook'
    """
    matplotlib.rcParams.update(STYLE)
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        # bbox_inches=None keeps the width that the type size was chosen for.
        set_matplotlib_formats(  # type: ignore[no-untyped-call]
            "svg", "retina", bbox_inches=None, metadata={"Date": None}
        )


def figure(
    rows: int = 1, columns: int = 1, *, height: float = 3.2, **subplots: Any
) -> tuple[Figure, Any]:
    """Return a figure of the book's width and its axes, in the book's style.

    The figure belongs to the caller: ``pyplot`` does not know it, and a notebook shows it
    where it is the last line of a cell.

    Parameters
    ----------
    rows, columns
        Number of panels, each ≥ 1.
    height
        Height of the whole figure in inches, > 0.
    **subplots
        Handed to :meth:`matplotlib.figure.Figure.subplots`, such as ``sharex=True``.

    Returns
    -------
    fig : matplotlib.figure.Figure
        The figure.
    axes : matplotlib.axes.Axes or numpy.ndarray
        One ``Axes`` for a single panel, else an array of them, of shape ``(rows,)``,
        ``(columns,)`` or ``(rows, columns)``.

    Examples
    --------
    >>> fig, axes = figure(1, 2, sharey=True)
    >>> axes.shape
    (2,)
    """
    with matplotlib.rc_context(STYLE):
        fig = Figure(figsize=(WIDTH, height))
        return fig, fig.subplots(rows, columns, **subplots)
