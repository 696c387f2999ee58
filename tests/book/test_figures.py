"""Figures stand in the page in its own colours, and collide with nothing."""

import io
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from _ext.cells.figures import number_by_chapter, palette_css
from _ext.cells.folds import made_by
from compare_builds import TIMING
from docutils import nodes

from dlbook.graph import DiGraph
from dlbook.plot import draw_graph, figure
from dlbook.plot.style import read_palette
from dlbook.plot.svg import inline_svg, svg_of

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
    return inline_svg(drawn(), 'Two "lines" <rise>', classes="dl-figure dl-timing")


def test_palette_colours_become_custom_properties(markup):
    assert f"var(--dl-c0,{PALETTE['c0']['light']})" in markup
    assert not re.search(r"(stroke|fill): " + PALETTE["fg"]["light"], markup)


def test_a_colour_outside_the_palette_stays(markup):
    assert "var(" not in inline_svg(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9pt"><path fill="#123456"/></svg>',
        "",
    )


def test_the_figure_is_of_its_classes(markup):
    """By `dl-timing` two builds are compared without what a clock measured."""
    assert ElementTree.fromstring(markup).get("class") == "dl-figure dl-timing"
    assert TIMING.fullmatch(markup.encode())
    assert not TIMING.search(inline_svg(drawn(), "a").encode())


def test_alt_text_is_the_picture_s_name(markup):
    root = ElementTree.fromstring(markup)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Two "lines" <rise>'


def test_nothing_reaches_beyond_the_figure(markup):
    assert "<style" not in markup
    assert "<metadata" not in markup
    assert markup.count("xmlns") == 1


def test_references_inside_the_figure_resolve(markup):
    ids = set(re.findall(r' id="([^"]+)"', markup))
    used = set(re.findall(r'href="#([^"]+)"', markup)) | set(re.findall(r"url\(#(.+?)\)", markup))
    assert used
    assert used <= ids


def test_two_figures_of_a_page_share_no_id(markup):
    other = inline_svg(drawn(PALETTE["c1"]["light"]), "other")
    ids = [set(re.findall(r' id="([^"]+)"', text)) for text in (markup, other)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_figures_are_numbered_by_chapter():
    titles = {"a": "9. Graphs", "b": "Front", "c": "10. More"}
    numbers = {
        "a": {"figure": {"one": (1,), "two": (2,)}, "displaymath": {"eq": (1,)}},
        "b": {"figure": {"x": (3,)}},
        "c": {"figure": {"late": (14,), "early": (5,)}},
    }
    env = SimpleNamespace(
        titles={name: nodes.title("", text) for name, text in titles.items()},
        toc_fignumbers=numbers,
    )
    wanted = {
        "a": {"figure": {"one": ("9", "1"), "two": ("9", "2")}, "displaymath": {"eq": ("9", "1")}},
        "b": {"figure": {"x": ("1",)}},
        "c": {"figure": {"late": ("10", "2"), "early": ("10", "1")}},
    }
    for _ in range(2):  # a second builder finds them numbered
        number_by_chapter(None, SimpleNamespace(env=env))
        assert env.toc_fignumbers == wanted


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (nodes.paragraph("", "", nodes.Text("1.0")), ""),
        (nodes.image(uri="a.png"), "figure"),
        (nodes.raw("", "<svg></svg>", format="html", classes=["dl-figure"]), "figure"),
        (nodes.raw("", '<div class="dl-stepper" id="x"></div>', format="html"), "stepper"),
        (nodes.raw("", '<div class="dl-slider" id="x"></div>', format="html"), "slider"),
    ],
)
def test_a_folded_cell_is_called_by_what_it_makes(output, expected):
    assert made_by(nodes.container("", nodes.literal_block("", "code"), output)) == expected


def test_palette_css_has_each_colour_in_each_theme():
    css = palette_css(PALETTE)
    for name, pair in PALETTE.items():
        assert f"--dl-{name}:{pair['light']}" in css
        assert f"--dl-{name}:{pair['dark']}" in css


def test_a_wide_figure_keeps_its_type_legible_and_scrolls():
    chain = DiGraph((i, i + 1) for i in range(12))
    wide, narrow = (inline_svg(svg_of(draw_graph(chain, down=down)), "") for down in (False, True))
    assert "min-width" not in narrow
    width = float(re.search(r"min-width:(\d+)px", wide)[1])
    points = float(re.search(r'viewBox="0 0 ([\d.]+)', wide)[1])
    assert 9.5 * width / points >= 8.99


def test_nodes_that_are_links_have_names():
    fig = draw_graph(DiGraph([("a", "b")]), labels={"a": "first\nnode"}, links={"a": "x.html#a"})
    root = ElementTree.fromstring(inline_svg(svg_of(fig), "Two nodes"))
    (link,) = root.iter("{http://www.w3.org/2000/svg}a")
    assert link.attrib == {"href": "x.html#a", "aria-label": "first node"}
    assert root.get("role") == "group"


def test_pictures_may_share_the_shapes_of_letters():
    glyphs = {}
    one, two = (
        inline_svg(svg_of(draw_graph(DiGraph([(a, b)]))), "", glyphs=glyphs)
        for a, b in ("ab", "bc")
    )
    used = set(re.findall(r'href="#(DejaVu[^"]+)"', one + two))
    assert used == set(glyphs)
    assert len(glyphs) == 3
    assert "<defs" not in one + two


def test_coordinates_are_as_exact_as_an_eye(markup):
    """To a hundredth of a point; a scale, by which others are multiplied, keeps its digits."""

    def numbers(text, pattern):
        return [
            float(x) for part in re.findall(pattern, text) for x in re.findall(r"-?[\d.]+", part)
        ]

    for pattern in (r' d="([^"]*)"', r' x="([^"]*)"', r"translate\(([^)]*)\)"):
        drawn_, written = (numbers(text, pattern) for text in (drawn(), markup))
        assert written == pytest.approx(drawn_, abs=0.005 + 1e-9, rel=0)
    assert (
        max(
            len(x.partition(".")[2])
            for x in re.findall(r"[\d.]+", " ".join(re.findall(r' d="([^"]*)"', markup)))
        )
        == 2
    )
    scales = [numbers(text, r"scale\(([^)]*)\)") for text in (drawn(), markup)]
    assert scales[0] == scales[1]


def test_an_id_is_there_to_be_referred_to(markup):
    ids = re.findall(r' id="([^"]+)"', markup)
    assert ids
    assert all(f"#{x}" in markup for x in ids)
