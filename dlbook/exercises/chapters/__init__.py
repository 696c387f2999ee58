"""The checkers of the book's exercises, a module for each topic; each declares its ``CHECKERS``."""
