"""Chapter 17 comes out where an independent rerun did, and reads what was published."""

import json
from pathlib import Path

import pytest

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
