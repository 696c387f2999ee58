"""The fingerprint moves with the code, and with nothing else."""

import os
import shutil
from pathlib import Path

import pytest

from dlbook.train.fingerprint import code_fingerprint

CODE = '''"""A module."""

import math  # for sqrt


class Point:
    """A point."""

    x: float
    "how far right"

    def norm(self):
        """Length."""
        return math.sqrt(self.x**2)
'''


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "package"
    (folder / "part").mkdir(parents=True)
    (folder / "point.py").write_text(CODE)
    (folder / "part" / "empty.py").write_text("")
    (folder / "README.txt").write_text("one")
    return folder


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A module.", "Another text."),
        ('"""A module."""\n', ""),
        ('    """A point."""\n', ""),
        ('        """Length."""\n', ""),
        ("how far right", "to the right"),
        ("  # for sqrt", ""),
        ("import math", "# why not\nimport math"),
        ("math.sqrt(self.x**2)", "math.sqrt(\n            self.x ** 2)"),
        ("\n\n\n", "\n"),
    ],
)
def test_text_and_layout_do_not_count(package, old, new):
    before = code_fingerprint([package])
    assert old in CODE
    (package / "point.py").write_text(CODE.replace(old, new))
    assert code_fingerprint([package]) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("**2", "**3"),
        ("x**2", "y**2"),
        ("x: float", "x: int"),
        ("def norm", "def length"),
        ("import math  #", "import math, cmath  #"),
        ("return math.sqrt(self.x**2)", "return 'a word'"),
    ],
)
def test_code_counts(package, old, new):
    before = code_fingerprint([package])
    assert old in CODE
    (package / "point.py").write_text(CODE.replace(old, new))
    assert code_fingerprint([package]) != before


def test_files_count_by_name_in_their_folder(package, tmp_path):
    before = code_fingerprint([package])
    (package / "README.txt").write_text("two")
    assert code_fingerprint([package]) == before, "a folder counts with its Python files alone"
    elsewhere = shutil.copytree(package, tmp_path / "elsewhere" / "package")
    assert code_fingerprint([elsewhere]) == before
    (package / "part" / "empty.py").rename(package / "empty.py")
    moved = code_fingerprint([package])
    assert moved != before
    (package / "empty.py").unlink()
    assert code_fingerprint([package]) not in (before, moved)


@pytest.mark.skipif(os.name != "posix", reason="links of this kind are POSIX's")
def test_what_an_editor_leaves_beside_an_open_file_does_not_count(package):
    before = code_fingerprint([package])
    (package / ".#point.py").symlink_to("someone@somewhere.1234")  # so Emacs locks a file
    assert code_fingerprint([package]) == before


def test_a_file_that_is_not_python_counts_byte_for_byte(package):
    data = package / "README.txt"
    before = code_fingerprint([package, data])
    data.write_text("one ")
    assert code_fingerprint([package, data]) != before


def test_order_and_working_folder_do_not_count(package, monkeypatch):
    paths = [package / "point.py", package / "part", package / "README.txt"]
    before = code_fingerprint(paths)
    assert code_fingerprint(reversed(paths)) == before
    monkeypatch.chdir(package)
    assert code_fingerprint(Path(os.path.relpath(path)) for path in paths) == before


def test_what_cannot_be_read_is_an_error(package):
    with pytest.raises(FileNotFoundError, match="absent"):
        code_fingerprint([package / "absent"])
    (package / "broken.py").write_text("def (:")
    with pytest.raises(SyntaxError, match=r"broken\.py"):
        code_fingerprint([package])
