"""The functions of a network, held to SciPy, also where exp would overflow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dlbook import nn
from dlbook.autodiff import check_derivatives, grad, linearize

special = pytest.importorskip("scipy.special")


def floats(dtype, shape):
    width = 8 * np.dtype(dtype).itemsize
    return arrays(dtype, shape, elements=st.floats(-1000, 1000, width=width))


logits = st.sampled_from([np.float32, np.float64]).flatmap(
    lambda dtype: floats(dtype, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6))
)


@given(logits)
def test_sigmoid_is_scipys_expit(z):
    found = nn.sigmoid(z)
    tiny = float(np.finfo(z.dtype).tiny)  # below it numbers lose digits
    assert found.dtype == z.dtype
    np.testing.assert_allclose(
        found, special.expit(z), rtol=8 * np.finfo(z.dtype).eps, atol=2 * tiny
    )


@given(logits, st.sampled_from([0, 1, -1]))
def test_softmax_and_its_logarithm_are_scipys(z, axis):
    exact = z.astype(np.float64)
    eps = float(np.finfo(z.dtype).eps)
    shares, logs = nn.softmax(z, axis), nn.log_softmax(z, axis)
    assert shares.dtype == logs.dtype == z.dtype
    rounding = 4 * eps * (float(np.ptp(z)) + 8)  # of a shift as large as the spread
    np.testing.assert_allclose(shares, special.softmax(exact, axis), rtol=rounding, atol=1e-37)
    np.testing.assert_allclose(logs, special.log_softmax(exact, axis), rtol=0, atol=rounding)
    np.testing.assert_allclose(shares.sum(axis), 1, rtol=8 * eps)


@given(logits, st.data())
def test_cross_entropy_is_logsumexp_minus_the_logit(z, draw):
    y = draw.draw(arrays(np.uint8, len(z), elements=st.integers(0, z.shape[1] - 1)))
    exact = z.astype(np.float64)
    expected = np.mean(special.logsumexp(exact, axis=1) - exact[np.arange(len(y)), y])
    found = nn.cross_entropy(z, y)
    assert found.dtype == z.dtype
    assert found >= 0
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e4 * np.finfo(z.dtype).eps)


@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("function", [nn.softmax, nn.log_softmax])
def test_derivatives_of_softmax_and_its_logarithm(function, axis):
    z = np.random.default_rng(0).normal(size=(4, 3))
    check_derivatives(lambda z: function(z, axis), z)


def test_derivatives_of_the_cross_entropy():
    z, y = np.random.default_rng(0).normal(size=(4, 3)), np.array([0, 2, 1, 1])

    def spelled_out(z):
        return -np.mean(nn.log_softmax(z)[np.arange(4), y])

    check_derivatives(lambda z: nn.cross_entropy(z, y), z)
    np.testing.assert_allclose(grad(nn.cross_entropy)(z, y), grad(spelled_out)(z), rtol=1e-12)
    assert grad(nn.cross_entropy)(z.astype(np.float32), y).dtype == np.float32
    _, derivative = linearize(lambda z: nn.cross_entropy(z, y), z)
    np.testing.assert_allclose(derivative(z), np.sum(grad(spelled_out)(z) * z), rtol=1e-12)
    saturated = np.array([[1000.0, -1000.0], [1000.0, -1000.0]])
    np.testing.assert_allclose(
        grad(nn.cross_entropy)(saturated, np.array([0, 1])), [[0, 0], [0.5, -0.5]]
    )


@given(logits, st.data())
def test_accuracy_counts_rows(z, draw):
    y = draw.draw(arrays(np.int64, len(z), elements=st.integers(0, z.shape[1] - 1)))
    right = sum(list(row).index(max(row)) == label for row, label in zip(z, y, strict=True))
    assert nn.accuracy(z, y) == right / len(y)


@pytest.mark.parametrize("function", [nn.cross_entropy, nn.accuracy])
@pytest.mark.parametrize(
    ("shape", "labels", "message"),
    [
        ((2, 3), [0, 3], r"labels\[1\] is 3; expected 0 to 2"),
        ((2, 3), [-1, 0], r"labels\[0\] is -1; expected 0 to 2"),
        ((2, 3), [0, 1, 2], r"labels has shape \(3,\); expected \(2,\)"),
        ((2, 3), [[0], [1]], r"labels has shape \(2, 1\); expected \(2,\)"),
        ((2, 3), [0.0, 1.0], "labels has dtype float64; expected integers"),
        ((3,), [0], r"logits have shape \(3,\); expected \(n, classes\)"),
        ((0, 3), [], r"logits have shape \(0, 3\); expected \(n, classes\) with n ≥ 1"),
    ],
)
def test_labels_that_do_not_fit_are_refused(function, shape, labels, message):
    with pytest.raises(ValueError, match=message):
        function(np.zeros(shape), np.array(labels))


@pytest.mark.parametrize("function", [nn.sigmoid, nn.softmax, nn.log_softmax])
def test_a_list_is_not_an_array(function):
    with pytest.raises(TypeError, match=r"^z is a list; expected a NumPy array: np.array\(z\)"):
        function([0.0, 1.0])


def test_a_number_will_do_where_there_is_no_axis():
    assert nn.sigmoid(0.0) == nn.sigmoid(np.float64(0)) == 0.5


@pytest.mark.parametrize("function", [nn.cross_entropy, nn.accuracy])
def test_confused_arguments_of_a_loss_are_named(function):
    logits, labels = np.zeros((3, 2)), np.zeros(3, int)
    with pytest.raises(TypeError, match=r"^logits is a list; expected a NumPy array"):
        function(logits.tolist(), labels)
    with pytest.raises(TypeError, match=r"^labels is a list; expected a NumPy array"):
        function(logits, labels.tolist())
    with pytest.raises(ValueError, match="are logits and labels swapped"):
        function(labels, logits)
    with pytest.raises(ValueError, match=r"if its rows are one-hot, labels.argmax\(axis=1\)"):
        function(logits, np.eye(2)[labels])
