"""Steppers in the built pages: every control, every step, by keyboard, by ear, without scripts."""

import gzip
import re
from importlib import resources
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from _ext.cells.steppers import with_formulas
from checks import SIDEWAYS, Visit, accessibility, browsed
from conftest import SITE

from dlbook.plot import EdgeMark, Frame, NodeMark, figure, stepper

STEPPERS = [
    (path.relative_to(SITE).as_posix(), name)
    for path in sorted(SITE.rglob("*.html"))
    if "_modules" not in path.parts
    for name in re.findall(
        r'<div (?=[^>]*class="dl-stepper")[^>]*?\bid="([^"]+)"', path.read_text("utf-8")
    )
] or [(None, None)]
each = pytest.mark.parametrize(("page", "name"), STEPPERS)


def sized(text):
    return len(gzip.compress(text.encode()))


@pytest.mark.site
def test_the_chapters_step_their_algorithms(site):
    expected = {"kahn-steps", "search-steps", "cycle-steps", "forward-steps", "backward-steps"}
    expected |= {"descent-steps"}
    assert {name for _, name in STEPPERS} >= expected


@pytest.mark.site
@each
def test_a_stepper_is_small(site, page, name):
    html = Path(site, page).read_text("utf-8")
    start = html.index(f'class="dl-stepper" id="{name}"')
    assert sized(html[start : html.index("</ol></div>", start)]) <= 300_000


def test_the_script_is_small():
    script = resources.files("dlbook.plot").joinpath("stepper.js").read_text("utf-8")
    assert sized(script) <= 8_000


def test_the_html_is_well_formed_and_has_all_steps():
    frames = [Frame(figure()[0], f"a < {i} & b", 1, {"x": [i, 0.5]}) for i in range(3)]
    made = stepper(frames, title="T & t", alt="An axis.", lines=["one < two"], name="t")
    root = ElementTree.fromstring(made.to_html())
    steps = root.findall(".//li[@class='dl-step']")
    assert [step.get("id") for step in steps] == ["t-1", "t-2", "t-3"]
    says = ["".join(step.find("p").itertext()) for step in steps]
    assert says == [f"{i + 1} a < {i} & b Line 1." for i in range(3)]
    assert ["".join(step.find("dl").itertext()) for step in steps] == [
        "x0, 0.5",
        "x1, 0.5",
        "x2, 0.5",
    ]
    svg = "{http://www.w3.org/2000/svg}svg"
    labels = [picture.get("aria-label") for step in steps for picture in step.iter(svg)]
    assert labels == [f"An axis. Step {i} of 3." for i in (1, 2, 3)]


def parsed(*frames, **options):
    made = stepper(frames, title="t", alt="An axis.", name="t", **options)
    return ElementTree.fromstring(made.to_html())


def test_formulas_are_set_apart_and_read_aloud_in_plain_characters():
    axes = figure()[0]
    root = parsed(
        Frame(axes, r"$d(v_{1}) < 2$, \$5 & $x \cdot y$.", 1, {"$Q$": "$1 + 1$"}),
        lines=["Let $a < b$."],
        legend={"filled": "in $L$", "below the name": "$d$"},
    )
    found = ["".join(span.itertext()) for span in root.findall(".//span[@class='math']")]
    assert found == ["$a < b$", "$L$", "$d$", "$d(v_{1}) < 2$", r"$x \cdot y$", "$Q$", "$1 + 1$"]
    step = root.find(".//li[@class='dl-step']")
    assert step.get("data-says") == "d(v1) < 2, $5 & x · y. Line 1."
    keys = root.findall(".//ul[@class='dl-legend']/li")
    assert ["".join(key.itertext()) for key in keys] == ["in $L$", "below the name: $d$"]
    assert [span.get("class") for span in keys[0]] == ["dl-key dl-key-filled", None]


def test_every_mark_has_its_key():
    css = resources.files("dlbook.plot").joinpath("stepper.css").read_text("utf-8")
    for mark in (*get_args(NodeMark), *get_args(EdgeMark)):
        root = parsed(Frame(figure()[0], "a"), legend={mark: "meaning"})
        assert root.find(f".//span[@class='dl-key dl-key-{mark}']") is not None
        assert f".dl-key-{mark} {{" in css


def test_what_is_new_in_the_state_is_marked():
    axes = figure()[0]
    states = [
        {"Q": ["a", "b"], "d": {"a": 0, "b": 1}, "n": 1, "P": []},
        {"Q": ["b"], "d": {"a": 0, "b": 0}, "n": 1, "P": ["a"]},
        {"Q": ["b", "b"], "d": {"a": 0, "b": 0}, "n": 2, "P": ["a"], "cycle": "yes"},
    ]
    root = parsed(*(Frame(axes, "a", state=state) for state in states))
    steps = root.findall(".//li[@class='dl-step']")
    marked = [[mark.text for mark in step.iter("mark")] for step in steps]
    no_break = "\N{NO-BREAK SPACE}"
    assert marked == [[], [f"b:{no_break}0", "a"], ["b", "2", "yes"]]
    changed = [
        ["".join(row.find("dt").itertext()) for row in step.findall(".//div[@class='dl-changed']")]
        for step in steps
    ]
    assert changed == [[], ["Q", "d", "P"], ["Q", "n", "cycle"]]


def test_the_book_sets_the_formulas_and_says_which_it_cannot():
    made = stepper([Frame(figure()[0], r"$a < b$, $\nonsense$")], title="t", alt="a", name="t")
    markup, wrong = with_formulas(made.to_html())
    assert [what.partition(":")[0] for what in wrong] == [r"\nonsense"]
    (good, _) = re.findall(r'<span class="math">(.*?)</p>', markup)[0].split("</span>, ", 1)
    assert re.sub("<[^>]*>", "", good) == "a&lt;b"
    plain = stepper([Frame(figure()[0], "a")], title="t", alt="a", name="t").to_html()
    assert with_formulas(plain) == (plain, [])


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ([], "frames is empty"),
        ([Frame(figure()[0], "a", 3)], "frame 1 names line 3 of 2"),
        (
            [Frame(figure()[0], "a"), Frame(figure(height=1)[0], "b")],
            r"sizes \[\(4.8, 1.0\), \(4.8, 3.2\)\]",
        ),
    ],
)
def test_frames_that_cannot_be_stepped_are_refused(frames, message):
    with pytest.raises(ValueError, match=message):
        stepper(frames, title="t", alt="a", lines=["one", "two"])


class Open:
    """A stepper on an open page."""

    def __init__(self, page, name, path=None):
        self.page, self.name, self.path = page, name, path
        self.root = page.locator(f'.dl-stepper[id="{name}"]')
        self.count = self.root.locator(".dl-step").count()

    def button(self, text):
        return self.root.get_by_role("button", name=text, exact=True)

    @property
    def slider(self):
        return self.root.get_by_role("slider")

    def now(self):
        """Return which step is shown, having looked that it alone is, whole and announced."""
        found = self.page.evaluate(
            """(name) => {
              const root = document.getElementById(name);
              const steps = [...root.querySelectorAll(".dl-step")];
              const seen = steps.filter((step) => step.checkVisibility({visibilityProperty: true}));
              const lit = [...root.querySelectorAll(".dl-lines > [aria-current]")];
              const lines = [...root.querySelectorAll(".dl-lines > li")];
              const box = seen[0].querySelector("svg").getBoundingClientRect();
              return {
                seen: seen.map((step) => steps.indexOf(step) + 1),
                says: seen[0].dataset.says,
                said: root.querySelector(".dl-said").textContent,
                line: Number(seen[0].dataset.line ?? 0),
                lit: lit.map((line) => lines.indexOf(line) + 1),
                slider: Number(root.querySelector("input").value),
                drawn: box.width > 50 && box.height > 20,
                count: root.querySelector(".dl-controls a").textContent,
              };
            }""",
            self.name,
        )
        (step,) = found["seen"]
        assert found["slider"] == step
        assert found["count"] == f"{step} / {self.count}"
        assert found["drawn"]
        assert found["lit"] == [found["line"]] * bool(found["line"])
        assert found["said"] in ("", f"Step {step} of {self.count}. {found['says']}")
        return step


@pytest.fixture(scope="module", params=STEPPERS, ids=lambda pair: pair[1])
def visited(request, roots, context):
    """Open a page with a stepper once for all tests of the stepper."""
    path, name = request.param
    with Visit(context, f"{roots['http']}/{path}", roots["http"]) as visit:
        yield visit, Open(visit.page, name, path)


@pytest.fixture
def opened(visited):
    """Return a stepper on an open page, as it is when the page has been loaded."""
    visit, stepper = visited
    visit.page.emulate_media(media="screen", color_scheme="light")
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    stepper.slider.fill("1")
    visit.page.evaluate("history.replaceState(null, '', location.pathname); scrollTo(0, 0)")
    yield stepper
    assert visit.findings == []


@browsed
def test_buttons_lead_through_all_steps_and_back(opened):
    assert opened.now() == 1
    opened.button("Back").dispatch_event("click")  # which does nothing here
    assert opened.now() == 1
    for step in range(2, opened.count + 1):
        opened.button("Next").click()
        assert opened.now() == step
        assert opened.page.evaluate("location.hash") == f"#{opened.name}-{step}"
    opened.button("Next").dispatch_event("click")
    assert opened.now() == opened.count
    for step in range(opened.count - 1, 0, -1):
        opened.button("Back").click()
        assert opened.now() == step


@browsed
def test_the_slider_leads_to_any_step(opened):
    for step in [*range(opened.count, 0, -1), opened.count]:
        opened.slider.fill(str(step))
        assert opened.now() == step
        assert opened.slider.get_attribute("aria-valuetext") == f"{step} of {opened.count}"


# From the top of a page it would take hundreds of stops.
FOCUS_BEFORE = """(name) => {
  const start = Object.assign(document.createElement("a"), { href: "#" });
  document.getElementById(name).before(start);
  start.focus();
}"""


@browsed
def test_the_keyboard_is_enough(opened):
    page = opened.page
    page.evaluate(FOCUS_BEFORE, opened.name)
    inside = f"document.activeElement.closest('[id=\"{opened.name}\"]') !== null"
    page.keyboard.press("Tab")
    focused = "document.activeElement.textContent || document.activeElement.type"
    reached = []
    while page.evaluate(inside):
        if page.evaluate("document.activeElement.closest('.dl-controls') !== null"):
            reached.append(page.evaluate(focused))
            key_of = {"Back": ["End", "ArrowLeft", "Home", "ArrowRight"], "range": ["End", "Home"]}
            for key in key_of.get(reached[-1], []):
                before = opened.now()
                page.keyboard.press(key)
                expected = {
                    "End": opened.count,
                    "Home": 1,
                    "ArrowLeft": before - 1,
                    "ArrowRight": before + 1,
                }
                assert opened.now() == expected[key]
        page.keyboard.press("Tab")
    assert [name for name in reached if name in ("Back", "Next", "range")] == [
        "Back",
        "Next",
        "range",
    ]
    opened.button("Next").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert opened.now() == min(3, opened.count)


@browsed
def test_it_plays_to_the_end_and_stops(opened, roots, browser):
    with browser.new_context(reduced_motion="no-preference") as moving:
        page = moving.new_page()
        page.clock.install()
        page.goto(f"{roots['http']}/{opened.path}")
        playing = Open(page, opened.name)
        playing.button("Play").click()
        page.clock.run_for(1900)
        assert playing.now() == 2
        playing.slider.press("Space")  # pauses
        page.clock.run_for(10_000)
        assert playing.now() == 2
        playing.slider.press("Space")
        page.clock.run_for(2000 * playing.count)
        assert playing.now() == playing.count
        assert playing.button("Play").is_visible()
        page.emulate_media(reduced_motion="reduce")
        playing.button("Play").wait_for(state="hidden", timeout=5_000)


@browsed
def test_nothing_moves_by_itself_for_who_asked_for_that(opened):
    assert not opened.button("Play").is_visible()
    opened.slider.press("Space")
    opened.page.wait_for_timeout(2000)
    assert opened.now() == 1


@browsed
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_a_step_has_an_address(opened, roots, context, scheme):
    address = f"{roots[scheme]}/{opened.path}"
    with Visit(context, f"{address}#{opened.name}-2", roots[scheme]) as visit:
        there = Open(visit.page, opened.name)
        assert there.now() == 2
        assert there.page.evaluate(
            """(name) => {
              const { top, bottom } = document.getElementById(name).getBoundingClientRect();
              return top < innerHeight && bottom > 0;
            }""",
            there.name,
        )
        there.page.evaluate("(hash) => { location.hash = hash; }", f"{there.name}-{there.count}")
        there.page.wait_for_timeout(50)
        assert there.now() == there.count
        assert visit.findings == []


@browsed
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_step_is_accessible(opened, axe, theme):
    page, root = opened.page, f'[id="{opened.name}"]'
    page.emulate_media(color_scheme=theme)
    report = accessibility(page, axe, root)
    page.evaluate("(root) => document.querySelector(root).classList.remove('dl-live')", root)
    report += accessibility(page, axe, root)  # now all steps are seen
    page.evaluate("(root) => document.querySelector(root).classList.add('dl-live')", root)
    assert report == []


@browsed
def test_no_step_reaches_beyond_the_screen(opened):
    opened.page.set_viewport_size({"width": 360, "height": 780})
    report = []
    for step in range(1, opened.count + 1):
        opened.slider.fill(str(step))
        found = opened.page.evaluate(SIDEWAYS, f'[id="{opened.name}"]')
        report += [f"{step}: {what}" for what in found]
    assert report == []


@browsed
def test_without_scripts_all_steps_are_seen(opened, roots, browser):
    with browser.new_context(java_script_enabled=False) as bare:
        page = bare.new_page()
        page.goto(f"{roots['file']}/{opened.path}")
        steps = page.locator(f'[id="{opened.name}"] .dl-step')
        assert [step.is_visible() for step in steps.all()] == [True] * opened.count
        assert page.locator(f'[id="{opened.name}"] button').count() == 0


@browsed
def test_all_steps_are_printed(opened):
    opened.page.emulate_media(media="print")
    steps = opened.root.locator(".dl-step")
    assert [step.is_visible() for step in steps.all()] == [True] * opened.count
    boxes = [step.bounding_box() for step in steps.all()]
    assert len({(box["x"], box["y"]) for box in boxes}) == opened.count
    assert not opened.button("Next").is_visible()


@browsed
def test_a_notebook_shows_the_same(browser):
    frames = [Frame(figure()[0], f"Step {i}.") for i in range(3)]
    with browser.new_context() as fresh:
        page = fresh.new_page()
        page.set_content(
            '<div class="jp-OutputArea">'
            + stepper(frames, title="t", alt="An axis.", name="t")._repr_html_()
            + "</div>"
        )
        there = Open(page, "t")
        there.button("Next").click()
        assert there.now() == 2
        assert page.evaluate("location.hash") == ""  # a notebook's address is not ours


@browsed
def test_nothing_covers_the_buttons(opened):
    """ "Back to top", which comes when a reader scrolls up, is behind them."""
    page = opened.page
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 780})
        covered = page.evaluate(
            """async (name) => {
              const controls = document.querySelector(`[id="${name}"] .dl-controls`);
              const top = document.querySelector(".back-to-top");
              const covered = [];
              for (const button of controls.querySelectorAll("button:not([hidden]), input, a")) {
                const at = button.getBoundingClientRect().top + scrollY;
                scrollTo({ top: at, behavior: "instant" });
                document.documentElement.classList.add("show-back-to-top");
                await new Promise(requestAnimationFrame);
                const lid = top.getBoundingClientRect();
                const gap = button.getBoundingClientRect().top - lid.top;
                scrollBy({ top: gap, behavior: "instant" });
                document.documentElement.classList.add("show-back-to-top");
                const box = button.getBoundingClientRect();
                for (const share of [0.1, 0.5, 0.9]) {
                  const x = box.left + share * box.width, y = box.top + box.height / 2;
                  if (document.elementFromPoint(x, y) !== button) covered.push(button.textContent);
                }
              }
              return covered;
            }""",
            opened.name,
        )
        assert covered == []


@browsed
def test_what_a_link_leads_to_is_below_the_header_of_a_phone(opened):
    page = opened.page
    page.set_viewport_size({"width": 360, "height": 780})
    hidden = page.evaluate(
        """() => {
          const header = document.querySelector(".mobile-header");
          const hidden = [];
          const marked = ".dl-result, .dl-hypotheses > li, .dl-exercise, .dl-stepper, .dl-step";
          for (const target of document.querySelectorAll(marked)) {
            if (!target.id || !target.checkVisibility({ visibilityProperty: true })) continue;
            target.scrollIntoView({ block: "start", behavior: "instant" });
            const { top } = target.getBoundingClientRect();
            if (top < header.getBoundingClientRect().bottom) hidden.push(target.id);
          }
          return hidden;
        }"""
    )
    assert hidden == []
