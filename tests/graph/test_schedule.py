"""Schedules: graphlib hands out the same, and no list of choices is better than the bounds say."""

from fractions import Fraction
from graphlib import TopologicalSorter
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dags, digraphs, networkx, renamed

from dlbook.graph import (
    CycleError,
    DiGraph,
    Scheduler,
    find_cycle,
    is_topological_order,
    longest_path,
    schedule,
    timing,
    topological_generations,
)

numbers = st.integers(0, 5) | st.fractions(0, 5, max_denominator=6)


@st.composite
def jobs(draw, max_nodes=7):
    graph = draw(dags(max_nodes))
    return graph, {node: draw(numbers) for node in graph}


# Handing out


@given(dags(max_nodes=8), st.data())
def test_it_hands_out_what_graphlib_does_whatever_is_done_when(graph, data):
    ours = Scheduler(graph)
    theirs = TopologicalSorter({node: graph.predecessors(node) for node in graph})
    ours.prepare()
    theirs.prepare()
    out, order = set(), []
    while theirs.is_active():
        assert ours.is_active()
        assert bool(ours)
        ready = ours.get_ready()
        assert len(set(ready)) == len(ready)
        assert set(ready) == set(theirs.get_ready())
        assert ours.get_ready() == ()
        out |= set(ready)
        chosen = data.draw(st.permutations(sorted(out)))[: data.draw(st.integers(1, len(out)))]
        ours.done(*chosen)
        theirs.done(*chosen)
        out -= set(chosen)
        order += chosen
    assert not ours.is_active()
    assert ours.get_ready() == ()
    assert is_topological_order(graph, order)


@given(dags())
def test_done_at_once_they_are_the_generations(graph):
    scheduler = Scheduler(graph)
    scheduler.prepare()
    generations = []
    while scheduler:
        generations.append(list(scheduler.get_ready()))
        scheduler.done(*generations[-1])
    assert generations == topological_generations(graph)


@given(digraphs())
def test_a_cycle_is_found_before_anything_begins(graph):
    scheduler = Scheduler(graph)
    if find_cycle(graph) is None:
        scheduler.prepare()
    else:
        with pytest.raises(CycleError):
            scheduler.prepare()
        with pytest.raises(ValueError, match=r"prepare\(\) must be called first"):
            scheduler.get_ready()


def test_what_is_asked_out_of_turn_is_refused():
    scheduler = Scheduler(DiGraph([("a", "b")]))
    for call in (scheduler.get_ready, scheduler.is_active, scheduler.done):
        with pytest.raises(ValueError, match=r"prepare\(\) must be called first"):
            call()
    scheduler.prepare()
    with pytest.raises(ValueError, match=r"prepare\(\) was called before"):
        scheduler.prepare()
    with pytest.raises(ValueError, match="'a' is not being done"):
        scheduler.done("a")
    assert scheduler.get_ready() == ("a",)
    with pytest.raises(ValueError, match="'b' is not being done"):
        scheduler.done("b")
    with pytest.raises(ValueError, match="'x' is not a node of the graph"):
        scheduler.done("a", "x")
    with pytest.raises(ValueError, match="'a' is not being done"):
        scheduler.done("a")  # it counted
    assert scheduler.get_ready() == ("b",)
    scheduler.done("b")
    assert not scheduler


def test_an_empty_graph_has_nothing_to_do():
    scheduler = Scheduler(DiGraph())
    scheduler.prepare()
    assert not scheduler.is_active()
    assert scheduler.get_ready() == ()
    assert schedule(DiGraph(), 3).length == timing(DiGraph()).length == 0
    assert timing(DiGraph()).critical == []


# Times


@given(jobs())
def test_times_are_longest_paths_as_networkx_finds_them(job):
    graph, durations = job
    times = timing(graph, durations)
    other = nx.DiGraph(networkx(graph))
    for tail, _, data in other.edges(data=True):
        data["weight"] = durations[tail]
    for node in graph:
        before = other.subgraph(nx.ancestors(other, node) | {node})
        assert times.earliest[node] == nx.dag_longest_path_length(before)
    ends = [times.earliest[node] + durations[node] for node in graph]
    assert times.length == max(ends, default=0)


@given(jobs())
def test_a_node_may_begin_at_its_latest_time_and_not_later(job):
    graph, durations = job
    times = timing(graph, durations)
    assert times.slack == {node: times.latest[node] - times.earliest[node] for node in graph}
    assert min(times.slack.values(), default=0) == 0
    for node in graph:
        for late, longer in ((times.slack[node], False), (times.slack[node] + 1, True)):
            # Made to begin later by a node that goes before it:
            held_up = DiGraph([*graph.edges(), ("delay", node)], nodes=graph)
            length = timing(held_up, {**durations, "delay": times.earliest[node] + late}).length
            assert (length > times.length) is longer


@given(jobs())
def test_the_critical_path_is_a_path_of_that_length_without_slack(job):
    graph, durations = job
    times = timing(graph, durations)
    assert sum(durations[node] for node in times.critical) == times.length
    assert all(head in graph.successors(tail) for tail, head in pairwise(times.critical))
    assert all(times.slack[node] == 0 for node in times.critical)
    assert len(timing(graph).critical) == len(longest_path(graph))


# Several workers


def shortest(graph, durations, workers):
    """Return the length of a shortest schedule, by trying all lists of priorities."""
    best = None
    stack = [({}, 0)]
    while stack:
        start, now = stack.pop()
        if len(start) == len(graph):
            length = max((start[v] + durations[v] for v in start), default=0)
            best = length if best is None else min(best, length)
            continue
        if best is not None and now >= best:
            continue
        running = [v for v in start if start[v] + durations[v] > now]
        if len(running) < workers:
            stack += [
                ({**start, v: now}, now)
                for v in graph
                if v not in start
                and all(
                    u in start and start[u] + durations[u] <= now for u in graph.predecessors(v)
                )
            ]
        if running:
            stack.append((start, min(start[v] + durations[v] for v in running)))
    return best


@given(jobs(max_nodes=5), st.integers(1, 3))
def test_a_schedule_can_be_worked_and_is_as_short_as_graham_says(job, workers):
    graph, durations = job
    planned = schedule(graph, workers, durations)
    end = {node: planned.start[node] + durations[node] for node in graph}
    assert all(end[tail] <= planned.start[head] for tail, head in graph.edges())
    assert set(planned.worker.values()) <= set(range(workers))
    for one in range(workers):
        mine = sorted(
            (planned.start[node], end[node]) for node in graph if planned.worker[node] == one
        )
        assert all(before[1] <= after[0] for before, after in pairwise(mine))
    assert planned.length == max(end.values(), default=0)
    assert planned.critical_path == timing(graph, durations).length
    assert planned.work == sum(durations.values())
    best = shortest(graph, durations, workers)
    work = Fraction(planned.work, workers)
    assert max(work, planned.critical_path) <= best <= planned.length
    assert planned.length <= work + (1 - Fraction(1, workers)) * planned.critical_path
    assert float(planned.bound) == pytest.approx(float(max(work, planned.critical_path)))


@given(jobs())
def test_nobody_waits_while_something_is_ready(job):
    graph, durations = job
    planned = schedule(graph, 2, durations)
    end = {node: planned.start[node] + durations[node] for node in graph}
    for node, start in planned.start.items():
        ready = max((end[u] for u in graph.predecessors(node)), default=0)
        for moment in {ready, *(t for t in end.values() if ready <= t < start)} - {start}:
            busy = [v for v in graph if planned.start[v] <= moment < end[v]]
            assert len(busy) == 2


@given(jobs())
def test_one_worker_takes_all_the_work_and_many_the_critical_path(job):
    graph, durations = job
    assert schedule(graph, 1, durations).length == sum(durations.values())
    many = schedule(graph, 10**30, durations)
    assert many.length == timing(graph, durations).length
    assert many.start == timing(graph, durations).earliest


@given(renamed(dags()))
def test_names_do_not_matter(graph):
    numbered = DiGraph(
        ((graph.nodes.index(u), graph.nodes.index(v)) for u, v in graph.edges()),
        nodes=range(len(graph)),
    )
    planned, expected = schedule(graph, 2), schedule(numbered, 2)
    assert list(planned.start.items()) == [(graph.nodes[i], t) for i, t in expected.start.items()]
    assert timing(graph).critical == [graph.nodes[i] for i in timing(numbered).critical]


def test_the_longest_way_to_go_comes_first():
    graph = DiGraph([("a", "b"), ("b", "c")], nodes=["x", "y", "a", "b", "c"])
    planned = schedule(graph, 2)
    assert planned.length == 3  # x and y first would make it 4
    assert planned.start["a"] == 0


@pytest.mark.parametrize(
    ("durations", "error", "message"),
    [
        ({"a": 1}, ValueError, "durations has nothing for 'b'; expected a number for each"),
        ({"a": 1, "b": 2, "c": 3}, ValueError, "durations: 'c' is not a node of the graph"),
        ({"a": 1, "b": -1}, ValueError, r"durations\['b'\] is -1; expected a finite number ≥ 0"),
        ({"a": 1, "b": float("nan")}, ValueError, r"durations\['b'\] is nan"),
        ({"a": float("inf"), "b": 0}, ValueError, r"durations\['a'\] is inf"),
        ({"a": "1", "b": 0}, ValueError, r"durations\['a'\] is '1'; expected a finite number"),
        ([1, 2], TypeError, r"durations is \[1, 2\]; expected a mapping"),
    ],
)
def test_durations_that_are_none(durations, error, message):
    for call in (timing, lambda graph, durations: schedule(graph, 2, durations)):
        with pytest.raises(error, match=message):
            call(DiGraph([("a", "b")]), durations)


@pytest.mark.parametrize(
    ("workers", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError)]
)
def test_workers_are_counted(workers, error):
    with pytest.raises(error, match=r"workers is .*; expected an integer ≥ 1"):
        schedule(DiGraph(), workers)


def test_large_numbers_stay_exact():
    graph = DiGraph([(1, 2)])
    assert timing(graph, {1: 10**400, 2: 1}).length == 10**400 + 1


@pytest.mark.slow
def test_a_path_of_a_hundred_thousand_nodes():
    n = 100_000
    graph = DiGraph(pairwise(range(n)))
    assert timing(graph).length == schedule(graph, 4).length == n
