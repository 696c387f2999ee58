"""Build the book again, elsewhere and from nothing; compare the two sites byte for byte.

`nox -s rebuild` calls this, with a current site in place. What a clock measured may differ:
numbers of the kind *timing* and their pictures are masked before the comparison, and so are what
`nox -s editions` adds, and the folder of a site, which its notebooks name where it has no address.
"""

from __future__ import annotations

import filecmp
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from build_site import NOTE, ROOT, SITE, sources

TIMING = re.compile(
    rb'<span class="dl-number dl-number-timing".*?</span></span>'
    rb'|<svg\b[^>]*? class="dl-figure dl-timing".*?</svg>'
    rb"|\A.*<!-- timing -->\s*\Z"  # a figure's file
    rb'|<span title=\\"measured on .*?</span>'  # in a notebook
    rb'|<p class="dl-editions">.*?</p>',  # on the front page, see build_editions.py
    re.DOTALL,
)


def differences(one: Path, other: Path) -> Iterator[str]:
    """Yield what differs between two sites, timings and their folders aside."""
    names = [{path.relative_to(top) for path in top.rglob("*")} for top in (one, other)]
    # Hidden files are Sphinx's memory, not the site; editions are made from it afterwards.
    names = [
        {name for name in found if name.parts[0][0] != "." and name.parts[0] != "editions"}
        for found in names
    ]
    for name in sorted(names[0] ^ names[1]):
        yield f"{name}: only in the {'first' if name in names[0] else 'second'} build"
    for name in sorted(names[0] & names[1]):
        a, b = one / name, other / name
        if a.is_dir() or filecmp.cmp(a, b, shallow=False):
            continue
        if _masked(a, one) != _masked(b, other):
            yield f"{name}: differs"


def _masked(path: Path, site: Path) -> bytes:
    """Return what a file holds, without what a clock measured and where the site is."""
    content = path.read_bytes()
    if path.suffix == ".ipynb":
        book = json.loads(content)
        for cell in book["cells"]:
            if "timing" in cell["metadata"].get("tags", []):
                cell["outputs"] = []
        content = json.dumps(book).encode()
    return TIMING.sub(b"", content.replace(site.resolve().as_uri().encode(), b""))


def main() -> int:
    """Build a copy of the sources in a temporary folder and compare."""
    torch = '"torch": true' in NOTE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for source in sources():
            target = copy / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
        build = [sys.executable, str(copy / "docs" / "build_site.py"), "--cold"]
        build += ["--torch"] * torch
        status = subprocess.run(build, cwd=copy).returncode
        if status:
            return status
        found = list(differences(SITE, copy / SITE.relative_to(ROOT)))
    print("\n".join(found) or "the two builds are the same")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
