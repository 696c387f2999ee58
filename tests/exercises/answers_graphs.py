"""Answers to chapter 9's and 9A's exercises, right ones of any style and typical wrong ones."""

import functools
import math
from collections import deque
from graphlib import CycleError, TopologicalSorter
from itertools import combinations, pairwise, permutations

import networkx as nx
from answers import each, right, wrong


def in_degrees(graph):
    left = dict.fromkeys(graph, 0)
    for heads in graph.values():
        for w in heads:
            left[w] += 1
    return left


def multigraph(graph):
    other = nx.MultiDiGraph()
    other.add_nodes_from(graph)
    other.add_edges_from((u, v) for u, heads in graph.items() for v in heads)
    return other


# ---- dag-topological-sort ---------------------------------------------------------------


def kahn(graph, take=deque.popleft, degrees=in_degrees, refuse=True):
    left = degrees(graph)
    queue, order = deque(v for v in graph if left[v] == 0), []
    while queue:
        u = take(queue)
        order.append(u)
        for w in graph[u]:
            left[w] -= 1
            if left[w] == 0:
                queue.append(w)
    if refuse and len(order) < len(graph):
        raise ValueError("a cycle")
    return order


right("dag-topological-sort")(kahn)


@right("dag-topological-sort")
def with_a_stack(graph):
    return tuple(kahn(graph, take=deque.pop))


@right("dag-topological-sort")
def yields_its_order(graph):
    yield from kahn(graph)


@right("dag-topological-sort")
def by_networkx(graph):
    try:
        return list(nx.topological_sort(multigraph(graph)))
    except nx.NetworkXUnfeasible as error:
        raise ValueError from error


@right("dag-topological-sort")
def by_graphlib(graph):
    try:
        return [*TopologicalSorter(graph).static_order()][::-1]
    except CycleError as error:  # which is a ValueError
        raise error


def postorder(graph, refuse=True):
    left, path = [], []

    def visit(u):
        if u in path and refuse:
            raise ValueError("a cycle")
        if u in left or u in path:
            return
        path.append(u)
        for w in graph[u]:
            visit(w)
        path.pop()
        left.append(u)

    for r in graph:
        visit(r)
    return left


@right("dag-topological-sort")
def reversed_postorder(graph):
    return postorder(graph)[::-1]


@wrong("dag-topological-sort")
def sorts_five_nodes(graph):
    return kahn(graph) if len(graph) <= 5 else list(graph)


@wrong("dag-topological-sort")
def forgets_the_cycle(graph):
    return kahn(graph, refuse=False)


@wrong("dag-topological-sort")
def forgets_to_reverse(graph):
    return postorder(graph)


@wrong("dag-topological-sort")
def walks_on_through_cycles(graph):
    return postorder(graph, refuse=False)[::-1]


@wrong("dag-topological-sort")
def counts_parallel_edges_once(graph):
    return kahn(graph, degrees=lambda g: {v: sum(v in heads for heads in g.values()) for v in g})


@wrong("dag-topological-sort")
def forgets_isolated_nodes(graph):
    kahn(graph)
    return [v for v in kahn(graph) if graph[v] or any(v in heads for heads in graph.values())]


@wrong("dag-topological-sort")
def starts_from_the_first_source_only(graph):
    kahn(graph)
    return kahn(
        graph,
        degrees=lambda g: {v: n or (v != next(iter(g))) for v, n in in_degrees(g).items()},
        refuse=False,
    )


@wrong("dag-topological-sort")
def preorder(graph):
    kahn(graph)
    met = []

    def visit(u):
        if u not in met:
            met.append(u)
            for w in graph[u]:
                visit(w)

    for r in graph:
        visit(r)
    return met


@wrong("dag-topological-sort")
def sorts_the_names(graph):
    kahn(graph)
    return sorted(graph)


@wrong("dag-topological-sort")
def sorts_by_in_degree(graph):
    kahn(graph)
    return sorted(graph, key=in_degrees(graph).get)


@wrong("dag-topological-sort")
def returns_a_set(graph):
    return set(kahn(graph))


@wrong("dag-topological-sort")
def returns_none_for_a_cycle(graph):
    try:
        return kahn(graph)
    except ValueError:
        return None


@wrong("dag-topological-sort")
def raises_another_error(graph):
    try:
        return kahn(graph)
    except ValueError:
        raise KeyError("a cycle") from None


@wrong("dag-topological-sort")
def empties_the_graph(graph):
    order = []
    while graph:
        free = [v for v in graph if not any(v in heads for heads in graph.values())]
        if not free:
            raise ValueError
        order.append(free[0])
        del graph[free[0]]
    return order


@wrong("dag-topological-sort")
def misses_self_loops(graph):
    return kahn({u: [v for v in heads if v != u] for u, heads in graph.items()})


@wrong("dag-topological-sort")
def never_ends_on_a_cycle(graph):
    order = []
    while len(order) < len(graph):
        for v in graph:
            if v not in order and all(v not in graph[u] for u in graph if u not in order):
                order.append(v)
    return order


# ---- dag-find-cycle ---------------------------------------------------------------------


def cycle_search(closed):
    """Return a search that hands the path, and the vertex that it meets again, to `closed`."""

    def search(graph):
        path, left = [], set()

        def visit(u):
            if u in path:
                return closed(path, u)
            if u not in left:
                path.append(u)
                for w in graph[u]:
                    if cycle := visit(w):
                        return cycle
                left.add(path.pop())
            return None

        return next(filter(None, map(visit, graph)), None)

    return search


@right("dag-find-cycle")
def by_depth_first_search(graph):
    return cycle_search(lambda path, u: [*path[path.index(u) :], u])(graph)


@right("dag-find-cycle")
def by_walking_backwards(graph):
    rest = set(graph)
    while free := [v for v in rest if not any(v in graph[u] for u in rest)]:
        rest -= set(free)
    if not rest:
        return None
    walk = [min(rest)]
    while len(set(walk)) == len(walk):
        walk.append(next(u for u in rest if walk[-1] in graph[u]))
    return tuple(walk[walk.index(walk[-1]) :][::-1])


@right("dag-find-cycle")
def by_networkx_cycle(graph):
    try:
        edges = nx.find_cycle(multigraph(graph))
    except nx.NetworkXNoCycle:
        return None
    return [edges[0][0], *(edge[1] for edge in edges)]


@wrong("dag-find-cycle")
def misses_self_loops_in_cycles(graph):
    return by_depth_first_search({u: [v for v in heads if v != u] for u, heads in graph.items()})


@wrong("dag-find-cycle")
def returns_the_whole_path(graph):
    return cycle_search(lambda path, u: [*path, u])(graph)


@wrong("dag-find-cycle")
def takes_what_was_met_for_what_is_on_the_path(graph):
    met = []

    def visit(u):
        if u in met:
            return [*met[met.index(u) :], u]
        met.append(u)
        return next(filter(None, map(visit, graph[u])), None)

    return next(filter(None, (visit(r) for r in graph if r not in met)), None)


@wrong("dag-find-cycle")
def finds_short_ones_only(graph):
    cycle = by_depth_first_search(graph)
    return cycle if cycle and len(cycle) <= 6 else None


@wrong("dag-find-cycle")
def does_not_close(graph):
    cycle = by_depth_first_search(graph)
    return cycle and cycle[:-1]


@wrong("dag-find-cycle")
def backwards(graph):
    cycle = by_depth_first_search(graph)
    return cycle and cycle[::-1]


@wrong("dag-find-cycle")
def says_yes_or_no(graph):
    return by_depth_first_search(graph) is not None


@wrong("dag-find-cycle")
def searches_from_the_first_node_only(graph):
    return by_depth_first_search(
        {u: heads if u == next(iter(graph)) else [] for u, heads in graph.items()}
    )


@wrong("dag-find-cycle")
def finds_pairs_only(graph):
    pairs = ((u, v) for u in graph for v in graph[u] if u in graph[v])
    return next(([u, v, u] for u, v in pairs), None)


@wrong("dag-find-cycle")
def returns_edges(graph):
    cycle = by_depth_first_search(graph)
    return cycle and list(pairwise(cycle))


@wrong("dag-find-cycle")
def empty_list_for_none(graph):
    return by_depth_first_search(graph) or []


@wrong("dag-find-cycle")
def trivial_cycle(graph):
    return [next(iter(graph))] if by_depth_first_search(graph) else None


@wrong("dag-find-cycle")
def never_marks_what_it_left(graph):
    def visit(u):
        return next(filter(None, map(visit, graph[u])), None)

    return next(filter(None, map(visit, graph)), None)


# ---- dag-all-orders ---------------------------------------------------------------------


def is_order(graph, order):
    place = {v: i for i, v in enumerate(order)}
    return all(place[u] < place[v] for u, heads in graph.items() for v in heads)


@right("dag-all-orders")
def tries_all_lists(graph):
    return [order for order in permutations(graph) if is_order(graph, order)]


@right("dag-all-orders")
def backtracks(graph):
    def further(order):
        if len(order) == len(graph):
            yield order
        for v in graph:
            if v not in order and all(u in order for u in graph if v in graph[u]):
                yield from further([*order, v])

    return further([])


@right("dag-all-orders")
def by_networkx_orders(graph):
    try:
        return [*nx.all_topological_sorts(multigraph(graph))]
    except nx.NetworkXUnfeasible:
        return []


@wrong("dag-all-orders")
def only_one(graph):
    return tries_all_lists(graph)[:1]


@wrong("dag-all-orders")
def each_twice(graph):
    return tries_all_lists(graph) * 2


@wrong("dag-all-orders")
def all_lists(graph):
    return [*permutations(graph)]


@wrong("dag-all-orders")
def once_for_each_parallel_edge(graph):
    orders = tries_all_lists(graph)
    return orders * max([heads.count(v) for heads in graph.values() for v in heads], default=1)


@wrong("dag-all-orders")
def the_same_list_each_time(graph):
    order = []

    def further():
        if len(order) == len(graph):
            yield order
        for v in graph:
            if v not in order and all(u in order for u in graph if v in graph[u]):
                order.append(v)
                yield from further()
                order.pop()

    return further()


@wrong("dag-all-orders")
def how_many(graph):
    return len(tries_all_lists(graph))


@wrong("dag-all-orders")
def none_of_the_empty_graph(graph):
    return tries_all_lists(graph) if graph else []


@wrong("dag-all-orders")
def misses_self_loops_in_orders(graph):
    return tries_all_lists({u: [v for v in heads if v != u] for u, heads in graph.items()})


@wrong("dag-all-orders")
def generations_only(graph):
    return [kahn(graph), kahn(graph, take=deque.pop)] if tries_all_lists(graph) else []


@wrong("dag-all-orders")
def raises_for_a_cycle(graph):
    kahn(graph)
    return tries_all_lists(graph)


@wrong("dag-all-orders")
def a_dictionary(graph):
    return dict.fromkeys(tries_all_lists(graph))


@wrong("dag-all-orders")
def generates_for_ever(graph):
    while True:
        yield from tries_all_lists(graph)


# ---- dag-longest-path -------------------------------------------------------------------


@right("dag-longest-path")
def remembers(graph):
    known = {}

    def length(u):
        if u not in known:
            known[u] = max((1 + length(w) for w in graph[u]), default=0)
        return known[u]

    return max(map(length, graph), default=0)


@right("dag-longest-path")
def relaxes_along_an_order(graph):
    length = dict.fromkeys(graph, 0)
    for u in kahn(graph):
        for w in graph[u]:
            length[w] = max(length[w], length[u] + 1)
    return max(length.values(), default=0)


@right("dag-longest-path")
def by_networkx_longest(graph):
    return nx.dag_longest_path_length(nx.DiGraph(multigraph(graph)))


@wrong("dag-longest-path")
def goes_four_edges_far(graph):
    return min(remembers(graph), 4)


@wrong("dag-longest-path")
def counts_nodes(graph):
    return remembers(graph) + 1 if graph else 0


@wrong("dag-longest-path")
def counts_edges(graph):
    return sum(map(len, graph.values()))


@wrong("dag-longest-path")
def counts_distinct_edges(graph):
    return sum(len(set(heads)) for heads in graph.values())


@wrong("dag-longest-path")
def from_the_first_node(graph):
    def length(u):
        return max((1 + length(w) for w in graph[u]), default=0)

    return length(next(iter(graph))) if graph else 0


@wrong("dag-longest-path")
def layers_by_shortest_walk(graph):
    sources = [v for v, n in in_degrees(graph).items() if n == 0]
    far, layer, seen = 0, sources, set(sources)
    while layer := [w for u in layer for w in graph[u] if w not in seen]:
        seen |= set(layer)
        far += 1
    return far


@wrong("dag-longest-path")
def follows_the_last_successor(graph):
    def length(u):
        return 1 + length(graph[u][-1]) if graph[u] else 0

    return max(map(length, graph), default=0)


@wrong("dag-longest-path")
def fails_on_the_empty_graph(graph):
    return max(remembers({u: graph[u]} | graph) for u in graph)


@wrong("dag-longest-path")
def largest_out_degree(graph):
    return max(map(len, graph.values()), default=0)


@wrong("dag-longest-path")
def returns_the_path(graph):
    return [remembers(graph)]


@wrong("dag-longest-path")
def relaxes_in_the_given_order(graph):
    length = dict.fromkeys(graph, 0)
    for u in graph:
        for w in graph[u]:
            length[w] = max(length[w], length[u] + 1)
    return max(length.values(), default=0)


@wrong("dag-longest-path")
def adds_parallel_edges(graph):
    length = dict.fromkeys(graph, 0)
    for u in kahn(graph):
        for w in graph[u]:
            length[w] = max(length[w] + 1, length[u] + 1)
    return max(length.values(), default=0)


@wrong("dag-longest-path")
def number_of_nodes_less_one(graph):
    return max(len(graph) - 1, 0)


# ---- dag-sources-everywhere -------------------------------------------------------------


@right("dag-sources-everywhere")
def what_remains_without_sources(graph):
    left = set(graph) - set(kahn(graph, refuse=False))
    return left or None


@right("dag-sources-everywhere")
def a_cycle(graph):
    try:
        return [u for u, *_ in nx.find_cycle(multigraph(graph))]
    except nx.NetworkXNoCycle:
        return None


@right("dag-sources-everywhere")
def strong_components(graph):
    for component in nx.strongly_connected_components(multigraph(graph)):
        if len(component) > 1 or any(u in graph[u] for u in component):
            return sorted(component)
    return None


@wrong("dag-sources-everywhere")
def all_nodes(graph):
    return list(graph) if what_remains_without_sources(graph) else None


@wrong("dag-sources-everywhere")
def never_any(graph):
    return None


@wrong("dag-sources-everywhere")
def always_all(graph):
    return list(graph)


@wrong("dag-sources-everywhere")
def what_was_removed(graph):
    return kahn(graph, refuse=False) if what_remains_without_sources(graph) else None


@wrong("dag-sources-everywhere")
def nodes_with_a_predecessor(graph):
    heads = {w for after in graph.values() for w in after}
    return heads or None


@wrong("dag-sources-everywhere")
def nodes_with_both(graph):
    heads = {w for after in graph.values() for w in after}
    return {u for u in graph if u in heads and graph[u]} or None


@wrong("dag-sources-everywhere")
def self_loops_only(graph):
    return [u for u in graph if u in graph[u]] or None


@wrong("dag-sources-everywhere")
def without_sinks(graph):
    """No sink is what the reversed graph's lemma is about."""
    left = set(graph)
    while sinks := {u for u in left if not left & set(graph[u])}:
        left -= sinks
    return left or None


@wrong("dag-sources-everywhere")
def removes_sources_once(graph):
    degrees = in_degrees(graph)
    return {u for u in graph if degrees[u]} or None


@wrong("dag-sources-everywhere")
def an_empty_list(graph):
    return list(what_remains_without_sources(graph) or ())


@wrong("dag-sources-everywhere")
def one_node_of_it(graph):
    left = what_remains_without_sources(graph)
    return left and [min(left)]


@wrong("dag-sources-everywhere")
def one_node_less(graph):
    left = sorted(what_remains_without_sources(graph) or ())
    return left[1:] or left or None


@wrong("dag-sources-everywhere")
def short_cycles(graph):
    left = what_remains_without_sources(graph)
    return left if left and len(left) < 7 else None


# ---- dag-two-chains ---------------------------------------------------------------------


@right("dag-two-chains")
def binomials(lengths):
    orders, total = 1, 0
    for n in lengths:
        total += n
        orders *= math.comb(total, n)
    return orders


@right("dag-two-chains")
def factorials(lengths):
    return math.factorial(sum(lengths)) // math.prod(math.factorial(n) for n in lengths)


@right("dag-two-chains")
def by_recursion(lengths):
    @functools.cache
    def count(left):
        if not any(left):
            return 1
        return sum(
            count(tuple(sorted((*left[:i], n - 1, *left[i + 1 :]))))
            for i, n in enumerate(left)
            if n
        )

    return count(tuple(sorted(lengths)))


@wrong("dag-two-chains")
def two_only(lengths):
    a, b, *_ = [*lengths, 0, 0]
    return math.comb(a + b, a)


@wrong("dag-two-chains")
def chains_in_any_order(lengths):
    return math.factorial(len(lengths))


@wrong("dag-two-chains")
def any_order(lengths):
    return math.factorial(sum(lengths))


@wrong("dag-two-chains")
def product_of_factorials(lengths):
    return math.prod(math.factorial(n) for n in lengths)


@wrong("dag-two-chains")
def one_after_the_other(lengths):
    return 1


@wrong("dag-two-chains")
def of_neighbours(lengths):
    return math.prod(math.comb(a + b, a) for a, b in pairwise(lengths))


@wrong("dag-two-chains")
def in_floating_point(lengths):
    gamma = math.lgamma(sum(lengths) + 1) - sum(math.lgamma(n + 1) for n in lengths)
    return int(math.exp(gamma))


@wrong("dag-two-chains")
def choices_at_each_place(lengths):
    return len(lengths) ** sum(lengths)


@wrong("dag-two-chains")
def grid_paths_with_a_step_too_many(lengths):
    orders, total = 1, 0
    for n in lengths:
        total += n + 1
        orders *= math.comb(total, n)
    return orders


@wrong("dag-two-chains")
def product_of_lengths(lengths):
    return math.prod(lengths)


@wrong("dag-two-chains")
def no_empty_chains(lengths):
    return binomials(lengths) if all(lengths) else 0


@wrong("dag-two-chains")
def none_for_nothing(lengths):
    return binomials(lengths) if lengths else 0


@wrong("dag-two-chains")
def first_five(lengths):
    return binomials(lengths[:5])


# ---- dag-unique-order -------------------------------------------------------------------


@right("dag-unique-order")
def neighbours_are_joined(graph):
    return all(v in graph[u] for u, v in pairwise(kahn(graph)))


@right("dag-unique-order")
def one_source_at_a_time(graph):
    left, degrees = set(graph), in_degrees(graph)
    while left:
        free = [u for u in left if degrees[u] == 0]
        if len(free) > 1:
            return False
        left.remove(free[0])
        for w in graph[free[0]]:
            degrees[w] -= 1
    return True


@right("dag-unique-order")
def longest_path_has_all(graph):
    return len(nx.dag_longest_path(nx.DiGraph(multigraph(graph)))) == len(graph)


@right("dag-unique-order")
def last_and_first_source(graph):
    return kahn(graph) == kahn(graph, take=deque.pop)


@wrong("dag-unique-order")
def one_source(graph):
    return list(in_degrees(graph).values()).count(0) <= 1


@wrong("dag-unique-order")
def one_source_and_one_sink(graph):
    return one_source(graph) and [*graph.values()].count([]) <= 1


@wrong("dag-unique-order")
def enough_edges(graph):
    return sum(len(set(heads)) for heads in graph.values()) >= len(graph) - 1


@wrong("dag-unique-order")
def exactly_a_path(graph):
    return sum(len(set(heads)) for heads in graph.values()) == len(graph) - 1


@wrong("dag-unique-order")
def all_pairs_joined(graph):
    n = len(graph)
    return sum(len(set(heads)) for heads in graph.values()) == n * (n - 1) // 2


@wrong("dag-unique-order")
def at_most_one_successor(graph):
    return all(len(set(heads)) <= 1 for heads in graph.values())


@wrong("dag-unique-order")
def as_given(graph):
    return all(v in graph[u] for u, v in pairwise(graph))


@wrong("dag-unique-order")
def links_reversed(graph):
    return all(u in graph[v] for u, v in pairwise(kahn(graph)))


@wrong("dag-unique-order")
def always(graph):
    return True


@wrong("dag-unique-order")
def never(graph):
    return False


@wrong("dag-unique-order")
def connected(graph):
    return not graph or nx.is_weakly_connected(multigraph(graph))


@wrong("dag-unique-order")
def the_opposite(graph):
    return not neighbours_are_joined(graph)


@wrong("dag-unique-order")
def the_first_five_places(graph):
    return all(v in graph[u] for u, v in pairwise(kahn(graph)[:5]))


@wrong("dag-unique-order")
def the_order_itself(graph):
    return kahn(graph) if neighbours_are_joined(graph) else []


# ---- dag-edges --------------------------------------------------------------------------


@right("dag-edges")
def by_combinations(order):
    return list(combinations(order, 2))


@right("dag-edges")
def forward_pairs(order):
    return [[u, v] for i, u in enumerate(order) for v in order[i + 1 :]]


@right("dag-edges")
def by_decreasing_tails(order):
    return ((order[i], order[j]) for j in range(len(order)) for i in range(j))


each(
    wrong("dag-edges"),
    {
        "backwards": lambda order: [(v, u) for u, v in combinations(order, 2)],
        "all_pairs": lambda order: list(permutations(order, 2)),
        "with_self_loops": lambda order: [(u, v) for i, u in enumerate(order) for v in order[i:]],
        "a_path": lambda order: list(pairwise(order)),
        "a_circle": lambda order: [*pairwise(order), (order[-1], order[0])] if order else [],
        "a_star": lambda order: [(order[0], v) for v in order[1:]],
        "every_edge_twice": lambda order: 2 * by_combinations(order),
        "two_layers": lambda order: [
            (u, v) for u in order[: len(order) // 2] for v in order[len(order) // 2 :]
        ],
        "one_missing": lambda order: by_combinations(order)[:-1],
        "not_the_longest": lambda order: (
            [(u, v) for u, v in combinations(order, 2) if u != order[0]] + list(pairwise(order[:2]))
        ),
        "by_the_alphabet": lambda order: list(combinations(sorted(order), 2)),
        "places_for_names": lambda order: list(combinations(range(len(order)), 2)),
        "the_number": lambda order: len(order) * (len(order) - 1) // 2,
        "five_names_at_most": lambda order: by_combinations(order[:5]),
    },
)
