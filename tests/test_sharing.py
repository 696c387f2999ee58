"""How tests are shared out to the workers of `pytest -n`."""

import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).with_name("conftest.py")

TESTS = """
import os, pathlib, pytest

@pytest.mark.parametrize("i", range(6))
def test_one(i):
    pathlib.Path(os.environ["NOTES"], f"{os.getpid()}-{__name__}-{i}").touch()
"""


def test_a_module_of_the_book_stays_on_one_worker(tmp_path, monkeypatch, noxfile):
    for folder in ("book", "library"):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        for name in "abcd":
            (tmp_path / "tests" / folder / f"test_{folder}_{name}.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text("utf-8"))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    notes = tmp_path / "notes"
    notes.mkdir()
    monkeypatch.setenv("NOTES", str(notes))
    command = [sys.executable, "-m", "pytest", "-q", *noxfile.WORKERS, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    workers = {}
    for path in notes.iterdir():
        worker, name, _ = path.name.split("-")
        workers.setdefault(name, set()).add(worker)
    assert len(workers) == 8
    assert all(len(ran_on) == 1 for name, ran_on in workers.items() if "book" in name)
    assert len(set.union(*workers.values())) == 2
