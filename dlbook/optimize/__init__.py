"""Optimisers, each a frozen dataclass with two pure functions: `init` and `update`."""

from dlbook.optimize.descent import descend, proximal_step
from dlbook.optimize.optimisers import (
    Adam,
    AdamW,
    GradientDescent,
    HeavyBall,
    Moments,
    Nesterov,
    Optimiser,
)
from dlbook.optimize.schedules import Cosine, InverseRoot, OneCycle, Schedule, StepDecay, WarmUp
from dlbook.optimize.wrappers import Clipped, Decayed

__all__ = [
    "Adam",
    "AdamW",
    "Clipped",
    "Cosine",
    "Decayed",
    "GradientDescent",
    "HeavyBall",
    "InverseRoot",
    "Moments",
    "Nesterov",
    "OneCycle",
    "Optimiser",
    "Schedule",
    "StepDecay",
    "WarmUp",
    "descend",
    "proximal_step",
]
