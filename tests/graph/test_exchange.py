"""To other tools and back: nothing is lost but what the other tool cannot hold."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import digraphs, networkx, renamed

from dlbook.graph import DiGraph, from_networkx, to_dot, to_networkx


@given(renamed(digraphs()))
def test_a_graph_comes_back_from_networkx(graph):
    if None in graph:
        return  # which networkx does not have for a node
    other = to_networkx(graph)
    assert list(other) == list(graph)
    assert Counter(other.edges()) == Counter(graph.edges())
    again = from_networkx(other)
    assert again == graph
    assert again.nodes == graph.nodes


@given(digraphs())
def test_data_and_keys_are_left_out(graph):
    other = networkx(graph)
    nx.set_edge_attributes(other, 2.5, "weight")
    nx.set_node_attributes(other, "red", "colour")
    assert from_networkx(other) == graph
    simple = nx.DiGraph(other)
    assert sorted(from_networkx(simple).edges()) == sorted(set(graph.edges()))


@pytest.mark.parametrize(
    ("given_graph", "message"),
    [
        (nx.Graph([(1, 2)]), r"undirected; graph\.to_directed\(\)"),
        (nx.MultiGraph(), "undirected"),
        ([(1, 2)], "graph is a list; expected one of networkx"),
        (DiGraph([(1, 2)]), "graph is a DiGraph; expected one of networkx"),
    ],
)
def test_what_is_not_a_directed_graph_of_networkx(given_graph, message):
    with pytest.raises(TypeError, match=message):
        from_networkx(given_graph)


def test_networkx_is_asked_for_only_where_it_is_needed(monkeypatch):
    code = "import sys, dlbook.graph; print('networkx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(ModuleNotFoundError, match="pip install networkx"):
        to_networkx(DiGraph())


def drawn(text):
    """Return what Graphviz reads: the labels of the nodes, and the edges."""
    if shutil.which("dot") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Graphviz is not installed")
        pytest.skip("Graphviz is not installed; get its `dot` with `apt install graphviz`")
    done = subprocess.run(["dot", "-Tjson"], input=text.encode(), capture_output=True, check=True)
    assert done.stderr == b""
    read = json.loads(done.stdout)
    labels = [
        "\n".join(part["text"] for part in one["_ldraw_"] if part["op"] == "T")
        for one in read.get("objects", [])
    ]
    return labels, [(edge["tail"], edge["head"]) for edge in read.get("edges", [])]


@given(digraphs(), st.data())
@settings(max_examples=25)
def test_dot_reads_the_same_graph(graph, data):
    letters = st.text(st.sampled_from('ab "\\<>&;{}|é→\n'), min_size=1, max_size=6).filter(
        lambda text: all(line.strip() for line in text.split("\n"))
    )
    labels = {node: data.draw(letters) for node in graph}
    texts, edges = drawn(to_dot(graph, labels))
    assert texts == [labels[node] for node in graph]
    nodes = graph.nodes
    assert sorted((nodes[i], nodes[j]) for i, j in edges) == sorted(graph.edges())


def test_names_that_read_the_same_stay_two_nodes():
    texts, edges = drawn(to_dot(DiGraph([(1, "1"), ("1", "node")])))
    assert texts == ["1", "1", "node"]
    assert sorted(edges) == [(0, 1), (1, 2)]


def test_a_label_for_something_else_is_refused():
    with pytest.raises(ValueError, match="'z' is not a node of the graph"):
        to_dot(DiGraph([("a", "b")]), {"z": "Z"})
