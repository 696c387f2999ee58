"""The rules, by what a function does; importing this fills the table."""

from dlbook.autodiff.rules import (
    elementwise,
    fourier,
    grids,
    indexing,
    linalg,
    polynomials,
    products,
    reductions,
    shapes,
    special,
    statistics,
)

__all__ = [
    "elementwise",
    "fourier",
    "grids",
    "indexing",
    "linalg",
    "polynomials",
    "products",
    "reductions",
    "shapes",
    "special",
    "statistics",
]
