"""The lists of functions that have a derivative say what the table of rules says."""

import re
from pathlib import Path

import pytest
from _ext.page.derivatives import arguments, known

import dlbook.autodiff  # noqa: F401 (fills the table)
from dlbook.autodiff.table import TABLE

KINDS = sorted({entry.kind for entry in TABLE.values()} - {"primitive"})
PAGE = Path(__file__).parents[2] / "docs" / "api" / "autodiff-functions.md"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_on_the_page(kind):
    assert kind in re.findall(r"^:::\{derivatives\} (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert known(kind)


def test_names_and_arguments_are_those_of_the_table():
    elementwise = known("elementwise")
    assert list(elementwise) == sorted(elementwise, key=str.lower)
    assert arguments(elementwise["np.arctan2"]) == ("x, y", "")
    assert arguments(known("linear")["np.moveaxis"]) == ("a", "source, destination")
    assert "out" not in arguments(known("general")["np.sum"])[1]
    assert arguments(known("composed")["np.clip"])[0].startswith("a, a_min, a_max")
