"""Newton's method: the step to the minimum of the quadratic model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from dlbook import trees
from dlbook.autodiff import hessian
from dlbook.checks import check_integer, shown
from dlbook.optimize.optimisers import check_gradient, check_params, written

__all__ = ["Newton"]

Tree = TypeVar("Tree")


@dataclass(frozen=True)
class Newton:
    """Step to where the gradient of the quadratic model is zero: ``p - H⁻¹ g``.

    H is the Hessian of a function at the parameters, which `dlbook.autodiff` computes. Near a
    minimum at which H is positive definite the number of correct digits doubles with each step.
    Elsewhere a step may go uphill, and far: the method looks for a zero of the gradient, which
    a maximum has as well.

    Parameters
    ----------
    f
        The function that is minimised: it takes the parameters and returns a number, and NumPy
        code that `dlbook.autodiff` can differentiate twice.

    Raises
    ------
    TypeError
        If `f` is not a function.

    Notes
    -----
    Of n parameters it stores n² numbers and solves a system in O(n³) operations.

    Examples
    --------
    >>> from itertools import islice
    >>> from dlbook.optimize import descend
    >>> def f(w):
    ...     return w - np.log(w)
    >>> [float(w) for w in islice(descend(f, 0.5, Newton(f)), 5)]
    [0.5, 0.75, 0.9375, 0.99609375, 0.9999847412109375]
    """

    f: Callable[[Any], Any]

    def __post_init__(self) -> None:
        if not callable(self.f):
            raise TypeError(f"f is {shown(self.f)}; expected a function of the parameters")

    def init(self, params: Any) -> int:
        """Return the state before the first step: 0, the number of steps taken."""
        return 0

    def update(
        self, grads: Tree, state: int, params: Tree, out: tuple[Tree, int] | None = None
    ) -> tuple[Tree, int]:
        """Take one step; see `GradientDescent.update`.

        Raises
        ------
        ValueError
            If the trees differ in structure, or arrays in shape; or if `state` is not what
            `init` or `update` returned.
        FloatingPointError
            If the Hessian is singular, or holds NaN or an infinite number; or if the gradient,
            or a parameter after the step, does.
        """
        taken = check_integer("state", state, 0) + 1
        check_gradient(grads, params, taken)
        leaves, structure = trees.flatten(params)
        shapes = [np.shape(leaf) for leaf in leaves]
        ends = np.cumsum([np.size(leaf) for leaf in leaves])

        def parted(vector: Any) -> Any:
            parts = np.split(vector, ends[:-1])
            pairs = zip(parts, shapes, strict=True)
            return trees.unflatten(structure, [part.reshape(shape) for part, shape in pairs])

        def joined(tree: Any) -> Any:
            return np.concatenate([np.ravel(leaf) for leaf in trees.leaves(tree)])

        curvature = hessian(lambda vector: self.f(parted(vector)))(joined(params))
        if not np.isfinite(curvature).all():
            found = curvature[~np.isfinite(curvature)].flat[0]
            raise FloatingPointError(f"step {taken}: the Hessian holds {found}")
        try:
            step = parted(np.linalg.solve(curvature, joined(grads)))
        except np.linalg.LinAlgError:
            raise FloatingPointError(
                f"step {taken}: the Hessian is singular, so that the quadratic model has no "
                "minimum, or many; start elsewhere, or take a method without second derivatives"
            ) from None
        with np.errstate(over="ignore", invalid="ignore"):
            new = trees.map(lambda p, s: p - s.astype(np.result_type(p)), params, step)
        check_params(new, taken)
        return written(new, taken, out)
