"""Train whatever of the book's runs is not kept yet: ``python -m dlbook.train``."""

from __future__ import annotations

from dlbook.train.experiment import learning_rate_table
from dlbook.train.runs import sweep

if __name__ == "__main__":
    sweep(experiment for row in learning_rate_table().values() for experiment in row)
