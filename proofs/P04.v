(* Softmax and the divergence of two distributions. *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From mathcomp Require Import topology normedtype derive realfun reals sequences exp.
From Book Require Import Compat S04.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Logarithm.
Variable R : realType.

Lemma ln_expR (x : R) : ln (expR x) = x.
Proof. by apply: expR_inj; rewrite lnK // posrE expR_gt0. Qed.

(* The mean value theorem between x and 1. *)
Lemma ln_lt_sub1 (x : R) : 0 < x -> x != 1 -> ln x < x - 1.
Proof.
have mvt (a b : R) : 0 < a -> a < b ->
    exists2 c, c \in `]a, b[ & ln b - ln a = c^-1 * (b - a).
  move=> a0 ab; apply: (@MVT R (@ln R) (fun t => t^-1)) => // [t|].
    by rewrite in_itv /= => /andP[a_t _]; apply: is_derive1_ln; apply: lt_trans a_t.
  apply: continuous_subspace_itv => t; rewrite in_itv /= => /andP[a_t _].
  by apply: continuous_ln; apply: lt_le_trans a_t.
move=> x0; case: (ltrgtP x 1) => // x1 _.
- have [c] := mvt x 1 x0 x1; rewrite in_itv /= ln1 sub0r => /andP[xc c1] E.
  by rewrite -ltrN2 opprB E ltr_pMl ?subr_gt0 // invf_gt1 // (lt_trans x0).
- have [c] := mvt 1 x ltr01 x1; rewrite in_itv /= ln1 subr0 => /andP[c1 _] ->.
  by rewrite gtr_pMl ?subr_gt0 // invf_lt1 // (lt_trans ltr01).
Qed.
End Logarithm.

Section Gibbs.
Variables (R : realType) (X : finType).
Implicit Types p q z : X -> R.

(* Each term of the divergence is at least p - q. *)
Lemma KL_term (p q : R) : 0 <= p -> 0 < q -> p - q <= p * ln p - p * ln q ?= iff (p == q).
Proof.
move=> p0 q0; have [->|pN] := eqVneq p q; first by apply/leifP; rewrite !subrr.
apply/leifP.
have [pz|pz] := eqVneq p 0; first by rewrite pz !mul0r subrr sub0r oppr_lt0.
have pp : 0 < p by rewrite lt_def pz.
have qp : 0 < q / p by rewrite divr_gt0.
have ne : q / p != 1 by apply: contraNneq pN => E; rewrite -[q](divfK pz) E mul1r.
have -> : p * ln p - p * ln q = - (p * ln (q / p)) by rewrite ln_div ?posrE //; ring.
rewrite -ltrN2 opprK opprB.
have -> : q - p = p * (q / p - 1) by field.
by rewrite ltr_pM2l // ln_lt_sub1.
Qed.

Theorem gibbs p q : distribution p -> distribution q -> (forall x, 0 < q x) ->
  0 <= KL p q ?= iff [forall x, p x == q x].
Proof.
move=> [p0 p1] [q0 q1] q_gt0.
have -> : KL p q = \sum_x (p x * ln (p x) - p x * ln (q x)).
  by rewrite /KL /cross_entropy /entropy sumrB opprK addrC.
have pq : \sum_(x | predT x) (p x - q x) = 0.
  by rewrite -[LHS]/(\sum_x (p x - q x)) sumrB p1 q1 subrr.
have := @leif_sum R X predT (fun x => p x == q x) (fun x => p x - q x)
  (fun x => p x * ln (p x) - p x * ln (q x)) (fun x _ => KL_term (p0 x) (q_gt0 x)).
by rewrite pq.
Qed.
End Gibbs.

Section Softmax.
Variables (R : realType) (X : finType) (x0 : X).
Implicit Types p q z : X -> R.

Lemma partition_gt0 z : 0 < \sum_y expR (z y).
Proof.
rewrite (bigD1 x0) //= ltr_wpDr ?expR_gt0 //.
by apply: sumr_ge0 => x _; rewrite ltW ?expR_gt0.
Qed.

Lemma softmax_gt0 z x : 0 < softmax z x.
Proof. by rewrite divr_gt0 ?expR_gt0 ?partition_gt0. Qed.

Lemma softmax_distribution z : distribution (softmax z).
Proof.
split=> [x|]; first by rewrite ltW ?softmax_gt0.
by rewrite -mulr_suml divff // lt0r_neq0 ?partition_gt0.
Qed.

Lemma ln_softmax z x : ln (softmax z x) = z x - lse z.
Proof. by rewrite ln_div ?posrE ?expR_gt0 ?partition_gt0 // ln_expR. Qed.
End Softmax.

Theorem lem_gibbs : S04.lem_gibbs.
Proof. exact: gibbs. Qed.
