"""Exercises in pages: what authors write, what it becomes, and what the build refuses."""

import re

import pytest
from test_theorems import CONF, build, complaints, text_of, write

ONE = """# 3. Graphs

::::{exercise} Sort *it*
:label: ex-dag-topological-sort
:difficulty: 2
:minutes: 25
:trains: patience
:checker: my_sort(graph)

Write a function.

:::{hint}
Count first.
:::
::::

:::{solution-start} ex-dag-topological-sort
:::
Here it is:

```{code-cell} python
secret = 1
```

It works.
:::{solution-end}
:::

See {ex}`ex-by-hand`.

(check-an-answer)=
## Answers

```{code-cell} python
print("between")
```

::::{exercise} By hand
:label: ex-by-hand
:difficulty: 1
:minutes: 5
:trains: counting

How many are there?

:::{hint}
Few.
:::
::::

:::{solution-start} ex-by-hand
:::
Seven.
:::{solution-end}
:::

:::{exercises}
:::
"""

TWO = """# 4. More

{ex}`ex-by-hand` stands elsewhere.
"""

INDEX = """# Book

```{toctree}
one
two
```
"""


def make(folder, one=ONE, two=TWO, *options, index=INDEX, **more):
    write(folder, {"index": index, "one": one, "two": two, **more})
    conf = CONF.replace('"_ext.logic.arguments"', '"_ext.logic.arguments", "_ext.logic.exercises"')
    (folder / "conf.py").write_text(conf)
    return build(folder, *options)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exercises")
    assert make(folder, ONE, TWO, "-j2") == ""
    pages = {path.stem: path.read_text() for path in (folder / "site").glob("*.html")}
    return pages | {"search index": (folder / "site" / "searchindex.js").read_text()}


# ---- what the pages show ----------------------------------------------------------------


def test_an_exercise_says_how_hard_it_is_how_long_and_what_for(book):
    block = re.search(r'<div class="dl-exercise" id="ex-by-hand">(.*?)</div>', book["one"], re.S)[1]
    assert text_of(block).startswith("Exercise 3.2. By hand ★☆☆ · 5 minutes · counting How many")
    assert 'role="img" aria-label="difficulty 1 of 3"' in block


def test_hint_and_solution_are_folded_without_scripts(book):
    folded = re.findall(
        r"<details ([^>]*)>\s*<summary>(.*?)</summary>(.*?)</details>", book["one"], re.S
    )
    assert [(summary, text_of(text)[:7]) for _, summary, text in folded] == [
        ("Hint", "Count f"),
        ("Solution of Exercise 3.1", "Here it"),
        ("Hint", "Few."),
        ("Solution of Exercise 3.2", "Seven."),
    ]
    assert not any("open" in attributes for attributes, *_ in folded)
    assert "secret" in folded[1][2]


def test_the_call_of_the_checker_can_be_copied(book):
    call = re.search(r"<pre>(.*?)</pre>", book["one"], re.S)[1]
    assert text_of(call) == (
        "from dlbook.exercises import check def my_sort(graph): ... "
        'check("dag-topological-sort", my_sort)'
    )
    assert re.search(r'href="#check-an-answer"><span[^>]*>How to run this<', book["one"])


def test_exercises_are_referred_to_from_anywhere(book):
    assert re.search(r'href="#ex-by-hand"[^>]*>.*?Exercise 3.2<', book["one"])
    assert re.search(r'href="one.html#ex-by-hand"[^>]*>.*?Exercise 3.2<', book["two"])


def test_a_chapter_lists_its_exercises(book):
    items = re.search(r'<ul class="dl-exercises[^>]*>(.*?)</ul>', book["one"], re.S)[1]
    lines = [text_of(item) for item in re.findall(r"<li>(.*?)</li>", items, re.S)]
    assert lines == [
        "Exercise 3.1. Sort *it* ★★☆ · 25 minutes · patience",
        "Exercise 3.2. By hand ★☆☆ · 5 minutes · counting",
    ]
    assert 'href="#ex-dag-topological-sort"' in items


def test_exercises_can_be_searched_for(book):
    assert "2: By hand" in book["search index"]


def test_the_edition_without_solutions_lacks_them_and_nothing_else(book, tmp_path):
    assert make(tmp_path, ONE, TWO, "-D", "dlbook_solutions=0") == ""
    page = (tmp_path / "site" / "one.html").read_text()
    lacking = re.sub(
        r'<details class="dl-fold dl-solution".*?</details>\n', "", book["one"], flags=re.S
    )
    assert lacking != book["one"]
    assert page == lacking
    assert (tmp_path / "site" / "two.html").read_text() == book["two"]


# ---- what the build refuses -------------------------------------------------------------

HINT = ":::{hint}\nFew.\n:::\n"


REFUSED = [
    (":label: ex-by-hand", ":label: by-hand", "'By hand' has the label 'by-hand'; expected"),
    (":label: ex-by-hand\n", "", "'By hand' lacks label; expected a label ex-…"),
    (":difficulty: 1\n:minutes: 5\n", "", "lacks difficulty, minutes; expected"),
    (":trains: counting\n", "", "'By hand' lacks trains; expected"),
    (":difficulty: 1", ":difficulty: 4", '"4" unknown; choose from'),
    (":minutes: 5", ":minutes: -5", "positive"),
    (HINT, "", "ex-by-hand has no {hint}"),
    ("topological-sort\n:diff", "sort\n:diff", "has no checker 'dag-sort'"),
    ("my_sort(graph)", "my_sort", "has the checker 'my_sort'; expected the reader's function"),
    ("start} ex-by-hand", "start} ex-by-foot", "no exercise of this document has the label"),
    ("start} ex-by-hand", "start} ex-by-foot", "ex-by-hand has no solution"),
    ("start} ex-by-hand", "start} ex-dag-topological-sort",
     "ex-dag-topological-sort is solved twice"),
    ("label: ex-by-hand", "label: ex-dag-topological-sort",
     "the label ex-dag-topological-sort is also in"),
    ("Seven.\n:::{solution-end}\n:::\n", "Seven.\n", "{solution-start} has no {solution-end}"),
    ("Here it", ":::{solution-end}\n:::\n\nHere it", "{solution-end} has no"),
    ("Seven.", "(seven)=\nSeven.", "a solution holds a target"),
    ("Seven.", "```{index} seven\n```\nSeven.", "a solution holds a index"),
    ("Seven.", ":::{lemma} L\n:label: lem-l\n:::\nSeven.", "a solution holds a result"),
    ("{ex}`ex-by-hand`", "{ex}`ex-by-foot`", "reference target not found: ex-by-foot"),
]  # fmt: skip


def variant(number, text):
    """Return a text with the labels that it has as page `number` of one book."""
    return re.sub(r"\b(ex-by-hand|ex-by-foot|ex-dag-topological-sort)\b", rf"\1-{number}", text)


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """Return page → complaints of one book, each page of which has one thing wrong."""
    folder = tmp_path_factory.mktemp("refused")
    pages = {}
    for number, (old, new, complaint) in enumerate(REFUSED):
        assert old in ONE
        text = ONE.replace("(check-an-answer)=\n", "").replace(old, new)
        # A checker is found by its exercise's label, which one page of a book has.
        if "checker" in complaint:
            text = text.replace("ex-dag-topological-sort", "ex-dag-find-cycle")
        else:
            text = text.replace(":checker: my_sort(graph)\n", "")
        pages[f"page-{number}"] = variant(number, text)
    index = INDEX.replace("two\n", "\n".join(["two", *pages]) + "\n")
    return complaints(make(folder, ONE, TWO, index=index, **pages))


@pytest.mark.slow
@pytest.mark.parametrize(("number", "complaint"), [(i, one[2]) for i, one in enumerate(REFUSED)])
def test_the_build_refuses(refused, number, complaint):
    assert variant(number, complaint) in refused[f"page-{number}"]


@pytest.mark.slow
def test_the_build_refuses_no_page_without_a_fault(refused):
    assert sorted(refused) == sorted(f"page-{number}" for number in range(len(REFUSED)))


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["-j1", "-j2"])
def test_a_label_of_another_chapter_is_refused(tmp_path, workers):
    assert "the label ex-by-hand is also in" in make(
        tmp_path, ONE, ONE.replace("3. ", "4. "), workers
    )
