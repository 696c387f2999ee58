"""Theorems in pages: what authors write, what it becomes, and what the build refuses."""

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from _ext.logic.arguments import faults, sort
from _ext.logic.tested import file_of, flaws
from _ext.logic.theorems import UNPROVED, Hypothesis, Result
from conftest import SITE

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


def build(folder, *options):
    """Build a book; return what Sphinx complained of."""
    path = os.pathsep.join([str(DOCS), str(DOCS.parent)])
    command = [sys.executable, "-m", "sphinx", "-n", "-q", *options, str(folder), folder / "site"]
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


def test_references_lead_to_other_pages(book):
    assert re.search(r'href="one.html#thm-even-sum"[^>]*>.*?Theorem 1.2<', book["two"])
    assert re.search(r'href="one.html#thm-even-sum.second"[^>]*>.*?H2<', book["two"])
    assert re.search(r'href="one.html#def-even"[^>]*>.*?even<', book["two"])


def test_a_statement_says_who_uses_it(book):
    feet = re.findall(r'<div class="dl-foot">(.*?)</div>', book["one"], re.DOTALL)
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
    hypothesis = Hypothesis("h", "H1", steps=1, without=True)
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
        (Hypothesis("h", "H1", steps=0, without=True), ["is not used in the proof"]),
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


# ---- the tests of the results -----------------------------------------------------------

SOUND = """
def conclusion(n):
    return n % 2 == 0
@given(evens)
def test_holds(n):
    assert conclusion(n)
def test_without_even():
    assert not conclusion(3)
"""


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        ("", "", None),
        ("def conclusion", "def claim", "no function `conclusion`"),
        ("@given(evens)\n", "", "no test `test_holds` with instances"),
        ("assert conclusion(n)", "conclusion(n)", "does not `assert conclusion(…)`"),
        ("test_without_even", "test_even", "no test `test_without_even`"),
        ("assert not conclusion(3)", "pass", "does not `assert not conclusion(…)`"),
    ],
)
def test_tests_that_show_nothing_are_found(old, new, flaw):
    said = list(flaws(SOUND.replace(old, new), ["even"]))
    assert said == [] if flaw is None else (len(said) == 1 and flaw in said[0])


@pytest.mark.site
def test_every_result_of_the_book_has_its_tests(site):
    results = json.loads((SITE.parent / "logic.json").read_text("utf-8"))
    assert len(results) > 5
    for one in results:
        if one["kind"] in UNPROVED:
            continue
        droppable = [h["name"] for h in one["hypotheses"] if not h["meaning"]]
        source = file_of(one["label"]).read_text("utf-8")
        assert list(flaws(source, droppable if one["kind"] == "theorem" else [])) == []
        assert one["label"] in source.splitlines()[0]


@pytest.mark.site
def test_every_test_of_a_result_has_a_result(site):
    results = json.loads((SITE.parent / "logic.json").read_text("utf-8"))
    folder = file_of("thm-x").parent
    known = {file_of(one["label"]) for one in results if one["kind"] not in UNPROVED}
    assert set(folder.glob("test_*.py")) == known
