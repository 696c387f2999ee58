"""Forward mode: a value carries its tangent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlbook.autodiff.dispatch import NumPyLevel
from dlbook.autodiff.fitting import as_tangent
from dlbook.autodiff.refusals import DerivativeError, lacks
from dlbook.autodiff.table import Rule
from dlbook.autodiff.traced import Traced, are_results, as_operand, each_result, remembered

__all__ = ["ForwardLevel", "push"]


class ForwardLevel(NumPyLevel):
    """A level whose values carry a tangent, of their own shape and dtype."""

    __slots__ = ()

    def record(
        self,
        rule: Rule,
        function: Callable[..., Any],
        operands: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Any:
        """Call a function; compute the tangent of its result beside it."""
        values, tangents = [], []
        try:
            for operand in operands:
                if type(operand) is Traced:
                    level = operand._level
                    if level is self:
                        values.append(operand._alive())
                        tangents.append(operand._link)
                        continue
                    if level.number > self.number:
                        return level.record(rule, function, operands, options)
                values.append(as_operand(operand))
                tangents.append(None)
            ans = function(*values, **options)
            if are_results(function, ans, rule):
                return each_result(self, rule, ans, operands, options)
            return Traced(ans, self, push(rule, ans, values, tangents, options))
        except DerivativeError as error:
            remembered(error, operands)
            raise


def push(
    rule: Rule, ans: Any, values: Sequence[Any], tangents: list[Any], options: dict[str, Any]
) -> Any:
    """Return the tangent of a result, given those of the operands (``None`` for constants)."""
    if rule.joint:
        pairs = zip(values, tangents, strict=True)
        tangent = rule.function(
            *[np.zeros_like(v) if t is None else t for v, t in pairs], **options
        )
    else:
        tangent = None
        for position, t in enumerate(tangents):
            if t is not None:
                jvp = rule.jvps[position]
                if jvp is None:
                    raise lacks(rule.name, "forward", position)
                part = jvp(t, ans, *values, **options)
                tangent = part if tangent is None else tangent + part
    return as_tangent(tangent, ans)
