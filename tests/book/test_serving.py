"""The writer's loop: builds that begin with the packages imported, and are those of any other."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import serve_site
from compare_builds import differences
from test_honesty import ROOT, book, pristine  # noqa: F401

LOOP = """
import sys
from pathlib import Path
from serve_site import Builder, prepare

if __name__ == "__main__":
    prepare()
    builder = Builder(sys.argv[1:], url_host="here")
    for line in sys.stdin:
        builder(changed_paths=[Path(line.strip())])
        print("DONE", flush=True)
"""

LOADED = """
import multiprocessing, sys
import serve_site

def tell():
    for name, module in sorted(sys.modules.items()):
        print(name, getattr(module, "__file__", None), sep="\\t")

if __name__ == "__main__":
    serve_site.prepare()
    process = multiprocessing.Process(target=tell)
    process.start()
    process.join()
"""


def python(folder, script, **options):
    path = os.pathsep.join(map(str, (folder / "library", ROOT / "docs")))
    (folder / "loop.py").write_text(script)
    settings = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": ""}
    settings |= {"EXECUTED": str(folder / "executed"), "DLBOOK_SITE": "https://book.example"}
    settings |= {"DLBOOK_TORCH": "", "DLBOOK_WITHOUT_CIFAR10": ""}
    environment = os.environ | settings
    environment.pop("DLBOOK_CACHE", None)
    options |= {"cwd": folder, "env": environment, "text": True}
    return options


@pytest.mark.parametrize("name", serve_site.IMPORTED)
def test_what_is_imported_before_is_there(name):
    """Python says nothing of a name that it cannot import there."""
    assert importlib.util.find_spec(name) is not None


@pytest.mark.skipif(sys.platform != "linux", reason="forks are made on Linux alone")
def test_a_build_begins_with_packages_and_with_nothing_of_the_book(tmp_path):
    options = python(tmp_path, LOADED)
    done = subprocess.run([sys.executable, "loop.py"], capture_output=True, check=True, **options)
    loaded = dict(line.split("\t") for line in done.stdout.splitlines())
    assert set(serve_site.IMPORTED) <= loaded.keys()
    environment = Path(sys.prefix)
    for name, file in loaded.items():
        if file != "None" and environment not in Path(file).parents and ROOT in Path(file).parents:
            assert name == "serve_site"
    assert not [name for name in loaded if name.partition(".")[0] in ("_ext", "dlbook", "conf")]


class Loop:
    """Rebuilds a book as often as something changes."""

    def __init__(self, book):  # noqa: F811
        arguments = ["-n", "-D", "dlbook_serves=1", "book", str(book.site)]
        self.process = subprocess.Popen(
            [sys.executable, "loop.py", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **python(book.folder, LOOP),
        )

    def change(self, path):
        """Return what is said while the book is rebuilt."""
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        said = []
        for line in self.process.stdout:
            if line == "DONE\n":
                break
            said.append(line)
        return "".join(said)


@pytest.fixture
def loop(book):  # noqa: F811
    started = Loop(book)
    yield started
    started.process.stdin.close()
    assert started.process.wait() == 0
    started.process.stdout.close()


@pytest.mark.slow
def test_what_is_served_after_edits_is_the_cold_site(book, loop):  # noqa: F811
    squares = book.folder / "book" / "squares.md"
    book.edit("book/squares.md", "A square is easier.", "A square is simpler.")
    said = loop.change(squares)
    assert "1 changed" in said
    assert "A square is simpler." in book.page("squares")
    # What is the book's own is imported anew, also where it was imported before.
    book.edit("library/dlbook/sample.py", "Tell the test", "Tell someone")
    book.edit("book/conf.py", "A small book", "A little book")
    said = loop.change(squares)
    assert "A little book" in book.page("squares"), said
    served = book.site.rename(book.built / "served")
    assert book.build() == 0, book.log
    assert list(differences(served, book.site)) == []


@pytest.mark.slow
def test_a_fault_is_told_and_costs_no_more_than_its_page(book, loop):  # noqa: F811
    strict = ["-d", str(book.built / "doctrees")]
    assert book.build(*strict) == 0, book.log
    squares = book.folder / "book" / "squares.md"
    book.edit("book/squares.md", "A square is easier.", "A square is {ref}`nowhere`.")
    assert "undefined label: 'nowhere'" in loop.change(squares)
    book.edit("book/circles.md", "How many points", "What number of points")
    assert "1 changed" in loop.change(squares)
    # A build that refuses is told of it all the same.
    assert book.build(*strict) == 1
    assert "undefined label: 'nowhere'" in book.log
    # What it left is trusted by nobody, though a build without complaints comes between.
    loop.change(squares)
    assert book.build(*strict) == 1
    assert "undefined label: 'nowhere'" in book.log


@pytest.mark.slow
def test_a_build_that_breaks_off_is_told_and_the_next_one_is_whole(book, loop):  # noqa: F811
    conf = book.folder / "book" / "conf.py"
    text = conf.read_text()
    conf.write_text(text + "1 / 0\n")
    said = loop.change(conf)
    assert "ZeroDivisionError" in said
    assert "Not built" in said
    conf.write_text(text)
    assert "Not built" not in loop.change(conf)
    assert book.differences == []
