"""Statements, proofs, exercises: what depends on what, and how it is tested."""
