"""Trees come apart and together again, and differ where they are said to differ."""

import dataclasses
from collections import OrderedDict
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook import trees


class Pair(NamedTuple):
    left: object
    right: object


@dataclasses.dataclass(frozen=True)
class Layer:
    weight: object
    bias: object
    size: int = dataclasses.field(init=False, default=3)


@dataclasses.dataclass(frozen=True)
class Nothing:
    """A container without entries."""


LEAVES = st.integers() | st.none() | st.text(max_size=2)


def containers(children):
    return (
        st.lists(children, max_size=3)
        | st.lists(children, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2), children, max_size=3)
        | st.dictionaries(st.text(max_size=2), children, max_size=3).map(OrderedDict)
        | st.builds(Pair, children, children)
        | st.builds(Layer, children, children)
        | st.builds(Nothing)
    )


TREES = st.recursive(LEAVES, containers, max_leaves=12)


@settings(deadline=None)  # a busy machine is no failure
@given(TREES)
def test_flatten_and_unflatten_are_inverse(tree):
    values, structure = trees.flatten(tree)
    again = trees.unflatten(structure, values)
    assert again == tree
    assert type(again) is type(tree)


@settings(deadline=None)  # a busy machine is no failure
@given(TREES)
def test_map_sees_each_leaf_once_and_in_order(tree):
    seen = []
    trees.map(seen.append, tree)
    assert seen == trees.leaves(tree)


@settings(deadline=None)  # a busy machine is no failure
@given(TREES)
def test_map_keeps_the_structure(tree):
    lengths = trees.map(lambda a, b: len(repr((a, b))), tree, tree)
    assert trees.flatten(lengths)[1] == trees.flatten(tree)[1]


def test_map_pairs_dicts_by_key_and_keeps_the_order_of_the_first():
    first, second = {"w": 1, "b": {"x": 2, "y": 3}}, {"b": {"y": 30, "x": 20}, "w": 10}
    added = trees.map(lambda a, b: a + b, first, second)
    assert added == {"w": 11, "b": {"x": 22, "y": 33}}
    assert list(added) == ["w", "b"]
    assert list(added["b"]) == ["x", "y"]


def test_agrees_with_jax_on_what_both_call_a_tree():
    jax = pytest.importorskip("jax")
    tree = {"a": [1, (2, 3)], "b": Pair(4, OrderedDict(c=5))}
    assert trees.leaves(tree) == jax.tree_util.tree_leaves(tree)
    doubled = trees.map(lambda x: 2 * x, tree)
    assert doubled == jax.tree_util.tree_map(lambda x: 2 * x, tree)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ({"w": 1}, {"v": 1}, r"at tree: entries \['w'\] there, \['v'\] here"),
        ({"w": [1, 2]}, {"w": [1]}, r"at tree\['w'\]: entries \[0, 1\] there, \[0\] here"),
        ({"w": [1]}, {"w": (1,)}, r"at tree\['w'\]: list there, tuple here"),
        ({"w": [1, {"a": 2}]}, {"w": [1, 2]}, r"at tree\['w'\]\[1\]: dict there, int here"),
        ([0.5], [[0.5]], r"at tree\[0\]: a leaf there, list here"),
        (Layer(1, (2,)), Layer(1, 2), r"at tree\.bias: tuple there, int here"),
    ],
)
def test_a_mismatch_names_its_place(first, second, message):
    with pytest.raises(ValueError, match=message):
        trees.map(lambda a, b: a, first, second)


def test_a_dataclass_without_fields_has_no_leaves():
    assert trees.leaves([Nothing(), 1]) == [1]


def test_unflatten_counts_its_leaves():
    _, structure = trees.flatten([1, 2])
    with pytest.raises(ValueError, match="values has 3 leaves; the structure has 2"):
        trees.unflatten(structure, [1, 2, 3])


@settings(deadline=None)  # a busy machine is no failure
@given(TREES)
def test_a_place_is_what_python_writes_for_a_leaf(tree):
    found = trees.places(tree, "tree")
    values = trees.leaves(tree)
    assert len(found) == len(values)
    for place, value in zip(found, values, strict=True):
        assert eval(place, {"tree": tree}) is value
