"""Chapter 17 comes out where an independent rerun did, and reads what was published."""

import json
from pathlib import Path

import numpy as np
import pytest

from dlbook import data

DOCS = Path(__file__).parents[2] / "docs"
NUMBERS = json.loads((DOCS / "numbers.json").read_text("utf-8"))["numbers"]
SLUG = "training-on-mnist"

# Means over four other seeds, from a program that shares no code with this one, and how far
# means over three seeds may be from them.
RERUN = {
    "train": {
        "1": (0.9438, 0.002),
        "0.1": (0.9214, 0.002),
        "0.05": (0.9088, 0.002),
        "0.01": (0.7300, 0.010),
    },
    "test": {
        "1": (0.9490, 0.006),
        "0.1": (0.9254, 0.006),
        "0.05": (0.9133, 0.006),
        "0.01": (0.7570, 0.012),
    },
}


@pytest.mark.parametrize("rate", ["1", "0.1", "0.05", "0.01"])
@pytest.mark.parametrize("part", ["train", "test"])
def test_the_committed_means_are_those_of_an_independent_rerun(part, rate):
    expected, apart = RERUN[part][rate]
    found = float(NUMBERS[f"{SLUG}.{part}-{rate}-mean"]["text"])
    assert found == pytest.approx(expected, abs=apart)


def test_no_published_value_is_typed_in_the_chapter():
    source = (DOCS / "part-4-networks" / f"{SLUG}.md").read_text("utf-8")
    published = [json.loads(p.read_text("utf-8")) for p in (DOCS / "published").glob("*.json")]
    tables = [one["learning_rate_table"] for one in published if "learning_rate_table" in one]
    assert len(tables) > 1
    for table in tables:
        values = [str(value) for column in table.values() for value in column]
        assert [value for value in values if value in source] == []


# ---- the appendix -----------------------------------------------------------------------

MORE = "training-on-mnist-more"

# Of the same program: means over three or four seeds, in the order train, validation, test.
MORE_RERUN = {
    "linear": (0.916, 0.920, 0.919),
    "penalty-{part}-0.1": (0.3378, 0.375, 0.374),
    "penalty-{part}-0.01": (0.8840, 0.8946, 0.8935),
    "penalty-{part}-0.001": (0.9214, 0.9272, 0.9254),
    "penalty-{part}-0.0001": (0.9299, 0.9344, 0.9335),
    "tuned-{part}-0": (0.9791, 0.9699, 0.9712),
    "tuned-{part}-1": (0.9742, 0.9670, 0.9687),
    "tuned-{part}-2": (0.9790, 0.9688, 0.9694),
    "tuned-{part}-3": (0.9726, 0.9674, 0.9672),
    "tuned-{part}-4": (0.9837, 0.9712, 0.9720),
    "tuned-{part}-5": (0.9818, 0.9712, 0.9720),
    "tuned-{part}-6": (0.9842, 0.9713, 0.9715),
    "tuned-{part}-7": (0.9843, 0.9713, 0.9719),
    "long-{part}-0": (0.9836, 0.9732, 0.9737),
    "long-{part}-0.9": (0.992, 0.979, 0.9795),
}


@pytest.mark.parametrize("part", [0, 1, 2], ids=["train", "validation", "test"])
@pytest.mark.parametrize("row", MORE_RERUN)
def test_the_appendix_has_the_means_of_the_rerun(row, part):
    name = ("train", "validation", "test")[part]
    key = row.format(part=name) if "{part}" in row else f"{row}-{name}"
    apart = 0.05 if row.endswith("}-0.1") else 0.004
    found = float(NUMBERS[f"{MORE}.{key}-mean"]["text"])
    assert found == pytest.approx(MORE_RERUN[row][part], abs=apart)


def test_under_the_strongest_penalty_accuracies_are_shares_of_a_digit():
    test = data.mnist().test.y
    validation = data.mnist().train.y[48_000:]
    for part, labels in (("test", test), ("validation", validation)):
        shares = {f"{share:.4f}" for share in np.bincount(labels) / len(labels)}
        for end in ("least", "largest"):
            assert NUMBERS[f"{MORE}.penalty-{part}-1-{end}"]["text"] in shares
    assert NUMBERS[f"{MORE}.constant"]["text"] == NUMBERS[f"{MORE}.seeds"]["text"] == "3"


def test_no_published_value_is_typed_in_the_appendix():
    source = (DOCS / "part-4-networks" / f"{MORE}.md").read_text("utf-8")
    for name in ("a", "b"):
        published = json.loads((DOCS / "published" / f"writeup2022{name}.json").read_text("utf-8"))
        tables = ("regularisation_table", "tuning_table", "long_run")
        for column in ("train", "validation", "test"):
            values = [published[table][column] for table in tables if table in published]
            for value in np.ravel(np.concatenate([np.atleast_1d(value) for value in values])):
                assert f"{value:.4f}" not in source
