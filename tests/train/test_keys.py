"""A run's key holds the code that ran: the library's as it was imported, and that of one's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dlbook
from dlbook import optimize
from dlbook.train import Experiment, keys

# ---- the library ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A copy of the library that may be edited."""
    folder = tmp_path_factory.mktemp("library")
    ignored = shutil.ignore_patterns("files", "__pycache__")
    return Path(shutil.copytree(Path(dlbook.__file__).parent, folder / "dlbook", ignore=ignored))


def with_path(folder, **more):
    """Return the environment in which Python finds modules in a folder first."""
    path = f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    return os.environ | {"PYTHONPATH": path} | more


def run(package, code):
    """Run code with the copy; return the last line that it prints or raises."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(package)],
        capture_output=True,
        text=True,
        cwd=package.parent,
        env=with_path(package.parent),
    )
    return (done.stdout or done.stderr).strip().splitlines()[-1]


KEY = """
import sys
from pathlib import Path
from dlbook.train import Experiment, keys
package = Path(sys.argv[1])
assert Path(keys.__file__).is_relative_to(package)
def edit(name, old="", new="# really\\n"):
    text = (package / name).read_text("utf-8")
    assert old in text
    (package / name).write_text(text.replace(old, new, 1), "utf-8")
{}
print(keys.key_of(Experiment()))
"""


@pytest.fixture
def key(package):
    return lambda code="": run(package, KEY.format(code))


STEP = '"optimize/optimisers.py", "p - rate * g", "p - 2 * rate * g"'
BACK = '"optimize/optimisers.py", "p - 2 * rate * g", "p - rate * g"'


def test_code_counts_and_comments_do_not(key):
    before = key()
    assert len(before) == 12 + 1 + 32
    key('edit("optimize/optimisers.py")')
    assert key() == before
    key(f"edit({STEP})")
    changed = key()
    assert changed.partition("-")[0] != before.partition("-")[0]
    key(f"edit({BACK})")
    assert key() == before


@pytest.mark.parametrize(
    "edit",
    [
        f"edit({STEP})",
        'edit("optimize/optimisers.py")',
        '(package / "nn" / "new.py").write_text("")',
        '(package / "nn" / "new.py").unlink()',
        'import os; os.utime(package / "trees.py", (1, 1))',
    ],
)
def test_code_that_was_edited_after_it_was_imported_has_no_key(key, package, edit):
    (package / "nn" / "new.py").write_text("")
    said = key(edit)
    assert said.startswith(f"RuntimeError: {package}")
    assert said.endswith("restart Python")
    assert len(key()) == 12 + 1 + 32, "and after a restart it has one"
    key(f"edit({BACK})") if edit == f"edit({STEP})" else None
    (package / "nn" / "new.py").unlink(missing_ok=True)


@pytest.mark.skipif(os.name != "posix", reason="links of this kind are POSIX's")
def test_the_lock_of_an_open_editor_is_not_an_edit(key, package):
    before = key()
    lock = package / "nn" / ".#two_layer.py"
    try:
        assert key('(package / "nn" / ".#two_layer.py").symlink_to("someone@here.1")') == before
        assert key() == before
    finally:
        lock.unlink()


def test_an_edit_after_the_first_use_or_of_what_no_run_uses_changes_nothing(key):
    before = key()
    assert key(f"keys.key_of(Experiment()); edit({STEP})") == before
    key(f"edit({BACK})")
    assert key('edit("plot/style.py"); edit("book.py")') == before


# ---- one's own classes ------------------------------------------------------------------

SOURCE = '''
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial, partialmethod
import numpy as np
from dlbook.autodiff import defvjp, primitive
from dlbook.optimize import GradientDescent

FACTOR = 2
TABLE = {"a": [1, 2.5], "b": np.arange(3)}

def halve(x):
    """Divide by two."""
    return x / 2

@lru_cache
def twice(x):
    return 2 * x

def outer(y):
    return lambda x: x + y

@primitive
def bent(x):
    return abs(x)

defvjp(bent, lambda g, ans, x: g * np.sign(x))

INNER = GradientDescent(0.5)

class Plain:
    def __init__(self, size):
        self.size = size

    def method(self, x):
        return self.size - x

method = Plain(7).method
add = outer(5)
third = partial(pow, 3)

class Base(GradientDescent):
    def helper(self, x):
        return x

@dataclass(frozen=True)
class Mine(Base):
    """An optimiser."""

    more: float = 0.0
    words = ("one", "two")

    @staticmethod
    def still(x):
        return halve(x) + add(1)

    @classmethod
    def made(cls):
        return INNER.update(method(bent(0.0)), 0, cls(0.25))

    @cached_property
    def cached(self):
        return 77

    def of_two(self, one, other):
        return one ** other

    of_one = partialmethod(of_two, 8)

    @property
    def size(self):
        return TABLE["a"] if self.more in {1, 2, 3} else third(2)

    def update(self, grads, state, params, out=None):
        # what follows is the step
        inner = [twice(x) - 11 for x in range(FACTOR)]
        return super().update(grads, state, params, out)
'''


def code_of(source, monkeypatch):
    module = type(sys)("own_module")
    monkeypatch.setitem(sys.modules, "own_module", module)
    exec(compile(source, "own_module.py", "exec"), vars(module))
    return keys.code_of(module.Mine)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("super().update(grads", "super().update(-grads"),
        ("- 11", "- 12"),
        ("out=None", "out=()"),
        ("FACTOR = 2", "FACTOR = 3"),
        ("[1, 2.5]", "[1, 2.6]"),
        ("np.arange(3)", "np.arange(1, 4)"),
        ("x / 2", "x / 3"),
        ("2 * x", "3 * x"),
        ("outer(5)", "outer(6)"),
        ("x + y", "x - y"),
        ("(pow, 3)", "(pow, 4)"),
        ("(pow, 3)", "(divmod, 3)"),
        ("        return x\n", "        return -x\n"),
        ("cls(0.25)", "cls(0.5)"),
        ("in {1, 2, 3}", "in {1, 2, 4}"),
        ('("one", "two")', '("one", "three")'),
        ("halve(x) + add(1)", "add(1) + halve(x)"),
        ("class Mine(Base)", "class Mine(GradientDescent)"),
        ("abs(x)", "-abs(x)"),
        ("g * np.sign(x)", "-g * np.sign(x)"),
        ("INNER = GradientDescent(0.5)", "INNER = GradientDescent(0.6)"),
        ("Plain(7)", "Plain(8)"),
        ("self.size - x", "self.size + x"),
        ("return 77", "return 78"),
        ("of_two, 8", "of_two, 9"),
        ("one ** other", "other ** one"),
    ],
)
def test_a_change_of_ones_own_code_changes_its_key(old, new, monkeypatch):
    assert old in SOURCE
    before = code_of(SOURCE, monkeypatch)
    assert code_of(SOURCE.replace(old, new), monkeypatch) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('    """Divide by two."""\n', ""),
        ('    """Divide by two."""\n', '    """Divide by 2."""\n'),
        ('"""An optimiser."""', '"""My optimiser."""'),
        ("# what follows is the step", "# the step"),
        ("\n\n", "\n\n\n"),
        ("FACTOR = 2", "FACTOR = 2\nUNUSED = 3"),
    ],
)
def test_text_and_layout_do_not(old, new, monkeypatch):
    assert old in SOURCE
    assert code_of(SOURCE.replace(old, new), monkeypatch) == code_of(SOURCE, monkeypatch)


def test_the_same_code_has_the_same_key_in_every_process(monkeypatch, tmp_path):
    (tmp_path / "own_module.py").write_text(SOURCE)
    code = "import own_module; from dlbook.train import keys; print(keys.code_of(own_module.Mine))"
    found = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=with_path(tmp_path, PYTHONHASHSEED=seed),
        )
        found.add(done.stdout.strip())
    assert found == {code_of(SOURCE, monkeypatch)}


def test_a_subclass_with_another_body_is_another_run(monkeypatch):
    found = {keys.key_of(Experiment())}
    for factor in (1, 2):
        module = type(sys)("own_module")
        monkeypatch.setitem(sys.modules, "own_module", module)
        source = SOURCE.replace("super().update(grads", f"super().update({factor} * grads")
        exec(compile(source, "own_module.py", "exec"), vars(module))
        found.add(keys.key_of(Experiment(optimiser=module.Mine(0.1))))
    assert len(found) == 3


def test_a_class_of_the_library_counts_by_name_since_the_librarys_code_has_a_key_of_its_own():
    assert keys.code_of(optimize.GradientDescent) != keys.code_of(optimize.InverseRoot)
    for room in keys.ROOMS:
        assert (Path(dlbook.__file__).parent / room).exists()


SCRIPT = """
from dataclasses import dataclass
from dlbook import data, nn, optimize
from dlbook.train import Experiment, runs, sweep

@dataclass(frozen=True)
class Mine(optimize.GradientDescent):
    def update(self, grads, state, params, out=None):
        return super().update(grads, state, params, out)

if __name__ == "__main__":
    mnist = data.MNIST(59_900)
    experiments = [
        Experiment(nn.TwoLayer(hidden=2), mnist, optimiser=Mine(0.1), epochs=1, seed=seed)
        for seed in (0, 1)
    ]
    sweep(experiments, jobs=2)
    runs._trained = None
    sweep(experiments, jobs=2)
    print([run.experiment.seed for run in sweep(experiments)])
"""


@pytest.mark.slow
def test_a_class_of_a_script_is_swept_and_stored_as_well(tmp_path):
    pytest.importorskip("safetensors")
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")],
        capture_output=True,
        text=True,
        env=os.environ | {"DLBOOK_CACHE": str(tmp_path / "runs")},
    )
    assert (done.stdout, done.stderr) == ("[0, 1]\n", "")
    assert len(list((tmp_path / "runs").iterdir())) == 2
