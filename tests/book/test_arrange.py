"""Arrange the proof: what the build refuses, what the page shows and answers, the book's six."""

import io
import json
import re
import subprocess
from itertools import permutations
from pathlib import Path

import pytest
from _ext.logic.arrange import BLOCK, read, without_order
from _ext.page.assets import node
from checks import accessibility
from editions.chapters import chapter
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from test_exercises import HINT, INDEX
from test_theorems import CONF, HEAD, build, complaints, text_of

from dlbook.graph import DiGraph, all_topological_sorts, is_topological_order

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = DOCS / "_static" / "arrange.js"

LINES = """1. The number a is twice m.
2. The number b
   is twice n.
3. So a + b is twice m + n.
4. So a + b is even.

- The number m is even.

  If a is two, then *m* is one.
- The number a is at most b.

  Nobody said so.
"""
NEEDS = "2:, 3: 1 2"

ARRANGE = f":::{{arrange}}\n:needs: {NEEDS}\n\n{LINES}:::\n"

ONE = f"""# 3. Numbers

::::{{exercise}} The sum
:label: ex-even-sum
:difficulty: 1
:minutes: 5
:trains: order

Let a and b be even. Show that a + b is even.

{ARRANGE}
{HINT}::::

:::{{solution-start}} ex-even-sum
:::
Nothing is used but the definition.
:::{{solution-end}}
:::
"""

TWO = "# 4. More\n\n{ex}`ex-even-sum` is elsewhere.\n"


# ---- what an author writes --------------------------------------------------------------


def test_an_author_writes_lines_others_with_reasons_and_what_each_line_uses():
    puzzle = read(LINES, NEEDS)
    assert puzzle.lines[1:3] == ("The number b is twice n.", "So a + b is twice m + n.")
    assert puzzle.strays[0] == ("The number m is even.", "If a is two, then *m* is one.")
    assert puzzle.needs == ((), (), (0, 1), (2,))
    assert read(LINES).needs == ((), (0,), (1,), (2,))
    assert (read(LINES).is_rigid, puzzle.is_rigid) == (True, False)


REFUSED = [
    (LINES, "4. So a + b is even.\n", "", "there are 3 numbered lines, and 2 with `-`"),
    (LINES, LINES[LINES.index("\n-") :], "", "there are 4 numbered lines, and 0 with `-`"),
    (LINES, "\n  Nobody said so.\n", "", "'The number a is at most b.' does not belong, for 0"),
    (LINES, "so.\n", "so.\n\n  At all.\n", "does not belong, for 2 reasons; expected one"),
    (LINES, "3. So", "5. So", "line 3 of the proof has the number 5."),
    (LINES, "twice m.\n", "twice m.\n\n   Yes.\n", "line 1. has 2 paragraphs; expected one"),
    (LINES, LINES, "", "'' is not an item; expected numbered lines"),
    (LINES, "1. The", "Proof: the", "'Proof: the number a is twice m.' is not an item"),
    (LINES, "at most b", "twice m", "'The number a is twice m.' is there twice"),
    (NEEDS, "1 2", "1 5", "needs '3: 1 5', but the proof has no line 5"),
    (NEEDS, "3:", "0:", "needs '0: 1 2', but the proof has no line 0"),
    (NEEDS, "2:,", "2: 4,", "line 2 needs line 4, which is not above it"),  # 4 needs 3, 3 needs 2
    (NEEDS, "1 2", "3", "line 3 needs line 3, which is not above it"),
    (NEEDS, "3:", "3", "needs '3 1 2'; expected a line and those that it uses"),
    (NEEDS, "3: 1 2", "3:, 4:", "no line uses another, so that every order is right"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "old", "new", "complaint"), REFUSED)
def test_what_is_not_an_arrangement_is_refused(where, old, new, complaint):
    assert old in where
    changed = where.replace(old, new)
    with pytest.raises(ValueError, match=re.escape(complaint)):
        read(*((changed, NEEDS) if where is LINES else (LINES, changed)))


def test_more_lines_than_letters_are_refused():
    many = "".join(f"{line}. Line {line}\n" for line in range(1, 27))
    with pytest.raises(ValueError, match="there are 27 lines; expected at most 26"):
        read(many + "- A\n\n  B")


def conf(*extensions):
    ours = ", ".join(f'"{one}"' for one in ("_ext.logic.arrange", *extensions))
    return (
        CONF.replace('"_ext.logic.arguments"', f'"_ext.logic.arguments", {ours}')
        + 'html_theme = "furo"\n'
        + f"html_static_path = [{str(DOCS / '_static')!r}]\n"
        + 'numfig = True\ndlbook_site = "https://book.example/"\nauthor = "The authors"\n'
        + 'exclude_patterns = ["site", "jupyter_execute"]\n'
    )


def make(folder, pages, *options, extensions=()):
    index = INDEX.replace("one\ntwo\n", "".join(f"{name}\n" for name in pages))
    (folder / "conf.py").write_text(conf(*extensions))
    for name, text in {"index": index, **pages}.items():
        (folder / f"{name}.md").write_text(HEAD + text)
    return build(folder, *options)


@pytest.mark.slow
def test_the_build_says_where_something_is_wrong(tmp_path):
    wrong = {
        "malformed": (ONE.replace("3: 1 2", "3: 9"), "{arrange}: needs '3: 9', but the proof has"),
        "outside": (f"# 5. Outside\n\n{ARRANGE}", "{arrange} stands outside of an exercise"),
        "second": (
            ONE.replace(HINT, ARRANGE.replace("twice m", "2m") + "\n" + HINT),
            "ex-even-sum-2 has a second {arrange}",
        ),
    }
    pages = {
        name: text.replace("ex-even-sum", f"ex-even-sum-{number}")
        for number, (name, (text, _)) in enumerate(wrong.items())
    }
    found = complaints(make(tmp_path, {"one": ONE, **pages}))
    assert sorted(found) == sorted(wrong)
    for name, (_, complaint) in wrong.items():
        assert complaint in found[name]


# ---- the order in which lines are shown -------------------------------------------------


@st.composite
def puzzles(draw):
    """Draw the text of a proof and what its lines need, where some line needs another."""
    many = draw(st.integers(4, 7))
    needs = [
        draw(st.sets(st.integers(1, line - 1))) if line > 1 else set() for line in range(1, many)
    ]
    last = draw(st.sets(st.integers(1, many - 1), min_size=1))
    lines = [f"{line}. Line {line}." for line in range(1, many + 1)]
    strays = [f"- Stray {s}.\n\n  Reason {s}." for s in range(draw(st.integers(1, 3)))]
    option = ", ".join(
        f"{line}: {' '.join(map(str, sorted(used)))}" for line, used in enumerate([*needs, last], 1)
    )
    return read("\n".join([*lines, *strays]), option)


@given(puzzles(), st.text("abc-", min_size=1))
def test_the_lines_are_never_shown_in_a_right_order(puzzle, label):
    shown = puzzle.shown(label)
    assert sorted(shown) == list(range(len(puzzle.texts)))
    assert shown == puzzle.shown(label)
    proof = [line for line in shown if line < len(puzzle.lines)]
    assert any(
        proof.index(used) > proof.index(line) for line in proof for used in puzzle.needs[line]
    )


def test_another_label_draws_another_order():
    puzzle = read(LINES, NEEDS)
    assert len({tuple(puzzle.shown(f"ex-{number}")) for number in range(50)}) > 20


# ---- the script's judgement -------------------------------------------------------------


def judged(cases):
    """Return what the page's own function says of pairs (needs, order)."""
    program = (
        "const page = { document: { querySelectorAll: () => [] }, location: { pathname: '' } };"
        "require('vm').runInNewContext(require('fs').readFileSync(process.argv[1], 'utf8'), page);"
        "const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        "const found = cases.map(([needs, order]) => page.faultOfArrangement(needs, order));"
        "console.log(JSON.stringify(found));"
    )
    done = subprocess.run(
        [node(), "-e", program, SCRIPT],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def asked(puzzle, order):
    """Return the question to the script: lines are named by their numbers, as text."""
    needs = {str(line): [str(one) for one in used] for line, used in enumerate(puzzle.needs)}
    return needs, [str(line) for line in order]


def expected(puzzle, order):
    """Return what is to be said, from the edges that lead backwards."""
    for at, line in enumerate(order):
        if line >= len(puzzle.lines):
            return {"kind": "stray", "at": at}
        below = [order.index(used) for used in puzzle.needs[line] if used in order[at:]]
        if below:
            return {"kind": "early", "at": at, "uses": min(below)}
        if set(puzzle.needs[line]) - set(order):
            return {"kind": "gap", "at": at}
    return None if len(order) == len(puzzle.lines) else {"kind": "unfinished"}


def test_the_page_accepts_exactly_the_topological_orders():
    puzzle = read(LINES, NEEDS)
    orders = [
        list(order)
        for many in range(len(puzzle.texts) + 1)
        for order in permutations(range(len(puzzle.texts)), many)
    ]
    found = judged([asked(puzzle, order) for order in orders])
    graph = DiGraph([(0, 2), (1, 2), (2, 3)])
    for order, said in zip(orders, found, strict=True):
        right = sorted(order) == [0, 1, 2, 3] and is_topological_order(graph, order)
        assert (said is None) == right
        assert said == expected(puzzle, order)
    assert found.count(None) == 2
    assert {said["kind"] for said in found if said} == {"stray", "early", "gap", "unfinished"}


@st.composite
def arranged(draw):
    """Draw a puzzle and an order that is near a right one, or any."""
    puzzle = draw(puzzles())
    if draw(st.booleans()):
        return puzzle, draw(st.permutations(range(len(puzzle.texts))))
    order = list(range(len(puzzle.lines)))
    at = draw(st.integers(0, len(order) - 2))
    order[at : at + 2] = reversed(order[at : at + 2])
    if draw(st.booleans()):
        order.pop(draw(st.integers(0, len(order) - 1)))
    return puzzle, order


@settings(max_examples=10, deadline=None)
@given(st.lists(arranged(), min_size=20, max_size=40))
def test_the_page_names_the_first_line_out_of_place(cases):
    found = judged([asked(*case) for case in cases])
    assert found == [expected(*case) for case in cases]


# ---- the book's own ---------------------------------------------------------------------

OURS = {
    f"{path.parent.name}/{path.stem}": read(match["text"], match["needs"] or "")
    for path in sorted(DOCS.glob("part-*/*.md"))
    for match in BLOCK.finditer(path.read_text("utf-8"))
}


def test_each_part_has_a_proof_to_arrange():
    parts = [path.name for path in sorted(DOCS.glob("part-*"))]
    assert sorted(name.partition("/")[0] for name in OURS) == parts
    for puzzle in OURS.values():
        assert 6 <= len(puzzle.lines) <= 9
        assert 2 <= len(puzzle.strays) <= 3


@pytest.mark.parametrize("name", OURS)
def test_the_books_proofs_are_accepted_in_each_right_order_and_no_other(name):
    puzzle = OURS[name]
    right = list(all_topological_sorts(puzzle.graph))
    assert list(range(len(puzzle.lines))) in right
    assert judged([asked(puzzle, order) for order in right]) == [None] * len(right)
    wrong = []
    for order in right[:20]:
        for at in range(len(order)):
            wrong.append(order[:at] + order[at + 1 :])  # one is put aside
            wrong += [[*order[:at], stray, *order[at:]] for stray in strays_of(puzzle)]
            swapped = [*order[:at], *reversed(order[at : at + 2]), *order[at + 2 :]]
            if swapped not in right:
                wrong.append(swapped)
    found = judged([asked(puzzle, order) for order in wrong])
    assert found == [expected(puzzle, order) for order in wrong]
    assert None not in found


def strays_of(puzzle):
    return range(len(puzzle.lines), len(puzzle.texts))


# ---- the page ---------------------------------------------------------------------------

EDITIONS = {"full": [], "course": ["-D", "dlbook_solutions=0"]}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Return the folder of a site of two pages, and what each edition hands out."""
    folder = tmp_path_factory.mktemp("arrange")
    found = {"site": folder / "site"}
    for edition in ("course", "full"):
        options = EDITIONS[edition]
        made = make(folder, {"one": ONE, "two": TWO}, *options, extensions=["_ext.cells.downloads"])
        assert [line for line in made.splitlines() if "IPKernelApp" not in line] == []
        for path in (folder / "site").rglob("one.*[lbd]"):
            found[edition, path.suffix] = path.read_text("utf-8")
    return found


def shown_lines():
    """Return the lines of the example as they are shown: letter → index."""
    puzzle = read(LINES, NEEDS)
    return puzzle, dict(zip("ABCDEF", puzzle.shown("ex-even-sum"), strict=True))


def letters(*order):
    """Return the letters of lines of the proof, counted from 1, or of the others."""
    named = {line: letter for letter, line in shown_lines()[1].items()}
    return [named[one - 1] for one in order]


@pytest.mark.slow
def test_a_page_shows_lettered_lines_and_its_solution_the_order(book):
    page = book["full", ".html"]
    puzzle, named = shown_lines()
    block = re.search(r'<ul class="dl-arrange".*?</ul>', page, re.S)[0]
    items = re.findall(r"(?s)<li .*?</li>", block)
    for item, (letter, place) in zip(items, named.items(), strict=True):
        text = text_of(re.sub(r'(?s)<div class="dl-arrange-why" hidden="">.*?</div>', "", item))
        assert text == f"{letter} {puzzle.texts[place]}"
        assert ('data-needs="' in item) == (place < len(puzzle.lines))
    solved = text_of(re.search(r'(?s)<details class="dl-fold dl-solution".*?</details>', page)[0])
    one, two, three, four, stray, other = letters(*range(1, 7))
    uses = f"{three} uses {' and '.join(sorted([one, two]))}; {four} uses {three}."
    assert f"One right order is {one}, {two}, {three}, {four}. So is every other" in solved
    assert uses in solved
    assert f"{stray} does not belong. If a is two, then m is one." in solved
    assert f"{other} does not belong. Nobody said so." in solved
    assert solved.endswith("Nothing is used but the definition.")


@pytest.mark.slow
def test_only_a_page_that_arranges_loads_the_script(book):
    for name, loads in (("one", True), ("two", False), ("index", False)):
        page = (book["site"] / f"{name}.html").read_text("utf-8")
        assert ("arrange.js" in page, "arrange.css" in page) == (loads, loads)
    assert SCRIPT.stat().st_size < 10_000


@pytest.mark.slow
def test_a_rigid_proof_has_one_order(tmp_path):
    rigid = ONE.replace(f":needs: {NEEDS}\n", "")
    assert make(tmp_path, {"one": rigid}) == ""
    page = text_of((tmp_path / "site" / "one.html").read_text("utf-8"))
    assert re.search(r"The lines in order: [A-F], [A-F], [A-F], [A-F]\. [A-F] does not", page)


@pytest.mark.slow
def test_the_notebook_has_the_lines_and_the_solution_folded(book):
    cells = json.loads(book["full", ".ipynb"])["cells"]
    text = "".join("".join(cell["source"]) for cell in cells)
    puzzle, named = shown_lines()
    items = "\n".join(f"- **{letter}** {puzzle.texts[place]}" for letter, place in named.items())
    assert f"does not belong.\n\n{items}\n\n" in text.replace("do not", "does not")
    solved = text[text.index("<summary>Solution") :]
    assert "One right order is" in solved
    assert f"- **{letters(5)[0]}** does not belong. If a is two, then *m* is one." in solved
    assert not re.search("Nobody|One right", text[: text.index("<summary>Solution")])
    assert not re.search(r"\{arrange\}|data-|<ul|:needs:", text)


@pytest.mark.slow
def test_the_edition_for_courses_keeps_the_order_to_itself(book):
    puzzle, named = shown_lines()
    for suffix in (".html", ".ipynb", ".md"):
        text = book["course", suffix]
        for line in puzzle.texts:
            assert line in text, suffix
        assert not re.search(r"One right order|does not belong\.", text), suffix
        assert ("Nobody said so" in text) == (suffix == ".html"), suffix  # hidden, for the check
    assert f"- **A** {puzzle.texts[named['A']]}\n- **B** " in book["course", ".md"]
    assert without_order(TWO) == TWO


@pytest.mark.slow
def test_an_e_reader_shows_the_lines_and_has_the_reasons_with_the_solution(book):
    body = chapter(book["site"], "one.html", {}).body
    puzzle, named = shown_lines()
    for item, (letter, place) in zip(body.select(".dl-arrange > li"), named.items(), strict=True):
        assert " ".join(item.get_text().split()) == f"{letter} {puzzle.texts[place]}"
    assert body.get_text().count("Nobody said so.") == 1
    assert "Nobody said so." in body.select_one("#answers").get_text()


# ---- in a browser -----------------------------------------------------------------------


class Reader:
    """Someone with a keyboard, in front of the exercise."""

    def __init__(self, page):
        self.page = page

    def press(self, name, key="Enter"):
        """Go to a button with the Tab key, see that one sees it, and press a key."""
        for _ in range(60):
            told = self.page.evaluate(
                "(() => { const { activeElement: at } = document, seen = getComputedStyle(at);"
                " return [at.getAttribute('aria-label') || at.textContent, seen.outlineStyle]; })()"
            )
            if told[0] == name:
                assert told[1] != "none", f"{name} has no visible focus"
                return self.page.keyboard.press(key)
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {name!r}")

    def lines(self, aside=False):
        lists = self.page.locator("ul.dl-arrange")
        items = lists.nth(int(aside)).locator("> li")
        return [one.get_attribute("data-letter") for one in items.all()]

    def says(self):
        return self.page.locator(".dl-exercise [role=status]").inner_text()

    def arrange(self, order):
        """Put aside all other lines, and bring these into an order."""
        for letter in self.lines():
            if letter not in order:
                self.press(f"Put aside line {letter}")
        for letter in self.lines(aside=True):
            if letter in order:
                self.press(f"Put back line {letter}")
        for place, letter in enumerate(order):
            while self.lines().index(letter) > place:
                self.press(f"Move line {letter} up")

    def check(self):
        self.press("Check")
        return self.says()


@pytest.fixture
def reader(book, browser):
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        page.goto((book["site"] / "one.html").as_uri())
        yield Reader(page)


RIGHT = "Right: each line uses only what is above it, and nothing is missing."


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("order", [(1, 2, 3, 4), (2, 1, 3, 4)])
def test_each_right_order_is_accepted(reader, order):
    assert reader.lines() == list("ABCDEF")
    reader.arrange(letters(*order))
    assert reader.check() == RIGHT


@pytest.mark.slow
@pytest.mark.browser
def test_a_wrong_order_is_answered_with_what_is_wrong(reader):
    for order, answer in (
        ((1, 3, 2, 4), "Line 2 uses what line 3 shows, which is below it."),
        ((4, 3, 2, 1), "Line 1 uses what line 2 shows, which is below it."),
        ((1, 2, 5, 3, 4), "Line 3 does not belong. If a is two, then m is one."),
        ((1, 6, 2, 4, 3), "Line 2 does not belong. Nobody said so."),
        ((1, 2, 4), "Line 3 uses what a line shows that you have put aside."),
        ((1, 2, 3), "Each line uses only what is above it, but the proof is not finished: a line "
                    "that you have put aside belongs to it."),
        ((), "The proof has no lines: put back those that belong to it."),
    ):  # fmt: skip
        reader.arrange(letters(*order))
        assert reader.check() == answer
        marked = reader.page.locator(".dl-arrange-fault")
        at = re.match(r"Line (\d)", answer)
        assert marked.count() == bool(at)
        if at:
            assert marked.get_attribute("data-letter") == reader.lines()[int(at[1]) - 1]


@pytest.mark.slow
@pytest.mark.browser
def test_arrow_keys_move_a_line_and_the_focus_stays_with_it(reader):
    reader.press("Move line C up", "ArrowUp")
    assert reader.lines() == list("ACBDEF")
    assert reader.says() == "Now line 2 of 6."
    reader.page.keyboard.press("ArrowUp")
    reader.page.keyboard.press("ArrowUp")
    assert reader.lines() == list("CABDEF")
    assert reader.says() == "This is the first line."
    reader.page.keyboard.press("ArrowDown")
    assert reader.lines() == list("ACBDEF")
    reader.page.keyboard.press("Control+ArrowDown")
    assert reader.lines() == list("ACBDEF")
    reader.press("Put aside line C")
    assert reader.says() == "Line C is put aside."
    assert reader.page.evaluate("document.activeElement.ariaLabel") == "Put aside line B"
    reader.press("Put back line C")
    assert reader.lines() == list("ABDEFC")
    assert reader.says() == "Put back as line 6, the last."


@pytest.mark.slow
@pytest.mark.browser
def test_the_order_is_kept_until_one_starts_again(reader):
    stored = "Object.entries(localStorage)"
    assert reader.page.evaluate(stored) == []
    order = letters(2, 1, 3, 4)
    reader.arrange(order)
    reader.page.reload()
    assert reader.lines() == order
    assert sorted(reader.lines() + reader.lines(aside=True)) == list("ABCDEF")
    assert reader.check() == RIGHT
    reader.press("Start again")
    assert reader.lines() == list("ABCDEF")
    assert reader.page.evaluate(stored) == []
    reader.page.reload()
    assert reader.lines() == list("ABCDEF")
    # The button that undoes all changes of the page's code undoes this one too.
    reader.press("Put aside line A")
    reader.page.evaluate("document.dispatchEvent(new Event('dl-undo-all'))")
    assert (reader.lines(), reader.page.evaluate(stored)) == (list("ABCDEF"), [])
    # An order of other lines, of a former edition of the book, is forgotten.
    place = "dlbook.arrange " + reader.page.evaluate("location.pathname")
    for old in ("ABC DE", "ABCDEFG ", 7, None):
        value = json.dumps({"ex-even-sum": old})
        reader.page.evaluate(
            "([place, value]) => localStorage.setItem(place, value)", [place, value]
        )
        reader.page.reload()
        assert reader.lines() == list("ABCDEF")


@pytest.mark.slow
@pytest.mark.browser
def test_a_phone_shows_it_whole_with_targets_that_a_finger_meets(reader, axe):
    reader.press("Put aside line A")
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 360
    for one in reader.page.locator(".dl-exercise button:visible").all():
        box = one.bounding_box()
        assert min(box["width"], box["height"]) >= 24
    assert accessibility(reader.page, axe, ".dl-exercise") == []


@pytest.mark.slow
@pytest.mark.browser
def test_on_paper_the_lines_are_as_they_were_at_first(reader):
    order = letters(2, 1, 3, 4)
    reader.arrange(order)
    printed = PdfReader(io.BytesIO(reader.page.pdf())).pages[0].extract_text()
    printed = " ".join(printed.split())
    puzzle, named = shown_lines()
    places = [printed.index(puzzle.texts[place]) for place in named.values()]
    assert places == sorted(places)
    assert "Write down their letters" in printed
    assert not re.search(
        "Put aside|Check|Start again|arrow keys|Nobody", printed.partition("Solution")[0]
    )
    reader.page.wait_for_function(
        "order => [...document.querySelector('ul.dl-arrange').children]"
        ".map(line => line.dataset.letter).join() === order.join()",
        arg=order,
    )


@pytest.mark.slow
@pytest.mark.browser
def test_without_scripts_the_lines_have_letters_and_no_button(book, browser):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((book["site"] / "one.html").as_uri())
        text = page.locator(".dl-exercise").inner_text()
        puzzle, named = shown_lines()
        for letter, place in named.items():
            assert f"{letter} {puzzle.texts[place]}" in " ".join(text.split())
        assert "Write down their letters" in text
        assert "Nobody" not in text
        assert page.locator(".dl-exercise button").count() == 0
