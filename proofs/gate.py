"""The gate: compile all formal proofs afresh, and check from outside what they prove.

A claim of ``claims.json`` passes if

1. the theorem in its file of proofs has the type that its file of statements defines, by
   conversion in Coq's kernel: a proof file cannot change what the statement says;
2. it rests on no axiom but the three of mathcomp-analysis, told by their full names and types, and
   on as many of them as it claims;
3. its file of statements holds definitions and nothing else, and imports only such files;
4. what a page shows of it, the statement and the book's own definitions, is all that it means:
   alone, in a fresh file, it compiles to the same;
5. people compared this very text with the book's: its pin is right.

``python proofs/gate.py`` checks all claims; ``--pin`` writes the pins, without Coq.
"""

from __future__ import annotations

import dataclasses
import functools
import graphlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "docs"))

from _ext.logic.claims import Claim, Suite, imports, sentences  # noqa: E402

#: Extensionality of propositions and of functions, and choice: what mathcomp-analysis assumes.
AXIOMS = (
    "propositional_extensionality",
    "functional_extensionality_dep",
    "constructive_indefinite_description",
)

#: How a sentence of a file of statements may begin.
STATEMENTS = re.compile(
    r"(From (mathcomp|Book) Require |Import |(Set|Unset) (Strict )?Implicit|"
    r"Unset Printing Implicit Defensive|Local Open Scope |Section |End |Variables? |"
    r"Implicit Types? |Definition |Fixpoint )"
)

#: mathcomp 2 has this name, mathcomp 1 does not.
_PROBE = "From mathcomp Require Import all_algebra. Check Num.Theory.lerD2r."


class RefusedError(Exception):
    """A file does not compile."""


def coqc(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Compile a file in a folder, in which the others lie compiled."""
    command = ["coqc", "-q", "-w", "none", "-Q", str(folder), "Book", str(folder / f"{name}.v")]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


@functools.cache
def compat() -> str:
    """Return the folder of the names that the installed mathcomp lacks."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "probe.v").write_text(_PROBE)
        return "compat1" if coqc(Path(folder), "probe").returncode else "compat2"


class Workshop:
    """A fresh folder with the files that some claims need, compiled.

    Parameters
    ----------
    suite
        Where the files come from.
    folder
        An empty one.
    proofs
        Names of the files of proofs to compile.
    """

    def __init__(self, suite: Suite, folder: Path, proofs: Iterable[str]) -> None:
        self.suite, self.folder = suite, folder
        self.seconds: dict[str, float] = {}
        shutil.copy(suite.folder / compat() / "Compat.v", folder)
        names = {"Compat"} | {one for proof in proofs for one in suite.needed(proof)}
        for name in names - {"Compat"}:
            shutil.copy(suite.path(name), folder)
        self._compile({n: set(imports((folder / f"{n}.v").read_text("utf-8"))) for n in names})

    def _compile(self, uses: dict[str, set[str]]) -> None:
        order = graphlib.TopologicalSorter(uses)
        order.prepare()
        running: dict[Future[float], str] = {}
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            while order.is_active():
                running |= {pool.submit(self._one, name): name for name in order.get_ready()}
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(done)
                    self.seconds[name] = done.result()
                    order.done(name)

    def _one(self, name: str) -> float:
        start = time.monotonic()
        result = coqc(self.folder, name)
        if result.returncode:
            raise RefusedError(f"{name}.v does not compile: {_short(result.stderr)}")
        return time.monotonic() - start

    def ask(self, name: str, text: str) -> tuple[str, str]:
        """Compile a text; return what Coq printed, and the error if there was one."""
        (self.folder / f"{name}.v").write_text(text, "utf-8")
        result = coqc(self.folder, name)
        return result.stdout, result.stderr if result.returncode else ""


def _short(text: str) -> str:
    return " ".join(text.split("Error:")[-1].split())[:300]


def faults(
    suite: Suite, only: Iterable[str] = (), *, quiet: bool = False
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with claims, each time the name of one and what it is.

    Parameters
    ----------
    suite
        Where they are.
    only
        Names of claims, if not all.
    quiet
        Do not say which files took longest.

    Raises
    ------
    RefusedError
        If a file does not compile.
    """
    chosen = set(only)
    claims = [one for one in suite.claims if not chosen or one.name in chosen]
    for name in sorted({file for one in claims for file in suite.needed(one.statement)}):
        yield from ((name, what) for what in _odd(suite.sources[name]))
    for claim in claims:
        try:
            what = suite.changed(claim)
        except LookupError as error:
            raise RefusedError(str(error)) from error
        if what:
            yield claim.name, what
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(suite, Path(folder), {one.proof for one in claims})
        if not quiet:
            _tell(workshop.seconds)
        yield from _types(workshop, claims)
        yield from _assumptions(workshop, claims)
        yield from _shown(workshop, claims)


def _odd(source: str) -> Iterator[str]:
    for one in sentences(source):
        if not STATEMENTS.match(one.code):
            yield f"not a definition: {one.code.split(chr(10))[0]}"
        elif one.code.startswith("Variable") and _depth(source, one.code) < 1:
            yield f"a variable outside a section is an axiom: {one.code}"
    for other in imports(source):
        if not other.startswith("S"):
            yield f"imports {other}, which is not a file of statements"


def _depth(source: str, code: str) -> int:
    before = source[: source.index(code)]
    return len(re.findall(r"^Section ", before, re.M)) - len(re.findall(r"^End ", before, re.M))


def _check(claim: Claim) -> str:
    # The statement is named first, by its full name: no import can put another in its place.
    statement = f"Book.{claim.statement}.{claim.name}"
    return f"Definition check_{claim.name} : {statement} := Book.{claim.proof}.{claim.name}."


def _requires(claims: list[Claim]) -> list[str]:
    names = sorted({name for one in claims for name in (one.statement, one.proof)})
    return ["From mathcomp.classical Require boolp.", *(f"From Book Require {n}." for n in names)]


def _types(workshop: Workshop, claims: list[Claim]) -> Iterator[tuple[str, str]]:
    requires = _requires(claims)
    _, error = workshop.ask("types", "\n".join([*requires, *map(_check, claims)]) + "\n")
    for claim in claims if error else []:  # which of them is it?
        _, error = workshop.ask("types", "\n".join([*_requires([claim]), _check(claim)]) + "\n")
        if error:
            yield claim.name, f"{claim.proof}.v does not prove the statement: {_short(error)}"


def _assumptions(workshop: Workshop, claims: list[Claim]) -> Iterator[tuple[str, str]]:
    def mark(name: str) -> str:
        return f'Goal True. idtac "@@ {name}". Abort.'

    lines = [*_requires(claims), "Set Printing Width 1000000."]
    for axiom in AXIOMS:
        lines += [mark("allowed"), f"Print Assumptions mathcomp.classical.boolp.{axiom}."]
    for claim in claims:
        lines += [mark(claim.name), f"Print Assumptions Book.{claim.proof}.{claim.name}."]
    printed, error = workshop.ask("assumptions", "\n".join(lines) + "\n")
    if error:
        raise RefusedError(f"Print Assumptions failed: {_short(error)}")
    parts = [part.split("\n", 1) for part in re.split(r"^@@ ", printed, flags=re.M)[1:]]
    allowed = {item for name, text in parts if name == "allowed" for item in _items(text)}
    if len(allowed) != len(AXIOMS):
        raise RefusedError(f"mathcomp-analysis assumes something else: {sorted(allowed)}")
    found = {name: _items(text) for name, text in parts if name != "allowed"}
    for claim in claims:
        for item in found[claim.name]:
            if item not in allowed:
                yield claim.name, f"rests on {item[:160]}"
        if len(found[claim.name]) != claim.axioms:
            count = len(found[claim.name])
            yield claim.name, f"rests on {count} axioms, and claims {claim.axioms}"


def _items(text: str) -> list[str]:
    """Return what Print Assumptions lists, one line each."""
    if "Closed under the global context" in text:
        return []
    items = (" ".join(item.split()) for item in re.split(r"\n(?=\S)", text.strip()))
    return [item for item in items if item != "Axioms:"]


def _shown(workshop: Workshop, claims: list[Claim]) -> Iterator[tuple[str, str]]:
    """Compile what the page shows of each claim, and compare."""
    suite = workshop.suite
    _, error = workshop.ask("shown", "".join(alone(suite, claim) for claim in claims))
    for claim in claims if error else []:  # which of them is it?
        _, error = workshop.ask("shown", alone(suite, claim))
        if error:
            yield claim.name, f"the page does not show all that it means: {_short(error)}"


def alone(suite: Suite, claim: Claim) -> str:
    """Return Coq text: what a page shows of a claim is what the claim says.

    The text stands in a module of its own, which imports no file of statements.
    """
    shown = suite.definitions(claim)
    lines = [f"From Book Require {claim.statement}.", f"Module shown_{claim.name}."]
    for name in suite.needed(claim.statement):
        if name in shown or name == claim.statement:
            lines += [*suite.preamble(name), *(one.code for one in shown.get(name, []))]
    lines.append(suite.statement(claim).code)
    lines.append(f"Check (erefl : {claim.name} = Book.{claim.statement}.{claim.name}).")
    lines.append(f"End shown_{claim.name}.")
    return "\n".join(lines) + "\n"


def _tell(seconds: dict[str, float]) -> None:
    dearest = sorted(seconds, key=seconds.__getitem__, reverse=True)[:5]
    print("dearest:", ", ".join(f"{name} {seconds[name]:.0f} s" for name in dearest), flush=True)


def pin() -> int:
    """Write the pins of all claims; say which moved."""
    suite = Suite()
    claims = [dataclasses.replace(one, pin=suite.pin(one)) for one in suite.claims]
    for old, new in zip(suite.claims, claims, strict=True):
        if old.pin != new.pin:
            print(f"\npinned: {new.name}, {new.label}: {new.differs}")
            print(f"{suite.statement(new).code}\n{suite.informal(new)}")
    suite.write(claims)
    return 0


def main() -> int:
    """Run from the command line."""
    start = time.monotonic()
    if "--pin" in sys.argv[1:]:
        return pin()
    suite = Suite()
    try:
        found = list(faults(suite))
    except RefusedError as refusal:
        print(f"refused: {refusal}")
        return 1
    for name, what in found:
        print(f"refused: {name}: {what}")
    if not found:
        counts = [sum(one.axioms == n for one in suite.claims) for n in (0, len(AXIOMS))]
        took = f"{time.monotonic() - start:.0f} s"
        sums = f"{counts[0]} without axioms, {counts[1]} with three"
        print(f"{len(suite.claims)} claims hold, {took}: {sums}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
