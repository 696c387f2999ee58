"""How tests are shared out to the workers of `pytest -n`."""

import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).with_name("conftest.py")

NOTE = """
import os, pathlib, pytest

@pytest.mark.parametrize("i", range(3))
def test_one(i):
    pathlib.Path(os.environ["NOTES"], f"{os.getpid()}-{__name__}-{i}").touch()
"""


def test_a_module_stays_on_one_worker_and_the_long_ones_begin(tmp_path, monkeypatch, noxfile):
    names = ["test_a", "test_b", "test_c", "test_honesty", "test_site"]
    for name in names:
        (tmp_path / f"{name}.py").write_text(NOTE)
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text("utf-8"))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    notes = tmp_path / "notes"
    notes.mkdir()
    monkeypatch.setenv("NOTES", str(notes))
    command = [sys.executable, "-m", "pytest", "-q", *noxfile.WORKERS, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = sorted(notes.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    workers, order = {}, []
    for path in ran:
        worker, name, _ = path.name.split("-")
        workers.setdefault(name, set()).add(worker)
        order.append(name)
    assert workers.keys() == set(names)
    assert all(len(one) == 1 for one in workers.values())
    firsts = [order.index(name) for name in ("test_honesty", "test_site")]
    assert max(firsts) < min(order.index(name) for name in ("test_a", "test_b", "test_c"))
