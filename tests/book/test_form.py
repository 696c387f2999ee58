"""The form of a chapter: what it may hold, and the time that its head tells."""

import doctest
import re

import pytest
from _ext.logic.exercises import exercise, solution
from _ext.logic.theorems import result
from _ext.page import form
from docutils import nodes
from docutils.utils import new_document
from test_theorems import HEAD, build


def test_its_examples_are_true():
    assert doctest.testmod(form).failed == 0


def words(number):
    return nodes.paragraph("", " ".join(["word"] * number))


def document(*children, title="3. A chapter"):
    doctree = new_document("chapter")
    doctree += nodes.section("", nodes.title("", title), *children)
    return doctree


def cell(source, *outputs, tags=(), **metadata):
    code = nodes.container("", nodes.literal_block(source, source), nb_element="cell_code_source")
    made = nodes.container("", code, *outputs, nb_element="cell_code")
    made["cell_metadata"] = {"tags": list(tags), **metadata}
    return made


def test_words_formulas_and_visible_code_are_counted():
    text = nodes.paragraph("", "Don't panic, it's", nodes.math("", "x + y"), nodes.Text(" of 12."))
    hidden = cell("a\nb", tags=["hide-input"])
    shown = cell("a\nb\nc", nodes.literal_block("printed\nlines", "printed\nlines"))
    found = form.size(document(text, nodes.math_block("", "x"), hidden, shown, title="3. Name"))
    assert found == form.Size(words=5, inline=1, displayed=1, lines=3)


def test_exercises_are_apart():
    asked = exercise("", words(30), minutes=15)
    solved = solution("", words(50))
    doctree = document(words(10), asked, solved, title="Name")
    assert form.size(doctree).words == 91
    assert form.size(doctree, without=(solution,)).words == 41
    assert form.size(doctree, without=(exercise, solution)).words == 11


def results(number, headlines=1, kind="theorem"):
    return [result("", kind=kind, headline=i < headlines) for i in range(number)]


@pytest.mark.parametrize(
    ("children", "source", "excess"),
    [
        ([words(3990)], "", None),
        ([words(4010)], "", "has 4012 words outside solutions; expected at most 4000"),
        ([words(3000), solution("", words(2000))], "", None),
        ([], "é" * 22_500, None),
        ([], "é" * 22_600, "has 45.2 kB of source, without the code of figures"),
        ([cell("x" * 300, mystnb={"figure": {"name": "f"}})], "é" * 22_600, None),
        ([cell("plot.stepper(" + "x" * 300)], "é" * 22_600, None),
        ([cell("plot.slider(" + "x" * 300)], "é" * 22_600, None),
        ([cell("plot.choice(" + "x" * 300)], "é" * 22_600, None),
        (results(8), "", None),
        (results(9), "", "has 9 results; expected at most 8"),
        (results(8) + results(5, 0, "definition"), "", None),
        ([exercise("") for _ in range(9)], "", "has 9 exercises; expected at most 8"),
        (results(5, headlines=0), "", "has 0 headline theorems; expected one or two"),
        (results(5, headlines=3), "", "has 3 headline theorems; expected one or two"),
    ],
)
def test_what_a_chapter_may_hold(children, source, excess):
    found = list(form.excesses(document(*children), source))
    assert found == [] if excess is None else (len(found) == 1 and excess in found[0])


@pytest.mark.parametrize(
    "title", ["A common mistake", "Common mistakes", "Another mistake.", "Mistakes"]
)
def test_a_mistake_has_a_name(title):
    found = list(form.excesses(document(nodes.section("", nodes.title("", title))), ""))
    assert len(found) == 1
    assert f"has the heading {title!r}; expected the mistake's name" in found[0]
    named = document(nodes.section("", nodes.title("", f"{title.strip('.')}: one factor too few")))
    assert list(form.excesses(named, "")) == []


def test_an_appendix_has_no_headline():
    assert list(form.excesses(document(*results(3, 0), title="3A. More"), "")) == []


@pytest.mark.parametrize("before", ["", "   ", "> ", "- ", "12. "])
@pytest.mark.parametrize("ticks", [3, 5])
@pytest.mark.parametrize("title", ["`f`", "What `f` returns", "A stray `"])
def test_a_fence_that_is_none_is_found(before, ticks, title):
    fence = "`" * ticks
    first = f"{before}{fence}{{list-table}} "
    assert list(form.unfenced(f"One.\n\n{first}{title}\n{fence}\n")) == [(3, "{list-table}")]
    for right in (first.replace("`", ":") + title, first + title.replace("`", "")):
        assert list(form.unfenced(f"One.\n\n{right}\n* - `f`\n{fence}\n")) == []
    assert list(form.unfenced(f"One.\n\nThe role {{num}}`.a` and {first}{title}")) == []


CHAPTER = """# 3. Chapter

```{admonition} At a glance
:class: chapter-head

- **You need** nothing.
```

Text.
"""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("", "", None),
        ("nothing.", "nothing.\n- **Time** an hour.", "without its reading time"),
        ("Text.", "word " * 4100, "words outside solutions; expected at most 4000"),
        (
            "Text.",
            "Text.\n\n```{list-table} What `f` returns\n* - 1\n```",
            "index.md:18: WARNING: {list-table} is read as text",
        ),
    ],
)
def test_the_build_tells_the_time_and_holds_to_the_form(tmp_path, old, new, complaint):
    (tmp_path / "index.md").write_text(HEAD + CHAPTER.replace(old, new))
    (tmp_path / "conf.py").write_text(
        "from _ext.settings import *\nhtml_title = project = 'Book'\n"
        "nb_execution_mode = 'off'\nsuppress_warnings = ['myst-nb.lexer']\n"
    )
    said = build(tmp_path)
    if complaint:
        assert complaint in said
        return
    assert "WARNING:" not in said
    page = (tmp_path / "site" / "index.html").read_text()
    listed = page[page.index("chapter-head") : page.index("</ul>", page.index("chapter-head"))]
    assert "You need nothing. Time 5 minutes to read." in " ".join(
        re.sub(r"<[^>]*>", "", listed).split()
    )
