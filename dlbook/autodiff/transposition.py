"""Forward rules from reverse ones.

The reverse rule of an operand maps an adjoint ``g`` of the result to ``Jᵀ g``, a linear function of
``g``. Its own derivative in reverse mode is the transpose of that: it maps a tangent ``t`` of the
operand to ``J t``, which is the forward rule. The rule is run on a traced ``g``, which is recorded,
and swept once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlbook.autodiff.fitting import as_adjoint, filled
from dlbook.autodiff.refusals import DerivativeError
from dlbook.autodiff.reverse import ReverseLevel
from dlbook.autodiff.table import Derivative, rebuilt
from dlbook.autodiff.traced import Traced, plain

__all__ = ["Transposed"]


@dataclass(frozen=True, slots=True)
class Transposed:
    """The forward rule of one operand, taken from its reverse rule.

    Attributes
    ----------
    vjp, forward
        The reverse rule, and what computes the ``kept`` that it reads, if anything does.
    name, position
        Of the function, and of the operand.
    """

    vjp: Derivative
    forward: Callable[..., tuple[Any, Any]] | None
    name: str
    position: int

    def __call__(self, g: Any, ans: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the tangent of the result, given the tangent `g` of the operand."""
        if self.forward is not None:
            kwargs = {**kwargs, "kept": self.forward(*args, **kwargs)[1]}
        level, operand = ReverseLevel(), args[self.position]
        # A linear function has the same derivative everywhere, but a rule may leave work out at 0.
        results = ans if isinstance(ans, tuple) else (ans,)
        ones = [np.ones_like(plain(result))[()] for result in results]
        moving = [i for i, one in enumerate(ones) if one.dtype.kind == "f"]

        def rule(*adjoints: Any) -> Any:
            given = [np.zeros_like(one)[()] for one in ones]
            for i, adjoint in zip(moving, adjoints, strict=True):
                given[i] = adjoint
            whole = rebuilt(ans, given) if isinstance(ans, tuple) else given[0]
            return filled(as_adjoint(self.vjp(whole, ans, *args, **kwargs), operand), operand)

        try:
            part = level.run(rule, *level.inputs([ones[i] for i in moving]))
            mine = type(part) is Traced and part._level is level
            adjoints = level.tape.pull({part._link: g}, once=True) if mine else [None] * len(moving)
        except DerivativeError as error:
            error.add_note(
                f"The forward rule of {self.name} for its argument {self.position} was taken from "
                f"its reverse rule.\n  instead: defjvp({self.name}, …), if that rule cannot be "
                "differentiated"
            )
            raise
        finally:
            level.release()
        tangents = [np.zeros_like(one)[()] for one in ones]
        for adjoint, i in zip(adjoints, moving, strict=False):
            tangents[i] = tangents[i] if adjoint is None else filled(adjoint, ones[i])
        return rebuilt(ans, tangents) if isinstance(ans, tuple) else tangents[0]
