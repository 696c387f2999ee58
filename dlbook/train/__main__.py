"""Train whatever of the book's runs is not stored yet: ``python -m dlbook.train``."""

from __future__ import annotations

from dlbook.data import cifar10
from dlbook.train.agnostic import searched, searches
from dlbook.train.runs import sweep
from dlbook.train.tables import all_experiments

if __name__ == "__main__":
    cifar10()  # fetched here where it must be: a cell would show on its page that it was
    sweep(all_experiments())
    searched(searches())
