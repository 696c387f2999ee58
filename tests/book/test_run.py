"""A chapter's cells, run in the page by a browser that can reach this machine alone."""

import shutil

import pytest
from _ext.cells import run
from runtime import runtime
from sphinx.errors import ExtensionError

pytestmark = pytest.mark.slow

CHAPTER = "part-1-optimization/level-sets.html"

# matplotlib cannot be had here: the first cell is changed to do without it.
IMPORTS = """import numpy as np
from dlbook.autodiff import grad
from dlbook.book import glue
from dlbook.exercises import check"""

RIGHT = """g, s = np.array(problem["gradient"]), np.array(problem["step"])
    return s - (g @ s) / (g @ g) * g"""


def test_only_a_whole_runtime_is_carried(tmp_path, monkeypatch):
    with pytest.raises(ExtensionError, match=r"matplotlib.*is missing"):
        list(run.carried(runtime()))
    monkeypatch.setattr(run, "PACKAGES", ("numpy", "sortedcontainers"))
    names = {file.name for file in run.carried(runtime())}
    assert {*run.CORE, run.LOCK, run.HYPOTHESIS} < names
    copy = tmp_path / "copy"
    shutil.copytree(runtime(), copy)
    next(copy.glob("numpy-*.whl")).write_bytes(b"another")
    with pytest.raises(ExtensionError, match=r"numpy.*not what"):
        list(run.carried(copy))
    (copy / "package.json").write_text('{"version": "0.1"}', "utf-8")
    with pytest.raises(ExtensionError, match=r"holds Pyodide 0\.1"):
        list(run.carried(copy))


@pytest.fixture(scope="module")
def asked():
    return []


@pytest.fixture(scope="module")
def page(site, serve, browser, asked):
    """Return a chapter whose reader has pressed, once Python is there."""
    address, carried = serve(site), serve(runtime(), {"Access-Control-Allow-Origin": "*"})
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/{CHAPTER}")
        page.evaluate(
            """(address) => Object.assign(document.querySelector(".dl-run").dataset, {
                runtime: address, packages: "numpy sortedcontainers",
                hypothesis: address + document.querySelector(".dl-run").dataset.hypothesis
                    .split("/").at(-1),
            })""",
            f"{carried}/",
        )
        page.get_by_role("button", name="Run this page").click()
        assert "Nothing that you write is sent anywhere" in page.locator(".dl-run").inner_text()
        before = list(asked)
        assert not [url for url in before if "pyodide" in url or url.endswith((".whl", ".py"))]
        page.get_by_role("button", name="Load and run").click()
        told(page, "Ready")
        yield page


def told(page, text):
    page.wait_for_function(
        "(text) => document.querySelector('.dl-run-status').textContent.includes(text)", arg=text
    )


def write(page, number, code):
    area = page.get_by_label(f"Code of {number};")
    area.evaluate("area => { for (let a = area; a = a.parentElement; ) a.open = true }")
    area.fill(code)
    return area


def output(page, number):
    area = page.get_by_label(f"Code of {number};")
    return area.locator("xpath=ancestor::div[@id][1]").locator(".dl-run-output")


@pytest.mark.site
@pytest.mark.browser
def test_cells_run_in_the_page(page):
    write(page, "cell 1", IMPORTS)
    # The cell above, which it needs, runs first; so does what is changed.
    cell = write(page, "cell 2", "def basins(w):\n    return w[0] - 3\n\nbasins([10, 0])")
    cell.press("Shift+Enter")
    told(page, "cell 2 has run")
    assert output(page, "cell 2").inner_text().strip() == "7"
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


@pytest.mark.site
@pytest.mark.browser
def test_a_checker_answers_in_the_page(page):
    write(page, "cell 1", IMPORTS)
    page.get_by_role("button", name="Start afresh").click()
    told(page, "Started afresh")
    page.get_by_role("button", name="Undo my changes to cell 2").click()
    name = "the answer to Exercise 1.1"
    given = page.get_by_label(f"Code of {name};").input_value()
    assert 'check("level-project", my_tangent)' in given
    write(page, name, given.replace("...", 'return problem["step"]')).press("Shift+Enter")
    told(page, f"{name} has run")
    shown = output(page, name).inner_text()
    assert "✗ level-project" in shown
    assert "not orthogonal to the gradient" in shown
    write(page, name, given.replace("...", RIGHT)).press("Shift+Enter")
    output(page, name).get_by_text("✓ level-project").wait_for()


@pytest.mark.site
@pytest.mark.browser
def test_a_runaway_cell_is_stopped(page):
    write(page, "cell 1", IMPORTS)
    write(page, "cell 2", "there = 1\nwhile True: pass").press("Shift+Enter")
    told(page, "Running cell 2")
    page.get_by_role("button", name="Stop").click()
    told(page, "Stopped")
    write(page, "cell 2", "'there' in globals()").press("Shift+Enter")
    told(page, "cell 2 has run")
    assert output(page, "cell 2").inner_text().strip() == "False"
