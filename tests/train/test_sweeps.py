"""A sweep loses no run: not to one that fails, to a killed process, or to another sweep."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from test_runs import SMALL, assert_same

from dlbook import optimize
from dlbook.train import results, runs, sweep

pytest.importorskip("joblib")
SMALL = dataclasses.replace(SMALL, epochs=1)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DLBOOK_CACHE", str(tmp_path / "runs"))
    return tmp_path / "runs"


@dataclass(frozen=True)
class Killing:
    """Leaves the examples as they are, and kills its process the first few times."""

    folder: str
    times: int

    def __call__(self, x, rng):
        for i in range(self.times):
            try:
                Path(self.folder, str(i)).touch(exist_ok=False)
            except FileExistsError:
                continue
            os.kill(os.getpid(), signal.SIGKILL)
        return x


@dataclass(frozen=True)
class Slow:
    """Leaves the examples as they are, and is not done before another's processes are killed."""

    file: str

    def __call__(self, x, rng):
        if not Path(self.file).exists():
            time.sleep(60)
        return x


@dataclass(frozen=True)
class Counting:
    """Leaves the examples as they are, and writes down each run that begins."""

    file: str

    def __call__(self, x, rng):
        if not rng.integers(10**9) % 2**20:  # never: only so that it draws
            raise AssertionError
        with Path(self.file).open("a") as log:
            log.write(f"{os.getpid()}\n")
        return x


class StrangeError(Exception):
    """One that cannot be sent to another process."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


@dataclass(frozen=True)
class Failing:
    def __call__(self, x, rng):
        raise StrangeError("this", "that")


DIVERGING = dataclasses.replace(SMALL, optimiser=optimize.GradientDescent(1e38))
SEEDS = [dataclasses.replace(SMALL, seed=seed) for seed in range(3)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failed_run_is_reported_and_the_others_are_kept(cache, jobs, monkeypatch):
    failing = dataclasses.replace(SMALL, augmentation=Failing())
    planned = [SEEDS[0], DIVERGING, SEEDS[1], failing, SEEDS[2]]
    with pytest.raises(ExceptionGroup, match=r"^2 of 5 runs failed; the others") as caught:
        sweep(planned, jobs=jobs, progress=False)
    by_kind = {type(error): error for error in caught.value.exceptions}
    diverged = by_kind.pop(FloatingPointError)
    assert "training diverged" in str(diverged) or "leads too far" in str(diverged)
    assert f"This was the run of {DIVERGING}." in diverged.__notes__
    assert any("loop.py" in note for note in diverged.__notes__), "where it happened"
    [strange] = by_kind.values()  # itself where tblib, which dask brings, makes it fit to be sent
    assert f"{type(strange).__name__}: {strange}".endswith("StrangeError: this and that")

    monkeypatch.setattr(runs, "run", lambda *_, **__: pytest.fail("was stored"))
    assert [run.experiment for run in sweep(SEEDS)] == SEEDS


def test_all_may_fail_and_one_alone_raises_its_own_error():
    with pytest.raises(ExceptionGroup, match=r"^1 of 1 runs failed$"):
        sweep([DIVERGING])
    with pytest.raises(FloatingPointError) as error:
        results(DIVERGING)
    assert f"This was the run of {DIVERGING}." in error.value.__notes__


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="such a kill is POSIX's")
def test_what_a_killed_process_was_training_is_trained_again(tmp_path):
    killing = dataclasses.replace(SMALL, augmentation=Killing(str(tmp_path), 2))
    swept = sweep([SEEDS[0], killing, SEEDS[1]], jobs=2, progress=False)
    assert (tmp_path / "1").exists(), "killed twice"
    for run, experiment in zip(swept, [SEEDS[0], killing, SEEDS[1]], strict=True):
        assert run.experiment == experiment
    assert_same(dataclasses.replace(swept[1], experiment=SMALL), results(SMALL))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="such a kill is POSIX's")
def test_a_run_that_always_kills_its_process_is_given_up_and_the_others_are_kept(
    tmp_path, monkeypatch
):
    killing = dataclasses.replace(SMALL, augmentation=Killing(str(tmp_path), 99))
    last = tmp_path / str(runs.PATIENCE - 1)  # of the kills after which each is tried alone
    slow = dataclasses.replace(SMALL, augmentation=Slow(str(last)))
    with pytest.raises(ExceptionGroup, match=r"^1 of 5 runs failed; the others") as caught:
        sweep([slow, killing, *SEEDS], jobs=2, progress=False)
    (error,) = caught.value.exceptions
    assert f"This was the run of {killing}." in error.__notes__
    killed = len([path for path in tmp_path.iterdir() if path.name.isdigit()])
    assert runs.PATIENCE < killed <= 5 * runs.PATIENCE + 1, "in a row, before each run that ended"
    monkeypatch.setattr(runs, "run", lambda *_, **__: pytest.fail("was stored"))
    sweep([slow, *SEEDS])


def test_finished_runs_are_skipped(tmp_path, monkeypatch):
    log = tmp_path / "log"
    counting = [dataclasses.replace(e, augmentation=Counting(str(log))) for e in SEEDS]
    batches = 10  # of the 1,000 examples that SMALL trains on
    sweep(counting[:2], jobs=2, progress=False)
    assert len(log.read_text().splitlines()) == 2 * batches
    sweep(counting, jobs=2, progress=False)
    assert len(log.read_text().splitlines()) == 3 * batches


def test_what_another_sweep_has_stored_meanwhile_is_taken_from_there(monkeypatch):
    first, second = SEEDS[:2]
    run = runs.run

    def while_another_sweeps(experiment, *, progress):
        if experiment == first:
            with monkeypatch.context() as patch:
                patch.setattr(runs, "run", run)
                sweep([second], jobs=1)
        else:
            pytest.fail("the other sweep has it")
        return run(experiment, progress=progress)

    monkeypatch.setattr(runs, "run", while_another_sweeps)
    assert [run.experiment for run in sweep([first, second], jobs=1)] == [first, second]


SWEEP = """
import sys
sys.path.insert(0, sys.argv[1])
from test_sweeps import SEEDS, sweep
for run in sweep(SEEDS, jobs=2, progress=False):
    print(run.experiment.seed, run.test_accuracy, float(run.params["W1"].sum()))
"""


@pytest.mark.slow
def test_two_sweeps_at_once_do_not_harm_each_other(cache):
    command = [sys.executable, "-c", SWEEP, str(Path(__file__).parent)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, **pipes) for _ in range(2)]
    (said, error), (other, other_error) = (process.communicate(timeout=300) for process in both)
    assert (error, other_error) == ("", "")
    assert said == other
    assert len(said.splitlines()) == 3
    assert {path.suffix for path in cache.iterdir()} == {".safetensors"}
    assert len(list(cache.iterdir())) == 3
    for line, experiment in zip(said.splitlines(), SEEDS, strict=True):
        assert float(line.split()[1]) == results(experiment).test_accuracy


def test_progress_counts_runs(capsys):
    with pytest.raises(ExceptionGroup):
        sweep([*SEEDS[:2], DIVERGING], jobs=2, progress=True)
    said = capsys.readouterr().err
    assert "3/3" in said
    assert "training, 1 failed" in said
