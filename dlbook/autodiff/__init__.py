"""Derivatives of plain NumPy code, forward and reverse, to any order."""

from dlbook.autodiff.errors import DerivativeError
from dlbook.autodiff.primitives import defjvp, defvjp, primitive
from dlbook.autodiff.transforms import (
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    linearize,
    stop_gradient,
    value_and_grad,
    vjp,
)

__all__ = [
    "DerivativeError",
    "defjvp",
    "defvjp",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "linearize",
    "primitive",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
