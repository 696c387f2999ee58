"""Answers to chapter 24's exercises, right ones of any style and typical wrong ones."""

from itertools import permutations

import networkx as nx
import numpy as np
from answers import each, right, taking, wrong

from dlbook import graph

# ---- agnostic-additions -----------------------------------------------------------------


def pairs(given):
    return [(u, v) for u, v in permutations(given, 2) if v not in given[u]]


def reached(given, start):
    seen, stack = set(), [start]
    while stack:
        v = stack.pop()
        if v not in seen:
            seen.add(v)
            stack += given[v]
    return seen


@right("agnostic-additions")
def no_way_back(given):
    return [(u, v) for u, v in pairs(given) if u not in reached(given, v)]


@right("agnostic-additions")
def by_powers_of_the_matrix(given):
    names = list(given)
    one = np.eye(len(names), dtype=int)
    for i, v in enumerate(names):
        for w in given[v]:
            one[i, names.index(w)] = 1
    ways = np.linalg.matrix_power(one.astype(float), max(len(names), 1)) if names else one
    free = [(names[i], names[j]) for j, i in np.argwhere(ways == 0)]
    return [[u, v] for u, v in free if v not in given[u]]


@right("agnostic-additions")
def by_networkx(given):
    whole = nx.DiGraph(given)
    return {(u, v) for u, v in pairs(given) if not nx.has_path(whole, v, u)}


def by_one_order(given, order):
    place = {v: i for i, v in enumerate(order)}
    return [(u, v) for u, v in pairs(given) if place[u] < place[v]]


def some_order(given):
    return graph.topological_sort(graph.DiGraph.from_successors(given))


each(
    wrong("agnostic-additions"),
    {
        "by_the_order_found": lambda given: by_one_order(given, some_order(given)),
        "by_depth_first_order": lambda given: by_one_order(
            given, graph.depth_first_sort(graph.DiGraph.from_successors(given))
        ),
        "by_order_of_names": lambda given: by_one_order(given, sorted(given)),
        "all_pairs": pairs,
        "no_edge_back": lambda given: [(u, v) for u, v in pairs(given) if u not in given[v]],
        "no_way_back_in_two": lambda given: [
            (u, v)
            for u, v in pairs(given)
            if u not in {w for h in [v, *given[v]] for w in given[h]}
        ],
        "present_ones_too": lambda given: [
            (u, v) for u, v in permutations(given, 2) if u not in reached(given, v)
        ],
        "with_loops": lambda given: [*no_way_back(given), *((v, v) for v in given)],
        "turned_round": lambda given: [(v, u) for u, v in no_way_back(given)],
        "backwards": lambda given: [(u, v) for u, v in pairs(given) if v not in reached(given, u)],
        "only_those_that_lead_on": lambda given: [
            (u, v) for u, v in no_way_back(given) if v in reached(given, u)
        ],
        "all_but_the_last": lambda given: no_way_back(given)[:-1],
        "none": lambda given: [],
        "first_five_nodes": lambda given: [
            (u, v) for u, v in no_way_back(given) if {u, v} <= set(list(given)[:5])
        ],
    },
)


# ---- agnostic-values --------------------------------------------------------------------

ACTIVATIONS = {
    "linear": lambda z: z,
    "inverse": lambda z: -z,
    "ReLU": lambda z: max(z, 0.0),
    "abs": abs,
}


@taking(right("agnostic-values"))
def by_generations(inputs, sources, activations, weight):
    values = dict(inputs)
    while ready := [v for v in sources if v not in values and all(u in values for u in sources[v])]:
        for v in ready:
            values[v] = ACTIVATIONS[activations[v]](weight * sum(values[u] for u in sources[v]))
    return values


@taking(right("agnostic-values"))
def by_recursion(inputs, sources, activations, weight):
    def value(v):
        if v in inputs:
            return inputs[v]
        return ACTIVATIONS[activations[v]](sum(weight * value(u) for u in sources[v]))

    return {v: value(v) for v in [*inputs, *sources]}


@taking(right("agnostic-values"))
def in_networkx_order(inputs, sources, activations, weight):
    values = {v: np.float64(x) for v, x in inputs.items()}
    for v in nx.topological_sort(nx.DiGraph([(u, t) for t in sources for u in sources[t]])):
        if v in sources:
            values[v] = ACTIVATIONS[activations[v]](weight * sum(values[u] for u in sources[v]))
    return values


def evaluated(given, act=None, total=None, rounds=99):
    """Values with one step replaced."""
    values = dict(given["inputs"])
    for _ in range(rounds):
        new = {}
        for v, tails in given["sources"].items():
            if v in values or any(u not in values for u in tails):
                continue
            terms = [values[u] for u in tails]
            z = total(given["weight"], terms) if total else given["weight"] * sum(terms)
            new[v] = (act or ACTIVATIONS)[given["activations"][v]](z)
        values |= new
    return values


def all_at_once(given):
    values = dict.fromkeys(given["sources"], 0.0) | given["inputs"]
    for v, tails in given["sources"].items():
        z = given["weight"] * sum(values[u] for u in tails)
        values[v] = ACTIVATIONS[given["activations"][v]](z)
    return values


def acts_before_the_weight(given):
    values = dict(given["inputs"])
    for _ in given["sources"]:
        for v, tails in given["sources"].items():
            if all(u in values for u in tails):
                z = sum(values[u] for u in tails)
                values[v] = given["weight"] * ACTIVATIONS[given["activations"][v]](z)
    return values


each(
    wrong("agnostic-values"),
    {
        "in_the_order_listed": all_at_once,
        "without_the_weight": lambda g: evaluated(g, total=lambda w, terms: sum(terms)),
        "weight_once_per_node_and_source": lambda g: evaluated(
            g, total=lambda w, terms: w * len(terms) * sum(terms)
        ),
        "means_for_sums": lambda g: evaluated(g, total=lambda w, t: w * sum(t) / len(t)),
        "largest_source": lambda g: evaluated(g, total=lambda w, t: w * max(t)),
        "product": lambda g: evaluated(g, total=lambda w, t: w * np.prod(t)),
        "last_source_only": lambda g: evaluated(g, total=lambda w, t: w * t[-1]),
        "all_linear": lambda g: evaluated(g, act=dict.fromkeys(ACTIVATIONS, float)),
        "inverse_is_reciprocal": lambda g: evaluated(
            g, act=ACTIVATIONS | {"inverse": lambda z: 1 / z if z else 0.0}
        ),
        "abs_forgotten": lambda g: evaluated(g, act=ACTIVATIONS | {"abs": lambda z: z}),
        "weight_of_size_only": lambda g: evaluated(g, total=lambda w, t: abs(w) * sum(t)),
        "weight_outside": acts_before_the_weight,
        "inputs_only": lambda g: g["inputs"],
        "without_inputs": lambda g: {v: evaluated(g)[v] for v in g["sources"]},
        "three_generations": lambda g: dict.fromkeys(g["sources"], 0.0) | evaluated(g, rounds=3),
    },
)


# ---- agnostic-fronts --------------------------------------------------------------------


def dominates(p, q):
    return p != q and all(a >= b for a, b in zip(p, q, strict=True))


def peeled(points, beats=dominates, first=1, most=99):
    front, left, level = [0] * len(points), set(range(len(points))), first
    while left and level < first + most:
        best = {i for i in left if not any(beats(points[j], points[i]) for j in left if j != i)}
        for i in best:
            front[i] = level
        left -= best
        level += 1
        if not best:
            break
    return front


@right("agnostic-fronts")
def by_peeling(points):
    return peeled([tuple(p) for p in points])


@right("agnostic-fronts")
def by_longest_chains(points):
    def rank(p):
        return 1 + max((rank(q) for q in set(map(tuple, points)) if dominates(q, p)), default=0)

    return [rank(tuple(p)) for p in points]


@right("agnostic-fronts")
def by_generations_of_the_graph(points):
    nodes = range(len(points))
    edges = [(i, j) for i in nodes for j in nodes if dominates(tuple(points[i]), tuple(points[j]))]
    layers = graph.topological_generations(graph.DiGraph(edges, nodes=nodes))
    front = np.zeros(len(points), int)
    for level, layer in enumerate(layers, 1):
        front[layer] = level
    return front


def at_least(p, q):
    return all(a >= b for a, b in zip(p, q, strict=True))


def larger(p, q):
    return all(a > b for a, b in zip(p, q, strict=True))


each(
    wrong("agnostic-fronts"),
    {
        "equal_points_dominate": lambda points: peeled(points, at_least),
        "larger_in_both": lambda points: peeled(points, larger),
        "smaller_is_better": lambda points: peeled(points, lambda p, q: dominates(q, p)),
        "from_zero": lambda points: peeled(points, first=0),
        "how_many_dominate": lambda points: [
            1 + sum(dominates(q, p) for q in points) for p in points
        ],
        "by_the_sum": lambda points: [
            1 + sum(s > sum(p) for s in {sum(q) for q in points}) for p in points
        ],
        "by_the_first": lambda points: [
            1 + sum(a > p[0] for a in {q[0] for q in points}) for p in points
        ],
        "by_the_second": lambda points: [
            1 + sum(a > p[1] for a in {q[1] for q in points}) for p in points
        ],
        "two_fronts": lambda points: [min(k, 2) for k in peeled(points)],
        "three_fronts": lambda points: [min(k, 3) for k in peeled(points)],
        "one_is_enough": lambda points: peeled(points, lambda p, q: p[0] > q[0] or p[1] > q[1]),
        "equal_points_in_turn": lambda points: [
            k + points[:i].count(points[i]) for i, k in enumerate(peeled(points))
        ],
        "all_in_one": lambda points: [1] * len(points),
        "backwards": lambda points: [1 + max(peeled(points)) - k for k in peeled(points)],
        "first_five": lambda points: peeled(points[:5]) + [1] * (len(points) - 5),
    },
)
