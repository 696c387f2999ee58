"""thm-evaluation-order: a finite acyclic computation has one evaluation, in every order."""

from itertools import permutations
from math import inf

from computations import Computation, are_functions, computations, topological_orders
from hypothesis import given
from hypothesis import strategies as st
from instances import Integers, is_acyclic, size
from near import broken, missed

MOST = 200  # topological orders of one graph that are tried


def backwards(graph):
    return (order[::-1] for order in topological_orders(graph))


NEAR_MISSES = {
    "along every list": {"orders": lambda graph: map(list, permutations(graph))},
    "along the orders backwards": {
        "orders": lambda graph: (o[::-1] for o in topological_orders(graph))
    },
    "every order has an evaluation of its own": {"different": len},
    "no evaluation": {"evaluations": 0},
    "every assignment is the evaluation": {"same": lambda values, found: False},
    "operands as a set": {"operands": lambda given: sorted(set(given))},
}


def hypotheses(computation, candidates=()):
    lists = [value for value in computation.inputs.values() if isinstance(value, list)]
    return {
        "finite": size(computation.graph) < inf,
        "acyclic": is_acyclic(computation.graph),
        "functions": are_functions(computation, lists or range(3)),
    }


def conclusion(
    computation,
    candidates=(),
    *,
    orders=topological_orders,
    different=lambda found: len({repr(sorted(values.items())) for values in found}),
    evaluations=1,
    same=lambda values, found: values == found,
    operands=list,
):
    """Some order exists, all of them give one evaluation, and no candidate is another.

    Candidates are assignments of values to the vertices.
    """
    if isinstance(computation.graph, Integers):
        return any(computation.graph.in_degree(v) == 0 for v in computation.graph)
    seen = {v: operands(given) for v, given in computation.operands.items()}
    read = Computation(seen, computation.operations, computation.inputs)
    try:
        found = [
            read.evaluate(order)
            for order, _ in zip(orders(computation.graph), range(MOST), strict=False)
        ]
    except (KeyError, TypeError):  # an operand that is missing
        return False
    return (
        different(found) == evaluations
        and computation.is_evaluation(found[0])
        and all(same(c, found[0]) for c in candidates if computation.is_evaluation(c))
    )


@given(computations(), st.data())
def test_holds(computation, data):
    values = st.fixed_dictionaries(dict.fromkeys(computation.graph, st.integers(0, 100)))
    candidates = data.draw(st.lists(values, max_size=3))
    assert not broken(hypotheses(computation, candidates))
    assert conclusion(computation, candidates)


def difference():
    """Return (a + 1) - (a + 2), with a = 3."""
    return Computation(
        {"a": [], "b": ["a"], "c": ["a"], "d": ["c", "b"]},
        {"b": lambda a: a + 1, "c": lambda a: a + 2, "d": lambda c, b: c - b},
        {"a": 3},
    )


def test_near_misses():
    alone = Computation({"a": []}, {}, {"a": 3})
    instances = [(difference(), ()), (alone, ({"a": 3},))]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)


def test_operands_may_be_one_vertex_and_there_may_be_none():
    square = Computation({"a": [], "b": ["a", "a"]}, {"b": lambda a, b: a * b}, {"a": 3})
    candidates = {"a": 3, "b": 9}, {"a": 3, "b": 6}
    for instance in (square, candidates), (Computation({}, {}, {}), ({},)):
        assert not broken(hypotheses(*instance))
        assert conclusion(*instance)
        assert not conclusion(*instance, evaluations=0)


def test_there_may_be_any_inputs():
    inputs = {"a": 3, "b": "t"}
    product = Computation({"a": [], "b": [], "c": ["a", "b"]}, {"c": lambda a, b: a * b}, inputs)
    instance = product, ({"a": 3, "b": "t", "c": "ttt"}, {"a": 3, "b": "u", "c": "uuu"})
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)
    assert not conclusion(*instance, evaluations=2)


def test_all_orders_are_asked_for():
    # A list that is no order comes last, after the 24 that are.
    leaves = range(1, 5)
    star = Computation(
        {0: []} | {v: [0] for v in leaves}, {v: lambda a: a + 1 for v in leaves}, {0: 3}
    )
    assert conclusion(star)
    assert not conclusion(
        star, orders=lambda graph: [*topological_orders(graph), list(graph)[::-1]]
    )


def test_without_finite():
    # Each integer has the one before it as its operand, which it passes on. What comes first in
    # an order is a source, and there is none.
    computation = Computation({}, {}, {})
    computation.graph = Integers()
    assert broken(hypotheses(computation)) == ["finite"]
    assert not conclusion(computation)


def test_without_acyclic():
    for operation in (lambda v: v * v, lambda v: v + 1):
        loop = Computation({"v": ["v"]}, {"v": operation}, {})
        assert broken(hypotheses(loop)) == ["acyclic"]
        assert not conclusion(loop)
    squares = Computation({"v": ["v"]}, {"v": lambda v: v * v}, {})
    assert squares.is_evaluation({"v": 0})
    assert squares.is_evaluation({"v": 1})


def test_without_functions():
    def counts(_, calls=[0]):  # noqa: B006 (its value depends on more than its operand)
        calls[0] += 1
        return calls[0]

    computation = Computation(
        {"a": [], "b": ["a"], "c": ["a"]}, {"b": counts, "c": counts}, {"a": 3}
    )
    assert broken(hypotheses(computation)) == ["functions"]
    assert not conclusion(computation)

    # It returns the length as it was and lengthens the list.
    longer = Computation(
        {"a": [], "b": ["a"]}, {"b": lambda a: len(a) + (a.append(0) or 0)}, {"a": [3]}
    )
    assert broken(hypotheses(longer)) == ["functions"]
    assert not conclusion(longer)

    # One of the two roots: with either, all equations are satisfied.
    class Roots(Computation):
        def is_evaluation(self, values):
            return values["a"] == 4 and values["b"] ** 2 == values["a"]

    def either(a, signs=[1]):  # noqa: B006
        signs[0] *= -1
        return signs[0] * a // 2

    roots = Roots({"a": [], "b": ["a"]}, {"b": either}, {"a": 4})
    both = [{"a": 4, "b": sign * 2} for sign in (1, -1)]
    assert broken(hypotheses(roots, both)) == ["functions"]
    assert not conclusion(roots, both)
