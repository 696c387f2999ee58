"""Cures for defects in other extensions; each says whose, and goes when it is cured there."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import jupyter_client
from docutils import nodes
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
from myst_nb.core import render
from myst_nb.core.execute.cache import NotebookClientCache
from myst_nb.core.utils import coalesce_streams
from myst_nb.sphinx_ext import add_global_html_resources
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext import viewcode
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx_codeautolink import extension
from sphinx_codeautolink.extension.block import (
    CodeBlockAnalyser,
    CodeExample,
    Name,
    SourceTransform,
)
from sphinx_codeautolink.extension.cache import DataCache
from traitlets import default

from _ext.cells.figures import numbers_by_chapter
from _ext.files import write_whole
from _ext.page.made import is_outdated

logger = logging.getLogger(__name__)

_STATIC = Path(__file__).parents[2] / "_static"


class _GuardedAnalyser(CodeBlockAnalyser):  # type: ignore[misc]
    """sphinx-codeautolink 0.19.0 pops a title for each section, also for those without one."""

    def depart_section(self, node: nodes.section) -> None:
        if any(isinstance(child, nodes.title) for child in node.children):
            super().depart_section(node)


class _Memory(DataCache):  # type: ignore[misc]
    """sphinx-codeautolink 0.19.0 forgets the code of every document that is not a ``.rst``.

    A page that is written again, or for another edition, without being read would have no links.
    """

    def read(self) -> None:
        path = self.cache_dir / self.cache_filename
        remembered = json.loads(path.read_text("utf-8")) if path.exists() else {}
        for docname, transforms in remembered.items():
            for transform in transforms:
                transform["example"] = CodeExample(**transform["example"])
                transform["names"] = [Name(**name) for name in transform["names"]]
            self.transforms[docname] = [SourceTransform(**one) for one in transforms]

    def write(self) -> None:
        path = self.cache_dir / self.cache_filename
        write_whole(path, json.dumps(self.transforms, default=vars))  # in a tenth of the time


_BLOCK = re.compile(
    r'(<div class="[^"]*\bhighlight-[^"]*"><div class="highlight"><pre>.*?</pre></div>\s*</div>)',
    re.DOTALL,
)


class _Relinker:
    """sphinx-codeautolink 0.19.0 links the pages that are older than their sources.

    A page may be written for other reasons: what was written in this build is linked. Of all other
    pages it would look up each name as well, and forget those of which the reference lacked a page
    when their own page was read: names are looked up when their page is linked, and kept.
    """

    def __init__(self, app: Sphinx) -> None:
        self.start = time.time()
        self.linker: Any = None
        extension.link_html = self.link
        app.connect("builder-inited", self.keep, priority=499)
        app.connect("builder-inited", self.give_back, priority=501)
        app.connect("build-finished", self.choose, priority=400)

    def keep(self, app: Sphinx) -> None:
        """sphinx-codeautolink 0.19.0 asks which pages are outdated, as may be asked once only.

        Sphinx then takes a page for new that was written with other settings.
        """
        setattr(app.builder, "get_outdated_docs", lambda: ())  # noqa: B010

    def give_back(self, app: Sphinx) -> None:
        del app.builder.get_outdated_docs

    def choose(self, app: Sphinx, exception: Exception | None) -> None:
        for listener in app.events.listeners["build-finished"]:
            linker = getattr(listener.handler, "__self__", None)
            if isinstance(linker, extension.SphinxCodeAutoLink) and app.builder.format == "html":
                linker.outdated_docs = set(filter(partial(self.is_new, app), app.env.found_docs))
                self.linker = linker

    def is_new(self, app: Sphinx, docname: str) -> bool:
        page = Path(app.builder.get_outfilename(docname))  # type: ignore[attr-defined]
        return page.exists() and page.stat().st_mtime >= self.start

    def link(
        self, document: str, out_dir: str, transforms: Any, *more: Any, **options: Any
    ) -> None:
        """sphinx-codeautolink 0.19.0 parses a page as a whole, and searches it for every block.

        It is given a page of the blocks alone, which is a small part of most.
        """
        found = copy.deepcopy(transforms)
        _look_up(self.linker, found, set(), document)
        path = Path(out_dir, f"{document}.html")
        pieces = _BLOCK.split(path.read_text("utf-8"))  # each second one is a block
        with TemporaryDirectory() as folder:
            draft = Path(folder, f"{document}.html")
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text("\n<hr/>\n".join(pieces[1::2]), "utf-8")
            _link_html(document, folder, found, *more, **options)
            pieces[1::2] = draft.read_text("utf-8").split("\n<hr/>\n")
        path.write_text("".join(pieces), "utf-8")


_link_html = extension.link_html
_look_up = extension.SphinxCodeAutoLink.filter_and_resolve


def _write_what_is_old(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Sphinx 9.0.4 leaves a page alone where the title, or number, of what it refers to changed.

    Where anything that a page can refer to was renamed, numbered anew, added, moved or removed
    since this edition was built, all are written. So is a page of which another edition's build has
    read the source since: Sphinx compares the page with its source, and not with what that includes
    or documents.
    """
    titles = [(docname, title.astext()) for docname, title in sorted(env.titles.items())]
    objects = [sorted(domain.get_objects()) for domain in env.domains.sorted()]
    contents = sorted(env.toctree_includes.items())
    numbers = sorted(numbers_by_chapter(env).items())
    digest = hashlib.sha256(repr((titles, objects, contents, numbers)).encode()).hexdigest()
    env.dlbook_names = digest  # type: ignore[attr-defined]
    if app.builder.format != "html":
        return []
    written: dict[str, str] = getattr(env, "dlbook_written", {})
    edition = Path(app.outdir).name
    env.dlbook_written = written | {edition: digest}  # type: ignore[attr-defined]
    if written.get(edition) != digest:
        return env.found_docs
    return [docname for docname in env.found_docs if _is_older(app, docname)]


def _leave_tables_of_contents(app: Sphinx, env: BuildEnvironment) -> None:
    """Sphinx 9.0.4 writes a page again when one that is in its table of contents was read.

    Tables of contents show titles here, and where a title changed all pages are written.
    """
    env.files_to_rebuild.clear()  # of this build: the environment has been stored


def _is_older(app: Sphinx, docname: str) -> bool:
    """Whether a page was written before its source was last read."""
    builder: Any = app.builder
    page, doctree = (
        Path(builder.get_outfilename(docname)),
        Path(app.doctreedir, f"{docname}.doctree"),
    )
    return page.exists() and page.stat().st_mtime < doctree.stat().st_mtime


def _is_source_page_outdated(app: Sphinx, modname: str) -> bool:
    """Sphinx 9.0.4 keeps a source page until its module changes, with the menu of that day."""
    code, _, used, refname = app.env._viewcode_modules[modname]  # type: ignore[attr-defined]
    name = f"{viewcode.OUTPUT_DIRNAME}/{modname.replace('.', '/')}"
    return is_outdated(app, name, (code, sorted(used.items()), refname))


def _stay_in_package(app: Sphinx, modname: str | None, attribute: str) -> str | None:
    """Sphinx 9.0.4 publishes the source of `functools` where a member is made by it."""
    home = viewcode._get_full_modname(modname, attribute) if modname else None
    inside = home and modname and home.partition(".")[0] == modname.partition(".")[0]
    return home if inside else modname


def _skip_fields(
    app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any
) -> bool | None:
    """Sphinx 9.0.4 documents a named tuple's fields ("Alias for field number 0") beside ours."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def _coalesced(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """myst-nb 1.4.0 begins a line where a kernel happened to send what was printed in two parts."""
    whole: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and whole and output.get("name") == whole[-1].get("name"):
            whole[-1] = NotebookNode(whole[-1], text=whole[-1].text + output.text)
        else:
            whole.append(output)
    coalesced: list[NotebookNode] = coalesce_streams(whole)
    return coalesced


def _start_client(client: NotebookClientCache) -> None:
    """myst-nb 1.4.0 writes a notebook without its outputs where they come from the cache.

    The file is what a chapter's download is made from, see `_ext.cells.downloads`.
    """
    given = client._notebook
    _start_client_of_myst_nb(client)
    for cell, executed in zip(given.cells, client._notebook.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs = executed.outputs
            cell.execution_count = executed.execution_count


_start_client_of_myst_nb = NotebookClientCache.start_client


class _OneIdEach(SphinxPostTransform):
    """furo 2025.12.19 gives a table's or formula's ids to the frame around it as well."""

    default_priority = 501  # right after furo's
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for frame in self.document.findall(nodes.container):
            if {"table-wrapper", "math-wrapper"} & set(frame["classes"]):
                frame["ids"] = []


class _Adopt(SphinxTransform):
    """docutils 0.22.4: smart quotes stop the build at a node that does not know its parent.

    Seen rarely, and never twice in a place; which extension leaves such nodes is not known, so the
    log says where they were.
    """

    default_priority = 749  # right before Sphinx's smart quotes

    def apply(self, **kwargs: Any) -> None:
        for node in self.document.findall(nodes.Element):
            for child in node.children:
                if child.parent is None:
                    logger.info("%s: %r did not know its parent", self.env.docname, child)
                    node.setup_child(child)


_MARKUP = (
    # Sphinx 9.0.4: a heading without its level (captions of the table of contents)
    (r'(<p(?![^>]*aria-level)[^>]*?)role="heading"', r'\1role="heading" aria-level="2"'),
    # docutils 0.22.4: a role that ARIA has withdrawn, within a list
    (r'role="doc-biblioentry"', 'role="listitem"'),
    # myst-nb 1.4.0: a name that hides what the summary says, and paragraphs in a summary
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    (
        r'<p class="(collapsed|expanded) admonition-title">(.*?)</p>',
        r'<span class="\1">\2</span>',
    ),
)


def _spans(source: re.Match[str]) -> str:
    """Return a source listing without divs: Sphinx 9.0.4 puts them where no div may stand."""
    return source[0].replace("<div", "<span").replace("</div>", "</span>")


def _one_list(body: str) -> str:
    """Sphinx 9.0.4 lists a package's modules in a list beside its item, where none may be."""
    head, begin, rest = body.partition("<ul>")
    items, end, tail = rest.rpartition("</ul>")
    return head + begin + re.sub("</?ul>", "", items) + end + tail


def _mend_markup(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    context["collapse_index"] = False  # Sphinx 9.0.4 folds an index by a script in the page
    if pagename == "_modules/index":
        context["body"] = _one_list(context["body"])
    if pagename.startswith("_modules/"):
        context["body"] = re.sub(r"<pre>.*?</pre>", _spans, context["body"], flags=re.DOTALL)
    for part in ("body", "furo_navigation_tree"):
        if text := context.get(part):
            for old, new in _MARKUP:
                text = re.sub(old, new, text)
            context[part] = text


_INLINE = re.compile(r"<script>\s*(document\.body\.dataset\.theme = [^<]*?)\s*</script>")
_SWITCHES = re.compile(
    r'(?s)(<input type="checkbox" class="sidebar-toggle".*?)(<a class="skip-to-content.*?</a>)'
)


def _mend_pages(app: Sphinx) -> None:
    """Mend what furo 2025.12.19 writes into each page.

    Its script moves to a file of its own, so that the site passes a Content-Security-Policy without
    ``unsafe-inline`` for scripts. The link to the content goes before the switches of the drawers:
    the first press of Tab reaches it.
    """
    if app.builder.format != "html":
        return
    templates: Any = app.builder.templates
    render = templates.render

    def rendered(template: str, context: dict[str, Any]) -> str:
        page: str = render(template, context)
        address = context["pathto"]("_static/theme.js", 1) if "pathto" in context else ""
        page = _INLINE.sub(f'<script src="{address}"></script>', page)
        return _SWITCHES.sub(r"\2\1", page, count=1)

    templates.render = rendered


def _bring_style(app: Sphinx) -> None:
    """myst-nb 1.4.0 brings its style sheet last: a first build's pages lack its checksum."""
    if app.builder.format == "html":
        Path(app.outdir, "_static").mkdir(parents=True, exist_ok=True)
        add_global_html_resources(app, None)


class _FileSocketManager(AsyncKernelManager):
    """jupyter_client picks free TCP ports and binds them later: two kernels may pick the same."""

    @default("transport")
    def _over_files(self) -> str:
        return "ipc"

    @default("connection_file")
    def _own_file(self) -> str:
        folder = Path(jupyter_runtime_dir())
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder / f"kernel-{uuid4()}.json")


def setup(app: Sphinx) -> dict[str, Any]:
    """Apply the cures."""
    if os.name == "posix":  # nbclient asks the package for its manager when it first needs one
        setattr(jupyter_client, "AsyncKernelManager", _FileSocketManager)  # noqa: B010
    # Sphinx 9.0.4 reads no page again when the code of an extension changed.
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parents[1].rglob("*.py")))
    app.add_config_value("code_of_extensions", hashlib.sha256(code).hexdigest(), "env", str)
    render.coalesce_streams = _coalesced
    setattr(NotebookClientCache, "start_client", _start_client)  # noqa: B010
    extension.CodeBlockAnalyser = _GuardedAnalyser
    extension.DataCache = _Memory
    setattr(extension.SphinxCodeAutoLink, "filter_and_resolve", lambda *_: None)  # noqa: B010
    _Relinker(app)
    # Sphinx 9.0.4 writes no page again when a style sheet or a script of theirs changed, though
    # pages ask for it by its checksum.
    static = b"".join(path.read_bytes() for path in sorted(_STATIC.rglob("*")) if path.is_file())
    app.add_config_value("static_of_pages", hashlib.sha256(static).hexdigest(), "html", str)
    app.connect("viewcode-follow-imported", _stay_in_package)
    # When Sphinx has numbered.
    app.connect("env-get-updated", _write_what_is_old, priority=900)
    app.connect("env-check-consistency", _leave_tables_of_contents)
    app.setup_extension("_ext.page.made")
    viewcode.should_generate_module_page = _is_source_page_outdated
    app.connect("builder-inited", _bring_style)
    app.connect("builder-inited", _mend_pages)
    app.add_transform(_Adopt)
    app.add_post_transform(_OneIdEach)
    app.connect("autodoc-skip-member", _skip_fields)
    app.connect("html-page-context", _mend_markup, priority=900)  # after furo's
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
