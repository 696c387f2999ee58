"""The graphs that the book draws, on which its drawing is measured.

Computation graphs stand here as edges: an edge for each operand of each operation.
"""

import ast
import itertools
from pathlib import Path

import dlbook
from dlbook.graph import DiGraph

LIBRARY = Path(dlbook.__file__).parent


def imports(depth):
    """Return who imports whom in the library, down to rooms (1) or modules (2)."""
    edges = set()
    for path in sorted(LIBRARY.rglob("*.py")):
        module = path.relative_to(LIBRARY).with_suffix("").parts[:depth]
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("dlbook."):
                edges.add((".".join(node.module.split(".")[1 : depth + 1]), ".".join(module)))
    return DiGraph(sorted((u, v) for u, v in edges if u != v and not v.endswith("__init__")))


def network(*widths):
    """Return the units of a network, each joined to all of the next layer."""
    layers = [[f"{'xhgy'[-1 if k == len(widths) - 1 else k]}{i + 1}" for i in range(n)]
              for k, n in enumerate(widths)]  # fmt: skip
    return DiGraph(pair for one, two in itertools.pairwise(layers)
                   for pair in itertools.product(one, two))  # fmt: skip


def operations(**operands):
    """Return the graph of a computation: an operation's name to its operands."""
    return DiGraph((tail, head) for head, tails in operands.items() for tail in tails.split())


# What uses what among the statements of chapter 9.
STATEMENTS = {
    "lem-dag-has-source": "def-cycle def-digraph",
    "lem-subgraph-of-dag": "def-cycle",
    "thm-dag-has-order": "def-topological-order lem-dag-has-source lem-subgraph-of-dag",
    "thm-order-implies-dag": "def-topological-order def-cycle",
    "thm-kahn": "alg-kahn def-topological-order thm-order-implies-dag lem-dag-has-source "
    "lem-subgraph-of-dag",
    "thm-depth-first-search": "alg-depth-first-search def-cycle def-topological-order",
    "cor-cycle-certificate": "alg-depth-first-search thm-depth-first-search def-cycle "
    "thm-order-implies-dag",
    "prp-generations": "def-cycle def-digraph",
}

GRAPHS = {
    "pancakes": DiGraph(
        [
            ("weigh", "mix"),
            ("melt", "mix"),
            ("mix", "fry"),
            ("heat", "fry"),
            ("fry", "serve"),
            ("lay table", "serve"),
        ]
    ),
    "muddle": DiGraph([("mix", "fry"), ("fry", "taste"), ("taste", "mix"), ("fry", "serve")]),
    "doubled": DiGraph(
        [("flour", "dough"), ("flour", "dough"), ("egg", "beat"), ("beat", "dough")]
    ),
    "triangle": DiGraph([("u", "v"), ("u", "w"), ("w", "v")]),
    "loop": DiGraph([("mix", "mix"), ("mix", "fry"), ("fry", "mix")]),
    "two doublings": DiGraph([("a", "b"), ("a", "b"), ("b", "c"), ("b", "c")]),
    "diamond": DiGraph([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d")]),
    "(x + y)(y + 1)": operations(v1="x y", v2="y 1", f="v1 v2"),
    "course function A": operations(
        v1="w1",
        v2="w2 2",
        v3="v2",
        c="v1 v3",
        v5="c",
        v6="c",
        f1="v5 v6",
        v8="w1 w2",
        v9="w1",
        f2="v8 v9",
    ),
    "course function B": operations(
        v1="w1",
        v2="w2",
        v3="v1 v2",
        v4="w2",
        f1="v3 v4",
        v6="w1 w2",
        v7="v6",
        v8="w1 w1",
        v9="v8 w2",
        f2="v7 v9",
    ),
    "a diamond and a doubling": operations(b="a", c="a", d="b c", e="d d"),
    "four walks": operations(v1="x x", v2="v1", v3="v1 v2"),
    "a layer and its loss": operations(v1="W x", v2="v1 b", v3="v2", v4="v3 y", v5="v4", v6="v5"),
    "two-layer network": operations(
        XW1="X W1",
        Z1="XW1 b1",
        H="Z1",
        HW2="H W2",
        Z2="HW2 b2",
        data="Z2 Y",
        sW1="W1 W1",
        sW2="W2 W2",
        penalty="sW1 sW2 alpha",
        loss="data penalty",
    ),
    "network 3-4-2": network(3, 4, 2),
    "network 4-5-5-3": network(4, 5, 5, 3),
    "rooms of the library": imports(1),
    "modules of the library": imports(2),
    "statements of chapter 9": DiGraph(
        (used, label) for label, uses in STATEMENTS.items() for used in uses.split()
    ),
}
