"""prp-max-subgradients: averages over the entries that are the largest, and no other vectors."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import missed

NEAR_MISSES = {
    "any sum": {"total": lambda v: True},
    "a sum of at most 1": {"total": lambda v: v.sum() <= 1},
    "any sign": {"signs": lambda v: True},
    "anywhere": {"elsewhere": lambda v: True},
    "equal shares": {"shares": lambda v: len(set(v[v != 0])) == 1},
    "all to one of them": {"shares": lambda v: np.count_nonzero(v) == 1},
    "to two of them at least": {"shares": lambda v: np.count_nonzero(v) > 1},
    "where x is less than its largest size": {"top": lambda x: np.abs(x).max()},
}


def is_subgradient(v, x):
    """Tried at points around x: f(z) ≥ f(x) + v·(z - x)."""
    d = len(x)
    ways = [*np.eye(d), *-np.eye(d), np.ones(d), -np.ones(d)]
    ways += list(np.random.default_rng(0).integers(-4, 5, (20, d)))
    return all(
        (x + t * way).max() >= x.max() + v @ (t * way) for way in ways for t in (0.125, 1, 16)
    )


def conclusion(
    v,
    x,
    *,
    total=lambda v: v.sum() == 1,
    signs=lambda v: v.min() >= 0,
    elsewhere=lambda v: not np.any(v),
    shares=lambda v: True,
    top=np.max,
):
    """v is a subgradient if and only if v ≥ 0, Σv = 1, and v = 0 where x is not the largest."""
    properties = total(v) and signs(v) and elsewhere(v[x < top(x)]) and shares(v)
    return is_subgradient(v, x) == properties


entries = st.tuples(
    st.sampled_from([0.0, 0.25, 0.5, 1.0, -0.5]), st.sampled_from([-2.0, -1.0, 0.0, 1.0])
)


@given(st.lists(entries, min_size=1, max_size=4))
def test_holds(pairs):
    v, x = map(np.array, zip(*pairs, strict=True))
    assert conclusion(v, x)


def test_near_misses():
    x = np.array([3.0, 3.0, 1.0])
    vs = [
        (1, 1, 0),
        (0.25, 0.25, 0),
        (1.5, -0.5, 0),
        (0, 0.5, 0.5),
        (0.25, 0.75, 0),
        (0.5, 0.5, 0),
        (1, 0, 0),
    ]
    near = [(np.array(v), x) for v in vs]
    near += [(np.array([0.5, 0.5, 0.0]), np.array([3.0, 2.0, 1.0]))]
    near += [(np.array([1.0, 0.0]), np.array([-1.0, -2.0])), (np.ones(1), np.array([-3.0]))]
    assert not missed(NEAR_MISSES, near, conclusion)
    # In one dimension the only subgradient is 1, whatever x is.
    for x in -3.0, 0.0, 3.0:
        any_sum = {"any sum": NEAR_MISSES["any sum"]}
        assert not missed(any_sum, [(np.array([2.0]), np.array([x]))], conclusion)
