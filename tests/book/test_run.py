"""A chapter's cells, run in the page by a browser that can reach this machine alone."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from _ext.cells import run
from checks import accessibility
from runtime import OLDER, runtimes
from sphinx.errors import ExtensionError

CHAPTER = "part-1-optimization/level-sets.html"
TRAINS = "part-4-networks/training-on-mnist.html"

# The registries have no matplotlib for browsers: the first cell is changed to do without it.
IMPORTS = """import numpy as np
from dlbook.autodiff import grad
from dlbook.book import glue
from dlbook.exercises import check"""

RIGHT = """g, s = np.array(problem["gradient"]), np.array(problem["step"])
    return s - (g @ s) / (g @ g) * g"""


# ---------- what runs a cell, in this Python ----------


@pytest.fixture
def cells():
    path = Path(__file__).parents[2] / "docs" / "_static" / "run.py"
    spec = importlib.util.spec_from_file_location("cells_in_the_page", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        ("a = 1", []),
        ("1 + 1", [("text", "2\n")]),
        ("None", []),
        ("1 + 1;\nx = 2", []),
        ("print('a'); print('b')\n'c'", [("text", "a\nb\n"), ("text", "'c'\n")]),
        ("import sys\nprint('a', file=sys.stderr)", [("text", "a\n")]),
        ("class A:\n    def _repr_html_(self): return '<b>'\nA()", [("html", "<b>")]),
        ("class A:\n    def _repr_svg_(self): return '<svg>'\nA()", [("svg", "<svg>")]),
    ],
)
def test_a_cell_gives_what_a_notebook_shows(cells, source, expected):
    assert cells.run(source, "cell 1") == expected


def test_cells_share_their_names(cells):
    cells.run("def double(x):\n    return 2 * x", "cell 1")
    assert cells.run("double(4)", "cell 2") == [("text", "8\n")]


@pytest.mark.parametrize(
    ("source", "last", "line"),
    [
        ("x = 1\n1 / 0", "ZeroDivisionError: division by zero", 2),
        ("def f():\n    raise KeyError('k')\n\nf()", "KeyError: 'k'", 4),
        ("x = (", "SyntaxError: '(' was never closed", 1),
        ("import sys\nsys.exit('done')", "SystemExit: done", 2),
    ],
)
def test_an_error_shows_the_readers_lines_alone(cells, source, last, line):
    print_first = "print('before')\n" if "(" not in source[:6] else ""
    *before, (kind, told) = cells.run(print_first + source, "cell 3")
    assert kind == "error"
    assert before == ([("text", "before\n")] if print_first else [])
    assert told.rstrip().endswith(last)
    assert f'File "cell 3", line {line + bool(print_first)}' in told
    assert "run.py" not in told


def test_a_package_that_is_absent_is_named(cells):
    *_, absent = cells.run("import absent_here.part", "cell 1")
    assert absent == ("absent", "absent_here")


def test_figures_are_drawn_once_and_closed(cells):
    cells.run("import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt", "cell 1")
    outputs = cells.run("fig, axes = plt.subplots()\naxes.plot([1, 2])\nfig", "cell 2")
    assert [kind for kind, _ in outputs] == ["svg"]
    assert outputs[0][1].rstrip().endswith("</svg>")
    outputs = cells.run("plt.figure()\nplt.figure()\nprint('two')", "cell 3")
    assert [kind for kind, _ in outputs] == ["text", "svg", "svg"]
    assert cells.run("plt.get_fignums()", "cell 4") == [("text", "[]\n")]


def test_checkers_answer_without_a_kernels_packages():
    code = (
        "import sys\n"
        "for name in ('ipykernel', 'jupyter_client', 'nbclient', 'nbformat', 'IPython', 'zmq'):\n"
        "    sys.modules[name] = None\n"
        "from dlbook.exercises import check\n"
        "print(check('level-project', lambda problem: problem['step']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "✗ level-project" in done.stdout


# ---------- what the site says and carries ----------


def test_what_is_loaded_is_pinned(tmp_path):
    told = run.told(None)
    assert f"@{run.VERSION}/" in told["core"]
    assert f"/v{run.VERSION}/" in told["packages"]["from"]
    assert all(re.fullmatch(r"sha256-[\w+/]{43}=", one) for one in told["integrity"].values())
    # Each host that is asked is in the notice, and no other.
    asked = {told["core"], told["packages"]["from"], told["hypothesis"]["from"]}
    hosts = {address.split("/")[2] for address in asked}
    assert set(re.findall(r"[\w.]+\.(?:net|org|com)\b", told["notice"])) == hosts
    for name in (*run.CORE, run.HYPOTHESIS):
        (tmp_path / name).write_bytes(b"")
    assert "://" not in json.dumps(run.told(tmp_path))


@pytest.mark.slow
def test_only_a_whole_runtime_is_carried(tmp_path, monkeypatch):
    with pytest.raises(ExtensionError, match=f"holds Pyodide {OLDER}"):
        list(run.carried(runtimes() / "older"))
    monkeypatch.setattr(run, "VERSION", OLDER)
    with pytest.raises(ExtensionError, match=r"(pygments|matplotlib).*is missing"):
        list(run.carried(runtimes() / "older"))
    monkeypatch.setattr(run, "PACKAGES", ("numpy", "sortedcontainers"))
    names = {file.name for file in run.carried(runtimes() / "older")}
    assert {*run.CORE, run.HYPOTHESIS} < names
    assert [name for name in names if name.startswith("numpy-")]
    copy = tmp_path / "copy"
    shutil.copytree(runtimes() / "older", copy)
    next(copy.glob("numpy-*.whl")).write_bytes(b"another")
    with pytest.raises(ExtensionError, match=r"numpy.*not what"):
        list(run.carried(copy))
    (copy / run.HYPOTHESIS).unlink()
    with pytest.raises(ExtensionError, match=f"has no {run.HYPOTHESIS}"):
        list(run.carried(copy))


@pytest.mark.slow
def test_a_site_that_carries_the_runtime_asks_itself_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "VERSION", OLDER)
    monkeypatch.setattr(run, "PACKAGES", ("numpy", "sortedcontainers"))
    (tmp_path / "_static").mkdir()
    config = SimpleNamespace(dlbook_runtime=str(runtimes() / "older"))
    builder = SimpleNamespace(format="html")
    run._carry(SimpleNamespace(config=config, builder=builder, outdir=tmp_path), None)
    told = json.loads((tmp_path / "_static" / "run.json").read_text("utf-8"))
    assert all((tmp_path / told["core"] / name).is_file() for name in told["integrity"])
    assert list((tmp_path / told["packages"]["from"]).glob("numpy-*.whl"))
    assert (tmp_path / told["hypothesis"]["from"]).is_file()


@pytest.mark.site
@pytest.mark.parametrize(("chapter", "lasts"), [(CHAPTER, False), (TRAINS, True)])
def test_what_no_page_can_run_says_so(site, chapter, lasts):
    text = (site / chapter).read_text("utf-8")
    (bar,) = re.findall(r'<div class="dl-run"[^>]*>', text)
    assert ("take the notebook" in text) == lasts
    assert ('data-only="exercises"' in bar) == lasts
    assert "hidden" in bar  # until a script shows it


# ---------- the page ----------


class Pages:
    """Opens a chapter as a reader does who runs it, with Python from a folder on this machine."""

    def __init__(self, context, address):
        self.context, self.address, self.asked = context, address, []

    def open(self, told, chapter=CHAPTER, offered="Run this page"):
        page = self.context.new_page()
        page.set_default_timeout(180_000)  # the machine may be busy; nothing here waits in vain
        page.on("request", lambda request: self.asked.append(request.url))
        page.route("**/_static/run.json", lambda route: route.fulfill(json=told))
        page.goto(f"{self.address}/{chapter}")
        page.get_by_role("button", name=offered).click()
        page.get_by_role("button", name="Load and run").wait_for()
        return page


def local(told, address):
    """Return what a site says to load, from another server."""
    return json.loads(json.dumps(told).replace('"_static/runtime/', f'"{address}/'))


#: A worker that never answers.
SILENT = "addEventListener('message', () => {});"
FOUND = 'sys.version_info[:2], find_spec("hypothesis") != None, find_spec("dlbook") != None'
CORS = {"Access-Control-Allow-Origin": "*"}


@pytest.fixture(scope="module")
def pages(site, serve, browser):
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        yield Pages(context, serve(site))


@pytest.fixture(scope="module")
def older(serve):
    """Return what a site says to load that carries the runtime which these tests can have."""
    folder = runtimes() / "older"
    return local(run.told(folder, ["numpy", "sortedcontainers"]), serve(folder, CORS))


@pytest.fixture(scope="module")
def page(pages, older):
    """Return a chapter whose reader has agreed, once Python is there."""
    pages.asked.clear()
    page = pages.open(older)
    assert "Nothing that you write is sent anywhere" in page.locator(".dl-run").inner_text()
    asked = [url for url in pages.asked if re.search(r"run|pyodide|\.whl", url)]
    assert {url.rpartition("/")[2] for url in asked} == {
        "run.js", "run-page.js", "run.json", "run.css",
    }  # fmt: skip
    page.get_by_role("button", name="Load and run").click()
    told(page, "Ready")
    yield page
    page.close()


def told(page, text):
    """Wait until the page says so, or that something has gone wrong."""
    status = page.locator(".dl-run-status")
    page.wait_for_function(
        "text => document.querySelector('.dl-run-status').textContent.match(text)",
        arg=f"{re.escape(text)}|to try again",
    )
    assert text in status.inner_text()


def write(page, number, code):
    area = page.get_by_label(f"Code of {number};")
    area.evaluate("area => { for (let a = area; a = a.parentElement; ) a.open = true }")
    area.fill(code)
    return area


def output(page, number):
    """Return what stands below a cell since it has run."""
    area = page.get_by_label(f"Code of {number};")
    return area.locator("xpath=following::div[contains(@class, 'dl-run-output')][1]")


def browsed(test):
    return pytest.mark.slow(pytest.mark.site(pytest.mark.browser(test)))


@browsed
def test_cells_run_in_the_page(page, axe):
    write(page, "cell 1", IMPORTS)
    # The cell above, which it needs, runs first; so does what is changed.
    cell = write(page, "cell 2", "def basins(w):\n    return w[0] - 3\n\nbasins([10, 0])")
    cell.press("Shift+Enter")
    told(page, "cell 2 has run.")
    assert output(page, "cell 2").inner_text().strip() == "7"
    write(page, "cell 3", "basins(np.ones(2))").press("Shift+Enter")
    told(page, "cell 3 has run.")
    assert output(page, "cell 3").inner_text().strip() == "np.float64(-2.0)"
    write(page, "cell 2", "print('before')\n1 / 0").press("Shift+Enter")
    told(page, "An error in cell 2")
    shown = output(page, "cell 2").inner_text()
    assert "before" in shown
    assert "line 2" in shown
    assert "1 / 0" in shown
    assert "ZeroDivisionError" in shown
    # A package that no page can have: the notebook is offered.
    write(page, "cell 2", "import torch").press("Shift+Enter")
    told(page, "An error in cell 2")
    assert "needs torch" in output(page, "cell 2").inner_text()
    assert output(page, "cell 2").get_by_role("link").get_attribute("href").endswith(".ipynb")
    # The keyboard leaves the editor.
    page.get_by_label("Code of cell 2;").press("Escape")
    assert page.evaluate("document.activeElement.ariaLabel") == "Run cell 2"
    assert accessibility(page, axe, "article") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@browsed
def test_a_runaway_cell_is_stopped(page):
    write(page, "cell 1", IMPORTS)
    write(page, "cell 2", "there = 1\nwhile True: pass").press("Shift+Enter")
    told(page, "Running cell 2")
    page.get_by_role("button", name="Stop").click()
    told(page, "Stopped")
    assert not page.get_by_role("button", name="Stop").is_visible()
    write(page, "cell 2", "'there' in globals()").press("Shift+Enter")
    told(page, "cell 2 has run.")
    assert output(page, "cell 2").inner_text().strip() == "False"


@browsed
def test_a_checker_answers_in_the_page(page):
    write(page, "cell 1", IMPORTS)
    page.get_by_role("button", name="Undo my changes to cell 2").click()
    name = "the answer to Exercise 1.1"
    given = page.get_by_label(f"Code of {name};").input_value()
    assert 'check("level-project", my_tangent)' in given
    write(page, name, given.replace("...", 'return problem["step"]')).press("Shift+Enter")
    told(page, f"{name} has run.")
    shown = output(page, name).inner_text()
    assert "✗ level-project" in shown
    assert "not orthogonal to the gradient" in shown
    write(page, name, given.replace("...", RIGHT)).press("Shift+Enter")
    output(page, name).get_by_text("✓ level-project").wait_for()


@browsed
def test_changes_are_kept_and_undone(pages, older):
    first = pages.open(older)
    first.get_by_role("button", name="Load and run").click()
    first.get_by_role("button", name="Undo all changes").click()  # those of other tests
    was = first.get_by_label("Code of cell 3;").input_value()
    write(first, "cell 3", "mine = 1")
    first.close()
    second = pages.open(older)
    second.get_by_role("button", name="Load and run").click()
    assert second.get_by_label("Code of cell 3;").input_value() == "mine = 1"
    second.get_by_role("button", name="Undo all changes").click()
    assert second.get_by_label("Code of cell 3;").input_value() == was
    assert second.evaluate("Object.keys(localStorage).filter((key) => /run/.test(key))") == []
    second.close()


@browsed
def test_where_cells_last_too_long_exercises_are_answered(pages, older):
    page = pages.open(older, TRAINS, "Answer the exercises here")
    page.get_by_role("button", name="Load and run").click()
    first = page.get_by_label(re.compile("Code of the answer to Exercise")).first
    assert first.input_value().startswith("import numpy as np\nfrom dlbook.exercises import check")
    calls = page.locator("div.dl-exercise-call").count()
    assert page.locator("textarea").count() == calls
    assert page.locator(".cell textarea").count() == 0
    page.close()


@browsed
def test_offline_the_page_says_so_and_tries_again(pages, older):
    page = pages.context.new_page()
    page.set_default_timeout(180_000)
    page.route("**/_static/run.json", lambda route: route.fulfill(json=older))
    page.goto(f"{pages.address}/{CHAPTER}")
    offer = page.get_by_role("button", name="Run this page")
    bar = page.locator(".dl-run")
    try:
        pages.context.set_offline(True)
        for _ in range(2):
            offer.click()
            page.get_by_text("You are offline").wait_for()
            assert bar.inner_text().count("offline") == 1
        pages.context.set_offline(False)
        offer.click()
        page.get_by_role("button", name="Load and run").wait_for()
        pages.context.set_offline(True)
        page.get_by_role("button", name="Load and run").click()
        why = "Python could not be loaded (you are offline). Start afresh to try again."
        told(page, why)
        page.get_by_role("button", name="Run all").click()
        page.wait_for_timeout(200)
        assert page.locator(".dl-run-status").inner_text() == why
    finally:
        pages.context.set_offline(False)
    page.get_by_role("button", name="Start afresh").click()
    told(page, "Started afresh")
    page.close()


@browsed
def test_whoever_waits_long_is_told_why(pages, older):
    page = pages.context.new_page()
    page.clock.install()
    page.route("**/_static/run.json", lambda route: route.fulfill(json=older))
    page.route(
        "**/_static/run-worker.js",
        lambda route: route.fulfill(body=SILENT, content_type="text/javascript"),
    )
    page.goto(f"{pages.address}/{CHAPTER}")
    page.get_by_role("button", name="Run this page").click()
    page.get_by_role("button", name="Load and run").click()
    told(page, "Loading Python …")
    page.clock.run_for(20_000)
    told(page, "Still loading Python: over a slow connection this takes some minutes.")
    page.get_by_role("button", name="Start afresh").click()
    told(page, "Loading Python …")
    page.close()


@browsed
def test_the_pinned_runtime_starts_and_an_altered_one_does_not(pages, serve, tmp_path):
    """Loaded by the very hashes that pages ask by, without the packages, which no registry has."""
    folder = tmp_path / "pinned"
    shutil.copytree(runtimes() / "pinned", folder)
    address = serve(folder, CORS)
    asked = run.told(None, ["sortedcontainers"])
    asked |= {"core": f"{address}/", "packages": asked["packages"] | {"from": f"{address}/"}}
    asked["hypothesis"] |= {"from": f"{address}/{run.HYPOTHESIS}"}
    page = pages.open(asked)
    page.get_by_role("button", name="Load and run").click()
    told(page, "could not be loaded")  # Pyodide's own wheel has other bytes than PyPI's
    page.close()
    asked["packages"]["names"] = []
    altered = folder / "python_stdlib.zip"
    whole = altered.read_bytes()
    altered.write_bytes(whole + b"\0")
    page = pages.open(asked)
    page.get_by_role("button", name="Load and run").click()
    told(page, "could not be loaded")
    altered.write_bytes(whole)
    page.get_by_role("button", name="Start afresh").click()
    told(page, "Started afresh")
    write(page, "cell 1", "import sys\nfrom importlib.util import find_spec\n" + FOUND)
    page.get_by_label("Code of cell 1;").press("Shift+Enter")
    told(page, "cell 1 has run.")
    assert output(page, "cell 1").inner_text().strip() == "((3, 14), True, True)"
    page.close()
