"""Chapters to take home: written for who reads a notebook, and running from their first line."""

import html
import json
import re
import subprocess
import sys
from types import SimpleNamespace
from urllib.parse import unquote

import nbformat
import pytest
from _ext.cells.glue import without_glue
from _ext.logic.exercises import without_solutions
from build_site import COURSE, ROOT, SITE, build_course
from checks import broken_links, read
from compare_builds import differences
from conftest import absent
from test_exercises import ONE as EXERCISES
from test_theorems import CONF, HEAD, build

from dlbook import exercises
from dlbook.train.store import cache_folder

ONE = r"""# 3. Numbers

First, a formula with a bracket ($x < y$), *emphasis*, `a_b $x$`, 5 \$ and a _snake_ a\_b\*.

```{code-cell} python
from dlbook.book import glue

glue("one.shown", 6 * 7)  # in a cell that is shown
print("shown")
```

```{code-cell} python
:tags: [hide-input]

glue("one.half", 1 / 2, format=".1f")
```

```{code-cell} python
---
tags: [hide-input]
mystnb:
  image:
    alt: Alternative words.
  figure:
    name: fig-square
    caption: A square of $x$, `a|b`.
---
from dlbook import plot

plot.use_style()
fig, axes = plot.figure(height=1)
fig
```

It is {num}`.shown`, half of it {num}`.half`. See {numref}`fig-square`, {thm}`thm-sum`,
{eq}`eq-sum`, {ref}`below <below>` and {doc}`index`.

::::{theorem} Sums of $x$
:label: thm-sum

Let $a$ and $b$ be such that

:::{hypothesis} first
$a > 0$,
:::
:::{hypothesis} second
$b > 0$, and

$$
a \\
b
$$ (eq-sum)
:::

Then $a + b > 0$.
::::

::::{proof} thm-sum
It is a sum, by {hyp}`first` and {hyp}`second`.

1. One.
2. Two:
   - inner
::::

:::{without-start} thm-sum.first
:::
It fails:

```{code-cell} python
print(-2 + 1)
```
:::{without-end}
:::

:::{without-start} thm-sum.second
:::
It fails as well:

```{code-cell} python
frame = plot.Frame(plot.figure(height=1)[0], "Done.")
plot.stepper([frame], title="One", alt="Axes.", name="one-stepper")
```

```{code-cell} python
plot.slider({"1": frame}, start="1", title="Two", label="a", alt="Axes.", name="two")
```
:::{without-end}
:::

(below)=
## Further below

```{dropdown} Why?
Because.
```

```{admonition} At a glance
:class: chapter-head

- **Time** little.
```

Term
: what it means.

:::{list-table} Two rows
:header-rows: 1

* - a
  - $b$
* - 1 | 2
  - `c`
:::
"""

INDEX = """# Book

```{toctree}
one
two
```
"""

CONFIGURATION = (
    CONF.replace('["myst_nb"', '["myst_nb", "sphinx_design", *OURS')
    .replace('"colon_fence"', '"colon_fence", "deflist"')
    .replace('"off"', '"force"')
    .join(
        [
            'OURS = [f"_ext.cells.{name}" for name in ("downloads", "figures", "numbers")]\n',
            'numfig = True\ndlbook_site = "https://book.example/"\nauthor = "The authors"\n'
            'exclude_patterns = ["site", "jupyter_execute"]\n',
        ]
    )
)

FULL_HEAD = HEAD.replace("name:", "display_name: Python 3\n  language: python\n  name:")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the cells of both chapters, each in the full edition and without its solutions."""
    folder = tmp_path_factory.mktemp("notebooks")
    (folder / "conf.py").write_text(CONFIGURATION)
    numbers = {"one.half": {"kind": "exact", "text": "0.5"}}
    numbers["one.shown"] = {"kind": "exact", "text": "42"}
    (folder / "numbers.json").write_text(json.dumps({"numbers": numbers, "timings": {}}))
    index = INDEX + "\n:::{install}\n:::\n"
    two = EXERCISES.replace("# 3.", "# 4.").replace('print("between")', 'print("between")  # glue')
    for name, text in {"index": index, "one": ONE, "two": two}.items():
        (folder / f"{name}.md").write_text(FULL_HEAD + text)
    found = {}
    editions = {"local": ["-D", "dlbook_site="], "full": [], "course": ["-D", "dlbook_solutions=0"]}
    for edition, options in editions.items():
        complaints = build(folder, *options).splitlines()
        assert [line for line in complaints if "IPKernelApp" not in line] == []
        for name in ("one", "two"):
            path = folder / "site" / "_downloads" / f"{name}.ipynb"
            book = nbformat.read(path, as_version=4)
            nbformat.validate(book)
            found[edition, name] = book.cells
            found[f"{edition} page", name] = (folder / "site" / f"{name}.html").read_text("utf-8")
        found[f"{edition} page", "index"] = (folder / "site" / "index.html").read_text("utf-8")
    return found


def prose(cells):
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.mark.slow
def test_the_page_opens_its_notebook_elsewhere_when_that_is_pressed(made):
    address = "https://nbviewer.org/urls/book.example/_downloads/one.ipynb"
    page = made["full page", "one"]
    assert page.count("nbviewer.org") == 1
    assert f'<a href="{address}">' in page


@pytest.mark.slow
def test_the_first_cell_says_what_it_is_and_how_to_install_it(made):
    first = made["full", "one"][0].source
    assert first.startswith("# 3. Numbers\n\n")
    assert "(https://book.example/one.html)" in first
    assert "CC BY 4.0" in first
    assert "BSD 3-Clause" in first
    assert re.search(
        r'\npip install "dlbook\[book\] @ https://book.example/_downloads/dlbook-[\d.]+-py3-none-'
        r'any.whl"\n',
        first,
    )


@pytest.mark.slow
def test_a_site_without_an_address_names_no_folder_of_the_machine_that_built_it(made):
    line = r'pip install "\./(dlbook-[\d.]+-py3-none-any\.whl)\[book\]"'
    first = made["local", "one"][0].source
    wheel = re.search(rf"\n{line}\n", first)[1]
    assert f"the folder that holds the file `{wheel}`" in first
    for page in ("one", "index"):
        html = made["local page", page]
        assert "file:///" not in html
        assert f'href="_downloads/{wheel}"' in html
        assert re.search(line, re.sub(r"<[^>]*>", "", html).replace("&quot;", '"'))
        assert wheel not in re.sub("book.example/_downloads/" + wheel, "", made["full page", page])


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        r"a bracket ($x < y$), *emphasis*, `a_b $x$`, 5 \$ and a *snake* a_b\*.",
        "It is 42, half of it 0.5. See [Fig. 3.1](https://book.example/one.html#fig-square), "
        "[Theorem 3.1](https://book.example/one.html#thm-sum), "
        "[(3.1)](https://book.example/one.html#equation-eq-sum), "
        "[below](https://book.example/one.html#below) and [Book](https://book.example/index.html).",
        "[Fig. 3.1](https://book.example/one.html#fig-square). *A square of $x$, `a|b`.*",
        "> **[Theorem 3.1](https://book.example/one.html#thm-sum). Sums of $x$**\n"
        ">\n> Let $a$ and $b$ be such that\n>\n"
        "> - **H1** $a > 0$,\n> - **H2** $b > 0$, and\n>\n"
        r">   $$\begin{aligned}a \\ b\end{aligned} \tag{3.1}$$" + "\n>\n> Then $a + b > 0$.",
        "<details>\n<summary>Proof of Theorem 3.1</summary>\n\nIt is a sum, by "
        "[H1](https://book.example/one.html#thm-sum.first) and "
        "[H2](https://book.example/one.html#thm-sum.second).\n\n1. One.\n2. Two:\n\n   - inner ∎"
        "\n\n</details>",
        "**Theorem 3.1 without [H1](https://book.example/one.html#thm-sum.first)**\n\nIt fails:",
        "## Further below",
        "<details>\n<summary>Why?</summary>\n\nBecause.\n\n</details>",
        "> **At a glance**\n>\n> - **Time** little.",
        "- **Term**: what it means.",
        "[Table 3.1](https://book.example/one.html#id1). *Two rows*\n\n"
        "| a | $b$ |\n| --- | --- |\n| 1 \\| 2 | `c` |",
    ],
)
def test_the_text_is_what_the_page_says(made, text):
    assert text in prose(made["full", "one"])


@pytest.mark.slow
def test_cells_keep_their_outputs_and_lose_what_only_the_page_needs(made):
    code = [cell for cell in made["full", "one"] if cell.cell_type == "code"]
    sources = [cell.source for cell in code]
    assert sources[0] == 'print("shown")'
    assert not any("glue" in source for source in sources)
    assert [cell.metadata for cell in code] == [
        {},
        {"jupyter": {"source_hidden": True}},
        {},
        {},
        {},
    ]
    assert code[0].outputs[0].text == "shown\n"
    [figure] = code[1].outputs
    assert {"image/png", "text/plain"} == set(figure.data), "no SVG is shown before a run"
    assert figure.metadata["image/png"]["needs_background"] == "light"
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4, 5]
    assert figure.execution_count == 2
    [stepper] = code[3].outputs
    assert stepper.data == {
        "text/markdown": "*Run this cell to step it here, or [step it on the page]"
        "(https://book.example/one.html#one-stepper).*"
    }
    [slider] = code[4].outputs
    assert slider.data == {
        "text/markdown": "*Run this cell to move it here, or [move it on the page]"
        "(https://book.example/one.html#two).*"
    }


# ---- exercises --------------------------------------------------------------------------


@pytest.mark.slow
def test_nobody_sees_a_solution_by_accident(made):
    cells = made["full", "two"]
    shown = [cell for cell in cells if "source_hidden" not in cell.metadata.get("jupyter", {})]
    text = "\n".join(cell.source for cell in shown)
    unfolded = re.sub(r"(?s)<details>.*?</details>", "", text)
    assert not re.search("Here it is|secret|It works|Seven|Count first|Few", unfolded)
    for words in ("Here it is", "It works", "Seven", "Count first", "Few"):
        assert words in text
    exercise = "**[Exercise 4.2](https://book.example/two.html#ex-by-hand). By hand**\n\n"
    assert exercise + "★☆☆ · 5 minutes · counting\n\nHow many are there?" in text


@pytest.mark.slow
def test_a_notebook_has_all_cells_and_one_to_answer_in(made):
    code = [cell for cell in made["full", "two"] if cell.cell_type == "code"]
    assert [cell.source.splitlines()[-1] for cell in code] == [
        'check("dag-topological-sort", my_sort)',
        "secret = 1",
        'print("between")  # glue',
    ]
    assert [cell.metadata for cell in code] == [
        {"tags": ["answer"], "dlbook": {"exercise": "dag-topological-sort"}},
        {"tags": ["solution"], "jupyter": {"source_hidden": True, "outputs_hidden": True}},
        {},
    ]
    assert "· patience · checker `dag-topological-sort`" in prose(made["full", "two"])


@pytest.mark.slow
def test_without_solutions_a_notebook_lacks_them_and_nothing_else(made):
    full, course = made["full", "two"], made["course", "two"]
    text = prose(full) + "\n\n"
    for piece in re.findall(r"(?s)<details>\n<summary>Solution.*?</details>\n\n", text):
        text = text.replace(piece, "")
    assert text.split() == prose(course).split()
    answers = [
        cell.source for cell in full if cell.cell_type == "code" and "secret" not in cell.source
    ]
    assert [cell.source for cell in course if cell.cell_type == "code"] == answers


def test_without_solutions_the_plain_text_lacks_them_and_nothing_else():
    text = without_solutions(EXERCISES)
    assert not re.search("Here it is|secret|It works|Seven|solution", text)
    for words in ("Write a function", "Count first", "See {ex}", "between", "Few", "{exercises}"):
        assert words in text


# ---- glue -------------------------------------------------------------------------------


def cell(source, *tags):
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (["x = 1\nglue('a.b', x)"], ["x = 1"]),
        (["x = 1\n# explained\nglue('a.b',\n    x)\ny = 2"], ["x = 1\ny = 2"]),
        (["from dlbook.book import glue\nimport numpy"], ["import numpy"]),
        (["for x in y:\n    glue('a.b', x)"], [""]),
        (["for x in y:\n    z = x\n    glue('a.b', x)"], ["for x in y:\n    z = x"]),
        (["if x:\n    glue('a', 1)\nelse:\n    glue('a', 2)"], [""]),
        (["def g(x):\n    glue('a.b', x)", "g(1)\ny = 2"], ["", "y = 2"]),
        (["g = partial(glue, kind='seeded')", "g('a.b', 1)\nh(2)"], ["", "h(2)"]),
        (["g = partial(h, 1)\ng(2)"], ["g = partial(h, 1)\ng(2)"]),
        (["%magic\nglue('a.b', x)"], ["%magic\nglue('a.b', x)"]),
        ([("x = 1\nglue('a.b', x)", "hide-input")], [""]),
        ([("def f(): pass\nglue('a.b', f())", "hide-input"), "g()"], ["", "g()"]),
        ([("def f(): pass\nglue('a.b', f())", "hide-input"), "f()"], ["def f(): pass", "f()"]),
        ([("x = 1\nglue('a.b', x)", "hide-input"), "print(x)"], ["x = 1", "print(x)"]),
        ([("import x\nglue('a.b', x)", "hide-input"), "x.y"], ["import x", "x.y"]),
        ([("x = rng.normal()\nglue('a.b', x)", "hide-input")], ["x = rng.normal()"]),
        ([("a.append(1)\nglue('a.b', a)", "hide-input")], ["a.append(1)"]),
        ([("x = [i for i in y]\nglue('a.b', x)", "hide-input"), "print(i)"], ["", "print(i)"]),
        (
            [("i = 1\nglue('a.b', i)", "hide-input"), "def f(j, i):\n    return i"],
            ["", "def f(j, i):\n    return i"],
        ),
        (
            [("i = 1\nglue('a.b', i)", "hide-input"), "def f(j):\n    return i"],
            ["i = 1", "def f(j):\n    return i"],
        ),
        ([("x = 1", "hide-input")], ["x = 1"]),
        (
            [("x = 1\nglue('a.b', x)", "hide-input"), ("y = x\nglue('a.c', y)", "hide-input")],
            ["", ""],
        ),
    ],
)
def test_what_glues_is_taken_out_and_nothing_that_others_need(given, left):
    cells = [cell(one) if isinstance(one, str) else cell(*one) for one in given]
    assert without_glue(cells) == left


# ---- the book ---------------------------------------------------------------------------

RAW = re.compile(
    r"\{[a-z:-]+\}`"  # a role
    r"|^\s*:::|^\s*```+\{"  # a directive
    r"|^\s*:[a-z-]+: |^\([\w-]+\)=$"  # an option, a target
    r"|\bmystnb\b|\bglue\(",
    re.MULTILINE,
)
LINK = re.compile(r"(?<!\\)\]\(([^()\s]+)\)")
NUMBER = re.compile(r'<span class="dl-number [^>]*>([^<]+)<')


def notebooks(site):
    found = sorted((site / "_downloads").rglob("*.ipynb"))
    assert found
    return {
        path.relative_to(site / "_downloads").with_suffix("").as_posix(): nbformat.read(
            path, as_version=4
        )
        for path in found
    }


@pytest.mark.site
def test_no_markup_of_the_source_is_left(site):
    for name, book in notebooks(site).items():
        nbformat.validate(book)
        for one in book.cells:
            text = one.source
            if one.cell_type == "markdown":
                text = re.sub(
                    r"(?ms)^```.*?^```$|`+[^`]*`+", lambda m: m[0] if "{" in m[0] else "", text
                )
            assert not RAW.findall(text), (name, text)
            assert set(one.metadata) <= {"tags", "jupyter", "dlbook"}, name


@pytest.mark.site
def test_figures_are_shown_before_anything_is_run(site):
    """Jupyter shows neither SVG nor scripts of a notebook that its reader has not run."""
    figures = 0
    for name, book in notebooks(site).items():
        for one in book.cells:
            for output in one.get("outputs", []):
                data = output.get("data", {})
                assert "image/svg+xml" not in data, name
                assert "<script" not in data.get("text/html", ""), name
                assert " at 0x" not in data.get("text/plain", ""), name
                figures += "image/png" in data
    assert figures > 20


@pytest.mark.site
def test_every_code_cell_of_the_source_is_there_or_only_glued(site):
    for name, book in notebooks(site).items():
        source = (site / "_downloads" / f"{name}.md").read_text("utf-8")
        lines = set(map(str.strip, source.splitlines()))
        code = [one for one in book.cells if one.cell_type == "code"]
        for one in code:
            if "answer" not in one.metadata.get("tags", []):
                assert set(map(str.strip, one.source.splitlines())) <= lines | {""}, name
        assert len(code) >= source.count("```{code-cell}") - source.count("hide-input")


@pytest.mark.site
def test_every_formula_is_closed_and_on_one_line(site):
    """Also in a quote, where the mark of a line would become part of the formula."""
    for name, book in notebooks(site).items():
        text = prose(book.cells)
        text = re.sub(r"(?ms)^```.*?^```$|`+[^`]*`+|\\[$]", "", text)
        for line in text.splitlines():
            assert line.count("$") % 2 == 0, (name, line)


@pytest.mark.site
def test_numbers_are_those_of_the_page(site):
    for name, book in notebooks(site).items():
        text = prose(book.cells)
        page = (site / f"{name}.html").read_text("utf-8")
        for number in NUMBER.findall(page):
            assert html.unescape(number) in text.replace("\\", ""), (name, number)


@pytest.mark.site
def test_links_are_whole_and_lead_somewhere(site):
    pages = read(site)
    books = notebooks(site)
    [address] = {
        re.search(rf"\[a chapter\]\((\S+){name}\.html\)", book.cells[0].source)[1]
        for name, book in books.items()
    }
    for name, book in books.items():
        links = LINK.findall(prose(book.cells))
        assert links
        for link in links:
            assert re.match(r"(https?|file)://", link), (name, link)
            if link.startswith(address):
                path, _, anchor = unquote(link.removeprefix(address)).partition("#")
                assert not anchor or anchor in pages[path or "index.html"].ids, (name, link)
                assert (site / path).exists(), (name, link)


@pytest.mark.site
@pytest.mark.slow
def test_the_books_edition_without_solutions_is_whole(site, monkeypatch):
    """Its links lead somewhere, and its cells and those of the full edition are the same."""
    monkeypatch.setenv("DLBOOK_CACHE", str(cache_folder() / "book"))  # where the build trained
    assert build_course() == 0
    assert broken_links(COURSE, read(COURSE)) == []
    full, course = notebooks(SITE), notebooks(COURSE)
    assert full.keys() == course.keys()
    for name, book in full.items():
        kept = [
            one.source
            for one in book.cells
            if one.cell_type == "code" and "solution" not in one.metadata.get("tags", [])
        ]
        assert kept == [one.source for one in course[name].cells if one.cell_type == "code"]


@pytest.mark.site
@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("part-*/*.md")), ids=lambda p: p.stem)
def test_an_untouched_notebook_runs_without_its_solutions_and_earns_nothing(
    site, path, monkeypatch
):
    """Both editions: `grade` runs no cell of a solution, and the others are the same in both."""
    monkeypatch.setenv("DLBOOK_CACHE", str(cache_folder() / "book"))  # where the build trained
    name = path.relative_to(ROOT / "docs").with_suffix(".ipynb")
    grades = exercises.grade(site / "_downloads" / name, seconds=300)
    assert grades.faults == ()
    assert grades.points == 0
    assert None not in grades.answers.values()
    assert len(grades.answers) == path.read_text("utf-8").count("\n:checker: ")


@pytest.mark.site
@pytest.mark.slow
def test_a_notebook_runs_in_an_environment_made_by_its_first_line(site):
    """The shortest; `./nox -s downloads` tries all of them."""
    script = [sys.executable, ROOT / "docs" / "try_downloads.py", "computation-graphs"]
    done = subprocess.run(script, capture_output=True, text=True)
    if "the packages cannot be reached" in done.stdout:
        absent("no package index can be reached")
    assert done.returncode == 0, done.stdout + done.stderr


# ---- what is done with them -------------------------------------------------------------


def test_two_builds_may_differ_in_what_a_clock_measured(tmp_path):
    text = 'It took <span title="measured on x86_64, {}">{}</span> s, {}.'
    for seconds, word, folder in ((1, "well", "one"), (2, "well", "other"), (1, "ill", "third")):
        book = nbformat.v4.new_notebook()
        output = nbformat.v4.new_output("stream", text=f"{seconds}")
        timed = nbformat.v4.new_code_cell("f()", metadata={"tags": ["timing"]}, outputs=[output])
        book.cells = [nbformat.v4.new_markdown_cell(text.format(seconds, seconds, word)), timed]
        for number, one in enumerate(book.cells):
            one.id = f"cell-{number}"
        (tmp_path / folder).mkdir()
        nbformat.write(book, tmp_path / folder / "a.ipynb")
        (tmp_path / folder / "a.svg").write_text(f"<svg>{seconds}</svg><!-- timing -->\n")
    assert list(differences(tmp_path / "one", tmp_path / "other")) == []
    assert list(differences(tmp_path / "one", tmp_path / "third")) == ["a.ipynb: differs"]
    (tmp_path / "third" / "a.ipynb").write_bytes((tmp_path / "one" / "a.ipynb").read_bytes())
    (tmp_path / "third" / "a.svg").write_text("<svg>1</svg>")
    assert list(differences(tmp_path / "one", tmp_path / "third")) == ["a.svg: differs"]


def test_lab_opens_copies_and_keeps_those_that_were_changed(noxfile, tmp_path, monkeypatch):
    monkeypatch.setattr(noxfile, "ROOT", tmp_path)
    made = tmp_path / noxfile.SITE / "_downloads" / "part" / "a.ipynb"
    made.parent.mkdir(parents=True)
    said = []
    session = SimpleNamespace(log=said.append)

    made.write_text("first")
    copy = noxfile._copy_notebooks(session) / "part" / "a.ipynb"
    assert copy.read_text() == "first"
    made.write_text("second")
    noxfile._copy_notebooks(session)
    assert (copy.read_text(), said) == ("second", [])
    copy.write_text("mine")
    made.write_text("third")
    noxfile._copy_notebooks(session)
    assert copy.read_text() == "mine"
    assert str(copy) in said[0]
    assert made.read_text() == "third"


def test_a_chapter_that_is_not_there_is_named():
    script = [sys.executable, ROOT / "docs" / "try_downloads.py", "no-such-chapter"]
    done = subprocess.run(script, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no notebook of this name: no-such-chapter" in done.stdout
