"""What is measured of a drawn graph, and the same of Graphviz's drawing of it."""

import itertools
import subprocess

import numpy as np


def crossings(lines):
    """Return how often lines cross, each an array (n, 2) of points; touching ends do not count."""
    total = 0
    for one, two in itertools.combinations(lines, 2):
        total += _crossings(np.asarray(one), np.asarray(two))
    return total


def _crossings(one, two):
    low, high = np.maximum(one.min(0), two.min(0)), np.minimum(one.max(0), two.max(0))
    if (low > high).any():
        return 0
    a, b = one[:-1, None], one[1:, None]
    c, d = two[None, :-1], two[None, 1:]

    def side(p, q, r):
        return (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (
            r[..., 0] - p[..., 0]
        )

    # Half-open, so that a crossing in a point of the polygon counts once.
    first = (side(a, b, c) > 0) != (side(a, b, d) > 0)
    second = (side(c, d, a) > 0) != (side(c, d, b) > 0)
    i, _ = np.nonzero(first & second)
    # Lines that leave one node together, or meet in one, touch there and do not cross.
    shared = [p for p in (one[0], one[-1]) for q in (two[0], two[-1]) if np.hypot(*(p - q)) < 1]
    return sum(not any(np.hypot(*(one[k] - p)) < 1 for p in shared) for k in i)


def straight(lines, along):
    """Return how many lines stay within a point of one place along the layers (axis 0 or 1)."""
    return sum(np.ptp(np.asarray(line)[:, along]) <= 1 for line in lines)


def sampled(points, per_curve=24):
    """Return points along Bézier curves, end to end."""
    t = np.linspace(0, 1, per_curve + 1)[1:, None]
    found = [points[:1]]
    for i in range(0, len(points) - 1, 3):
        a, b, c, d = points[i : i + 4]
        found.append(
            (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
        )
    return np.concatenate(found)


def dot_lines(graph, sizes, *, down=False):
    """Return the lines that Graphviz's `dot` draws, for nodes of these sizes in points."""
    number = {node: i for i, node in enumerate(graph)}
    text = [
        "digraph {",
        f"rankdir={'TB' if down else 'LR'};",
        "node [shape=box, fixedsize=true]; edge [arrowhead=none];",
    ]
    for node, (width, height) in zip(graph, sizes, strict=True):
        text.append(f"{number[node]} [width={width / 72:.4f}, height={height / 72:.4f}];")
    text += [f"{number[tail]} -> {number[head]};" for tail, head in graph.edges()]
    done = subprocess.run(
        ["dot", "-Tplain"],
        input="\n".join([*text, "}"]),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = []
    for line in done.stdout.splitlines():
        kind, *rest = line.split()
        if kind == "edge":
            count = int(rest[2])
            points = 72 * np.array(rest[3 : 3 + 2 * count], dtype=float).reshape(-1, 2)
            lines.append(sampled(points))
    return lines
