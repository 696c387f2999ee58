"""The graphs that the book draws, on which its drawing is measured."""

import ast
import itertools
import json
from pathlib import Path

import numpy as np

import dlbook
from dlbook.autodiff import trace_graph
from dlbook.graph import DiGraph, transitive_reduction

LIBRARY = Path(dlbook.__file__).parent


def rooms():
    """Return who imports whom among the rooms of the library."""
    edges = set()
    for path in sorted(LIBRARY.rglob("*.py")):
        room = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("dlbook."):
                edges.add((node.module.split(".")[1], room))
            elif isinstance(node, ast.ImportFrom) and node.module == "dlbook":
                edges |= {(alias.name, room) for alias in node.names}
    return DiGraph(sorted((u, v) for u, v in edges if u != v))


def modules():
    """Return who imported whom among the modules, in November 2026: wide, and full of crossings."""
    return DiGraph.from_successors(json.loads(Path(__file__).with_name("modules.json").read_text()))


def network(*widths):
    """Return the units of a network, each joined to all of the next layer."""
    layers = [[f"{'xhgy'[-1 if k == len(widths) - 1 else k]}{i + 1}" for i in range(n)]
              for k, n in enumerate(widths)]  # fmt: skip
    return DiGraph(pair for one, two in itertools.pairwise(layers)
                   for pair in itertools.product(one, two))  # fmt: skip


def course_a(w1, w2):
    c = np.exp(w1) + np.exp(2 * w2)
    return np.exp(c) + np.sin(c), w1 * w2 + 1 / (1 + np.exp(-w1))


def course_b(w1, w2):
    return np.cos(w1) * np.cos(w2) + 1 / (1 + np.exp(-w2)), np.log(w1 + w2) + w1 * w1 * w2


PARAMETERS = [np.ones(shape) for shape in ((3, 4), 4, (4, 2), 2)]


def two_layer_loss(W1, b1, W2, b2):
    H = 1 / (1 + np.exp(-(np.ones((5, 3)) @ W1 + b1)))
    Z = H @ W2 + b2
    data = np.sum(np.log(np.sum(np.exp(Z), axis=1)) - Z[:, 0])
    return data + 0.1 * (np.sum(W1 * W1) + np.sum(W2 * W2))


def three_layer_loss(W1, b1, W2, b2, W3, b3):
    """Return a loss whose trace has one long trunk, and weight decay beside it."""
    H = np.ones((5, 3))
    for W, b in ((W1, b1), (W2, b2)):
        H = 1 / (1 + np.exp(-(H @ W + b)))
    Z = H @ W3 + b3
    Z = Z - np.max(Z, axis=1, keepdims=True)
    log_p = Z - np.log(np.sum(np.exp(Z), axis=1, keepdims=True))
    decay = np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3)
    sizes = np.sum(np.abs(b1)) + np.sum(np.abs(b2)) + np.sum(np.abs(b3))
    return -np.mean(log_p[:, 0]) + 0.1 * decay + 0.01 * sizes + np.sum(np.tanh(b1) ** 2)


def chapters():
    """Return the map of the book's chapters."""
    planned = json.loads((LIBRARY.parent / "docs" / "chapters.json").read_text("utf-8"))
    needs = ((str(need), n) for n, chapter in planned.items() for need in chapter["needs"])
    return transitive_reduction(DiGraph(needs, nodes=planned))


# What uses what among the statements of chapter 9.
STATEMENTS = {
    "def-cycle": "def-digraph",
    "def-topological-order": "def-digraph",
    "alg-kahn": "def-digraph",
    "alg-depth-first-search": "def-digraph",
    "lem-dag-has-source": "def-cycle def-digraph",
    "lem-subgraph-of-dag": "def-cycle def-digraph",
    "thm-dag-has-order": "def-topological-order def-cycle def-digraph lem-dag-has-source "
    "lem-subgraph-of-dag",
    "thm-order-implies-dag": "def-topological-order def-cycle",
    "thm-kahn": "alg-kahn def-topological-order def-cycle thm-order-implies-dag lem-dag-has-source",
    "thm-depth-first-search": "alg-depth-first-search def-cycle def-topological-order",
    "cor-cycle-certificate": "alg-depth-first-search thm-depth-first-search def-cycle "
    "def-topological-order thm-order-implies-dag",
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
    "(x + y)(y + 1)": trace_graph(lambda x, y: (x + y) * (y + 1), 2.0, 3.0).graph,
    "course function A": trace_graph(course_a, 1.0, 2.0).graph,
    "course function B": trace_graph(course_b, 1.0, 2.0).graph,
    "two-layer network": trace_graph(two_layer_loss, *PARAMETERS).graph,
    "three-layer network": trace_graph(
        three_layer_loss, *(np.ones(shape) for shape in ((3, 4), 4, (4, 3), 3, (3, 2), 2))
    ).graph,
    "network 3-4-2": network(3, 4, 2),
    "network 4-5-5-3": network(4, 5, 5, 3),
    "rooms of the library": rooms(),
    "modules of the library": modules(),
    "chapters": chapters(),
    "statements of chapter 9": DiGraph(
        (used, label) for label, uses in STATEMENTS.items() for used in uses.split()
    ),
}
