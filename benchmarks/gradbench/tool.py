"""dlbook as a tool of GradBench, which asks by lines of JSON and reads the answers.

    python benchmarks/gradbench/tool.py < messages

A message has an `id` and a `kind`: "start", "define" with a module, "evaluate" with a module, a
function and its input, and others, which need no answer but their id. The answer to an
evaluation holds the output, and the nanoseconds of each run: `min_runs` of them at least, for
`min_seconds` together. What fails is answered with the traceback.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Iterable
from typing import Any, TextIO

from objectives import MODULES


def evaluate(message: dict[str, Any]) -> dict[str, Any]:
    """Run a function as often and as long as its input asks for."""
    function = MODULES[message["module"]][message["function"]]
    given = message["input"]
    asked = given if isinstance(given, dict) else {}
    arguments = function.prepare(given)
    timings, total = [], 0
    while len(timings) < asked.get("min_runs", 1) or total < 1e9 * asked.get("min_seconds", 0):
        started = time.perf_counter_ns()
        result = function.run(*arguments)
        timings.append({"name": "evaluate", "nanoseconds": time.perf_counter_ns() - started})
        total += timings[-1]["nanoseconds"]
    return {"success": True, "output": function.present(result), "timings": timings}


def answer(message: dict[str, Any]) -> dict[str, Any]:
    """Return what a message is answered with."""
    try:
        if message["kind"] == "start":
            return {"tool": "dlbook"}
        if message["kind"] == "define":
            if message["module"] in MODULES:
                return {"success": True}
            return {"success": False, "error": f"there is no module {message['module']!r}"}
        return evaluate(message) if message["kind"] == "evaluate" else {}
    except Exception:
        return {"success": False, "error": traceback.format_exc()}


def serve(lines: Iterable[str], out: TextIO) -> None:
    """Answer each line at once: the next one may wait for it."""
    for line in lines:
        message = json.loads(line)
        print(json.dumps({"id": message["id"], **answer(message)}), file=out, flush=True)


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
