"""What people have is read as they mean it, or refused in their words; nothing is guessed."""

import copy
import pickle
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from strategies import digraphs, hashables, networkx, renamed

import dlbook.graph
from dlbook.graph import (
    CSRGraph,
    CycleError,
    DiGraph,
    OrderError,
    ancestors,
    check_topological_order,
    descendants,
    is_topological_order,
    topological_sort,
)

# What networkx has


@given(digraphs())
def test_the_edges_of_networkx_in_every_form(graph):
    several = networkx(graph)
    simple = nx.DiGraph(several)
    for other in (several, simple):
        again = DiGraph(other.edges(), nodes=other)
        assert sorted(again.edges()) == sorted(other.edges())
        assert again.nodes == tuple(other)
    assert DiGraph(simple.edges, nodes=simple) == DiGraph(simple.edges(), nodes=simple)
    assert DiGraph.from_successors(simple.adj) == DiGraph(simple.edges(), nodes=simple)
    assert DiGraph.from_dependencies(simple.pred) == DiGraph(simple.edges(), nodes=simple)
    weights = several.edges(data=True)
    if weights:
        with pytest.raises(ValueError, match=r"expected a pair .* without a key, a weight or data"):
            DiGraph(weights)
        with pytest.raises(ValueError, match="without a key"):
            DiGraph(several.edges)


@given(digraphs())
def test_an_error_about_a_graph_tells_what_makes_one(graph):
    """The advice is executed: it must give the graph."""
    rest = DiGraph(sorted(graph.edges()), nodes=range(len(graph)))
    for other in (networkx(rest), CSRGraph.from_digraph(rest), dict(networkx(rest).adj)):
        with pytest.raises(TypeError, match=r"expected a dlbook\.graph\.DiGraph: ") as caught:
            topological_sort(other)
        advice = str(caught.value).partition("DiGraph: ")[2].removesuffix(" makes one")
        made = eval(advice, {"DiGraph": DiGraph, "graph": other})
        simple = DiGraph(list(dict.fromkeys(rest.edges())), nodes=rest)
        assert made == (simple if isinstance(other, dict) else rest)
    other = nx.DiGraph(networkx(rest))
    for given_graph, build in ((other, DiGraph), (rest, DiGraph), (other, DiGraph.from_successors)):
        with pytest.raises(TypeError, match=r"DiGraph\(graph.edges\(\), nodes=graph\)"):
            build(given_graph)


def test_an_undirected_graph_has_to_be_directed_first():
    with pytest.raises(TypeError, match=r"edges is a graph, a networkx\.Graph; .*to_directed"):
        DiGraph(nx.Graph([(1, 2)]))


FUNCTIONS = {
    name: getattr(dlbook.graph, name)
    for name in (*dlbook.graph.__all__, "Scheduler")
    if (name.islower() and name != "from_networkx") or name == "Scheduler"
}  # every function takes a graph first
ARGUMENTS = {
    "ancestors": (1,),
    "descendants": (1,),
    "check_topological_order": ([1, 2],),
    "is_topological_order": ([1, 2],),
    "schedule": (2,),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    "other", [nx.DiGraph([(1, 2)]), CSRGraph([(0, 1)]), {1: [2]}, [(1, 2)], None, "graph"]
)
def test_every_function_says_which_graph_it_takes(name, other):
    call = FUNCTIONS[name]
    assert call(DiGraph([(1, 2)]), *ARGUMENTS.get(name, ())) is not NotImplemented
    with pytest.raises(TypeError, match=r"graph is a .*; expected a dlbook\.graph\.DiGraph"):
        call(other, *ARGUMENTS.get(name, ()))


def test_a_compressed_graph_is_made_of_ours_alone():
    with pytest.raises(TypeError, match=r"expected a dlbook\.graph\.DiGraph"):
        CSRGraph.from_digraph(nx.DiGraph([(0, 1)]))


# Edges


@pytest.mark.parametrize(
    "edge", ["os", b"os", bytearray(b"os"), {1, 2}, frozenset({1, 2}), {1: 3, 2: 4}, {1: 0}.keys()]
)
def test_what_has_no_first_and_second_is_no_edge(edge):
    with pytest.raises(ValueError, match=r"is not an edge; expected a pair \(tail, head\)"):
        DiGraph([edge])


@pytest.mark.parametrize("edge", [(1, 2), [1, 2], np.array([1, 2]), iter([1, 2]), range(1, 3)])
def test_two_things_in_an_order_are_an_edge(edge):
    assert list(DiGraph([edge]).edges()) == [(1, 2)]


def test_an_edge_without_end_is_refused():
    with pytest.raises(ValueError, match="is not an edge"):
        DiGraph([iter(int, 1)])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: DiGraph("abcd"), "edges is the string 'abcd'; expected pairs"),
        (lambda: DiGraph(3), r"edges is 3; expected pairs \(tail, head\), such as"),
        (lambda: DiGraph(None), "edges is None; expected pairs"),
        (lambda: DiGraph(nodes="abc"), "nodes is the string 'abc'; expected nodes, such as"),
        (lambda: DiGraph(nodes=3), "nodes is 3; expected nodes"),
        (lambda: DiGraph(scipy.sparse.eye_array(2)), "from_adjacency takes a matrix"),
        (lambda: DiGraph({1: [2]}), "from_successors .*from_dependencies"),
        (lambda: DiGraph.from_successors([(1, [2])]), "successors is a list; expected a mapping"),
        (lambda: DiGraph.from_successors({1: 2}), r"successors\[1\] is 2; .*such as \[2\]"),
        (lambda: DiGraph.from_successors({1: None}), r"successors\[1\] is None; expected nodes"),
        (lambda: DiGraph.from_successors({1: b"ab"}), r"successors\[1\] is the string b'ab'"),
        (lambda: DiGraph.from_dependencies({"a": "bc"}), r"dependencies\['a'\] is the string 'bc'"),
        (lambda: DiGraph.from_dependencies([]), "dependencies is a list; expected a mapping"),
        (lambda: check_topological_order(DiGraph(), None), "order is None; expected a list"),
        (lambda: is_topological_order(DiGraph(), 5), "order is 5; expected a list of the nodes"),
        (lambda: topological_sort(DiGraph(), key=3), "key is 3; expected a function of a node$"),
        (lambda: topological_sort(DiGraph(), key={}), r"key is \{\}; .* such as key=….get"),
    ],
)
def test_what_cannot_be_read_is_refused(build, message):
    with pytest.raises(TypeError, match=message):
        build()


# Errors of the caller's own


class Broken:
    """Fails in its own code, where it is asked for what `of` names."""

    def __init__(self, of):
        self.of = of

    def fails(self, name):
        if self.of == name:
            raise TypeError(f"unhashable type: my own mistake in {name}")

    def __hash__(self):
        self.fails("hash")
        return 1

    def __eq__(self, other):
        self.fails("eq")
        return self is other

    def __iter__(self):
        self.fails("iter")
        return iter([(1, 2)])


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("hash", lambda broken: DiGraph([(broken, 1)])),
        ("hash", lambda broken: DiGraph([(1, (broken,))])),
        ("hash", lambda broken: DiGraph(nodes=[broken])),
        ("eq", lambda broken: DiGraph([(broken, Broken(""))])),
        ("iter", DiGraph),
        ("iter", lambda broken: DiGraph([broken])),
        ("iter", lambda broken: DiGraph(nodes=broken)),
        ("iter", lambda broken: DiGraph.from_successors({1: broken})),
        ("iter", lambda broken: is_topological_order(DiGraph(), broken)),
    ],
)
def test_an_error_of_the_callers_own_code_passes_unchanged(name, build):
    with pytest.raises(TypeError, match=f"^unhashable type: my own mistake in {name}$"):
        build(Broken(name))


def test_an_error_of_the_callers_generator_passes_unchanged():
    def edges():
        yield 1, 2
        raise TypeError("unhashable type: my own mistake")

    with pytest.raises(TypeError, match=r"^unhashable type: my own mistake$"):
        DiGraph(edges())


@pytest.mark.parametrize("node", [(1, [2]), ((1, (2, {})),), (set(),)])
def test_what_in_a_node_cannot_be_hashed_is_named(node):
    with pytest.raises(TypeError, match=r"nodes must be hashable: .* is a tuple, with .* in it"):
        DiGraph([(node, 1)])


# Arrays


@given(digraphs(), st.sampled_from([np.int8, np.uint16, np.int64, object, "U3"]))
def test_nodes_from_arrays_are_pythons_numbers_and_strings(graph, dtype):
    edges = np.array(sorted(graph.edges()), dtype=dtype).reshape(-1, 2)
    pairs = [tuple(pair) for pair in edges.tolist()]
    expected = DiGraph(pairs)
    tails, heads = edges.T
    for given_edges in (
        edges,
        list(edges),
        zip(tails, heads, strict=True),
        np.asfortranarray(edges),
    ):
        made = DiGraph(given_edges)
        assert made.nodes == expected.nodes
        assert made == expected
        assert {type(node) for node in made} <= {int, str}
    nodes = np.unique(edges)
    for given_nodes in (nodes, list(nodes)):
        assert {type(node) for node in DiGraph(nodes=given_nodes)} <= {int, str}
    for node in nodes:
        assert node in made
        assert made.out_degree(node) == pairs_from(pairs, node)
    by_tail = {tail: heads[tails == tail] for tail in tails}
    assert {type(node) for node in DiGraph.from_successors(by_tail)} <= {int, str}


def pairs_from(pairs, node):
    return sum(tail == node for tail, _ in pairs)


def test_what_is_not_a_number_stays_one_node():
    nan = np.float64("nan")
    assert len(DiGraph([(nan, nan)])) == 1
    day = np.datetime64("2026-11-29")
    assert DiGraph([(day, 1)]).nodes == (day, 1)


@pytest.mark.parametrize("shape", [(2,), (2, 3), (3, 3), (1, 2, 2), ()])
def test_an_array_of_edges_has_two_columns(shape):
    with pytest.raises(ValueError, match=r"edges has shape .*; expected \(m, 2\)") as caught:
        DiGraph(np.ones(shape, int))
    assert ("from_adjacency" in str(caught.value)) is (shape == (3, 3))


@given(digraphs(), st.sampled_from([bool, np.int8, np.uint64, np.float32, float]))
def test_a_matrix_of_any_dtype_dense_or_sparse(graph, dtype):
    numbers = range(len(graph))
    matrix = nx.to_numpy_array(networkx(graph), nodelist=numbers).astype(dtype)
    expected = DiGraph.from_adjacency(matrix.astype(int))
    assert expected.number_of_edges == matrix.sum(dtype=int)
    assert DiGraph.from_adjacency(matrix) == expected
    for kind in (scipy.sparse.csr_array, scipy.sparse.csc_matrix, scipy.sparse.coo_array):
        made = DiGraph.from_adjacency(kind(matrix))
        assert list(made.edges()) == list(expected.edges())
        assert made.nodes == tuple(numbers)


def test_entries_of_a_sparse_matrix_at_one_place_are_added():
    matrix = scipy.sparse.coo_array(([2, -1, 0], ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    assert list(DiGraph.from_adjacency(matrix).edges()) == [(0, 1)]
    assert matrix.nnz == 3  # as it was


def test_a_masked_entry_is_no_edge():
    masked = np.ma.masked_array([[0, 1], [1, 0]], [[False, True], [False, False]])
    assert list(DiGraph.from_adjacency(masked).edges()) == [(1, 0)]


@pytest.mark.parametrize("matrix", [[], np.zeros((0, 0)), scipy.sparse.csr_array((0, 0))])
def test_an_empty_matrix(matrix):
    assert len(DiGraph.from_adjacency(matrix)) == 0


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[0, 0.5], [0, 0]], r"matrix\[0, 1\] is 0.5; expected .*matrix != 0 makes one edge each"),
        ([[0, 0], [np.nan, 0]], r"matrix\[1, 0\] is nan"),
        ([[np.inf]], r"matrix\[0, 0\] is inf"),
        ([[2**31]], "is 2147483648; expected a number of edges, an integer ≥ 0 and < 2³¹"),
        (np.array([[2**64 - 1]], np.uint64), "is 18446744073709551615"),
        ([[2**30] * 2] * 2, "matrix asks for 4294967296 edges; expected fewer than 2³¹"),
        ([[1], [1, 2]], "matrix is not an array: "),
        ([[None]], "dtype object; expected integers or booleans"),
        ([[]], r"shape \(1, 0\); expected \(n, n\)"),
        (scipy.sparse.csr_array((2, 3)), r"shape \(2, 3\); expected \(n, n\)"),
        (scipy.sparse.csr_array([[0.0, -1.0], [0.0, 0.0]]), r"matrix\[0, 1\] is -1"),
        (nx.DiGraph([(0, 1)]), "matrix is a networkx.DiGraph; expected numbers: DiGraph"),
    ],
)
def test_what_counts_no_edges_is_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        DiGraph.from_adjacency(matrix)


@pytest.mark.parametrize(
    ("edges", "n", "message"),
    [
        ((pair for pair in [(0, 1)]), None, r"edges is <generator .*list\(edges\) makes one"),
        ({(0, 1)}, None, r"edges is \{\(0, 1\)\}; expected an array of shape \(m, 2\): list"),
        (scipy.sparse.eye_array(2), None, r"np.stack\(matrix.nonzero\(\), axis=1\) makes one"),
        ([(0, 1), (2,)], None, "edges is not an array: "),
        ([(0, 2**62)], None, r"there would be 4611686018427387905 nodes.*np\.unique"),
        ([(0, 1)], 2**62, "there would be 4611686018427387904 nodes"),
        ([(0, 1)], 10**40, "there would be 10+ nodes"),
    ],
)
def test_what_a_compressed_graph_cannot_be_made_of(edges, n, message):
    with pytest.raises(ValueError, match=message):
        CSRGraph(edges, n)


# Copies


@given(digraphs())
def test_a_copy_of_a_compressed_graph_is_as_read_only_as_the_graph(graph):
    compressed = CSRGraph(sorted(graph.edges()), len(graph))
    for again in (
        pickle.loads(pickle.dumps(compressed)),
        copy.deepcopy(compressed),
        copy.copy(compressed),
    ):
        assert again.edges().tolist() == compressed.edges().tolist()
        for array in (again.indptr, again.indices, again._in_degree):
            assert not array.flags.writeable


# Orders


NAN = [float("nan"), np.float64("nan"), Decimal("nan"), np.datetime64("NaT"), complex("nan")]


@pytest.mark.parametrize(
    "wrong",
    [
        *NAN,
        (1, float("nan")),
        [(0, [float("nan")])],
        {1},
        frozenset(),
        (1, {2}),
        np.arange(2),
        (1, np.arange(2)),
    ],
)
@pytest.mark.parametrize("where", range(3))
def test_a_key_without_a_place_in_an_order_is_refused(wrong, where):
    keys = [2, 1, 3]
    keys[where] = wrong
    with pytest.raises(ValueError, match=f"the key of {where} is "):
        topological_sort(DiGraph(nodes=range(3)), key=keys.__getitem__)


@given(
    st.lists(st.floats(allow_nan=False) | st.integers() | st.fractions(), min_size=1, max_size=6)
)
def test_keys_that_compare_sort(keys):
    order = topological_sort(DiGraph(nodes=range(len(keys))), key=keys.__getitem__)
    assert order == sorted(range(len(keys)), key=keys.__getitem__)
    assert topological_sort(DiGraph(nodes=[0]), key=lambda _: Fraction(1)) == [0]


PROGRAM = """
from dlbook.graph import *
names = {"melt", "mix", "fry", "heat", "serve"}
print(DiGraph.from_successors({"start": names}).nodes)
print(DiGraph.from_dependencies({"start": names, "fry": frozenset({"mix", "heat"})}).nodes)
print(DiGraph(nodes=names).nodes, DiGraph({("a", n) for n in names}).nodes)
print(topological_sort(DiGraph(nodes={*names, 10, 9, None})))
print(DiGraph(nodes=[1, "a"]).subgraph({"a", 1}).nodes)
print(strongly_connected_components(DiGraph({(a, b) for a in names for b in names})))
print(DiGraph(nodes=names).nodes, ancestors(DiGraph([(1, 2)]), *{1, 2}))
"""


def test_no_order_depends_on_the_seed_of_the_hashes():
    seen = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={"PYTHONHASHSEED": str(seed), "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(6)
    }
    assert len(seen) == 1


def test_sets_are_sorted_as_their_elements_are():
    assert DiGraph(nodes={10, 9, 2}).nodes == (2, 9, 10)
    assert DiGraph({(10, 1), (9, 1)}).nodes == (9, 1, 10)
    assert DiGraph.from_successors({"a": {"d", "c"}}).nodes == ("a", "c", "d")
    assert DiGraph(nodes={"b", 1, "a"}).nodes == ("a", "b", 1)  # by repr: they do not compare


# The words


LONG = ["x" * 10_000, tuple(range(5000)), "\n".join("line" for _ in range(500)), "é" * 400]
KINDS = [
    lambda x: DiGraph([x]),
    lambda x: DiGraph([(1, 2, x)]),
    lambda x: DiGraph(str(x)),
    lambda x: DiGraph([([x], 1)]),
    lambda x: DiGraph([((1, [x]), 1)]),
    lambda x: DiGraph.from_successors({x: str(x)}),
    lambda x: DiGraph.from_successors({x: 3}),
    lambda x: DiGraph([(1, 2)]).successors(x),
    lambda x: descendants(DiGraph([(1, 2)]), x),
    lambda x: ancestors(DiGraph([(1, 2)]), [x]),
    lambda x: check_topological_order(DiGraph([(1, x)]), [1]),
    lambda x: check_topological_order(DiGraph([(1, x)]), [1, x, x]),
    lambda x: check_topological_order(DiGraph([(1, 2)]), [x]),
    lambda x: check_topological_order(DiGraph([((x, 1), (x, 2))]), [(x, 2), (x, 1)]),
    lambda x: topological_sort(DiGraph([((x, i), (x, (i + 1) % 9)) for i in range(9)])),
    lambda x: topological_sort(DiGraph([((x, i), (x, (i + 1) % 90)) for i in range(90)])),
    lambda x: topological_sort(DiGraph([(1, x)]), key=lambda node: {x}),
    lambda x: topological_sort(DiGraph([(1, x)]), key=[x]),
    lambda x: topological_sort(x),
    lambda x: is_topological_order(DiGraph(), type("Long", (), {"__repr__": lambda _: str(x)})()),
    lambda x: CSRGraph({x}),
    lambda x: CSRGraph([[1, 2], [*str(x)]]),
    lambda x: DiGraph.from_adjacency([[1, 2], [*str(x)]]),
]


@pytest.mark.parametrize("value", LONG, ids=["string", "tuple", "lines", "letters"])
@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_an_error_is_short(kind, value):
    with pytest.raises((ValueError, TypeError, OrderError, CycleError)) as caught:
        KINDS[kind](value)
    assert len(str(caught.value)) <= 300
    assert "\n" not in str(caught.value)


@given(renamed(digraphs(least=1)), hashables)
def test_an_error_about_any_node_is_short_and_names_it(graph, node):
    if node in graph:
        return
    with pytest.raises(ValueError, match="is not a node of the graph") as caught:
        graph.successors(node)
    assert str(caught.value).startswith(repr(node)[:20].split("\n")[0])
    assert len(str(caught.value)) <= 300
