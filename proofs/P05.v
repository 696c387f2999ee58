(* Softmax is the entropic projection. *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From mathcomp Require Import reals sequences exp.
From Book Require Import Compat S04 P04 S05.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Projection.
Variables (R : realType) (X : finType) (i0 : X) (T : R).
Implicit Types (x y : X -> R).
Hypothesis T0 : 0 < T.
Notation scaled x := (fun i => x i / T).

(* The free energy is the divergence from the softmax, up to a constant. *)
Lemma free_energyE x y : distribution y ->
  free_energy T x y = T * KL y (softmax (scaled x)) - T * lse (scaled x).
Proof.
move=> [_ y1]; rewrite /free_energy /KL /cross_entropy.
have -> : \sum_i y i * ln (softmax (scaled x) i) = T^-1 * (\sum_i x i * y i) - lse (scaled x).
  rewrite mulr_sumr -[lse _]mul1r -y1 mulr_suml -sumrB; apply: eq_bigr => i _.
  by rewrite (ln_softmax i0); ring.
by move: (\sum_i x i * y i) (entropy y) (lse _) => a b c; field; rewrite lt0r_neq0.
Qed.

Theorem projection x y : distribution y ->
  free_energy T x (softmax (scaled x)) <= free_energy T x y
    ?= iff [forall i, y i == softmax (scaled x) i].
Proof.
move=> Dy; have Ds := softmax_distribution i0 (scaled x).
have [g gE] := gibbs Dy Ds (softmax_gt0 i0 _).
have [_ sE] := gibbs Ds Ds (softmax_gt0 i0 _).
have s0 : 0 = KL (softmax (scaled x)) (softmax (scaled x)).
  by apply/eqP; rewrite sE; apply/forallP.
rewrite !free_energyE // -s0 mulr0; apply/leifP; case: ifP => [E|E].
  by move: gE; rewrite E => /eqP <-; rewrite mulr0.
by rewrite ltrD2r mulr_gt0 // lt_def g eq_sym gE E.
Qed.
End Projection.

Theorem thm_entropic_projection : S05.thm_entropic_projection.
Proof.
move=> R X T x /card_gt0P[i _] T0 s; have Ds := softmax_distribution i (fun i => x i / T).
split=> [//|y Dy|]; first exact: projection.
have [_ sE] := gibbs Ds Ds (softmax_gt0 i _).
rewrite free_energyE //; have /eqP <- : 0 == KL s s by rewrite sE; apply/forallP.
by rewrite mulr0 sub0r mulNr.
Qed.

Theorem lem_entropy_boundary : S05.lem_entropy_boundary.
Proof.
move=> R X T x y k T0 Dy yk; exists (softmax (fun i => x i / T)).
have s0 := softmax_gt0 k (fun i => x i / T) k; split=> //; first exact: softmax_distribution.
have /leifP := projection k T0 x Dy; case: ifP => // /forallP/(_ k)/eqP E.
by move: s0; rewrite -E yk ltxx.
Qed.
