"""Optimisers, each a frozen dataclass with two pure functions: `init` and `update`."""

from dlbook.optimize.descent import GradientDescent, Optimiser, descend, proximal_step
from dlbook.optimize.schedules import Constant, InverseRoot, Schedule
from dlbook.optimize.sgd import SGD

__all__ = [
    "SGD",
    "Constant",
    "GradientDescent",
    "InverseRoot",
    "Optimiser",
    "Schedule",
    "descend",
    "proximal_step",
]
