"""What a check lets pass comes back in one form; all else is named, with what was expected."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook import autodiff
from dlbook.checks import (
    check_array,
    check_integer,
    check_labels,
    check_number,
    check_rng,
    shown,
)

integers = st.integers(-(10**30), 10**30)


@given(integers, integers, st.none() | integers)
def test_an_integer_passes_where_it_lies_within_the_bounds(value, least, most):
    if least <= value and (most is None or value <= most):
        assert check_integer("n", value, least, most) == value
    else:
        with pytest.raises(ValueError, match=rf"^n is {value}; expected an integer"):
            check_integer("n", value, least, most)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, np.uint64])
def test_numpy_integers_become_ints(kind):
    assert type(check_integer("n", kind(7), 0)) is int
    assert check_integer("n", kind(7), 0) == 7


@pytest.mark.parametrize(
    "wrong", [2.0, np.float64(2), "2", None, True, False, np.True_, [2], Decimal(2), Fraction(2)]
)
def test_what_is_not_an_integer_is_refused_whatever_the_bounds(wrong):
    for least in (-100, 0, 1, 100):
        with pytest.raises(ValueError, match=rf"expected an integer ≥ {least}$"):
            check_integer("n", wrong, least)


def test_a_refusal_names_both_bounds():
    with pytest.raises(ValueError, match=r"^n is 10; expected an integer from 1 to 9$"):
        check_integer("n", 10, 1, 9)


numbers = st.integers(-99, 99) | st.floats() | st.fractions(-99, 99)


@given(numbers, st.floats(-99, 99), st.booleans())
def test_a_number_passes_where_it_is_finite_and_within_the_bound(value, bound, strict):
    limit = {"above": bound} if strict else {"least": bound}
    if math.isfinite(value) and (value > bound if strict else value >= bound):
        assert check_number("a", value, **limit) == float(value)
        assert type(check_number("a", value, **limit)) is float
    else:
        with pytest.raises(ValueError, match=rf"expected a finite number {'>' if strict else '≥'}"):
            check_number("a", value, **limit)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.longdouble, np.int8])
def test_numpy_numbers_become_floats(kind):
    assert type(check_number("a", kind(3))) is float
    assert check_number("a", kind(3)) == 3


@pytest.mark.parametrize(
    "wrong", ["1", None, True, np.True_, 1j, [1.0], np.ones(1), math.nan, math.inf, 10**400]
)
def test_what_is_not_a_finite_number_is_refused(wrong):
    with pytest.raises(ValueError, match=r"; expected a finite number$"):
        check_number("a", wrong)


@given(st.lists(st.integers(-3, 5), min_size=1, max_size=5), st.integers(1, 5))
def test_labels_pass_where_each_is_a_class(labels, classes):
    given_labels = np.array(labels)
    wrong = [i for i, label in enumerate(labels) if not 0 <= label < classes]
    if not wrong:
        check_labels(given_labels, (len(labels), classes))
    else:
        i = wrong[0]
        with pytest.raises(
            ValueError, match=rf"^y\[{i}\] is {labels[i]}; expected 0 to {classes - 1}$"
        ):
            check_labels(given_labels, (len(labels), classes), "y")


@pytest.mark.parametrize(
    ("labels", "shape", "message"),
    [
        (np.zeros(0, int), (0, 3), r"logits have shape \(0, 3\); expected \(n, classes\)"),
        (np.zeros(3, int), (3,), r"logits have shape \(3,\)"),
        (np.zeros(3), (3, 2), "labels has dtype float64; expected integers from 0 to 1"),
        (np.zeros((3, 2)), (3, 2), r"; if its rows are one-hot, labels.argmax\(axis=1\) is what"),
        (np.zeros((3, 2), int), (3, 2), r"labels has shape \(3, 2\); expected \(3,\).*one-hot"),
        (np.zeros((3, 1), int), (3, 2), r"; labels.reshape\(-1\) has it"),
        (np.zeros((3, 2)), (3,), "; are logits and labels swapped"),
        (np.zeros(3, bool), (3, 2), "labels has dtype bool; expected integers"),
        (np.zeros(2, int), (3, 2), r"labels has shape \(2,\); expected \(3,\)"),
    ],
)
def test_labels_that_do_not_fit_are_explained(labels, shape, message):
    with pytest.raises(ValueError, match=message):
        check_labels(labels, shape)


@pytest.mark.parametrize("labels", [[0, 1], (0, 1), 0, None, "01"])
def test_labels_are_an_array(labels):
    with pytest.raises(TypeError, match=r"^y is .*; expected a NumPy array"):
        check_labels(labels, (2, 2), "y")


class Frame:
    """What a data frame has."""

    def to_numpy(self):
        return np.zeros(1)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1.0], r"^x is a list; expected a NumPy array: np.array\(x\) makes one$"),
        ((1, 2), r"^x is a tuple; expected a NumPy array: np.array\(x\) makes one$"),
        (Frame(), r"^x is a Frame; expected a NumPy array: x.to_numpy\(\) makes one$"),
        (3.0, "^x is a float; expected a NumPy array$"),
        (None, "^x is a NoneType; expected a NumPy array$"),
        (np.float64(3), "^x is a float64; expected a NumPy array$"),
        ({"x": 1}, "^x is a dict; expected a NumPy array$"),
    ],
)
def test_what_is_not_an_array_is_told_from_one(value, message):
    with pytest.raises(TypeError, match=message):
        check_array("x", value)


def test_an_array_passes_whether_it_is_differentiated_or_not():
    asked = []

    def f(x):
        check_array("x", x)
        asked.append(x)
        return np.sum(x**2)

    autodiff.grad(f)(np.ones(3))
    autodiff.jvp(f, (np.ones(3),), (np.ones(3),))
    assert len(asked) == 2
    check_array("x", np.array(1.0))


@pytest.mark.parametrize("wrong", [0, 7, None, np.random, np.random.RandomState(0), "seed"])
def test_a_seed_is_not_a_generator(wrong):
    seed = 7 if wrong == 7 else 0
    with pytest.raises(TypeError, match=rf"; expected a random generator: .*default_rng\({seed}\)"):
        check_rng("rng", wrong)
    check_rng("rng", np.random.default_rng(0))


@given(st.recursive(st.integers() | st.text(), st.lists, max_leaves=200))
def test_what_an_error_shows_is_short(value):
    text = shown(value)
    assert len(text) <= 80
    assert "\n" not in text
    assert text in (repr(value), f"a {type(value).__name__}", f"an {type(value).__name__}")


def test_arrays_are_shown_by_their_shape():
    with pytest.raises(
        ValueError, match=r"^n is an ndarray of shape \(1000,\); expected an integer"
    ):
        check_integer("n", np.zeros(1000), 0)
    with pytest.raises(ValueError, match=r"^a is a list; expected a finite number$"):
        check_number("a", [0.5] * 1000)
