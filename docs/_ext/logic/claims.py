"""What is proved by machine: the claims of ``proofs/claims.json``, and what they say.

A claim is a statement of the book in the language of Coq, stated in ``proofs/statements/S09.v`` and
proved in ``proofs/P09.v``. It carries how it compares with the book's statement, in the
judgement of people who have read both, and a *pin*: a hash of all that they have read. This module
needs neither Coq nor Sphinx; the gate and the pages both use it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

PROOFS = Path(__file__).parents[3] / "proofs"

#: How a formal statement compares with the book's, from the strongest to the weakest.
LABELS = {
    "more general": "it says more than the text",
    "same": "it says what the text says",
    "special case": "it says less than the text: fewer instances",
    "stronger hypothesis": "it says less than the text: one of its hypotheses is stronger",
    "part": "it says less than the text: a part of the conclusion",
}

_SENTENCE = re.compile(r"((?:\s|\(\*.*?\*\))*)((?:\(\*.*?\*\)|.)*?\.)(?=\s|$)", re.DOTALL)
_COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)
_DEFINES = re.compile(r"(?:Definition|Fixpoint)\s+(\w+)")
_BOOK = re.compile(r"From Book Require (?:Import )?([^.]*)\.")


@dataclass(frozen=True)
class Claim:
    """A statement of the book that is proved by machine.

    Attributes
    ----------
    name
        Of the statement and of the theorem, such as ``thm_jensen``.
    chapter
        The number of the files in which they are.
    book
        The label of the book's statement.
    readers
        What each of those who compared the two made of them: keys of `LABELS`.
    differs
        How the two differ, in one sentence.
    axioms
        How many axioms the proof needs.
    pin
        Hash of what the readers have compared.
    """

    name: str
    chapter: int
    book: str
    readers: tuple[str, ...]
    differs: str
    axioms: int
    pin: str

    @property
    def statement(self) -> str:
        """The file, without ending, that states it."""
        return f"S{self.chapter:02}"

    @property
    def proof(self) -> str:
        """The file, without ending, that proves it."""
        return f"P{self.chapter:02}"

    @property
    def label(self) -> str:
        """The weakest of what its readers made of it."""
        return max(self.readers, key=list(LABELS).index)


@dataclass(frozen=True)
class Sentence:
    """A sentence of a file of statements, with the comment before it.

    Attributes
    ----------
    before
        White space and comments.
    code
        With its full stop.
    """

    before: str
    code: str

    @property
    def defines(self) -> str:
        """What it defines, or nothing."""
        match = _DEFINES.match(self.code)
        return match[1] if match else ""

    @property
    def words(self) -> set[str]:
        """The identifiers in it."""
        return set(re.findall(r"\b[A-Za-z_][\w']*", _COMMENT.sub(" ", self.code)))


def sentences(source: str) -> list[Sentence]:
    """Return the sentences of a file of statements.

    Examples
    --------
    >>> [one.code for one in sentences("(* A. *) Definition x := 1%N. Definition y := x.+1.")]
    ['Definition x := 1%N.', 'Definition y := x.+1.']
    """
    return [Sentence(*match.groups()) for match in _SENTENCE.finditer(source)]


def imports(source: str) -> list[str]:
    r"""Return the files of the book's that a Coq file imports.

    Examples
    --------
    >>> imports("From Book Require Import Compat S03.\nFrom Book Require S06.")
    ['Compat', 'S03', 'S06']
    """
    return [name for found in _BOOK.findall(source) for name in found.split()]


class Suite:
    """The formal statements, proofs and claims in a folder.

    Parameters
    ----------
    folder
        That of ``claims.json``.
    docs
        The book's sources.
    """

    def __init__(self, folder: Path = PROOFS, docs: Path | None = None) -> None:
        self.folder, self.docs = folder, docs or folder.parent / "docs"

    @cached_property
    def claims(self) -> list[Claim]:
        """All claims, in their order."""
        entries = json.loads((self.folder / "claims.json").read_text("utf-8"))
        return [Claim(**entry | {"readers": tuple(entry["readers"])}) for entry in entries]

    def write(self, claims: list[Claim]) -> None:
        """Write the claims to their file."""
        text = json.dumps([asdict(one) for one in claims], indent=1, ensure_ascii=False) + "\n"
        (self.folder / "claims.json").write_text(text, "utf-8")

    def path(self, name: str) -> Path:
        """Return where a file of statements or of proofs is."""
        return self.folder / ("statements" if name.startswith("S") else ".") / f"{name}.v"

    @cached_property
    def sources(self) -> dict[str, str]:
        """The text of each file of statements and of proofs, by its name without ending."""
        paths = [*self.folder.glob("statements/S*.v"), *self.folder.glob("P*.v")]
        return {path.stem: path.read_text("utf-8") for path in sorted(paths)}

    def needed(self, name: str) -> list[str]:
        """Return the files that one imports, those that they import, and itself at last."""
        order: dict[str, None] = {}
        for other in imports(self.sources[name]):
            if other in self.sources:
                order |= dict.fromkeys(self.needed(other))
        return [*order, name]

    @cached_property
    def _sentences(self) -> dict[str, list[Sentence]]:
        names = (name for name in self.sources if name.startswith("S"))
        return {name: sentences(self.sources[name]) for name in names}

    def statement(self, claim: Claim) -> Sentence:
        """Return the sentence that states a claim.

        Raises
        ------
        LookupError
            If there is none.
        """
        for sentence in self._sentences.get(claim.statement, []):
            if sentence.defines == claim.name:
                return sentence
        raise LookupError(f"statements/{claim.statement}.v does not define {claim.name}")

    def definitions(self, claim: Claim) -> dict[str, list[Sentence]]:
        """Return the book's own definitions that a statement uses, and those that these use.

        They come by file, in their order. A section comes with what opens it, ends it and declares
        its variables, where a definition in it is used.
        """
        waiting = [(claim.statement, self.statement(claim))]
        used: set[tuple[str, str]] = set()
        while waiting:
            file, sentence = waiting.pop()
            for place, other in self._meant(file, sentence.words - {sentence.defines}):
                if (place, other.defines) not in used:
                    used.add((place, other.defines))
                    waiting.append((place, other))
        files = self.needed(claim.statement)
        found = {name: self._cut(name, {one for at, one in used if at == name}) for name in files}
        return {name: cut for name, cut in found.items() if cut}

    def _meant(self, file: str, words: set[str]) -> Iterator[tuple[str, Sentence]]:
        """Yield what words of a file mean among the definitions in it and above it."""
        for word in words:
            for place in reversed(self.needed(file)):
                found = [one for one in self._sentences[place] if one.defines == word]
                if found:
                    yield place, found[0]
                    break

    def _cut(self, file: str, names: set[str]) -> list[Sentence]:
        kept: list[Sentence] = []
        section: list[Sentence] = []
        inside = used = False
        for one in self._sentences[file]:
            if one.code.startswith("Section "):
                inside, used, section = True, False, [one]
            elif inside and one.code.startswith("End "):
                inside = False
                kept += [*section, one] if used else []
            elif one.defines in names:
                used = True
                (section if inside else kept).append(one)
            elif inside and not one.defines:
                section.append(one)
        return kept

    def preamble(self, file: str) -> list[str]:
        """Return how a file of statements begins, but for its imports of others."""
        begin = (one.code for one in self._sentences[file])
        first = re.compile(r"From mathcomp |Import |Set |Unset |Local Open Scope ")
        return [code for code in begin if first.match(code)]

    def informal(self, claim: Claim) -> str:
        """Return the book's statement, as its author wrote it, white space made even.

        Raises
        ------
        LookupError
            If there is none.
        """
        found = re.compile(
            rf"^(:{{3,}}){{(?:[a-z]+)}}([^\n]*)\n:label: {re.escape(claim.book)}\n(.*?)^\1$",
            re.DOTALL | re.MULTILINE,
        )
        for path in sorted([*self.docs.glob("*.md"), *self.docs.glob("part-*/*.md")]):
            if match := found.search(path.read_text("utf-8")):
                text = re.sub(r"^:(?:headline|bound):$", "", match[3], flags=re.MULTILINE)
                return " ".join(f"{match[2]} {text}".split())
        raise LookupError(f"{claim.name}: no statement of the book has the label {claim.book!r}")

    def pin(self, claim: Claim) -> str:
        """Return the hash of what readers of a claim compare.

        That is its statement, all else that its file and those that this one imports say but for
        other claims, and the book's statement.
        """
        others = {one.name for one in self.claims} - self.statement(claim).words
        parts = [self.informal(claim)]
        for file in self.needed(claim.statement):
            for one in self._sentences[file]:
                if one.defines not in others:
                    parts += [" ".join(one.before.split()), " ".join(one.code.split())]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def changed(self, claim: Claim) -> str:
        """Say that a claim or the book's statement is not what was compared, or return nothing."""
        if not claim.readers or claim.pin != self.pin(claim):
            return (
                f"{claim.name} or {claim.book} changed since the two were compared: compare them "
                "again, write what you make of them in proofs/claims.json, then run "
                "`./nox -s proofs -- --pin`"
            )
        return ""

    # ---- recordings ---------------------------------------------------------------------

    def digest(self, proof: str) -> str:
        """Return the hash of what a recording of a file of proofs shows."""
        text = "\0".join(self.sources[name] for name in self.needed(proof))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def recording(self, proof: str) -> dict[str, Any]:
        """Return the recording of a file of proofs.

        Raises
        ------
        LookupError
            If it is missing, or made before the last change of what it shows.
        """
        path = self.folder / "recordings" / f"{proof}.json"
        made = json.loads(path.read_text("utf-8")) if path.exists() else {}
        if made.get("digest") != self.digest(proof):
            raise LookupError(
                f"proofs/recordings/{path.name} does not show proofs/{proof}.v as it is now: "
                "where Coq is installed, `./nox -s proofs -- --record` records it"
            )
        return dict(made)
