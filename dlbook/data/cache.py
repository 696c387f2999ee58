"""Where on this machine dlbook keeps what took long to make or to fetch."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["cache_folder"]


def cache_folder() -> Path:
    """Return where runs and data sets are stored: ``$DLBOOK_CACHE``, or the user's cache folder."""
    if chosen := os.environ.get("DLBOOK_CACHE"):
        return Path(chosen)
    return user_folder()


def user_folder() -> Path:
    """Return dlbook's folder in the user's cache folder, which all projects have in common."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "dlbook"
