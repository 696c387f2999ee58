"""Optimisers, each a frozen dataclass with two pure functions: `init` and `update`."""

from dlbook.optimize.descent import descend, proximal_step
from dlbook.optimize.newton import Newton
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
from dlbook.optimize.simplex import MirrorDescent, ProjectedDescent, simplex_projection
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
    "MirrorDescent",
    "Moments",
    "Nesterov",
    "Newton",
    "OneCycle",
    "Optimiser",
    "ProjectedDescent",
    "Schedule",
    "StepDecay",
    "WarmUp",
    "descend",
    "proximal_step",
    "simplex_projection",
]
