"""Compare learning rates over several seeds, with all cores.

Each run is stored as soon as it has ended, in $DLBOOK_CACHE or your cache folder: stop the script
when you like, and the next call trains only what is missing. A rate that diverges is reported and
the others are trained to their end.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from dlbook import data, nn, optimize, plot, train


def main(argv=None):
    """Train, print a table, draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("rates", type=float, nargs="*", default=[0.01, 0.1, 1.0], help="default: 0.01 0.1 1")
    add("--seeds", type=int, default=3, metavar="N", help="runs per rate (default: 3)")
    add("--epochs", type=int, default=10, metavar="N", help="default: 10")
    add("--jobs", type=int, metavar="N", help="processes (default: one per core)")
    add("--output", type=Path, default=Path("rates.svg"), help="the curves (default: rates.svg)")
    add("--fast", action="store_true", help="two seeds, two epochs, 16 units, 6,000 images")
    options = parser.parse_args(argv)
    if options.seeds < 1:
        parser.error(f"--seeds is {options.seeds}; expected an integer ≥ 1")

    smaller = {}
    if options.fast:
        options.seeds, options.epochs = 2, 2
        smaller = {"model": nn.TwoLayer(hidden=16), "data": data.MNIST(validation=54_000)}
    table = {
        rate: [
            train.Experiment(
                optimiser=optimize.GradientDescent(rate),
                epochs=options.epochs,
                seed=seed,
                **smaller,
            )
            for seed in range(options.seeds)
        ]
        for rate in options.rates
    }
    try:
        train.sweep([e for seeds in table.values() for e in seeds], jobs=options.jobs)
    except ExceptionGroup as group:
        for error in group.exceptions:
            print(error, *error.__notes__[:1], sep="\n  ", file=sys.stderr)
        sys.exit(f"{group.message} and are stored: call again without the rate that fails")

    curves = {}
    print("rate     test accuracy: mean, range")
    for rate, seeds in table.items():
        runs = train.sweep(seeds)  # stored by now
        found = [run.test_accuracy for run in runs]
        print(f"{rate:<8g} {np.mean(found):.4f}, {min(found):.4f} to {max(found):.4f}")
        curves[f"learning rate {rate:g}"] = [run.history for run in runs]
    plot.learning_curves(curves).savefig(options.output)
    print("saved", options.output)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as error:
        sys.exit(f"sweep_learning_rates.py: {error}")
