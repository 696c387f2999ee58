"""Train whatever of the book's runs is not stored yet: ``python -m dlbook.train``."""

from __future__ import annotations

from dlbook.data import cifar10
from dlbook.train.runs import sweep
from dlbook.train.tables import all_experiments

if __name__ == "__main__":
    cifar10()  # here, if it must be fetched, and not in two processes side by side
    sweep(all_experiments())
