"""Execute downloaded notebooks as a reader would: in an environment made by their first line.

The built site is served on this machine, and its address put in place of the one that the
notebooks give. Where they give none, the line is run in the folder that they name.
`nox -s downloads` calls this; names of chapters choose among them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import venv
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from build_site import SITE

_LINE = re.compile(
    r'^pip install "(?:(dlbook\[book\] @ )\S+?(_downloads/\S+)|(\./\S+))"$', re.MULTILINE
)

_RUN = """
import json, sys
from dlbook.exercises.kernel import Kernel

failed = 0
with open(sys.argv[1], encoding="utf-8") as file, Kernel() as kernel:
    for cell in json.load(file)["cells"]:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            error = kernel.run(source, 600).error
            if error and "raises-exception" not in cell["metadata"].get("tags", []):
                failed = 1
                print(source, error, sep="\\n")
sys.exit(failed)
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main() -> int:
    """Try the notebooks whose names are on the command line, or all."""
    wanted = set(sys.argv[1:])
    books = {path.stem: path for path in sorted((SITE / "_downloads").rglob("*.ipynb"))}
    if unknown := wanted - books.keys():
        print(
            f"no notebook of this name: {', '.join(sorted(unknown))}; there are {', '.join(books)}"
        )
        return 2
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        try:
            return _try(
                [books[name] for name in books if not wanted or name in wanted],
                f"http://127.0.0.1:{server.server_port}/",
                Path(folder),
            )
        finally:
            server.shutdown()
            server.server_close()


def _try(paths: list[Path], address: str, folder: Path) -> int:
    environments: dict[str, Path] = {}
    failed = 0
    for path in paths:
        first = json.loads(path.read_text("utf-8"))["cells"][0]
        line = _LINE.search("".join(first["source"]))
        if line is None:
            print(f"{path.name} does not say how to install what it needs")
            return 1
        what = line[3] or f"{line[1]}{address}{line[2]}"
        if what not in environments:
            environments[what] = folder / f"environment-{len(environments)}"
            venv.create(environments[what], with_pip=True)
            pip = [_python(environments[what]), "-m", "pip", "install", "--quiet", what]
            if subprocess.run(pip, cwd=SITE / "_downloads").returncode:
                print(f"the packages cannot be reached, or not installed: {what}")
                return 1
        # Nothing of this environment, of its settings or of what the book trained.
        mine = ("PYTHONPATH", "PYTHONHOME", "DLBOOK_", "JUPYTER", "IPYTHON", "VIRTUAL_ENV")
        env = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
        env["DLBOOK_CACHE"] = str(folder / "results")
        run = [_python(environments[what]), "-c", _RUN, str(path)]
        status = subprocess.run(run, cwd=folder, env=env).returncode
        print(f"{path.name}: {'failed' if status else 'runs'}", flush=True)
        failed += bool(status)
    return int(failed > 0)


def _python(environment: Path) -> str:
    return str(environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


if __name__ == "__main__":
    sys.exit(main())
