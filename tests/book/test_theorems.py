"""Theorems in pages: what authors write, what it becomes, and what the build refuses."""

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from itertools import pairwise, takewhile
from pathlib import Path

import pytest
from _ext.logic.arguments import faults, sort
from _ext.logic.tested import clauses, file_of, flaws
from _ext.logic.theorems import UNPROVED, Hypothesis, Result
from bs4 import BeautifulSoup
from conftest import SITE

sys.path.insert(0, str(file_of("thm-x").parent))
from near import missed

DOCS = Path(__file__).parents[2] / "docs"

CONF = """
extensions = ["myst_nb", "_ext.logic.theorems", "_ext.logic.arguments"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
nb_execution_mode = "off"
suppress_warnings = ["myst-nb.lexer"]  # no kernel, no language
nitpicky = True
"""

HEAD = """---
file_format: mystnb
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
"""

ONE = """# 1. Numbers

:::{definition} Even
:label: def-even

A number is *even* if it is twice a number.
:::

::::{theorem} Sums of even numbers
:label: thm-even-sum

Let $a$ and $b$ be numbers, and

:::{hypothesis} first
$a$ {thm}`even <def-even>`,
:::
:::{hypothesis} second
$b$ even.
:::

Then $a + b$ is even.
::::

::::{proof} thm-even-sum
1. By {hyp}`first`, $a = 2m$. By {hyp}`second`, $b = 2n$.
2. So $a + b = 2(m + n)$.
::::

:::{without-start} thm-even-sum.first
:::
Take $a = 1$.

```{code-cell} python
(1 + 2) % 2
```
:::{without-end}
:::

:::{without-start} thm-even-sum.second
:::
Take $b = 1$.

```{code-cell} python
(2 + 1) % 2
```
:::{without-end}
:::
"""

TWO = """# 2. More numbers

::::{corollary} Twice
:label: cor-twice

If $a$ is {thm}`even <def-even>`, so is $a + a$.
::::

::::{proof} cor-twice
Both hypotheses of {thm}`thm-even-sum` hold for $b = a$, among them {hyp}`thm-even-sum.second`.
::::
"""

INDEX = """# Book

```{toctree}
one
two
```

:::{logic}
:::
"""


def write(folder, pages):
    (folder / "conf.py").write_text(CONF)
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(HEAD + text)


def build(folder, *options, edition="site"):
    """Build a book; return what Sphinx complained of."""
    path = os.pathsep.join([str(DOCS), str(DOCS.parent)])
    command = [sys.executable, "-m", "sphinx", "-n", "-q", *options, str(folder), folder / edition]
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": path, "PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
    )
    return done.stderr


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("theorems")
    write(folder, {"index": INDEX, "one": ONE, "two": TWO})
    assert build(folder, "-j2") == ""
    pages = {path.stem: path.read_text() for path in (folder / "site").glob("*.html")}
    return pages | {"search index": (folder / "site" / "searchindex.js").read_text()}


def text_of(markup):
    return " ".join(re.sub(r"<[^>]*>", "", markup).split())


# ---- what the pages show ----------------------------------------------------------------


def test_results_are_numbered_by_chapter(book):
    assert "Definition 1.1. Even" in text_of(book["one"])
    assert "Theorem 1.2. Sums of even numbers" in text_of(book["one"])
    assert "Corollary 2.1. Twice" in text_of(book["two"])


def test_hypotheses_are_anchors_with_letters(book):
    for letter, name in (("H1", "first"), ("H2", "second")):
        item = re.search(rf'<li id="thm-even-sum.{name}">(.*?)</li>', book["one"], re.DOTALL)
        assert text_of(item[1]).startswith(letter)


def test_a_proof_refers_to_hypotheses_and_ends(book):
    proof = re.search(r'<div class="dl-proof".*?</div>', book["one"], re.DOTALL)[0]
    assert re.search(r'class="dl-hyp[^"]*" href="#thm-even-sum.first"[^>]*>.*?H1', proof)
    assert text_of(proof).startswith("Proof of Theorem 1.2.")
    assert text_of(proof).endswith("∎")


ENDS = {
    "text": ("So it is.", ["p"]),
    "formula": ("So\n\n$$\na = a .\n$$", ["p"]),
    "list": ("1. So\n2. at last\n\n   $$\n   a = a .\n   $$", ["ol", "li", "p"]),
    "nested": ("So\n\n- it is\n  1. itself,\n  2. it.", ["ul", "li", "ol", "li", "p"]),
    "quote": ("> So\n>\n> ```\n> a = a\n> ```", ["blockquote", "div", "p"]),
    "remark": ("So\n\n$$\na = a\n$$\n\n% A remark for authors.", ["p"]),
}


def test_the_end_of_a_proof_is_marked_at_its_end(tmp_path):
    lemma = """::::{{lemma}} {name}
:label: lem-{name}

All is what it is.
::::

::::{{proof}} lem-{name}
Look at it.

{end}
::::
"""
    lemmas = [lemma.format(name=name, end=end) for name, (end, _) in ENDS.items()]
    write(tmp_path, {"index": INDEX.replace("two\n", ""), "one": "\n".join(["# 1. It", *lemmas])})
    assert build(tmp_path) == ""
    page = BeautifulSoup((tmp_path / "site" / "one.html").read_text(), "html.parser")
    for name, (_, places) in ENDS.items():
        found = page.select_one(f"#proof-lem-{name}")
        (end,) = found.select(".dl-qed")
        inside = takewhile(lambda one, whole=found: one is not whole, end.parents)
        assert [one.name for one in inside][::-1] == places, name
        assert found.text.rstrip().endswith("∎"), name


def test_references_lead_to_other_pages(book):
    assert re.search(r'href="one.html#thm-even-sum"[^>]*>.*?Theorem 1.2<', book["two"])
    assert re.search(r'href="one.html#thm-even-sum.second"[^>]*>.*?H2<', book["two"])
    assert re.search(r'href="one.html#def-even"[^>]*>.*?even<', book["two"])


def test_a_statement_says_who_uses_it(book):
    feet = re.findall(r'<div class="dl-foot">(.*?)<(?:details|/div)', book["one"], re.DOTALL)
    assert [text_of(foot) for foot in feet] == [
        "Used by Theorem 1.2, Corollary 2.1",
        "Without H1 · Without H2 · Used by Corollary 2.1",
    ]
    assert 'href="#without-thm-even-sum.first"' in feet[1]


def test_what_fails_without_a_hypothesis_holds_its_cell(book):
    block = re.search(r'id="without-thm-even-sum.first">(.*?)second', book["one"], re.DOTALL)
    assert "Theorem 1.2 without H1" in text_of(block[1])[:60]
    assert "cell_input" in block[1]


def test_the_list_is_in_a_topological_order(book):
    listed = re.findall(r"<li><p><a[^>]*>(?:<[^>]*>)*([^<]*)", book["index"])
    assert listed[-3:] == ["Definition 1.1", "Theorem 1.2", "Corollary 2.1"]


def test_results_can_be_searched_for(book):
    assert "Theorem 1" in book["search index"]  # which keeps names divided at their last dot
    assert "2: Sums of even numbers" in book["search index"]


# ---- what the build refuses -------------------------------------------------------------


REFUSED = [
    (":label: def-even", ":label: even", "'even'; expected def-… of small letters"),
    ("thm-even-sum\n1.", "thm-odd-sum\n1.", "no result of this document has the label"),
    ("By {hyp}`first`, $a", "$a", "hypothesis 'first' (H1) of thm-even-sum is not used"),
    ("{hyp}`second`", "{hyp}`third`", "logic:hyp reference target not found"),
    ("<def-even>", "<def-odd>", "logic:thm reference target not found"),
    ("start} thm-even-sum.second", "start} thm-even-sum.x", "no hypothesis 'x'"),
    ("```{code-cell} python\n(1", "```python\n(1", "the block has no cell"),
    (":::{without-end}\n:::\n", "", "{without-start} has no {without-end}"),
    ("::::{theorem}", ":::{lemma} L\n:label: lem-l\n:::\n\n::::{theorem}", "lem-l has no"),
]  # fmt: skip


def variant(number, text):
    """Return a text with the labels that it has as page `number` of one book."""
    return re.sub(r"\b(def-even|def-odd|thm-even-sum|thm-odd-sum)\b", rf"\1-{number}", text)


def complaints(said):
    """Return page → what the build said of it, from what it said of a book."""
    pages = {}
    for found in re.finditer(r"(?ms)^\S+?([\w-]+)\.md(?::\d+)?: (.*?)(?=^\S+\.md|\Z)", said):
        pages.setdefault(found[1], []).append(found[2])
    return {page: "\n".join(lines) for page, lines in pages.items()}


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """Return page → complaints of one book, each page of which has one thing wrong."""
    folder = tmp_path_factory.mktemp("refused")
    pages = {"one": ONE, "two": TWO}
    for number, (old, new, _) in enumerate(REFUSED):
        assert old in ONE
        pages[f"page-{number}"] = variant(number, ONE.replace(old, new))
    write(folder, {"index": INDEX.replace("two\n", "\n".join(list(pages)[1:]) + "\n"), **pages})
    return complaints(build(folder))


@pytest.mark.parametrize(("number", "complaint"), [(i, one[2]) for i, one in enumerate(REFUSED)])
def test_the_build_refuses(refused, number, complaint):
    assert variant(number, complaint) in refused[f"page-{number}"]


def test_the_build_refuses_no_page_without_a_fault(refused):
    assert sorted(refused) == sorted(f"page-{number}" for number in range(len(REFUSED)))


def result(label, uses=(), page="one", **more):
    kind = {"def": "definition", "lem": "lemma", "thm": "theorem"}[label[:3]]
    return Result(label, kind, "name", page, "1.1", 1, uses=set(uses), proved=True, **more)


def found(*results):
    pages = ["one", "two"]
    return [what for _, what in faults({one.label: one for one in results}, pages)]


def test_a_sound_book_has_no_faults():
    hypothesis = Hypothesis("h", "H1", steps=1, without="box")
    theorem = result("thm-a", ["lem-b"], "two", hypotheses=[hypothesis])
    assert found(theorem, result("lem-b", ["def-c"]), result("def-c")) == []


def test_a_circle_is_a_fault_with_its_certificate():
    circle = result("lem-a", ["lem-c"]), result("lem-b", ["lem-a"]), result("lem-c", ["lem-b"])
    (what,) = found(*circle)
    assert what.startswith("the book argues in a circle: ")
    steps = what.partition(": ")[2].split(", ")
    assert sorted(steps) == ["lem-a uses lem-c", "lem-b uses lem-a", "lem-c uses lem-b"]
    assert all(a.split()[2] == b.split()[0] for a, b in pairwise(steps))


def test_a_result_that_leans_on_itself_is_a_circle():
    assert found(result("lem-a", ["lem-a"])) == ["the book argues in a circle: lem-a uses lem-a"]


def test_leaning_on_a_later_chapter_is_a_fault():
    assert found(result("lem-a", ["lem-b"], "one"), result("lem-b", page="two")) == [
        "lem-a leans on lem-b, of the later two"
    ]
    assert found(result("lem-a", ["lem-b"], "two"), result("lem-b", page="one")) == []


@pytest.mark.parametrize(
    ("hypothesis", "faults"),
    [
        (Hypothesis("h", "H1", steps=0, without="box"), ["is not used in the proof"]),
        (Hypothesis("h", "H1", steps=1), ["nothing shows what fails without it"]),
        (Hypothesis("h", "H1", meaning="Else there is no h."), []),
    ],
)
def test_a_hypothesis_is_used_and_cannot_be_dropped(hypothesis, faults):
    said = found(result("thm-a", hypotheses=[hypothesis]))
    assert len(said) == len(faults)
    assert all(words in what for words, what in zip(faults, said, strict=True))


def test_the_order_keeps_the_books_where_it_can():
    results = [result("lem-a", page="two"), result("lem-b"), result("def-c", ["lem-b"])]
    order = sort({one.label: one for one in results}, ["one", "two"])
    assert [one.label for one in order] == ["lem-b", "def-c", "lem-a"]


# ---- the table of dropped hypotheses ----------------------------------------------------

ROWS = """
:::{dropped}
* - thm-even-sum.second
  - $b = 1$
  - {num}`.outcome`
  - even
:::
"""

BOX = ONE[ONE.index(":::{without-start} thm-even-sum.second") :]

CELL = """
```{code-cell} python
from dlbook.book import glue

glue("one.outcome", 3)
```
"""


def tabled():
    return {"index": INDEX, "one": ONE.replace(BOX, CELL + ROWS), "two": TWO}


TESTED = """
NEAR_MISSES = {"odd": {"remainder": 1}}
def hypotheses(a, b):
    return {"first": a % 2 == 0, "second": b % 2 == 0}
def conclusion(a, b, *, remainder=0):
    return (a + b) % 2 == remainder
@given(evens, evens)
def test_holds(a, b):
    assert not broken(hypotheses(a, b))
    assert conclusion(a, b)
def test_near_misses():
    assert not missed(NEAR_MISSES, [(2, 4)], conclusion, hypotheses)
def test_without_first():
    assert broken(hypotheses(1, 2)) == ["first"]
    assert not conclusion(1, 2)
def test_without_second():
    assert broken(hypotheses(2, 1)) == ["second"]
    assert not conclusion(2, 1)
"""

TWICE = """
NEAR_MISSES = {"odd": {"remainder": 1}}
def conclusion(a, *, remainder=0):
    return 2 * a % 2 == remainder
@given(evens)
def test_holds(a):
    assert conclusion(a)
def test_near_misses():
    assert not missed(NEAR_MISSES, [(2,)], conclusion)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the pages of a book with all the settings, a table and the list of its tests."""
    folder = tmp_path_factory.mktemp("whole")
    tests = folder / "tests"
    tests.mkdir()
    (tests / "test_even_sum.py").write_text(TESTED)
    (tests / "test_twice.py").write_text(TWICE)
    pages = tabled()
    pages["index"] = pages["index"].replace("{logic}", "{checks}")
    write(folder, pages)
    for path in folder.glob("*.md"):  # appendices, which have no headline
        path.write_text(re.sub(r"^# (\d)\.", r"# \1A.", path.read_text(), flags=re.MULTILINE))
    (folder / "conf.py").write_text(
        "from _ext.settings import *\n"
        f"html_title = project = 'Book'\ndlbook_tests = {str(tests)!r}\n"
        "exclude_patterns += ['cache', 'jupyter_execute', 'site']\n"  # what a build writes here
    )
    kept = {"kind": "exact", "text": "3"}
    accepted = {"numbers": {"one.outcome": kept}, "timings": {}}
    (folder / "numbers.json").write_text(json.dumps(accepted))
    return folder


def test_a_row_of_the_table_shows_what_fails(whole):
    assert "WARNING:" not in build(whole)  # a kernel may say more
    page = (whole / "site" / "one.html").read_text()
    row = re.search(r'<tr[^>]*id="without-thm-even-sum.second">(.*?)</tr>', page, re.DOTALL)[1]
    which, _, outcome, said = map(text_of, re.findall(r"<td>(.*?)</td>", row, re.DOTALL))
    assert (which, said) == ("Theorem 1A.2, H2 (second)", "even")
    assert outcome == "3 exact · computed in this cell"
    assert 'href="#without-thm-even-sum.second"' in page


def test_the_checks_are_shown_with_their_tests(whole):
    page = (whole / "site" / "index.html").read_text()
    part = page[page.index('id="check-thm-even-sum"') : page.index('id="check-cor-twice"')]
    items = [text_of(item) for item in re.findall(r"<li>(.*?)</li>", part, re.DOTALL)]
    assert items == [
        f"{letter} ({name}): used once in the proof; what fails without it, asserted by "
        f"test_without_{name}."
        for letter, name in (("H1", "first"), ("H2", "second"))
    ]
    assert "The tests: tests/theorems/test_even_sum.py" in text_of(part)
    (address,) = re.findall(r'href="(tests/[^"]*)"', part)
    name, anchor = address.split("#")
    shown = (whole / "site" / name).read_text()
    shown = shown[shown.index(f'id="{anchor}"') :].partition("</section>")[0]
    assert text_of(shown).count("assert not conclusion(") == 2
    (back,) = re.findall(r'href="\.\./([^"#]*)#check-thm-even-sum"', shown)
    assert back == "index.html"


def test_the_page_of_the_tests_is_written_where_a_test_changed(whole):
    assert build(whole) == ""
    page = whole / "site" / "tests" / "one.html"
    before = page.stat().st_mtime_ns
    assert build(whole) == ""
    assert page.stat().st_mtime_ns == before
    test = whole / "tests" / "test_even_sum.py"
    test.write_text(TESTED.replace("[(2, 4)]", "[(2, 6)]"))
    assert build(whole) == ""
    assert "[(2, 6)]" in text_of(page.read_text())
    test.write_text(TESTED)


def test_the_build_refuses_tests_that_show_nothing(whole):
    path = whole / "tests" / "test_twice.py"
    path.write_text(TWICE.replace("missed(NEAR_MISSES", "found(NEAR_MISSES"))
    assert "tests/theorems/test_twice.py: no test `test_near_misses`" in build(whole)
    path.unlink()
    assert "cor-twice has no tests: expected tests/theorems/test_twice.py" in build(whole)
    path.write_text(TWICE)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{num}`.outcome`", "3", "thm-even-sum without H2: nothing in its row is computed"),
        ("  - even\n", "", "{dropped}: a row has 3 cells; expected 4: label.hypothesis, instance"),
        ("* - thm-even-sum.second", "* - thm-even-sum.third", "no hypothesis 'third'"),
        ("* - thm-even-sum.second", "* - thm-even-sum.first", "without H1 is shown twice"),
        (":label: thm-even-sum\n", ":label: thm-even-sum\n:headline:\n", "no box shows what fails"),
    ],
)
def test_the_build_refuses_a_row(tmp_path, old, new, complaint):
    pages = tabled()
    assert old in pages["one"]
    write(tmp_path, pages | {"one": pages["one"].replace(old, new)})
    (tmp_path / "conf.py").write_text(CONF + 'extensions += ["_ext.cells.numbers"]\n')
    assert complaint in build(tmp_path)


@pytest.mark.parametrize(("option", "complains"), [("", True), (":bound:\n", False)])
def test_a_displayed_inequality_has_to_be_called_a_bound(tmp_path, option, complains):
    one = ONE.replace("Then $a + b$ is even.", "Then\n\n$$\na \\le b\n$$")
    one = one.replace("-sum\n\nLet", f"-sum\n{option}\nLet")
    write(tmp_path, {"index": INDEX, "one": one, "two": TWO})
    assert ("concludes with an inequality" in build(tmp_path)) is complains


# ---- the tests of the results -----------------------------------------------------------

SOUND = """
NEAR_MISSES = {"odd": {"remainder": 1}}
def hypotheses(n):
    return {"even": n % 2 == 0}
def conclusion(n, *, remainder=0, times=1):
    return n % 2 == remainder
@given(evens)
def test_holds(n):
    assert not broken(hypotheses(n))
    assert conclusion(n)
def test_near_misses():
    assert not missed(NEAR_MISSES, [(2,)], conclusion, hypotheses)
def test_tight():
    assert conclusion(2)
    assert not conclusion(2, times=0.99)
def test_without_even():
    assert broken(hypotheses(3)) == ["even"]
    assert not conclusion(3)
"""


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        ("", "", None),
        ("def conclusion", "def claim", "no function `conclusion`"),
        ("@given(evens)\n", "", "no test `test_holds` with instances"),
        ("    assert conclusion(n)", "    conclusion(n)", "does not `assert conclusion(…)`"),
        (
            "    assert not broken(hypotheses(n))\n",
            "",
            "`test_holds` does not `assert not broken(hypotheses(n))`",
        ),
        ("test_without_even", "test_even", "no test `test_without_even`"),
        ("assert not conclusion(3)", "pass", "does not `assert not conclusion(…)`"),
        ("(3)) ==", "(5)) ==", "does not show that it lacks this hypothesis only"),
        ('== ["even"]', '== ["odd"]', "does not show that it lacks this hypothesis only"),
        ('{"even": n', '{"odd": n', "does not return one dict with the keys even"),
        ("def hypotheses(n)", "def hypotheses(m)", "do not take the same instance"),
        ("def hypotheses", "def assumed", "no function `hypotheses`"),
        ("NEAR_MISSES =", "MISSES =", "no table `NEAR_MISSES"),
        ('{"remainder": 1}', "{}", "no near miss moves `remainder`"),
        ('{"remainder": 1}', '{"remainder": 1, "n": 3}', "`n`, which is not a keyword-only"),
        ("return n %", "return n > 0 and n %", "2 clauses, and only 1 near misses"),
        ("def test_near_misses", "def near", "no test `test_near_misses`"),
        ("not missed(NEAR", "missed(NEAR", "no test `test_near_misses`"),
        (", conclusion, hypotheses)", ", conclusion)", "no test `test_near_misses`"),
        ("def test_tight", "def tight", "a bound, and no test `test_tight`"),
        (", times=0.99", "", "a bound, and no test `test_tight`"),
        ("    assert conclusion(2)\n", "", "for the bound itself"),
    ],
)
def test_tests_that_show_nothing_are_found(old, new, flaw):
    assert old in SOUND
    said = list(flaws(SOUND.replace(old, new), ["even"], bound=True))
    assert said == [] if flaw is None else (len(said) == 1 and flaw in said[0])


def test_a_result_without_hypotheses_needs_near_misses_all_the_same():
    bare = SOUND.replace(", hypotheses)", ")").replace("    assert not broken(hypotheses(n))\n", "")
    assert list(flaws(bare, [])) == []
    assert "no table" in next(flaws(bare.replace("NEAR", "FAR"), []))


def test_what_is_missed_is_named():
    def conclusion(n, *, least=2):
        return n >= least

    near = {"one more": {"least": 3}, "one less": {"least": 1}}
    assert missed(near, [(2,), (4,)], conclusion) == ["one less", "instance 1 tells none"]
    assert missed({"one more": {"least": 3}}, [(2,)], conclusion) == []
    with pytest.raises(AssertionError, match="false of instance 1"):
        missed(near, [(2,), (1,)], conclusion)
    with pytest.raises(AssertionError, match="instance 0 breaks a hypothesis"):
        missed(near, [(2,)], conclusion, lambda n: {"odd": n % 2 == 1})


def each_statement():
    return sorted(file_of("thm-x").parent.glob("test_*.py"))


def function_of(path, name):
    """Return the module of a test, and its function of this name, if it has one."""
    tree = ast.parse(path.read_text("utf-8"))
    return tree, next((node for node in tree.body if getattr(node, "name", "") == name), None)


def exchanged(path, tree, whole, other):
    """Return what a module defines in which one expression is another."""

    class Exchange(ast.NodeTransformer):
        def visit(self, node):
            return other if node is whole else self.generic_visit(node)

    names = {"__name__": path.stem, "__file__": str(path)}
    exec(compile(ast.fix_missing_locations(Exchange().visit(tree)), str(path), "exec"), names)
    return names


def modules():
    """Return the modules of tests, with each clause of their conclusions."""
    for path in each_statement():
        _, conclusion = function_of(path, "conclusion")
        yield from ((path, i) for i, _ in enumerate(clauses(conclusion)))


@pytest.mark.parametrize(("path", "number"), list(modules()), ids=lambda x: getattr(x, "stem", x))
def test_every_clause_of_a_conclusion_is_needed(path, number, monkeypatch):
    """Without a clause, some test that expects the conclusion to be false notices."""
    monkeypatch.syspath_prepend(str(path.parent))
    tree, conclusion = function_of(path, "conclusion")
    names = exchanged(path, tree, clauses(conclusion)[number], ast.Constant(True))
    tests = [name for name in names if re.match("test_(near_misses|tight|without_)", name)]
    assert any(fails(names[name]) for name in tests)


def parts(function):
    """Yield each expression in a function's hypotheses that has parts, and what is less of it."""
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    values = [value for one in returned if isinstance(one, ast.Dict) for value in one.values]
    return weakened(node for value in values for node in ast.walk(value))


def weakened(nodes):
    """Yield each of the expressions that has parts, and what is less of it."""
    for node in nodes:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            for one in node.values:
                yield node, conjunction([other for other in node.values if other is not one])
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            places = [node.left, *node.comparators]
            links = [
                ast.Compare(left, [op], [right])
                for left, op, right in zip(places, node.ops, places[1:], strict=False)
            ]
            for one in links:
                yield node, conjunction([other for other in links if other is not one])
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("all", "np.all"):
            some = ast.parse(ast.unparse(node.func).replace("all", "any"), mode="eval").body
            yield node, ast.Call(some, node.args, node.keywords)


def on_one_side(nodes):
    """Yield |x| where it, or the largest of such, is less than something; and x for it."""
    for node in nodes:
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE):
            size = node.left
            if isinstance(size, ast.Call) and ast.unparse(size).endswith(".max()"):
                size = size.func.value
            if isinstance(size, ast.Call) and ast.unparse(size.func) in ("abs", "np.abs"):
                yield size, size.args[0]


def conjunction(clauses):
    return clauses[0] if len(clauses) == 1 else ast.BoolOp(ast.And(), clauses)


def modules_with_hypotheses():
    """Return the modules of tests that state hypotheses, with each part of these."""
    for path in each_statement():
        _, function = function_of(path, "hypotheses")
        if function:
            yield from ((path, i) for i, _ in enumerate(parts(function)))


@pytest.mark.parametrize(
    ("path", "number"), list(modules_with_hypotheses()), ids=lambda x: getattr(x, "stem", x)
)
def test_every_part_of_a_hypothesis_is_needed(path, number, monkeypatch):
    """Without a part, some instance that is to break a hypothesis breaks none."""
    monkeypatch.syspath_prepend(str(path.parent))
    tree, function = function_of(path, "hypotheses")
    whole, rest = list(parts(function))[number]
    names = exchanged(path, tree, whole, rest)
    tests = [name for name in names if name.startswith("test_without_")]
    assert any(fails(names[name]) for name in tests), ast.unparse(whole)


def each_place(path, name, find):
    """Yield each place that `find` yields in a function of a module, with the module read anew."""
    for number, _ in enumerate(find(function_of(path, name)[1])):
        tree, function = function_of(path, name)
        yield tree, list(find(function))[number]


def weaker_conclusions(conclusion):
    """Yield what in a conclusion has parts, at any depth, and what says less."""
    yield from weakened(ast.walk(conclusion))
    yield from on_one_side(ast.walk(conclusion))


def callable_tests(names, *, drawn=False):
    """Return the tests of a module that need nothing; if wanted also, last, those that draw."""
    tests = [
        value
        for name, value in names.items()
        if name.startswith("test_")
        and (drawn or not draws(value))
        and (draws(value) or not inspect.signature(value).parameters)
    ]
    return sorted(tests, key=lambda test: (draws(test), test.__name__ != "test_near_misses"))


def draws(test):
    return getattr(test, "is_hypothesis_test", False)


@pytest.mark.parametrize("path", each_statement(), ids=lambda path: path.stem)
def test_a_conclusion_that_says_less_is_noticed(path, monkeypatch):
    """At any depth: a part left out, some for all, at most for equal."""
    monkeypatch.syspath_prepend(str(path.parent))
    unnoticed = []
    for tree, (whole, less) in each_place(path, "conclusion", weaker_conclusions):
        words = f"{ast.unparse(less)} for {ast.unparse(whole)}"
        if not any(map(notices, callable_tests(exchanged(path, tree, whole, less)))):
            unnoticed.append(words)
    assert unnoticed == []


#: Names of numbers of which only the sign counts, and of the factor that `test_tight` moves.
NOT_SHARP = ("sign", "signs", "side", "times")


def numbers(conclusion):
    """Yield the numbers in the defaults of a conclusion: the constants of the statement.

    Those between 0 and a hundredth stand for what is small.
    """
    named = zip(conclusion.args.kwonlyargs, conclusion.args.kw_defaults, strict=True)
    for argument, default in named:
        for node in ast.walk(default):
            value = getattr(node, "value", None)
            if argument.arg in NOT_SHARP or type(value) not in (int, float):
                continue
            if not 0 < value < 0.01:
                yield node


@pytest.mark.parametrize("path", each_statement(), ids=lambda path: path.stem)
def test_the_constants_of_a_conclusion_are_sharp(path, monkeypatch):
    """A twentieth more or less makes the statement false of an instance, or says too little.

    If neither is noticed, the constant may be far from the one at which the statement ends.
    """
    monkeypatch.syspath_prepend(str(path.parent))
    wide = []
    for tree, one in each_place(path, "conclusion", numbers):
        value, noticed = one.value, False
        for by in (0.05, -0.05):
            one.value = value + by * (value or 1)
            noticed = noticed or any(map(notices, callable_tests(exchanged(path, tree, one, one))))
        if not noticed:
            wide.append(f"{value} in line {one.lineno}")
    assert wide == []


def borders(function):
    """Yield each ≤ in a hypothesis, with its place; not those that allow for rounding."""
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and "e-" not in ast.unparse(node):
            for place, link in enumerate(node.ops):
                if isinstance(link, ast.LtE | ast.GtE):
                    yield node, place


@pytest.mark.parametrize(
    "path",
    [path for path in each_statement() if function_of(path, "hypotheses")[1]],
    ids=lambda path: path.stem,
)
def test_the_borders_of_a_hypothesis_are_tried(path, monkeypatch):
    """With < for ≤ some instance of which the statement is to be true breaks a hypothesis."""
    monkeypatch.syspath_prepend(str(path.parent))
    untried = []
    for tree, (whole, place) in each_place(path, "hypotheses", borders):
        words = f"{ast.unparse(whole)} at {place}"
        whole.ops[place] = ast.Lt() if isinstance(whole.ops[place], ast.LtE) else ast.Gt()
        if not any(map(notices, callable_tests(exchanged(path, tree, whole, whole), drawn=True))):
            untried.append(words)
    assert untried == []


def fails(test):
    try:
        test()
    except AssertionError:
        return True
    return False


def notices(test):
    """Return whether a test fails, or what it tries makes no sense: half an index."""
    try:
        test()
    except Exception:
        return True
    return False


@pytest.mark.site
def test_every_result_of_the_book_has_its_tests(site):
    results = json.loads((SITE.parent / "logic.json").read_text("utf-8"))
    assert len(results) > 5
    for one in results:
        if one["kind"] in UNPROVED:
            continue
        source = file_of(one["label"]).read_text("utf-8")
        droppable = [h["name"] for h in one["hypotheses"] if not h["meaning"]]
        assert list(flaws(source, droppable, bound=one["bound"])) == []
        assert one["label"] in source.splitlines()[0]


@pytest.mark.site
def test_every_test_of_a_result_has_a_result(site):
    results = json.loads((SITE.parent / "logic.json").read_text("utf-8"))
    folder = file_of("thm-x").parent
    known = {file_of(one["label"]) for one in results if one["kind"] not in UNPROVED}
    assert set(folder.glob("test_*.py")) == known
