"""Sliders: every frame is the picture that was drawn, by keyboard, by ear, without scripts."""

import html
import json
import re
from importlib import resources
from xml.etree import ElementTree

import numpy as np
import pytest
from _ext.cells.steppers import bare, moved
from _ext.page.pictures import lighten
from checks import SIDEWAYS, Visit, accessibility, browsed
from conftest import SITE

from dlbook.plot import PALETTE, Frame, figure, slider
from dlbook.plot.svg import inline_svg, svg_of

SLIDERS = [
    (path.relative_to(SITE).as_posix(), name)
    for path in sorted(SITE.rglob("*.html"))
    if "_modules" not in path.parts
    for name in re.findall(
        r'<div (?=[^>]*class="dl-slider")[^>]*?\bid="([^"]+)"', path.read_text("utf-8")
    )
] or [(None, None)]


def frame(a, says="It's a < b & c."):
    """Return a frame in which lines, marks, bars and colours change, and letters do not."""
    fig, (left, right) = figure(1, 2)
    x = np.linspace(-1, 1, 7)
    left.plot(x, a * x**2, "-o", label="a curve")
    left.scatter(x, a * x, color=PALETTE["c1" if a > 1 else "c2"])
    left.set(ylim=(0, 2), xlim=(-1.5, 1.5), xlabel="$x_1$")
    left.legend(loc="upper left")
    right.bar([1, 2], [a, 1 - a])
    right.set(ylim=(-3, 3))
    return Frame(fig, says, state={"a < b": a, "all": [a, 2 * a]})


VALUES = {"a = -2": -2.0, "a = 0.5": 0.5, "a = 30": 30.0}  # at 30 marks are beyond the picture


def made(**options):
    frames = {at: frame(a) for at, a in VALUES.items()}
    given = {"start": "a = 0.5", "title": "A & b", "label": "Factor $a$", "alt": "Two panels."}
    return slider(frames, **given | {"name": "it"} | options)


def data_of(root):
    return json.loads(root.get("data-frames"))


SVG = "{http://www.w3.org/2000/svg}"
NUMBER = r"-?\d+(?:\.\d+)?"


def numbers(text):
    return [float(one) for one in re.findall(NUMBER, text)]


def commands(path):
    """Return the commands of a path; one that is repeated may be written once."""
    return re.sub(r"(.)\1*", r"\1", re.sub(rf"{NUMBER}|\s", "", path))


def test_each_frame_is_the_picture_that_was_drawn():
    """What is moved, put into the first picture, is the other, drawn on its own."""
    root = ElementTree.fromstring(made().to_html())
    data = data_of(root)
    (picture,) = root.iter(f"{SVG}svg")
    parts = {int(part.get("data-k")): part for part in picture.iter() if part.get("data-k")}
    assert sorted(parts) == sorted({k for k, _ in data["slots"]})
    for kept, a in zip(data["frames"], VALUES.values(), strict=True):
        for (k, name), value in zip(data["slots"], kept["moves"], strict=True):
            parts[k].set(name, value)
        drawn = ElementTree.fromstring(inline_svg(svg_of(frame(a).figure), "Two panels."))
        theirs = [one for one in drawn.iter() if one.get("x") != "-99"]
        ours = [one for one in picture.iter() if one.get("x") != "-99"]
        assert [one.tag for one in ours] == [one.tag for one in theirs]
        for mine, other in zip(ours, theirs, strict=True):
            for name, value in other.attrib.items():
                if name in ("d", "x", "y"):
                    assert commands(mine.get(name)) == commands(value)
                    np.testing.assert_allclose(numbers(mine.get(name)), numbers(value), atol=0.051)
                elif name not in ("id", "href", "clip-path"):
                    assert mine.get(name) == value


def test_panels_stay_where_they_are():
    """Labels further from their axis would push the panel away."""

    def frame(pad):
        fig, axes = figure()
        axes.plot([0, 1], [0, 1])
        axes.tick_params(pad=pad)
        return Frame(fig, "a")

    moves = slider(
        {str(pad): frame(pad) for pad in (1, 30)}, start="1", title="t", label="l", alt="An axis."
    )
    slots = data_of(ElementTree.fromstring(moves.to_html()))["slots"]
    assert {name for _, name in slots} == {"transform"}, "only labels move"


def test_only_what_changes_is_stored():
    alike = {"1": Frame(figure()[0], "One."), "2": Frame(figure()[0], "Two.")}
    still = slider(alike, start="1", title="t", label="l", alt="An axis.")
    data = data_of(ElementTree.fromstring(still.to_html()))
    assert data["slots"] == []
    assert [one["moves"] for one in data["frames"]] == [[], []]
    one = svg_of(frame(0.5).figure)
    assert len(made().to_html()) < 2.2 * len(inline_svg(one, "Two panels."))


def test_without_scripts_it_is_the_frame_that_it_starts_with():
    root = ElementTree.fromstring(made().to_html())
    assert root.get("aria-label") == "A & b"
    assert "".join(root.find("p[@class='dl-at']").itertext()) == "Factor $a$ a = 0.5"
    assert root.find("p[@class='dl-says']").text == "It's a < b & c."
    rows = ["".join(row.itertext()) for row in root.findall("dl/div")]
    assert rows == ["a < b0.5", "all0.5, 1"]
    assert root.find(".//input") is None
    data = data_of(root)
    assert data["frames"][data["start"]]["at"] == "a = 0.5"
    minus = "\N{MINUS SIGN}"
    assert [one["state"] for one in data["frames"]] == [
        [f"{minus}2", f"{minus}2, {minus}4"],
        ["0.5", "0.5, 1"],
        ["30", "30, 60"],
    ]


def test_the_page_takes_its_script_and_style_from_the_site():
    shown = made()
    assert bare(shown._repr_html_()) == shown.to_html()
    assert moved(shown._repr_html_()) == ("slider", "it")
    script = resources.files("dlbook.plot").joinpath("slider.js").read_text("utf-8")
    assert len(script) < 3_000


def test_what_is_moved_is_still_there_when_the_picture_is_lighter():
    markup = lighten(made().to_html())
    held = html.unescape(re.search(r"data-frames='(.*?)'", markup)[1])
    wanted = {str(k) for k, _ in json.loads(held)["slots"]}
    assert set(re.findall(r'data-k="(\d+)"', markup)) == wanted


def titled(text):
    fig, axes = figure()
    axes.set_title(text)
    return Frame(fig, "a")


def with_lines(many):
    fig, axes = figure()
    for _ in range(many):
        axes.plot([0, 1])
    return Frame(fig, "a")


@pytest.mark.parametrize(
    ("frames", "start", "message"),
    [
        ({"1": frame(1)}, "2", r"start is '2'; expected one of the frames' values \['1'\]"),
        ({}, "1", r"start is '1'; expected one of the frames' values \[\]"),
        ({"1": with_lines(1), "2": with_lines(2)}, "1", "'2' has other elements than that of '1'"),
        ({"1": titled("a"), "2": titled("bc")}, "1", "'2' has other elements than that of '1'"),
        ({"1": titled("a"), "2": titled("b")}, "1", "'2' has other letters than that of '1'"),
        (
            {"1": Frame(figure()[0], "a"), "2": Frame(figure(height=1)[0], "a")},
            "1",
            r"sizes \[\(4.8, 1.0\), \(4.8, 3.2\)\]",
        ),
        ({"1": Frame(figure()[0], "a", line=1)}, "1", "frame '1' names line 1; a slider has no"),
        (
            {
                "1": Frame(figure()[0], "a", state={"x": 1}),
                "2": Frame(figure()[0], "a", state={"y": 1}),
            },
            "1",
            r"frame '2' has the names \['y'\], that of '1' \['x'\]",
        ),
    ],
)
def test_frames_that_cannot_be_moved_are_refused(frames, start, message):
    with pytest.raises(ValueError, match=message):
        slider(frames, start=start, title="t", label="l", alt="a")


# ---- moved ------------------------------------------------------------------------------


class Open:
    """A slider on an open page."""

    def __init__(self, page, name):
        self.page, self.name = page, name
        self.root = page.locator(f'.dl-slider[id="{name}"]')
        self.data = json.loads(self.root.get_attribute("data-frames"))

    @property
    def control(self):
        return self.root.get_by_role("slider")

    def now(self):
        """Return the number of the frame that is shown, having looked that all of it is."""
        found = self.page.evaluate(
            """(name) => {
              const root = document.getElementById(name);
              const { slots } = JSON.parse(root.dataset.frames);
              const part = (k) => root.querySelector(`[data-k="${k}"]`);
              return {
                at: root.querySelector(".dl-at strong").textContent,
                says: root.querySelector(".dl-says").textContent,
                state: [...root.querySelectorAll(".dl-state dd")].map((one) => one.textContent),
                moves: slots.map(([k, name]) => part(k).getAttribute(name)),
                spoken: root.querySelector("input").getAttribute("aria-valuetext"),
                value: Number(root.querySelector("input").value),
              };
            }""",
            self.name,
        )
        spoken, number = found.pop("spoken"), found.pop("value")
        assert found == self.data["frames"][number]
        assert spoken == found["at"]
        return number


@pytest.fixture
def page(browser, tmp_path):
    """Return a page of a notebook with a slider, from a file."""
    path = tmp_path / "page.html"
    path.write_text(f'<meta charset="utf-8"><title>t</title>{made()._repr_html_()}', "utf-8")
    with browser.new_context(viewport={"width": 700, "height": 900}) as fresh:
        opened = fresh.new_page()
        opened.goto(path.as_uri())
        yield opened


@pytest.mark.browser
@pytest.mark.slow
def test_the_keyboard_moves_it(page):
    there = Open(page, "it")
    bar = page.locator('svg.dl-figure g > path[data-k][d$="z"]').first
    assert there.now() == 1
    assert page.get_by_role("slider", name="Factor $a$", exact=True).count() == 1
    heights = {1: bar.bounding_box()["height"]}
    for key, expected in [("ArrowRight", 2), ("ArrowRight", 2), ("Home", 0), ("End", 2)]:
        there.control.press(key)
        assert there.now() == expected
        heights[expected] = bar.bounding_box()["height"]
    # A bar is |a| high; that of 30 reaches beyond the picture.
    assert heights[0] / heights[1] == pytest.approx(4, rel=0.02)
    assert heights[2] > heights[0]
    there.control.press("ArrowLeft")
    assert there.now() == 1
    assert page.locator(".dl-says").get_attribute("aria-live") == "polite"


@pytest.mark.browser
@pytest.mark.slow
def test_in_print_there_is_a_picture_and_no_control(page):
    page.emulate_media(media="print")
    there = Open(page, "it")
    assert not there.control.is_visible()
    assert page.locator(".dl-at strong").is_visible()
    assert page.locator("svg.dl-figure").bounding_box()["height"] > 100


@pytest.mark.browser
@pytest.mark.slow
def test_two_sliders_do_not_meet(browser):
    """Each cell of a notebook brings the script with it."""
    with browser.new_context() as fresh:
        page = fresh.new_page()
        page.set_content(made()._repr_html_() + made(name="other")._repr_html_())
        first, other = Open(page, "it"), Open(page, "other")
        first.control.press("End")
        assert (first.now(), other.now()) == (2, 1)
        other.control.press("Home")
        assert (first.now(), other.now()) == (2, 0)
        assert page.locator("input").count() == 2


# ---- in the book ------------------------------------------------------------------------


@pytest.mark.site
def test_the_chapters_have_sliders(site):
    expected = {"descent-slider", "temperature-slider", "difference-slider"}
    assert {name for _, name in SLIDERS} >= expected


@pytest.fixture(params=SLIDERS, ids=lambda pair: pair[1])
def opened(request, roots, context):
    """Open a page with a slider, from the file system."""
    path, name = request.param
    with Visit(context, f"{roots['file']}/{path}", roots["file"]) as visit:
        yield Open(visit.page, name)
        assert visit.findings == []


@browsed
def test_each_value_of_the_book_is_shown(opened):
    last = len(opened.data["frames"]) - 1
    assert opened.now() == opened.data["start"]
    opened.control.press("Home")
    seen = set()
    for number in range(last + 1):
        assert opened.now() == number
        seen.add(opened.root.locator("svg.dl-figure").inner_html())
        opened.control.press("ArrowRight")
    assert opened.now() == last
    assert len(seen) == last + 1


@browsed
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible_and_fits(opened, axe, theme):
    page, within = opened.page, f'[id="{opened.name}"]'
    page.emulate_media(color_scheme=theme)
    report = accessibility(page, axe, within)
    page.set_viewport_size({"width": 360, "height": 780})
    for number in range(len(opened.data["frames"])):
        opened.control.fill(str(number))
        report += [f"{number}: {what}" for what in page.evaluate(SIDEWAYS)]
    assert report == []
    assert opened.control.bounding_box()["height"] >= 24
    page.set_viewport_size({"width": 1280, "height": 900})


@browsed
def test_nothing_below_it_moves(opened):
    """Whatever is shown, the slider is as high as before."""
    heights = {}
    for number, kept in enumerate(opened.data["frames"]):
        opened.control.fill(str(number))
        heights[kept["at"]] = round(opened.root.bounding_box()["height"])
    assert len(set(heights.values())) == 1, heights


@browsed
def test_without_scripts_there_is_a_picture_and_no_control(opened, browser):
    with browser.new_context(java_script_enabled=False) as plain:
        page = plain.new_page()
        page.goto(opened.page.url)
        root = page.locator(f'[id="{opened.name}"]')
        assert root.locator("svg.dl-figure").is_visible()
        assert root.locator("input, button").count() == 0
        shown = opened.data["frames"][opened.data["start"]]
        assert root.locator(".dl-at strong").text_content() == shown["at"]
        assert root.locator(".dl-says").text_content() == shown["says"]


@browsed
def test_printed_it_is_a_picture(opened):
    opened.page.emulate_media(media="print")
    assert not opened.control.is_visible()
    assert opened.root.locator("svg.dl-figure").is_visible()
    opened.page.emulate_media(media="screen")
