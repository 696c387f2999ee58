"""Code in few elements, and out of the way of the Tab key.

Pygments gives each token an element, also those that look like the text around them, and
sphinx-codeautolink makes each name a link, hundreds on a page. When all is linked, tokens without a
look of their own lose their elements, and links are left out of the order of the Tab key: a reader
who uses a keyboard finds each name in the reference as well.
"""

from __future__ import annotations

import re
import time
from functools import partial
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

#: Names, punctuation and spaces: of the text's colour in both styles of Pygments.
PLAIN = "n", "nn", "nx", "p", "pm", "w"

#: Numbers, operators, built-ins: a page of more than `MANY` tokens has them in the text's colour.
FAINT = "o", "ow", "mi", "mf", "nb", "bp", "si", "sa"
MANY = 5000

_LINK = re.compile(r'<a (?=[^>]*class="sphinx-codeautolink-a")(?![^>]*tabindex)')


def lighten(page: str) -> str:
    """Return a page with fewer elements in its code, which looks as before.

    Examples
    --------
    >>> lighten('<span class="n">a</span> <span class="o">+</span> <span class="n">b</span>')
    'a <span class="o">+</span> b'
    >>> lighten('<a class="sphinx-codeautolink-a" href="#sum"><span class="n">sum</span></a>')
    '<a tabindex="-1" class="sphinx-codeautolink-a" href="#sum">sum</a>'
    """
    page = _without(PLAIN, page)
    if len(re.findall(_TOKEN, page)) > MANY:
        page = _without(FAINT, page)
    page = _CLOSED.sub("/>", page)
    return _LINK.sub('<a tabindex="-1" ', page)


#: What sphinx-codeautolink closes in words, of a picture's shapes.
_CLOSED = re.compile(r"(?<!/)></(?:circle|line|path|rect|use)>")

_TOKEN = r'<span class="[a-z]{1,2}\d?">'


def _without(kinds: tuple[str, ...], page: str) -> str:
    return re.sub(rf'<span class="(?:{"|".join(kinds)})">([^<]*)</span>', r"\1", page)


def _lighten_all(start: float, app: Sphinx, exception: Exception | None) -> None:
    """Lighten the pages that were written since `start`; the others are light."""
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        if path.stat().st_mtime < start:
            continue
        page = path.read_text("utf-8")
        if (light := lighten(page)) != page:
            path.write_text(light, "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the handler, after the one that links names."""
    app.connect("build-finished", partial(_lighten_all, time.time()), priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
