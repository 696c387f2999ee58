"""Optimisers, each a frozen dataclass with two pure functions: `init` and `update`."""

from dlbook.optimize.descent import descend, proximal_step
from dlbook.optimize.optimisers import GradientDescent, Optimiser
from dlbook.optimize.schedules import InverseRoot, Schedule

__all__ = [
    "GradientDescent",
    "InverseRoot",
    "Optimiser",
    "Schedule",
    "descend",
    "proximal_step",
]
