"""Training: one loop over batches, its history, and results that are kept."""

from dlbook.train.fingerprint import code_fingerprint

__all__ = ["code_fingerprint"]
