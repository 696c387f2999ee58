"""Build the book: train what it shows, then run Sphinx. `nox -s docs` calls this.

The site is *current* while nothing that it is made from has changed since a build that
succeeded. The note that says so is removed before a build and written after it, so that a
build cut short at any moment leaves a site that nobody takes for finished.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "docs" / "_build" / "html"
COURSE = ROOT / "docs" / "_build" / "course"
NOTE = ROOT / "docs" / "_build" / "site.json"

_SOURCES = (
    *("docs", "dlbook", "tests/theorems", "requirements/docs.txt", "requirements/torch.txt"),
    *("pyproject.toml", "README.md", "LICENSE", "LICENSES"),  # of the wheel that the site carries
)
_MADE = ("docs/_build", "docs/node_modules", "docs/api/generated")


def sources() -> Iterator[Path]:
    """Yield the files that the site is made from, in a fixed order."""
    made = {ROOT / name for name in _MADE}
    for name in _SOURCES:
        start = ROOT / name
        for path in [start] if start.is_file() else sorted(start.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and made.isdisjoint(path.parents):
                yield path


def fingerprint() -> str:
    """Return a hash over the names and contents of `sources`."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current(*, torch: bool = False) -> bool:
    """Whether the built site shows the sources as they are now.

    Parameters
    ----------
    torch
        Ask for the build with the PyTorch comparisons. That build serves where the plain one
        is asked for; the plain one does not serve where `torch` is.
    """
    try:
        note = json.loads(NOTE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    return bool(note["sources"] == fingerprint() and note["torch"] >= torch)


def run(*module: str, torch: bool = False) -> int:
    """Run a module of this Python as the build does; return its exit status."""
    env = dict(os.environ)
    env["DLBOOK_CACHE"] = str(ROOT / "docs" / "_build" / "results")
    env["DLBOOK_TORCH"] = "1" if torch else ""
    # Where it is set at all, Sphinx does not print what its extensions should stop using.
    env.setdefault("PYTHONWARNINGS", "")
    return subprocess.run([sys.executable, "-m", *module], cwd=ROOT, env=env).returncode


def build(builder: str = "html", *, torch: bool = False) -> int:
    """Build the book; return the exit status of the step that failed, or 0."""
    before = fingerprint()
    NOTE.parent.mkdir(parents=True, exist_ok=True)
    if builder == "html":
        NOTE.unlink(missing_ok=True)
    # Doctrees apart: what is published is the folder of the pages.
    folders = ["-d", str(SITE.parent / "doctrees"), "docs", str(SITE.parent / builder)]
    sphinx = ["sphinx", "-n", "-W", "--keep-going", "-j", "2", "-b", builder, *folders]
    for module in (["dlbook.train"], sphinx):
        status = run(*module, torch=torch)
        if status:
            return status
    if builder == "html":
        draft = NOTE.with_suffix(".part")
        draft.write_text(json.dumps({"sources": before, "torch": torch}), encoding="utf-8")
        draft.replace(NOTE)
    return 0


def build_course() -> int:
    """Write the edition without solutions, from the pages that the book was built from."""
    folders = ["-d", str(SITE.parent / "doctrees"), "docs", str(COURSE)]
    return run(
        "sphinx", "-n", "-W", "--keep-going", "-j", "2", "-D", "dlbook_solutions=0", *folders
    )


def serve(arguments: list[str]) -> int:
    """Build, serve and rebuild at every change, until interrupted; warnings do not stop it."""
    NOTE.unlink(missing_ok=True)
    command = ["sphinx_autobuild", "docs", str(SITE), *arguments]
    command += ["--watch", "dlbook", "--pre-build", f"{sys.executable} -m dlbook.train"]
    for made in _MADE:
        command += ["--ignore", str(ROOT / made)]
    try:
        return run(*command)
    except KeyboardInterrupt:
        return 0


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Build the book into docs/_build/html.")
    parser.add_argument("--torch", action="store_true", help="run the PyTorch comparisons too")
    parser.add_argument("--builder", default="html", help="another of Sphinx's builders")
    parser.add_argument("--course", action="store_true", help="then the edition for courses")
    parser.add_argument("--if-stale", action="store_true", help="do nothing if it is current")
    parser.add_argument(
        "--serve", nargs=argparse.REMAINDER, help="serve it; the rest goes to sphinx-autobuild"
    )
    options = parser.parse_args()
    if options.serve is not None:
        return serve(options.serve)
    status = 0
    if not (options.if_stale and is_current(torch=options.torch)):
        status = build(options.builder, torch=options.torch)
        if status == 0 and options.builder == "html":
            print(f"\nThe book is built. Open {(SITE / 'index.html').as_uri()}")
    if status == 0 and options.course:
        status = build_course()
        if status == 0:
            print(f"\nThe edition without solutions: {(COURSE / 'index.html').as_uri()}")
    return status


if __name__ == "__main__":
    sys.exit(main())
