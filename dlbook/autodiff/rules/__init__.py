"""The rules, by what a function does; importing this fills the table."""

from dlbook.autodiff.rules import (
    elementwise,
    grids,
    indexing,
    linalg,
    products,
    reductions,
    shapes,
    statistics,
)

__all__ = [
    "elementwise",
    "grids",
    "indexing",
    "linalg",
    "products",
    "reductions",
    "shapes",
    "statistics",
]
