"""Steppers in the built pages: every control, every step, by keyboard, by ear, without scripts."""

import gzip
import json
import re
from importlib import resources
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from _ext.cells.steppers import with_formulas
from checks import SIDEWAYS, Visit, accessibility, browsed
from conftest import SITE

from dlbook.autodiff import trace_graph
from dlbook.graph import DiGraph, topological_sort
from dlbook.plot import (
    EdgeMark,
    Frame,
    GraphDrawing,
    NodeMark,
    Question,
    choice,
    figure,
    step_backward,
    step_forward,
    stepper,
)

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


def asked(made):
    """Return what a stepper asks before each step: a question or ``None``."""
    steps = ElementTree.fromstring(made.to_html()).findall(".//li[@class='dl-step']")
    return [json.loads(step.get("data-ask", "null")) for step in steps]


def answers(made):
    return [one and one["choices"][one["answer"]] for one in asked(made)]


DIAMOND = DiGraph([("mix it", "b"), ("mix it", "c"), ("b", "d"), ("c", "d"), ("e", "d")])


def kahn(graph=DIAMOND):
    states = []
    order = topological_sort(graph, observe=states.append)
    drawing = GraphDrawing(graph)
    frames = [
        Frame(
            drawing.figure(
                marks=dict.fromkeys(state.listed, "filled") | dict.fromkeys(state.queue, "ringed")
            ),
            f"Listed: {state.listed}.",
        )
        for state in states
    ]
    legend = {"filled": "in $L$", "ringed": "in $Q$", "bold": "scanned"}
    return stepper(frames, title="Kahn", alt="A graph.", legend=legend, name="t"), order


def test_what_is_asked_is_which_node_gets_the_first_mark_of_the_legend():
    made, order = kahn()
    assert answers(made) == [*order, None]
    first, *_ = asked(made)
    assert first["asks"] == "Which node is filled next (in L)?"
    assert first["choices"] == list(DIAMOND)
    for number, one in enumerate(asked(made)[:-1]):
        assert set(one["choices"]) == set(order[number:]), "a node that has the mark is no choice"
        assert [list(DIAMOND)[i] for i in one["nodes"]] == one["choices"]


def test_the_evaluation_and_the_sweep_ask_for_the_next_operation():
    trace = trace_graph(lambda x, y: (x * y + x) * y, 2.0, 3.0)
    operations = [i for i, node in enumerate(trace.nodes) if node.operation != "input"]

    def nodes(made):
        return [one and one["nodes"][one["answer"]] for one in asked(made)]

    assert nodes(step_forward(trace)) == [*operations, None]
    assert nodes(step_backward(trace))[: len(operations) - 1] == operations[-2::-1]


def numbered(**rows):
    axes = figure()[0]
    steps = [dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]
    frames = [Frame(axes, "a", state=state) for state in steps]
    return stepper(frames, title="t", alt="a", name="t")


def test_without_nodes_what_is_asked_is_how_a_number_changes():
    made = numbered(t=[1, 2, 3, 4], f=["3.0", "−1", "−1.0", 7.5], g=[4, 3, 2, 1])  # noqa: RUF001
    assert answers(made) == ["it falls", "it stays", "it rises", None]
    assert asked(made)[1]["asks"] == "f is −1. What does it do next?"  # noqa: RUF001
    assert asked(numbered(t=[1, 2, 3], words=["a", "b", "a"])) == [None] * 3


def test_graphs_that_are_not_stepped_carry_nothing_for_it():
    made = stepper([kahn()[0].frames[0]], title="t", alt="a", name="t").to_html()
    assert "data-node" not in made
    assert len(re.findall("data-node", kahn()[0].to_html())) == 5 * len(kahn()[0].frames)


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


def test_a_frame_may_ask_its_own_question():
    axes = figure()[0]
    about = Question("What is $v_{2}$?", ["1", "$-2$", "3"], "$-2$")
    frames = [Frame(axes, "a", state={"n": 1}), Frame(axes, "b", asks=about), Frame(axes, "c")]
    first, *rest = asked(stepper(frames, title="t", alt="a", name="t"))
    assert first == {"asks": "What is v2?", "choices": ["1", "-2", "3"], "answer": 1}
    assert rest == [None, None], "nothing else is asked"
    wrong = Frame(axes, "b", asks=Question("?", ["1", "2"], "3"))
    with pytest.raises(ValueError, match=r"frame 2 asks '\?', and '3' is not among the choices"):
        stepper([frames[0], wrong], title="t", alt="a")


# ---- a choice among graphs ---------------------------------------------------------------

CHAIN = DiGraph([("b", "mix it"), ("mix it", "d")])


def choose(*graphs, **options):
    made = {f"graph <{k}>": kahn(graph)[0] for k, graph in enumerate(graphs or (DIAMOND, CHAIN))}
    return choice(made, **{"title": "Kahn", "name": "t", **options})


def test_each_graph_has_its_steps_addresses_and_questions():
    made = choose(DIAMOND, CHAIN, CHAIN)
    root = ElementTree.fromstring(made.to_html())
    lists = root.findall(".//ol[@class='dl-steps']")
    assert [one.get("data-graph") for one in lists] == [f"graph <{k}>" for k in range(3)]
    assert [one.get("hidden") for one in lists] == [None, "", ""], "without scripts the first"
    alone = [kahn(graph)[0] for graph in (DIAMOND, CHAIN, CHAIN)]
    counts = [len(one.frames) for one in alone]
    assert repr(made) == f"Stepper of {' or '.join(map(str, counts))} frames"
    for k, (steps, one, begins) in enumerate(zip(lists, alone, ["t", "t-2", "t-3"], strict=True)):
        assert [step.get("id") for step in steps] == [
            f"{begins}-{number}" for number in range(1, len(one.frames) + 1)
        ]
        assert [json.loads(step.get("data-ask", "null")) for step in steps] == asked(one)
        pictures = list(steps.iter("{http://www.w3.org/2000/svg}svg"))
        assert pictures[0].get("aria-label") == f"graph <{k}>. A graph. Step 1 of {counts[k]}."
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    label = root.find(".//p[@class='dl-graph']")
    assert "".join(label.itertext()) == "Graph: graph <0>"
    assert made.frames == kahn()[0].frames or len(made.frames) == counts[0]


def test_several_graphs_weigh_less_than_steppers_of_their_own():
    one, other = (kahn(graph)[0].to_html() for graph in (DIAMOND, CHAIN))
    assert len(choose().to_html()) < len(one) + len(other)


def test_what_is_no_choice_is_refused():
    plain, _ = kahn()
    with pytest.raises(ValueError, match="steppers names 1 graphs; expected two or more"):
        choice({"one": plain}, title="t")
    with pytest.raises(ValueError, match=r"'b'.* is itself a choice"):
        choice({"a": plain, "b": choose()}, title="t")
    for options, what in (({"lines": ["x"]}, "lines"), ({"legend": {"ringed": "y"}}, "legend")):
        other = stepper(
            plain.frames, **{"title": "t", "alt": "a", "legend": plain._legend} | options
        )
        with pytest.raises(ValueError, match=f"steppers\\['b'\\] has another {what}"):
            choice({"a": plain, "b": other}, title="t")


class Open:
    """A stepper on an open page."""

    def __init__(self, page, name, path=None):
        self.page, self.name, self.path = page, name, path
        self.root = page.locator(f'.dl-stepper[id="{name}"]')

    @property
    def steps(self):
        """The steps on the graph that is chosen."""
        return self.root.locator(".dl-steps:not([hidden]) .dl-step")

    @property
    def count(self):
        return self.steps.count()

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
              const steps = [...root.querySelectorAll(".dl-steps:not([hidden]) .dl-step")];
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
                slider: Number(root.querySelector(".dl-controls input").value),
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
    for predict in stepper.root.locator("button[aria-pressed=true]").all():
        predict.click()
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
        steps = page.locator(f'[id="{opened.name}"] .dl-steps:not([hidden]) .dl-step')
        assert [step.is_visible() for step in steps.all()] == [True] * opened.count
        assert page.locator(f'[id="{opened.name}"] button').count() == 0


@browsed
def test_all_steps_are_printed(opened):
    opened.page.emulate_media(media="print")
    steps = opened.steps
    assert [step.is_visible() for step in steps.all()] == [True] * opened.count
    boxes = [step.bounding_box() for step in steps.all()]
    assert len({(box["x"], box["y"]) for box in boxes}) == opened.count
    assert not opened.button("Next").is_visible()


# ---- predicted, clicked and swiped -------------------------------------------------------


@pytest.fixture
def kahn_page(browser, tmp_path):
    """Return the page of a notebook with Kahn's algorithm, from a file, on a phone."""
    path = tmp_path / "page.html"
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    path.write_text(head + kahn()[0]._repr_html_(), "utf-8")
    with browser.new_context(viewport={"width": 360, "height": 780}, has_touch=True) as fresh:
        page = fresh.new_page()
        page.goto(path.as_uri())
        yield page


def heard(page):
    return page.locator(".dl-said").text_content()


@pytest.mark.browser
@pytest.mark.slow
def test_a_reader_predicts_by_keyboard_and_is_answered(kahn_page):
    there, (_, order) = Open(kahn_page, "t"), kahn()
    asking = kahn_page.locator(".dl-ask")
    assert not asking.is_visible(), "nobody is asked who did not ask for it"
    predict = there.button("Predict")
    predict.press("Enter")
    assert predict.get_attribute("aria-pressed") == "true"
    assert there.root.locator(".dl-now").get_attribute("id") == "t-1"
    question = "Which node is filled next (in L)?"
    assert asking.locator("p").text_content().strip() == question
    assert heard(kahn_page).endswith(question)
    there.button(order[0]).press("Enter")
    assert there.root.locator(".dl-now").get_attribute("id") == "t-2"
    assert asking.locator("p").text_content() == f"Right. {question}"
    assert heard(kahn_page).startswith(f"Right. Step 2 of {there.count}. Listed: ['{order[0]}'].")
    assert kahn_page.evaluate("document.activeElement.className") == "dl-ask"
    kahn_page.keyboard.press("Tab")
    assert kahn_page.evaluate("document.activeElement.parentElement.className") == "dl-ask"
    there.button(order[-1]).press("Enter")
    assert asking.locator("p").text_content() == f"No: {order[1]}. {question}"
    height = asking.bounding_box()["height"]
    there.button("Show").press("Enter")
    assert asking.locator("p").text_content().strip() == question
    assert asking.bounding_box()["height"] == height, "the picture below stays where it is"
    assert there.root.locator(".dl-now").get_attribute("id") == "t-4"
    for node in order[3:]:
        there.button(node).press("Enter")
    assert asking.locator("p").text_content().strip() == "Right."
    assert asking.locator("button").count() == 0
    kahn_page.emulate_media(media="print")
    assert not asking.is_visible()
    kahn_page.emulate_media(media="screen")
    predict.press("Enter")
    assert not asking.is_visible()


@pytest.mark.browser
@pytest.mark.slow
def test_a_node_that_is_pressed_is_the_prediction(kahn_page):
    there, (_, order) = Open(kahn_page, "t"), kahn()
    there.button("Predict").click()
    names = list(DIAMOND)
    for node, verdict in [(order[0], "Right."), (order[-1], f"No: {order[1]}.")]:
        box = there.root.locator(f'.dl-now [data-node="{names.index(node)}"]')
        box.scroll_into_view_if_needed()
        found = box.bounding_box()
        kahn_page.mouse.click(found["x"] + found["width"] / 2, found["y"] + found["height"] / 2)
        assert heard(kahn_page).startswith(verdict)
    before = there.root.locator(".dl-now").get_attribute("id")
    corner = there.root.locator(".dl-now svg").bounding_box()
    kahn_page.mouse.click(corner["x"] + 1, corner["y"] + 1)  # between the nodes
    box = there.root.locator(f'.dl-now [data-node="{names.index(order[0])}"]').bounding_box()
    kahn_page.mouse.click(box["x"] + 5, box["y"] + 5)  # filled already
    assert there.root.locator(".dl-now").get_attribute("id") == before


@pytest.mark.browser
@pytest.mark.slow
def test_a_press_on_the_picture_shows_the_next_step(kahn_page):
    there = Open(kahn_page, "t")
    for step in [*range(2, there.count + 1), there.count]:
        there.root.locator(".dl-now svg").click(position={"x": 3, "y": 3})
        assert there.now() == step


@pytest.mark.browser
@pytest.mark.slow
def test_a_swipe_turns_a_step_and_a_scroll_does_not(kahn_page):
    there = Open(kahn_page, "t")
    box = there.root.locator(".dl-now svg").bounding_box()
    session = kahn_page.context.new_cdp_session(kahn_page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def swipe(right, down):
        places = [(x + k / 4 * right, y + k / 4 * down) for k in range(5)]
        for kind, points in [
            ("touchStart", places[:1]),
            *(("touchMove", [place]) for place in places[1:]),
            ("touchEnd", []),
        ]:
            session.send(
                "Input.dispatchTouchEvent",
                {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]},
            )

    assert there.now() == 1
    for (right, down), expected in {
        (-90, 5): 2,
        (-91, 0): 3,
        (90, -10): 2,
        (-30, 0): 2,  # more than a finger moves in a tap
        (-50, 60): 2,
    }.items():
        swipe(right, down)
        kahn_page.wait_for_timeout(50)
        assert there.now() == expected, (right, down)
        kahn_page.evaluate("scrollTo(0, 0)")


@browsed
def test_every_question_of_the_book_is_answered(opened, axe):
    predict = opened.button("Predict")
    questions = [
        json.loads(step.get_attribute("data-ask") or "null") for step in opened.steps.all()
    ]
    assert predict.is_visible() == any(questions)
    if not any(questions):
        return
    predict.click()
    page, asking = opened.page, opened.root.locator(".dl-ask")
    report = accessibility(page, axe, f'[id="{opened.name}"]')
    page.set_viewport_size({"width": 360, "height": 780})
    for step, question in enumerate(questions, 1):
        report += page.evaluate(SIDEWAYS)
        if question is None:
            assert asking.locator("button").count() == 0
            opened.button("Next").dispatch_event("click")
        else:
            choices = asking.locator("button")
            shown = [*question["choices"], "Show"]
            assert choices.all_text_contents() == shown
            assert all(one.bounding_box()["height"] >= 24 for one in choices.all())
            choices.nth(question["answer"]).click()
            said = opened.root.locator(".dl-said").text_content()  # a page may have more steppers
            assert said.startswith("Right. ")
            assert opened.root.locator(".dl-now").get_attribute("id").endswith(f"-{step + 1}")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert report == []


# ---- a choice among graphs, in a browser -------------------------------------------------


@pytest.fixture
def choice_page(browser, tmp_path):
    """Return a page with Kahn's algorithm on two graphs, from a file, on a phone."""
    path = tmp_path / "page.html"
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    path.write_text(f'{head}<a href="#">before</a>{choose()._repr_html_()}', "utf-8")
    with browser.new_context(viewport={"width": 360, "height": 780}, has_touch=True) as fresh:
        page = fresh.new_page()
        page.goto(path.as_uri())
        yield page


@pytest.mark.browser
@pytest.mark.slow
def test_a_reader_chooses_a_graph_by_keyboard_and_predicts_on_it(choice_page):
    page, there, (_, order) = choice_page, Open(choice_page, "t"), kahn(CHAIN)
    group = there.root.get_by_role("radiogroup", name="Graph", exact=True)
    radios = group.get_by_role("radio")
    assert [radio.is_checked() for radio in radios.all()] == [True, False]
    there.slider.fill("3")
    there.button("Predict").click()
    page.get_by_text("before").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # to the next radio button, which chooses it
    assert group.get_by_role("radio", name="graph <1>").is_checked()
    assert there.count == len(order) + 2 - 1
    asking = there.root.locator(".dl-ask")
    for number, node in enumerate(order, 1):
        assert there.root.locator(".dl-now").get_attribute("id") == f"t-2-{number}"
        assert there.root.locator(".dl-now").is_visible()
        there.button(node).press("Enter")
        assert asking.locator("p").text_content().startswith("Right.")
    assert page.evaluate("location.hash") == f"#t-2-{there.count}"
    there.button("Predict").click()
    assert there.now() == there.count


@pytest.mark.browser
@pytest.mark.slow
def test_a_touch_chooses_and_only_the_chosen_graph_is_seen_and_printed(choice_page):
    page, there = choice_page, Open(choice_page, "t")
    lists, label = there.root.locator(".dl-steps"), there.root.locator(".dl-graph")

    def seen():
        return [one.is_visible() for one in lists.all()]

    assert seen() == [True, False]
    boxes = [one.bounding_box() for one in there.root.locator(".dl-graphs label").all()]
    assert all(box["height"] >= 24 and box["x"] + box["width"] <= 360 for box in boxes)
    page.touchscreen.tap(boxes[1]["x"] + boxes[1]["width"] - 5, boxes[1]["y"] + 5)
    assert seen() == [False, True]
    for step in range(1, there.count):
        assert there.now() == step
        there.root.locator(".dl-now svg").click(position={"x": 3, "y": 3})
    assert not label.is_visible()
    page.emulate_media(media="print")
    assert seen() == [False, True]
    assert label.text_content() == "Graph: graph <1>"
    assert label.is_visible()
    assert not there.root.locator(".dl-graphs").is_visible()
    assert all(step.is_visible() for step in there.steps.all())


@pytest.mark.browser
@pytest.mark.slow
def test_an_address_leads_to_a_step_on_another_graph(choice_page):
    there = Open(choice_page, "t")
    choice_page.evaluate("location.hash = '#t-2-3'")
    choice_page.wait_for_function("document.getElementById('t-2-3').matches('.dl-now')")
    assert there.now() == 3
    assert there.root.get_by_role("radio", name="graph <1>").is_checked()
    assert there.slider.get_attribute("max") == str(there.count)
    choice_page.reload()
    assert there.now() == 3
    choice_page.evaluate("location.hash = '#t-2'")
    choice_page.wait_for_function("document.getElementById('t-2').matches('.dl-now')")
    assert there.now() == 2
    assert there.root.get_by_role("radio", name="graph <0>").is_checked()


@pytest.mark.browser
@pytest.mark.slow
def test_without_scripts_the_first_graph_is_there_alone(browser):
    with browser.new_context(java_script_enabled=False) as bare:
        page = bare.new_page()
        page.set_content(choose()._repr_html_())
        lists = page.locator(".dl-steps")
        assert [one.is_visible() for one in lists.all()] == [True, False]
        assert all(step.is_visible() for step in lists.first.locator(".dl-step").all())
        assert page.locator(".dl-graph").inner_text() == "Graph: graph <0>"
        assert page.locator("input").count() == 0


GRAPHS = {
    "part-2-graphs/directed-acyclic-graphs.html": {"kahn-steps": 4, "search-steps": 4},
    "part-3-autodiff/reverse-mode.html": {"backward-steps": 4},
}


@browsed
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_graph_of_the_book_is_chosen_stepped_and_answered(opened, axe, theme):
    radios = opened.root.get_by_role("radio")
    assert radios.count() == GRAPHS.get(str(opened.path), {}).get(opened.name, 0)
    page, report = opened.page, []
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": 360, "height": 780})
    for radio in radios.all()[::-1]:  # ends with the first, as other tests expect
        radio.check()
        assert opened.now() == 1
        opened.button("Predict").click()
        for step in range(1, opened.count):
            question = json.loads(opened.steps.nth(step - 1).get_attribute("data-ask") or "null")
            report += page.evaluate(SIDEWAYS, f'[id="{opened.name}"]')
            if question is None:
                opened.button("Next").click()
            else:
                opened.button(question["choices"][question["answer"]]).click()
                assert opened.root.locator(".dl-said").text_content().startswith("Right. ")
        report += accessibility(page, axe, f'[id="{opened.name}"]')
        opened.button("Predict").click()
        assert opened.now() == opened.count
    assert report == []


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
