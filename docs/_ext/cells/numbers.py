"""Numbers that a computation produced: printed in the text, explained, and watched.

A cell names a value with :func:`dlbook.book.glue`; the role ``{num}`` prints it and says where
it comes from. ``{published}`` does the same for a value that somebody else printed, kept in
``published/<source>.json``, and ``{measured}`` for one of a run that is too long for a build, whose
record is ``measured/<source>.json``. The values of every build are compared with ``numbers.json``:
one that moved is a warning, and so a failed build, until it is accepted.
"""

from __future__ import annotations

import datetime
import html
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer, load_mime_renders
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from _ext.cells.editions import (
    CIFAR10,
    COMPARISON,
    lacks_cifar10,
    needs_cifar10,
    what_is_lacking,
)
from _ext.files import write_whole
from dlbook.book import NUMBER_MIME

logger = logging.getLogger(__name__)

ACCEPT = "./nox -s accept"

#: What the numbers do that an edition cannot compute.
_NEEDS = {"PyTorch": "come from comparisons with PyTorch", "CIFAR-10": "need the data of CIFAR-10"}

#: Marks a number that this build did not compute, and one that no build computes.
_OTHER_BUILD = "†"
_LONG_RUN = "‡"


def warn(message: str, *args: object, location: Any = None) -> None:
    """Log a warning of this extension; under ``-W`` it fails the build."""
    logger.warning(message, *args, location=location, type="dlbook", subtype="number")


# ---- what cells glued -------------------------------------------------------------------


class glued(nodes.Element):  # noqa: N801 (docutils names nodes so)
    """A number among a cell's outputs, until it is collected."""


class NumberRenderer:
    """Hand a number from a cell's outputs into the document; an output of its own it is not."""

    mime_priority_overrides = ()

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the number as a node; ``None`` for other types of output."""
        return [glued(number=data.content)] if data.mime_type == NUMBER_MIME else None


def numbers_of(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    """Return what all documents glued: name to number, with ``docname`` and ``cell``."""
    if not hasattr(env, "dlbook_numbers"):
        env.dlbook_numbers = {}  # type: ignore[attr-defined]
    found: dict[str, dict[str, Any]] = env.dlbook_numbers  # type: ignore[attr-defined]
    return found


def uses_of(env: BuildEnvironment) -> dict[str, set[str]]:
    """Return the names that each document prints."""
    if not hasattr(env, "dlbook_number_uses"):
        env.dlbook_number_uses = {}  # type: ignore[attr-defined]
    found: dict[str, set[str]] = env.dlbook_number_uses  # type: ignore[attr-defined]
    return found


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    """Take the numbers out of a document's cells, and give each cell an anchor."""
    env, docname = app.env, app.env.docname
    slug = docname.rpartition("/")[2]
    numbers = numbers_of(env)
    photographs = needs_cifar10(Path(env.doc2path(docname)).read_text("utf-8"))
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        anchor = f"cell-{cell['cell_index']}"
        cell["ids"].append(anchor)
        tags = cell["cell_metadata"].get("tags", [])
        for node in list(cell.findall(glued)):
            number = dict(node["number"], docname=docname, cell=anchor)
            number[COMPARISON], number[CIFAR10] = COMPARISON in tags, photographs
            bundle = node.parent.parent
            bundle.parent.remove(bundle)
            name = number["name"]
            if not name.startswith(f"{slug}."):
                warn("%s is glued in %s; expected a name %s.…", name, docname, slug, location=cell)
            _add(numbers, number, location=cell)
        for output in list(cell.findall(nodes.container)):
            if output.get("nb_element") == "cell_code_output" and not output.children:
                output.parent.remove(output)

    for title in doctree.findall(nodes.title):
        if next(title.findall(computed), None) is not None:
            warn("a heading cannot print a number: menus repeat it", location=title)


def _add(numbers: dict[str, dict[str, Any]], number: dict[str, Any], *, location: Any) -> None:
    """Add a number; of two with one name keep the same, whichever worker comes first."""
    name = number["name"]
    if other := numbers.get(name):
        first, second = sorted((other["docname"], number["docname"]))
        warn("%s is glued twice, in %s and %s", name, first, second, location=location)
        if other["docname"] > number["docname"]:
            return
    numbers[name] = number


def _purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    numbers = numbers_of(env)
    for name in [name for name, number in numbers.items() if number["docname"] == docname]:
        del numbers[name]
    uses_of(env).pop(docname, None)


def _merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    numbers = numbers_of(env)
    for number in numbers_of(other).values():
        if number["docname"] in docnames:
            _add(numbers, number, location=number["docname"])
    uses_of(env).update({d: names for d, names in uses_of(other).items() if d in docnames})


# ---- how the text prints them -----------------------------------------------------------


class computed(nodes.Inline, nodes.TextElement):  # noqa: N801
    """A number in the text. ``note`` says where it comes from; ``href`` leads there."""


class NumberRole(SphinxRole):
    """``{num}`` prints a glued number: ``{num}`slug.key```, or ``{num}`.key``` in its chapter."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        docname = self.env.docname
        name = self.text.strip()
        if name.startswith("."):
            name = docname.rpartition("/")[2] + name
        uses_of(self.env).setdefault(docname, set()).add(name)
        node = computed(self.rawtext, name=name)
        self.set_source_info(node)
        return [node], []


class PublishedRole(SphinxRole):
    """``{published}`` prints a value of a source: ``{published}`source table.column[0] .4f```."""

    folder = "published"

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        source, _, rest = self.text.strip().partition(" ")
        path, _, format = rest.strip().partition(" ")
        file = Path(self.env.srcdir, self.folder, f"{source}.json")
        self.env.note_dependency(str(file))
        try:
            content = json.loads(file.read_text("utf-8"))
            node = self.printed(content, f"{look_up(content, path):{format}}")
        except (OSError, LookupError, TypeError, ValueError) as error:
            node = computed("", "?")
            warn("{%s}`%s`: %s", self.folder, self.text, error, location=self.get_location())
        node["source"] = source
        self.set_source_info(node)
        return [node], []

    def printed(self, content: dict[str, Any], text: str) -> computed:
        return computed(self.rawtext, text)


class MeasuredRole(PublishedRole):
    """``{measured}`` prints a value of a long run's record: ``{measured}`cifar10 seconds .0f```.

    The record says what the run depended on: ``date``, ``machine`` and ``code``.
    """

    folder = "measured"

    def printed(self, content: dict[str, Any], text: str) -> computed:
        machine, code = content["machine"], content["code"]
        processor, date = machine["processor"], content["date"]
        run = (
            f"on {date} on {machine['cores']} cores ({processor}), with NumPy {machine['numpy']}, "
            f"by the code of commit {code['commit'][:10]}"
        )
        note = f"measured on {processor}, {date}; not computed in this build"
        return computed(self.rawtext, text + _LONG_RUN, kind="measured", note=note, run=run)


def look_up(tree: Any, path: str) -> Any:
    """Return what stands at a path such as ``table.train[0]``.

    Raises
    ------
    LookupError
        If there is nothing at the path, or no single value.
    """
    if not re.fullmatch(r"\w+(\.\w+|\[\d+\])*", path):
        raise LookupError(f"{path!r} is no path such as table.column[0]")
    for step in re.findall(r"\w+", path):
        try:
            tree = tree[int(step) if isinstance(tree, list) else step]
        except (KeyError, IndexError, ValueError, TypeError):
            raise LookupError(f"nothing at {path!r}: no {step!r}") from None
    if isinstance(tree, (dict, list)):
        raise LookupError(f"{path!r} holds several values; name one of them")
    return tree


class PrintNumbers(SphinxPostTransform):
    """Fill in the numbers that the text prints, once every document has been read."""

    default_priority = 8

    def run(self, **kwargs: Any) -> None:
        committed = read_committed(self.app.srcdir)
        for node in self.document.findall(computed):
            if "run" in node:
                continue  # its record has told
            if "source" in node:
                self._explain_published(node)
            else:
                self._explain_glued(node, committed)
        self._tell_of_other_builds(committed)
        self._tell_of_long_runs()

    def _tell_of_other_builds(self, committed: dict[str, dict[str, Any]]) -> None:
        """Say when the numbers of another build were computed: once for each thing that lacks."""
        absent = [node for node in self.document.findall(computed) if "lacking" in node]
        for lacking in dict.fromkeys(node["lacking"] for node in absent):
            these = [node for node in absent if node["lacking"] == lacking]
            dates = sorted({committed[node["name"]].get("date", "") for node in these} - {""})
            when = f" on {' and '.join(dates)}" if dates else ""
            text = (
                f"The numbers marked {_OTHER_BUILD} {_NEEDS[lacking]}. This build was made without "
                f"it: they were computed{when} in a build that has it."
            )
            _give_notice(these[0], "Numbers of another build", text)
        if lacks_cifar10(self.document["source"]):
            text = (
                "This build was made without the photographs of CIFAR-10. The cells of this page "
                "are shown but were not executed, and its figures are left out."
            )
            title = next(iter(self.document.findall(nodes.title)))
            title.parent.insert(
                title.parent.index(title) + 1, _notice("Not executed in this build", text)
            )

    def _tell_of_long_runs(self) -> None:
        """Say once, before the first of them, where the numbers of long runs come from."""
        long = [node for node in self.document.findall(computed) if "run" in node]
        if not long:
            return
        runs = "; ".join(dict.fromkeys(node["run"] for node in long))
        text = (
            f"The numbers marked {_LONG_RUN} were not computed in this build: they are of runs "
            f"that take too long for it. Each was made once: {runs}."
        )
        _give_notice(long[0], "Numbers of long runs", text)

    def _explain_glued(self, node: computed, committed: dict[str, dict[str, Any]]) -> None:
        name = node["name"]
        number = numbers_of(self.env).get(name)
        if number is not None:
            node["href"] = self._address(number["docname"], number["cell"])
            node["link"] = "computed in this cell"
        elif name in committed and (lacking := what_is_lacking(committed[name])):
            number = committed[name]
            node["lacking"] = lacking
        elif name in committed and not _is_watched(self.env, name):
            number = committed[name]
        else:
            warn("no cell glues %s", name, location=node)
            number = {"text": "?", "kind": "exact"}
        node["note"] = explanation(number, lacking=node.get("lacking", ""))
        node["kind"] = number["kind"]
        node += nodes.Text(number["text"] + _OTHER_BUILD * ("lacking" in node))

    def _explain_published(self, node: computed) -> None:
        node["kind"], node["note"] = "published", "published, not computed here"
        domain: Any = self.env.get_domain("cite")
        for citation in domain.citations:
            if citation.key == node["source"]:
                node["href"] = self._address(
                    citation.bibliography_key.docname, citation.citation_id
                )
                node["link"] = "source"
                return
        warn("%s is not in the bibliography", node["source"], location=node)

    def _address(self, docname: str, anchor: str) -> str:
        here = self.env.docname
        page = "" if docname == here else self.app.builder.get_relative_uri(here, docname)
        return f"{page}#{anchor}"


def _give_notice(node: nodes.Element, title: str, text: str) -> None:
    """Put a notice before the block of the section that holds a node."""
    block = node
    while isinstance(block.parent, nodes.Element) and not isinstance(
        block.parent, (nodes.section, nodes.document)
    ):
        block = block.parent
    assert block.parent is not None
    block.parent.insert(block.parent.index(block), _notice(title, text))


def _notice(title: str, text: str) -> nodes.admonition:
    notice = nodes.admonition("", nodes.title("", title), nodes.paragraph("", text))
    notice["classes"] = ["admonition-other-build"]
    return notice


def explanation(number: dict[str, Any], *, lacking: str = "") -> str:
    """Return what a reader should know of a number, in a few words."""
    if lacking:
        when = f", but with it on {number['date']}" if "date" in number else ""
        return f"not computed in this build, which was made without {lacking}{when}"
    if number["kind"] == "seeded":
        return f"for this seed, checked to ± {number['tolerance']:g}"
    if number["kind"] == "timing":
        return f"measured on {number['machine']}, {number['date']}"
    return "exact"


def _visit_html(self: Any, node: computed) -> None:
    if self.builder.name == "epub":
        self.body.append("<span>")
        return
    classes = f"dl-number dl-number-{node.get('kind', 'exact')}"
    self.body.append(f'<span class="{classes}" tabindex="0">')


def _depart_html(self: Any, node: computed) -> None:
    if self.builder.name != "epub":
        note = html.escape(node.get("note", ""))
        if "href" in node:
            note += f' · <a href="{html.escape(node["href"])}">{node["link"]}</a>'
        # Out of the text's flow until asked for; the space keeps the two apart when read aloud.
        self.body.append(f'<span class="dl-number-note" role="note"> {note}</span>')
    self.body.append("</span>")


def _visit_plain(self: Any, node: computed) -> None:
    pass


# ---- how they are watched ---------------------------------------------------------------


def only_of(config: Any) -> set[str]:
    """Return the documents that are built alone; none in a build of the whole book."""
    return set(filter(None, config.dlbook_only.split(",")))


def _is_watched(env: BuildEnvironment, name: str) -> bool:
    """Whether a number can only be of a document whose cells were to run."""
    only = only_of(env.config)
    of = {doc for doc in env.found_docs if doc.rpartition("/")[2] == name.partition(".")[0]}
    return not only or (bool(of) and of <= only)


def read_committed(srcdir: str | os.PathLike[str]) -> dict[str, dict[str, Any]]:
    """Return the accepted numbers; none where the file is missing."""
    path = Path(srcdir, "numbers.json")
    if not path.exists():
        return {}
    content = json.loads(path.read_text("utf-8"))
    return {**content["numbers"], **content["timings"]}


def record(number: dict[str, Any]) -> dict[str, Any]:
    """Return what ``numbers.json`` keeps of a number."""
    kept = {"kind": number["kind"], "text": number["text"]}
    if number["kind"] == "seeded":
        kept["tolerance"] = number["tolerance"]
    if number["kind"] == "timing":
        kept |= {"machine": number["machine"], "date": number["date"]}
    for lacked in (COMPARISON, CIFAR10):  # by some editions
        if number.get(lacked):
            kept |= {lacked: True, "date": datetime.date.today().isoformat()}
    return kept


def differences(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each number that is new, gone, or moved beyond its tolerance."""
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            if not what_is_lacking(old[name]):
                yield f"{name} is gone (was {old[name]['text']})"
        elif name not in old:
            yield f"{name} is new ({new[name]['text']})"
        elif moved := _moved(old[name], new[name]):
            yield f"{name} {moved}"


def _moved(old: dict[str, Any], new: dict[str, Any]) -> str:
    for key in ("kind", "tolerance"):
        if old.get(key) != new.get(key):
            return f"has another {key}: {old.get(key)} before, {new.get(key)} now"
    if new["kind"] == "timing" or old["text"] == new["text"]:
        return ""
    if new["kind"] == "seeded":
        # A little more than the tolerance: 0.3 - 0.2 is not quite 0.1.
        apart = abs(_value(new["text"]) - _value(old["text"]))
        if apart <= new["tolerance"] * (1 + 1e-9):
            return ""
    within = f", beyond ± {new['tolerance']:g}" if new["kind"] == "seeded" else ""
    return f"moved from {old['text']} to {new['text']}{within}"


def _value(text: str) -> float:
    """Return the number that a text prints: ``'94.4%'`` is 0.944; NaN for words."""
    plain = text.replace(",", "")
    scale = 0.01 if plain.endswith("%") else 1.0
    try:
        return scale * float(plain.rstrip("%"))
    except ValueError:
        return float("nan")


def _compare(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    committed = read_committed(app.srcdir)
    new = {name: record(number) for name, number in numbers_of(env).items()}
    new |= {n: old for n, old in committed.items() if what_is_lacking(old) and n not in new}
    _write(Path(app.outdir).parent / "numbers.json", new)
    old, new = (
        {name: number for name, number in numbers.items() if _is_watched(env, name)}
        for numbers in (committed, new)
    )
    moved = list(differences(old, new))
    for line in moved:
        warn("number %s", line)
    if moved:
        logger.warning(
            "%d number(s) differ from docs/numbers.json; to accept them: %s",
            len(moved),
            ACCEPT,
            type="dlbook",
            subtype="number",
        )
    printed = set().union(*uses_of(env).values()) if uses_of(env) else set()
    for name in sorted(numbers_of(env).keys() - printed):
        warn("%s is glued and never printed", name, location=numbers_of(env)[name]["docname"])
    return _readers_of_moved(env, committed)


def _readers_of_moved(env: BuildEnvironment, committed: dict[str, dict[str, Any]]) -> list[str]:
    """Return the documents that print a number which changed, or moved to another cell."""
    now = committed | numbers_of(env)
    before: dict[str, dict[str, Any]] = getattr(env, "dlbook_printed", {})
    env.dlbook_printed = now  # type: ignore[attr-defined]
    changed = {n for n in now.keys() | before.keys() if now.get(n) != before.get(n)}
    return [docname for docname, names in uses_of(env).items() if names & changed]


def _write(path: Path, numbers: dict[str, dict[str, Any]]) -> None:
    content = {
        "numbers": {n: v for n, v in sorted(numbers.items()) if v["kind"] != "timing"},
        "timings": {n: v for n, v in sorted(numbers.items()) if v["kind"] == "timing"},
    }
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register roles, nodes and handlers."""
    if NumberRenderer not in load_mime_renders():
        load_mime_renders().append(NumberRenderer)
    plain = (_visit_plain, _visit_plain)
    app.add_node(
        computed,
        html=(_visit_html, _depart_html),
        text=plain,
        latex=plain,
        man=plain,
        texinfo=plain,
    )
    app.add_config_value("dlbook_only", "", "", str)
    app.add_role("num", NumberRole())
    app.add_role("published", PublishedRole())
    app.add_role("measured", MeasuredRole())
    app.connect("doctree-read", _collect)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _compare, priority=900)  # after the citations are known
    app.add_post_transform(PrintNumbers)
    app.add_css_file("numbers.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
