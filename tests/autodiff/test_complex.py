"""Complex values: every rule that is said to hold for them does, and every other one refuses them.

A sample of a function of real arrays becomes one of complex arrays, whose real and imaginary
parts are what it is differentiated by, and of. So all the checks of `derivatives` serve.
"""

import numpy as np
import pytest
import samples
from derivatives import Sample, check_first, check_second, check_single, replaced
from test_rule_mutations import drawn
from test_rules import Wrapper, each_sample, named

from dlbook import trees
from dlbook.autodiff import (
    DerivativeError,
    checkpoint,
    defvjp,
    grad,
    hessian,
    jacobian,
    jvp,
    linearize,
    primitive,
    value_and_grad,
    vjp,
)
from dlbook.autodiff.rules import elementwise
from dlbook.autodiff.table import TABLE, name_of
from dlbook.exercises.samples import like

FUNCTIONS = samples.inventory()
HOLDING = [f for f in FUNCTIONS if TABLE[f].complex]
REFUSING = [f for f in FUNCTIONS if not TABLE[f].complex]
EXAMPLES = 3  # what Hypothesis draws from each strategy


def in_parts(sample, which):
    """Return a sample by real and imaginary parts: those of its arguments at some positions."""
    rng = np.random.default_rng([sample.seed, 7])
    args = []
    for i, a in enumerate(sample.args):
        args.append(a)
        if i in which:
            size = rng.uniform(0.2, 0.6, np.shape(a)) * rng.choice([-1, 1], np.shape(a))
            args.append(like(size, a))

    def f(*parts):
        given = iter(parts)
        joined = [
            _joined(next(given), next(given)) if i in which else next(given)
            for i in range(len(sample.args))
        ]
        return [part for leaf in trees.leaves(sample.f(*joined)) for part in _parts(leaf)]

    note = f"{sample.note or sample.f}, complex in {which}"
    return Sample(f, tuple(args), note, exact=False, seed=sample.seed)


def _joined(x, y):
    z = x + 1j * y
    return np.where(True, z, z) if isinstance(x, np.ndarray) and np.ndim(x) == 0 else z


def _parts(leaf):
    return [np.real(leaf), np.imag(leaf)] if np.iscomplexobj(leaf) else [leaf]


def numpy_refuses(sample):
    """Whether NumPy's own function takes no complex numbers there."""
    try:
        _ = sample.value
    except (TypeError, ValueError, np.exceptions.ComplexWarning):
        return True
    return False


def checking(check):
    def check_complex(sample):
        n = len(sample.args)
        choices = [tuple(range(n)), *([(0,), (n - 1,)] if n > 1 else [])]
        one = in_parts(sample, choices[sample.seed % len(choices)])
        if numpy_refuses(one):
            check_refused(one, Exception, None)
            return
        check(one)

    return check_complex


def check_refused(sample, kind=DerivativeError, words="takes real numbers only"):
    with pytest.raises(kind, match=words):
        vjp(sample.f, *sample.args)
    with pytest.raises(kind, match=words):
        jvp(sample.f, sample.args, sample.args)


@named(HOLDING)
def test_first_derivatives(function):
    each_sample(function, checking(check_first), EXAMPLES)


@pytest.mark.slow
@named(HOLDING)
def test_second_derivatives(function):
    each_sample(function, checking(check_second), EXAMPLES)


@pytest.mark.slow
@named(HOLDING)
def test_complex64(function):
    each_sample(function, checking(check_single), EXAMPLES)


# The adjoint of a real part is real, of that of a real operand the real part counts, and two sums,
# of which a sample has one itself, make two conjugates.
IMMUNE = {elementwise.real_part, np.fft.rfft, np.add}
CONJUGATED = [f for f in HOLDING if TABLE[f].rule is not None and f not in IMMUNE]


class Conjugated(Wrapper):
    def __getitem__(self, position):
        rule = self.rules[position]
        return rule and (lambda *args, **options: np.conjugate(rule(*args, **options)))


def is_wrong(sample):
    one = in_parts(sample, range(len(sample.args)))
    if numpy_refuses(one):
        return False
    try:
        check_first(one)
    except AssertionError:
        return True
    return False


@named(CONJUGATED)
def test_finds_a_conjugate_too_many(function):
    rule = TABLE[function].rule
    with np.errstate(all="ignore"), replaced(rule, vjps=Conjugated(rule.vjps)):
        assert any(map(is_wrong, drawn(function)))


@named(REFUSING)
def test_refused_or_right(function):
    """As `max(z)` is, which compares entries and takes one."""
    refused = []

    def check(sample):
        try:
            check_first(sample)
        except DerivativeError:
            check_refused(sample)
            refused.append(sample)

    def check_all(sample):
        one = in_parts(sample, range(len(sample.args)))
        if numpy_refuses(one):
            check_refused(one, Exception, None)
            refused.append(one)
        else:
            check(one)

    each_sample(function, check_all, EXAMPLES)
    assert refused


@primitive
def square(z):
    return z * z


defvjp(square, lambda g, ans, z: 2 * g * z)

# ---- the convention ----------------------------------------------------------------------

Z = np.array([0.7 - 0.4j, -1.3 + 0.9j, 0.2 + 1.1j])


@pytest.mark.parametrize(
    ("f", "adjoint"),
    [
        (np.real, 1.0),
        (np.imag, -1j),
        (lambda z: np.abs(z) ** 2, 2 * np.conj(0.7 - 0.4j)),
        (np.angle, -1j / (0.7 - 0.4j)),
        (lambda z: np.real(z**3), 3 * (0.7 - 0.4j) ** 2),
        (lambda z: np.imag(np.conj(z)), 1j),
    ],
)
def test_an_adjoint_is_the_slope_in_x_minus_i_times_that_in_y(f, adjoint):
    z = 0.7 - 0.4j
    assert vjp(f, z)[1](1.0)[0] == pytest.approx(adjoint, rel=1e-14)
    for direction in (1.0, 1j, 0.3 - 2j):  # a change moves the value by the real part of a product
        moved = jvp(f, (z,), (direction,))[1]
        assert isinstance(moved, float)
        assert moved == pytest.approx((adjoint * direction).real, rel=1e-14)


def test_of_a_real_value_the_real_part_counts():
    slope = grad(lambda x: np.abs(1j * x))(1.5)
    assert type(slope) is float
    assert slope == 1.0
    x = np.array([0.5, -2.0], np.float32)
    gradient = grad(lambda x: np.sum(np.real(np.exp(1j * x))))(x)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, -np.sin(x), rtol=1e-6)


@pytest.mark.parametrize("z", [0j, 0.0, np.zeros(2, complex), np.zeros(2)])
def test_the_absolute_value_has_the_slope_0_at_0(z):
    np.testing.assert_array_equal(vjp(lambda z: np.sum(np.abs(z)), z)[1](1.0)[0], np.zeros_like(z))
    np.testing.assert_array_equal(
        vjp(np.linalg.norm, np.atleast_1d(z))[1](1.0)[0], 0 * Z[: np.size(z)]
    )


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (np.exp, np.exp),
        (np.log, lambda z: 1 / z),
        (np.sqrt, lambda z: 0.5 / np.sqrt(z)),
        (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
        (np.arccosh, lambda z: 1 / (np.sqrt(z - 1) * np.sqrt(z + 1))),
        (np.arcsinh, lambda z: 1 / np.sqrt(1 + z * z)),
        (lambda z: z ** (2 - 1j), lambda z: (2 - 1j) * z ** (1 - 1j)),
        (lambda z: (2 - 1j) ** z, lambda z: (2 - 1j) ** z * np.log(2 - 1j)),
        (lambda z: (-2.0) ** z, lambda z: (-2.0 + 0j) ** z * np.log(-2.0 + 0j)),
        (
            lambda z: (1 - z * z) / (1j + z),
            lambda z: -2 * z / (1j + z) - (1 - z * z) / (1j + z) ** 2,
        ),
    ],
)
@pytest.mark.parametrize("z", [0.7 - 0.4j, -1.3 + 0.9j, np.complex128(0.2 + 1.1j)])
def test_holomorphic_functions_have_complex_derivatives(f, slope, z):
    assert grad(f, holomorphic=True)(z) == pytest.approx(slope(z), rel=1e-13)
    assert jvp(f, (z,), (1.0,))[1] == pytest.approx(slope(z), rel=1e-13)
    second = grad(grad(f, holomorphic=True), holomorphic=True)(z)
    step = 1e-5
    assert second == pytest.approx((slope(z + step) - slope(z - step)) / (2 * step), rel=1e-7)


def test_a_gradient_of_several_complex_numbers():
    (value, aux), gradient = value_and_grad(
        lambda z: (np.sum(z**2 * np.array([1, 1j, 2])), "aux"), has_aux=True, holomorphic=True
    )(Z)
    np.testing.assert_allclose(gradient, 2 * Z * np.array([1, 1j, 2]))
    assert aux == "aux"
    assert isinstance(value, np.complex128)


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (lambda: grad(np.abs)(1j), "an argument is complex.*holomorphic=True"),
        (lambda: hessian(lambda z: np.sum(np.abs(z)))(Z), "an argument is complex"),
        (lambda: jacobian(np.abs)(Z), "an argument is complex"),
        (lambda: grad(lambda x: 1j * x)(1.0), "the value is complex.*holomorphic=True"),
        (lambda: grad(lambda x: 1j)(1.0), "the value is complex"),
        (lambda: grad(np.exp, holomorphic=True)(1.0), "an argument is real"),
        (lambda: grad(np.abs, holomorphic=True)(1j), "the value is real"),
        (lambda: grad(abs, holomorphic=True)(1j), "the value is real"),
        (lambda: jacobian(lambda x: 1j * x, mode="reverse")(np.ones(2)), 'mode="forward"'),
        (lambda: grad(lambda x: np.abs(complex(x, 1.0)))(1.0), "are traced"),
        (lambda: vjp(np.sign, 1j)[0], "z / np.abs"),
        (lambda: vjp(square, 1j)[0], "takes real numbers only"),
    ],
)
def test_what_is_real_and_what_complex_is_said(transform, words):
    with pytest.raises(DerivativeError, match=f"(?s){words}"):
        transform()


@pytest.mark.parametrize(
    "transform",
    [
        lambda: jvp(np.sin, (1.0,), (1j,)),
        lambda: vjp(np.abs, 1j)[1](1j),
        lambda: linearize(np.sin, 1.0)[1](1j),
    ],
)
def test_directions_of_real_values_are_real(transform):
    with pytest.raises(ValueError, match="is complex; the value is real"):
        transform()


def test_jacobians_of_complex_results_are_complex():
    x = np.array([0.5, -1.0, 2.0])
    jacobians = jacobian(np.fft.fft)(x)
    np.testing.assert_allclose(jacobians, np.fft.fft(np.eye(3)), atol=1e-15)
    np.testing.assert_allclose(jacobian(lambda x: np.exp(1j * x[:2]))(x)[:, 2], 0, atol=0)


def test_hessians_through_a_transform():
    """Of the sum of |xₖ|⁴ in the spectrum, against differences of the gradient."""
    x = np.array([0.5, -1.0, 2.0])

    def f(x):
        return np.sum(np.abs(np.fft.fft(x) * (1 + np.arange(3))) ** 4)

    found = hessian(f)(x)
    wanted = [(grad(f)(x + 1e-5 * e) - grad(f)(x - 1e-5 * e)) / 2e-5 for e in np.eye(3)]
    np.testing.assert_allclose(found, wanted, rtol=1e-7)


@pytest.mark.parametrize("ufunc", [f for f in TABLE if isinstance(f, np.ufunc)], ids=name_of)
def test_a_rule_that_a_ufunc_has_for_real_numbers_is_not_used_for_complex_ones(ufunc):
    """It is refused by its result: so a complex operand must not give a real one."""
    entry = TABLE[ufunc]
    if entry.rule is None or entry.rule.complex:
        return
    for types in ufunc.types:
        given, _, found = types.partition("->")
        assert not set(given) & set("FDG") or set(found) <= set("FDG"), types


@pytest.mark.parametrize("n", [1, 2, 3, 6, 8])
@pytest.mark.parametrize("size", [1, 2, 5, 6])
@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
@pytest.mark.parametrize(
    "transform", [np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft]
)
def test_transforms_are_transposed(transform, norm, size, n):
    """For every linear f, real part of ⟨g, f(z)⟩ = real part of ⟨adjoint, z⟩."""
    rng = np.random.default_rng([size, n])
    z = rng.normal(size=(2, size, 3))
    if transform not in (np.fft.rfft, np.fft.ihfft):
        z = z + 1j * rng.normal(size=z.shape)
    value, pullback = vjp(lambda z: transform(z, n, axis=1, norm=norm), z)
    np.testing.assert_allclose(value, transform(z, n, axis=1, norm=norm), atol=1e-14)
    g = rng.normal(size=value.shape)
    g = g + 1j * rng.normal(size=g.shape) if np.iscomplexobj(value) else g
    (adjoint,) = pullback(g)
    assert adjoint.dtype == z.dtype
    assert np.sum(g * value).real == pytest.approx(np.sum(adjoint * z).real, rel=1e-11, abs=1e-12)


def test_checkpoints_of_complex_values():
    def step(z):
        return np.exp(1j * z) * z

    def loss(x, step):
        return np.sum(np.abs(step(step(x * (1 + 1j)))))

    x = np.array([0.3, -0.8])
    one, other = (grad(lambda x, s=s: loss(x, s))(x) for s in (step, checkpoint(step)))
    np.testing.assert_allclose(one, other, rtol=1e-14)
