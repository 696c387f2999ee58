"""Everything that is done with this repository, as nox sessions.

`./nox -s NAME` runs one and `./nox -l` lists them. What follows a `--` goes to the session:
`--torch` makes `docs` and `tests` run the comparisons with PyTorch too, and `tests` hands the
rest to pytest.

Three environments in .nox hold the work: `docs` builds the book, `tests` also has what tests
and type checks need, `lint` the tools that never import dlbook. Sessions that need no
environment of their own borrow one of these.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "virtualenv"  # uv resolves even torch==2.13.0 to CUDA
nox.options.reuse_existing_virtualenvs = True
nox.options.envdir = ".nox"
nox.options.sessions = ["lint", "types", "tests"]

ROOT = Path(__file__).resolve().parent
SITE = "docs/_build/html"
# With more threads the last bits of a result change, and processes compete for the cores.
os.environ |= {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "VECLIB")}

# nox looks for uv whatever the backend, and says in alarming words that it is not there.
logging.getLogger("nox").addFilter(lambda record: record.msg != "uv binary not found.")

#: What the README names.
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]

# Two tests at a time; what tests of one module share is made once, see tests/conftest.py.
WORKERS = ["-n", "2"]

LOCKS = {
    # requirements/<name>.txt holds these extras and dependency groups of pyproject.toml.
    "test": ["--extra=test", "--group=editable", "--group=types", "--group=benchmarks"],
    "docs": ["--extra=docs", "--group=editable", "--group=serve"],
    "lab": ["--extra=book", "--group=editable", "--group=lab"],
    "tools": ["--group=tools", "--group=editable"],
    "nox": ["--group=nox"],
}


@nox.session
def docs(session: nox.Session) -> None:
    """Build the book and say where to open it. -- --torch: with PyTorch. -- 9: a chapter alone.

    -- --without-cifar10 fetches no data set: pages that need it are marked and not executed.
    """
    torch, rest = _options(session)
    _install(session, "docs", torch=torch)
    session.run("python", "docs/build_site.py", *torch, *rest)


@nox.session(venv_backend="none")
def course(session: nox.Session) -> None:
    """Build the edition without solutions, for courses, from the same executed notebooks."""
    python = _borrow(session, "docs")
    session.run(python, "docs/build_site.py", "--if-stale", "--course", external=True)


@nox.session(venv_backend="none")
def serve(session: nox.Session) -> None:
    """Build the book, serve it, rebuild and reload at every change."""
    python = _borrow(session, "docs")
    session.run(python, "docs/build_site.py", "--serve", *session.posargs, external=True)


@nox.session
def lab(session: nox.Session) -> None:
    """Open copies of the chapters in JupyterLab. -- NAME: this one. -- --sources: the sources."""
    _install(session, "lab")
    session.env["JUPYTER_CONFIG_DIR"] = str(Path(session.virtualenv.location) / "etc" / "jupyter")
    chosen = [argument for argument in session.posargs if argument != "--sources"]
    if "--sources" in session.posargs:
        # A double click on a chapter opens the notebook that it is, in this environment alone.
        session.run("jupytext-config", "set-default-viewer", "markdown", silent=True)
        session.run("jupyter", "lab", *(chosen or ["docs"]))
        return
    session.run(_borrow(session, "docs"), "docs/build_site.py", "--if-stale", external=True)
    copies = _copy_notebooks(session)
    wanted = {Path(name).stem for name in chosen}
    found = [
        str(path.relative_to(copies)) for path in copies.rglob("*.ipynb") if path.stem in wanted
    ]
    if len(found) < len(wanted):
        names = sorted(path.stem for path in copies.rglob("*.ipynb"))
        session.error(f"one of {', '.join(sorted(wanted))} is not a chapter: {', '.join(names)}")
    with session.chdir(copies):
        session.run("jupyter", "lab", *found)


def _copy_notebooks(session: nox.Session) -> Path:
    """Copy the built notebooks to where they can be changed; keep the copies that were."""
    made, copies = ROOT / SITE / "_downloads", ROOT / "docs" / "_build" / "lab"
    for notebook in sorted(made.rglob("*.ipynb")):
        copy = copies / notebook.relative_to(made)
        if copy.exists() and copy.stat().st_mtime:
            session.log(f"kept as you left it (remove it for a new copy): {copy}")
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(notebook, copy)
        os.utime(copy, (0, 0))  # the mark of a copy that nobody has changed
    return copies


@nox.session
def tests(session: nox.Session) -> None:
    """Run every test, slow ones too, on a current site. -- --torch; the rest goes to pytest."""
    torch, rest = _options(session)
    _install(session, "test", torch=torch)
    session.run("python", "docs/build_site.py", "--if-stale", *torch)
    _let_pytest_speak_last(session)
    session.run("pytest", "-m", "not weekly", *WORKERS, *rest)


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style of the code and of the text."""
    _install(session, "tools", editable=False)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("codespell")


@nox.session(venv_backend="none")
def types(session: nox.Session) -> None:
    """Check the types, strictly."""
    python = _borrow(session, "tests")
    session.run(python, "-m", "mypy", external=True)


@nox.session(venv_backend="none")
def proofs(session: nox.Session) -> None:
    """Check the formal proofs with Coq, and what checks them. -- --gate: not the latter.

    -- --required: fail where Coq is missing. -- --record: record the goals that pages show.
    -- --pin: what changed has been compared; this needs no Coq.
    """
    if "--pin" in session.posargs:  # needs no Coq
        session.run(sys.executable, "proofs/gate.py", "--pin", external=True)
        return
    trouble = _why_no_coq()
    if trouble:
        if "--required" in session.posargs:
            session.error(trouble)
        session.log(f"The formal proofs are NOT checked: {trouble}")
        return
    names = ["gate"] + ["mutants"] * ("--gate" not in session.posargs)
    if "--record" in session.posargs:
        names = ["record"]
    for name in names:
        session.run(sys.executable, f"proofs/{name}.py", external=True)


def _why_no_coq() -> str:
    """Return why the formal proofs cannot be checked here, or nothing."""
    if shutil.which("coqc") is None:
        packages = " ".join(Path("proofs/packages.txt").read_text().split())
        return f"no coqc; on Debian: apt-get install --no-install-recommends {packages}"
    printed = subprocess.run(["coqc", "--print-version"], capture_output=True, text=True).stdout
    if not printed.startswith(("8.16", "8.20")):
        return f"Coq {printed.split()[0]} is neither Debian 12's 8.16 nor Debian 13's 8.20"
    return ""


@nox.session(venv_backend="none")
def linkcheck(session: nox.Session) -> None:
    """Ask every address in the book whether it still answers. Needs the network."""
    python = _borrow(session, "docs")
    session.run(python, "docs/build_site.py", "--builder", "linkcheck", external=True)


@nox.session(venv_backend="none")
def examples(session: nox.Session) -> None:
    """Run every script in examples/, in its fast mode."""
    python = _borrow(session, "tests")
    scripts = sorted((ROOT / "examples").glob("*.py"))
    with tempfile.TemporaryDirectory() as results, session.chdir(results):
        session.env["DLBOOK_CACHE"] = results  # so that what was trained before is not loaded
        for script in scripts:
            session.run(python, str(script), "--fast", external=True)


@nox.session(venv_backend="none")
def benchmarks(session: nox.Session) -> None:
    """Measure the speed that the book promises; fail where it is not kept."""
    python = _borrow(session, "tests")
    for script in sorted(Path("benchmarks").glob("*.py")):
        session.run(python, str(script), *session.posargs, external=True)


@nox.session(venv_backend="none")
def screenshots(session: nox.Session) -> None:
    """Take the README's picture of a page, from the built site, with Chromium."""
    python = _borrow(session, "tests")
    session.run(python, "docs/build_site.py", "--if-stale", external=True)
    session.run(python, "docs/take_screenshot.py", external=True)


@nox.session(venv_backend="none")
def editions(session: nox.Session) -> None:
    """Make the built book a PDF, with Chromium, and an EPUB, checked with Java; link both."""
    python = _borrow(session, "tests")
    session.run(python, "docs/build_site.py", "--if-stale", external=True)
    session.run(python, "docs/build_editions.py", external=True)


@nox.session(venv_backend="none")
def accept(session: nox.Session) -> None:
    """Accept the numbers of the last build as the book's, and how long its parts took."""
    built = ROOT / "docs" / "_build"
    if not (built / "numbers.json").exists():
        session.error("no numbers yet: build the book first, with ./nox -s docs")
    for name in ("numbers.json", "seconds.json"):
        shutil.copy(built / name, ROOT / "docs" / name)


@nox.session(reuse_venv=False)  # bare: what a user who installs the wheel has
def build(session: nox.Session) -> None:
    """Build wheel and sdist into dist/, check them, try the wheel with NumPy alone."""
    python = _borrow(session, "lint")
    shutil.rmtree("dist", ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        _copy_tracked(Path(folder))  # what lies beside it, a draft or a key, stays at home
        command = [python, "-m", "build", "--no-isolation", "--outdir", str(ROOT / "dist"), folder]
        session.run(*command, silent=True, external=True)
    made = [str(path) for path in sorted(Path("dist").iterdir())]
    session.run(python, "-m", "twine", "check", "--strict", *made, external=True)
    wheel = next(path for path in made if path.endswith(".whl"))
    session.install(wheel)
    with tempfile.TemporaryDirectory() as elsewhere, session.chdir(elsewhere):
        session.run("python", "-c", _TRY_WHEEL, log=False)


def _copy_tracked(folder: Path) -> None:
    """Copy the files that git tracks, as they are now, into a folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():  # else it is removed, and that not yet committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


_TRY_WHEEL = """
import sys
from dlbook import data, nn, optimize, trees
print(data.mnist().train.x.shape, "from", data.__file__)
print("loaded besides dlbook:", sorted({name.partition(".")[0] for name in sys.modules}
      - set(sys.stdlib_module_names) - {"dlbook", "__main__"}))
"""


@nox.session(venv_backend="none")
def full(session: nox.Session) -> None:
    """Queue what the weekly job runs: all Pythons and versions, second builds, benchmarks."""
    names = ["pythons", "versions(lowest)", "versions(newest)", "repetitions", "rebuild"]
    for name in (*names, "downloads", "benchmarks"):
        session.notify(name)


@nox.session(python=PYTHONS)
def python(session: nox.Session) -> None:
    """Run the fast tests, and build the reference and a chapter, with this Python."""
    _install(session, "test")
    session.run("pytest", "-m", "not slow and not site and not browser", *WORKERS)
    session.run("python", "docs/build_site.py", "9", "api")


@nox.session(venv_backend="none")
def pythons(session: nox.Session) -> None:
    """Do what `python` does with each Python on this machine. -- --newest: with that one alone."""
    found = [version for version in PYTHONS if _is_there(f"python{version}")]
    if "--newest" in session.posargs:
        # The one that runs this has done all that and more.
        mine = "{}.{}".format(*sys.version_info)
        found = [version for version in found[-1:] if version != mine]
    for version in found:
        command = [sys.executable, "-m", "nox", "--session", f"python-{version}"]
        session.run(*command, external=True)


def _is_there(python: str) -> bool:
    """Whether a Python can be started; pyenv has names on the path behind which there is none."""
    path = shutil.which(python)
    return path is not None and not subprocess.run([path, "-c", ""], capture_output=True).returncode


@nox.session
@nox.parametrize("which", ["lowest-direct", "highest"], ids=["lowest", "newest"])
def versions(session: nox.Session, which: str) -> None:
    """Run the tests that need no site with the lowest or the newest dependencies."""
    python = _borrow(session, "lint")
    wanted = str(Path(session.create_tmp()) / "requirements.txt")
    resolve = [python, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet"]
    resolve += ["--resolution", which, "--extra", "test", "--group", "editable"]
    session.run_install(*resolve, "--output-file", wanted, external=True)
    session.install("--only-binary=:all:", "--requirement", wanted)
    session.install("--no-deps", "--no-build-isolation", "--editable", ".")
    # Old packages use what newer ones, beneath them, have deprecated.
    lenient = ["-W", "ignore::DeprecationWarning"] if which == "lowest-direct" else []
    those = "not site and not browser and not weekly"
    session.run("pytest", "-m", those, *WORKERS, *lenient, *session.posargs)


@nox.session(venv_backend="none")
def repetitions(session: nox.Session) -> None:
    """Repeat what `tests` does three times, cold and killed builds of a small book, ten times."""
    python = _borrow(session, "tests")
    session.run(python, "-m", "pytest", "-m", "weekly", *session.posargs, external=True)


@nox.session(venv_backend="none")
def rebuild(session: nox.Session) -> None:
    """Build the book a second time, from nothing, and compare the two byte for byte."""
    python = _borrow(session, "docs")
    session.run(python, "docs/build_site.py", "--if-stale", external=True)
    session.run(python, "docs/compare_builds.py", external=True)


@nox.session(venv_backend="none")
def downloads(session: nox.Session) -> None:
    """Execute every notebook as a reader would, where its first line installed. -- NAME: this."""
    python = _borrow(session, "docs")
    session.run(python, "docs/build_site.py", "--if-stale", external=True)
    session.run(python, "docs/try_downloads.py", *session.posargs, external=True)


@nox.session(venv_backend="none")
def clean(session: nox.Session) -> None:
    """Remove what was built; the environments stay. -- --all: those as well."""
    made = ["build", "dist", "docs/_build", "docs/node_modules", "docs/api/generated"]
    made += [".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"]
    for name in made + [".nox"] * ("--all" in session.posargs):
        shutil.rmtree(ROOT / name, ignore_errors=True)


@nox.session(venv_backend="none")
def lock(session: nox.Session) -> None:
    """Resolve pyproject.toml anew into requirements/. -- --upgrade: to the newest versions."""
    python = _borrow(session, "lint")
    command = [python, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal"]
    # One version for all Pythons and systems: what was tested on one is what the others get.
    command += ["--python-version", "3.11", "--fork-strategy", "fewest"]
    command += ["--generate-hashes", "--no-annotate"]
    command += ["--no-emit-index-url", "--no-emit-find-links"]
    command += ["--custom-compile-command", "./nox -s lock"]
    for name, contents in LOCKS.items():
        # The test environment is the largest: the others take the versions that it has.
        agree = [] if name == "test" else ["--constraints", "requirements/test.txt"]
        output = ["--output-file", f"requirements/{name}.txt"]
        session.run(*command, *contents, *agree, *output, *session.posargs, external=True)


_UNFINISHED = "dlbook-unfinished.txt"


def _options(session: nox.Session) -> tuple[list[str], list[str]]:
    """Split what followed `--` into the torch flag and the rest."""
    rest = [argument for argument in session.posargs if argument != "--torch"]
    return ["--torch"] * (len(rest) < len(session.posargs)), rest


def _install(
    session: nox.Session, name: str, *, torch: bool | list[str] = False, editable: bool = True
) -> None:
    """Install a lock, and this project on top, unless the environment already holds them."""
    folder = Path(session.virtualenv.location)
    if (folder / _UNFINISHED).exists():
        # pip was cut short, and takes a package of which it wrote half for installed.
        session.run_install(sys.executable, "-m", "virtualenv", "--clear", folder, external=True)
    lock = ROOT / "requirements" / f"{name}.txt"
    project = ["--no-deps", "--no-build-isolation", "--editable", "."]
    # Wheels only: building a package would fetch what no lock names.
    steps = [["--require-hashes", "--only-binary=:all:", "--requirement", str(lock)]]
    _once(session, "lock", lock.read_bytes(), *steps, *[project] * editable)
    if torch:
        lock = ROOT / "requirements" / "torch.txt"
        _once(session, "torch", lock.read_bytes(), ["--requirement", str(lock)])


def _once(session: nox.Session, name: str, what: bytes, *steps: list[str]) -> None:
    """Have pip do these steps, unless the environment's note says that it holds this."""
    folder = Path(session.virtualenv.location)
    note = folder / f"dlbook-{name}.txt"
    digest = hashlib.sha256(what + (ROOT / "pyproject.toml").read_bytes() + bytes(ROOT))
    if note.exists() and note.read_text() == digest.hexdigest():
        return
    (folder / _UNFINISHED).touch()
    for step in steps:
        session.install(*step)
    note.write_text(digest.hexdigest())
    (folder / _UNFINISHED).unlink()


def _borrow(session: nox.Session, owner: str) -> str:
    """Return the Python of another session's environment, made ready first."""
    make = [sys.executable, "-m", "nox", "--session", owner, "--install-only"]
    session.run(*make, external=True, silent=True)
    python = ROOT / ".nox" / owner / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    session.env["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    return str(python)


def _let_pytest_speak_last(session: nox.Session) -> None:
    """Keep nox from adding lines below pytest's own verdict; the exit status stays."""
    ours = re.compile(rf"Session {session.name} |Command pytest ")
    logging.getLogger("nox").addFilter(lambda record: not ours.match(record.getMessage()))
