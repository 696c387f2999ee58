"""Settings that all tests share, and how they are shared out to workers."""

import pytest
from hypothesis import settings

# A deadline measures the machine's load, not the code; the same examples on every run.
settings.register_profile("dlbook", deadline=None, derandomize=True)
settings.load_profile("dlbook")


def pytest_collection_modifyitems(items):
    """Keep the tests of the book that share a module on one worker of `pytest -n`.

    They share what takes long to make: a browser, a book that was built. All others go to
    whichever worker is free.
    """
    for item in items:
        if item.path.parent.name == "book":
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
