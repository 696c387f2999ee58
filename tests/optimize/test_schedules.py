"""Schedules: PyTorch's rates, and bounds."""

import math
import warnings
from types import FunctionType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.optimize import Cosine, InverseRoot, OneCycle, StepDecay, WarmUp


def in_torch(make, number):
    """Return the rates of the first steps by PyTorch, for the largest rate 0.5."""
    torch = pytest.importorskip("torch")
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it wants the optimiser to step
        schedule = make(torch.optim.lr_scheduler, optimiser)
        rates = []
        for _ in range(number):
            rates.append(optimiser.param_groups[0]["lr"])
            schedule.step()
    return rates


def label(value):
    """The name of a case; not of a lambda, whose repr differs from process to process."""
    return None if isinstance(value, FunctionType) else repr(value)


@pytest.mark.torch
@pytest.mark.parametrize(
    ("schedule", "make", "number"),
    [
        (StepDecay(0.5, 3, 0.2), lambda s, o: s.StepLR(o, 3, 0.2), 20),
        (StepDecay(0.5, 1), lambda s, o: s.StepLR(o, 1), 5),
        (Cosine(0.5, 7), lambda s, o: s.CosineAnnealingLR(o, 7), 8),
        (Cosine(0.5, 12, 0.1), lambda s, o: s.CosineAnnealingLR(o, 12, 0.1), 13),
        (WarmUp(0.5, 5), lambda s, o: s.LinearLR(o, 1 / 5, total_iters=4), 12),
        (OneCycle(0.5, 20), lambda s, o: s.OneCycleLR(o, 0.5, 20), 19),
        (
            OneCycle(0.5, 30, rise=0.4, start=0.1, end=0.01),
            lambda s, o: s.OneCycleLR(
                o, 0.5, 30, pct_start=0.4, div_factor=10, final_div_factor=100
            ),
            29,
        ),
    ],
    ids=label,
)
def test_the_rates_are_those_of_pytorch(schedule, make, number):
    ours = [schedule(step) for step in range(1, number + 1)]
    np.testing.assert_allclose(ours, in_torch(make, number), rtol=1e-12)


@given(st.floats(1e-3, 1e3), st.integers(1, 50), st.floats(0, 1))
def test_a_cosine_goes_from_its_rate_to_its_least_and_stays(rate, steps, part):
    least = part * rate
    rates = [Cosine(rate, steps, least)(step) for step in range(1, steps + 4)]
    np.testing.assert_allclose(rates[0], rate)
    np.testing.assert_allclose(rates[steps:], least, atol=1e-12)
    assert (np.diff(rates) <= 1e-12 * rate).all()
    # Halfway in the number of steps it is halfway in value.
    np.testing.assert_allclose(Cosine(rate, 2 * steps, least)(steps + 1), (rate + least) / 2)


@given(st.integers(1, 30), st.integers(1, 100))
def test_a_warm_up_multiplies_another_schedule(steps, step):
    found = WarmUp(InverseRoot(2.0), steps)(step)
    np.testing.assert_allclose(found, InverseRoot(2.0)(step) * min(step / steps, 1))


@given(st.integers(10, 80), st.floats(0.2, 0.9))
def test_one_cycle_rises_to_its_rate_and_ends_low(steps, rise):
    schedule = OneCycle(2.0, steps, rise)
    rates = np.array([schedule(step) for step in range(1, steps + 3)])
    np.testing.assert_allclose(rates[0], 0.08)
    np.testing.assert_allclose(rates[steps - 1 :], 0.08e-4)
    assert rates.max() <= 2
    np.testing.assert_allclose(schedule(rise * steps), 2.0)
    top = rates.argmax()
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:steps]) < 0).all()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: StepDecay(0, 2), "learning_rate is 0"),
        (lambda: StepDecay(1, 0), "every is 0"),
        (lambda: StepDecay(1, 2.5), r"every is 2\.5"),
        (lambda: StepDecay(1, 2, 0), "factor is 0"),
        (lambda: StepDecay(1, 2, 1.5), r"factor is 1\.5"),
        (lambda: Cosine(-1, 2), "learning_rate is -1"),
        (lambda: Cosine(1, 0), "steps is 0"),
        (lambda: Cosine(1, 2, 3), r"least is 3\.0"),
        (lambda: Cosine(1, 2, -1), "least is -1"),
        (lambda: WarmUp(0, 3), "schedule is 0"),
        (lambda: WarmUp(0.1, 0), "steps is 0"),
        (lambda: OneCycle(math.nan, 9), "learning_rate is nan"),
        (lambda: OneCycle(1, 1), "steps is 1"),
        (lambda: OneCycle(1, 3), r"rise is 0\.3"),
        (lambda: OneCycle(1, 9, rise=1), r"rise is 1\.0"),
        (lambda: OneCycle(1, 9, start=2), "start is 2"),
        (lambda: OneCycle(1, 9, end=0), "end is 0"),
    ],
)
def test_what_cannot_be_is_rejected(make, words):
    with pytest.raises(ValueError, match=f"^{words}; expected"):
        make()


@pytest.mark.parametrize(
    "schedule",
    [StepDecay(1, 2), Cosine(1, 9), WarmUp(1, 2), WarmUp(Cosine(1, 9), 3), OneCycle(1, 9)],
    ids=repr,
)
def test_integers_and_floats_make_equal_schedules(schedule):
    assert eval(repr(schedule)) == schedule
    assert "=1.0" in repr(schedule)
