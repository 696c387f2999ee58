"""Derivatives of plain NumPy code, forward and reverse, to any order."""

from dlbook.autodiff import numerical
from dlbook.autodiff.checkpointing import checkpoint
from dlbook.autodiff.computation import Node, Trace, trace_graph
from dlbook.autodiff.primitives import defjvp, defvjp, primitive
from dlbook.autodiff.refusals import DerivativeError
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
from dlbook.autodiff.verification import MismatchError, check_derivatives

__all__ = [
    "DerivativeError",
    "MismatchError",
    "Node",
    "Trace",
    "check_derivatives",
    "checkpoint",
    "defjvp",
    "defvjp",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "linearize",
    "numerical",
    "primitive",
    "stop_gradient",
    "trace_graph",
    "value_and_grad",
    "vjp",
]
