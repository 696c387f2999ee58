"""Settings that all tests share, and how they are shared out to workers."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import settings

# A deadline measures the machine's load, not the code; the same examples on every run.
settings.register_profile("dlbook", deadline=None, derandomize=True)
settings.load_profile("dlbook")


#: The modules that take minutes, the longest first: one that began last would run alone.
LONG = ("test_honesty", "test_notebooks", "test_site", "test_steppers", "test_checkers")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist, which takes the groups from here
def pytest_collection_modifyitems(config, items):
    """Keep the tests of a module on one worker of `pytest -n`, and let the long ones begin.

    They share what takes long to make: a browser, a book that was built, a graph of a million
    nodes. To share out each test by itself would take time that grows with their number squared.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    if hasattr(config, "workerinput"):
        place = {name: i for i, name in enumerate(LONG)}
        items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))


@pytest.fixture(scope="session")
def noxfile():
    """Return the module of the sessions; loaded once, since nox warns of a session named twice."""
    pytest.importorskip("nox")
    path = Path(__file__).resolve().parents[1] / "noxfile.py"
    spec = importlib.util.spec_from_file_location("noxfile", path)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP", "OPENBLAS", "MKL", "VECLIB"):  # which it sets for its sessions
            patch.setenv(f"{name}_NUM_THREADS", "1")
        spec.loader.exec_module(module)
    return module
