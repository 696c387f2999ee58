"""The book's own Sphinx extensions, each by itself."""

import html
import json
import typing
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from _ext.page import assets
from _ext.page.citations import AuthorYear, label
from _ext.page.head import description
from _ext.page.typehints import NumPyNames
from conftest import absent
from docutils import nodes
from docutils.core import publish_doctree
from docutils.utils import new_document
from pybtex.database import parse_string
from sphinx.errors import ExtensionError
from test_theorems import build


def entries(*people):
    return [
        parse_string(
            f"@misc{{a, title={{The {{MNIST}} data}}, year=1998, author={{{who}}}}}", "bibtex"
        ).entries["a"]
        for who in people
    ]


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ("Ann Bee", "Bee, 1998"),
        ("Ann Bee and Di van Eff", "Bee and van Eff, 1998"),
        (r"Ann Bee and Di Eff and G{\'e} Ha", "Bee et al., 1998"),
        (r"G{\'e} M{\"u}ller", "Müller, 1998"),
        ("", "The MNIST data, 1998"),
    ],
)
def test_citations_name_author_and_year(people, expected):
    assert label(*entries(people)) == expected


def test_equal_citations_are_told_apart():
    labels = list(AuthorYear().format_labels(entries("A Bee", "C Dee", "A Bee")))
    assert labels == ["Bee, 1998a", "Dee, 1998", "Bee, 1998b"]


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (npt.ArrayLike, ":py:data:`~numpy.typing.ArrayLike`"),
        (npt.DTypeLike, ":py:data:`~numpy.typing.DTypeLike`"),
        (npt.NDArray[typing.Any], ":py:class:`~numpy.ndarray`"),
        (np.ndarray, None),
        (
            npt.NDArray[np.float32],
            ":py:class:`~numpy.ndarray` of :py:obj:`~numpy.float32`",
        ),
        (int, None),
        (Path, ":py:class:`~pathlib.Path`"),
    ],
)
def test_types_are_named_as_a_reader_says_them(hint, expected):
    assert NumPyNames()(hint) == expected


def test_a_page_is_described_by_its_first_paragraph():
    text = "Title\n=====\n\n.. note:: Not this.\n\n" + "This *one*. " * 40
    found = description(publish_doctree(text, settings_overrides={"doctitle_xform": False}), "t")
    assert found.startswith("This one. This one.")
    assert len(found) <= 160
    assert found.endswith("…")
    assert description(None, "Title") == "Title"


@pytest.fixture
def katex():
    if not (assets.PACKAGES / "katex").exists():
        absent("KaTeX is not installed; building the book installs it")
    from _ext.page.mathematics import render

    return render


def test_formulas_are_set_with_mathml_for_ears(katex):
    inline, display = katex([("x^2", False), (r"\begin{aligned}a&=b\\c&=d\end{aligned}", True)])
    assert "<msup><mi>x</mi><mn>2</mn></msup></math>" in inline
    assert "katex-display" not in inline
    assert "katex-display" in display
    assert "<script" not in inline + display


def test_a_stop_stays_with_its_formula(katex):
    from _ext.page.mathematics import _keep_punctuation, inline_html

    document = new_document("")
    document += nodes.paragraph(
        "", "", nodes.Text("("), nodes.math("", "x"), nodes.Text("). And "), nodes.math("", "y")
    )
    _keep_punctuation(document)
    assert document.astext() == "x And y"
    first, second = map(inline_html, document.findall(nodes.math))
    assert first.startswith('<span class="katex"><span class="dl-opening">(\u2060</span>')
    assert first.endswith('<span class="dl-stop">\u2060).</span></span>')
    assert "dl-" not in second


def test_a_stop_is_taken_from_the_text_behind_the_formula(katex):
    from _ext.page.mathematics import _keep_punctuation

    document = new_document("")
    document += nodes.paragraph(
        "", "", nodes.emphasis("", "a"), nodes.Text(", "), nodes.math("", "x"), nodes.Text(", ")
    )
    _keep_punctuation(document)
    assert document.astext() == "a, x "


@pytest.mark.parametrize("latex", [r"\frac{1}", r"\nosuchcommand", "x & y", "naïve é"])
def test_a_formula_that_cannot_be_set_says_why(katex, latex):
    (piece,) = katex([(latex, False)])
    assert isinstance(piece, dict), html.escape(str(piece))
    assert piece["error"]


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """Return a folder in the place of docs/, and how often npm was called there."""
    monkeypatch.setattr(assets, "DOCS", tmp_path)
    monkeypatch.setattr(assets, "PACKAGES", tmp_path / "node_modules")
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text("{}")
    calls = []

    def npm_ci(folder):
        calls.append(folder)
        (folder / "node_modules").mkdir()
        (folder / "node_modules" / "made").write_text(str(len(calls)))

    monkeypatch.setattr(assets, "_npm_ci", npm_ci)
    monkeypatch.setattr(assets, "_gather", lambda packages, site: site.mkdir())
    return tmp_path, calls


def test_packages_are_installed_when_the_lock_changed(workshop):
    docs, calls = workshop
    assets.install()
    assets.install()
    assert len(calls) == 1
    (docs / "package-lock.json").write_text('{"other": 1}')
    assets.install()
    assert len(calls) == 2
    assert (docs / "node_modules" / "made").read_text() == "2"
    assert list((docs / "_build").iterdir()) == []


def test_an_install_that_broke_off_leaves_what_was_there(workshop, monkeypatch):
    docs, _ = workshop
    assets.install()
    (docs / "package-lock.json").write_text('{"other": 1}')

    def broken(packages, site):
        raise OSError("disk full")

    monkeypatch.setattr(assets, "_gather", broken)
    with pytest.raises(OSError, match="disk full"):
        assets.install()
    assert (docs / "node_modules" / "made").read_text() == "1"
    assert list((docs / "_build").iterdir()) == []


def test_npm_says_what_it_could_not_do(tmp_path):
    (tmp_path / "package.json").write_text("{}")
    with pytest.raises(ExtensionError, match="could not install") as caught:
        assets._npm_ci(tmp_path)  # no lock there: npm refuses before it asks any host
    assert "package-lock" in str(caught.value)


def test_the_lock_names_no_host():
    lock = json.loads((assets.DOCS / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert "resolved" not in entry, name
        assert entry["integrity"].startswith("sha512-"), name


def test_a_line_that_came_in_two_parts_stays_one():
    from _ext.page.fixes import _coalesced
    from nbformat.v4 import new_output

    parts = ["1", " > -1\n", "4 > 2\n"]
    sent = [new_output("stream", name="stdout", text=text) for text in parts]
    sent.insert(2, new_output("stream", name="stderr", text="late\n"))
    assert [(one.name, one.text) for one in _coalesced(sent)] == [
        ("stdout", "1 > -1\n4 > 2\n"),
        ("stderr", "late\n"),
    ]


@pytest.mark.slow
def test_an_edition_follows_what_the_build_of_another_has_read(tmp_path):
    def book(said, name):
        (tmp_path / "said.txt").write_text(said)
        (tmp_path / "one.md").write_text(f"# {name}\n\nWords.\n")

    def page(edition, name):
        return (tmp_path / edition / f"{name}.html").read_text("utf-8")

    (tmp_path / "conf.py").write_text(
        "from _ext.settings import *\nhtml_title = project = 'Book'\n"
        "exclude_patterns += ['cache', 'jupyter_execute', 'site', 'course', 'doctrees']\n"
    )
    (tmp_path / "index.md").write_text("# Book\n\n```{toctree}\none\ntwo\nthree\n```\n")
    (tmp_path / "two.md").write_text("# Second\n\n```{include} said.txt\n```\n")
    (tmp_path / "three.md").write_text("# Third\n\nSee {doc}`one`.\n")
    doctrees = ("-d", str(tmp_path / "doctrees"))
    for said, name in (("Early.", "First"), ("Late.", "First"), ("Late.", "Renamed")):
        book(said, name)
        for edition in ("site", "course"):
            assert build(tmp_path, *doctrees, edition=edition) == ""
            assert said in page(edition, "two")
            assert name in page(edition, "three")
    before = (tmp_path / "course" / "two.html").stat().st_mtime_ns
    assert build(tmp_path, *doctrees, edition="course") == ""
    assert (tmp_path / "course" / "two.html").stat().st_mtime_ns == before
