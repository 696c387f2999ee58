"""A notebook is run, and its exercises are listed with what they earned."""

import nbformat
import pytest

from dlbook.exercises import grade

TEXT = """
:::{exercise} Longest path
:label: ex-dag-longest-path
:::
:::{exercise} All orders
:label: ex-dag-all-orders
:::
:::{exercise} No checker
:label: ex-dag-by-hand
:::
"""

CELLS = [
    "from dlbook.exercises import check",
    "check('dag-find-cycle', lambda graph: None)",
    "def h(graph, u):\n    return max((1 + h(graph, w) for w in graph[u]), default=0)",
    "check('dag-longest-path', lambda graph: max((h(graph, u) for u in graph), default=0));",
    "1 / 0",
    "check('dag-longest-path', lambda graph: 0)",
]

pytestmark = pytest.mark.slow


def notebook(path, cells):
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_markdown_cell(TEXT)]
    book.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(book, path)
    return path


def test_a_notebook_is_graded(tmp_path):
    path = notebook(tmp_path / "answers.ipynb", CELLS)
    before = path.read_bytes()
    grades = grade(path)
    assert grades.answers == {
        "dag-longest-path": True,
        "dag-all-orders": None,
        "dag-find-cycle": False,
    }
    assert (grades.points, grades.total) == (1, 3)
    assert "they do not certify" in repr(grades)
    assert path.read_bytes() == before


def test_a_chapter_as_it_is_downloaded_is_graded(tmp_path):
    """Its cells to answer in are found, and an answer that is filled in counts."""
    question = "**Exercise 9.6. A longest path**\n\n★★☆ · 20 minutes · x · checker `{}`"
    answer = "def my_length(graph):\n    {}\n\ncheck('dag-longest-path', my_length)"
    book = nbformat.v4.new_notebook()
    book.cells = [
        nbformat.v4.new_code_cell(CELLS[0]),
        nbformat.v4.new_code_cell(CELLS[2]),
        nbformat.v4.new_markdown_cell(question.format("dag-all-orders")),
        nbformat.v4.new_markdown_cell(question.format("dag-longest-path")),
        nbformat.v4.new_code_cell(answer.format("...")),
    ]
    path = tmp_path / "chapter.ipynb"
    nbformat.write(book, path)
    assert grade(path).answers == {"dag-all-orders": None, "dag-longest-path": False}
    right = "return max((h(graph, u) for u in graph), default=0)"
    book.cells[-1].source = answer.format(right)
    nbformat.write(book, path)
    assert grade(path).answers["dag-longest-path"] is True


def test_a_chapter_as_plain_text_is_graded(tmp_path):
    text = "---\nkernelspec:\n  name: python3\n  display_name: P\n---\n" + TEXT
    path = tmp_path / "chapter.md"
    path.write_text(text + f"\n```{{code-cell}} python\n{CELLS[0]}\n{CELLS[1]}\n```\n")
    assert grade(path).answers["dag-find-cycle"] is False
    assert grade(path).answers["dag-longest-path"] is None


def test_a_cell_that_never_ends_is_cut_short(tmp_path):
    path = notebook(tmp_path / "answers.ipynb", ["while True: pass", *CELLS[:2]])
    assert grade(path, seconds=3).answers["dag-find-cycle"] is False


def test_what_is_no_notebook_is_refused(tmp_path):
    path = tmp_path / "answers.ipynb"
    path.write_text("{}")
    with pytest.raises(ValueError, match="is no notebook"):
        grade(path)
    with pytest.raises(FileNotFoundError):
        grade(tmp_path / "nowhere.ipynb")


def test_a_dead_kernel_is_reported(tmp_path):
    path = notebook(tmp_path / "answers.ipynb", ["import os; os._exit(1)"])
    with pytest.raises(ValueError, match="the kernel died"):
        grade(path)
