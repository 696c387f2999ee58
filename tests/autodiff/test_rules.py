"""Every rule, on the samples of its function: values, first and second derivatives."""

import numpy as np
import pytest
import samples
from derivatives import check_first, check_second, check_single
from hypothesis import HealthCheck, given, settings

from dlbook.autodiff.table import name_of

FUNCTIONS = samples.inventory()
EXAMPLES = 12


def named(functions):
    return pytest.mark.parametrize("function", functions, ids=name_of)


def each_sample(function, check, examples=EXAMPLES):
    strategies, fixed = samples.of(function)
    with np.errstate(all="ignore"):
        for sample in fixed:
            check(sample)
        for strategy in strategies:
            relaxed = settings(max_examples=examples, suppress_health_check=list(HealthCheck))
            relaxed(given(strategy)(check))()


@named(FUNCTIONS)
def test_has_samples(function):
    strategies, fixed = samples.of(function)
    assert strategies or fixed, f"give {name_of(function)} samples in samples.py"


@named(FUNCTIONS)
def test_first_derivatives(function):
    each_sample(function, check_first)


@named(FUNCTIONS)
def test_second_derivatives(function):
    each_sample(function, check_second)


@named(FUNCTIONS)
def test_float32(function):
    each_sample(function, check_single)
