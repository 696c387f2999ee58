"""What a topological sort costs, beside networkx, graphlib and rustworkx.

Graphs have five edges a node, and are wide (`random`) or have generations of five nodes (`thin`).
Their nodes are numbers in random order. All sort the same graph, in turns, in one process on one
thread; each order is checked. CPU seconds are compared, the fewest of several rounds, as what else
the machine does only adds to them. Ratios have bars (exit status 1 when one is missed):

    sort    a graph that is built, against networkx and graphlib. networkx has its DiGraph, graphlib
            the predecessors of each node, and fills its sorter.
    edges   from a list of edges to the order, against graphlib
    arrays  a `CSRGraph` that is built, against a graph of rustworkx: thin ones, and the largest
"""

from __future__ import annotations

import argparse
import gc
import graphlib
import os
import platform
import sys
import time

import networkx as nx
import numpy as np
import rustworkx as rx
import threadpoolctl

from dlbook.graph import CSRGraph, DiGraph, topological_sort

# Ours may take so many times what the other takes.
NETWORKX_BAR, GRAPHLIB_BAR, EDGES_BAR = 0.4, 0.2, 1
ARRAYS_BAR = {"random": 0.5, "thin": 6}
SIZES = (10_000, 100_000, 1_000_000)
WIDTH = 5


def random_dag(n, rng):
    """Return 5 n edges, each from the smaller to the larger of two nodes, under shuffled names."""
    tails = rng.integers(n - 1, size=5 * n)
    heads = rng.integers(n - 1, size=5 * n)
    edges = np.stack([np.minimum(tails, heads), np.maximum(tails, heads) + 1], axis=1)
    return rng.permutation(n)[edges]


def thin_dag(n, rng):
    """Return five edges a node, into nodes of the next of n / 5 generations, names shuffled."""
    tails = np.repeat(np.arange(n - WIDTH), 5)
    heads = (tails // WIDTH + 1) * WIDTH + rng.integers(WIDTH, size=len(tails))
    return rng.permutation(n)[np.stack([tails, heads], axis=1)]


def check(name, order, edges):
    """End unless the order holds no node twice, and both ends of each edge, tail first."""
    place = np.full(edges.max() + 1, -1)
    place[order] = np.arange(len(order))
    tails, heads = place[edges].T
    if np.count_nonzero(place >= 0) < len(order) or (tails < 0).any() or (tails >= heads).any():
        sys.exit(f"{name} returns no topological order")


def contestants(edges, n):
    """Return name to function: each sorts the same graph."""
    pairs = list(map(tuple, edges.tolist()))
    graph = DiGraph(pairs)
    compressed = CSRGraph(edges, n)
    theirs = nx.DiGraph(pairs)  # without parallel edges; a MultiDiGraph takes longer
    predecessors = {}
    for tail, head in pairs:
        predecessors.setdefault(head, []).append(tail)
    rusty = rx.PyDiGraph()
    rusty.add_nodes_from(range(n))
    rusty.add_edges_from_no_data(pairs)

    def graphlib_from_edges():
        sorter = graphlib.TopologicalSorter()
        for tail, head in pairs:
            sorter.add(head, tail)
        return list(sorter.static_order())

    return {
        "DiGraph": lambda: topological_sort(graph),
        "networkx": lambda: list(nx.topological_sort(theirs)),
        "graphlib": lambda: list(graphlib.TopologicalSorter(predecessors).static_order()),
        "DiGraph from edges": lambda: topological_sort(DiGraph(pairs)),
        "graphlib from edges": graphlib_from_edges,
        "CSRGraph": compressed.topological_sort,
        "rustworkx": lambda: rx.topological_sort(rusty),
    }


def measure(edges, n, rounds):
    """Return name to the fewest CPU seconds that it took to sort the graph."""
    sorts = contestants(edges, n)
    gc.collect()
    gc.freeze()  # what one builds while it is timed is collected, but not all that stands here
    times = {name: [] for name in sorts}
    for _ in range(rounds * max(1, 200_000 // n)):  # a short time is disturbed more
        for name, sort in sorts.items():
            started = time.process_time()
            order = sort()
            times[name].append(time.process_time() - started)
            check(name, order, edges)
            del order
            gc.collect()
    gc.unfreeze()
    return {name: min(seconds) for name, seconds in times.items()}


def comparisons(kind, n):
    """Yield what is compared with what, and the bar for the ratio of their times, if any."""
    yield "sort", "DiGraph", "networkx", NETWORKX_BAR
    yield "sort", "DiGraph", "graphlib", GRAPHLIB_BAR
    yield "edges", "DiGraph from edges", "graphlib from edges", EDGES_BAR
    there = kind == "thin" or n == max(SIZES)
    yield "arrays", "CSRGraph", "rustworkx", ARRAYS_BAR[kind] if there else None


def main():
    """Measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=3,
        help="sorts of the largest graphs, and more of others (default: 3)",
    )
    rounds = parser.parse_args().rounds

    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},",
        f"NumPy {np.__version__}, networkx {nx.__version__}, rustworkx {rx.__version__};",
        f"fewest CPU seconds of {rounds} or more",
    )
    print(f"{'graph':8}{'nodes':>9}  {'':8}{'dlbook':>10}  {'other':>20}{'ratio':>8}{'bar':>6}")
    missed = False
    for n in SIZES:
        for kind, make in (("random", random_dag), ("thin", thin_dag)):
            seconds = measure(make(n, np.random.default_rng(n)), n, rounds)
            for what, mine, theirs, bar in comparisons(kind, n):
                ratio = seconds[mine] / seconds[theirs]
                over = bar is not None and ratio > bar
                missed |= over
                print(
                    f"{kind:8}{n:9,}  {what:8}{seconds[mine]:8.4f} s"
                    f"  {theirs.partition(' ')[0]:10}{seconds[theirs]:8.4f} s"
                    f"{ratio:8.3f}{'' if bar is None else bar:>6}{'  MISSED' * over}",
                    flush=True,
                )
    return int(missed)


if __name__ == "__main__":
    with threadpoolctl.threadpool_limits(1):
        sys.exit(main())
