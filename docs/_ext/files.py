"""Files that builds leave for the next one."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there as a whole, or as it was before, whenever the build is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(text, "utf-8")
    draft.replace(path)
