"""When cells run again, and what is kept of them."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from _ext.cells.execution import code_of, execution_key, failed_cell, mend_cache
from _ext.cells.reach import Library, versions
from jupyter_cache import get_cache

DOCS = Path(__file__).parents[2] / "docs"
CHAPTERS = sorted(DOCS.glob("part-*/*.md"))

CHAPTER = """---
file_format: mystnb
kernelspec:
  display_name: Python 3
  name: python3
---

# 1. A chapter

```{code-cell} python
from library import room
```

```{code-cell} python
:tags: [comparison]

compared = 1
```
"""

# A library of four modules and a package: which of them does a cell reach?
MODULES = {
    "__init__.py": "",
    "room.py": '''
"""A room."""

LIMIT = 3


def double(x):
    """Return twice `x`."""
    return 2 * x  # doubled
''',
    "upstairs.py": "def f():\n    from library import room\n    return room.LIMIT\n",
    "apart.py": "x = 1\n",
    "painted/__init__.py": "from .brush import paint\n",
    "painted/brush.py": "def paint():\n    return 1\n",
    "painted/colours.json": "{}",
    "painted/files/images.gz": "12",
}


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "library"
    for name, text in MODULES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def key(library, code):
    return execution_key(code, Library(library), torch=False)


@pytest.mark.parametrize(
    ("name", "old", "new", "same"),
    [
        ("room.py", "doubled", "times two", True),
        ("room.py", "A room.", "A larger room.", True),
        ("room.py", "twice `x`", "`x` and `x`", True),
        ("room.py", "\n\n\ndef", "\n\n\n\ndef", True),
        ("room.py", "2 * x", "3 * x", False),
        ("room.py", "LIMIT = 3", "LIMIT = 4", False),
        ("painted/colours.json", "{}", "[]", False),
        ("painted/files/images.gz", "12", "13", False),
    ],
)
def test_the_key_follows_code_and_data_alone(library, name, old, new, same):
    code = "from library import painted, room"
    before = key(library, code)
    path = library / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert (key(library, code) == before) is same


def test_the_key_knows_the_cells_and_the_edition(library):
    assert key(library, "x = 1") == key(library, "x = 1")
    assert key(library, "x = 1") != key(library, "x = 2")
    assert key(library, "x = 1") != execution_key("x = 1", Library(library), torch=True)


def test_comparisons_count_in_their_edition_alone_and_prose_in_none():
    plain, compared = (code_of(CHAPTER, torch=torch) for torch in (False, True))
    assert plain == "from library import room"
    assert compared == "from library import room\ncompared = 1"


EVERYTHING = ["", "apart", "painted", "painted.brush", "room", "upstairs"]


@pytest.mark.parametrize(
    ("code", "reached"),
    [
        ("import math", []),
        ("import library", [""]),
        ("import library.room", ["", "room"]),
        ("import library as l\nl.room.double(1)", ["", "room"]),
        ("import library\nlibrary.room", ["", "room"]),
        ("import library\nvars(library)", EVERYTHING),
        ("import library as l\nprint(l)", EVERYTHING),
        ("from library import upstairs", ["", "room", "upstairs"]),
        ("from library.room import double", ["", "room"]),
        ("def f():\n    import library.room", ["", "room"]),
        ("if False:\n    from library import apart", ["", "apart"]),
        ("from library import painted", ["", "painted", "painted.brush"]),
        ("from library.painted import brush as b", ["", "painted", "painted.brush"]),
        ("from importlib import resources\nresources.files('library.apart')", ["", "apart"]),
        ("from importlib import import_module", EVERYTHING),
        ("import importlib\nimportlib.import_module(name)", EVERYTHING),
        ("import importlib as i\ni.util.find_spec(name)", EVERYTHING),
        ("import importlib\nf(importlib)", EVERYTHING),
        ("from importlib.util import find_spec", EVERYTHING),
        ("__import__('library')", EVERYTHING),
        ("exec(code)", EVERYTHING),
        ("%run library/room.py", EVERYTHING),
    ],
)
def test_what_code_reaches(library, code, reached):
    found = Library(library).reached(code)
    assert found == {".".join(filter(None, ["library", name])) for name in reached}


def test_a_package_that_finds_its_own_modules_is_asked_by_name(library):
    """As one does that loads its subpackages when they are first used."""
    (library / "__init__.py").write_text("from importlib import import_module\n")
    assert Library(library).reached("import library\nlibrary.apart.x") == {
        "library",
        "library.apart",
    }


def test_versions_are_those_of_all_that_a_package_rests_on():
    found = dict(line.split("==") for line in versions(["matplotlib", "hypothesis", "nowhere"]))
    assert {"matplotlib", "numpy", "pillow", "contourpy", "hypothesis", "sortedcontainers"} <= set(
        found
    )
    assert found["numpy"] == np.__version__
    assert "pytest" not in found


def test_what_can_change_an_output_is_in_the_key_of_who_uses_it():
    """What draws, the cases that checkers try, what stores runs."""
    library = Library(DOCS.parent / "dlbook")
    used = library.packages("from dlbook import plot")
    assert {"matplotlib", "numpy"} <= used
    assert not {"hypothesis", "safetensors"} & used
    assert "hypothesis" in library.packages("from dlbook.exercises import check")
    assert "safetensors" in library.packages("from dlbook.train import sweep")
    assert "torch" in library.packages("import torch")


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
@pytest.mark.slow
def test_no_chapter_loads_what_it_is_not_said_to_reach(path):
    """Its imports are run in a process of their own, which says what it has loaded."""
    code = code_of(path.read_text("utf-8"), torch=False)
    imports = [
        ast.unparse(node)
        for node in ast.parse(code).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    tell = "import sys\nprint(*(name for name in sys.modules if name.split('.')[0] == 'dlbook'))"
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([*imports, tell])],
        cwd=DOCS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "dlbook" in loaded
    assert "dlbook.book" in loaded or "dlbook.book" not in code  # a page may print no number
    assert loaded <= Library(DOCS.parent / "dlbook").reached(code)


ROOMS = sorted(path.parent.name for path in (DOCS.parent / "dlbook").glob("*/__init__.py"))


@pytest.fixture(scope="module")
def keys():
    """Return chapter → the code of its cells, and the key of its execution."""
    library = Library(DOCS.parent / "dlbook")
    codes = {path.stem: code_of(path.read_text("utf-8"), torch=False) for path in CHAPTERS}
    return {name: (code, execution_key(code, library, torch=False)) for name, code in codes.items()}


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.slow
def test_an_edit_in_a_room_changes_the_keys_of_who_reaches_it_alone(tmp_path, keys, room):
    folder = tmp_path / "dlbook"
    shutil.copytree(DOCS.parent / "dlbook", folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (folder / room).rglob("*.py"):
        with path.open("a") as file:
            file.write("\nEDITED = True\n")
    library = Library(folder)
    reaches = {}
    for chapter, (code, before) in keys.items():
        reached = library.reached(code)
        reaches[chapter] = any(name.split(".")[1:2] == [room] for name in reached)
        changed = execution_key(code, library, torch=False) != before
        assert changed is reaches[chapter], chapter
    assert any(reaches.values())
    if room in ("data", "optimize", "train"):
        assert not all(reaches.values()), "a chapter that does without keeps what it executed"


@pytest.fixture
def cache(tmp_path):
    """Return a cache that holds two notebooks."""
    folder = tmp_path / "cache"
    cache = get_cache(str(folder))
    for code in ("1 + 1", "2 + 2"):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        cache.cache_notebook_file(_saved(notebook, tmp_path / "n.ipynb"), check_validity=False)
    cache.db.dispose()
    return folder


def _saved(notebook, path):
    nbformat.write(notebook, path)
    return str(path)


def held(folder):
    cache = get_cache(str(folder))
    records = {record.hashkey for record in cache.list_cache_records()}
    cache.db.dispose()
    return records


def test_a_sound_cache_is_left_alone(cache):
    before = held(cache)
    mend_cache(cache)
    assert held(cache) == before
    assert len(before) == 2


@pytest.mark.parametrize("left", ["", '{"cells": [', None])
def test_a_notebook_not_written_to_its_end_is_dropped(cache, left):
    broken, whole = sorted(held(cache))
    path = cache / "executed" / broken / "base.ipynb"
    if left is None:
        path.unlink()
    else:
        path.write_text(left)
    mend_cache(cache)
    assert held(cache) == {whole}
    assert not path.parent.exists()


def test_a_cache_without_a_readable_index_is_dropped(cache):
    (cache / "global.db").write_bytes(b"no database" * 1000)
    mend_cache(cache)
    assert not cache.exists()


def test_a_file_where_a_cache_should_be_is_dropped(tmp_path):
    (tmp_path / "__version__.txt").write_text("1")
    mend_cache(tmp_path / "__version__.txt")
    assert not list(tmp_path.iterdir())


TRACEBACK = """Traceback (most recent call last):
  File "x.py", line 1, in execute
nbclient.exceptions.CellExecutionError: An error occurred while executing the following cell:
------------------
1 / 0
------------------

\x1b[31mZeroDivisionError\x1b[39m: \x1b[38;5;28;01mdivision by zero\x1b[39m


The above exception was the direct cause of the following exception:

Traceback (most recent call last):
myst_nb.core.execute.base.ExecutionError: chapter.md
"""


def test_the_failed_cell_is_found_in_a_worker_s_traceback():
    cell = failed_cell(TRACEBACK)
    assert cell.startswith("An error occurred")
    assert "\n1 / 0\n" in cell
    assert cell.endswith("ZeroDivisionError: division by zero")


def test_another_error_shows_no_cell():
    assert failed_cell("Traceback (most recent call last):\nValueError: no\n") == ""
