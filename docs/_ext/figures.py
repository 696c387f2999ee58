"""Figures that are right in light and dark: inline SVG in the page's own colours.

A chapter's figure is an SVG drawn by :mod:`dlbook.plot` with the light colours of
``palette.json``. On HTML pages it is written into the page itself, each of these colours
replaced by a custom property (``var(--dl-c0)``), so that the theme switch recolours it.
The same file becomes the style sheet ``palette.css``. A figure without alt text is a warning.
"""

from __future__ import annotations

import hashlib
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"


def read_palette() -> dict[str, dict[str, str]]:
    """Return name → ``{"light": colour, "dark": colour}`` of the book's palette."""
    # Found by the package's folder: importing dlbook.plot would load matplotlib into the build.
    text = resources.files("dlbook").joinpath("plot", "palette.json").read_text("utf-8")
    palette: dict[str, dict[str, str]] = json.loads(text)
    return palette


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


def inline_svg(svg: str, alt: str, palette: dict[str, dict[str, str]], classes: str) -> str:
    """Return an SVG file's text as markup of these classes to stand in an HTML page.

    Ids get a prefix made from the picture, since a page may hold several; matplotlib's style
    sheet, which would reach the whole page, becomes attributes of the root.
    """
    root = ElementTree.fromstring(svg)
    prefix = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8] + "-"
    names = {pair["light"].lower(): name for name, pair in reversed(palette.items())}

    def recolour(match: re.Match[str]) -> str:
        name = names.get(match[0].lower())
        return f"var(--dl-{name},{match[0]})" if name else match[0]

    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{_SVG}metadata", f"{_SVG}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for key, value in list(element.attrib.items()):
            del element.attrib[key]
            key = key.removeprefix(_XLINK)
            if key == "id":
                value = prefix + value
            elif key == "href" and value.startswith("#"):
                value = "#" + prefix + value[1:]
            elif key in ("style", "fill", "stroke"):
                value = re.sub(r"#[0-9a-fA-F]{6}\b", recolour, value)
            value = value.replace("url(#", f"url(#{prefix}")
            element.set(key, value)
    width = float(root.attrib.pop("width").removesuffix("pt")) * 4 / 3
    root.attrib.pop("height", None)
    root.attrib.pop("version", None)
    root.set("class", classes)
    root.set("role", "img")
    root.set("aria-label", alt)
    # A figure may grow by a quarter beyond its drawn size, so that its type meets the text's.
    root.set("style", f"stroke-linejoin:round;stroke-linecap:butt;max-width:{1.25 * width:.0f}px")
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


class InlineFigures(SphinxPostTransform):
    """Replace a notebook's SVG images by inline markup; ask every image for alt text."""

    default_priority = 5  # before Sphinx collects and converts images for the builder

    def run(self, **kwargs: Any) -> None:
        palette = read_palette()
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
                markup = inline_svg(path.read_text("utf-8"), alt, palette, classes)
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


def _write_palette(app: Sphinx) -> None:
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        (static / "palette.css").write_text(palette_css(read_palette()), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform and the palette's style sheet."""
    app.add_post_transform(InlineFigures)
    app.connect("builder-inited", _write_palette)
    app.add_css_file("palette.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
