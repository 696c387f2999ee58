"""Train whatever of the book's runs is not stored yet: ``python -m dlbook.train``."""

from __future__ import annotations

from dlbook.train.agnostic import searched, searches
from dlbook.train.runs import sweep
from dlbook.train.tables import all_experiments

if __name__ == "__main__":
    sweep(all_experiments())
    searched(searches())
