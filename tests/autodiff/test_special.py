"""SciPy's special functions: ufuncs by their rules, the others by their twins in dlbook.special."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.special
import scipy.stats

from dlbook import special
from dlbook.autodiff import DerivativeError, check_derivatives, defvjp, grad, hessian, jvp
from dlbook.autodiff.table import TABLE

RNG = np.random.default_rng(2)
A = RNG.normal(size=(2, 3, 2)) * 2
INFINITE = np.array([[-np.inf, 0.5, -np.inf], [-np.inf, -np.inf, -np.inf], [1.0, 2.0, 2000.0]])
FUNCTIONS = ["logsumexp", "softmax", "log_softmax"]
AXES = [None, 0, 1, -1, (0, 2)]


# ---- twins -------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_twin_is_scipy_s(name, axis):
    ours, theirs = getattr(special, name), getattr(scipy.special, name)
    for a in (A, A * 300, A.astype(np.float32), A.astype(np.float32) * 30):
        found, wanted = ours(a, axis=axis), theirs(a, axis=axis)
        assert np.asarray(found).dtype == a.dtype
        eps = np.finfo(a.dtype).eps
        np.testing.assert_allclose(found, wanted, rtol=16 * eps, atol=16 * eps)
        assert type(found) is type(wanted)
    check_derivatives(lambda a: ours(a, axis=axis), A)
    single = A.astype(np.float32)
    assert jvp(lambda a: ours(a, axis=axis), (single,), (single,))[1].dtype == np.float32
    assert grad(lambda a: np.sum(ours(a, axis=axis)[..., None]))(single).dtype == np.float32


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("x", [0.7, np.float64(0.7), np.array(0.7)], ids=["float", "scalar", "0-d"])
def test_a_twin_of_one_number(name, x):
    assert getattr(special, name)(x) == pytest.approx(getattr(scipy.special, name)(x))
    assert grad(getattr(special, name))(x) == (1.0 if name == "logsumexp" else 0.0)


def test_logsumexp_with_factors():
    b = np.array([0.5, 2.0])
    for options in ({}, {"axis": 1}, {"axis": (0, 2), "keepdims": True}):
        found = special.logsumexp(A, b=b, **options)
        np.testing.assert_allclose(found, scipy.special.logsumexp(A, b=b, **options), rtol=1e-14)
        check_derivatives(lambda a, b, options=options: special.logsumexp(a, b=b, **options), A, b)
    x = np.array([np.inf, 1.0, 2.0])
    factors = np.array([0.0, 1.0, 3.0])  # a factor 0 takes even infinity away
    np.testing.assert_allclose(
        grad(special.logsumexp)(x, b=factors), [0, *special.softmax(x[1:] + np.log([1.0, 3.0]))]
    )
    assert special.logsumexp(x, b=factors) == scipy.special.logsumexp(x, b=factors)
    assert np.isnan(special.logsumexp(A, b=-1.0))


def test_what_is_infinite():
    found = special.logsumexp(INFINITE, axis=1)
    np.testing.assert_array_equal(found, scipy.special.logsumexp(INFINITE, axis=1))
    gradient = grad(lambda x: np.sum(np.where(np.isfinite(found), special.logsumexp(x, axis=1), 0)))
    np.testing.assert_array_equal(gradient(INFINITE), [[0, 1, 0], [0, 0, 0], [0, 0, 1]])
    assert special.logsumexp(np.array([np.inf, 0.0])) == np.inf
    np.testing.assert_array_equal(special.softmax(INFINITE[0]), [0, 1, 0])
    np.testing.assert_array_equal(special.log_softmax(INFINITE[0]), [-np.inf, 0, -np.inf])
    assert special.logsumexp(np.zeros((0, 2))) == -np.inf


METHODS = ["logpdf", "pdf", "cdf", "logcdf", "sf", "logsf"]


@pytest.mark.parametrize("name", METHODS)
def test_the_normal_distribution(name):
    ours, theirs = getattr(special.norm, name), getattr(scipy.stats.norm, name)
    loc, scale = np.array([0.5, -1.0]), np.array([[0.7], [2.0], [1.5]])
    np.testing.assert_allclose(ours(A, loc, scale), theirs(A, loc, scale), rtol=1e-12)
    np.testing.assert_allclose(ours(0.3), theirs(0.3), rtol=1e-14)
    check_derivatives(ours, A, loc, scale)
    for far in (-40.0, 40.0):
        found, wanted = grad(ours)(far), _score(name, far)
        assert found == pytest.approx(wanted, rel=1e-11, abs=1e-300)


def _score(name, x):
    """Return the derivatives of the normal distribution, by Mills' ratio."""
    density = np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    below, above = (np.sqrt(2 / np.pi) / scipy.special.erfcx(s * x / np.sqrt(2)) for s in (-1, 1))
    slopes = {"logpdf": -x, "pdf": -x * density, "cdf": density, "sf": -density}
    return (slopes | {"logcdf": below, "logsf": -above})[name]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_polygamma(n):
    x = np.array([0.3, 1.5, 6.0])
    np.testing.assert_allclose(special.polygamma(n, x), scipy.special.polygamma(n, x), rtol=1e-14)
    np.testing.assert_allclose(
        grad(lambda x: np.sum(special.polygamma(n, x)))(x), scipy.special.polygamma(n + 1, x)
    )
    assert special.polygamma(n, x.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("d", [1, 2, 3])
def test_multigammaln(d):
    x = np.array([1.3, 1.5, 6.0])
    np.testing.assert_allclose(
        special.multigammaln(x, d), scipy.special.multigammaln(x, d), rtol=1e-13
    )
    check_derivatives(lambda a: special.multigammaln(a, d), x)


# ---- ufuncs: what the samples do not reach ------------------------------------------------

TAILS = {
    "expit": (40.0, lambda x: np.exp(-x)),
    "log_expit": (-800.0, lambda x: 1.0),
    "erfc": (5.0, lambda x: -2 / np.sqrt(np.pi) * np.exp(-x * x)),
    "erfcx": (1e5, lambda x: -(1 - 1.5 / x**2) / (np.sqrt(np.pi) * x**2)),
    "log_ndtr": (-1e5, lambda x: -x + 1 / -x),
    "gammaln": (1e8, lambda x: np.log(x) - 0.5 / x),
    "i0e": (1e5, lambda x: -0.5 / x * scipy.special.i0e(x) * (1 + 0.25 / x)),
    "k0e": (1e5, lambda x: -0.5 / x * scipy.special.k0e(x) * (1 - 0.25 / x)),
    "xlogy": (0.0, lambda x: np.log(2.0)),
    "entr": (0.0, lambda x: np.inf),
    "j1": (0.0, lambda x: 0.5),
    "i1": (0.0, lambda x: 0.5),
}


@pytest.mark.parametrize("name", TAILS)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_tails_keep_their_digits(name):
    place, slope = TAILS[name]
    f = getattr(scipy.special, name)
    more = [2.0] if name == "xlogy" else []
    assert grad(f)(place, *more) == pytest.approx(slope(place), rel=1e-9)


def test_logarithms_at_0():
    s = scipy.special
    assert grad(s.xlogy, 1)(0.0, 0.0) == 0.0
    assert grad(s.xlog1py, 1)(0.0, -1.0) == 0.0
    assert grad(s.rel_entr, 1)(0.0, 0.0) == 0.0
    assert grad(s.kl_div, 1)(0.0, 0.0) == 1.0
    assert grad(lambda x: grad(s.xlogy, 1)(x, 2.0))(0.0) == 0.5
    assert grad(s.gammainc, 1)(1.0, 0.0) == 1.0


WITHOUT = {"jv": 0, "yv": 0, "iv": 0, "kv": 0, "gammainc": 0, "gammaincc": 0, "gammaincinv": 0}


@pytest.mark.parametrize("name", WITHOUT)
def test_parameters_without_a_formula_are_refused(name):
    for transform in (
        lambda f: grad(f)(0.5, 0.7),
        lambda f: jvp(lambda v: f(v, 0.7), (0.5,), (1.0,)),
    ):
        with pytest.raises(DerivativeError, match=rf"scipy\.special\.{name} has no .* argument 0"):
            transform(getattr(scipy.special, name))


def test_zeta():
    f = lambda q: scipy.special.zeta(3.0, q)  # noqa: E731
    check_derivatives(f, np.array([0.7, 1.5]))
    with pytest.raises(DerivativeError, match="argument 0"):
        grad(scipy.special.zeta)(3.0, 1.5)


def test_a_rule_of_one_s_own_replaces_ours():
    before = TABLE[scipy.special.erfi]
    try:
        defvjp(scipy.special.erfi, lambda g, ans, x: 7.0 * g)
        assert grad(scipy.special.erfi)(0.3) == 7.0
    finally:
        TABLE[scipy.special.erfi] = before


LATE = """
import sys
import numpy as np
from dlbook.autodiff import defvjp, grad
from dlbook.autodiff.table import TABLE
assert "scipy" not in sys.modules, "SciPy is imported first"
size = len(TABLE)
f = np.frompyfunc(lambda x: x, 1, 1)
try:
    grad(f)(1.0)
except TypeError as error:
    assert "no rule" in str(error)
assert "scipy" not in sys.modules and len(TABLE) == size
import scipy.special
defvjp(scipy.special.erf, lambda g, ans, x: 7.0 * g)  # the first that we see of it
assert grad(scipy.special.erf)(0.3) == 7.0
assert grad(scipy.special.ndtr)(0.0) > 0.39
from dlbook import special
assert grad(special.logsumexp)(np.ones(2)).tolist() == [0.5, 0.5]
"""


def test_scipy_is_not_imported_and_its_rules_come_with_its_first_ufunc():
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


ABSENT = """
import sys
sys.modules["scipy"] = None  # as if it were not installed
import numpy as np
from dlbook import special
from dlbook.autodiff import grad
assert grad(special.norm.logpdf)(2.0) == -2.0
try:
    special.norm.cdf(2.0)
except ModuleNotFoundError as error:
    assert 'pip install "dlbook[special]"' in str(error), error
else:
    raise AssertionError
"""


def test_without_scipy_an_error_says_what_to_install():
    done = subprocess.run(
        [sys.executable, "-c", ABSENT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_poisson_likelihood_with_a_gamma_prior():
    """Its Hessian in closed form."""
    counts = np.array([2.0, 0.0, 5.0, 1.0])

    def posterior(log_rate):
        rate = np.exp(log_rate)
        likelihood = scipy.special.xlogy(counts, rate) - rate - scipy.special.gammaln(counts + 1)
        return np.sum(likelihood) + np.sum(log_rate - rate)

    x = np.array([0.3, -0.2, 1.0, 0.1])
    np.testing.assert_allclose(grad(posterior)(x), counts + 1 - 2 * np.exp(x), rtol=1e-12)
    np.testing.assert_allclose(
        hessian(posterior)(x), np.diag(-2 * np.exp(x)), rtol=1e-12, atol=1e-14
    )
