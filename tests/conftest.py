"""Settings that all tests share."""

from hypothesis import settings

# A deadline measures the machine's load, not the code; the same examples on every run.
settings.register_profile("dlbook", deadline=None, derandomize=True)
settings.load_profile("dlbook")
