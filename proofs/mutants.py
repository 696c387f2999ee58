"""The gate must refuse each of these, for the reason that is given.

A mutant is a copy of the proofs, and of the book's statements, in which one thing is changed as
somebody might change it who wants a claim to pass.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gate import HERE, RefusedError, faults

sys.path.insert(0, str(HERE.parent / "docs"))

from _ext.logic.claims import Suite

CHEAT = "Axiom cheat : False.\n"
ORDER = "Theorem thm_dag_has_order : S09.thm_dag_has_order.\nProof. exact: acyclic_order. Qed."
PROOF = "Proof. exact: acyclic_order. Qed."


@dataclass(frozen=True)
class Mutant:
    """A change, and what the gate says to it.

    Attributes
    ----------
    what
        Somebody has done.
    claim
        Its name.
    changes
        File, old and new text.
    reason
        A part of what the gate says.
    """

    what: str
    claim: str
    changes: tuple[tuple[str, str, str], ...]
    reason: str


MUTANTS = [
    Mutant(
        "left the proof out",
        "thm_dag_has_order",
        (("proofs/P09.v", PROOF, "Admitted."),),
        "rests on P09.thm_dag_has_order",
    ),
    Mutant(
        "left the proof of a lemma out",
        "prp_sgd_raises",
        (("proofs/P08.v", "Proof. by rewrite /loss; field. Qed.", "Admitted."),),
        "rests on P08.lossE",
    ),
    Mutant(
        "assumed a contradiction",
        "thm_dag_has_order",
        (("proofs/P09.v", ORDER, CHEAT + ORDER.replace("exact: acyclic_order", "case: cheat")),),
        "rests on P09.cheat : False",
    ),
    Mutant(
        "named an axiom like one that is allowed",
        "lem_gibbs",
        (
            (
                "proofs/P04.v",
                "Theorem lem_gibbs : S04.lem_gibbs.\nProof. exact: gibbs. Qed.",
                "Module boolp. Axiom propositional_extensionality : False. End boolp.\n"
                "Theorem lem_gibbs : S04.lem_gibbs.\n"
                "Proof. by case: boolp.propositional_extensionality. Qed.",
            ),
        ),
        "rests on P04.boolp.propositional_extensionality",
    ),
    Mutant(
        "used a classical axiom where none is claimed",
        "thm_dag_has_order",
        (
            ("proofs/P09.v", "Import all_ssreflect.", "Import all_ssreflect boolp."),
            (
                "proofs/P09.v",
                PROOF,
                "Proof. by have [_|] := pselect True; [exact: acyclic_order|]. Qed.",
            ),
        ),
        "axioms, and claims 0",
    ),
    Mutant(
        "claimed more axioms than there are",
        "thm_dag_has_order",
        (("proofs/claims.json", '"axioms": 0', '"axioms": 3'),),
        "rests on 0 axioms, and claims 3",
    ),
    Mutant(
        "turned the check of recursions off",
        "thm_dag_has_order",
        (
            (
                "proofs/P09.v",
                ORDER,
                "Unset Guard Checking.\nFixpoint loop (n : nat) : False := loop n.\n"
                "Set Guard Checking.\n" + ORDER.replace("exact: acyclic_order", "case: (loop 0)"),
            ),
        ),
        "rests on P09.loop is assumed to be guarded",
    ),
    Mutant(
        "proved something else under the same name",
        "thm_dag_has_order",
        (("proofs/P09.v", ORDER, "Theorem thm_dag_has_order : True.\nProof. by []. Qed."),),
        "P09.v does not prove the statement",
    ),
    Mutant(
        "put a statement of the same name above the proof",
        "thm_dag_has_order",
        (
            (
                "proofs/P09.v",
                ORDER,
                "Module S09. Definition thm_dag_has_order := True. End S09.\n"
                + ORDER.replace("exact: acyclic_order", "by []"),
            ),
        ),
        "P09.v does not prove the statement",
    ),
    Mutant(
        "changed a definition, so that the proof breaks",
        "thm_dag_has_order",
        (("proofs/statements/S09.v", "index x s < index y s", "index y s < index x s"),),
        "P09.v does not compile",
    ),
    Mutant(
        "changed a definition, and the proof still compiles",
        "prp_sgd_raises",
        (("proofs/statements/S08.v", "w - eta * (w - target xi)", "w - (eta * (w - target xi))"),),
        "changed since the two were compared",
    ),
    Mutant(
        "changed a definition in a file that it imports, and the proof still compiles",
        "thm_evaluation_order",
        (("proofs/statements/S09.v", "~~ walk_to p x x.", "(~~ walk_to p x x)."),),
        "changed since the two were compared",
    ),
    Mutant(
        "weakened the statement, and proved it",
        "thm_dag_has_order",
        (
            (
                "proofs/statements/S09.v",
                "acyclic edge -> exists s, topological",
                "acyclic edge -> True \\/ exists s, topological",
            ),
            ("proofs/P09.v", PROOF, "Proof. by left. Qed."),
        ),
        "changed since the two were compared",
    ),
    Mutant(
        "changed the book's statement",
        "thm_dag_has_order",
        (
            (
                "docs/part-2-graphs/directed-acyclic-graphs.md",
                "Then $G$ has a {thm}`topological order",
                "Then $G$ has exactly one {thm}`topological order",
            ),
        ),
        "changed since the two were compared",
    ),
    Mutant(
        "put an axiom among the statements",
        "thm_dag_has_order",
        (("proofs/statements/S09.v", "Section Graphs.", CHEAT + "Section Graphs."),),
        "not a definition: Axiom cheat",
    ),
    Mutant(
        "declared a variable outside every section, which is an axiom",
        "thm_dag_has_order",
        (
            (
                "proofs/statements/S09.v",
                "Section Graphs.",
                "Variable cheat : False.\nSection Graphs.",
            ),
        ),
        "a variable outside a section is an axiom",
    ),
    Mutant(
        "used a classical theorem without its proof",
        "thm_interior_minimum",
        (
            (
                "proofs/P02.v",
                "Proof. exact: (@cvgr_to_le _ _ (at_left_proper_filter 0) R g _ l cvg_left). Qed.",
                "Admitted.",
            ),
        ),
        "rests on P02.lim_le_left",
    ),
]


def refusal(mutant: Mutant, folder: Path) -> str:
    """Return what the gate says to a mutant, made in an empty folder; nothing if it passes."""
    shutil.copytree(HERE, folder / "proofs")
    for path in sorted((HERE.parent / "docs").glob("part-*/*.md")):
        target = folder / path.relative_to(HERE.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for name, old, new in mutant.changes:
        path = folder / name
        text = path.read_text("utf-8")
        if name.endswith("claims.json"):  # in the entry of the claim
            at = text.index(f'"{mutant.claim}"')
            changed = text[:at] + text[at:].replace(old, new, 1)
        else:
            changed = text.replace(old, new, 1)
        assert changed != text, f"{mutant.what}: {name} has no {old!r}"
        path.write_text(changed, "utf-8")
    try:
        found = faults(Suite(folder / "proofs"), [mutant.claim], quiet=True)
        return "; ".join(what for _, what in found)
    except RefusedError as refused:
        return str(refused)


def main() -> int:
    """Run from the command line."""
    failed = False
    for mutant in MUTANTS:
        with tempfile.TemporaryDirectory() as folder:
            said = refusal(mutant, Path(folder))
        held = mutant.reason in said
        failed |= not held
        print(f"{'refused' if held else 'NOT REFUSED FOR THIS REASON'}: {mutant.what}", flush=True)
        if not held:
            print(f"  expected: {mutant.reason}\n  the gate said: {said or 'nothing'}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
