"""The search for weight agnostic networks: evaluation, mutations, and what is stored."""

import dataclasses

import numpy as np
import pytest

from dlbook.graph import topological_sort
from dlbook.train import agnostic
from dlbook.train.agnostic import ACTIVATIONS, INPUTS, OUTPUTS, Network, Search

SMALL = Search(generations=4, population=6, batch_size=20, elite=2, tournament=2, every=2)


def grown(seed, mutations=60):
    rng = np.random.default_rng(seed)
    net = agnostic.random_start(rng)
    for _ in range(mutations):
        net = agnostic.mutated(net, rng)
    return net


def one_by_one(net, x, w):
    """The outputs for one example and one weight, by recursion."""

    def value(v):
        if v < INPUTS:
            return x[v]
        z = w * sum(value(u) for u in net.sources[v])
        return ACTIVATIONS[net.activations.get(v, "linear")](z)

    return [value(v) for v in OUTPUTS]


def test_many_networks_are_evaluated_as_each_alone():
    nets = [grown(0), grown(0, 61), grown(1)]
    x = np.random.default_rng(2).random((3, INPUTS))
    for net, outputs in zip(nets, agnostic.evaluate(nets, x, [-2.0, 0.5]), strict=True):
        for k, w in enumerate((-2.0, 0.5)):
            for i in range(3):
                np.testing.assert_allclose(outputs[:, k, i], one_by_one(net, x[i], w), rtol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_mutations_keep_an_order_and_change_one_thing(seed):
    rng = np.random.default_rng(seed)
    net = agnostic.random_start(rng)
    for _ in range(200):
        before = dataclasses.replace(net, sources=dict(net.sources))
        new = agnostic.mutated(net, rng)
        assert net == before
        assert new.connections - net.connections in (0, 1)
        assert len(new.activations) - len(net.activations) in (0, 1)
        net = new
        topological_sort(net.graph)
        seen = set(range(INPUTS))
        for v, tails in net.sources.items():
            assert seen.issuperset(tails)
            assert len(set(tails)) == len(tails)
            seen.add(v)
        assert set(net.sources) == {*OUTPUTS, *net.activations}


def test_a_connection_against_the_present_order_is_found():
    """Two vertices apart may be joined either way, whichever is listed first."""
    ends = dict.fromkeys(OUTPUTS, (0,))
    net = Network({300: (0,), 301: (0,), **ends}, {300: "abs", 301: "abs"})
    found = set()
    for seed in range(4000):
        new = agnostic.connect(net, np.random.default_rng(seed))
        found |= {(u, v) for v in (300, 301) for u in new.sources[v] if u >= INPUTS}
        if {(300, 301), (301, 300)} <= found:
            return
    pytest.fail(f"only {found}")


def test_the_log_likelihood_is_minus_the_loss():
    outputs = np.zeros((10, 2, 3))
    outputs[4, 1] = 2.0
    got = agnostic.log_likelihood(outputs, np.array([4, 4, 4]))
    np.testing.assert_allclose(got, [-np.log(10), 2 - np.log(9 + np.exp(2))])


def test_shrinking_keeps_the_mean_and_the_place():
    image = np.zeros((1, 28, 28))
    image[0, :7, 21:] = 1  # a corner of a quarter of the side
    small = agnostic.shrink(image.reshape(1, 784)).reshape(16, 16)
    assert small[:4, 12:] == pytest.approx(1)
    assert small.mean() == pytest.approx(image.mean())


def test_a_search_repeats_itself_and_is_stored(tmp_path, monkeypatch):
    monkeypatch.setenv("DLBOOK_CACHE", str(tmp_path))
    [first] = agnostic.searched([SMALL], jobs=1)
    assert list(first.curves["generation"]) == [2, 4]
    monkeypatch.setattr(agnostic, "run_search", None)  # not made again
    [again] = agnostic.searched([SMALL])
    assert again.network == first.network
    assert list(again.network.sources) == list(first.network.sources)
    monkeypatch.undo()
    made = agnostic.run_search(SMALL)
    assert made.network == first.network
    for name, curve in first.curves.items():
        np.testing.assert_array_equal(made.curves[name], curve)


@pytest.mark.parametrize("name", ["generations", "population", "batch_size", "elite", "every"])
def test_counts_are_positive(name):
    with pytest.raises(ValueError, match=f"{name} is 0"):
        Search(**{name: 0})
