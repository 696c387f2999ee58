"""The rules, by what a function does; importing this fills the table."""

from dlbook.autodiff.rules import (
    elementwise,
    indexing,
    numerics,
    products,
    reductions,
    shapes,
    statistics,
)

__all__ = [
    "elementwise",
    "indexing",
    "numerics",
    "products",
    "reductions",
    "shapes",
    "statistics",
]
