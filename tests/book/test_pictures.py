"""Pictures of the pages: in few elements, and as matplotlib drew them."""

import doctest
import io
import re
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from _ext.page import pictures
from checks import browsed
from hypothesis import given
from hypothesis import strategies as st

from dlbook.graph import DiGraph
from dlbook.plot import Frame, draw_graph, figure, stepper
from dlbook.plot.svg import inline_svg, svg_of

#: How the site sets labels.
(TEXT,) = re.findall(
    r"svg\.dl-figure text \{(.*?)\}",
    (Path(pictures.__file__).parents[2] / "_static" / "dlbook.css").read_text("utf-8"),
)
LABELS = ["Kern AV, Type", "office fixes", "distance", "\u00d7 → \u03b1 ≤ ∞", "the steps"]


def drawn():
    """Return a figure with marks, shapes, formulas and letters that stand closer than most."""
    fig, axes = figure(1, 2)
    axes[0].plot([0, 1, 3], [1e-3, 1, 10], label=LABELS[0])
    axes[0].set(yscale="log", title=LABELS[1], ylabel=LABELS[2], xlabel=LABELS[3])
    axes[0].legend()
    axes[1].scatter([1, 2, 2.1], [3, 1, 1.2], alpha=0.5)
    axes[1].fill_between([1, 2], [1, 2], hatch="//")
    axes[1].set(xlabel="$w_1^2 + b$", ylabel="$e^{-x}$")
    axes[1].text(1.5, 2, r"$\frac{a}{b}$")
    axes[1].set_title(LABELS[4], weight="bold")
    return inline_svg(svg_of(fig), "A figure")


def graph():
    edges = DiGraph([("a", "b"), ("a", "c"), ("b", "d")])
    names = {"a": "Theorem 3.7\nAV Type"}
    return inline_svg(svg_of(draw_graph(edges, labels=names, links={"a": "#a"})), "A graph")


def test_its_examples_are_true():
    assert doctest.testmod(pictures).failed == 0


def texts(svg):
    """Return the labels of a picture; in some, two letters are one sign."""
    labels = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return [unicodedata.normalize("NFKC", "".join(one.itertext())) for one in labels]


def test_labels_are_text():
    found = texts(pictures.lighten(drawn()))
    assert set(LABELS) <= set(found)
    assert {"w21+b", "e\u2212x"} <= set(found)
    assert {"Theorem 3.7", "AV Type"} <= set(texts(pictures.lighten(graph())))


@pytest.mark.parametrize("draw", [drawn, graph])
def test_pictures_are_lighter(draw):
    before = draw()
    after = pictures.lighten(before)
    assert len(after) < 0.6 * len(before)
    assert after.count("<") < 0.5 * before.count("<")
    assert pictures.lighten(after) == after


def test_what_is_referred_to_is_there():
    markup = pictures.lighten(drawn())
    ids = re.findall(r' id="([^"]+)"', markup)
    assert len(ids) == len(set(ids))
    used = set(re.findall(r'href="#([^"]+)"', markup)) | set(re.findall(r"url\(#(.+?)\)", markup))
    assert used == set(ids)


def test_a_stepper_keeps_the_letters_that_it_needs():
    def frame(text):
        fig, axes = figure()
        axes.set_title(text)
        return Frame(fig, "One.")

    plain = stepper([frame("ab")], title="t", alt="a", name="t").to_html()
    assert "dl-glyphs" in plain
    assert "dl-glyphs" not in pictures.lighten(plain)
    strange = stepper([frame(r"$\mathcal{F}$")], title="t", alt="a", name="t").to_html()
    (shapes,) = re.findall(r'<svg class="dl-glyphs".*?</svg>', pictures.lighten(strange))
    (name,) = re.findall(r'<path id="([^"]*)"', shapes)
    assert f'href="#{name}"' in pictures.lighten(strange)


def points(path):
    """Return where a path leads, by a reading of its own."""
    found, x, y, start = [], 0.0, 0.0, (0.0, 0.0)
    for kind, numbers in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", path):
        given = [float(one) for one in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)]
        if kind in "zZ":
            (x, y) = start
            found.append("z")
            continue
        size = {"h": 1, "v": 1, "q": 4, "c": 6}.get(kind.lower(), 2)
        assert len(given) % size == 0, (path, kind, given)
        for i in range(0, len(given), size):
            part = given[i : i + size]
            if kind in "hv":
                part = [part[0], 0] if kind == "h" else [0, part[0]]
            shift = (x, y) if kind.islower() else (0.0, 0.0)
            part = [one + shift[j % 2] for j, one in enumerate(part)]
            x, y = part[-2:]
            if kind in "mM":
                start = (x, y)
            found.append(part)
    return found


COORDINATE = st.integers(-50_000, 50_000).map(lambda whole: whole / 100)


@st.composite
def paths(draw):
    """Return a path as `inline_svg` writes them."""
    made = []
    for _ in range(draw(st.integers(1, 3))):
        for kind, size in [
            ("M", 2),
            *draw(st.lists(st.sampled_from([("L", 2), ("Q", 4), ("C", 6)]), max_size=6)),
        ]:
            numbers = [f"{draw(COORDINATE):.2f}".rstrip("0").rstrip(".") for _ in range(size)]
            made.append(" ".join([kind, *numbers]))
        if draw(st.booleans()):
            made.append("z")
    return " ".join(made)


@given(paths())
def test_a_path_leads_where_it_led(path):
    written = pictures.by_change(path)
    for before, after in zip(points(path), points(written), strict=True):
        assert after == pytest.approx(before, abs=1e-6)


@pytest.mark.parametrize("path", ["M 0 0 A 1 1 0 0 1 2 2", "m 1 1 l 2 2", "M 1 2 3 4"])
def test_what_matplotlib_does_not_write_is_left(path):
    assert pictures.by_change(path) == path


@browsed
@pytest.mark.parametrize("draw", [drawn, graph])
def test_pictures_look_as_before(tmp_path, context, draw):
    """The ink of both: at a distance of half a pixel, it may differ in shades."""
    from PIL import Image

    pictures.write_faces(tmp_path)
    faces = "".join(
        f"@font-face {{ font-family: 'DejaVu Sans'; src: url('{face}.woff'); "
        + "; ".join(f"{key}: {value}" for key, value in style.items())
        + "}"
        for face, style in pictures.FACES.items()
    )
    style = f"{faces} svg {{ width: 1400px }} text {{ {TEXT} }}"
    ink = []
    page = context.new_page()
    page.set_viewport_size({"width": 1500, "height": 1500})
    for markup in (draw(), pictures.lighten(draw())):
        page_file = tmp_path / "page.html"
        page_file.write_text(f"<meta charset=utf-8><style>{style}</style>{markup}", "utf-8")
        page.goto(page_file.as_uri())
        page.evaluate("document.fonts.ready")
        with Image.open(io.BytesIO(page.locator("svg").screenshot())) as shot:
            ink.append(np.asarray(shot.convert("L"), dtype=float))
    page.close()
    assert np.ptp(ink[0]) > 200  # something is drawn
    different = np.abs(ink[0] - ink[1]) > 128
    assert different.mean() < 2e-4
