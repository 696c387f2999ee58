"""Claims, their pins, and formal statements on pages; the gate itself needs Coq and has mutants."""

import dataclasses
import json
import re
import shutil

import pytest
from _ext.logic.claims import LABELS, PROOFS, Suite, imports, sentences
from conftest import ROOT

SUITE = Suite()


@pytest.mark.parametrize("claim", SUITE.claims, ids=lambda claim: claim.name)
def test_a_claim_is_what_its_readers_compared(claim):
    assert not SUITE.changed(claim)
    assert set(claim.readers) <= set(LABELS)
    assert claim.differs.endswith(".")
    assert claim.axioms in {0, 3}


@pytest.mark.parametrize("proof", sorted({claim.proof for claim in SUITE.claims}))
def test_recordings_show_the_proofs_as_they_are(proof):
    recording = SUITE.recording(proof)
    shown = "".join(item["before"] + item["code"] for item in recording["items"])
    assert SUITE.sources[proof].strip() == shown.strip()
    assert recording["coq"].startswith("8.16")


def test_names_and_labels_are_unique():
    assert len({claim.name for claim in SUITE.claims}) == len(SUITE.claims)
    assert len({claim.book for claim in SUITE.claims}) == len(SUITE.claims)


def test_the_weakest_judgement_is_shown():
    claim = dataclasses.replace(SUITE.claims[0], readers=("same", "part", "more general"))
    assert claim.label == "part"
    assert dataclasses.replace(claim, readers=("more general", "same")).label == "same"


@pytest.fixture
def copy(tmp_path):
    """Return a suite of its own, with the book's chapters."""
    shutil.copytree(PROOFS, tmp_path / "proofs", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (ROOT / "docs").glob("part-*/*.md"):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return Suite(tmp_path / "proofs")


ORDER = "docs/part-2-graphs/directed-acyclic-graphs.md"


@pytest.mark.parametrize(
    ("file", "old", "new", "asked"),
    [
        ("proofs/statements/S09.v", "exists v, source", "exists u, source", {"lem_dag_has_source"}),
        (
            "proofs/statements/S09.v",
            "(* A list of all",
            "(* Some list of all",
            {"thm_dag_has_order", "thm_evaluation_order"},
        ),
        (ORDER, "Then $G$ has a source", "Then $G$ has two sources", {"lem_dag_has_source"}),
        (
            ORDER,
            "$V$ is finite,\n:::\n:::{hypothesis} non-empty",
            "$V$ is finite\n:::\n:::{hypothesis} non-empty",
            {"lem_dag_has_source"},
        ),
        (ORDER, ":::{hypothesis} non-empty", ":::{hypothesis} inhabited", {"lem_dag_has_source"}),
    ],
)
def test_a_change_of_either_statement_asks_for_the_label_again(copy, file, old, new, asked):
    path = copy.folder.parent / file
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    changed = {one.name for one in Suite(copy.folder).claims if Suite(copy.folder).changed(one)}
    assert asked <= changed
    if len(asked) == 1:
        assert changed == asked


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (ORDER, "Then $G$ has a source", "Then   $G$\nhas a source"),
        (ORDER, "## ", "## Another heading\n\n## "),
        ("proofs/P09.v", "Lemma walk_short", "Lemma walk_is_short"),
    ],
)
def test_what_changes_no_statement_asks_for_nothing(copy, file, old, new):
    path = copy.folder.parent / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    suite = Suite(copy.folder)
    assert not [one.name for one in suite.claims if suite.changed(one)]


def test_a_label_that_the_book_lacks_is_named(copy):
    claims = json.loads((copy.folder / "claims.json").read_text("utf-8"))
    claims[0]["book"] = "thm-nowhere"
    (copy.folder / "claims.json").write_text(json.dumps(claims), "utf-8")
    suite = Suite(copy.folder)
    with pytest.raises(LookupError, match="thm-nowhere"):
        suite.pin(suite.claims[0])


@pytest.mark.parametrize("file", ["P09.v", "statements/S09.v"])
def test_a_recording_that_is_out_of_date_is_refused(copy, file):
    path = copy.folder / file
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(LookupError, match=r"P09\.json does not show proofs/P09\.v as it is now"):
        Suite(copy.folder).recording("P09")


def test_all_that_a_statement_uses_is_shown():
    """The gate compiles it; here, every word that names a definition is followed up."""
    for claim in SUITE.claims:
        sources = [SUITE.sources[file] for file in SUITE.needed(claim.statement)]
        names = {one.defines for source in sources for one in sentences(source)} - {""}
        shown = [one for kept in SUITE.definitions(claim).values() for one in kept]
        defined = {one.defines for one in shown if one.defines}
        used = set(SUITE.statement(claim).words)
        for one in shown:
            used |= one.words - {one.defines}
        assert (used & names) - {claim.name} <= defined
        assert not defined & {one.name for one in SUITE.claims}


def test_sections_come_with_what_they_declare():
    (claim,) = (one for one in SUITE.claims if one.name == "thm_jensen")
    (kept,) = SUITE.definitions(claim).values()
    code = [one.code for one in kept]
    assert code[0] == "Section Convexity."
    assert code[1].startswith("Variables (R : realFieldType)")
    assert code[-1] == "End Convexity."


def test_sentences_end_at_full_stops():
    text = "(* One. Two. *) Definition a := 'I_n.+1 -> T.-tuple (* x. *) b.\n\nImport X."
    assert [one.code for one in sentences(text)] == [
        "Definition a := 'I_n.+1 -> T.-tuple (* x. *) b.",
        "Import X.",
    ]
    assert sentences(text)[0].words == {"Definition", "a", "I_n", "T", "tuple", "b"}
    assert imports("From Book Require Import S00 S02.") == ["S00", "S02"]


def formal_blocks(text):
    return re.findall(
        r'<details class="dl-fold dl-formal">.*?(?=<div class="dl-foot">)', text, re.S
    )


@pytest.mark.site
def test_chapters_show_every_claim_and_stay_light(site):
    for path in sorted(site.glob("part-*/*.html")):
        text = path.read_text("utf-8")
        claims = [one for one in SUITE.claims if f'id="{one.book}"' in text]
        blocks = formal_blocks(text)
        assert len(blocks) == len(claims)
        assert sum(len(block.encode()) for block in blocks) <= 40_000, path.name
        for claim in claims:
            block = text[text.index(f'id="{claim.book}"') :]
            assert f"proved by machine: {claim.label}" in block
            assert f'href="../formal/{claim.proof}.html#{claim.book}"' in block


@pytest.mark.site
def test_no_script_opens_a_proof(site):
    for path in site.glob("formal/*.html"):
        (body,) = re.findall(r'<div class="dl-coq">.*?</article>', path.read_text("utf-8"), re.S)
        assert "<script" not in body
        assert "onclick" not in body
        items = SUITE.recording(path.stem)["items"]
        steps = [item for item in items if "goals" in item and item["code"] != "Proof."]
        assert body.count("<details>") == body.count("</details>") == len(steps) > 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_the_keyboard_opens_a_proof_and_nothing_is_cut_off(site, roots, context, width):
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    try:
        page.goto(f"{roots['file']}/part-2-graphs/directed-acyclic-graphs.html")
        block = page.locator("#lem-dag-has-source details.dl-formal").first
        block.locator("> summary").focus()
        page.keyboard.press("Enter")
        assert block.evaluate("one => one.open")
        inner = block.locator("details")
        for i in range(inner.count()):
            inner.nth(i).locator("> summary").focus()
            page.keyboard.press("Enter")
        assert "exists v, source edge v" in block.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto(f"{roots['file']}/formal/P09.html#lem-dag-has-source")
        step = page.locator(".dl-coq details").first
        step.locator("summary").focus()
        page.keyboard.press("Enter")
        assert step.evaluate("one => one.open")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    finally:
        page.close()
