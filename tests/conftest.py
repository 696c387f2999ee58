"""Settings that all tests share, and how they are shared out to workers."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import settings

# A deadline measures the machine's load, not the code; the same examples on every run.
settings.register_profile("dlbook", deadline=None, derandomize=True)
settings.load_profile("dlbook")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the tests of the book that share a module on one worker of `pytest -n`.

    They share what takes long to make: a browser, a book that was built. All others go to
    whichever worker is free. (The marks by which pytest-xdist 3.8 groups tests do nothing with
    pytest 9.2.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByModuleOfTheBook(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            module = nodeid.partition("::")[0]
            return module if "/book/" in module else nodeid

    return ByModuleOfTheBook(config, log)


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
