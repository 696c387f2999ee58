(* At an interior local minimiser the gradient is zero. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import boolp classical_sets functions topology normedtype derive reals.
From Book Require Import Compat S02.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* The limit of a function at 0 can be taken from either side. *)
Section OneSided.
Variables (R : realType) (g : R -> R).
Hypothesis cg : cvg (g @ (0 : R)^').

Lemma cvg_right : g @ (0 : R)^'+ --> lim (g @ (0 : R)^').
Proof.
apply: cvg_trans cg; apply: cvg_app => A [e e0 Ae]; exists e => // x xe x0.
by apply: Ae => //; apply: lt0r_neq0.
Qed.

Lemma cvg_left : g @ (0 : R)^'- --> lim (g @ (0 : R)^').
Proof.
apply: cvg_trans cg; apply: cvg_app => A [e e0 Ae]; exists e => // x xe x0.
by apply: Ae => //; apply: ltr0_neq0.
Qed.

Lemma lim_le_right (l : R) :
  (\forall h \near (0 : R)^'+, g h <= l) -> lim (g @ (0 : R)^') <= l.
Proof. exact: (@cvgr_to_le _ _ (at_right_proper_filter 0) R g _ l cvg_right). Qed.

Lemma lim_ge_right (l : R) :
  (\forall h \near (0 : R)^'+, l <= g h) -> l <= lim (g @ (0 : R)^').
Proof. exact: (@cvgr_to_ge _ _ (at_right_proper_filter 0) R g _ l cvg_right). Qed.

Lemma lim_le_left (l : R) :
  (\forall h \near (0 : R)^'-, g h <= l) -> lim (g @ (0 : R)^') <= l.
Proof. exact: (@cvgr_to_le _ _ (at_left_proper_filter 0) R g _ l cvg_left). Qed.
End OneSided.

Section Minima.
Variables (R : realType) (V : normedModType R) (f : V -> R).

(* What holds near a holds on a short piece of each line through a. *)
Lemma near_line (a v : V) (P : set V) :
  (\forall x \near a, P x) -> \forall h \near (0 : R), P (h *: v + a).
Proof.
move=> Pa; have c : {for (0 : R), continuous (( *:%R^~ v : R -> V) + cst a)}.
  by apply: continuousD; [exact: scalel_continuous|exact: cst_continuous].
have e : (( *:%R^~ v : R -> V) + cst a) 0 = a.
  by rewrite -[LHS]/(0 *: v + a) scale0r add0r.
have H : nbhs ((( *:%R^~ v : R -> V) + cst a) 0) P by rewrite e.
exact: c H.
Qed.

(* The difference quotient has one sign on the left and the other on the right. *)
Theorem local_min_derive (a v : V) : derivable f a v ->
  (\forall x \near a, f a <= f x) -> 'D_v f a = 0.
Proof.
move=> df lmin; have near0 := near_line v lmin.
have lF := at_left_proper_filter (0 : R); have rF := at_right_proper_filter (0 : R).
have nL : \forall h \near (0 : R)^'-, f a <= f (h *: v + a).
  exact: (@cvg_within _ (nbhs (0 : R)) _ _ _ near0).
have nR : \forall h \near (0 : R)^'+, f a <= f (h *: v + a).
  exact: (@cvg_within _ (nbhs (0 : R)) _ _ _ near0).
apply/eqP; rewrite eq_le; apply/andP; split.
  apply: (lim_le_left df); near=> h.
  rewrite /= nmulr_rle0 ?invr_lt0; last by near: h; apply: nbhs_left_lt.
  by rewrite subr_ge0; near: h; exact: nL.
apply: (lim_ge_right df); near=> h.
rewrite /= pmulr_rge0 ?invr_gt0; last by near: h; apply: nbhs_right_gt.
by rewrite subr_ge0; near: h; exact: nR.
Unshelve. all: by end_near. Qed.
End Minima.

Theorem thm_interior_minimum : S02.thm_interior_minimum.
Proof.
move=> R n f D w Dw [_ lmin] df i; apply: local_min_derive => //.
by apply: filterS2 Dw lmin => x Dx; apply.
Qed.
