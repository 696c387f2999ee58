"""The build's honesty, shown by breaking it: on a book of three chapters, in a folder of its own.

`fixture/` is built with the book's own extensions and settings, against a copy of the library
that tests may edit. Its cells note that they run.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from compare_builds import differences

pytestmark = pytest.mark.slow
posix = pytest.mark.skipif(sys.platform == "win32", reason="process groups and file locks")

ROOT = Path(__file__).parents[2]
FIXTURE = Path(__file__).parent / "fixture"


class Book:
    """The fixture book and its library in `folder`, built, with what it takes to break them."""

    def __init__(self, folder):
        self.folder = folder
        self.built = folder / "built"
        self.site = self.built / "html"
        self._notes = folder / "executed"

    def create(self):
        shutil.copytree(FIXTURE, self.folder / "book")
        library = self.folder / "library" / "dlbook"
        ignore = shutil.ignore_patterns("__pycache__", "files")  # the 11 MB of MNIST
        shutil.copytree(ROOT / "dlbook", library, ignore=ignore)
        shutil.copy(FIXTURE / "sample.py", library)

    def start(self, *options, torch=False, cifar10=True, site=None):
        """Start a build in a process group of its own."""
        self._notes.write_text("")
        path = os.pathsep.join(map(str, (self.folder / "library", ROOT / "docs")))
        settings = {"EXECUTED": str(self._notes), "DLBOOK_TORCH": "1" if torch else ""}
        settings["DLBOOK_WITHOUT_CIFAR10"] = "" if cifar10 else "1"
        settings["DLBOOK_SITE"] = "https://book.example"  # of every edition, wherever it is
        environment = os.environ | settings | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("DLBOOK_CACHE", None)
        command = [sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "--no-color"]
        with (self.folder / "log").open("w") as log:
            return subprocess.Popen(
                [*command, *options, "book", str(site or self.site)],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def build(self, *options, torch=False, cifar10=True, site=None):
        """Build; return the exit status, leave what was said in `log` and how long it took."""
        self._begun = time.time_ns()
        process = self.start(*options, torch=torch, cifar10=cifar10, site=site)
        begin = time.monotonic()
        try:
            return process.wait(timeout=300)
        finally:
            process.kill()
            self.seconds = time.monotonic() - begin

    @property
    def log(self):
        return (self.folder / "log").read_text()

    @property
    def warnings(self):
        return re.findall(r"WARNING: (.*)", self.log)

    @property
    def executed(self):
        return sorted(self._notes.read_text().split())

    def edit(self, name, old, new):
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def edit_numbers(self, change):
        path = self.folder / "book" / "numbers.json"
        content = json.loads(path.read_text())
        change({**content["numbers"], **content["timings"]})
        path.write_text(json.dumps(content))

    def accept(self):
        shutil.copy(self.built / "numbers.json", self.folder / "book")

    def page(self, name):
        return (self.site / f"{name}.html").read_text()

    @property
    def differences(self):
        """What differs from the site that was built first, timings aside."""
        return list(differences(self.folder.with_name("pristine") / "built" / "html", self.site))

    @property
    def written(self):
        """The pages that the last build wrote."""
        return {
            path.relative_to(self.site).as_posix()
            for path in self.site.rglob("*.html")
            if path.stat().st_mtime_ns >= self._begun
        }

    def printed(self, name):
        """Return the numbers that a page prints, in order."""
        return re.findall(r'<span class="dl-number [^>]*>([^<]+)<', self.page(name))


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """Return a book that was built once, a copy of its folder, and how long it took."""
    folder = tmp_path_factory.mktemp("honesty")
    book = Book(folder / "work")
    book.create()
    assert book.build("-j2") == 0, book.log
    assert book.executed == ["circles", "squares"]
    shutil.copytree(book.folder, folder / "pristine")
    return book, folder / "pristine", book.seconds


@pytest.fixture
def book(pristine):
    """Return the built book, always in the same folder: Sphinx remembers where its sources are."""
    book, copy, _ = pristine
    shutil.rmtree(book.folder)
    shutil.copytree(copy, book.folder)
    return book


# ---- what is executed -------------------------------------------------------------------


def test_no_edit_reads_and_executes_nothing(book):
    assert book.build() == 0
    assert book.differences == []
    assert "0 added, 0 changed, 0 removed" in book.log
    assert book.executed == []


def test_comments_docstrings_and_prose_execute_nothing(book):
    sample = "library/dlbook/sample.py"
    book.edit(sample, "# Row by row.", "# One row after the other.")
    book.edit(sample, "Count the points", "Return the number of the points")
    book.edit("book/circles.md", "How many points", "What number of points")
    assert book.build() == 0
    assert book.executed == []
    assert "What number of points" in book.page("circles")


#: Sphinx writes its indices in every build.
ALWAYS = {"genindex.html", "py-modindex.html", "search.html", "_modules/index.html"}


def test_an_edit_of_a_line_writes_its_page_and_the_lists_that_say_something_else(book):
    (book.folder / "book" / "lists.md").write_text(LISTS)
    (book.folder / "book" / "code.md").write_text("# Code\n\n```{eval-rst}\n" + MODULE)
    (book.folder / "book" / "part.md").write_text("# A part\n\n```{toctree}\nleaf\n```\n")
    (book.folder / "book" / "leaf.md").write_text("# A leaf\n\nIt is green.\n")
    book.edit("book/index.md", "sources\n", "sources\nlists\ncode\npart\n")
    book.edit("book/circles.md", "estimates $", "estimates the *{index}`half turn`* $")
    assert book.build() == 0, book.log
    assert {"_modules/index.html", "_modules/dlbook/sample.html"} < book.written
    assert "half turn" in (book.site / "lists.html").read_text()

    book.edit("book/squares.md", "A square is easier.", "A square is simpler.")
    assert book.build() == 0, book.log
    assert book.written == {"squares.html"} | ALWAYS

    book.edit("book/circles.md", "of a grid lie", "of a lattice lie")
    assert book.build() == 0, book.log
    assert book.written == {"circles.html", "lists.html"} | ALWAYS
    assert "of a lattice lie" in (book.site / "lists.html").read_text()

    book.edit("book/leaf.md", "It is green.", "It is red.")
    assert book.build() == 0, book.log
    assert book.written == {"leaf.html"} | ALWAYS, "and not the table of contents that lists it"
    book.edit("book/leaf.md", "# A leaf", "# A red leaf")
    assert book.build() == 0, book.log
    assert "A red leaf" in book.page("part")

    assert book.build() == 0, book.log
    assert book.written <= ALWAYS
    assert the_site_is_the_cold_one(book)


LISTS = """# Lists

```{glossary-of-terms}
```

```{how-to-cite}
```
"""
MODULE = """.. automodule:: dlbook.sample
   :members:
```
"""


def the_site_is_the_cold_one(book):
    """Build anew, and compare."""
    incremental = book.built / "incremental"
    shutil.rmtree(incremental, ignore_errors=True)
    book.site.rename(incremental)
    assert book.build() == 0, book.log
    return list(differences(incremental, book.site)) == []


def test_an_edit_of_a_line_loads_no_other_page(book):
    """Nor is one numbered anew: what it leaves for that when it is read is enough."""
    doctree = book.site / ".doctrees" / "circles.doctree"
    times = doctree.stat().st_atime_ns, doctree.stat().st_mtime_ns
    doctree.write_bytes(b"no page")
    os.utime(doctree, ns=times)
    book.edit("book/squares.md", "A square is easier.", "A square is simpler.")
    assert book.build() == 0, book.log
    assert the_site_is_the_cold_one(book)


FORMULAS = """$$
x = 2
$$ (eq-two)

```{figure} square.svg
:name: fig-square
:alt: A square.

A square.
```

By {eq}`eq-two` and {numref}`fig-square`.
"""
BEFORE = """$$
x = 1
$$ (eq-one)

```{figure} square.svg
:alt: Another square.

Another square.
```

"""


def test_what_comes_before_is_counted_on_every_page_that_refers_to_what_is_behind(book):
    shutil.copy(ROOT / "docs" / "_static" / "favicon.svg", book.folder / "book" / "square.svg")
    book.edit("book/circles.md", "::::{exercise}", FORMULAS + "\n::::{exercise}")
    book.edit(
        "book/squares.md",
        "A square is easier.",
        "A square is easier, see {eq}`eq-two` and {numref}`fig-square`.",
    )

    def referred():
        text = BeautifulSoup(book.page("squares"), "html.parser").text
        return re.findall(r"\d+\.\d+", re.search("A square is easier, see (.*)", text)[1])

    assert book.build() == 0, book.log
    assert referred() == ["1.1", "1.1"]
    book.edit("book/circles.md", FORMULAS, BEFORE + FORMULAS)
    assert book.build() == 0, book.log
    assert referred() == ["1.2", "1.2"]
    assert the_site_is_the_cold_one(book)
    book.edit("book/circles.md", BEFORE + FORMULAS, FORMULAS)
    assert book.build() == 0, book.log
    assert referred() == ["1.1", "1.1"]
    assert the_site_is_the_cold_one(book)


def test_a_setting_of_pages_writes_them_anew(book):
    book.edit("book/conf.py", "A small book", "A little book")
    assert book.build() == 0, book.log
    for name in ("circles", "squares"):
        assert "A little book" in book.page(name)
    assert the_site_is_the_cold_one(book)


def test_a_name_is_linked_on_every_page_from_when_the_reference_has_it(book):
    assert "#dlbook.sample.points_in_circle" not in book.page("circles")
    (book.folder / "book" / "code.md").write_text("# Code\n\n```{eval-rst}\n" + MODULE)
    book.edit("book/index.md", "sources\n", "sources\ncode\n")
    assert book.build() == 0, book.log
    assert 'href="code.html#dlbook.sample.points_in_circle"' in book.page("circles")
    assert the_site_is_the_cold_one(book)


def test_code_that_changes_no_number_executes_and_leaves_the_pages_as_they_were(book):
    book.edit("library/dlbook/sample.py", "def points", "UNUSED = 1\n\n\ndef points")
    assert "sphinx-codeautolink-a" in book.page("circles")
    assert book.build() == 0, book.log
    assert book.executed == ["circles", "squares"]
    assert book.differences == []


def test_an_edit_of_a_room_executes_the_chapters_that_reach_it(book):
    for room, executed in (("plot/style", ["circles"]), ("nn/functions", [])):
        with (book.folder / "library" / "dlbook" / f"{room}.py").open("a") as file:
            file.write("\nUNUSED = 1\n")
        assert book.build() == 0, book.log
        assert book.executed == executed
        assert book.differences == []


def test_an_incremental_site_is_the_cold_one(book):
    """Page by page, search index and downloads as well, after any edits and after their undoing."""
    index, squares = "book/index.md", "book/squares.md"
    steps = (
        [(squares, "# 2. Squares", "# 2. Oblongs"), (squares, "side; of a", "corner; of a")],
        [
            ("book/circles.md", "$\\pi / 4$", "$\\pi \\over 4$"),
            (index, "Three chapters", "Chapters"),
        ],
        [(index, "sources\n", "more\nsources\n"), (squares, "A square is", "It is")],
    )
    (book.folder / "book" / "more.md").write_text("# More\n\n```{index} counting\n```\n\nOf it.\n")
    assert book.build() == 1, "a page stands in no table of contents"
    for step in steps:
        for edit in step:
            book.edit(*edit)
        book.build()
    assert book.build() == 0, book.log
    assert book.executed == []
    assert "counting" in (book.site / "genindex.html").read_text()
    assert '"More"' in (book.site / "search-entries.js").read_text()
    incremental = book.site.rename(book.built / "incremental")
    assert book.build("-j2") == 0, book.log
    assert book.executed == []
    assert list(differences(incremental, book.site)) == []

    (book.folder / "book" / "more.md").unlink()
    for step in reversed(steps):
        for name, old, new in reversed(step):
            book.edit(name, new, old)
    assert book.build() == 0, book.log
    assert book.executed == []
    assert book.differences == []


def test_code_that_changes_a_number_executes_and_fails_until_accepted(book):
    sample = "library/dlbook/sample.py"
    book.edit(sample, "<= radius * radius", "< radius * radius")
    assert book.build() == 1
    assert book.executed == ["circles", "squares"]
    assert "number circles.inside moved from 317 to 305 [dlbook.number]" in book.warnings
    assert any("to accept them: ./nox -s accept" in line for line in book.warnings)

    book.accept()
    assert book.build() == 0, book.log
    assert book.executed == []
    assert book.printed("circles")[0] == book.printed("squares")[0] == "305"

    book.edit(sample, "< radius * radius", "<= radius * radius")
    assert book.build() == 1
    assert book.executed == [], "going back is in the cache"
    book.accept()
    assert book.build() == 0, book.log
    assert book.executed == []
    assert book.differences == []


def test_a_number_that_moved_is_printed_anew_where_others_print_it(book):
    """Only the chapter that computes it is read again; the one that cites it is written again."""
    book.edit("book/squares.md", "3 * 7", "3 * 8")
    book.edit_numbers(lambda numbers: numbers["squares.side"].update(text="24"))
    assert book.build() == 0, book.log
    assert "0 added, 1 changed, 0 removed" in book.log
    assert book.executed == ["squares"]
    assert book.printed("sources")[-1] == "24"


@pytest.mark.parametrize("workers", ["-j1", "-j2"])
def test_a_failing_cell_is_shown_with_its_traceback(book, workers):
    book.edit("book/squares.md", "3 * 7)", "3 * 7 / 0)  # oops")
    assert book.build(workers) == 2
    shown = re.sub(r"\x1b\[[0-9;]*m", "", book.log)
    assert 'glue("squares.side", 3 * 7 / 0)  # oops' in shown
    assert "ZeroDivisionError: division by zero" in shown
    assert "squares.md" in shown


def test_comparison_cells_run_with_torch_and_are_explained_without(book):
    assert re.search(r'sample(</a>)?<span class="o">\.</span>', book.page("squares"))
    assert "Not executed in this build, which was made without PyTorch." in book.page("squares")
    assert book.printed("squares")[-1] == "21†"
    assert "not computed in this build" in book.page("squares")
    assert book.page("squares").count("Numbers of another build") == 1
    assert "they were computed on 2026-11-20 in a build that has it" in book.page("squares")

    assert book.build(torch=True) == 0, book.log
    assert book.executed == ["circles", "comparison", "squares"]
    assert book.printed("squares")[-1] == "21"
    assert "not executed in this build" not in book.page("squares")
    assert "another build" not in book.page("squares")
    assert "not computed in this build" not in book.page("squares")

    assert book.build() == 0, book.log
    assert book.executed == [], "the two editions have a cache each"
    assert "not computed in this build" in book.page("squares")


def test_a_comparison_that_moved_fails_where_it_runs(book):
    book.edit_numbers(lambda numbers: numbers["squares.compared"].update(text="22"))
    assert book.build() == 0
    assert book.printed("squares")[-1] == "22†", "the committed number is printed"
    assert book.build(torch=True) == 1
    assert "number squares.compared moved from 22 to 21 [dlbook.number]" in book.warnings


def test_numbers_of_long_runs_are_marked_and_say_when_they_were_measured(book):
    book.edit(
        "book/sources.md",
        "input, and",
        "input, {measured}`long accuracy .3f` was measured, and before it "
        "{measured}`long epochs[0].accuracy .1f`, and",
    )
    assert book.build() == 0, book.log
    assert book.executed == []
    page = book.page("sources")
    assert {"0.876‡", "0.5‡"} <= set(book.printed("sources"))
    assert page.count("measured on a processor, 2026-11-29; not computed in this build") == 2
    assert page.count("Numbers of long runs") == 1
    assert (
        "Each was made once: on 2026-11-29 on 2 cores (a processor), with NumPy 2.4.0, by the code "
        "of commit 0123456789."
    ) in page
    record = json.loads((book.folder / "book" / "measured" / "long.json").read_text())
    (book.folder / "book" / "measured" / "long.json").write_text(
        json.dumps(record | {"accuracy": 0.25, "date": "2026-11-30"})
    )
    assert book.build() == 0, book.log
    assert "0.250‡" in book.printed("sources"), "a page is made again when the record changes"
    del record["machine"]
    (book.folder / "book" / "measured" / "long.json").write_text(json.dumps(record))
    assert book.build() == 1
    assert "{measured}`long accuracy .3f`: 'machine'" in book.log


def test_pages_that_need_cifar10_are_marked_and_not_executed_without_it(book):
    assert book.build(cifar10=False) == 0, book.log
    assert book.executed == []
    assert book.differences == [], "no page needs it yet"
    book.edit(
        "book/squares.md", 'note_execution("squares")', 'note_execution("squares")  # CIFAR10'
    )
    assert book.build() == 0, book.log
    assert book.executed == ["squares"]
    book.accept()
    accepted = json.loads((book.built / "numbers.json").read_text())
    assert accepted["numbers"]["squares.side"].pop("date")
    assert accepted["numbers"]["squares.side"] == {"kind": "exact", "text": "21", "cifar10": True}
    assert "cifar10" not in accepted["numbers"]["circles.inside"]

    book.edit("book/squares.md", "# CIFAR10", "# of CIFAR10")  # so that nothing is cached
    assert book.build(cifar10=False) == 0, book.log
    assert book.executed == []
    page = book.page("squares")
    assert page.count(">Not executed in this build<") == 1
    assert page.count("Numbers of another build") == 2, "and the comparison, for its own reason"
    assert "need the data of CIFAR-10" in page
    assert "21†" in book.printed("squares")
    assert "21†" in book.printed("sources"), "another page prints it"
    assert ">Not executed in this build<" not in book.page("sources")
    assert json.loads((book.built / "numbers.json").read_text()).keys() == accepted.keys()
    assert "squares.side" in json.loads((book.built / "numbers.json").read_text())["numbers"]

    assert book.build() == 0, book.log
    assert book.executed == ["squares"]
    assert book.printed("sources")[-1] == "21"
    assert ">Not executed in this build<" not in book.page("squares")


# ---- the edition without solutions -----------------------------------------------------


def test_the_edition_without_solutions_agrees_in_everything_else(book):
    course = book.built / "course"
    assert (
        book.build("-D", "dlbook_solutions=0", "-d", str(book.site / ".doctrees"), site=course) == 0
    )
    assert book.executed == [], "it is made from what was executed"
    assert "0 added, 0 changed, 0 removed" in book.log

    without = book.built / "without"  # the full edition, its solutions cut out by hand
    shutil.copytree(book.site, without)
    page = without / "circles.html"
    text = page.read_text()
    solution = text[text.index('<details class="dl-fold dl-solution"') :]
    solution = solution[: solution.index("</details>\n") + len("</details>\n")]
    assert "for those who ask" in solution
    assert "13" in re.findall(r'<span class="dl-number [^>]*>([^<]+)<', solution)
    page.write_text(text.replace(solution, ""))
    found = {line.partition(":")[0] for line in differences(without, course)}
    assert found == {
        "search-entries.js",
        "_downloads/circles.ipynb",
        "_downloads/circles.md",
    }

    for name in found:
        full, lacking = ((folder / name).read_text() for folder in (book.site, course))
        assert "quintessenti" in full
        assert "quintessenti" not in lacking
        assert "for those who ask" not in lacking
    for suffix in ("md", "ipynb"):
        lacking = (course / f"_downloads/circles.{suffix}").read_text()
        assert "Draw them." in lacking
        assert " is all. The list:" in lacking
    assert book.build() == 0
    assert book.executed == []
    assert book.differences == [], "the full edition has its solutions back"


# ---- what is a warning, and so an error -------------------------------------------------


def test_numbers_within_tolerance_pass_and_others_fail(book):
    def move(share, seconds):
        def change(numbers):
            numbers["circles.share"]["text"] = share
            numbers["circles.seconds"]["text"] = seconds

        return change

    book.edit_numbers(move("0.830", "99.0"))  # 0.811 ± 0.02, and a time that is compared with none
    assert book.build() == 0, book.log
    book.edit_numbers(move("0.832", "99.0"))
    assert book.build() == 1
    moved = "number circles.share moved from 0.832 to 0.811, beyond ± 0.02 [dlbook.number]"
    assert book.warnings[0] == moved
    assert len(book.warnings) == 2, "the other says how to accept it"


def test_each_defect_is_reported_and_a_failed_build_is_not_trusted(book):
    book.edit(
        "book/squares.md",
        "It finds {num}`.compared`.",
        "It finds {num}`.compared`.\n\n"
        "The side is 21, to 99.5 per cent or 0.5.\n\n"
        "See {num}`.nowhere`, {num}`squares.twice`, {num}`circles.foreign`, {ref}`no-such-label`,\n"
        "{published}`counting1900 counts.inside[9]` and {published}`nobody1900 counts`.\n\n"
        "![](square.png)",
    )
    shutil.copy(ROOT / "docs" / "_static" / "favicon.svg", book.folder / "book" / "square.png")
    book.edit(
        "book/squares.md",
        'glue("squares.side", 3 * 7)',
        'glue("squares.side", 3 * 7)\nglue("squares.twice", 1)\nglue("squares.twice", 2)\n'
        'glue("circles.foreign", 3)\nglue("squares.silent", 4)',
    )
    book.edit("book/circles.md", "inside)\n", 'inside)\nglue("squares.twice", 0)\n')
    expected = [
        r"squares.md:\d+: WARNING: 21 is typed in prose",
        r"squares.md:\d+: WARNING: 99.5 per cent is typed in prose",
        r"squares.md:\d+: WARNING: 0.5 is typed in prose",
        r"squares.md:\d+: WARNING: no cell glues squares.nowhere",
        r"squares.md:\d+: WARNING: squares.twice is glued twice, in squares and squares",
        r"squares.md:\d+: WARNING: squares.twice is glued twice, in circles and squares",
        r"circles.md:\d+: WARNING: squares.twice is glued in circles; expected a name circles.…",
        r"squares.md:\d+: WARNING: circles.foreign is glued in squares; expected a name squares.…",
        r"WARNING: squares.silent is glued and never printed",
        r"WARNING: number circles.foreign is new \(3\)",
        r"WARNING: number squares.silent is new \(4\)",
        r"WARNING: number squares.twice is new \(2\)",
        r"WARNING: 3 number\(s\) differ .*nox -s accept",
        r"squares.md:\d+: WARNING: undefined label: 'no-such-label'",
        r"squares.md:\d+: WARNING: {published}.*\[9\]`: nothing at 'counts.inside\[9\]': no '9'",
        r"squares.md:\d+: WARNING: {published}`nobody1900 counts`: .*No such file",
        r"squares.md:\d+: WARNING: nobody1900 is not in the bibliography",
        r"squares.md:\d+: WARNING: image square.png has no alt text",
    ]
    assert book.build() == 1
    for line in expected:
        assert re.search(line, book.log), f"{line}\n{book.log}"
    assert len(book.warnings) == len(expected), book.log
    assert book.executed == ["circles", "squares"]

    first = book.warnings
    assert book.build("-j2") == 1, "nothing was edited, so nothing is mended"
    assert sorted(book.warnings) == sorted(first)
    assert book.executed == []


def test_a_chapter_that_is_removed_leaves_no_page(book):
    book.edit("book/index.md", "sources\n", "")
    (book.folder / "book" / "sources.md").unlink()
    assert book.build() == 0, book.log
    left = [path.relative_to(book.site) for path in book.site.rglob("sources*")]
    assert [path for path in left if path.parts[0] != ".doctrees"] == []
    assert (book.site / "squares.html").exists()


def test_what_ran_while_the_library_was_edited_is_not_kept(book):
    sample = "library/dlbook/sample.py"
    (book.folder / "book" / "circles.md").write_text(
        (book.folder / "book" / "circles.md").read_text()
        # As a writer might, in another window.
        + "\n```{code-cell} python\n"
        + f"file = open({str(book.folder / sample)!r}, 'a')\n"
        + "file.write('EDITED = True\\n')\nfile.close()\n```\n"
    )
    assert book.build() == 0, book.log
    assert book.executed == ["circles"]
    assert book.build() == 0, book.log
    assert "circles" in book.executed


def test_a_chapter_alone_is_built_without_what_others_need(book):
    """Neither their cells run nor their faults count; their numbers are those accepted."""
    draft = book.folder / "draft" / "html"
    alone = ["-D", "dlbook_only=squares", "-D", f"dlbook_kept={book.built}"]
    book.edit("book/circles.md", "points_in_circle(10)", "points_in_circle(11)")
    book.edit("book/circles.md", "How many points", "There are 4711 points. How many")
    book.edit("book/squares.md", "3 * 7", "7 * 3")
    assert book.build(*alone, site=draft) == 0, book.log
    assert book.executed == ["squares"]
    page = (draft / "squares.html").read_text()
    assert re.findall(r'<span class="dl-number [^>]*>([^<]+)<', page)[:2] == ["317", "21"]
    assert (draft / "circles.html").exists()

    book.edit("book/squares.md", "7 * 3)", "7 * 4)")
    book.edit("book/squares.md", "A square is easier.", "A square is easier, by 4711.")
    assert book.build(*alone, site=draft) == 1
    assert book.executed == ["squares"]
    assert "number squares.side moved from 21 to 28 [dlbook.number]" in book.warnings
    assert any("4711 is typed in prose" in line for line in book.warnings)
    assert not [line for line in book.log.splitlines() if "circles" in line and "WARNING" in line]

    book.edit("book/squares.md", "7 * 4)", "7 * 3)")
    book.edit("book/squares.md", "easier, by 4711.", "easier.")
    alone[1] = "dlbook_only=circles"
    assert book.build(*alone, site=draft) == 1
    assert book.executed == ["circles"], "what another draft left out is made up for"
    assert any("4711 is typed in prose" in line for line in book.warnings)


# ---- cold, killed and simultaneous builds -----------------------------------------------


def with_every_change(often, values):
    """Return values as parameters: some are tried with every change, all in the weekly run."""
    return [pytest.param(one, marks=[pytest.mark.weekly] * (one not in often)) for one in values]


@pytest.mark.parametrize("attempt", with_every_change([1, 2, 3], range(1, 11)))
def test_a_cold_build_with_two_workers_gives_the_same_site(book, attempt):
    shutil.rmtree(book.built)
    assert book.build("-j2") == 0, book.log
    assert book.differences == []


@posix
@pytest.mark.parametrize("tenths", with_every_change([2, 5, 8], range(1, 11)))
def test_a_build_killed_at_any_moment_leaves_nothing_that_the_next_trusts(book, pristine, tenths):
    *_, length = pristine
    while not _killed(book, after=length * tenths / 10.5):
        length *= 0.9  # the machine is quicker now than when the length was taken
    assert book.build("-j2") == 0, book.log
    assert book.differences == []


def _killed(book, after):
    """Begin a build from nothing and kill it; False where it had ended before."""
    shutil.rmtree(book.built)
    process = book.start("-j2")
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


@posix
def test_a_build_is_refused_while_another_writes_into_the_folder(book):
    import fcntl

    with (book.built / "unfinished").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert book.build() == 2
    *before, last = book.log.splitlines()
    assert last.startswith("another build is writing into")
    assert len(before) <= 2, "no report of a crash"
    assert (book.site / "index.html").exists()
    assert book.build() == 0, "it is over"
