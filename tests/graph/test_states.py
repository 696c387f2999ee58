"""What an observer is told is the walk's true state, and telling changes nothing."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dlbook.graph import CycleError, DiGraph, depth_first_sort, find_cycle, topological_sort

graphs = st.integers(1, 8).flatmap(
    lambda n: st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=14).map(
        lambda edges: DiGraph([(f"v{u}", f"v{v}") for u, v in edges], [f"v{i}" for i in range(n)])
    )
)


def result(sort, graph, **options):
    try:
        return sort(graph, **options)
    except CycleError as error:
        return error.cycle


@given(graphs, st.sampled_from([None, str, lambda v: -int(v[1:])]))
def test_kahn_reports_each_vertex_and_counts_its_edges(graph, key):
    states = []
    order = result(topological_sort, graph, key=key, observe=states.append)
    assert order == result(topological_sort, graph, key=key)
    assert states[0].taken is None
    assert [state.taken for state in states[1:]] == states[-1].listed
    for before, state in pairwise(states):
        assert state.taken == before.queue[0]
    for state in states:
        left = {v: sum(u not in state.listed for u in graph.predecessors(v)) for v in graph}
        assert state.remaining == left
        assert set(state.queue) == {v for v in graph if not left[v]} - set(state.listed)
    assert states[-1].queue == []
    if len(states[-1].listed) == len(graph):
        assert states[-1].listed == order


@given(graphs)
def test_search_reports_a_path_and_what_was_left(graph):
    states = []
    cycle = find_cycle(graph, observe=states.append)
    assert cycle == find_cycle(graph)
    edges = set(graph.edges())
    before, seen = [], []
    for state in states:
        assert all(edge in edges for edge in pairwise(state.path))
        assert not set(state.path) & set(state.postorder)
        if state.event == "visit":
            assert state.path == [*before, state.node]
            assert state.node not in seen
            seen.append(state.node)
        elif state.event == "leave":
            assert [*state.path, state.node] == before
            assert state.postorder[-1] == state.node
        else:
            assert (state.path[-1], state.node) == cycle[-1]
            assert state is states[-1]
        before = state.path
    assert (states[-1].event == "cycle") == (cycle is not None)
    if cycle is None:
        assert states[-1].postorder == depth_first_sort(graph)[::-1]
        again = []
        depth_first_sort(graph, observe=again.append)
        assert again == states
