"""Numbers: looked up, recorded, compared."""

import datetime
import doctest
import json
from pathlib import Path

import pytest
from _ext.cells import editions
from _ext.cells.editions import needs_cifar10, what_is_lacking
from _ext.cells.numbers import (
    _value,
    _write,
    differences,
    explanation,
    look_up,
    read_committed,
    record,
)
from hypothesis import given
from hypothesis import strategies as st

TREE = {"table": {"train": [0.25, [1, 2]], "n": 3}, "word": "yes"}


@pytest.mark.parametrize(
    ("path", "value"),
    [("table.train[0]", 0.25), ("table.train[1][1]", 2), ("table.n", 3), ("word", "yes")],
)
def test_a_path_leads_to_its_value(path, value):
    assert look_up(TREE, path) == value


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("table.test[0]", "no 'test'"),
        ("table.train[7]", "no '7'"),
        ("table.train.first", "no 'first'"),
        ("table.n.digits", "no 'digits'"),
        ("table.train", "several values"),
        ("table", "several values"),
        ("table.train[-1]", "no path"),
        ("", "no path"),
        ("table..n", "no path"),
    ],
)
def test_a_path_to_nothing_or_to_several_values_says_so(path, message):
    with pytest.raises(LookupError, match=message):
        look_up(TREE, path)


@given(st.floats(-1e6, 1e6), st.sampled_from([".3f", ",.2f", ".2e", ".1%", "+.4f"]))
def test_the_value_of_a_printed_number_is_that_number(value, format):
    text = f"{value:{format}}"
    # Half a unit of the last digit printed.
    digits = {".3f": 5e-4, ",.2f": 5e-3, ".2e": 5e-3 * abs(value), ".1%": 5e-4, "+.4f": 5e-5}
    assert _value(text) == pytest.approx(value, abs=digits[format] * 1.01, rel=1e-12)


def exact(text):
    return {"kind": "exact", "text": text}


def seeded(text, tolerance=0.1):
    return {"kind": "seeded", "text": text, "tolerance": tolerance}


def changes(old, new):
    return list(differences({"a.x": old} if old else {}, {"a.x": new} if new else {}))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (exact("1"), exact("1"), []),
        (exact("1"), exact("2"), ["a.x moved from 1 to 2"]),
        (exact("cat"), exact("dog"), ["a.x moved from cat to dog"]),
        (None, exact("2"), ["a.x is new (2)"]),
        (exact("1"), None, ["a.x is gone (was 1)"]),
        (seeded("0.2"), seeded("0.3"), []),  # 0.3 - 0.2 is not quite 0.1
        (seeded("0.2"), seeded("0.31"), ["a.x moved from 0.2 to 0.31, beyond ± 0.1"]),
        (seeded("20.0%"), seeded("30.0%"), []),
        (seeded("20.0%"), seeded("30.1%"), ["a.x moved from 20.0% to 30.1%, beyond ± 0.1"]),
        (seeded("cat"), seeded("dog"), ["a.x moved from cat to dog, beyond ± 0.1"]),
        (seeded("0.2"), seeded("nan"), ["a.x moved from 0.2 to nan, beyond ± 0.1"]),
        (seeded("1"), exact("1"), ["a.x has another kind: seeded before, exact now"]),
        (seeded("1"), seeded("1", 9.0), ["a.x has another tolerance: 0.1 before, 9.0 now"]),
        ({"kind": "timing", "text": "1"}, {"kind": "timing", "text": "9"}, []),
    ],
)
def test_what_moved_is_said(old, new, said):
    assert changes(old, new) == said


@pytest.mark.parametrize("torch", ["", "1"])
@pytest.mark.parametrize("without", ["", "1"])
@pytest.mark.parametrize("needs", [(), ("comparison",), ("cifar10",), ("comparison", "cifar10")])
def test_a_number_may_be_absent_where_the_build_lacks_what_it_needs(
    needs, torch, without, monkeypatch
):
    monkeypatch.setenv("DLBOOK_TORCH", torch)
    monkeypatch.setenv("DLBOOK_WITHOUT_CIFAR10", without)
    old = exact("1") | dict.fromkeys(needs, True)
    lacking = {"comparison": not torch, "cifar10": bool(without)}
    absent = any(lacking[what] for what in needs)
    assert changes(old, None) == ([] if absent else ["a.x is gone (was 1)"])
    assert bool(what_is_lacking(old)) == absent
    if without and "cifar10" in needs:
        assert what_is_lacking(old) == "CIFAR-10"


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("```{code-cell} python\ndata.cifar10()\n```\n", True),
        ("````{code-cell} python\n```\nCIFAR10()\n````\n", True),
        ("It is CIFAR-10.\n\n```{code-cell} python\nprint(1)\n```\nNo cifar10() here.\n", False),
        ("```python\ndata.cifar10()\n```\n", False),
    ],
)
def test_a_page_needs_the_photographs_whose_cells_speak_of_them(source, needs):
    assert needs_cifar10(source) == needs


def test_the_examples_of_editions_are_true():
    assert doctest.testmod(editions).failed == 0


def test_the_chapters_on_photographs_need_them_and_others_do_not():
    docs = Path(__file__).parents[2] / "docs"
    found = {
        path.stem for path in docs.glob("part-*/*.md") if needs_cifar10(path.read_text("utf-8"))
    }
    assert {"the-same-in-pytorch"} <= found <= {"the-same-in-pytorch", "cifar-10"}


def test_what_is_kept_is_what_is_compared_and_comes_back(tmp_path):
    glued = {
        "a.exact": {"kind": "exact", "text": "1", "value": 1, "tolerance": None, "docname": "a"},
        "a.seeded": {"kind": "seeded", "text": "½", "value": 0.5, "tolerance": 0.1},
        "a.timing": {"kind": "timing", "text": "3", "value": 3, "machine": "m", "date": "d"},
        "a.compared": {"kind": "exact", "text": "4", "value": 4, "comparison": True},
        "a.seen": {"kind": "exact", "text": "5", "value": 5, "comparison": False, "cifar10": True},
    }
    kept = {name: record(number) for name, number in glued.items()}
    assert kept == {
        "a.exact": {"kind": "exact", "text": "1"},
        "a.seeded": {"kind": "seeded", "text": "½", "tolerance": 0.1},
        "a.timing": {"kind": "timing", "text": "3", "machine": "m", "date": "d"},
        "a.compared": {
            **{"kind": "exact", "text": "4", "comparison": True},
            "date": datetime.date.today().isoformat(),
        },
        "a.seen": {
            **{"kind": "exact", "text": "5", "cifar10": True},
            "date": datetime.date.today().isoformat(),
        },
    }
    _write(tmp_path / "numbers.json", kept)
    assert read_committed(tmp_path) == kept
    assert set(json.loads((tmp_path / "numbers.json").read_text("utf-8"))["timings"]) == {
        "a.timing"
    }
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.json"]


def test_a_book_without_accepted_numbers_has_none(tmp_path):
    assert read_committed(tmp_path) == {}


@pytest.mark.parametrize(
    ("number", "note"),
    [
        (exact("1"), "exact"),
        (seeded("1", 0.002), "for this seed, checked to ± 0.002"),
        (
            {"kind": "timing", "text": "1", "machine": "a clock", "date": "1900-01-01"},
            "measured on a clock, 1900-01-01",
        ),
    ],
)
def test_a_number_says_where_it_comes_from(number, note):
    assert explanation(number) == note
    assert explanation(number | {"date": "1900-01-01"}, lacking="CIFAR-10") == (
        "not computed in this build, which was made without CIFAR-10, but with it on 1900-01-01"
    )
    number.pop("date", None)
    assert explanation(number, lacking="PyTorch").endswith("which was made without PyTorch")
