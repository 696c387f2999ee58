"""How long it takes to draw a graph.

The bar (exit status 1 when it is missed): one of 200 nodes is laid out and drawn in a second.
"""

from __future__ import annotations

import os
import platform
import random
import sys
import time

from dlbook.graph import DiGraph
from dlbook.plot import GraphDrawing
from dlbook.plot.graphs import _width

NODES, EDGES, BAR = 200, 380, 1.0


def main():
    """Measure and print."""
    rng = random.Random(0)
    ends = {tuple(sorted(rng.sample(range(NODES), 2))) for _ in range(EDGES)}
    graph = DiGraph(sorted(ends), nodes=range(NODES))
    GraphDrawing(DiGraph([(0, 1)])).figure()  # finds the fonts
    placing, drawing = [], []  # seconds of the processor, which no other program disturbs
    for _ in range(5):
        _width.cache_clear()
        start = time.process_time()
        placed = GraphDrawing(graph)
        middle = time.process_time()
        placed.figure()
        placing.append(middle - start)
        drawing.append(time.process_time() - middle)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}:", graph
    )
    taken = min(placing) + min(drawing)
    missed = taken > BAR
    print(
        f"layout {min(placing):.3f} s, picture {min(drawing):.3f} s, together {taken:.3f} s;",
        end=" ",
    )
    print(f"bar {BAR:.1f} s{'  MISSED' * missed}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
