"""The lists of functions that have a derivative say what the table of rules says."""

import re
from pathlib import Path

import numpy as np
import pytest
import scipy.special
from _ext.page.derivatives import arguments, for_complex, known, of_scipy, without_rule

from dlbook.autodiff import DerivativeError, grad
from dlbook.autodiff.dispatch import call
from dlbook.autodiff.numerical import richardson
from dlbook.autodiff.table import TABLE, name_of

KINDS = sorted({entry.kind for entry in TABLE.values()} - {"primitive"})
PAGE = Path(__file__).parents[2] / "docs" / "api" / "autodiff-functions.md"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_on_the_page(kind):
    assert kind in re.findall(r"^:::\{derivatives\} (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert known(kind)


def test_names_and_arguments_are_those_of_the_table():
    elementwise = known("elementwise")
    assert list(elementwise) == sorted(elementwise, key=str.lower)
    assert arguments(elementwise["np.arctan2"]) == ("x, y", "")
    assert arguments(known("linear")["np.moveaxis"]) == ("a", "source, destination")
    assert "out" not in arguments(known("general")["np.sum"])[1]
    assert arguments(known("composed")["np.clip"])[0].startswith("a, a_min, a_max")


MODULES = {"np": np, "np.linalg": np.linalg, "np.fft": np.fft}


def test_each_function_of_numpy_is_on_one_list():
    """There is none of which a reader does not learn what becomes of it."""
    listed = [name for kind in KINDS for name in known(kind)]
    assert len(listed) == len(set(listed))
    refused = without_rule()
    assert not set(listed) & set(refused)
    for prefix, module in MODULES.items():
        for name in module.__all__:
            function = getattr(module, name)
            if isinstance(function, np.ufunc) or hasattr(function, "_implementation"):
                known_as = name_of(function)
                assert (known_as in listed) + (f"{prefix}.{name}" in refused) == 1, name
    assert "np.unravel_index" in refused
    assert {"np.linalg.solve", "np.fft.fft", "np.fft.irfftn"} <= set(listed)


def test_the_functions_for_complex_values_are_those_of_the_table():
    names = for_complex()
    assert names == sorted(set(names), key=str.lower)
    assert {"np.exp", "np.fft.fft", "np.abs", "np.real", "np.linalg.solve"} - {*names} == {"np.abs"}
    assert {f"np.linalg.{name}" for name in ["svd", "eigh", "qr", "pinv", "lstsq"]} <= {*names}
    assert not {"np.max", "np.sort", "np.polyfit", "np.sign", "np.isnan", "np.shape"} & {*names}
    assert name_of(np.abs) in names


def test_each_function_of_scipy_s_is_on_one_list():
    rules, without = of_scipy()
    names = [n for n in scipy.special.__all__ if not isinstance(getattr(scipy.special, n), type)]
    assert {f"scipy.special.{name}" for name in names} == rules.keys() | without.keys()
    assert not rules.keys() & without.keys()
    assert rules["scipy.special.digamma"] == rules["scipy.special.xlogy"] == "all"
    assert rules["scipy.special.betainc"] == "the third"
    assert rules["scipy.special.zeta"] == "the second"
    assert rules["scipy.special.gammasgn"] == "none: its derivative is 0"
    assert without["scipy.special.softmax"] == "dlbook.special.softmax(x)"


@pytest.mark.parametrize("name", of_scipy()[0])
def test_an_argument_of_scipy_s_is_refused_unless_it_is_listed(name):
    function, which = (
        getattr(scipy.special, name.removeprefix("scipy.special.")),
        of_scipy()[0][name],
    )
    words = ["the first", "the second", "the third"]
    n = getattr(function, "nin", {"zeta": 2, "sinc": 1}.get(name.rpartition(".")[2]))
    for i in range(n):
        places = [0.4 if function is not scipy.special.zeta else 2.5] * n

        def f(x, i=i, places=places):
            return function(*places[:i], x, *places[i + 1 :])

        if which.startswith("none"):
            assert grad(lambda x, f=f: f(x) + 0 * x)(0.4) == 0.0
        elif which == "all" or words[i] in which:
            assert grad(f)(0.4) == pytest.approx(richardson(f, 0.4), rel=1e-6)
        else:
            with pytest.raises(DerivativeError, match=f"no reverse rule for its argument {i}"):
                grad(f)(0.4)


@pytest.mark.parametrize("name", without_rule())
def test_a_function_without_a_rule_is_refused_by_name(name):
    prefix, _, last = name.rpartition(".")
    function = getattr(MODULES[prefix], last)
    with pytest.raises(DerivativeError, match="there is no rule for") as error:
        grad(lambda x: call(function, (x,), {}))(0.5)
    assert name_of(function) in str(error.value)
    assert without_rule()[name] in str(error.value)
