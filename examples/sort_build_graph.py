"""Put the steps of a build in an order, plan them for several workers, and find what is slow.

Reads lines such as `link: parse.o lex.o` (a step, and the steps that it needs) from a file, or
takes the build of a small compiler. An optional number behind an @ says how long a step takes, as
in `link @3: parse.o lex.o`. If steps need each other in a circle, the circle is shown.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dlbook import graph

COMPILER = """\
configure @2:
grammar.c @3: configure
lex.o @4: configure
parse.o @6: grammar.c
runtime.o @9: configure
link @2: lex.o parse.o runtime.o
test @5: link
manual @7: configure
package @1: test manual
"""


def read(text):
    """Return a build: a graph with an edge from each step to those that need it; durations."""
    edges, steps, durations = [], [], {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        head, colon, needs = line.partition(":")
        name, at, seconds = head.partition("@")
        name = name.strip()
        if not (colon and name):
            raise ValueError(f"line {number} is {line!r}; expected a step, a colon, what it needs")
        if name in durations:
            raise ValueError(f"line {number}: {name} has a line of its own already")
        try:
            durations[name] = float(seconds) if at else 1.0
        except ValueError:
            raise ValueError(f"line {number}: {seconds.strip()!r} is not a number") from None
        steps.append(name)
        edges += [(need, name) for need in needs.split()]
    missing = {need for need, _ in edges} - durations.keys()
    if missing:
        raise ValueError(f"no line says how to make {', '.join(sorted(missing))}")
    return graph.DiGraph(edges, nodes=steps), durations


def main(argv=None):
    """Read, sort, plan, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, nargs="?", help="of lines; without it, a compiler")
    parser.add_argument("--workers", type=int, default=2, help="how many (default: 2)")
    parser.add_argument("--fast", action="store_true", help="it is fast anyway")
    options = parser.parse_args(argv)
    text = options.file.read_text("utf-8") if options.file else COMPILER
    build, durations = read(text)

    print("order:", " ".join(graph.topological_sort(build)))
    for number, steps in enumerate(graph.topological_generations(build)):
        print(f"  wave {number}: {' '.join(steps)}")
    times = graph.timing(build, durations)
    print(f"at best {times.length:g} s, along {' → '.join(times.critical)}")
    plan = graph.schedule(build, options.workers, durations)
    print(f"with {options.workers} workers {plan.length:g} s:")
    for step, start in sorted(plan.start.items(), key=lambda entry: entry[1]):
        print(f"  {start:5g} s  {step}")


if __name__ == "__main__":
    try:
        main()
    except graph.CycleError as error:
        circle = " → ".join([error.cycle[0][0], *(head for _, head in error.cycle)])
        sys.exit(f"sort_build_graph.py: these steps need each other: {circle}")
    except (ValueError, OSError) as error:
        sys.exit(f"sort_build_graph.py: {error}")
