"""The cells of a chapter: their execution, and what a page shows and hands out of them."""
