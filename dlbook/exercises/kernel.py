"""Run the cells of somebody's notebook, one at a time, in a process of their own.

Only replies are read, on a channel that the cells' output does not use: what they print, in
threads, without end or to a stream of their own, is never received.
"""

from __future__ import annotations

import ast
import contextlib
import os
import queue
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from dlbook.extras import need

__all__ = ["Kernel", "KernelDiedError", "Reply"]

#: Seconds that an interrupted cell is given to end before its process is killed.
GRACE = 5.0

_START = 60.0

# Evaluated in the notebook's process, whose builtins may have been shadowed: so it calls none.
_CHECKED = (
    '"%r" % ([(one.name, one.passed) for one in '
    '__import__("sys").modules["dlbook.exercises.checking"].finished],)'
)


class KernelDiedError(Exception):
    """The process that runs the cells has ended, or had to be killed."""


@dataclass(frozen=True)
class Reply:
    """What is known of a cell that has been run.

    Attributes
    ----------
    error
        The exception that ended it, as ``NameError: name 'x' is not defined``, or nothing.
    line
        The line of the cell that raised it, counted from 1; 0 where it is not known.
    checked
        Name and verdict of each call of `check` since the process started.
    """

    error: str
    line: int
    checked: list[tuple[str, bool]]


class Kernel:
    """A Python process that runs cells, in an empty folder that is removed afterwards.

    It is this Python, whatever kernel a notebook names.

    Raises
    ------
    ImportError
        If what runs cells is not installed.
    """

    def __init__(self) -> None:
        with need("exercises"):
            import ipykernel  # noqa: F401
            import jupyter_client  # noqa: F401
            from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
            from jupyter_client.manager import KernelManager

        class ThisPython(KernelSpecManager):
            def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
                start = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
                return KernelSpec(argv=start, display_name="Python", language="python")

        self._files = contextlib.ExitStack()
        ours, theirs = (
            Path(self._files.enter_context(tempfile.TemporaryDirectory(prefix="dlbook-")))
            for _ in range(2)
        )
        self._manager = KernelManager(
            kernel_spec_manager=ThisPython(),
            connection_file=str(ours / "kernel.json"),
            # Free TCP ports are picked first and bound later: another kernel may come between.
            transport="ipc" if os.name == "posix" else "tcp",
        )
        settings = {"IPYTHONDIR": str(ours), "MPLBACKEND": "agg"}
        self._manager.start_kernel(
            cwd=str(theirs),
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,  # what a cell writes past Python's streams
            stderr=subprocess.DEVNULL,
        )
        self._client = self._manager.client()
        self._client.start_channels(iopub=False, stdin=False, hb=False, control=False)
        if self._wait(self._client.kernel_info(), _START) is None:
            self.close()
            raise KernelDiedError("it did not start")

    def run(self, source: str, seconds: float) -> Reply:
        """Run a cell, and say how it ended.

        Parameters
        ----------
        source
            The cell's code.
        seconds
            After these it is interrupted, and `GRACE` seconds later killed.

        Raises
        ------
        KernelDiedError
            If the process ended, or was killed: what the cells before defined is gone.
        """
        asked = self._client.execute(source, allow_stdin=False, store_history=True)
        reply = self._wait(asked, seconds)
        late = reply is None
        if reply is None:
            self._manager.interrupt_kernel()
            reply = self._wait(asked, GRACE)
        if reply is None:
            raise KernelDiedError(f"it did not end within {seconds:g} seconds and was killed")
        if any(one.get("source") == "ask_exit" for one in reply.get("payload", [])):
            raise KernelDiedError("its process ended")  # soon: the cell said ``quit()``
        # Asked apart: after a cell that failed, a kernel evaluates nothing.
        expressions = {"checked": _CHECKED}
        asked = self._client.execute("", silent=True, user_expressions=expressions)
        answer = self._wait(asked, GRACE)
        if answer is None:
            raise KernelDiedError("it keeps its process from answering, which was killed")
        error, line = _error(reply)
        if late:
            error = f"it did not end within {seconds:g} seconds and was interrupted"
        return Reply(error, line, _checked(answer))

    def _wait(self, asked: str, seconds: float) -> dict[str, Any] | None:
        """Return the reply to what was asked, or ``None`` where it does not come in time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                message = self._client.get_shell_msg(timeout=min(left, 0.5))
            except queue.Empty:
                if not self._manager.is_alive():
                    raise KernelDiedError("its process ended") from None
                continue
            if message["parent_header"].get("msg_id") == asked:
                content: dict[str, Any] = message["content"]
                return content
        return None

    def close(self) -> None:
        """End the process, whatever it is doing, and remove its folder."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._files.close()

    def __enter__(self) -> Kernel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _error(reply: dict[str, Any]) -> tuple[str, int]:
    if reply["status"] == "ok":
        return "", 0
    name, message = str(reply.get("ename", "Error")), str(reply.get("evalue", ""))
    if found := re.search(r" \([^()]*, line (\d+)\)$", message):  # a SyntaxError's
        message, line = message[: found.start()], int(found[1])
    else:
        trace = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(reply.get("traceback", [])))
        where = re.search(r"Cell In\[\d+\], line (\d+)", trace)
        line = int(where[1]) if where else 0
    return f"{name}: {message}"[:300] if message else name, line


def _checked(answer: dict[str, Any]) -> list[tuple[str, bool]]:
    try:
        shown = answer["user_expressions"]["checked"]["data"]["text/plain"]
        pairs = ast.literal_eval(ast.literal_eval(shown))
        return [(str(name), passed is True) for name, passed in pairs]
    except (KeyError, SyntaxError, TypeError, ValueError):
        return []  # somebody's notebook made it say something else
