"""Optimisers: how a step is made from a gradient."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np

from dlbook import trees
from dlbook.checks import check_integer, check_number, shown
from dlbook.optimize.schedules import Schedule

__all__ = [
    "Adam",
    "AdamW",
    "GradientDescent",
    "HeavyBall",
    "Moments",
    "Nesterov",
    "Optimiser",
    "check_optimiser",
]

Tree = TypeVar("Tree")


@runtime_checkable
class Optimiser(Protocol):
    """A start, and a pure step from gradients, over trees of arrays."""

    def init(self, params: Any) -> Any:
        """Return the state before the first step."""

    def update(self, grads: Any, state: Any, params: Any, out: Any = None) -> tuple[Any, Any]:
        """Return parameters and state after a step, written to `out` where it is given."""


def check_optimiser(value: Any) -> None:
    """Raise an error if `value` is not an optimiser.

    Raises
    ------
    TypeError
        If it lacks `init` or `update`.

    Examples
    --------
    >>> check_optimiser(0.1)
    Traceback (most recent call last):
    TypeError: optimiser is 0.1; expected one with init and update, such as GradientDescent(0.1)
    """
    if isinstance(value, type) or not isinstance(value, Optimiser):
        raise TypeError(
            f"optimiser is {shown(value)}; expected one with init and update, "
            "such as GradientDescent(0.1)"
        )


class Moments(NamedTuple):
    """The state of the optimisers that remember earlier gradients.

    Attributes
    ----------
    taken
        The number of steps taken.
    first
        A tree like the parameters: a sum, or an average, of earlier gradients.
    second
        The same of the squares of their entries; ``None`` where it is not used.
    """

    taken: int
    first: Any
    second: Any = None


@dataclass(frozen=True)
class GradientDescent:
    """Step against the gradient: ``p - learning_rate · g``.

    Gradients that come from batches make it stochastic gradient descent.

    Parameters
    ----------
    learning_rate
        A finite number > 0; or a schedule, such as `InverseRoot`: a function of the step's
        number, 1 for the first.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> from dlbook.optimize import InverseRoot
    >>> descent = GradientDescent(InverseRoot(0.5))
    >>> params = {"w": np.array([1.0, 2.0])}
    >>> state = descent.init(params)
    >>> params, state = descent.update({"w": np.array([1.0, -1.0])}, state, params)
    >>> params, state
    ({'w': array([0.5, 2.5])}, 1)
    """

    learning_rate: Schedule | float

    def __post_init__(self) -> None:
        check_rate(self)

    def init(self, params: Any) -> int:
        """Return the state before the first step: 0, the number of steps taken."""
        return 0

    def update(
        self, grads: Tree, state: int, params: Tree, out: tuple[Tree, int] | None = None
    ) -> tuple[Tree, int]:
        """Take one step.

        Parameters
        ----------
        grads
            A tree like `params`.
        state
            What `init` or the step before returned.
        params
            A tree of arrays; left as it is, unless it is also `out`.
        out
            Parameters and state to write to, with arrays like those of `params`; they may be
            `params` and `state` themselves. Without it the parameters are new. The state is a
            number, which nothing can be written to: it is new in any case.

        Returns
        -------
        params, state
            The parameters of `out`, where it is given; the same bits either way, of the dtype
            of `params`.

        Raises
        ------
        ValueError
            If the trees differ in structure, or arrays in shape; if `state` is not what `init`
            or `update` returned; or if the schedule returns something other than a finite
            number ≥ 0.
        FloatingPointError
            If the gradient, or a parameter after the step, is NaN or infinite.
        """
        taken = check_integer("state", state, 0) + 1
        rate = rate_of(self.learning_rate, taken)
        old, gradient, structure = _matched(params, grads)
        with np.errstate(over="ignore", invalid="ignore"):  # told of below
            _check_finite("grads", gradient, params, f"step {taken}")
            if out is None:
                new = [p - rate * g for p, g in zip(old, gradient, strict=True)]
            else:
                new = trees.flatten_like(structure, out[0])
                for o, p, g in zip(new, old, gradient, strict=True):
                    np.subtract(p, rate * g, out=o)
            _check_finite("params", new, params, f"step {taken} leads too far")
        return trees.unflatten(structure, new) if out is None else out[0], taken


@dataclass(frozen=True)
class HeavyBall:
    """Momentum: step along a sum of all gradients in which older ones count less.

    With ``v ← momentum · v + g``, v = 0 at first, a step is ``p - learning_rate · v``. At a
    constant learning rate this is the heavy ball of Polyak (1964), whose next point is
    ``p - learning_rate · g + momentum · (p - the point before p)``.

    Parameters
    ----------
    learning_rate
        A finite number > 0, or a schedule.
    momentum
        A number ≥ 0 and < 1. With 0 it is `GradientDescent`.

    Raises
    ------
    ValueError
        If one of them is anything else.

    Examples
    --------
    >>> from itertools import islice
    >>> from dlbook.optimize import descend
    >>> iterates = descend(lambda w: 0.5 * w**2, 8.0, HeavyBall(0.5, momentum=0.25))
    >>> [float(w) for w in islice(iterates, 4)]
    [8.0, 4.0, 1.0, -0.25]
    """

    learning_rate: Schedule | float
    momentum: float

    def __post_init__(self) -> None:
        check_rate(self)
        _check_below_one(self, "momentum")

    def init(self, params: Any) -> Moments:
        """Return the state before the first step, whose `first` is v."""
        return Moments(0, trees.map(np.zeros_like, params))

    def update(
        self,
        grads: Tree,
        state: Moments,
        params: Tree,
        out: tuple[Tree, Moments] | None = None,
    ) -> tuple[Tree, Moments]:
        """Take one step; see `GradientDescent.update`. The arrays of v are written to as well."""
        return _along_sum(self, grads, state, params, out, ahead=False)


@dataclass(frozen=True)
class Nesterov:
    """Nesterov's accelerated gradient: momentum, with the gradient taken where it leads.

    The method has points w and *extrapolated* points y, at which the gradient is evaluated:
    ``w ← y - learning_rate · ∇f(y)``, then ``y ← w + momentum · (w - the w before)``. The
    parameters are the points y, since a gradient comes from where the parameters are; PyTorch
    does the same. The points w are `last(params, state)`.

    Parameters
    ----------
    learning_rate
        A finite number > 0, or a schedule.
    momentum
        A number ≥ 0 and < 1. With 0 it is `GradientDescent`.

    Raises
    ------
    ValueError
        If one of them is anything else.

    Examples
    --------
    >>> from itertools import islice
    >>> from dlbook.optimize import descend
    >>> iterates = descend(lambda w: 0.5 * w**2, 8.0, Nesterov(0.5, momentum=0.25))
    >>> [float(w) for w in islice(iterates, 4)]
    [8.0, 3.0, 0.875, 0.171875]
    """

    learning_rate: Schedule | float
    momentum: float

    def __post_init__(self) -> None:
        check_rate(self)
        _check_below_one(self, "momentum")

    def init(self, params: Any) -> Moments:
        """Return the state before the first step, whose `first` is v."""
        return Moments(0, trees.map(np.zeros_like, params))

    def update(
        self,
        grads: Tree,
        state: Moments,
        params: Tree,
        out: tuple[Tree, Moments] | None = None,
    ) -> tuple[Tree, Moments]:
        """Take one step; see `GradientDescent.update`. The arrays of v are written to as well."""
        return _along_sum(self, grads, state, params, out, ahead=True)

    def last(self, params: Any, state: Moments) -> Any:
        """Return w, from which `params` was extrapolated.

        Examples
        --------
        >>> method = Nesterov(0.5, momentum=0.25)
        >>> params, state = method.update(8.0, method.init(8.0), 8.0)
        >>> float(params), float(method.last(params, state))
        (3.0, 4.0)
        """
        if state.taken == 0:
            return params
        ahead = rate_of(self.learning_rate, state.taken) * self.momentum
        return trees.map(lambda p, v: p + ahead * v, params, state.first)


@dataclass(frozen=True)
class Adam:
    """Adam: momentum, with each entry divided by the size of its recent gradients.

    With averages ``m`` of gradients and ``s`` of their squares, in which older ones count less,
    a step is ``p - learning_rate · m / (√s + epsilon)``. Both averages start at 0, and are
    divided by the total weight ``1 - decay^step`` of what they average.

    Parameters
    ----------
    learning_rate
        A finite number > 0, or a schedule.
    momentum
        The decay of m, a number ≥ 0 and < 1; β₁ in the paper.
    memory
        The decay of s, a number ≥ 0 and < 1; β₂ in the paper.
    epsilon
        A finite number > 0, against a division by zero.

    Raises
    ------
    ValueError
        If one of them is anything else.

    Notes
    -----
    From Kingma and Ba, ICLR 2015, arXiv:1412.6980.

    Examples
    --------
    Whatever its size, a first gradient moves each entry by nearly the learning rate:

    >>> method = Adam(0.1)
    >>> params = np.array([1.0, 1.0])
    >>> method.update(np.array([1e-3, -1e3]), method.init(params), params)[0].round(4)
    array([0.9, 1.1])
    """

    learning_rate: Schedule | float = 1e-3
    momentum: float = 0.9
    memory: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _check_adam(self)

    def init(self, params: Any) -> Moments:
        """Return the state before the first step, whose `first` and `second` are m and s."""
        return _no_moments(params)

    def update(
        self,
        grads: Tree,
        state: Moments,
        params: Tree,
        out: tuple[Tree, Moments] | None = None,
    ) -> tuple[Tree, Moments]:
        """Take one step; see `GradientDescent.update`. The averages are written to as well."""
        return _adam(self, grads, state, params, out)


@dataclass(frozen=True)
class AdamW:
    """Adam, with parameters that shrink on their own: "decoupled" weight decay.

    A step is that of `Adam` from ``(1 - learning_rate · decay) · p``. `Decayed` adds
    ``decay · p`` to the gradient instead, and Adam then divides it by √s: weights with large
    gradients would shrink less.

    Parameters
    ----------
    learning_rate, momentum, memory, epsilon
        As for `Adam`.
    decay
        A finite number ≥ 0.

    Raises
    ------
    ValueError
        If one of them is anything else.

    Notes
    -----
    From Loshchilov and Hutter, ICLR 2019, arXiv:1711.05101.

    Examples
    --------
    Without a gradient the parameters only shrink:

    >>> method = AdamW(0.1, decay=0.5)
    >>> params = np.array([1.0, -2.0])
    >>> method.update(np.zeros(2), method.init(params), params)[0]
    array([ 0.95, -1.9 ])
    """

    learning_rate: Schedule | float = 1e-3
    momentum: float = 0.9
    memory: float = 0.999
    epsilon: float = 1e-8
    decay: float = 1e-2

    def __post_init__(self) -> None:
        _check_adam(self)
        object.__setattr__(self, "decay", check_number("decay", self.decay, least=0))

    def init(self, params: Any) -> Moments:
        """Return the state before the first step, whose `first` and `second` are m and s."""
        return _no_moments(params)

    def update(
        self,
        grads: Tree,
        state: Moments,
        params: Tree,
        out: tuple[Tree, Moments] | None = None,
    ) -> tuple[Tree, Moments]:
        """Take one step; see `GradientDescent.update`. The averages are written to as well."""
        return _adam(self, grads, state, params, out, self.decay)


def _along_sum(
    method: HeavyBall | Nesterov,
    grads: Any,
    state: Moments,
    params: Any,
    out: tuple[Any, Moments] | None,
    *,
    ahead: bool,
) -> tuple[Any, Moments]:
    """Take a step along the sum v; or, if `ahead`, along ``g + momentum · v``."""
    taken = _taken(state)
    rate, momentum = rate_of(method.learning_rate, taken), method.momentum
    old, gradient, structure = _matched(params, grads)
    sums = trees.flatten_like(structure, state.first)
    with np.errstate(over="ignore", invalid="ignore"):  # told of below
        _check_finite("grads", gradient, params, f"step {taken}")
        if out is None:
            sums = [momentum * v + g for v, g in zip(sums, gradient, strict=True)]
            new = [
                p - rate * (g + momentum * v if ahead else v)
                for p, g, v in zip(old, gradient, sums, strict=True)
            ]
        else:
            new = trees.flatten_like(structure, out[0])
            into = trees.flatten_like(structure, out[1].first)
            for o, p, w, v, g in zip(new, old, into, sums, gradient, strict=True):
                np.multiply(momentum, v, out=w)
                np.add(w, g, out=w)
                np.subtract(p, rate * (g + momentum * w if ahead else w), out=o)
        _check_finite("params", new, params, f"step {taken} leads too far")
    if out is None:
        return trees.unflatten(structure, new), Moments(taken, trees.unflatten(structure, sums))
    return out[0], out[1]._replace(taken=taken)


def _no_moments(params: Any) -> Moments:
    return Moments(0, trees.map(np.zeros_like, params), trees.map(np.zeros_like, params))


def _adam(
    method: Adam | AdamW,
    grads: Any,
    state: Moments,
    params: Any,
    out: tuple[Any, Moments] | None,
    decay: float = 0.0,
) -> tuple[Any, Moments]:
    """Take a step of Adam from parameters that are first multiplied by 1 - rate · decay."""
    taken = _taken(state)
    rate = rate_of(method.learning_rate, taken)
    check_gradient(grads, params, taken)
    old, older = method.momentum, method.memory
    length = rate / (1 - old**taken)
    scale = math.sqrt(1 - older**taken)

    def moved(p: Any, m: Any, s: Any) -> Any:
        if decay:
            p = (1 - rate * decay) * p
        return p - length * m / (np.sqrt(s) / scale + method.epsilon)

    with np.errstate(over="ignore", invalid="ignore"):
        m = trees.map(lambda m, g: old * m + (1 - old) * g, state.first, grads)
        s = trees.map(lambda s, g: older * s + (1 - older) * (g * g), state.second, grads)
        params = trees.map(moved, params, m, s)
    check_params(params, taken)
    _check_finite("state.second", trees.leaves(s), s, f"step {taken}")
    if out is None:
        return params, Moments(taken, m, s)
    trees.map(np.copyto, out[0], params)
    trees.map(np.copyto, out[1].first, m)
    trees.map(np.copyto, out[1].second, s)
    return out[0], out[1]._replace(taken=taken)


def written(params: Tree, taken: int, out: tuple[Tree, int] | None) -> tuple[Tree, int]:
    """Return new parameters and the state, in the arrays of `out` if they are given."""
    if out is None:
        return params, taken
    trees.map(np.copyto, out[0], params)
    return out[0], taken


def rate_of(learning_rate: Schedule | float, step: int) -> float:
    """Return the learning rate of a step, and an error if a schedule returned none."""
    if not callable(learning_rate):
        return learning_rate
    name = f"the learning rate that {learning_rate!r} returned for step {step}"
    return check_number(name, learning_rate(step), least=0)


def check_rate(method: Any) -> None:
    """Raise an error unless a method's learning rate is a number > 0 or a schedule."""
    if not callable(method.learning_rate):
        rate = check_number("learning_rate", method.learning_rate, above=0)
        object.__setattr__(method, "learning_rate", rate)


def _check_below_one(method: Any, name: str) -> None:
    value = getattr(method, name)
    number = check_number(name, value, least=0)
    if number >= 1:
        raise ValueError(f"{name} is {value!r}; expected a number ≥ 0 and < 1")
    object.__setattr__(method, name, number)


def _check_adam(method: Adam | AdamW) -> None:
    check_rate(method)
    _check_below_one(method, "momentum")
    _check_below_one(method, "memory")
    object.__setattr__(method, "epsilon", check_number("epsilon", method.epsilon, above=0))


def _taken(state: Any) -> int:
    """Return the number of the next step."""
    if not isinstance(state, Moments):
        raise ValueError(f"state is {shown(state)}; expected what init or update returned")
    return check_integer("state.taken", state.taken, 0) + 1


def check_gradient(grads: Any, params: Any, step: int) -> None:
    """Raise an error for a gradient of other shapes than its parameters', or not finite."""
    _, gradient, _ = _matched(params, grads)
    _check_finite("grads", gradient, params, f"step {step}")


def check_params(params: Any, step: int) -> None:
    """Raise an error that names the step if a parameter after it is not finite."""
    _check_finite("params", trees.leaves(params), params, f"step {step} leads too far")


def _check_finite(name: str, leaves: list[Any], tree: Any, when: str) -> None:
    """Raise an error if a number in the leaves of a tree like `tree` is NaN or infinite."""
    for i, leaf in enumerate(leaves):
        if not _is_finite(leaf):
            values = np.asarray(leaf)
            found = values[~np.isfinite(values)].flat[0]
            raise FloatingPointError(
                f"{when}: {trees.places(tree, name)[i]} holds {found}; expected finite "
                "numbers; a smaller learning rate, or clipped gradients, usually helps"
            )


def _is_finite(leaf: Any) -> bool:
    # A sum of squares tells at once; where finite numbers overflow it, each is looked at.
    return bool(np.isfinite(np.vdot(leaf, leaf)) or np.isfinite(leaf).all())


def _matched(params: Any, grads: Any) -> tuple[list[Any], list[Any], trees.Structure]:
    """Return leaves of parameters and of their gradient, in one order, and their structure.

    Raise an error for a gradient that would change its parameter's shape by broadcasting.
    """
    old, structure = trees.flatten(params)
    gradient = trees.flatten_like(structure, grads)
    for i, (p, g) in enumerate(zip(old, gradient, strict=True)):
        if getattr(p, "shape", ()) != getattr(g, "shape", ()):  # numbers have none
            place = trees.places(params, "")[i]
            raise ValueError(
                f"grads{place} has shape {np.shape(g)}; expected {np.shape(p)}, "
                f"as params{place} has"
            )
    return old, gradient, structure
