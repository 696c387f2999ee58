"""Linear algebra where its derivatives end: unread triangles, ties, and vanishing values."""

import numpy as np
import pytest

from dlbook.autodiff import DerivativeError, check_derivatives, grad, hessian, jvp, vjp

RNG = np.random.default_rng(3)
SYMMETRIC = np.array([[3.0, 0.5, -0.2], [0.5, 5.0, 0.3], [-0.2, 0.3, 8.0]])

READING = {
    "cholesky": (lambda a: np.sum(np.linalg.cholesky(a)), np.triu),
    "cholesky, upper": (lambda a: np.sum(np.linalg.cholesky(a, upper=True)), np.tril),
    "eigvalsh": (lambda a: np.sum(np.linalg.eigvalsh(a) ** 2), np.triu),
    "eigvalsh, U": (lambda a: np.sum(np.linalg.eigvalsh(a, "U") ** 2), np.tril),
    "eigh": (lambda a: np.sum(np.abs(np.linalg.eigh(a)[1]) ** 4 * [1.0, 2.0, 3.0]), np.triu),
    "pinv": (lambda a: np.sum(np.linalg.pinv(a, hermitian=True)), np.triu),
}


@pytest.mark.parametrize(("f", "unread"), READING.values(), ids=READING)
def test_the_triangle_that_is_not_read_has_derivative_0(f, unread):
    elsewhere = unread(np.ones((3, 3), bool)) & ~np.eye(3, dtype=bool)
    changed = SYMMETRIC + elsewhere
    np.testing.assert_array_equal(f(changed), f(SYMMETRIC))
    gradient = grad(f)(changed)
    np.testing.assert_array_equal(gradient[elsewhere], 0.0)
    assert np.all(gradient[~elsewhere] != 0.0)
    np.testing.assert_array_equal(gradient, grad(f)(SYMMETRIC))


@pytest.mark.parametrize(("f", "unread"), READING.values(), ids=READING)
def test_nor_is_the_imaginary_part_of_the_diagonal_read(f, unread):
    elsewhere = unread(np.ones((3, 3), bool)) & ~np.eye(3, dtype=bool)
    hermitian = SYMMETRIC + 1j * (np.tril(SYMMETRIC, -1) - np.triu(SYMMETRIC, 1))
    changed = hermitian + (1 - 2j) * elsewhere + 3j * np.eye(3)
    (value, pullback), (same, pullback_of_whole) = vjp(f, changed), vjp(f, hermitian)
    np.testing.assert_array_equal(value, same)
    adjoint = pullback(np.ones_like(value))[0]
    np.testing.assert_array_equal(adjoint[elsewhere], 0.0)
    np.testing.assert_array_equal(np.imag(np.diagonal(adjoint)), 0.0)
    assert np.all(adjoint[~elsewhere] != 0.0)
    np.testing.assert_array_equal(adjoint, pullback_of_whole(np.ones_like(value))[0])


FACTORS = {
    "eigh": lambda a: np.linalg.eigh(a),
    "svd": lambda a: np.linalg.svd(a),
    "qr": lambda a: np.linalg.qr(a),
    "wide qr": lambda a: np.linalg.qr(a[:2]),
    "slogdet": lambda a: np.linalg.slogdet(a),
}


@pytest.mark.parametrize("f", FACTORS.values(), ids=FACTORS)
def test_factors_are_those_of_numpy_by_name(f):
    seen = []
    jvp(lambda a: seen.append(f(a)) or a, (SYMMETRIC,), (SYMMETRIC,))
    (found,), wanted = seen, f(SYMMETRIC)
    assert type(found) is type(wanted)
    value = vjp(f, SYMMETRIC)[0]
    for one, other in zip(value, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14, atol=1e-14)


SPECTRAL = {
    "eigenvalues": lambda a: np.sum(np.linalg.eigvalsh(a) ** 3),
    "of eigh": lambda a: np.sum(np.linalg.eigh(a)[0] ** 3),
    "singular values": lambda a: np.sum(np.linalg.svd(a, compute_uv=False) ** 3),
    "of svd": lambda a: np.sum(np.linalg.svd(a)[1] ** 3),
}


@pytest.mark.parametrize("zero", [0.0, 0j], ids=["real", "complex"])
@pytest.mark.parametrize("f", SPECTRAL.values(), ids=SPECTRAL)
def test_values_that_coincide_have_a_gradient_and_no_second_derivative(f, zero):
    gradient = grad(lambda a: f(a + zero))(2 * np.eye(3))
    np.testing.assert_allclose(gradient, 12 * np.eye(3), atol=1e-14)
    with pytest.raises(DerivativeError, match="coincide"):
        hessian(lambda a: f(a + zero))(2 * np.eye(3))


VECTORS = {
    "eigh": lambda a: np.linalg.eigh(a)[1],
    "svd": lambda a: np.linalg.svd(a)[0],
    "svd, right": lambda a: np.linalg.svd(a)[2],
}


@pytest.mark.parametrize("f", VECTORS.values(), ids=VECTORS)
@pytest.mark.parametrize("rounding", [0.0, 1e-16, 4e-16])
@pytest.mark.parametrize("zero", [0.0, 0j], ids=["real", "complex"])
def test_vectors_of_coinciding_values_are_refused_in_both_modes(f, rounding, zero):
    a = np.diag([1.0, 1.0 + rounding, 3.0]) + zero
    with pytest.raises(DerivativeError, match="coincide"):
        jvp(f, (a,), (a,))
    with pytest.raises(DerivativeError, match="coincide"):
        vjp(f, a)[1](np.ones_like(a))


@pytest.mark.parametrize("turn", [1.0, 1j], ids=["real", "complex"])
def test_near_values_have_the_derivative_of_the_formula(turn):
    gap = 1e-6
    a = np.diag([1.0, 1.0 + gap]) + 0 * turn
    da = np.array([[1.0, np.conj(turn)], [turn, 1.0]])
    moved = jvp(lambda a: np.abs(np.linalg.eigh(a)[1]) ** 2, (a,), (da,))[1]
    np.testing.assert_allclose(np.sum(moved, axis=0), 0.0, atol=1e-8)
    rotated = jvp(lambda a: np.linalg.eigh(a)[1], (a,), (da,))[1]
    np.testing.assert_allclose(np.abs(rotated), [[0, 1 / gap], [1 / gap, 0]], rtol=1e-8)


def test_singular_values_0_have_derivative_0():
    """As the absolute value has at 0: a convention, which norms share."""
    nuclear = lambda a: np.linalg.norm(a, "nuc")  # noqa: E731
    np.testing.assert_array_equal(grad(nuclear)(np.zeros((2, 3))), np.zeros((2, 3)))
    line = np.outer([3.0, 4.0], [1.0, 0.0, 0.0])
    np.testing.assert_allclose(grad(nuclear)(line), line / 5, atol=1e-14)
    with pytest.raises(DerivativeError, match="coincide"):
        hessian(nuclear)(line)


SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])


@pytest.mark.parametrize(
    "f", [np.linalg.inv, lambda a: np.linalg.slogdet(a)[1], lambda a: np.linalg.solve(a, a[0])]
)
def test_what_a_singular_matrix_does_not_have_is_numpy_s_error(f):
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        grad(lambda a: np.sum(f(a)))(SINGULAR)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_determinants_of_singular_matrices_have_cofactors_to_second_order(n):
    a = RNG.normal(size=(n, n))
    a[:, 0] = 0.0
    check_derivatives(np.linalg.det, a)


def test_a_pinv_of_constant_rank():
    """Where the program keeps the rank, the derivative is that of the program."""
    u, v = RNG.normal(size=(4, 1)), RNG.normal(size=(1, 3))
    check_derivatives(lambda u, v: np.linalg.pinv(u @ v), u, v)
    check_derivatives(lambda u, v: np.linalg.lstsq(u @ v, np.arange(4.0))[0], u, v)


def test_a_gaussian_log_likelihood():
    """Its gradient by the mean and by the covariance, in closed form."""
    x, mean = RNG.normal(size=(2, 3))

    def log_likelihood(mean, cov):
        root = np.linalg.cholesky(cov)
        z = np.linalg.solve(root, x - mean)
        return -0.5 * z @ z - np.sum(np.log(np.diagonal(root)))

    by_mean, by_cov = grad(log_likelihood, (0, 1))(mean, SYMMETRIC)
    inverse = np.linalg.inv(SYMMETRIC)
    w = inverse @ (x - mean)
    np.testing.assert_allclose(by_mean, w, rtol=1e-12)
    whole = (np.outer(w, w) - inverse) / 2  # of a symmetric matrix: twice, where it is read once
    np.testing.assert_allclose(by_cov, np.tril(whole) + np.tril(whole, -1), rtol=1e-12)
