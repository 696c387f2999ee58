"""Train whatever of the book's runs is not stored yet: ``python -m dlbook.train``.

With ``--without-cifar10`` nothing is fetched, and the runs on CIFAR-10 are left out.
"""

from __future__ import annotations

import argparse

from dlbook.data import CIFAR10, cifar10
from dlbook.train.agnostic import searched, searches
from dlbook.train.runs import sweep
from dlbook.train.tables import all_experiments

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m dlbook.train", description=__doc__)
    parser.add_argument("--without-cifar10", action="store_true")
    without = parser.parse_args().without_cifar10
    if not without:
        cifar10()  # fetched here where it must be: a cell would show on its page that it was
    wanted = all_experiments()
    sweep(one for one in wanted if not (without and isinstance(one.data, CIFAR10)))
    searched(searches())
