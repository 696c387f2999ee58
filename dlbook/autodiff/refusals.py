"""What is said where a derivative would be lost: what happened, where, and what to write instead.

NumPy asks a value for its number without saying for what. The program's source knows: the frame
that led here holds the place of the call within its line. All of this runs only once something
is refused.
"""

from __future__ import annotations

import ast
import linecache
import opcode
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from dlbook.autodiff.table import TABLE, name_of

__all__ = [
    "ASSIGNMENT",
    "LIST",
    "DerivativeError",
    "MissingAttributeError",
    "Place",
    "beside",
    "describe",
    "instead_of",
    "lacks",
    "place",
]


class DerivativeError(TypeError):
    """A program does what no derivative can follow, or asks for one that does not exist.

    Its message has three lines: what happened, what was given, what to write instead.

    Parameters
    ----------
    what, given, instead
        The three lines.
    """

    def __init__(self, what: str, given: str, instead: str) -> None:
        super().__init__(f"{what}\n  given:   {given}\n  instead: {instead}")

    def __reduce__(self) -> tuple[Any, ...]:
        return TypeError, self.args


class MissingAttributeError(DerivativeError, AttributeError):
    """An attribute of arrays that a traced value lacks, since it would lose the derivative.

    `hasattr` is false for it, so a program that asks first goes on.
    """


def describe(value: Any) -> str:
    """Return what kind of value this is, with its shape, in a few words.

    Examples
    --------
    >>> describe(np.zeros((2, 3)))
    'float64 array of shape (2, 3)'
    >>> describe(1.5)
    'float'
    """
    kind = value.__class__
    traced = "" if kind is type(value) else "traced "  # which says that it is what is inside
    if issubclass(kind, np.ndarray):
        name = "array" if kind is np.ndarray else kind.__name__
        return f"{traced}{value.dtype} {name} of shape {value.shape}"
    if issubclass(kind, list | tuple):
        return f"{kind.__name__} of {len(value)}"
    return f"{traced}{kind.__name__}"


def lacks(name: str, mode: str, position: int) -> DerivativeError:
    """Return the refusal of an operand with respect to which a function has no derivative."""
    return DerivativeError(
        f"{name} has no {mode} rule for its argument {position}",
        f"a traced value as argument {position} of {name}",
        f"defvjp({name}, …) with a rule for it, from which both modes follow, or stop_gradient(x) "
        "where no derivative is meant",
    )


# ---- where it happened --------------------------------------------------------------------

_INSIDE = ("numpy", "dlbook.autodiff")
_PYTHON = (str(Path(linecache.__file__).parent), "<frozen ")


class Place(NamedTuple):
    """A place in a program.

    Attributes
    ----------
    text
        What stands there; empty where the source is not at hand.
    name
        The function called there, without its module.
    line
        Which line of which function that is.
    operation
        Of Python's virtual machine, such as ``"STORE_SUBSCR"`` for an assignment to an entry.
    package
        The installed package that the program called there, such as ``"scipy"``, if one lies
        between.
    source
        The text, whatever its length.
    """

    text: str
    name: str
    line: str
    operation: str
    package: str
    source: str = ""


def place() -> Place:
    """Return where the program called what led here: outside NumPy, this package and libraries.

    A program that is itself installed as a library is found inside it.
    """
    frame = _outside(sys._getframe(1), _is_inside)
    package = ""
    if _is_installed(frame):
        package = frame.f_globals.get("__name__", "").partition(".")[0].replace("dlbook", "")
    program = _outside(frame, lambda frame: _is_inside(frame) or _is_library(frame))
    if not _is_library(program):
        frame = program
    code = frame.f_code
    operation = opcode.opname[code.co_code[frame.f_lasti]]
    line = f"line {frame.f_lineno} of {code.co_name}"
    first, last, start, stop = next(islice(code.co_positions(), frame.f_lasti // 2, None))
    if first is None or last is None or start is None or stop is None:
        return Place("", "", line, operation, package)
    numbers = range(first, last + 1)
    lines = [linecache.getline(code.co_filename, n, frame.f_globals).encode() for n in numbers]
    lines[-1] = lines[-1][:stop]
    lines[0] = lines[0][start:]
    text = " ".join(b" ".join(lines).decode(errors="replace").split())
    name = _callee(text)
    if operation == "BINARY_OP" and text.endswith("]") and name:  # as Python 3.14 has it
        operation = "BINARY_SUBSCR"
    shown = text if len(text) <= 60 else text[:59] + "…"
    return Place(shown, name, line, operation, package, text)


def _outside(frame: FrameType, inside: Callable[[FrameType], bool]) -> FrameType:
    """Return the first frame, from a frame outwards, that is not inside; at last the outermost."""
    while inside(frame) and frame.f_back is not None:
        frame = frame.f_back
    return frame


def _is_inside(frame: FrameType) -> bool:
    name: str = frame.f_globals.get("__name__", "")
    return name.startswith(_INSIDE)


def _is_library(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_PYTHON) or _is_installed(frame)


def _is_installed(frame: FrameType) -> bool:
    folders = Path(frame.f_code.co_filename).parts
    return "site-packages" in folders or "dist-packages" in folders


def _callee(text: str) -> str:
    """Return the last name of the function that an expression calls, or of what it indexes.

    Examples
    --------
    >>> _callee("np.vectorize(f)(x)"), _callee("np.r_[x, 0.0]"), _callee("a + x[0]")
    ('vectorize', 'r_', '')
    """
    try:
        node: ast.AST = ast.parse(text, mode="eval").body
    except SyntaxError:
        return ""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def instead_of(name: str, *, number: bool = False) -> str | None:
    """Return what to write instead of a call, by the function's name.

    Parameters
    ----------
    name
        Without its module.
    number
        Whether it asked for a Python number, as the functions of `math` do.

    Examples
    --------
    >>> instead_of("full")
    'np.ones(shape) * x'
    >>> instead_of("sinh", number=True)
    'np.sinh(x)'
    """
    found = _INSTEAD.get(name)
    ufunc = vars(np).get(name)
    if number and found is None and isinstance(ufunc, np.ufunc):
        return f"np.{name}({', '.join('xyz'[: ufunc.nargs - ufunc.nout])})"
    return found


_ARRAYS = ("array", "asarray", "asanyarray", "ascontiguousarray")
_JOINS = ("stack", "concatenate", "vstack", "hstack", "dstack", "column_stack")


def stacked(source: str) -> str | None:
    """Return a call of NumPy with its lists of values stacked, if it is one.

    Examples
    --------
    >>> stacked("np.array([s, 1.0])"), stacked("np.sum([s, s * s])")
    ('np.stack([s, 1.0])', 'np.sum(np.stack([s, s * s]))')
    >>> stacked("np.array([[s, 0.0], [0.0, s]])"), stacked("np.concatenate([[s], a])")
    ('np.block([[s, 0.0], [0.0, s]])', 'np.concatenate([np.stack([s]), a])')
    """
    try:
        call = ast.parse(source, mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    if ast.unparse(call.func.value).removesuffix(".linalg") not in ("np", "numpy"):
        return None
    if call.func.attr in _ARRAYS:
        alone = len(call.args) == 1 and not call.keywords and isinstance(call.args[0], _LISTS)
        return ast.unparse(_stacked(call.args[0])) if alone else None
    before = ast.unparse(call)
    first = call.args[0] if call.args else None
    if call.func.attr in _JOINS and isinstance(first, ast.List | ast.Tuple):
        first.elts = [_stacked(entry) for entry in first.elts]
    else:
        call.args = [_stacked(argument) for argument in call.args]
    after = ast.unparse(call)
    return None if after == before else after


_LISTS = (ast.List, ast.Tuple, ast.ListComp)


def _stacked(node: ast.expr) -> ast.expr:
    """Return an expression in which a list of values is an array, nested lists a block."""
    names = any(isinstance(part, ast.Name) for part in ast.walk(node))
    if not isinstance(node, _LISTS) or not names:
        return node
    if isinstance(node, ast.ListComp):
        node.elt = _stacked(node.elt)
    elif all(isinstance(entry, ast.List) for entry in node.elts):
        return ast.parse(f"np.block({ast.unparse(node)})", mode="eval").body
    else:
        node = ast.List([_stacked(entry) for entry in node.elts])
    return ast.parse(f"np.stack({ast.unparse(node)})", mode="eval").body


def beside(where: Place) -> str | None:
    """Return what to write instead of a call into another package, if that is what was refused.

    Examples
    --------
    >>> beside(Place("norm(x)", "norm", "line 1 of f", "CALL", "scipy"))[:42]
    'np.linalg.norm, which has a rule; or make '
    """
    if not where.package:
        return None
    same = [getattr(module, where.name, None) for module in (np, np.linalg)]
    ours = [f"{name_of(f)}, which has a rule" for f in same if f in TABLE]
    instead = (*ours, _INSTEAD.get(where.name, ""))[0]
    return (
        f"{instead + '; or ' if instead else ''}make the call one operation with `primitive`, and "
        f"give that rules by defvjp and defjvp, since {where.package} computes with plain numbers"
    )


ASSIGNMENT = "np.where(mask, x, a), np.stack of a list, or np.concatenate of parts"

LIST = "np.stack([x, y]) for a list [x, y], np.block([[x, y], [z, w]]) for a nested one"

_STACK = f"{LIST}; x itself, without the call, for an array"
_NUMBER = "x itself, without the call"
_RESAMPLED = "x[rng.permutation(len(x))]"
_COUNTS = "stop_gradient(x) as argument: whole numbers have no derivative"
_WINDOWS = "x[np.arange(windows)[:, None] + np.arange(width)]"
_CHOICE = "np.where(condition, x, y), one inside another for several conditions"
_COMPARED = "np.testing.assert_allclose(stop_gradient(x), a); np.allclose takes traced values"
_TEXT = "stop_gradient(x) as argument"
_DISTRIBUTION = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf")
_OTHERS = " of the normal distribution, of others the formula with ufuncs of scipy.special"

_INSTEAD = {
    # making arrays
    **dict.fromkeys(["array", "asarray", "asanyarray", "ascontiguousarray", "require"], _STACK),
    "full": "np.ones(shape) * x",
    "full_like": "np.ones_like(a) * x",
    "r_": "np.concatenate([x, y])",
    "c_": "np.column_stack([x, y])",
    "fromiter": "np.stack(list(values))",
    "arange": "x * np.arange(n): how many entries there are has no derivative",
    "geomspace": "a * (b / a) ** np.linspace(0, 1, n)",
    "logspace": "10 ** (a + (b - a) * np.linspace(0, 1, n))",
    **dict.fromkeys(["stack", "vstack"], "np.block([[x, y], [z, w]]) for nested lists of numbers"),
    "select": "np.where(condition, y, x) for default=x, one inside another",
    # writing into them
    "fill": "np.ones_like(a) * x",
    "isclose": "np.isclose(x, y)",
    "put": "np.where(mask, x, a)",
    "fill_diagonal": "np.where(np.eye(n, dtype=bool), x, a)",
    # numbers
    **dict.fromkeys(["float", "float64", "float32"], _NUMBER),
    "complex": "x + 1j * y, or x + 0j: both are traced",
    **dict.fromkeys(["complex64", "complex128"], "x + 0j, which is traced"),
    "phase": "np.angle(z)",
    "polar": "np.abs(z) and np.angle(z)",
    "rect": "r * np.exp(1j * phi)",
    "int": "int(stop_gradient(x)): whole numbers have no derivative",
    "fsum": "sum(x)",
    "fmean": "np.mean(x)",
    "dist": "np.linalg.norm(x - y)",
    "floor": "np.floor(x), whose derivative is 0",
    "ceil": "np.ceil(x), whose derivative is 0",
    "pow": "x ** y",
    # arguments that NumPy does not hand to us
    "sum": f"np.sum(a) + x for initial=x; {LIST}",
    "prod": f"np.prod(a) * x for initial=x; {LIST}",
    "max": f"np.maximum(np.max(a), x) for initial=x; {LIST}",
    "min": f"np.minimum(np.min(a), x) for initial=x; {LIST}",
    "pad": "np.concatenate([np.ones(n) * x, a])",
    **dict.fromkeys(["roll", "take", "rot90"], "integers computed from plain values"),
    **dict.fromkeys(["masked_array", "MaskedArray"], "np.where(mask, 0.0, x)"),
    "matrix": "x itself, without the call",
    # methods of plain arrays
    "dot": f"a @ x, with {LIST}",
    # random numbers
    "normal": "mu + sigma * rng.normal(size=n)",
    "uniform": "low + (high - low) * rng.random(size=n)",
    "exponential": "scale * rng.exponential(size=n)",
    "multivariate_normal": "mean + root @ rng.normal(size=n), with root @ root.T = cov",
    "permutation": _RESAMPLED,
    "shuffle": _RESAMPLED,
    "choice": "x[rng.integers(len(x), size=n)]",
    **dict.fromkeys(["poisson", "binomial", "integers", "geometric"], _COUNTS),
    # loops
    "vectorize": "NumPy's own functions, which take arrays; or np.stack([f(v) for v in x])",
    "apply_along_axis": "np.stack([f(row) for row in x])",
    "nditer": "for v in x",
    "ndenumerate": "for i, v in enumerate(x)",
    "as_strided": _WINDOWS,
    "sliding_window_view": _WINDOWS,
    # functions for which there is no rule
    "choose": "np.stack([x, y])[i, np.arange(len(i))]",
    **dict.fromkeys(["histogram", "histogram2d", "histogramdd"], _COUNTS),
    **dict.fromkeys(
        ["unique", "unique_values", "unique_counts", "unique_inverse", "unique_all"],
        "x[np.unique(stop_gradient(x), return_index=True)[1]] for a vector",
    ),
    "nan_to_num": "np.where(np.isnan(x), 0.0, x)",
    "divmod": "x // y and x % y",
    "modf": "x - np.trunc(x) and np.trunc(x)",
    "ediff1d": "np.diff(np.ravel(x)), with np.concatenate for the ends",
    "reduceat": "np.stack([np.sum(x[:i]), np.sum(x[i:])])",
    "clip": "np.clip(a, low, high)",
    # functions of SciPy
    "logsumexp": "dlbook.special.logsumexp(x)",
    "softmax": "dlbook.special.softmax(x)",
    "log_softmax": "dlbook.special.log_softmax(x)",
    "softplus": "np.logaddexp(0.0, x)",
    "polygamma": "dlbook.special.polygamma(n, x)",
    "multigammaln": "dlbook.special.multigammaln(a, d)",
    "comb": "scipy.special.binom(n, k), which has a rule",
    "factorial": "scipy.special.gamma(n + 1), which has a rule",
    **{name: f"dlbook.special.norm.{name}(x, loc, scale){_OTHERS}" for name in _DISTRIBUTION},
    "cdist": "np.linalg.norm(x[:, None] - y, axis=-1)",
    "pdist": "np.linalg.norm(x[:, None] - x, axis=-1)[np.triu_indices(len(x), 1)]",
    # looking at values
    **dict.fromkeys(
        ["assert_allclose", "assert_array_equal", "assert_equal", "assert_array_almost_equal"],
        _COMPARED,
    ),
    **dict.fromkeys(["save", "savez", "savetxt", "array2string", "array_repr", "array_str"], _TEXT),
}
