"""Figures that are right in light and dark: inline SVG in the page's own colours.

A chapter's figure is an SVG drawn by :mod:`dlbook.plot` with the light colours of
``palette.json``. On HTML pages it is written into the page itself, each of these colours
replaced by a custom property (``var(--dl-c0)``), so that the theme switch recolours it.
The same file becomes the style sheet ``palette.css``. A figure without alt text is a warning.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from _ext.logic.labels import chapter_of, numbered
from dlbook.plot.style import read_palette
from dlbook.plot.svg import inline_svg

logger = logging.getLogger(__name__)

#: Page → kind → label → the parts of a number.
Numbers: TypeAlias = dict[str, dict[str, dict[str, tuple[str, ...]]]]


def palette_css(palette: dict[str, dict[str, str]]) -> str:
    """Return the palette as custom properties, for light, dark and print."""

    def rules(theme: str) -> str:
        return "".join(f"--dl-{name}:{pair[theme]};" for name, pair in palette.items())

    return (
        f"body{{{rules('light')}}}\n"
        f'body[data-theme="dark"]{{{rules("dark")}}}\n'
        "@media (prefers-color-scheme:dark)"
        f'{{body:not([data-theme="light"]){{{rules("dark")}}}}}\n'
        f"@media print{{body:is(*,[data-theme]){{{rules('light')}}}}}\n"
    )


def framed(svg: str) -> str:
    """Return a picture in the frame in which it scrolls where it is wider than the page."""
    return f'<div class="dl-frame">{svg}</div>'


class InlineFigures(SphinxPostTransform):
    """Replace a notebook's SVG images by inline markup; ask every image for alt text."""

    default_priority = 5  # before Sphinx collects and converts images for the builder

    def run(self, **kwargs: Any) -> None:
        for image in list(self.document.findall(nodes.image)):
            alt = image.get("alt", "").strip()
            if not alt:
                logger.warning(
                    "image %s has no alt text; say what is there (cell metadata: "
                    "mystnb: {image: {alt: …}})",
                    image["uri"],
                    location=_with_line(image),
                    type="dlbook",
                    subtype="figure",
                )
            path = Path(self.app.srcdir, image["uri"])
            if self.app.builder.format == "html" and _is_drawn(path):
                # What a clock measured is masked where two builds are compared.
                classes = "dl-figure" + " dl-timing" * ("timing" in _tags(image))
                markup = framed(inline_svg(path.read_text("utf-8"), alt, classes=classes))
                image.replace_self(nodes.raw("", markup, format="html", classes=["dl-figure"]))


def _tags(node: nodes.Element | None) -> list[str]:
    """Return the tags of the cell that a node is in."""
    while node is not None and node.get("nb_element") != "cell_code":
        node = node.parent
    return node["cell_metadata"].get("tags", []) if node else []


def _with_line(node: nodes.Element) -> nodes.Element:
    """Return the innermost element around a node that knows its line in the source."""
    while not node.line and node.parent is not None:
        node = node.parent
    return node


def _is_drawn(path: Path) -> bool:
    """Tell whether an image was drawn by a cell, not brought along as a file."""
    return path.suffix == ".svg" and "jupyter_execute" in path.parts


def numbers_by_chapter(env: BuildEnvironment) -> Numbers:
    """Return the numbers of figures, tables and formulas in their chapters, such as 10.1.

    Sphinx numbers them through the whole book, or by the sections of a numbered table of contents;
    our chapters have their numbers in their titles.
    """
    found: Numbers = {}
    for docname, kinds in env.toc_fignumbers.items():
        chapter = chapter_of(env.titles[docname].astext())
        found[docname] = {}
        for kind, numbers in kinds.items():
            order = sorted(numbers, key=lambda label: int(numbers[label][-1]))
            found[docname][kind] = {
                # Sphinx joins the parts with dots, whatever they are.
                label: tuple(numbered(chapter, count).split("."))
                for count, label in enumerate(order, 1)
            }
    return found


def number_by_chapter(app: Sphinx, builder: Builder) -> None:
    """Show these numbers.

    Done when writing begins, so that from one build to the next Sphinx compares its own numbers,
    and writes the pages that have others.
    """
    builder.env.toc_fignumbers = numbers_by_chapter(builder.env)  # type: ignore[assignment]


def _write_palette(app: Sphinx) -> None:
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        (static / "palette.css").write_text(palette_css(read_palette()), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform and the palette's style sheet."""
    app.add_post_transform(InlineFigures)
    app.connect("builder-inited", _write_palette)
    app.connect("write-started", number_by_chapter)
    app.add_css_file("palette.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
