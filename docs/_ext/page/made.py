"""Pages that no source has: written where they would not be the same as before.

An extension that yields such pages asks `is_outdated` for each. A page changes with what it is
made from, with the names and the contents of the book, which its menu shows, with the code of the
extensions, and with a setting.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx


def is_outdated(app: Sphinx, name: str, facts: object) -> bool:
    """Whether a page is not there as it would be written.

    Parameters
    ----------
    name
        The page, without its ending.
    facts
        What it is made from, with a `repr` that tells it apart.
    """
    builder: Any = app.builder
    settings = builder.build_info.config_hash, app.config.code_of_extensions
    now = repr((facts, app.env.dlbook_names, settings))  # type: ignore[attr-defined]
    digests = _made(app)
    digests[name] = hashlib.sha256(now.encode()).hexdigest()
    is_there = Path(app.outdir, builder.get_target_uri(name)).exists()
    return not is_there or _before(app).get(name) != digests[name]


def _made(app: Sphinx) -> dict[str, str]:
    """Return the digests of this build's pages."""
    if not hasattr(app, "dlbook_made"):
        app.dlbook_made = {}  # type: ignore[attr-defined]
    made: dict[str, str] = app.dlbook_made  # type: ignore[attr-defined]
    return made


def _path(app: Sphinx) -> Path:
    return Path(app.doctreedir, f"made-{Path(app.outdir).name}.json")  # editions share doctrees


def _before(app: Sphinx) -> dict[str, str]:
    path = _path(app)
    found: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def _remember(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and _made(app):
        _path(app).write_text(json.dumps(_made(app)), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the handler."""
    app.connect("build-finished", _remember)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
