"""Grade notebooks from the command line: ``python -m dlbook.exercises FOLDER``."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

from dlbook.exercises.grading import grade


def main() -> int:
    """Grade each notebook that is named, or lies in a folder that is named."""
    parser = argparse.ArgumentParser(
        prog="python -m dlbook.exercises",
        description="Execute notebooks and list which exercises were answered correctly. Their "
        "code can do anything that you can do here: run this where it does no harm.",
    )
    parser.add_argument("path", nargs="+", type=Path, help="a notebook, or a folder of notebooks")
    parser.add_argument("--seconds", type=float, default=60, help="time for each cell")
    parser.add_argument("--csv", action="store_true", help="print a table: a row per exercise")
    options = parser.parse_args()
    paths = [
        path
        for given in options.path
        for path in (sorted(given.glob("*.ipynb")) if given.is_dir() else [given])
    ]
    if not paths:
        parser.error("no .ipynb file is there")
    table = csv.writer(sys.stdout)
    if options.csv:
        table.writerow(["notebook", "exercise", "passed"])
    failed = False
    for path in paths:
        try:
            grades = grade(path, seconds=options.seconds)
        except (OSError, ValueError) as error:
            failed = True
            print(error, file=sys.stderr)  # noqa: T201
            continue
        if options.csv:
            table.writerows([path.name, name, int(bool(p))] for name, p in grades.answers.items())
        else:
            print(f"{path.name}\n{grades}\n")  # noqa: T201
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
