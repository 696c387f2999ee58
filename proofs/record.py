"""Record what a formal proof shows: the goals after every sentence of its file.

``coqc -time`` says where sentences end and ``coqtop`` what is left to prove; no other tool is
needed. The site shows the recordings, so that it is built without Coq. They are made with the Coq
of Debian 12, since other versions print otherwise. Only the first goal, on which the next sentence
works, keeps its hypotheses: with all of them a recording is ten times as long.

``python proofs/record.py`` records the files of proofs whose recordings are out of date.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "docs"))

from _ext.logic.claims import Suite
from gate import Workshop

_PROMPT = re.compile(r"<prompt>.*? < \d+ \|(.*?)\| \d+ < </prompt>")
_COUNT = re.compile(r"(\d+) (?:focused )?(?:sub)?goal")


class Coqtop:
    """A Coq that is told one sentence after another."""

    def __init__(self, options: list[str]) -> None:
        self._process = subprocess.Popen(
            ["coqtop", "-q", "-emacs", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._unread = ""
        self._read()

    def _read(self) -> tuple[str, bool]:
        assert self._process.stdout is not None
        while not (prompt := _PROMPT.search(self._unread)):
            more = self._process.stdout.read1(65536)  # type: ignore[attr-defined]
            if not more:
                raise RuntimeError(f"coqtop ended: {self._unread}")
            self._unread += more.decode("utf-8")
        said, self._unread = self._unread[: prompt.start()], self._unread[prompt.end() :]
        return said.strip(), bool(prompt[1].strip("|"))

    def say(self, sentence: str) -> tuple[str, bool]:
        """Return what Coq answers, and whether a proof is open."""
        assert self._process.stdin is not None
        line = " ".join(sentence.split("\n")) + "\n"  # one line, one prompt
        self._process.stdin.write(line.encode("utf-8"))
        self._process.stdin.flush()
        return self._read()

    def goals(self) -> list[dict[str, Any]]:
        """Return what is left to prove: conclusions, and the first one's hypotheses."""
        count = _COUNT.match(self.say("Show.")[0])
        number = int(count[1]) if count else 0
        goals = [_goal(self.say(f"Show {k}.")[0]) for k in range(1, number + 1)]
        return [goal if not i else {"goal": goal["goal"]} for i, goal in enumerate(goals)]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def _goal(text: str) -> dict[str, Any]:
    above, _, below = text.partition("============================\n")
    hypotheses: list[str] = []
    for line in above.split("\n"):
        if re.match(r"  \S", line):
            hypotheses.append(line[2:])
        elif hypotheses and line.strip():
            hypotheses[-1] += "\n" + line[2:]
    conclusion = "\n".join(line[2:] for line in below.rstrip().split("\n"))
    return {"hypotheses": hypotheses, "goal": conclusion}


def _sentences(path: Path, options: list[str]) -> list[tuple[int, int]]:
    """Return where sentences begin and end, in bytes, as Coq itself says it."""
    with tempfile.TemporaryDirectory() as folder:
        target = f"{folder}/{path.stem}.vo"
        command = ["coqc", "-q", "-w", "none", "-time", *options, "-o", target, str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^Chars (\d+) - (\d+) ", said, re.MULTILINE)
    return [(int(begin), int(end)) for begin, end in found]


def record(workshop: Workshop, proof: str) -> dict[str, Any]:
    """Return the recording of a file of proofs that lies compiled in a workshop."""
    path = workshop.folder / f"{proof}.v"
    source, end, items = path.read_bytes(), 0, []
    options = ["-w", "none", "-Q", str(workshop.folder), "Book"]
    coq = Coqtop(options)
    coq.say("Set Printing Width 72.")
    for begin, stop in _sentences(path, options):
        before, code, end = source[end:begin].decode(), source[begin:stop].decode(), stop
        said, is_open = coq.say(code)
        if re.search(r"^(Error|Toplevel input)", said, re.MULTILINE):
            raise RuntimeError(f"{proof}: {code}\n{said}")
        item: dict[str, Any] = {"before": before, "code": code}
        items.append(item | {"goals": coq.goals()} if is_open else item)
    coq.close()
    version = subprocess.run(["coqc", "--print-version"], capture_output=True, text=True)
    coq_version = version.stdout.split()[0]
    return {"digest": workshop.suite.digest(proof), "coq": coq_version, "items": items}


def _is_stale(suite: Suite, proof: str) -> bool:
    try:
        suite.recording(proof)
    except LookupError:
        return True
    return False


def main() -> int:
    """Run from the command line."""
    suite = Suite()
    stale = [
        proof for proof in sorted({one.proof for one in suite.claims}) if _is_stale(suite, proof)
    ]
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(suite, Path(folder), stale)
        for proof in stale:
            made = json.dumps(record(workshop, proof), ensure_ascii=False, indent=0) + "\n"
            path = suite.folder / "recordings" / f"{proof}.json"
            path.write_text(made, "utf-8")
            print(f"recorded: {path.name}, {len(made) / 1000:.0f} kB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
