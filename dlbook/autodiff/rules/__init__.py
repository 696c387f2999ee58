"""The rules, by what a function does; importing this fills the table."""

from dlbook.autodiff.rules import elementwise, indexing, others, products, reductions, shapes

__all__ = ["elementwise", "indexing", "others", "products", "reductions", "shapes"]
