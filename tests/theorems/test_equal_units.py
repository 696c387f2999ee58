"""prp-equal-units: units that start equal are equal after every step."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from near import broken, missed

from dlbook.autodiff import grad
from dlbook.nn import sigmoid

NEAR_MISSES = {
    "also equal to the third unit": {"pair": (0, 2)},
    "the batch is drawn for each unit": {"own_batch": 0},
    "it is, from the third step on": {"own_batch": 2},
    "each unit has a mask of its own": {"masked": True},
    "the weights going in, a thousandth more": {"factors": {"W1": 1.001}},
    "the biases, a thousandth more": {"factors": {"b1": 1.001}},
    "the weights going out, a thousandth more": {"factors": {"W2": 1.001}},
    "the same, after the first step alone": {"factors": {"W2": 1.001}, "after": (0,)},
}

TANH = (np.tanh,) * 3


def heavy_ball(theta, state, g, rate):
    state = 0.5 * state - rate * (g + 0.1 * theta)
    return theta + state, state


def plain(theta, state, g, rate):
    return theta - rate * g, state


def squares(Z, Y):
    return np.mean((Z - Y) ** 2)


def cross_entropy(Z, Y):
    """Y holds labels of any kind."""
    return np.mean(np.log(np.sum(np.exp(Z), axis=1)) * np.sum(Y, axis=1) - np.sum(Y * Z, axis=1))


def entangled(Z, Y):
    """No mean over the examples."""
    return np.sin(np.sum(Z * Y)) + np.sum(Z[0] * Z[1])


def hypotheses(params, states, activations, rules, rates, losses=(squares,)):
    units = [[unit(tree, j) for j in range(2)] for tree in (params, states)]
    return {
        "start": all(np.array_equal(*pair) for pair in units),
        "activation": activations[0] is activations[1],
        "alike": rates[0] == rates[1],
    }


def unit(tree, j):
    return np.concatenate([tree["W1"][:, j], tree["b1"][j : j + 1], tree["W2"][j]])


def conclusion(
    params,
    states,
    activations,
    rules,
    rates,
    losses=(squares,),
    *,
    pair=(0, 1),
    own_batch=None,
    masked=False,
    factors=None,
    after=None,
):
    """After each of some steps the units are equal, with their states.

    Rules and losses take turns, and each step has a batch of its own.
    """
    rng, gaps = np.random.default_rng(0), []
    for k in range(4):
        X, Y = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
        ell, rule = losses[k % len(losses)], rules[k % len(rules)]
        other = X if own_batch is None or k < own_batch else rng.normal(size=(5, 2))
        mask = rng.integers(0, 2, 3) if masked else np.ones(3)
        mask = mask if not masked or mask[0] != mask[1] else np.array([0, 1, 1])

        def loss(p, X=X, Y=Y, other=other, mask=mask, ell=ell):
            columns = [
                mask[j] * phi((other if j else X) @ p["W1"][:, j] + p["b1"][j])
                for j, phi in enumerate(activations)
            ]
            Z = np.stack(columns, axis=1) @ p["W2"] + p["b2"]
            return ell(Z, Y)

        gradient = grad(loss)(params)
        along = {"W1": rates, "b1": rates, "W2": rates[:, None], "b2": rates[0]}
        new = {
            name: rule(params[name], states[name], gradient[name], along[name]) for name in params
        }
        params = {name: entry[0] for name, entry in new.items()}
        states = {name: entry[1] for name, entry in new.items()}
        for tree in params, states:
            moved = tree | {name: f * tree[name] for name, f in (factors or {}).items()}
            moved = moved if after is None or k in after else tree
            gaps.append(unit(tree, pair[0]) - unit(moved, pair[1]))
    return bool(np.abs(gaps).max() < 1e-12)


def start(seed=0, equal=True):
    rng = np.random.default_rng(seed)
    p = {"W1": rng.normal(size=(2, 3)), "b1": rng.normal(size=3), "W2": rng.normal(size=(3, 2))}
    if equal:
        p["W1"][:, 1], p["b1"][1], p["W2"][1] = p["W1"][:, 0], p["b1"][0], p["W2"][0]
    return p | {"b2": np.zeros(2)}


def at_rest(params):
    return {name: np.zeros_like(p) for name, p in params.items()}


RATES = np.full(3, 0.1)


@given(
    st.integers(0, 99),
    st.sampled_from([TANH, (sigmoid,) * 3, (np.sin, np.sin, np.tanh)]),
    st.lists(st.sampled_from([plain, heavy_ball]), min_size=1, max_size=2),
    st.lists(st.sampled_from([squares, cross_entropy, entangled]), min_size=1, max_size=3),
)
def test_holds(seed, activations, rules, losses):
    params = start(seed)
    instance = (params, at_rest(params), activations, rules, RATES, losses)
    assert not broken(hypotheses(*instance))
    assert conclusion(*instance)


def test_near_misses():
    params = start()
    near = [(params, at_rest(params), TANH, (heavy_ball,), RATES)]
    # From step to step another loss, and another rule, neither of the usual kind.
    turns = (plain, heavy_ball), RATES, (cross_entropy, entangled, squares)
    near += [(params, at_rest(params), TANH, *turns)]
    near += [(params, at_rest(params), TANH, (plain,), np.array([0.1, 0.1, 0.3]))]
    assert not missed(NEAR_MISSES, near, conclusion, hypotheses)


def test_without_start():
    params = start()
    params["W2"][1, 0] += 0.5  # the same going in, another weight going out
    moving = at_rest(start())
    moving["b1"][1] = 0.1  # or the same unit with a velocity
    going_in = start()
    going_in["W1"][0, 1] += 0.5  # or another weight going in
    biased = start()
    biased["b1"][1] += 0.5  # or equal weights, and another bias
    for instance in (
        (params, at_rest(params), TANH, (plain,), RATES),
        (start(), moving, TANH, (heavy_ball,), RATES),
        (going_in, at_rest(start()), TANH, (plain,), RATES),
        (biased, at_rest(start()), TANH, (plain,), RATES),
    ):
        assert broken(hypotheses(*instance)) == ["start"]
        assert not conclusion(*instance)


def test_without_activation():
    def shifted(z):  # the derivatives are equal
        return np.tanh(z) + 0.5

    def bent(z):  # the values are, for positive z
        return np.tanh(z) * np.where(z > 0, 1.0, 0.5)

    params = start()
    params["b1"][:2] = 0.0
    for other in sigmoid, shifted, bent:
        instance = (params, at_rest(params), (np.tanh, other, np.tanh), (plain,), RATES)
        assert broken(hypotheses(*instance)) == ["activation"]
        assert not conclusion(*instance)


def test_without_alike():
    params = start()
    for rates in ([0.1, 0.2, 0.1], [0.2, 0.1, 0.1]):
        instance = (params, at_rest(params), TANH, (plain,), np.array(rates))
        assert broken(hypotheses(*instance)) == ["alike"]
        assert not conclusion(*instance)
