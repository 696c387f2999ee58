"""Figures stand in the page in its own colours, and collide with nothing."""

import io
import re
from xml.etree import ElementTree

import pytest
from _ext.figures import inline_svg, palette_css, read_palette
from compare_builds import TIMING

from dlbook.plot import figure

PALETTE = read_palette()


def drawn(colour=PALETTE["c0"]["light"]):
    fig, axes = figure()
    axes.plot([1, 2], color=colour)
    axes.imshow([[0, 1], [1, 0]], clip_on=True)
    file = io.StringIO()
    fig.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


@pytest.fixture(scope="module")
def markup():
    return inline_svg(drawn(), 'Two "lines" <rise>', PALETTE, "dl-figure dl-timing")


def test_palette_colours_become_custom_properties(markup):
    assert f"var(--dl-c0,{PALETTE['c0']['light']})" in markup
    assert not re.search(r"(stroke|fill): " + PALETTE["fg"]["light"], markup)


def test_a_colour_outside_the_palette_stays(markup):
    assert "var(" not in inline_svg(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9pt"><path fill="#123456"/></svg>',
        "",
        PALETTE,
        "dl-figure",
    )


def test_the_figure_is_of_its_classes(markup):
    """By `dl-timing` two builds are compared without what a clock measured."""
    assert ElementTree.fromstring(markup).get("class") == "dl-figure dl-timing"
    assert TIMING.fullmatch(markup.encode())
    assert not TIMING.search(inline_svg(drawn(), "a", PALETTE, "dl-figure").encode())


def test_alt_text_is_the_picture_s_name(markup):
    root = ElementTree.fromstring(markup)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Two "lines" <rise>'


def test_nothing_reaches_beyond_the_figure(markup):
    assert "<style" not in markup
    assert "<metadata" not in markup
    assert "xmlns" not in markup.replace("xlink", "")


def test_references_inside_the_figure_resolve(markup):
    ids = set(re.findall(r' id="([^"]+)"', markup))
    used = set(re.findall(r'href="#([^"]+)"', markup)) | set(re.findall(r"url\(#(.+?)\)", markup))
    assert used
    assert used <= ids


def test_two_figures_of_a_page_share_no_id(markup):
    other = inline_svg(drawn(PALETTE["c1"]["light"]), "other", PALETTE, "dl-figure")
    ids = [set(re.findall(r' id="([^"]+)"', text)) for text in (markup, other)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_palette_css_has_each_colour_in_each_theme():
    css = palette_css(PALETTE)
    for name, pair in PALETTE.items():
        assert f"--dl-{name}:{pair['light']}" in css
        assert f"--dl-{name}:{pair['dark']}" in css
