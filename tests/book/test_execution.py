"""When cells run again, and what is kept of them."""

import nbformat
import pytest
from _ext.cells.execution import execution_key, failed_cell, mend_cache
from jupyter_cache import get_cache

SOURCE = '''
"""A room."""

LIMIT = 3


def double(x):
    """Return twice `x`."""
    return 2 * x  # doubled
'''


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "room.py").write_text(SOURCE)
    (folder / "colours.json").write_text("{}")
    (folder / "images.gz").write_bytes(b"12")
    return folder


@pytest.mark.parametrize(
    ("name", "old", "new", "same"),
    [
        ("room.py", "doubled", "times two", True),
        ("room.py", "A room.", "A larger room.", True),
        ("room.py", "twice `x`", "`x` and `x`", True),
        ("room.py", "\n\n\ndef", "\n\n\n\ndef", True),
        ("room.py", "2 * x", "3 * x", False),
        ("room.py", "LIMIT = 3", "LIMIT = 4", False),
        ("colours.json", "{}", "[]", False),
        ("images.gz", "12", "13", False),
    ],
)
def test_the_key_follows_code_and_data_alone(library, name, old, new, same):
    before = execution_key(library, torch=False)
    path = library / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert (execution_key(library, torch=False) == before) is same


def test_the_key_knows_new_files_and_the_edition(library):
    before = execution_key(library, torch=False)
    assert execution_key(library, torch=True) != before
    (library / "other.py").write_text("x = 1\n")
    assert execution_key(library, torch=False) != before


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
