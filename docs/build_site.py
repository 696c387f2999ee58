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
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "docs" / "_build" / "html"
COURSE = ROOT / "docs" / "_build" / "course"
NOTE = ROOT / "docs" / "_build" / "site.json"
DRAFT = ROOT / "docs" / "_build" / "draft"
#: How long training and each chapter's cells took: in the last build here, and as accepted.
SECONDS = ROOT / "docs" / "_build" / "seconds.json"
ACCEPTED = ROOT / "docs" / "seconds.json"

_SOURCES = (
    *("docs", "dlbook", "proofs", "tests/theorems"),
    *("requirements/docs.txt", "requirements/torch.txt"),
    *("pyproject.toml", "README.md", "LICENSE", "LICENSES"),  # of the wheel that the site carries
)
_MADE = ("docs/_build", "docs/node_modules", "docs/api/generated")
_NO_SOURCE = {"docs/seconds.json"}  # no page shows it


def sources() -> Iterator[Path]:
    """Yield the files that the site is made from, in a fixed order."""
    made = {ROOT / name for name in _MADE}
    for name in _SOURCES:
        start = ROOT / name
        for path in [start] if start.is_file() else sorted(start.rglob("*")):
            if path.relative_to(ROOT).as_posix() in _NO_SOURCE or "__pycache__" in path.parts:
                continue
            if path.is_file() and made.isdisjoint(path.parents):
                yield path


def fingerprint() -> str:
    """Return a hash over the names and contents of `sources`."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current(*, torch: bool = False, cifar10: bool = True) -> bool:
    """Whether the built site shows the sources as they are now.

    Parameters
    ----------
    torch
        Ask for the build with the PyTorch comparisons. That build serves where the plain one
        is asked for; the plain one does not serve where `torch` is.
    cifar10
        Ask for a build with the pages executed that need CIFAR-10. One with them serves either
        way.
    """
    try:
        note = json.loads(NOTE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    serves = note["torch"] >= torch and note.get("cifar10", True) >= cifar10
    return bool(serves and note["sources"] == fingerprint())


def keep_runs(*, cold: bool) -> None:
    """Say where finished runs are kept: for all clones of the book, or in an empty folder here.

    The name of a stored run holds the code that made it, its data and NumPy's version, so that
    what another clone trained is what this one would train.
    """
    from dlbook.train.store import cache_folder  # only here: the rest needs no library

    shared = cache_folder() / "book"
    if cold:
        for name in ("cache", "results"):
            shutil.rmtree(NOTE.parent / name, ignore_errors=True)
    os.environ["DLBOOK_CACHE"] = str(NOTE.parent / "results" if cold else shared)


def run(*module: str, torch: bool = False, cifar10: bool = True) -> int:
    """Run a module of this Python as the build does; return its exit status."""
    env = dict(os.environ)
    env["DLBOOK_TORCH"] = "1" if torch else ""
    env["DLBOOK_WITHOUT_CIFAR10"] = "" if cifar10 else "1"
    # Where it is set at all, Sphinx does not print what its extensions should stop using.
    env.setdefault("PYTHONWARNINGS", "")
    return subprocess.run([sys.executable, "-m", *module], cwd=ROOT, env=env).returncode


def seconds() -> dict[str, float]:
    """Return how long each part of a build took the last time: here, or where it was accepted."""
    found: dict[str, float] = {}
    for path in (ACCEPTED, SECONDS):
        if path.exists():
            found |= json.loads(path.read_text(encoding="utf-8"))
    return found


def estimate(last: dict[str, float]) -> str:
    """Say how long a build takes from nothing.

    Examples
    --------
    >>> estimate({"training": 45.0, "pages": 105.0, "part-1/a": 20.0, "part-1/b": 25.0})
    'From nothing it took 2.5 minutes, 45 s of them to train; what is kept is not made again.'
    >>> estimate({})
    'How long it takes is not known yet.'
    """
    training, pages = last.get("training", 0.0), last.get("pages", 0.0)
    if not pages:
        return "How long it takes is not known yet."
    took = f"From nothing it took {(training + pages) / 60:.1f} minutes"
    return f"{took}, {training:.0f} s of them to train; what is kept is not made again."


def _note_seconds(part: str, taken: float) -> None:
    """Remember how long a part took at most: when it found nothing done."""
    last = json.loads(SECONDS.read_text(encoding="utf-8")) if SECONDS.exists() else {}
    last[part] = max(taken, last.get(part, 0.0))
    SECONDS.write_text(json.dumps(last, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def pages(name: str) -> list[str]:
    """Return the pages that a chapter's number or slug, a path or a folder of docs/ names.

    Raises
    ------
    ValueError
        If there is none.
    """
    docs, found = ROOT / "docs", {}
    for path in sorted(docs.rglob("*.md")):
        page = path.relative_to(docs).with_suffix("").as_posix()
        if page.startswith(("_build/", "node_modules/", "api/generated/")):
            continue
        number = re.search(r"^# (\w+)\. ", path.read_text(encoding="utf-8"), re.MULTILINE)
        folders = {parent.as_posix() for parent in Path(page).parents}
        paths = {page, f"{page}.md", f"docs/{page}.md", str(path)}
        found[page] = {path.stem, *paths, *folders, *([number[1]] if number else [])} - {"."}
    chosen = [page for page, names in found.items() if name.rstrip("/") in names]
    if not chosen:
        known = ", ".join(page for page in found if page.startswith("part-"))
        raise ValueError(
            f"no page is called {name!r}; expected a chapter's number, or one of {known}"
        )
    return chosen


def build_pages(names: list[str], *, torch: bool = False, cifar10: bool = True) -> int:
    """Build some pages alone, and refuse what is wrong on them, in a site of their own.

    Other pages are there with what earlier builds executed; nothing of theirs is run or refused.
    """
    try:
        wanted = [page for name in names for page in pages(name)]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    here = ["-D", f"dlbook_only={','.join(wanted)}", "-D", f"dlbook_kept={NOTE.parent}"]
    here += ["-d", str(DRAFT / "doctrees"), "docs", str(DRAFT / "html")]
    status = run(
        "sphinx", "-n", "-W", "--keep-going", "-q", "-j", "2", *here, torch=torch, cifar10=cifar10
    )
    for page in wanted if status < 2 else []:
        print((DRAFT / "html" / f"{page}.html").as_uri())
    return status


def build(builder: str = "html", *, torch: bool = False, cifar10: bool = True) -> int:
    """Build the book; return the exit status of the step that failed, or 0."""
    print(estimate(seconds()), flush=True)
    before = fingerprint()
    NOTE.parent.mkdir(parents=True, exist_ok=True)
    if builder == "html":
        NOTE.unlink(missing_ok=True)
    # Doctrees apart: what is published is the folder of the pages.
    folders = ["-d", str(SITE.parent / "doctrees"), "docs", str(SITE.parent / builder)]
    sphinx = ["sphinx", "-n", "-W", "--keep-going", "-j", "2", "-b", builder, *folders]
    training = ["dlbook.train", *["--without-cifar10"] * (not cifar10)]
    for part, module in (("training", training), ("pages", sphinx)):
        start = time.monotonic()
        status = run(*module, torch=torch, cifar10=cifar10)
        if status:
            return status
        if cifar10:
            _note_seconds(part, time.monotonic() - start)
    if builder == "html":
        draft = NOTE.with_suffix(".part")
        note = {"sources": before, "torch": torch, "cifar10": cifar10}
        draft.write_text(json.dumps(note), encoding="utf-8")
        draft.replace(NOTE)
    return 0


def build_course() -> int:
    """Write the edition without solutions, from the pages that the book was built from.

    With PyTorch and CIFAR-10 where the book was built with them: else each page would be read and
    executed anew, and again in the book's next build.
    """
    folders = ["-d", str(SITE.parent / "doctrees"), "docs", str(COURSE)]
    course = ["sphinx", "-n", "-W", "--keep-going", "-j", "2", "-D", "dlbook_solutions=0"]
    made = {"torch": False, "cifar10": True}
    if NOTE.exists():
        made |= json.loads(NOTE.read_text(encoding="utf-8"))
    return run(*course, *folders, torch=made["torch"], cifar10=made["cifar10"])


def serve(arguments: list[str]) -> int:
    """Build, serve and rebuild at every change, until interrupted; warnings do not stop it."""
    NOTE.unlink(missing_ok=True)
    command = ["docs.serve_site", "docs", str(SITE), *arguments]
    command += ["--watch", "dlbook", "-D", "dlbook_serves=1"]
    for made in _MADE:
        command += ["--ignore", str(ROOT / made)]
    try:
        return run(*command)
    except KeyboardInterrupt:
        return 0


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Build the book into docs/_build/html.")
    parser.add_argument("pages", nargs="*", help="chapters by number, slug or path: these alone")
    parser.add_argument("--torch", action="store_true", help="run the PyTorch comparisons too")
    parser.add_argument(
        "--without-cifar10",
        action="store_true",
        help="fetch no photographs: pages that need them are marked, and not executed",
    )
    parser.add_argument("--cold", action="store_true", help="train and execute everything anew")
    parser.add_argument("--builder", default="html", help="another of Sphinx's builders")
    parser.add_argument("--course", action="store_true", help="then the edition for courses")
    parser.add_argument("--if-stale", action="store_true", help="do nothing if it is current")
    parser.add_argument(
        "--serve", nargs=argparse.REMAINDER, help="serve it; the rest goes to sphinx-autobuild"
    )
    options = parser.parse_args()
    made_with = {"torch": options.torch, "cifar10": not options.without_cifar10}
    keep_runs(cold=options.cold)
    if options.serve is not None:
        return serve(options.serve)
    if options.pages:
        return build_pages(options.pages, **made_with)
    status = 0
    if options.cold or not (options.if_stale and is_current(**made_with)):
        status = build(options.builder, **made_with)
        if status == 0 and options.builder == "html":
            print(f"\nThe book is built. Open {(SITE / 'index.html').as_uri()}")
    if status == 0 and options.course:
        status = build_course()
        if status == 0:
            print(f"\nThe edition without solutions: {(COURSE / 'index.html').as_uri()}")
    return status


if __name__ == "__main__":
    sys.exit(main())
