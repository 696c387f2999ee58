"""What the cells use says what it was given and refuses what could not be explained."""

import json
import subprocess
import sys

import numpy as np
import pytest

from dlbook.book import NUMBER_MIME, glue, published


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("loss", {}, "name is 'loss'; expected '<chapter-slug>.<key>'"),
        (".loss", {}, "name is '.loss'"),
        ("a.b", {"kind": "random"}, "kind is 'random'; expected 'exact', 'seeded' or 'timing'"),
        ("a.b", {"kind": "seeded"}, "'a.b' is seeded; give a tolerance > 0"),
        ("a.b", {"kind": "seeded", "tolerance": 0}, "'a.b' is seeded; give a tolerance > 0"),
        ("a.b", {"kind": "seeded", "tolerance": float("nan")}, "give a tolerance > 0"),
        ("a.b", {"kind": "seeded", "tolerance": 0.1 / 3}, "three digits at most"),
        ("a.b", {"tolerance": 0.1}, r"'a.b' is exact; a tolerance \(0.1\) belongs to 'seeded'"),
    ],
)
def test_refusals(name, options, message):
    with pytest.raises(ValueError, match=message):
        glue(name, 1.0, **options)


@pytest.mark.parametrize("value", [0.25, np.float32(0.25), np.float64(0.25), np.array(0.25)])
def test_numpy_scalars_print_as_numbers(value, capsys):
    glue("a.b", value, format=".1%")
    assert capsys.readouterr().out == "a.b = 25.0%\n"


def test_a_notebook_gets_the_number_as_data():
    pytest.importorskip("IPython")
    code = """
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
with capture_output() as captured:
    shell.run_cell("from dlbook.book import glue; glue('a.t', 1.25, format='.1f', kind='timing')")
print(captured.outputs[0].data)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    data = eval(done.stdout)
    assert data["text/plain"] == "a.t = 1.2"
    number = data[NUMBER_MIME]
    assert (number["name"], number["value"], number["text"]) == ("a.t", 1.25, "1.2")
    assert number["kind"] == "timing"
    assert "Python" in number["machine"]
    assert len(number["date"]) == len("2026-01-01")


def test_what_is_no_number_is_data_as_well():
    """JSON has neither NaN nor infinity."""
    pytest.importorskip("IPython")
    code = """
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
with capture_output() as captured:
    shell.run_cell("from dlbook.book import glue; glue('a.n', float('nan')); glue('a.i', -1e999)")
import json
print(json.dumps([output.data for output in captured.outputs], allow_nan=False))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    numbers = [data[NUMBER_MIME] for data in json.loads(done.stdout)]
    assert [(one["value"], one["text"]) for one in numbers] == [("nan", "nan"), ("-inf", "-inf")]


def test_an_unknown_publication_is_named_with_the_known_ones():
    expected = (
        "under 'nobody1900'; expected one of gaier2019, goujaud2024, jordan2024, writeup2022a, "
        "writeup2022b, writeups2025, zhang2017$"
    )
    with pytest.raises(ValueError, match=expected):
        published("nobody1900")
