"""Initialisers: the variances they name, drawn; and what is not one is rejected."""

import numpy as np
import pytest

from dlbook import nn

LAWS = [
    (nn.He(), lambda fan_in, fan_out: 2 / fan_in),
    (nn.LeCun(), lambda fan_in, fan_out: 1 / fan_in),
    (nn.Glorot(), lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
    (nn.Normal(0.3), lambda fan_in, fan_out: 0.09),
]


@pytest.mark.parametrize(("initialiser", "law"), LAWS, ids=["he", "lecun", "glorot", "normal"])
@pytest.mark.parametrize("fans", [(3, 50), (50, 3), (40, 40)])
def test_weights_are_normal_of_the_variance_that_the_law_says(initialiser, law, fans):
    weights = initialiser(np.random.default_rng(1), (400, 500), *fans) / np.sqrt(law(*fans))
    n = weights.size
    assert weights.shape == (400, 500)
    assert weights.dtype == np.float64
    # Of standard normal numbers: mean, square and fourth power with five standard errors.
    assert abs(weights.mean()) < 5 / np.sqrt(n)
    assert abs((weights**2).mean() - 1) < 5 * np.sqrt(2 / n)
    assert abs((weights**4).mean() - 3) < 5 * np.sqrt(96 / n)
    np.testing.assert_allclose(initialiser.deviation(*fans) ** 2, law(*fans), rtol=1e-15)


def test_a_layer_names_its_fans_to_its_initialiser():
    asked = []

    class Spy:
        def __call__(self, rng, shape, fan_in, fan_out):
            asked.append((shape, fan_in, fan_out))
            return np.zeros(shape)

    nn.Dense(784, 10, Spy()).init(np.random.default_rng(0))
    assert asked == [((784, 10), 784, 10)]


def test_the_same_generator_draws_the_same_bits_as_two_layers_do():
    two = nn.TwoLayer(5, 4, 3, scale=1e-3).init(np.random.default_rng(7))
    start = nn.Normal(1e-3)
    layers = nn.Sequential((nn.Dense(5, 4, start), nn.Sigmoid(), nn.Dense(4, 3, start)))
    first, _, last = layers.init(np.random.default_rng(7))
    for name, p in two.items():
        np.testing.assert_array_equal({"1": first, "2": last}[name[1]][name[0]], p)


@pytest.mark.parametrize("scale", [-1, float("nan"), float("inf"), "1", True])
def test_a_scale_is_a_finite_number_from_0(scale):
    with pytest.raises(ValueError, match=r"^scale is .*; expected a finite number ≥ 0$"):
        nn.Normal(scale)
