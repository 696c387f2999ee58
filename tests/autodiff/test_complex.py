"""Complex values: every rule that is said to hold for them does, and every other one refuses them.

A sample of a function of real arrays becomes one of complex arrays, whose real and imaginary
parts are what it is differentiated by, and of. So all the checks of `derivatives` serve.
"""

import numpy as np
import pytest
import samples
from derivatives import Sample, check_first, check_second, check_single
from test_rules import each_sample, named

from dlbook import trees
from dlbook.autodiff import DerivativeError, jvp, vjp
from dlbook.autodiff.table import TABLE
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
        try:
            check(one)
        except DerivativeError as error:  # of the norms, those by singular values
            if "np.linalg.svdvals takes" not in str(error):
                raise

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
