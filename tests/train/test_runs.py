"""A run is made once, stored whole, and made again when what it depends on changes."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from dlbook import data, nn, optimize, trees
from dlbook.train import Experiment, learning_rate_table, results, runs, store, sweep

pytest.importorskip("safetensors")

SMALL = Experiment(model=nn.TwoLayer(hidden=3), data=data.MNIST(59_000), epochs=2, batch_size=100)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DLBOOK_CACHE", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def trained(monkeypatch):
    """Every experiment that is trained in this process."""
    made, run = [], runs.run
    monkeypatch.setattr(
        runs, "run", lambda e, progress: made.append(e) or run(e, progress=progress)
    )
    return made


def assert_same(a, b):
    assert a.experiment == b.experiment
    assert a.test_accuracy == b.test_accuracy
    ours, theirs = (trees.leaves((run.history, run.params)) for run in (a, b))
    assert len(ours) == 10
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)
    assert {name: p.dtype for name, p in a.params.items()} == {
        name: p.dtype for name, p in b.params.items()
    }


@pytest.mark.parametrize("given", [{64: [SMALL]}, [[SMALL]], [0.1]])
def test_a_sweep_says_what_it_expects(cache, given):
    with pytest.raises(TypeError, match=r"sweep was given .*; expected experiments"):
        sweep(given)


def test_a_run_is_made_once(cache, trained):
    first = results(SMALL)
    assert_same(first, results(SMALL))
    assert trained == [SMALL]
    assert first.history.train_loss.shape == (2,)
    assert 0 < first.test_accuracy < 1
    assert results(SMALL).seconds == first.seconds
    assert [file.suffix for file in cache.iterdir()] == [".safetensors"]


def test_a_run_alone_has_the_bits_of_a_run_in_a_sweep(cache):
    experiments = [dataclasses.replace(SMALL, seed=seed) for seed in (0, 1, 0)]
    swept = sweep(experiments, jobs=2, progress=False)
    assert [run.experiment.seed for run in swept] == [0, 1, 0]
    shutil.rmtree(cache)
    for run, experiment in zip(swept, experiments, strict=True):
        assert_same(run, results(experiment))
    assert not np.array_equal(swept[0].params["W1"], swept[1].params["W1"])


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"alpha": 0.0},
        {"epochs": 1},
        {"batch_size": 99},
        {"data": data.MNIST(59_001)},
        {"optimiser": optimize.GradientDescent(0.2)},
        {"model": nn.TwoLayer(hidden=4)},
        {"dtype": "float64"},
    ],
)
def test_another_experiment_is_another_run(change):
    assert runs._path(dataclasses.replace(SMALL, **change)) != runs._path(SMALL)


def test_equal_experiments_are_one_run():
    twin = dataclasses.replace(
        SMALL, seed=np.int64(0), alpha=1e-3, optimiser=optimize.GradientDescent(0.1)
    )
    assert runs._path(twin) == runs._path(SMALL)


def test_the_version_of_numpy_counts(monkeypatch):
    before = runs._path(SMALL)
    monkeypatch.setattr(np, "__version__", "9.9")
    assert runs._path(SMALL) != before


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:7],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: content + b"\0",
        lambda content: content[:-5] + bytes([content[-5] ^ 1]) + content[-4:],
        lambda content: content.replace(b"test_accuracy", b"test_acduracy"),
        lambda content: content.replace(b'"sha256"', b'"sha257"'),
        lambda content: b"\xff" * len(content),
    ],
)
def test_a_damaged_run_is_made_anew(cache, trained, damage):
    first = results(SMALL)
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert file.read_bytes() != whole
    assert_same(results(SMALL), first)
    assert trained == [SMALL, SMALL]


def fail(*_, **__):
    raise OSError(28, "No space left on device")


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        store.save(tmp_path / "a.safetensors", {"w": np.zeros(3)}, {})
    assert list(tmp_path.iterdir()) == []


def test_the_layout_of_an_array_does_not_count(tmp_path):
    table = np.arange(12.0).reshape(3, 4)
    arrays = {
        "T": table.T,
        "column": table[:, 1],
        "every other": table[::2, ::-1],
        "one": table[0, 0],
    }
    store.save(tmp_path / "a", arrays, {})
    found, _ = store.load(tmp_path / "a")
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


def test_where_nothing_can_be_written_a_run_is_trained_all_the_same(tmp_path, monkeypatch, trained):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DLBOOK_CACHE", str(tmp_path / "file" / "runs"))
    monkeypatch.setattr(runs, "run", lambda *_, **__: pytest.fail("trained before the warning"))
    with pytest.raises(RuntimeWarning, match=r"runs cannot be stored .*; set DLBOOK_CACHE to"):
        results(SMALL)  # the tests make errors of warnings, so that it ends here
    monkeypatch.undo()
    monkeypatch.setenv("DLBOOK_CACHE", str(tmp_path / "file" / "runs"))
    with pytest.warns(RuntimeWarning, match="runs cannot be stored") as told:
        run = results(SMALL)
    assert len(told) == 1
    assert 0 < run.test_accuracy < 1


def test_a_training_is_not_lost_where_storing_fails_at_the_end(cache, monkeypatch, trained):
    monkeypatch.setattr(store, "save", fail)
    experiments = [SMALL, dataclasses.replace(SMALL, seed=1)]
    with pytest.warns(RuntimeWarning, match="No space left on device") as told:
        made = sweep(experiments, jobs=1)
    assert [run.experiment for run in made] == experiments == trained
    assert len(told) == 1, "said once a sweep"


@pytest.mark.skipif(os.name != "posix", reason="umask is POSIX's")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_who_may_read_a_stored_run_is_up_to_the_umask(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        store.save(tmp_path / "a.safetensors", {"w": np.zeros(3)}, {})
    finally:
        os.umask(before)
    assert (tmp_path / "a.safetensors").stat().st_mode & 0o777 == mode


def aged(folder, name, days):
    path = folder / name
    path.write_text("something")
    os.utime(path, (time.time() - days * store.DAY,) * 2)


def test_what_nobody_will_read_is_removed_after_a_training_and_the_rest_stays(cache):
    cache.mkdir()
    current = runs._path(SMALL).name.rpartition("-")[0]
    gone = {f"run-{'0' * 12}-a.safetensors": 15, "run-0123.safetensors": 90, "run-x.part": 1.1}
    stay = {
        f"{current}-{'1' * 32}.safetensors": 400,
        f"run-{'0' * 12}-b.safetensors": 13,
        "run-y.part": 0.9,
        "notes.txt": 400,
    }
    for name, days in (gone | stay).items():
        aged(cache, name, days)
    results(SMALL)
    assert {file.name for file in cache.iterdir()} == {*stay, runs._path(SMALL).name}


def test_a_run_that_is_read_counts_as_used(cache):
    results(SMALL)
    path = runs._path(SMALL)
    os.utime(path, (0, 0))
    results(SMALL)
    assert time.time() - path.stat().st_mtime < 60
    store.clean(cache, "run-other")
    assert path.exists()
    os.utime(path, (0, 0))
    store.clean(cache, "run-other")
    assert not path.exists()


WRITER = """
import sys
from pathlib import Path
import numpy as np
from dlbook.train import store
print("ready", flush=True)
while True:
    for value in range(100):
        store.save(Path(sys.argv[1]), {"w": np.full(300_000, value)}, {"value": value})
"""


@pytest.mark.slow
def test_killed_and_concurrent_writers_leave_only_what_is_whole(tmp_path):
    path = tmp_path / "run.safetensors"
    for moment in range(5):
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout.readline() == b"ready\n"
        time.sleep(0.1 + 0.013 * moment)
        for writer in writers:
            writer.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
            writer.wait()
            writer.stdout.close()
        arrays, record = store.load(path)
        assert (arrays["w"] == record["value"]).all()


def test_where_runs_are_kept(monkeypatch):
    monkeypatch.delenv("DLBOOK_CACHE", raising=False)
    assert store.cache_folder().name == "dlbook"
    assert store.cache_folder().is_absolute()


def test_the_learning_rate_table_is_the_protocol():
    table = learning_rate_table()
    assert list(table) == [1.0, 0.1, 0.05, 0.01]
    for rate, experiments in table.items():
        assert [experiment.seed for experiment in experiments] == [0, 1, 2]
        for experiment in experiments:
            assert experiment.optimiser == optimize.GradientDescent(rate)
            assert (experiment.alpha, experiment.batch_size, experiment.epochs) == (1e-3, 64, 10)
            assert experiment.model == nn.TwoLayer(784, 128, 10, 1e-3)
            assert experiment.dtype == "float32"
            assert experiment.data == data.MNIST(validation=12_000)


@pytest.mark.slow
def test_the_protocol_gives_what_an_independent_rerun_gave():
    """Accuracies of an independent rerun with four other seeds."""
    table = learning_rate_table()
    swept = sweep([e for rate in (0.1,) for e in table[rate]], progress=False)
    assert abs(np.mean([run.history.train_accuracy[-1] for run in swept]) - 0.9214) < 0.002
    assert abs(np.mean([run.test_accuracy for run in swept]) - 0.9254) < 0.006
