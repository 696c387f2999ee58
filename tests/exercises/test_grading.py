"""A notebook is run, and its exercises are listed with what they earned."""

import json
import subprocess
import sys
import time

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

IMPORT = "from dlbook.exercises import check"
WRONG = "check('dag-find-cycle', lambda graph: None)"
HEIGHT = "def h(graph, u):\n    return max((1 + h(graph, w) for w in graph[u]), default=0)"
RIGHT = "check('dag-longest-path', lambda graph: max((h(graph, u) for u in graph), default=0));"
CELLS = [IMPORT, WRONG, HEIGHT, RIGHT, "1 / 0", "check('dag-longest-path', lambda graph: 0)"]

TEMPLATE = "def my_length(graph):\n    {}\n\ncheck('dag-longest-path', my_length)"

pytestmark = pytest.mark.slow


def code(source, **metadata):
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def notebook(path, cells, text=TEXT):
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_markdown_cell(text)]
    book.cells += [code(cell) if isinstance(cell, str) else cell for cell in cells]
    nbformat.write(book, path)
    return path


def answer(source):
    return code(source, tags=["answer"], dlbook={"exercise": "dag-longest-path"})


def solution(source):
    return code(source, tags=["solution"])


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
    [fault] = grades.faults
    assert repr(fault) == "code cell 5, line 1: ZeroDivisionError: division by zero\n    1 / 0"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_chapter_as_it_is_downloaded_is_graded(tmp_path):
    """An answer that is filled in counts, and the template earns nothing."""
    question = "**Exercise 9.6. A longest path**\n\n★★☆ · 20 minutes · x · checker `{}`"
    text = question.format("dag-all-orders") + "\n\n" + question.format("dag-longest-path")
    path = tmp_path / "chapter.ipynb"
    notebook(path, [IMPORT, HEIGHT, answer(TEMPLATE.format("..."))], text)
    assert grade(path).answers == {"dag-all-orders": None, "dag-longest-path": False}
    right = "return max((h(graph, u) for u in graph), default=0)"
    notebook(path, [IMPORT, HEIGHT, answer(TEMPLATE.format(right))], text)
    assert grade(path).answers == {"dag-all-orders": None, "dag-longest-path": True}


def test_the_cells_of_a_solution_are_not_graded_nor_do_they_help(tmp_path):
    cells = [IMPORT, answer(TEMPLATE.format("...")), solution(HEIGHT), solution(RIGHT)]
    path = notebook(tmp_path / "answers.ipynb", cells)
    assert grade(path).answers["dag-longest-path"] is False
    # A reader's answer that leans on what the solution defined is not an answer.
    path = notebook(tmp_path / "answers.ipynb", [IMPORT, solution(HEIGHT), RIGHT])
    assert grade(path).answers["dag-longest-path"] is False
    # It counts wherever it stands, also below the solution and with its name overwritten there.
    cells = [IMPORT, HEIGHT, solution("def h(graph, u): return 0"), RIGHT]
    assert grade(notebook(tmp_path / "answers.ipynb", cells)).points == 1


def test_a_chapter_as_plain_text_is_graded(tmp_path):
    text = "---\nkernelspec:\n  name: python3\n  display_name: P\n---\n" + TEXT
    text += f"\n```{{code-cell}} python\n{IMPORT}\n{WRONG}\n```\n"
    text += "\n:::{solution-start} ex-dag-longest-path\n:::\n"
    text += f"```{{code-cell}} python\n{HEIGHT}\n{RIGHT}\n```\n"
    text += "\n:::{solution-end}\n:::\n"
    path = tmp_path / "chapter.md"
    path.write_text(text)
    assert grade(path).answers == {
        "dag-longest-path": None,
        "dag-all-orders": None,
        "dag-find-cycle": False,
    }
    path.write_text(text + f"```{{code-cell}} python\n{HEIGHT}\n{RIGHT}\n```\n")
    assert grade(path).answers["dag-longest-path"] is True


def test_a_syntax_error_is_shown_with_its_line(tmp_path):
    broken = answer(TEMPLATE.format("x = (1,\n    return x"))
    grades = grade(notebook(tmp_path / "answers.ipynb", [IMPORT, broken]))
    assert grades.answers["dag-longest-path"] is None
    assert "dag-longest-path  error        0 of 1" in repr(grades)
    assert "code cell 2 (dag-longest-path), line 2: SyntaxError: '(' was never closed" in repr(
        grades
    )
    assert grades.faults[0].source == "x = (1,"


# ---- what students send -----------------------------------------------------------------


def test_a_cell_that_never_ends_is_cut_short(tmp_path):
    path = notebook(tmp_path / "answers.ipynb", ["while True: pass", *CELLS[:2]])
    grades = grade(path, seconds=3)
    assert grades.answers["dag-find-cycle"] is False
    assert grades.faults[0].error == "it did not end within 3 seconds and was interrupted"


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("import itertools\nsum(itertools.count())", "not end within 6 seconds and was killed"),
        (
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
            "not end within 6 seconds and was killed",
        ),
        ("import os; os._exit(1)", "its process ended"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "its process ended"),
        ("quit()", "its process ended"),
    ],
)
def test_a_cell_that_cannot_be_interrupted_is_killed_and_the_others_count(tmp_path, cell, why):
    cells = [IMPORT, HEIGHT, RIGHT, cell, "second = 2", "assert second == 2", WRONG]
    begun = time.monotonic()
    grades = grade(notebook(tmp_path / "answers.ipynb", cells), seconds=6)
    assert grades.answers["dag-longest-path"] is True
    assert grades.answers["dag-find-cycle"] is False
    [fault] = grades.faults
    assert fault.cell == 4
    assert why in fault.error
    assert time.monotonic() - begun < 90


def test_a_notebook_that_dies_again_and_again_is_given_up(tmp_path):
    cells = [IMPORT, HEIGHT, RIGHT, *["import os; os._exit(1)"] * 4, WRONG]
    grades = grade(notebook(tmp_path / "answers.ipynb", cells))
    assert grades.points == 1
    assert [fault.cell for fault in grades.faults] == [4, 5, 6, 7, 8]
    assert grades.faults[-1].error.startswith("not run")


HARMLESS = {
    "a thread that prints": (
        "import threading, time\n"
        "def talk():\n    while True:\n        print('x'); time.sleep(1e-3)\n"
        "threading.Thread(target=talk).start()"
    ),
    "another stdout": "import io, sys\nsys.stdout = sys.stderr = io.StringIO()",
    "a closed stdout": "import sys\nsys.stdout.close()",
    "fifty megabytes": "for i in range(50):\n    print('y' * 1_000_000)",
    "a large value": "'z' * 50_000_000",
    "shadowed builtins": "repr = print = list = len = str = getattr = 3",
    "a question": "try:\n    input()\nexcept BaseException:\n    pass",
    "streams of the system": "import os\nos.write(1, b'x'); os.write(2, b'x'); os.system('echo x')",
    "figures": "import matplotlib.pyplot as plt\nfor i in range(5):\n    plt.figure(); plt.show()",
    "another folder": "import os\nos.chdir('/')",
    "a trace function": "import sys\nsys.settrace(lambda *_: None)",
    "nothing": "",
    "a comment": "# nothing",
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_a_cell_does_besides_changes_no_mark(tmp_path, what, capfd):
    cells = [IMPORT, HARMLESS[what], HEIGHT, RIGHT, WRONG]
    grades = grade(notebook(tmp_path / "answers.ipynb", cells))
    assert grades.faults == ()
    assert grades.answers["dag-longest-path"] is True
    assert grades.answers["dag-find-cycle"] is False
    assert capfd.readouterr() == ("", "")


def test_files_in_the_notebooks_folder_change_no_mark(tmp_path):
    """Each notebook runs in an empty folder, which is gone afterwards."""
    for name in ("hypothesis", "dlbook", "json", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit")
    cells = ["import os\nassert os.listdir() == []\nopen('left.txt', 'w').close()", *CELLS[:4]]
    path = notebook(tmp_path / "answers.ipynb", cells)
    before = sorted(tmp_path.iterdir())
    for _ in range(2):
        grades = grade(path)
        assert grades.faults == ()
        assert grades.points == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda book: book["metadata"].update(kernelspec={"name": "nosuch", "display_name": "?"}),
        lambda book: book["metadata"].update(kernelspec={}),
        lambda book: book.pop("metadata"),
        lambda book: book["cells"].insert(0, {"cell_type": "code", "metadata": {}}),
        lambda book: book["cells"].insert(0, {"cell_type": "raw", "source": "1 / 0"}),
        lambda book: [cell.pop("metadata") for cell in book["cells"]],
        lambda book: [cell.pop("id") for cell in book["cells"]],
        lambda book: [c.update(source=c["source"].splitlines(True)) for c in book["cells"]],
        lambda book: book["cells"][1].update(
            outputs=[{"output_type": "stream", "name": "stdout", "text": "w" * 50_000_000}]
        ),
    ],
)
def test_other_programs_write_other_notebooks(tmp_path, change):
    path = notebook(tmp_path / "answers.ipynb", CELLS[:4])
    book = json.loads(path.read_text())
    for cell in book["cells"]:
        cell["source"] = "".join(cell["source"])
    change(book)
    path.write_text(json.dumps(book), "utf-8-sig")  # a BOM, too
    grades = grade(path)
    assert grades.faults == ()
    assert grades.answers["dag-longest-path"] is True


def test_what_is_not_a_notebook_is_rejected(tmp_path):
    path = tmp_path / "answers.ipynb"
    for text in ("{}", "[]", "", "{", '{"cells": 3}', '{"cells": [{}]}', '{"cells": [3]}'):
        path.write_text(text)
        with pytest.raises(ValueError, match="is not a notebook"):
            grade(path)
    with pytest.raises(FileNotFoundError):
        grade(tmp_path / "nowhere.ipynb")


# ---- from the command line --------------------------------------------------------------


def run(*arguments):
    command = [sys.executable, "-m", "dlbook.exercises", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_folder_of_notebooks_is_graded(tmp_path):
    notebook(tmp_path / "ada.ipynb", CELLS[:4], text="")
    (tmp_path / "broken.ipynb").write_text("{}")
    notebook(tmp_path / "cy.ipynb", [IMPORT, WRONG], text="")
    done = run(tmp_path, "--csv")
    assert done.returncode == 1
    assert done.stdout.split() == [
        "notebook,exercise,passed",
        "ada.ipynb,dag-find-cycle,0",
        "ada.ipynb,dag-longest-path,1",
        "cy.ipynb,dag-find-cycle,0",
    ]
    assert "broken.ipynb is not a notebook" in done.stderr
    done = run(tmp_path / "ada.ipynb")
    assert done.returncode == 0
    assert done.stdout.startswith("ada.ipynb\ndag-find-cycle    not yet      0 of 1\n")
    (tmp_path / "empty").mkdir()
    assert "no .ipynb file is there" in run(tmp_path / "empty").stderr
