"""Formal statements below the book's, and their proofs on pages of their own.

Where ``proofs/claims.json`` has claims about a result, its block shows, folded, the formal
statement, how it compares with the text, the axioms, the book's own definitions and the proof. The
goals after each step are on a page per file of proofs, made from the recordings: no Coq is needed
here. A recording that is out of date fails the build, and so does a statement that changed since it
was compared with its formal one. ``{certainties}`` lists, for each result, what vouches for it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from _ext.logic.arguments import Pages
from _ext.logic.claims import LABELS, PROOFS, Claim, Suite
from _ext.logic.theorems import UNPROVED, Result, foot, result, warn
from _ext.page.lists import add_list, table
from _ext.page.made import is_outdated

#: The page that says how to read all this.
_GUIDE = "formal-statements"


def suite_of(app: Sphinx) -> Suite:
    """Return the claims of this book, read once in a build."""
    found = getattr(app, "dlbook_suite", None)
    if found is None:
        found = app.dlbook_suite = Suite(Path(app.config.dlbook_proofs))  # type: ignore[attr-defined]
    assert isinstance(found, Suite)
    return found


def claims_of(app: Sphinx, label: str) -> list[Claim]:
    """Return the claims about a result."""
    return [one for one in suite_of(app).claims if one.book == label]


def rests_on(claim: Claim) -> str:
    """Say how many axioms a proof needs."""
    return "no axiom" if not claim.axioms else f"{['', 'one', 'two', 'three'][claim.axioms]} axioms"


# ---- in a chapter -----------------------------------------------------------------------


def _depend(app: Sphinx, doctree: nodes.document) -> None:
    labels = {block["label"] for block in doctree.findall(result)}
    if not labels:
        return
    suite = suite_of(app)
    app.env.note_dependency(str(suite.folder / "claims.json"))
    for claim in suite.claims:
        if claim.book in labels:
            files = [*suite.needed(claim.statement), *suite.needed(claim.proof)]
            for path in [*map(suite.path, files), _recording_path(suite, claim)]:
                app.env.note_dependency(str(path))


def _recording_path(suite: Suite, claim: Claim) -> Path:
    return suite.folder / "recordings" / f"{claim.proof}.json"


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for block in doctree.findall(result):
        made = [
            node for one in claims_of(app, block["label"]) for node in _block(app, docname, one)
        ]
        feet = [child for child in block if isinstance(child, foot)]
        at = block.index(feet[0]) if feet else len(block)  # an empty one has gone by now
        block[at:at] = made


def _block(app: Sphinx, docname: str, claim: Claim) -> list[nodes.Node]:
    suite = suite_of(app)
    if what := suite.changed(claim):
        warn("%s", what, location=docname)
    try:
        recording = suite.recording(claim.proof)
    except LookupError as error:
        warn("%s", error, location=docname)
        return []
    number = "Two readers have" if len(claim.readers) > 1 else "One reader has"
    compared = f"{number} compared the two"
    says = nodes.paragraph()
    says += [
        nodes.strong("", claim.label.capitalize()),
        nodes.Text(f": {LABELS[claim.label]}. {claim.differs} {compared}. "),
        nodes.Text(f"The proof was checked by Coq {recording['coq']} and rests on "),
        _link(app, docname, _GUIDE, "axioms", rests_on(claim)),
        nodes.Text("; "),
        _link(
            app, docname, f"formal/{claim.proof}", claim.book, "the goals after each of its steps"
        ),
        nodes.Text(" are on a page of their own. "),
        _link(app, docname, _GUIDE, "", "How to read a formal statement"),
        nodes.Text("."),
    ]
    definitions = "\n".join(_texts(suite, claim))
    return [
        *_folded(
            f"Formal statement, proved by machine: {claim.label}, {rests_on(claim)}",
            [
                says,
                _code(suite.statement(claim).code),
                *(
                    _folded("The definitions that it uses", [_code(definitions)])
                    if definitions
                    else []
                ),
                *_folded("The formal proof", [_code(_script(recording, claim.name))]),
            ],
            "dl-fold dl-formal",
        )
    ]


def _texts(suite: Suite, claim: Claim) -> Iterator[str]:
    """Yield the definitions that a page shows, with their comments."""
    for kept in suite.definitions(claim).values():
        for sentence in kept:
            yield "\n".join(filter(None, [sentence.before.strip(), sentence.code]))


def _script(recording: dict[str, Any], name: str) -> str:
    """Return a theorem and its proof, without the goals."""
    found = ""
    for item in recording["items"]:
        if re.match(rf"(?:Theorem|Lemma|Corollary) {name}\b", item["code"]):
            found = item["code"]
        elif found:
            found += item["before"] + item["code"]
            if re.search(r"\b(?:Qed|Defined)\.$", item["code"]):
                break
    return found


def _code(text: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language="none")


def _folded(summary: str, content: list[nodes.Node], classes: str = "dl-fold") -> list[nodes.Node]:
    begin = f'<details class="{classes}"><summary>{html.escape(summary)}</summary>'
    end = nodes.raw("", "</details>", format="html")
    return [nodes.raw("", begin, format="html"), *content, end]


def _link(app: Sphinx, docname: str, page: str, anchor: str, text: str) -> nodes.reference:
    address = app.builder.get_relative_uri(docname, page) + (f"#{anchor}" if anchor else "")
    return nodes.reference("", text, refuri=address, internal=True)


# ---- the goals --------------------------------------------------------------------------


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    suite, known = suite_of(app), {one.label: one for one in Pages(app, "").order}
    for proof in sorted({one.proof for one in suite.claims if one.book in known}):
        try:
            recording = suite.recording(proof)
        except LookupError:
            continue  # a chapter has said so
        name = f"formal/{proof}"
        claims = {one.name: one for one in suite.claims if one.proof == proof}
        parts = [_intro(app, name, recording)]
        parts += [
            _sentence(item, _claim_of(item["code"], claims), app, name, known)
            for item in recording["items"]
        ]
        title = f"Formal proofs: {proof}.v"
        body = f'<h1>{title}</h1>\n<div class="dl-coq">{"".join(parts)}</div>'
        if is_outdated(app, name, body):
            yield name, {"title": title, "body": body, "parents": []}, "page.html"


def _intro(app: Sphinx, name: str, recording: dict[str, Any]) -> str:
    guide = app.builder.get_relative_uri(name, _GUIDE)
    return (
        f"<p>Open a step to see what is left to prove after it, as Coq {recording['coq']} prints "
        f'it. <a href="{guide}">How to read this</a>.</p>'
    )


def _claim_of(code: str, claims: dict[str, Claim]) -> Claim | None:
    match = re.match(r"(?:Theorem|Lemma|Corollary) (\w+)", code)
    return claims.get(match[1]) if match else None


def _sentence(
    item: dict[str, Any], claim: Claim | None, app: Sphinx, name: str, known: dict[str, Result]
) -> str:
    made = ""
    if claim and claim.book in known:
        one = known[claim.book]
        address = f"{app.builder.get_relative_uri(name, one.docname)}#{one.label}"
        link = f'<a href="{address}">{html.escape(one.title)}</a>. {html.escape(one.name)}'
        made += f'<h2 id="{claim.book}">{link}</h2>'
    for comment in re.findall(r"\(\*\s*(.*?)\s*\*\)", item["before"], re.DOTALL):
        made += f"<p>{html.escape(comment, quote=False)}</p>"
    code = f"<code>{html.escape(item['code'], quote=False)}</code>"
    if "goals" not in item or item["code"] == "Proof.":
        return f'{made}<div class="dl-coq-sentence">{code}</div>\n'
    return f"{made}<details><summary>{code}</summary>{_goals(item['goals'])}</details>\n"


def _goals(goals: list[dict[str, Any]]) -> str:
    made = "" if goals else "<p>Nothing is left to prove here.</p>"
    for number, goal in enumerate(goals, 1):
        if len(goals) > 1:
            made += f"<p>Goal {number} of {len(goals)}</p>"
        facts = "".join(
            f"<li><code>{html.escape(one, quote=False)}</code></li>"
            for one in goal.get("hypotheses", [])
        )
        made += f"<ul>{facts}</ul>" if facts else ""
        made += f'<p class="dl-coq-goal"><code>{html.escape(goal["goal"], quote=False)}</code></p>'
    return f'<div class="dl-coq-goals">{made}</div>'


# ---- the table of certainties -----------------------------------------------------------


def _certainties(app: Sphinx, docname: str) -> list[nodes.Node]:
    pages = Pages(app, docname)
    heads = ["Statement", "By machine", "By the build", "By test"]
    rows: list[list[list[nodes.Node]]] = []
    for one in pages.order:
        if one.kind in UNPROVED:
            continue
        machine: list[nodes.Node] = [nodes.Text("not proved by machine")]
        if claims := claims_of(app, one.label):
            words = f"{claims[0].label}, {rests_on(claims[0])}"
            machine = [_link(app, docname, f"formal/{claims[0].proof}", one.label, words)]
        needed = [hypothesis for hypothesis in one.hypotheses if not hypothesis.meaning]
        used = sum(hypothesis.steps > 0 for hypothesis in needed)
        held = f"uses {used} of {len(needed)} hypotheses" if needed else "no hypothesis"
        test = pages.link(one, text="its tests")
        test["refuri"] = f"#check-{one.label}"
        rows.append([[pages.link(one)], machine, [nodes.Text(held)], [test]])
    return [table(heads, rows)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the handlers and the list."""
    app.setup_extension("_ext.logic.arguments")
    app.setup_extension("_ext.page.made")
    app.add_config_value("dlbook_proofs", str(PROOFS), "env")
    app.add_css_file("formal.css")
    app.connect("doctree-read", _depend)
    app.connect("doctree-resolved", _fill, priority=470)  # after notebooks, before feet
    app.connect("html-collect-pages", _pages)
    add_list(app, "certainties", _certainties)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
